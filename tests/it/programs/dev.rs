//! `offstage dev`: what it prints, who it shares its folder with, and how it ends.

use offstage::{
    domain::{
        task::{Subject, TaskKind},
        workspace::WorkspaceName,
    },
    store::{Store, submit::Submission},
};
use offstage_tests::{
    api::Api,
    dev::DataFolder,
    eventually, fixtures,
    programs::{Ended, run},
    redis::PrivateRedis,
};
use rustix::process::Signal;
use serde_json::Value;
use std::{
    process::Command,
    time::{Duration, Instant},
};

use super::{DEADLINE, repository, sample};

/// From a signal to the end of everything.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Runs a line of the tour as it stands; curl tells the status after each body.
async fn pasted(data: &DataFolder, line: &str) -> Vec<(Value, u16)> {
    std::fs::write(data.folder().join(".curlrc"), "write-out = \"\\n%{http_code}\\n\"\n").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", line]).env("CURL_HOME", data.folder());
    let Ended { status, stdout, stderr } = run(command, DEADLINE).await;
    assert!(status.success(), "{line}: {stdout} {stderr}");
    let lines: Vec<_> = stdout.lines().filter(|line| !line.is_empty()).collect();
    let answers = lines.chunks(2).map(|pair| {
        let body = serde_json::from_str(pair[0]).unwrap_or_else(|_| panic!("{stdout:?} is not JSON"));
        (body, pair[1].parse().expect("a status"))
    });
    answers.collect()
}

#[tokio::test]
async fn the_tour_works_when_it_is_pasted_line_by_line() {
    let data = DataFolder::new();
    let config = repository("deploy/dev.toml");
    let mut dev = data.start(&["--seed", &sample(), "--config", &config], &[]).await;
    let mut answers = Vec::new();
    for line in dev.tour.clone() {
        answers.extend(pasted(&data, &line).await);
    }
    let statuses: Vec<_> = answers.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [202, 200, 202, 200], "{answers:?}");
    let id = |at: usize| answers[at].0["id"].as_u64().expect("a task");
    assert_eq!((id(0), id(2)), (id(1), id(3)));
    assert!(["CANCEL_REQUESTED", "CANCELLED"].iter().any(|state| answers[3].0["status"] == *state));
    dev.api.until(id(0), &["COMPLETED"], DEADLINE).await;
    dev.api.until(id(2), &["CANCELLED"], DEADLINE).await;
    dev.program.signal(Signal::TERM);
    dev.program.ended(STOP_LIMIT).await;
    let rest = dev.program.rest().await;
    assert!(rest.iter().all(String::is_empty), "logs belong on standard error: {rest:?}");
    assert!(dev.program.log().lines().count() > 0);
}

/// The commands of the README's tour, joined; `api` and `ops` point to this server.
fn tour_of_the_readme(base: &str) -> String {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let (_, tour) = readme.split_once("$ export TOKEN=").expect("the tour's beginning");
    let (tour, _) = tour.split_once("Ctrl-C").expect("the tour's end");
    let mut commands = String::new();
    let mut goes_on = false;
    for line in tour.lines() {
        if let Some(part) = line.strip_prefix("$ ").or(goes_on.then_some(line)) {
            commands.push_str(&part.replace("http://127.0.0.1:8080", base));
            commands.push('\n');
            goes_on = part.ends_with('\\');
        }
    }
    commands
}

#[tokio::test]
async fn the_readmes_tour_works_after_the_printed_one() {
    let data = DataFolder::new();
    let config = repository("deploy/dev.toml");
    let given = [("OFFSTAGE_ADMIN_TOKEN", fixtures::ADMIN_TOKEN)];
    let dev = data.start(&["--seed", &sample(), "--config", &config], &given).await;
    for line in dev.tour.clone() {
        pasted(&data, &line).await;
    }
    let commands = tour_of_the_readme(dev.api.base());
    let answers = pasted(&data, &format!("TOKEN={}\n{commands}", fixtures::ADMIN_TOKEN)).await;
    let statuses: Vec<_> = answers.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [202, 200, 202, 200, 201, 202, 200, 200], "{answers:?}");
    let of = |at: usize| answers[at].0["id"].as_u64();
    assert_eq!([of(0), of(2), of(5), of(6)], [Some(3), Some(4), Some(5), Some(5)], "{answers:?}");
    dev.api.until(3, &["COMPLETED"], DEADLINE).await;
    dev.api.until(4, &["CONFLICT"], DEADLINE).await;
    dev.api.until(5, &["CANCELLED"], DEADLINE).await;
}

