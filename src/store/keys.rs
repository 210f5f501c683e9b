//! Every key name. The scripts build the same names from the prefix; this page is the list.
//!
//! | key, after the prefix | type | what |
//! |---|---|---|
//! | `epoch` | string | a random name, set once: which Redis this is |
//! | `seq` | string | the last task's id |
//! | `task:<id>` | hash | the record: the truth |
//! | `task:<id>:history` | list | `at from to by event reason`, by tabs, from the second transition on; bounded |
//! | `task:<id>:dependents` | list | what the running attempt found, JSON; bounded |
//! | `task:<id>:keys` | list | hashes of idempotency keys that came to name the task after it was made; bounded |
//! | `gone` | hash | first to last id of long runs of tasks that are not there any more |
//! | `walk` | hash | how far the reconciler's walk over all records is, and when it goes on |
//! | `tasks:<kind>:<STATE>` | zset | every task of that kind in that state, by id |
//! | `user:<id>:tasks` | zset | every task about that user, by id |
//! | `workspace:<sha1>:tasks` | zset | every task about the workspace with that name's SHA-1, by id |
//! | `configuration:tasks` | zset | every deploy, by id |
//! | `committed` | zset | tasks whose effect outside Redis was promised, by when |
//! | `creator:<sha1>` | zset | every task that the caller with that name's SHA-1 asked for, by id |
//! | `events` | stream | transitions, `task kind user at from to by event reason`, by tabs, many lines an entry; bounded |
//! | `live` | hash | `user:<id>` or `workspace:<sha1>` to the task that deletes him or it, `configuration` to the deploy |
//! | `pending` | list | hints for workers: look at task N |
//! | `claimable` | zset | tasks that wait for a worker, by when they began to |
//! | `delayed` | zset | tasks that wait for a time, by that time |
//! | `leases` | zset | `<id>:<fence>` by deadline |
//! | `ended` | zset | terminal tasks, by when they ended |
//! | `counts` | hash | tasks per state |
//! | `paused` | string | while it is there, nothing is claimed |
//! | `idempotency` | hash | key's hash to `<request's hash>:<task>` |
//! | `workers` | zset | names of workers, by when they were last heard of |
//! | `worker:<name>` | hash | what a worker says of itself, and whether it is to be quiet; expires |
//! | `notices` | channel | ids of running tasks that were cancelled or paused |
//! | `staged:user:<id>`, `deployed:user:<id>` | hash | the user; the staged one counts his dependents |
//! | `staged:users`, `deployed:users` | zset | their ids |
//! | `staged:names`, `deployed:names` | hash | username to id |
//! | `staged:admins`, `deployed:admins` | set | users whose role is an administrator's |
//! | `deployed:<generation>:...` | | the same four, as a deploy prepared them |
//! | `generation` | string | the deployed users that are in effect: `<task>-<fence>`; none before the first deploy |
//! | `generations` | set | those that have keys and are in effect no more, or not yet; `first` for those without a name |
//! | `changes` | set | users who are staged otherwise than they are deployed |
//! | `deploy:again` | set | users who were written while a deploy is under way |
//! | `user:<id>:sessions` | hash | a session token's SHA-256 to `dialect used idle expires binding`, by tabs; bounded; expires |
//! | `logins` | list | attempts to log in, `at user address result method`, by tabs, newest first; bounded |
//! | `containers` | hash | a container's id to `deadline life type created username`, by tabs; bounded |
//! | `container_ends` | zset | their ids, by when each is forgotten |
//! | `workspace:<sha1>:containers` | zset | those of one user, by deadline; bounded |
//! | `workspace:<sha1>:occupied` | string | who moves its files; expires |
//! | `user:<id>:dependents` | hash | `<type>/<id>` to `1` or `0` for blocking, and JSON |
//! | `user:<id>:order` | zset | its members, in order |
//! | `roles`, `profiles`, `tenants`, `domains` | hash | id to JSON |
//! | `tokens` | hash | a service token's name to its SHA-256 |
//! | `token:<sha256>` | hash | whose it is, and what it may do |
//! | `last_user` | string | the largest number that a user was given here, or had who is deleted |
//! | `witness` | string | written and taken away again before replicas are waited for; never seen |
//! | `seeded` | string | `loading` or `done`: whether the seed was loaded whole |
//!
//! All share the hash tag in the prefix, so that they live on one shard of a Redis Cluster.

use super::principals::hex;
use crate::domain::{task::Subject, user::Side};

/// The keys under one prefix.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: format!("{prefix}:") }
    }

    /// What every key begins with.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn epoch(&self) -> String {
        self.named("epoch")
    }

    pub(super) fn generation(&self) -> String {
        self.named("generation")
    }

    /// What the keys of a side's users begin with. The scripts make the same: see `_sides.lua`.
    pub(super) fn side(&self, side: Side, generation: Option<&str>) -> String {
        match (side, generation) {
            (Side::Staged, _) => format!("{}staged:", self.prefix),
            (Side::Deployed, None) => format!("{}deployed:", self.prefix),
            (Side::Deployed, Some(generation)) => format!("{}deployed:{generation}:", self.prefix),
        }
    }

    pub(super) fn task(&self, id: u64) -> String {
        format!("{}task:{id}", self.prefix)
    }

    pub(super) fn task_history(&self, id: u64) -> String {
        format!("{}task:{id}:history", self.prefix)
    }

    pub(super) fn task_dependents(&self, id: u64) -> String {
        format!("{}task:{id}:dependents", self.prefix)
    }

    pub(super) fn tasks_in(&self, kind: &str, state: &str) -> String {
        format!("{}tasks:{kind}:{state}", self.prefix)
    }

    pub(super) fn tasks_of_user(&self, user: u64) -> String {
        format!("{}user:{user}:tasks", self.prefix)
    }

    /// The scripts make the same name: see `subject_of` in the prelude.
    pub(super) fn containers_of(&self, name: &str) -> String {
        format!("{}{}:containers", self.prefix, self.workspace(name))
    }

    /// A workspace in a hash; the scripts call it the same.
    #[expect(clippy::unused_self, reason = "every name comes from here")]
    pub(super) fn workspace(&self, name: &str) -> String {
        format!("workspace:{}", sha1_hex(name))
    }

    pub(super) fn worker(&self, name: &str) -> String {
        format!("{}worker:{name}", self.prefix)
    }

    /// The scripts make the same name: see `asked_by` in the prelude.
    pub(super) fn tasks_asked_by(&self, name: &str) -> String {
        format!("{}creator:{}", self.prefix, sha1_hex(name))
    }

    /// One of the keys that stand alone: `pending`, `roles`, `staged:names` and so on.
    pub(super) fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// A subject by number or hash, as the hash `live` calls it: for places where no name may stand.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::User(user) => format!("user:{user}"),
        Subject::Workspace(name) => format!("workspace:{}", sha1_hex(name.as_str())),
        Subject::Configuration(_) => "configuration".to_owned(),
    }
}

fn sha1_hex(name: &str) -> String {
    use sha1::{Digest, Sha1};
    hex(&Sha1::digest(name.as_bytes()))
}
