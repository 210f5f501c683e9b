//! The effects that are no user's deletion: a workspace on disk, and a deploy.

use super::{DEADLINE, LEDGER, Office};
use offstage::domain::{
    deploy::DeployType,
    reason::Reason,
    state::TaskState,
    task::{Subject, TaskId, TaskKind},
    workspace::WorkspaceName,
};
use offstage::store::{
    deploys::Ordered,
    submit::{Submission, Submitted},
};
use offstage_tests::{
    eventually, fixtures,
    hash::sha1_hex,
    programs::Program,
    proxy::{Hold, Proxy},
};
use std::fs;

/// Where workspaces are, as a setting.
const ROOT: &str = "OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT";

impl Office {
    /// A folder of workspaces with one in it.
    fn workspaces(&self, name: &str) -> String {
        let root = self.stack.redis.folder().join("workspaces");
        fs::create_dir_all(root.join(name)).unwrap();
        fs::write(root.join(name).join("1.ipynb"), "{}").unwrap();
        root.to_str().unwrap().to_owned()
    }

    async fn submit_removal(&self, name: &str) -> TaskId {
        let subject = Subject::Workspace(WorkspaceName::new(name).unwrap());
        let submission = Submission { kind: TaskKind::Workspace, subject, ..fixtures::submission(1) };
        let outcome = self.stack.store.submit(&[submission]).await.unwrap();
        let [Submitted::Created { id, .. }] = outcome[..] else { panic!("not a new task: {outcome:?}") };
        id
    }
}

#[tokio::test]
async fn a_workspace_is_on_record_by_its_hash() {
    let office = Office::new().await;
    let root = office.workspaces("joe");
    let _worker = office.worker(&[(ROOT, &root)]);
    let task = office.submit_removal("joe").await;
    office.in_state(task, TaskState::Completed).await;
    assert_eq!(office.story(task), ["begin 1", "done 1"], "before the task's end is known");
    let subject = format!("workspace:{}", sha1_hex("joe"));
    for line in office.lines() {
        assert_eq!((&line["kind"], &line["subject"]), (&"workspace".into(), &subject.clone().into()));
    }
}

/// The worker dies when all is gone, before it could say so in Redis: the next one carries out what is done already.
#[tokio::test]
async fn a_removal_that_is_carried_out_twice_is_done_twice_by_one_task() {
    let office = Office::new().await;
    let root = office.workspaces("warm");
    let proxy = Proxy::start(office.stack.redis.socket()).await;
    let worker = |office: &Office, url: &str| -> Program { office.worker_at(url, &[(ROOT, &root)]) };
    let mut victim = worker(&office, &proxy.url());
    let warm = office.submit_removal("warm").await;
    office.in_state(warm, TaskState::Completed).await;
    office.workspaces("joe");
    proxy.trap("settle", Hold::Command);
    let task = office.submit_removal("joe").await;
    proxy.sprung().await;
    victim.kill();
    let _rescuer = worker(&office, &office.stack.redis.url());
    office.in_state(task, TaskState::Completed).await;
    assert_eq!(office.story(task), ["begin 1", "done 1", "begin 2", "done 2"]);
}

#[tokio::test]
async fn nothing_is_promised_that_the_ledger_cannot_know() {
    let office = Office::new().await;
    let root = office.workspaces("joe");
    fs::create_dir(&office.ledger).unwrap();
    let _worker = office.worker(&[(ROOT, &root), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "100")]);
    let task = office.submit_removal("joe").await;
    let waiting = office.in_state(task, TaskState::Interrupted).await;
    assert_eq!((waiting.reason, waiting.committed), (Some(Reason::LedgerUnwritable), false));
    assert!(office.stack.redis.folder().join("workspaces/joe/1.ipynb").exists());
    fs::remove_dir(&office.ledger).unwrap();
    office.in_state(task, TaskState::Completed).await;
    assert!(!office.stack.redis.folder().join("workspaces/joe").exists());
}

/// What was promised before is tried for ever, and not begun while the ledger cannot be written.
#[tokio::test]
async fn a_promised_removal_waits_for_the_ledger() {
    let office = Office::new().await;
    let root = office.workspaces("joe");
    let proxy = Proxy::start(office.stack.redis.socket()).await;
    let plain = [(ROOT, &*root), (LEDGER, office.ledger.to_str().unwrap())];
    let mut victim = office.stack.worker_at(&proxy.url(), &plain);
    let warm = office.submit_removal("joe").await;
    office.in_state(warm, TaskState::Completed).await;
    office.workspaces("jane");
    proxy.trap("promise", Hold::Answer);
    let task = office.submit_removal("jane").await;
    proxy.sprung().await;
    victim.kill();
    fs::remove_file(&office.ledger).unwrap();
    fs::create_dir(&office.ledger).unwrap();
    let settings =
        [(ROOT, &*root), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20"), ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "2")];
    let _rescuer = office.worker(&settings);
    eventually("it was tried more often than others are", DEADLINE, async || {
        let record = office.stack.store.task(task).await.ok()??;
        (record.attempt > 3 && record.reason == Some(Reason::LedgerUnwritable)).then_some(())
    })
    .await;
    assert!(office.stack.redis.folder().join("workspaces/jane/1.ipynb").exists());
    fs::remove_dir(&office.ledger).unwrap();
    office.in_state(task, TaskState::Completed).await;
}

#[tokio::test]
async fn a_deploy_is_on_record() {
    let office = Office::new().await;
    fs::create_dir(&office.ledger).unwrap();
    let _worker = office.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "100")]);
    let ordered = office.stack.store.submit_deploy(&fixtures::deploy(DeployType::Full)).await.unwrap();
    let Ordered::Created { id: task, .. } = ordered else { panic!("{ordered:?}") };
    let waiting = office.in_state(task, TaskState::Interrupted).await;
    assert_eq!(waiting.reason, Some(Reason::LedgerUnwritable));
    fs::remove_dir(&office.ledger).unwrap();
    office.in_state(task, TaskState::Completed).await;
    eventually("it is on record", DEADLINE, async || {
        let lines = office.lines();
        let words: Vec<_> = lines.iter().map(|line| line["what"].as_str().unwrap()).collect();
        (words == ["begin", "done"]).then(|| assert_eq!(lines[0]["subject"], "configuration"))
    })
    .await;
}