#[tokio::test]
async fn the_tour_works_without_users_and_without_a_pause() {
    for seed in [None, Some(sample())] {
        let data = DataFolder::new();
        let args: Vec<&str> = seed.iter().flat_map(|file| ["--seed", file.as_str()]).collect();
        let dev = data.start(&args, &[]).await;
        for line in &dev.tour {
            let mut command = Command::new("sh");
            command.args(["-c", line]);
            let ended = run(command, DEADLINE).await;
            assert!(
                ended.status.success() && !ended.stdout.contains("\"http_response\":{\"code\""),
                "{line}: {ended:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_is_refused_and_changes_nothing() {
    let data = DataFolder::new();
    let mut dev = data.start(&["--seed", &sample()], &[]).await;
    let before = data.marked();
    let mut second = data.spawn(&["--seed", &sample()], &[("OFFSTAGE_ADMIN_TOKEN", &"x".repeat(40))]);
    let status = second.ended(STOP_LIMIT).await;
    assert_eq!(status.code(), Some(1));
    assert!(second.rest().await.is_empty());
    let said = second.log();
    let folder = data.path().canonicalize().unwrap();
    assert!(said.contains(&format!("process {}", dev.program.pid())), "{said}");
    assert!(said.contains(folder.to_str().unwrap()), "{said}");
    assert_eq!(data.marked(), before);
    assert!(dev.program.is_running());
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
}

#[tokio::test]
async fn sigterm_and_sigint_end_everything_in_time_and_leave_no_process() {
    for signal in [Signal::TERM, Signal::INT] {
        let data = DataFolder::new();
        let long = [("OFFSTAGE_CHECKS__PAUSE__MS", "60000")];
        let mut dev = data.start(&["--seed", &sample(), "--workers", "2"], &long).await;
        let task = dev.api.submit(5).await;
        dev.api.until(task, &["PROCESSING"], DEADLINE).await;
        assert_eq!(data.marked().len(), 3, "redis and two workers");
        dev.program.signal(signal);
        let status = dev.program.ended(STOP_LIMIT).await;
        assert!(status.success(), "{signal:?}: {status}");
        assert!(data.is_deserted(), "{:?}", data.marked());
        assert!(dev.program.rest().await.iter().all(|line| !line.starts_with("ready")));
    }
}

#[tokio::test]
async fn a_frozen_worker_and_a_frozen_redis_do_not_hold_up_the_end() {
    let data = DataFolder::new();
    let mut dev = data.start(&["--seed", &sample()], &[]).await;
    data.signal(Signal::STOP);
    dev.program.signal(Signal::TERM);
    dev.program.ended(STOP_LIMIT).await;
    assert!(data.is_deserted(), "{:?}", data.marked());
}

#[tokio::test]
async fn an_existing_redis_is_used_and_left_running() {
    let redis = PrivateRedis::start().await;
    let data = DataFolder::new();
    let mut dev = data.start(&["--redis-url", &redis.url(), "--seed", &sample()], &[]).await;
    assert_eq!(data.marked().len(), 1, "a worker, and no private Redis");
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    dev.program.signal(Signal::TERM);
    assert!(dev.program.ended(STOP_LIMIT).await.success());
    assert!(data.is_deserted(), "{:?}", data.marked());
    assert_eq!(fixtures::store(&redis).staged_users().await.unwrap(), 8);
}

#[tokio::test]
async fn as_many_workers_run_as_are_asked_for() {
    for (number, wanted) in [("2", 2), ("0", 0)] {
        let data = DataFolder::new();
        let dev = data.start(&["--seed", &sample(), "--workers", number], &[]).await;
        assert_eq!(data.running("offstage-worker").len(), wanted);
        let task = dev.api.submit(5).await;
        if wanted == 0 {
            assert_eq!(dev.api.status(task).await, "QUEUED");
            assert_eq!(dev.api.cancel(task).await.body["status"], "CANCELLED");
        } else {
            dev.api.until(task, &["COMPLETED"], DEADLINE).await;
        }
    }
}

#[tokio::test]
async fn a_faulty_seed_is_refused_with_all_its_faults_and_leaves_no_process() {
    let data = DataFolder::new();
    let file = data.folder().join("faulty.json");
    std::fs::write(&file, r#"{"users": [{"id": 0}, {"id": 7, "user_role_id": 99}], "colours": []}"#).unwrap();
    let mut dev = data.spawn(&["--seed", file.to_str().unwrap()], &[]);
    assert_eq!(dev.ended(DEADLINE).await.code(), Some(1));
    assert!(data.is_deserted(), "{:?}", data.marked());
    let said = dev.log();
    for fault in ["users[0] (line 1): id: ", "users[1] (line 1): user_role_id: ", "\"colours\": unknown"] {
        assert!(said.contains(fault), "{fault}: {said}");
    }
    assert!(dev.rest().await.is_empty(), "nothing is ready");
    // A corrected file is loaded at the next start.
    let dev = data.start(&["--seed", &sample()], &[]).await;
    dev.api.submit(5).await;
}

#[tokio::test]
async fn a_folder_with_a_long_and_odd_name_will_do() {
    let data = DataFolder::named(&format!("it's a {} 100% odd ünïcode name#?", "very ".repeat(20)));
    // The socket's path would be too long in there: it goes into the temporary folder.
    let folder = data.folder().to_str().unwrap();
    let temporary = [("TMPDIR", folder)];
    let mut dev = data.start(&["--seed", &sample()], &temporary).await;
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    dev.program.kill();
    let dev = data.start(&[], &temporary).await;
    assert_eq!(dev.api.status(task).await, "COMPLETED");
    assert_eq!(data.marked().len(), 2, "the orphans are gone");
}

#[tokio::test]
async fn a_port_in_use_is_said_before_anything_is_started() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = DataFolder::new();
    let begun = Instant::now();
    let path = data.path();
    let args = ["dev", "--listen", &address, "--data", path.to_str().unwrap()];
    let ended = super::ended("offstage", data.folder(), &args, &[]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains(&address) && ended.stderr.contains("--listen"), "{}", ended.stderr);
    assert!(data.is_deserted(), "{:?}", data.marked());
    assert!(begun.elapsed() < STOP_LIMIT);
}

#[tokio::test]
async fn the_tour_of_a_later_start_leaves_live_deletions_alone() {
    let data = DataFolder::new();
    let mut dev = data.start(&["--seed", &sample(), "--workers", "0"], &[]).await;
    let live = dev.api.submit(5).await;
    dev.program.signal(Signal::TERM);
    dev.program.ended(STOP_LIMIT).await;
    let dev = data.start(&["--workers", "0"], &[]).await;
    let asked = &pasted(&data, &dev.tour[0]).await[0];
    let seen = &pasted(&data, &dev.tour[1]).await[0];
    assert_eq!((asked.1, seen.1), (202, 200), "{seen:?}");
    assert_eq!(asked.0["id"], seen.0["id"]);
    assert_ne!(asked.0["id"], live);
}

#[tokio::test]
async fn a_later_start_goes_on_where_an_orderly_end_stopped() {
    let data = DataFolder::new();
    let mut dev = data.start(&["--seed", &sample()], &[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]).await;
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["PROCESSING"], DEADLINE).await;
    dev.program.signal(Signal::TERM);
    dev.program.ended(STOP_LIMIT).await;
    let dev = data.start(&["--seed", &sample()], &[]).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    gone(&dev.api, 5).await;
}

/// That user is not there any more.
async fn gone(api: &Api, user: u64) {
    eventually("the user is gone", DEADLINE, async || {
        (api.delete_user(user).await.status == 404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_sample_workspace_can_be_removed() {
    let data = DataFolder::new();
    let _dev = data.start(&["--seed", &sample()], &[]).await;
    let store = Store::new(&data.redis_url(), fixtures::PREFIX, "offstage-test").unwrap();
    let alice = data.path().join("workspaces/alice");
    assert!(alice.is_dir());
    let subject = Subject::Workspace(WorkspaceName::new("alice").unwrap());
    let submission = Submission { kind: TaskKind::Workspace, subject, ..fixtures::submission(1) };
    store.submit(&[submission]).await.unwrap();
    eventually("it is gone", DEADLINE, async || (!alice.exists()).then_some(())).await;
    assert!(data.path().join("workspaces/bob").is_dir());
}
