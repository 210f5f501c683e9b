//! A hundred thousand users, and every way of asking for some of them.
//!
//! Used by the test and by `make bench`. The users are written past the import, as it would write them, because a hundred
//! thousand password-less lines of JSON would be the longest part.
//!
//! Easy to get wrong: an answer at this size is too long to be read by eye. So names are a permutation of the ids, and what
//! must come out is computed here from the same arithmetic, without a list.

use reqwest::{Method, StatusCode};
use std::time::{Duration, Instant};

use crate::{api::Api, fixtures, stack::Stack};

/// The first user of the crowd.
pub const FIRST_USER: u64 = 1_000;
/// Shares no factor with any power of ten, so that multiples of it pass every remainder once.
const STEP: u64 = 7_919;
/// Users in one pipeline.
const AT_ONCE: u64 = 500;
const STAGED: &str = "/api/staged_config/access/users";

/// Where a user stands among all by name.
#[must_use]
pub const fn place(id: u64, users: u64) -> u64 {
    (id - FIRST_USER) * STEP % users
}

/// A user's name.
#[must_use]
pub fn name(id: u64, users: u64) -> String {
    format!("user{:06}", place(id, users))
}

/// He is one of the hundred to whom a description is given that begins with `rare`.
#[must_use]
pub const fn is_rare(id: u64, users: u64) -> bool {
    id.is_multiple_of(users / 100)
}

/// Writes the users, on both sides. Their number is a power of ten.
pub fn fill(stack: &Stack, users: u64) {
    let mut connection = stack.redis.connection();
    for batch in 0..users / AT_ONCE {
        let first = FIRST_USER + batch * AT_ONCE;
        let mut commands = redis::pipe();
        for id in first..first + AT_ONCE {
            let name = name(id, users);
            let description = if is_rare(id, users) { format!("rare {id}") } else { format!("user {id}") };
            let record = [
                ("username", name.clone()),
                ("email", format!("{name}@example.com")),
                ("description", description),
                ("user_role_id", "2".to_owned()),
                ("security_profile_id", "1".to_owned()),
                ("locale_id", "en".to_owned()),
                ("inactivity_timeout", (id % 60 * 60_000).to_string()),
                ("admin", "0".to_owned()),
            ];
            for side in ["staged", "deployed"] {
                let key = |rest: &str| format!("{}:{side}:{rest}", fixtures::PREFIX);
                commands.hset_multiple(key(&format!("user:{id}")), &record).ignore();
                commands.zadd(key("users"), id, id).ignore();
                commands.hset(key("names"), &name, id).ignore();
            }
        }
        commands.exec(&mut connection).expect("Redis takes the users");
    }
}

/// A question, and how long its answer took.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked.
    pub what: &'static str,
    /// The shortest of several times.
    pub least: Duration,
    /// The ids in the answer.
    pub ids: Vec<u64>,
    /// What the answer says of its place in the whole.
    pub part: String,
}

/// A question: what it is called, its parameters, the part.
type Question = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every question but the one for all of it.
pub const QUESTIONS: [Question; 10] = [
    ("first page", &[], "items=0-49"),
    ("deep page", &[], "items=90000-90049"),
    ("last page downwards", &[("sort", "-id")], "items=99950-99999"),
    ("by an id, indexed", &[("filter", "id = 51000")], "items=0-49"),
    ("by a span of ids, indexed", &[("filter", "id between 50000 and 50099")], "items=0-49"),
    ("by a name, indexed", &[("filter", "username = user012345")], "items=0-49"),
    ("by a description, scanned", &[("filter", "description like 'rare%'")], "items=0-49"),
    ("by name, upwards", &[("sort", "+username")], "items=50000-50049"),
    ("by address, downwards", &[("sort", "-email"), ("filter", "email ilike '%USER%'")], "items=0-49"),
    (
        "scanned, two terms, nested",
        &[
            ("filter", "not (description like 'user%' or tenant_id is not null)"),
            ("sort", "inactivity_timeout,-id"),
        ],
        "items=10-59",
    ),
];

/// Asks all of them, each so many times.
pub async fn ask_all(api: &Api, times: usize) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (what, query, range) in QUESTIONS {
        let mut least = Duration::MAX;
        let mut answer = None;
        for _ in 0..times {
            let request = api.request(Method::GET, STAGED).query(query).header("Range", range);
            let begun = Instant::now();
            answer = Some(api.send(request).await);
            least = least.min(begun.elapsed());
        }
        let answer = answer.expect("it was asked");
        assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
        let part = answer.headers["content-range"].to_str().expect("text").to_owned();
        let elements = answer.body.as_array().expect("a list");
        let ids = elements.iter().map(|user| user["id"].as_u64().expect("an id")).collect();
        asked.push(Asked { what, least, ids, part });
    }
    asked
}

/// Asks for a long part of them at once; returns how many there were, how many bytes, and how long it took.
pub async fn ask_for_many(api: &Api, query: &[(&str, &str)], range: &str) -> (usize, usize, Duration) {
    let begun = Instant::now();
    let request = api.request(Method::GET, STAGED).query(query).header("Range", range);
    let request = request.timeout(Duration::from_mins(2)).send();
    let mut response = request.await.expect("the server answers");
    assert_eq!(response.status(), StatusCode::OK);
    // Counted as it comes: a whole one would be larger than what is measured.
    let (mut users, mut bytes, mut last) = (0, 0, Vec::new());
    while let Some(chunk) = response.chunk().await.expect("the body comes whole") {
        bytes += chunk.len();
        last.extend_from_slice(&chunk);
        users += last.windows(ID.len()).filter(|window| *window == ID).count();
        last.drain(..last.len().saturating_sub(ID.len() - 1));
    }
    assert!(last.ends_with(b"]"), "the list has an end");
    (users, bytes, begun.elapsed())
}

/// Stands in every user once.
const ID: &[u8] = b"{\"id\":";

/// The most memory that a process ever held, in bytes.
#[must_use]
pub fn peak_memory_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says so");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
}
