//! One set of scenarios, driven through every dialect that deletes, by real HTTP against real programs.
//!
//! [`scenarios`] say in neutral words what happens and what the answers must mean; a [`Door`] says both in the words of its
//! dialect. What went over the wire stands in `goldens/<dialect>/<scenario>.http`, the same names in every folder, so that
//! two dialects can be read side by side. `UPDATE_GOLDENS=1` writes them anew.
//!
//! What one dialect alone has is played in [`staged`], with goldens of its own.
//!
//! Easy to get wrong: callers of one dialect poll a task, those of the others stay on the line. So a scenario never waits
//! for an answer before it has done what the answer depends on.

mod doors;
mod exchange;
mod folders;
mod golden;
mod kinds;
mod scenarios;
mod stage;
mod staged;

use self::{
    exchange::{Answer, Call},
    stage::Stage,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// An administrator.
    Chief,
    /// Somebody who is known and may not.
    Clerk,
    /// Somebody without credentials.
    Nobody,
}

/// What is to go: a user, or his workspace, as the dialect has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// It is there.
    There,
    /// There is none of that name.
    Unknown,
}

/// What an answer means to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It is under way: that task.
    Running(u64),
    /// It is gone.
    Gone,
    /// It stays, because somebody needs it.
    Blocked,
    /// It stays, because somebody took the request back.
    Cancelled,
    /// There is none.
    NotFound,
    /// The caller may not.
    Forbidden,
    /// The caller does not say who he is.
    NoCredentials,
    /// Try again.
    Unavailable,
}

/// A dialect as a caller knows it: what he sends, and what an answer means to him.
trait Door: Sized {
    /// The name of its folders, here and in `src/api/`.
    const DIALECT: &'static str;

    /// What it calls a task of its own.
    const KIND: &'static str;

    /// Signs in.
    async fn open(stage: &Stage) -> Self;

    /// What must not stand in a golden file.
    fn secrets(&self) -> Vec<String>;

    /// Asks for the deletion.
    fn ask(&self, who: Who, whom: Whom) -> Call;

    /// Asks how far a task is; none where a caller stays on the line instead.
    fn look(&self, task: u64) -> Option<Call>;

    /// What an answer to either of them means.
    fn means(&self, answer: &Answer) -> Meaning;

    /// Makes somebody need what is to go.
    async fn block(stage: &Stage);

    /// Whether it is gone indeed, wherever it was.
    fn is_gone(stage: &Stage) -> bool;
}

/// The dialects that delete.
const DIALECTS: &[&str] =
    &[doors::StagedConfig::DIALECT, doors::Platform::DIALECT, doors::Notebooks::DIALECT];

/// The scenarios, each a test in each dialect.
macro_rules! conformance {
    ($($scenario:ident)*) => {
        /// The names of all scenarios.
        const SCENARIOS: &[&str] = &[$(stringify!($scenario)),*];

        /// The tests of one dialect.
        macro_rules! dialect {
            ($name:ident, $door:ident) => {
                mod $name {
                    use super::{doors::$door, kinds, scenarios, stage};

                    #[tokio::test]
                    async fn a_deletion_is_a_task_like_any_other_and_no_hanging_up_stops_it() {
                        kinds::a_task_like_any_other::<$door>().await;
                    }

                    $(#[tokio::test]
                    async fn $scenario() {
                        stage::play::<$door>(stringify!($scenario), scenarios::$scenario).await;
                    })*
                }
            };
        }
    };
}

conformance! {
    success
    blocked
    not_found
    forbidden
    no_credentials
    repeated_while_live
    repeated_and_blocked
    repeated_after_the_end
    cancelled_meanwhile
    still_running
    server_stops_meanwhile
    storage_away
    storage_away_meanwhile
    storage_lost_its_data
}

dialect!(staged_config, StagedConfig);
dialect!(platform, Platform);
dialect!(notebooks, Notebooks);
