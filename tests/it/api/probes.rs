//! What machines ask: alive, ready, metrics; of the API and of a worker.

use super::{DEADLINE, header};
use offstage::domain::state::TaskState;
use offstage_tests::{
    api::{Answer, Api},
    eventually, fixtures,
    fixtures::READER_TOKEN,
    metrics::Page,
    programs::Program,
    stack::Stack,
    tasks,
};
use rustix::process::Signal;
use std::net::{IpAddr, UdpSocket};

async fn becomes(api: &Api, path: &str, status: u16) -> Answer {
    eventually(&format!("{path} is {status}"), DEADLINE, async || {
        let answer = api.get(path).await;
        (answer.status == status).then_some(answer)
    })
    .await
}

/// Where a worker's probes are.
pub(super) async fn probes_of(worker: &Program) -> Api {
    let line = worker.logged("probes and metrics").await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    Api::new(&format!("http://{}", line["address"].as_str().unwrap()))
}

#[tokio::test]
async fn the_api_lives_without_redis_and_is_ready_again_by_itself() {
    let mut stack = Stack::with_users([5]).await;
    let (mut program, api) = stack.api(&[]).await;
    assert_eq!(becomes(&api, "/readyz", 200).await.body["status"], "ready");
    stack.redis.freeze();
    let unready = becomes(&api, "/readyz", 503).await;
    assert_eq!(header(&unready, "retry-after"), "1");
    assert_eq!(api.get("/livez").await.status, 200);
    stack.redis.thaw();
    becomes(&api, "/readyz", 200).await;
    stack.redis.kill();
    becomes(&api, "/readyz", 503).await;
    assert_eq!(api.get("/livez").await.status, 200);
    stack.redis.restart().await;
    becomes(&api, "/readyz", 200).await;
    assert_eq!(api.delete_user(5).await.status, 202);
    assert!(program.is_running());
}

#[tokio::test]
async fn a_worker_is_ready_idle_paused_and_quiet_but_not_without_redis() {
    let mut stack = Stack::with_users([5]).await;
    let mut worker =
        stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000"), ("OFFSTAGE_WORKER__STOP_MS", "20000")]);
    let probes = probes_of(&worker).await;
    becomes(&probes, "/readyz", 200).await;
    assert_eq!(probes.get("/livez").await.status, 200);
    stack.store.pause_queue(true, "test").await.unwrap();
    stays_ready(&probes).await;
    stack.store.pause_queue(false, "test").await.unwrap();
    stack.redis.freeze();
    becomes(&probes, "/readyz", 503).await;
    assert_eq!(probes.get("/livez").await.status, 200);
    stack.redis.thaw();
    becomes(&probes, "/readyz", 200).await;
    stack.redis.kill();
    becomes(&probes, "/readyz", 503).await;
    stack.redis.restart().await;
    becomes(&probes, "/readyz", 200).await;

    eventually("the test's own connection is back", DEADLINE, async || stack.store.check().await.ok()).await;
    let task = fixtures::submit(&stack.store, 5).await;
    tasks::in_state(&stack.store, task, TaskState::Processing).await;
    stays_ready(&probes).await;
    worker.signal(Signal::TERM);
    worker.logged("claiming no more").await;
    stays_ready(&probes).await;
    assert!(worker.is_running(), "it was quiet all the time");
}

/// Ready for longer than a worker may go unanswered and be ready.
async fn stays_ready(probes: &Api) {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(100));
    for _ in 0..32 {
        tick.tick().await;
        let answer = probes.get("/readyz").await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn both_programs_show_the_depth_of_every_state_and_an_age_that_grows() {
    let stack = Stack::with_users(5..9).await;
    let (_program, api) = stack.api(&[]).await;
    stack.store.pause_queue(true, "test").await.unwrap();
    let worker = stack.worker(&[]);
    let probes = probes_of(&worker).await;
    for user in 5..8 {
        api.submit(user).await;
    }
    api.cancel(1).await;
    let paused = fixtures::submit(&stack.store, 8).await;
    stack.store.pause(paused, "test").await.unwrap();
    for base in [api.base(), probes.base()] {
        let page = Page::of(base).await;
        page.check_by_promtool();
        for state in TaskState::ALL {
            let expected = match state.name() {
                "QUEUED" => 2.0,
                "CANCELLED" | "PAUSED" => 1.0,
                _ => 0.0,
            };
            let depth = page.value("offstage_queue_depth", &[("state", state.name())]);
            assert!((depth - expected).abs() < 0.1, "{state}: {depth}");
        }
        let first = page.value("offstage_queue_oldest_age_seconds", &[]);
        eventually("the age grows", DEADLINE, async || {
            (Page::of(base).await.value("offstage_queue_oldest_age_seconds", &[]) > first).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn metrics_without_redis_show_nothing_old() {
    let mut stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    api.submit(5).await;
    Page::of(api.base()).await;
    stack.redis.kill();
    let page = Page::of(api.base()).await;
    page.check_by_promtool();
    assert!(page.value("offstage_queue_depth", &[("state", "QUEUED")]).is_nan());
    assert!(page.value("offstage_redis_up", &[]).abs() < 0.1);
    assert!(page.count("offstage_redis_errors_total", &[("kind", "unavailable")]) > 0);
}

/// This machine's address towards others, if it has one. Nothing is sent.
fn outer_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[tokio::test]
async fn metrics_from_afar_need_a_token_unless_they_are_public() {
    let Some(outer) = outer_address() else {
        eprintln!("SKIPPED: this machine has no address but loopback");
        return;
    };
    let stack = Stack::with_users([5]).await;
    let args = ["serve", "--listen", "0.0.0.0:0", "--redis-url", &stack.redis.url()];
    for public in [false, true] {
        let setting = [("OFFSTAGE_METRICS__PUBLIC", if public { "true" } else { "false" })];
        let mut program = Program::start("offstage", stack.redis.folder(), &args, &setting);
        let ready = program.line("ready ").await;
        let port = ready.rsplit(':').next().unwrap().trim();
        let worker = Program::start(
            "offstage-worker",
            stack.redis.folder(),
            &["--listen", "0.0.0.0:0", "--redis-url", &stack.redis.url()],
            &setting,
        );
        let worker_port = probes_of(&worker).await.base().rsplit(':').next().unwrap().to_owned();
        for port in [port, &worker_port] {
            let afar = Api::new(&format!("http://{outer}:{port}"));
            let near = Api::new(&format!("http://127.0.0.1:{port}"));
            let without = async |api: &Api| api.with_token(None).get("/metrics").await.status.as_u16();
            assert_eq!(without(&near).await, 200);
            assert_eq!(without(&afar).await, if public { 200 } else { 401 }, "public {public} port {port}");
            let passed_on = near.with_token(None).request(reqwest::Method::GET, "/metrics");
            let passed_on = near.send(passed_on.header("X-Forwarded-For", "192.0.2.1")).await;
            assert_eq!(passed_on.status, if public { 200 } else { 401 }, "a proxy's clients come from afar");
            assert_eq!(afar.get("/metrics").await.status, 200);
            assert_eq!(afar.with_token(Some(READER_TOKEN)).get("/metrics").await.status, 200);
            assert_eq!(afar.with_token(Some("wrong")).get("/metrics").await.status == 200, public);
            assert_eq!(afar.with_token(None).get("/livez").await.status, 200);
            becomes(&afar.with_token(None), "/readyz", 200).await;
        }
    }
}
