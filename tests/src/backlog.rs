//! A long queue, and how long each question about it takes.
//!
//! Used by the test at 200,000 tasks and by `make bench` at 1,000,000. Users are written past the import, in as few bytes
//! as a deletion needs, because a million real ones would be the longest part.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use offstage::{
    domain::task::{Requester, TaskKind},
    store::submit::Submission,
};
use reqwest::{Method, StatusCode};
use std::time::{Duration, Instant};

use crate::{api::Api, fixtures, stack::Stack};

/// The first user of the queue.
const FIRST_USER: u64 = 1_000;
/// Users in one pipeline, and submits in one call.
const AT_ONCE: u64 = 100;
/// How often each question is asked.
const TIMES: usize = 5;

/// Fills the queue: one task in a hundred is a dry run, one in two is Bob's.
pub async fn fill(stack: &Stack, tasks: u64) {
    for batch in 0..tasks.div_ceil(AT_ONCE) {
        let first = FIRST_USER + batch * AT_ONCE;
        let users = first..(first + AT_ONCE).min(FIRST_USER + tasks);
        let mut commands = redis::pipe();
        for user in users.clone() {
            let fields = [("username", format!("user{user}")), ("admin", "0".to_owned())];
            let counters = [("dependents", "0".to_owned()), ("blocking", "0".to_owned())];
            let key = format!("{}:staged:user:{user}", fixtures::PREFIX);
            commands.hset_multiple(key, &[fields, counters].concat()).ignore();
        }
        commands.exec(&mut stack.redis.connection()).expect("Redis takes the users");
        let submissions: Vec<_> = users.map(submission).collect();
        stack.store.submit(&submissions).await.expect("Redis takes the tasks");
    }
}

fn submission(user: u64) -> Submission {
    let name = if user.is_multiple_of(2) { "bob" } else { "alice" };
    Submission {
        kind: if user.is_multiple_of(100) { TaskKind::Dependents } else { TaskKind::StagedUser },
        requester: Requester { name: name.to_owned(), is_administrator: true },
        ..fixtures::submission(user)
    }
}

/// A question or an action, and how long its answer took.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its path.
    pub path: String,
    /// The median of several times.
    pub took: Duration,
    /// The shortest of them: what the work costs, and not what the machine did besides.
    pub least: Duration,
    /// Commands that Redis was given for it, those of scripts included.
    pub commands: u64,
}

/// Asks everything that an operator may ask of a queue with that many tasks.
pub async fn ask_all(stack: &Stack, api: &Api, tasks: u64) -> Vec<Asked> {
    let page = |before: u64| format!("cursor={}", BASE64_URL_SAFE_NO_PAD.encode(before.to_string()));
    let (middle, last) = (page(tasks / 2), page(30));
    let mut asked = Vec::new();
    for filter in FILTERS {
        for place in ["", &middle, &last] {
            asked.push(ask(stack, api, &format!("/ops/v1/tasks?{filter}&{place}")).await);
        }
    }
    for path in ["/ops/v1/queue", "/metrics", "/ops/v1/tasks/17", "/ops/v1/workers", "/ops/v1/doctor"] {
        asked.push(ask(stack, api, path).await);
    }
    asked
}

/// No filter, each alone, and those that no single index serves.
const FILTERS: [&str; 9] = [
    "",
    "state=QUEUED",
    "state=EXCEPTION",
    "kind=dependents",
    "user_id=1500",
    "created_by=bob",
    "created_by=nobody",
    "created_by=alice&kind=dependents",
    "state=QUEUED&kind=staged_user&created_by=bob",
];

async fn ask(stack: &Stack, api: &Api, path: &str) -> Asked {
    let path = path.trim_end_matches('&').replace("?&", "?");
    let before = stack.redis_commands();
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let answer = api.get(&path).await;
        took.push(begun.elapsed());
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    }
    took.sort();
    let commands = (stack.redis_commands() - before) / TIMES as u64;
    Asked { path, took: took[TIMES / 2], least: took[0], commands }
}

/// Acts on tasks in the midst of the queue, and says how long each action took.
pub async fn act_all(stack: &Stack, api: &Api, tasks: u64) -> Vec<Asked> {
    let mut acted = Vec::new();
    for (task, actions) in [(tasks / 2 + 1, &["pause", "resume", "cancel"][..]), (tasks - 1, &["cancel"])] {
        for action in actions {
            let path = format!("/ops/v1/tasks/{task}/{action}");
            acted.push(post(stack, api, &path).await);
        }
    }
    acted.push(post(stack, api, "/ops/v1/queue/pause").await);
    acted.push(post(stack, api, "/ops/v1/queue/resume").await);
    acted
}

async fn post(stack: &Stack, api: &Api, path: &str) -> Asked {
    let before = stack.redis_commands();
    let begun = Instant::now();
    let answer = api.send(api.request(Method::POST, path)).await;
    let took = begun.elapsed();
    assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    Asked { path: path.to_owned(), took, least: took, commands: stack.redis_commands() - before }
}
