//! Whatever the dialect, a deletion is a task that operators see with its history, and a caller who hangs up does not stop
//! it.
//!
//! Easy to get wrong: he hangs up while the task waits, so nobody may work before he has.

use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{Door, Who::Chief, Whom::There, stage::Stage};

/// What an operator sees of a deletion that nothing stops.
const HISTORY: [(&str, &str); 3] = [("QUEUED", "submit"), ("PROCESSING", "claim"), ("COMPLETED", "complete")];

/// A caller asks and hangs up; then somebody works.
pub(super) async fn a_task_like_any_other<D: Door>() {
    let mut stage = Stage::open().await;
    let door = D::open(&stage).await;
    let host = stage.api.base().trim_start_matches("http://").to_owned();
    let mut caller = TcpStream::connect(&host).await.unwrap();
    caller.write_all(door.ask(Chief, There).bytes(&host).as_bytes()).await.unwrap();
    let task = stage.task().await;
    drop(caller);

    let list = stage.api.get(&format!("/ops/v1/tasks?kind={}", D::KIND)).await;
    assert_eq!(list.body["items"][0]["id"], task, "{list:?}");
    stage.work();
    stage.ends(task).await;
    assert!(D::is_gone(&stage));
    let story = stage.story(task).await;
    assert_eq!((&story["kind"], &story["state"]), (&D::KIND.into(), &"COMPLETED".into()), "{story}");
    let text = |line: &Value, member: &str| line[member].as_str().unwrap().to_owned();
    let lines = story["history"].as_array().unwrap().iter();
    // A commit moves nothing.
    let moves = lines.filter(|line| line["from"] != line["to"]);
    let history: Vec<_> = moves.map(|line| (text(line, "to"), text(line, "why"))).collect();
    assert_eq!(history, HISTORY.map(|(to, why)| (to.to_owned(), why.to_owned())), "{story}");
}
