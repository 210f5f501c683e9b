//! Random requests: never a 500, never a hang, and the server serves on.

use super::{TASKS, USERS, tasks};
use offstage_tests::{
    api::Api,
    fixtures::{ADMIN_TOKEN, READER_TOKEN},
    stack::Stack,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::{Method, RequestBuilder, header::HeaderValue};
use std::time::Duration;

const REQUESTS: usize = 400;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// A seed of one's own, to see a failure again.
const SEED: Option<u64> = None;

const METHODS: [&str; 10] =
    ["GET", "DELETE", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X", "get"];
const PATHS: [&str; 27] = [
    "/api/staged_config/access/users/{}",
    "/api/staged_config/access/user_delete_tasks/{}",
    "/api/staged_config/access/user_delete_tasks/{}/results",
    "/ops/v1/users/{}/dependents",
    "/ops/v1/users/{}/dependents/REPORT/17",
    "/ops/v1/users/5/dependents/{}/17",
    "/ops/v1/users/5/dependents/REPORT/{}",
    "/ops/v1/tasks",
    "/ops/v1/tasks/{}",
    "/ops/v1/tasks/{}/pause",
    "/ops/v1/tasks/1/{}",
    "/ops/v1/queue",
    "/ops/v1/deletions",
    "/ops/v1/workers/{}/quiet",
    "/ops/v1/events",
    "/ops/v1/tokens",
    "/ops/v1/tokens/{}",
    "/ops/v1/containers/{}",
    "/arcgis/notebooks/admin/dataaccess/{}/deleteUserWorkspace",
    "/arcgis/admin/system/jobs/{}",
    "/arcgis/admin/system/containers/{}/terminateContainer",
    "/arcgis/sharing/rest/{}",
    "/api/{}",
    "/{}",
    "/livez{}",
    "/metrics{}",
    "/api-docs/openapi.json{}",
];
const PIECES: [&str; 24] = [
    "5",
    "1",
    "2",
    "404",
    "+7",
    "-1",
    "007",
    "7.0",
    "9007199254740992",
    "abc",
    "%37",
    "%zz",
    "%00",
    "%2F",
    "%ff",
    "%C3%BC",
    "..",
    "a/b",
    "",
    " ",
    "%0d%0aX:%20y",
    "{id}",
    "%F0%9F%92%A9",
    "99999999999999999999999",
];
const QUERIES: [&str; 18] = [
    "",
    "fields=id",
    "fields=id,id",
    "fields=none",
    "fields=((((",
    "fields=%ff",
    "limit=0",
    "limit=10",
    "limit=-1",
    "cursor=AAAA",
    "state=QUEUED&kind=staged_user",
    "state=none",
    "user_id=5&created_by=administrator",
    "created_by=%00",
    "cursor=%zz",
    "a=b&a=b",
    "&&&===",
    "task_id=1",
];
const HEADERS: [(&str, &str); 21] = [
    ("version", "17.0"),
    ("version", "0"),
    ("version", "999.9"),
    ("fields", "id, status"),
    ("fields", "id("),
    ("idempotency-key", "k"),
    ("idempotency-key", ""),
    ("idempotency-key", "a b"),
    ("content-type", "text/plain"),
    ("content-type", "application/json; charset=utf-16"),
    ("content-encoding", "gzip"),
    ("sec", "wrong"),
    ("authorization", "Basic dXNlcjU6eA=="),
    ("authorization", "Bearer x"),
    ("x-request-id", "r r"),
    ("accept", "text/html"),
    ("accept-language", "de;q=x, *"),
    ("last-event-id", "1-0-1"),
    ("last-event-id", "x"),
    ("expect", "200-maybe"),
    ("range", "items=0-4"),
];
const BODIES: [&str; 19] = [
    "",
    "{}",
    "{\"status\":\"CANCEL_REQUESTED\"}",
    "{\"status\":\"COMPLETED\"}",
    "{\"name\":\"n\",\"blocking\":false}",
    "{\"group_ids\":[1,2,3]}",
    "{\"users\":[{\"id\":5},{\"username\":\"user2\"}],\"not_before\":null}",
    "{\"users\":[{\"id\":5,\"username\":null}]}",
    "{\"users\":[{\"username\":\"x\"}],\"dry_run\":true,\"not_before\":9999999999999999}",
    "{\"name\":\"ci\",\"capabilities\":[\"ops.read\"]}",
    "{\"name\":\"\",\"capabilities\":[1],\"expires\":-1}",
    "[]",
    "null",
    "{",
    "{\"a\":1,\"a\":2}",
    "\u{feff}{}",
    "{\"database\":\"EVENTS\"}",
    "{\"status\":\"\\ud800\"}",
    "\u{0}\u{1}\u{2}",
];

/// One of them, or now and then noise.
fn pick(random: &mut StdRng, from: &[&str]) -> String {
    if random.random_bool(0.9) {
        return (*from.choose(random).unwrap()).to_owned();
    }
    let length = random.random_range(0..40);
    (0..length)
        .map(|_| char::from(random.random_range(0x21..0x7f_u8)))
        .filter(|c| !"#?\\".contains(*c))
        .collect()
}

fn request(random: &mut StdRng, api: &Api) -> (String, RequestBuilder) {
    let method = pick(random, &METHODS);
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    let mut path = PATHS.choose(random).unwrap().replace("{}", &pick(random, &PIECES));
    let query = pick(random, &QUERIES);
    if !query.is_empty() {
        path = format!("{path}?{query}");
    }
    let token = *[Some(ADMIN_TOKEN), Some(ADMIN_TOKEN), Some(READER_TOKEN), Some("wrong"), None]
        .choose(random)
        .unwrap();
    let mut request = api.with_token(token).request(method.clone(), &path);
    if random.random_bool(0.5) {
        request = request.header("content-type", "application/json");
    }
    for _ in 0..random.random_range(0..3) {
        let (name, value) = HEADERS.choose(random).unwrap();
        let mut value = value.as_bytes().to_vec();
        if random.random_bool(0.1) {
            value.push(random.random_range(0x80..=0xff));
        }
        request = request.header(*name, HeaderValue::from_bytes(&value).unwrap());
    }
    let body = if random.random_bool(0.02) { "x".repeat(70_000) } else { pick(random, &BODIES) };
    let what = format!("{method} {path} {body:.100}");
    (what, request.body(body).timeout(PATIENCE))
}

#[tokio::test]
async fn random_requests_get_an_answer_in_shape_and_the_server_serves_on() {
    let seed = SEED.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let stack = Stack::with_users([2, 5, 6]).await;
    let (mut program, api) = stack.api(&[]).await;
    for number in 0..REQUESTS {
        let (what, request) = request(&mut random, &api);
        eprintln!("{number}: {what}");
        // Every answer is looked at: shape, length, no internal text, never a 500.
        let answer = api.send(request).await;
        assert!(answer.status.as_u16() < 500, "{answer:?}");
    }
    assert!(program.is_running());
    assert!(!program.log().contains("panicked"), "{}", program.log());
    let accepted = api.send(api.request(Method::DELETE, &format!("{USERS}/6"))).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    assert_eq!(api.get(&format!("{TASKS}/{}", accepted.body["id"])).await.status, 200);
    assert!(tasks(&stack).await <= 3 + REQUESTS as u64);
}
