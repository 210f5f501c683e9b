//! The Redis scripts, one Lua file an operation. Their text is embedded; Redis knows a script by the hash of its text, so
//! that programs of two versions can run side by side.
//!
//! Easy to get wrong: a Redis whose memory is full refuses a script as a whole, by its first line. What brings something
//! new in is refused (the caller hears 503); what carries a task on, and so gives memory back, is not. A Redis that cannot
//! write refuses everything but what says that it only reads. `depth` does not say so, though it does: whether Redis is
//! there to work with is asked by it ([`Store::check`](super::Store::check)), and one that takes no writes is not.

use std::sync::LazyLock;

/// A script and its name for errors and tests.
pub struct Script {
    /// The file's name without its ending.
    pub name: &'static str,
    pub(super) told: Told,
    pub(super) code: LazyLock<redis::Script>,
}

impl Script {
    /// The hash of its text, by which Redis knows it.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.code.get_hash()
    }
}

/// What somebody is told because of a script's answer, and so what must be true before the answer is passed on
/// ([`Acceptances`](super::acceptance::Acceptances)). Every script says it in the table below; there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// "Yes, it will be done", or "yes, go on and do what cannot be undone" (`promise`, `occupy`). It is confirmed, and not
    /// even begun while it is known that it cannot be.
    Begins,
    /// "Yes, it is stopped, or stands in the way." It is confirmed too, but done in any case: where deletions go on, whoever
    /// wants to stop one must not be kept from it because a replica is away.
    Guards,
    /// Nobody is told yes: it reads, or it is our own book-keeping. Workers' writes are among it: what `commit`, `turn_deploy`
    /// and `settle` do stands in Redis and nowhere else. Where a failover loses it, it loses the deletion together with its
    /// COMPLETED, and the task, which was confirmed, is done again. A session that is lost is a new login.
    Own,
}

macro_rules! told {
    (begins) => {
        Told::Begins
    };
    (guards) => {
        Told::Guards
    };
    (own) => {
        Told::Own
    };
}

macro_rules! first_line {
    (refused) => {
        "#!lua\n"
    };
    (allowed) => {
        "#!lua flags=allow-oom\n"
    };
    (reads) => {
        "#!lua flags=allow-oom,no-writes\n"
    };
    // Without such a line Redis refuses each write, and not the script.
    (survives) => {
        ""
    };
}

macro_rules! scripts {
    ($($constant:ident $file:literal, $without_memory:ident, $told:ident $(, $part:literal)*;)*) => {
        $(
            pub(super) static $constant: Script = Script {
                name: $file,
                told: told!($told),
                code: LazyLock::new(|| {
                    redis::Script::new(concat!(
                        first_line!($without_memory),
                        include_str!("lua/_prelude.lua"),
                        include_str!("lua/_writing.lua"),
                        $(include_str!(concat!("lua/_", $part, ".lua")),)*
                        include_str!(concat!("lua/", $file, ".lua"))
                    ))
                }),
            };
        )*
        /// All scripts that have the prelude.
        pub static ALL: &[&Script] = &[$(&$constant),*];
    };
}

scripts! {
    ADD_USERS "add_users", refused, begins, "sides", "granting", "users";
    ANNOUNCE "announce", allowed, own;
    CANCEL "cancel", allowed, guards;
    CLAIM "claim", allowed, own, "sides";
    CLOSE_SESSION "close_session", allowed, guards;
    COMMIT "commit", allowed, own, "sides", "deleting";
    CREATE_USER "create_user", refused, begins, "sides", "users";
    DELETE_DEPENDENT "delete_dependent", allowed, begins;
    DEPTH "depth", allowed, own;
    EXTEND "extend", allowed, own;
    FIND_GONE "find_gone", reads, own;
    FIND_LOGIN "find_login", reads, own, "sides", "roles";
    FORGET_CONTAINERS "forget_containers", allowed, own, "containers";
    IMPORT_USERS "import_users", refused, begins, "sides", "users";
    LEAVE "leave", allowed, own;
    LEAVE_WALK "leave_walk", allowed, own;
    LIST_DEPENDENTS "list_dependents", reads, own;
    NOTE_LOGINS "note_logins", refused, own, "sides";
    OCCUPY "occupy", refused, begins, "containers";
    OPEN_SESSION "open_session", refused, own, "sides";
    PAUSE "pause", allowed, guards;
    PAUSE_QUEUE "pause_queue", allowed, guards;
    PREPARE_DEPLOY "prepare_deploy", refused, own, "sides", "generations";
    PROMISE "promise", allowed, begins, "containers";
    PROMOTE "promote", allowed, own;
    PRUNE "prune", allowed, own;
    PUT_DEPENDENTS "put_dependents", refused, guards;
    PUT_TOKEN "put_token", refused, begins, "sides", "users";
    QUIET "quiet", allowed, guards;
    RECLAIM "reclaim", allowed, own;
    RECONCILE "reconcile", allowed, own, "mending";
    REFILL "refill", allowed, own;
    REGISTER_CONTAINER "register_container", refused, guards, "containers";
    REPORT "report", allowed, own;
    RESUME "resume", allowed, begins;
    REVOKE_TOKEN "revoke_token", allowed, guards;
    SETTLE "settle", allowed, own, "sides";
    SUBMIT "submit", refused, begins, "sides", "creating", "submitting";
    SUBMIT_DEPLOY "submit_deploy", refused, begins, "creating";
    SWEEP_GENERATION "sweep_generation", allowed, own, "sides";
    TAKE_WALK "take_walk", allowed, own;
    TURN_DEPLOY "turn_deploy", allowed, own, "sides", "generations";
    UNREGISTER_CONTAINER "unregister_container", allowed, begins, "containers";
    UPDATE_USER "update_user", refused, begins, "sides";
    UPDATE_USERS "update_users", refused, begins, "sides", "granting";
    USE_SESSION "use_session", survives, own, "sides", "roles";
    USE_TOKEN "use_token", survives, own;
    VACATE "vacate", allowed, own;
}

/// The first of three scripts without the prelude.
pub(super) static OPEN: Script = Script {
    name: "open",
    told: Told::Own,
    code: LazyLock::new(|| redis::Script::new(concat!(first_line!(refused), include_str!("lua/open.lua")))),
};

/// Runs commands that read, in one step.
pub(super) static LOOK: Script = Script {
    name: "look",
    told: Told::Own,
    code: LazyLock::new(|| redis::Script::new(concat!(first_line!(reads), include_str!("lua/look.lua")))),
};

/// The third, as text: it is sent together with what follows it, so that an unknown hash must not get in between.
pub(super) const WITNESS: &str = concat!(first_line!(allowed), include_str!("lua/witness.lua"));
