//! What happens, and what it must mean to whoever asked, in no dialect's words.
//!
//! Each returns what went over the wire, with a title, in the order in which it was asked.

use super::{
    Door,
    Meaning::{self, Blocked, Cancelled, Forbidden, Gone, NoCredentials, NotFound, Unavailable},
    Who::{Chief, Clerk, Nobody},
    Whom::{There, Unknown},
    stage::{Stage, Told},
};

/// What was said, with a title.
type Script = Vec<(&'static str, Told)>;

/// The script of a request and of where it led, and what that means.
async fn to_the_end(stage: &Stage, door: &impl Door, asked: (&'static str, Told)) -> (Script, Meaning) {
    let end = stage.end_of(door, &asked.1).await;
    let means = end.as_ref().map_or(asked.1.means, |end| end.means);
    let script = std::iter::once(asked).chain(end.map(|end| ("How it ended.", end))).collect();
    (script, means)
}

/// Nobody needs him: he is gone, and whoever asked knows it.
pub(super) async fn success<D: Door>(stage: &mut Stage, door: &D) -> Script {
    stage.work();
    let asked = stage.ask(door, Chief, There).await;
    let (script, means) = to_the_end(stage, door, ("An administrator asks.", asked)).await;
    assert_eq!(means, Gone);
    assert!(D::is_gone(stage));
    script
}

/// Somebody needs him: he stays, and whoever asked learns why.
pub(super) async fn blocked<D: Door>(stage: &mut Stage, door: &D) -> Script {
    D::block(stage).await;
    stage.work();
    let asked = stage.ask(door, Chief, There).await;
    let (script, means) = to_the_end(stage, door, ("An administrator asks.", asked)).await;
    assert_eq!(means, Blocked);
    assert!(!D::is_gone(stage));
    script
}

/// There is none of that name.
pub(super) async fn not_found<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let asked = stage.ask(door, Chief, Unknown).await;
    assert_eq!(asked.means, NotFound);
    vec![("An administrator asks for somebody who is not there.", asked)]
}

/// Whoever may not is refused, and does not learn who exists.
pub(super) async fn forbidden<D: Door>(stage: &mut Stage, door: &D) -> Script {
    stage.work();
    let (there, unknown) = (stage.ask(door, Clerk, There).await, stage.ask(door, Clerk, Unknown).await);
    assert_eq!((there.means, unknown.means), (Forbidden, Forbidden));
    assert_eq!(there.answer.body, unknown.answer.body, "refusal comes before existence");
    assert!(!D::is_gone(stage));
    vec![("Somebody asks who may not.", there), ("He asks for somebody who is not there.", unknown)]
}

/// Whoever does not say who he is gets no further.
pub(super) async fn no_credentials<D: Door>(stage: &mut Stage, door: &D) -> Script {
    stage.work();
    let asked = stage.ask(door, Nobody, There).await;
    assert_eq!(asked.means, NoCredentials);
    assert!(!D::is_gone(stage));
    vec![("Somebody asks without credentials.", asked)]
}

/// Two ask for the same before anybody works: it is one task. The script, and what each of them learns in the end.
async fn ask_twice<D: Door>(stage: &Stage, door: &D, is_needed: bool) -> (Script, [Meaning; 2]) {
    let second = async {
        stage.task().await;
        let work = async {
            stage.is_repeated().await;
            if is_needed {
                D::block(stage).await;
            }
            stage.worker()
        };
        tokio::join!(stage.ask(door, Chief, There), work)
    };
    let (first, (second, _worker)) = tokio::join!(stage.ask(door, Chief, There), second);
    let (mut script, one) = to_the_end(stage, door, ("An administrator asks.", first)).await;
    let (again, other) = to_the_end(stage, door, ("He asks again while that is under way.", second)).await;
    script.extend(again);
    assert_eq!(stage.tasks().await, 1);
    (script, [one, other])
}

/// Two ask for the same: one task deletes.
pub(super) async fn repeated_while_live<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let (script, [one, other]) = ask_twice(stage, door, false).await;
    assert_eq!(one, Gone);
    // Who stays on the line is told whether it was his request that did it.
    assert!([Gone, NotFound].contains(&other), "{other:?}");
    script
}

