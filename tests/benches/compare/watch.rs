//! How long a task takes from the moment when it was due, and a cancel until it is CANCELLED: as a caller hears of it, who
//! listens to the events of the API.
//!
//! Open loop: a submit that goes out late is late, whoever is to blame. Every submit has a connection to itself while it
//! runs, so that none waits behind another one.

use offstage_tests::{api::Api, within};
use std::{collections::HashMap, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{callers::Caller, sizes::IN_FLIGHT};

/// How long tasks have after the last submit.
const CATCHING_UP: Duration = Duration::from_secs(3);
/// The most that a single step of a cancel may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A task came into a state.
struct Seen {
    task: u64,
    state: String,
    at: Instant,
}

/// Hears of all transitions from now on.
async fn listen(api: &Api) -> mpsc::UnboundedReceiver<Seen> {
    let mut events = api.listen(None).await;
    let (say, hear) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(frame) = events.next().await {
            let (task, state) = (frame.data["task_id"].as_u64(), frame.data["to"].as_str());
            let (Some(task), Some(state)) = (task, state) else { continue };
            if say.send(Seen { task, state: state.to_owned(), at: Instant::now() }).is_err() {
                return;
            }
        }
    });
    hear
}

/// Submits so many at that rate to an idle worker; microseconds from due to COMPLETED, of those that ended.
pub(crate) async fn latencies(api: &Api, first_user: u64, rate: u64, sent: u64) -> Vec<u64> {
    let mut seen = listen(api).await;
    let (give_back, mut idle) = mpsc::unbounded_channel();
    for _ in 0..IN_FLIGHT.min(sent) {
        give_back.send(Caller::connect(api.base()).await).expect("the receiver is here");
    }
    // One before the others, uncounted, as with every peer: what comes up with the first is no latency.
    Caller::connect(api.base()).await.delete(first_user + sent).await;
    until(&mut seen, None, "COMPLETED").await;

    let (accepted, mut due) = mpsc::unbounded_channel();
    let began = Instant::now();
    for number in 0..sent {
        let intended = began + Duration::from_micros(number * 1_000_000 / rate);
        sleep_until(intended).await;
        let mut caller = idle.recv().await.expect("callers come back");
        let (give_back, accepted) = (give_back.clone(), accepted.clone());
        tokio::spawn(async move {
            let task = caller.delete(first_user + number).await;
            // Who does not listen any more has given up waiting.
            accepted.send((task, intended)).ok();
            give_back.send(caller).ok();
        });
    }
    drop(accepted);
    let (mut all, mut ended) = (Vec::new(), HashMap::new());
    // Closed once every submit has its answer, which may come after the event.
    let answered = async {
        while let Some(submitted) = due.recv().await {
            all.push(submitted);
        }
    };
    let hearing = async {
        while (ended.len() as u64) < sent {
            let Some(Seen { task, state, at }) = seen.recv().await else { return };
            if state == "COMPLETED" {
                ended.insert(task, at);
            }
        }
    };
    // What has not ended by then is counted as unfinished.
    let both = async { tokio::join!(answered, hearing) };
    tokio::time::timeout(CATCHING_UP, both).await.ok();
    let took =
        |(task, intended): &(u64, Instant)| Some(ended.get(task)?.saturating_duration_since(*intended));
    all.iter().filter_map(took).map(micros).collect()
}

/// Cancels running tasks, one after the other; microseconds from the request to CANCELLED.
pub(crate) async fn cancels(api: &Api, first_user: u64, times: u64) -> Vec<u64> {
    let mut seen = listen(api).await;
    let mut caller = Caller::connect(api.base()).await;
    let mut took = Vec::new();
    for user in first_user..first_user + times {
        let task = caller.delete(user).await;
        until(&mut seen, Some(task), "PROCESSING").await;
        let begun = Instant::now();
        caller.cancel(task).await;
        let at = until(&mut seen, Some(task), "CANCELLED").await;
        took.push(micros(at.saturating_duration_since(begun)));
    }
    took
}

/// When a task, or any, comes into a state.
async fn until(seen: &mut mpsc::UnboundedReceiver<Seen>, task: Option<u64>, state: &str) -> Instant {
    let hearing = async {
        while let Some(heard) = seen.recv().await {
            if heard.state == state && task.is_none_or(|task| task == heard.task) {
                return heard.at;
            }
        }
        panic!("the stream of events ended");
    };
    within(&format!("a task becomes {state}"), PATIENCE, hearing).await
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).expect("less than an age")
}
