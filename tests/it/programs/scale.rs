//! A queue of two hundred thousand: every question about it, on the first page, in the midst and on the last one, takes as
//! long as about an empty one. (`make bench` shows the same at a million.)

use offstage_tests::{
    backlog::{self, Asked},
    redis::PrivateRedis,
    stack::Stack,
};
use std::time::Duration;

const TASKS: u64 = 200_000;
/// What operators are promised of a release build; this is a debug build on a machine that may be busy.
const LIMIT: Duration = Duration::from_millis(50);
/// How long an action may take, which is done once and not again and again.
const AT_ONCE: Duration = Duration::from_millis(250);
/// What a page may take longer than another one of the same list, beside twice as long: the noise of a busy machine.
const NOISE: Duration = Duration::from_millis(10);
/// What one question or action may ask of Redis, whatever the backlog: a page looks at some five hundred records.
const MOST_COMMANDS: u64 = 1_000;

#[tokio::test]
async fn every_question_about_a_long_queue_is_answered_as_quickly_as_about_a_short_one() {
    let stack = Stack::on(PrivateRedis::with(&["--appendonly", "no"]).await, []).await;
    let (_program, api) = stack.api(&[]).await;
    backlog::fill(&stack, 50).await;
    let short = backlog::ask_all(&stack, &api, 50).await;
    backlog::fill(&stack, TASKS).await;
    let asked = backlog::ask_all(&stack, &api, TASKS).await;
    for (now, Asked { least: before, .. }) in asked.iter().zip(&short) {
        let Asked { least, commands, path, .. } = now;
        eprintln!("{least:>9.1?} (short: {before:>9.1?}) {commands:>4} commands  {path}");
        assert!(*least < LIMIT && *commands < MOST_COMMANDS, "{now:?}");
    }
    for pages in asked[..asked.len() - 5].chunks_exact(3) {
        let [first, _, last] = pages else { unreachable!("three pages of each list") };
        assert!(last.least <= 2 * first.least + NOISE, "the last page is slower: {pages:?}");
    }
    for acted in backlog::act_all(&stack, &api, TASKS).await {
        eprintln!("{:>9.1?} {:>4} commands  {}", acted.took, acted.commands, acted.path);
        assert!(acted.took < AT_ONCE && acted.commands < MOST_COMMANDS, "{acted:?}");
    }
}