/// Two ask for the same, and it is refused: both learn why.
pub(super) async fn repeated_and_blocked<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let (script, means) = ask_twice(stage, door, true).await;
    assert_eq!(means, [Blocked, Blocked]);
    assert!(!D::is_gone(stage));
    script
}

/// He is gone already.
pub(super) async fn repeated_after_the_end<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let mut script = success(stage, door).await;
    let again = stage.ask(door, Chief, There).await;
    assert_eq!(again.means, NotFound);
    script.push(("He asks again.", again));
    script
}

/// An operator takes it back before it took effect: he stays, and whoever asked knows it.
pub(super) async fn cancelled_meanwhile<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let cancelling = async { stage.cancel(stage.task().await).await };
    let (asked, ()) = tokio::join!(stage.ask(door, Chief, There), cancelling);
    let (script, means) = to_the_end(stage, door, ("An administrator asks.", asked)).await;
    assert_eq!(means, Cancelled);
    assert!(!D::is_gone(stage));
    script
}

/// Nobody works: whoever asked is told which task to look for.
pub(super) async fn still_running<D: Door>(stage: &mut Stage, door: &D) -> Script {
    stage.lose_patience().await;
    let asked = stage.ask(door, Chief, There).await;
    assert_eq!(asked.means, Meaning::Running(1));
    let look = stage.look(door, &asked).await;
    let mut script = vec![("An administrator asks, and nobody works.", asked)];
    script.extend(look.map(|look| ("How far it is.", look)));
    stage.work();
    stage.ends(1).await;
    assert!(D::is_gone(stage), "it goes on");
    script
}

/// The server stops while whoever asked is on the line: he is told which task to look for, and it goes on.
pub(super) async fn server_stops_meanwhile<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let stopping = async {
        stage.task().await;
        stage.stop_server();
    };
    let (asked, ()) = tokio::join!(stage.ask(door, Chief, There), stopping);
    assert_eq!(asked.means, Meaning::Running(1));
    stage.lose_patience().await;
    stage.work();
    stage.ends(1).await;
    assert!(D::is_gone(stage));
    vec![("An administrator asks, and the server is told to stop.", asked)]
}

/// Redis is away: try again.
pub(super) async fn storage_away<D: Door>(stage: &mut Stage, door: &D) -> Script {
    stage.stack.redis.kill();
    let asked = stage.ask(door, Chief, There).await;
    assert_eq!(asked.means, Unavailable);
    stage.stack.redis.restart().await;
    assert_eq!(stage.tasks().await, 0);
    vec![("An administrator asks while the storage is away.", asked)]
}

/// Redis is away for a while when it is under way: nobody needs to ask again.
pub(super) async fn storage_away_meanwhile<D: Door>(stage: &mut Stage, door: &D) -> Script {
    let meanwhile = async {
        stage.task().await;
        stage.stack.redis.freeze();
        stage.is_unready().await;
        stage.stack.redis.thaw();
        stage.worker()
    };
    let (asked, _worker) = tokio::join!(stage.ask(door, Chief, There), meanwhile);
    let (script, means) = to_the_end(stage, door, ("An administrator asks.", asked)).await;
    assert_eq!(means, Gone);
    assert!(D::is_gone(stage));
    script
}

/// Redis is there and has forgotten everything: nothing is done until somebody has looked.
pub(super) async fn storage_lost_its_data<D: Door>(stage: &mut Stage, door: &D) -> Script {
    // A server that has not asked it for anything yet would not miss anything.
    assert_eq!(stage.tasks().await, 0);
    stage.forget();
    let asked = stage.ask(door, Chief, There).await;
    assert_eq!(asked.means, Unavailable);
    vec![("An administrator asks after the storage has lost its data.", asked)]
}
