//! The Redis scripts, one Lua file an operation. Their text is embedded; Redis knows a script by the hash of its text, so
//! that programs of two versions can run side by side.

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

macro_rules! scripts {
    ($($constant:ident $file:literal),* $(,)?) => {
        $(
            pub(super) static $constant: Script = Script {
                name: $file,
                code: LazyLock::new(|| {
                    redis::Script::new(concat!(include_str!("lua/_prelude.lua"), include_str!(concat!("lua/", $file, ".lua"))))
                }),
            };
        )*
        /// All scripts that have the prelude.
        pub static ALL: &[&Script] = &[$(&$constant),*];
    };
}

scripts! {
    CANCEL "cancel",
    CLAIM "claim",
    COMMIT "commit",
    DELETE_DEPENDENT "delete_dependent",
    DEPTH "depth",
    EXTEND "extend",
    FIND_LOGIN "find_login",
    IMPORT_USERS "import_users",
    LIST_DEPENDENTS "list_dependents",
    PAUSE "pause",
    PAUSE_QUEUE "pause_queue",
    PROMOTE "promote",
    PRUNE "prune",
    PUT_DEPENDENTS "put_dependents",
    PUT_TOKEN "put_token",
    RECLAIM "reclaim",
    RECONCILE "reconcile",
    REPORT "report",
    RESUME "resume",
    SETTLE "settle",
    SUBMIT "submit",
    USE_TOKEN "use_token",
}

/// The one script without the prelude.
pub(super) static OPEN: Script =
    Script { name: "open", code: LazyLock::new(|| redis::Script::new(include_str!("lua/open.lua"))) };
