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
    pub(super) code: LazyLock<redis::Script>,
}

impl Script {
    /// The hash of its text, by which Redis knows it.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.code.get_hash()
    }
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
    ($($constant:ident $file:literal, $without_memory:ident $(, $part:literal)*;)*) => {
        $(
            pub(super) static $constant: Script = Script {
                name: $file,
                code: LazyLock::new(|| {
                    redis::Script::new(concat!(
                        first_line!($without_memory),
                        include_str!("lua/_prelude.lua"),
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
    ADD_USERS "add_users", refused, "sides", "granting", "users";
    ANNOUNCE "announce", allowed;
    CANCEL "cancel", allowed;
    CLAIM "claim", allowed, "sides";
    CLOSE_SESSION "close_session", allowed;
    COMMIT "commit", allowed, "sides";
    CREATE_USER "create_user", refused, "sides", "users";
    DELETE_DEPENDENT "delete_dependent", allowed;
    DEPTH "depth", allowed;
    EXTEND "extend", allowed;
    FIND_GONE "find_gone", reads;
    FIND_LOGIN "find_login", reads, "sides", "roles";
    FORGET_CONTAINERS "forget_containers", allowed, "containers";
    IMPORT_USERS "import_users", refused, "sides", "users";
    LEAVE "leave", allowed;
    LEAVE_WALK "leave_walk", allowed;
    LIST_DEPENDENTS "list_dependents", reads;
    NOTE_LOGINS "note_logins", refused, "sides";
    OCCUPY "occupy", refused, "containers";
    OPEN_SESSION "open_session", refused, "sides";
    PAUSE "pause", allowed;
    PAUSE_QUEUE "pause_queue", allowed;
    PREPARE_DEPLOY "prepare_deploy", refused, "sides", "generations";
    PROMISE "promise", allowed, "containers";
    PROMOTE "promote", allowed;
    PRUNE "prune", allowed;
    PUT_DEPENDENTS "put_dependents", refused;
    PUT_TOKEN "put_token", refused, "sides", "users";
    QUIET "quiet", allowed;
    RECLAIM "reclaim", allowed;
    RECONCILE "reconcile", allowed;
    REFILL "refill", allowed;
    REGISTER_CONTAINER "register_container", refused, "containers";
    REPORT "report", allowed;
    RESUME "resume", allowed;
    REVOKE_TOKEN "revoke_token", allowed;
    SETTLE "settle", allowed, "sides";
    SUBMIT "submit", refused, "sides", "creating";
    SUBMIT_DEPLOY "submit_deploy", refused, "creating";
    SWEEP_GENERATION "sweep_generation", allowed, "sides";
    TAKE_WALK "take_walk", allowed;
    TURN_DEPLOY "turn_deploy", allowed, "sides", "generations";
    UNREGISTER_CONTAINER "unregister_container", allowed, "containers";
    UPDATE_USER "update_user", refused, "sides";
    UPDATE_USERS "update_users", refused, "sides", "granting";
    USE_SESSION "use_session", survives, "sides", "roles";
    USE_TOKEN "use_token", survives;
    VACATE "vacate", allowed;
}

/// The one script without the prelude.
pub(super) static OPEN: Script = Script {
    name: "open",
    code: LazyLock::new(|| redis::Script::new(concat!(first_line!(refused), include_str!("lua/open.lua")))),
};
