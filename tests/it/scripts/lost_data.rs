//! Redis is not the one that acknowledged earlier writes: every operation says so, and touches nothing.

use metrics_exporter_prometheus::PrometheusBuilder;
use offstage::{
    domain::{
        checklist::Checklist,
        deploy::DeployType,
        state::{Event, TaskState},
        task::{TaskId, TaskKind, UserId},
        user::{Side, judge::NewUser, patch::UserPatch},
    },
    store::{
        Store, StoreError,
        accounts::{Change, Grant, NewAccount},
        dependents::Existing,
        directory::Reference,
        ids::{Numbers, TaskChoice},
        listing::TaskFilter,
        logins::{LoginMethod, NewLogin},
        principals::TokenHash,
        queue::{Commit, Lease, Report, Settlement},
        scripts,
        users::changes::{Snapshot, Update},
        workers::Announcement,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{ANY_AGE, LONG, World},
};

/// Every script that has the prelude, called once.
async fn all(
    store: &Store,
    lease: Lease,
    snapshot: &Snapshot,
) -> Vec<(&'static str, Result<(), StoreError>)> {
    let id = lease.task;
    let dependent = fixtures::dependent("1", true);
    let settlement = Settlement { lease, event: Event::Retry, reason: None, delay_ms: 0, checks: None };
    let commit = Commit { lease, oldest_answer_ms: None, checks: Checklist::default() };
    let promised = commit.clone();
    let token = TokenHash::of(b"t");
    let user = UserId(6);
    let session = fixtures::session(user, "user6", &token);
    let account = NewAccount { username: "user8".to_owned(), email: None };
    let grant = Grant { roles: vec![2], is_administrators: false };
    let new_user = NewUser { username: "user9".to_owned(), is_administrator: false };
    let patch = UserPatch::default();
    let update = Update {
        wanted: &patch,
        password_hash: None,
        staged_fields: true,
        makes_administrator: None,
        awaits_deploy: false,
    };
    let container = fixtures::container("c", "gis_joe");
    let workspace = container.username.clone();
    let login = NewLogin {
        username: "user6".to_owned(),
        from: None,
        succeeded: true,
        method: LoginMethod::HttpBasic,
        ago: LONG,
    };
    let worker = Announcement {
        name: "w".to_owned(),
        host: "h".to_owned(),
        pid: 1,
        version: "1".to_owned(),
        running: 0,
        last_claim: None,
        quiet: false,
    };
    vec![
        ("add_users", store.add_users(&[account], &grant).await.map(drop)),
        ("announce", store.announce(&worker).await.map(drop)),
        ("cancel", store.cancel(id, "c").await.map(drop)),
        ("claim", store.claim(1, "w", LONG).await.map(drop)),
        ("close_session", store.close_session(user, &token, "platform").await.map(drop)),
        ("commit", store.commit(&[commit], "w", ANY_AGE).await.map(drop)),
        ("create_user", store.create_user(&new_user, &patch, None).await.map(drop)),
        ("delete_dependent", store.unregister(user, &dependent.kind, "1").await.map(drop)),
        ("depth", store.depth().await.map(drop)),
        ("extend", store.extend(&[lease], LONG).await.map(drop)),
        ("find_gone", store.gone(&[id]).await.map(drop)),
        ("find_login", store.login("admin").await.map(drop)),
        ("forget_containers", store.forget_containers().await.map(drop)),
        ("import_users", store.load_users(&[fixtures::user(8)], true).await.map(drop)),
        ("leave", store.leave("w").await),
        ("leave_walk", store.leave_walk(0, LONG).await),
        ("list_dependents", store.registered(user, "", 9).await.map(drop)),
        ("note_logins", store.note_logins(&[login]).await),
        ("occupy", store.occupy(&workspace, &workspace, "o", LONG).await.map(drop)),
        ("open_session", store.open_session(&session).await.map(drop)),
        ("pause", store.pause(id, "op").await.map(drop)),
        ("pause_queue", store.pause_queue(true, "op").await.map(drop)),
        ("prepare_deploy", store.prepare_deploy(lease, None).await.map(drop)),
        ("promise", store.promise(&promised, "w", ANY_AGE).await.map(drop)),
        ("promote", store.promote("p").await.map(drop)),
        ("prune", store.prune(0).await.map(drop)),
        ("put_dependents", store.register(&[(user, dependent)], Existing::Replaced).await.map(drop)),
        ("put_token", store.keep_token("n", &token, &[], true).await.map(drop)),
        ("quiet", store.set_quiet("w", true, "op").await.map(drop)),
        ("reclaim", store.reclaim(1, "r").await.map(drop)),
        ("reconcile", store.reconcile(0).await.map(drop)),
        ("refill", store.reconcile(0).await.map(drop)),
        ("register_container", store.register_container(&container).await.map(drop)),
        ("report", store.report(lease, &Report::default()).await.map(drop)),
        ("resume", store.resume(id, "op").await.map(drop)),
        ("revoke_token", store.revoke_token("n").await.map(drop)),
        ("settle", store.settle(&[settlement], "w").await.map(drop)),
        ("submit", store.submit(&[fixtures::submission(6)]).await.map(drop)),
        ("submit_deploy", store.submit_deploy(&fixtures::deploy(DeployType::Full)).await.map(drop)),
        ("sweep_generation", store.sweep_generation().await.map(drop)),
        ("take_walk", store.take_walk().await.map(drop)),
        ("turn_deploy", store.turn_deploy(lease, "w").await.map(drop)),
        ("unregister_container", store.unregister_container("c").await.map(drop)),
        ("update_user", store.update_user(user, snapshot, &update).await.map(drop)),
        ("update_users", store.update_users(&[user], &Change::default()).await.map(drop)),
        ("use_session", store.use_session(user, &token, "platform").await.map(drop)),
        ("use_token", store.use_token(&token).await.map(drop)),
        ("vacate", store.vacate(&[&workspace], "o").await),
    ]
}

#[tokio::test]
async fn another_epoch_stops_every_operation() {
    let redis = PrivateRedis::start().await;
    for epoch in [Some("another"), None] {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Processing).await;
        let lease = world.lease(id);
        let snapshot = world.store.snapshot(UserId(6)).await.unwrap();
        match epoch {
            Some(name) => world.set("SET", "epoch", &[name]),
            None => world.set("DEL", "epoch", &[]),
        }
        let answers = Box::pin(world.unchanged("everything", all(&world.store, lease, &snapshot))).await;
        let names: Vec<_> = answers.iter().map(|(name, _)| *name).collect();
        let known: Vec<_> = scripts::ALL.iter().map(|script| script.name).collect();
        assert_eq!(names, known, "every script is called here");
        for (name, answer) in answers {
            assert!(matches!(answer, Err(StoreError::DataLost)), "{name}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn another_epoch_stops_the_reads_that_would_say_that_nothing_is_there() {
    let redis = PrivateRedis::start().await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let _here = metrics::set_default_local_recorder(&recorder);
    for (round, epoch) in [(1, "another"), (2, "")] {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Queued).await;
        world.set("SET", "epoch", &[epoch]);
        let store = &world.store;
        let numbers = Numbers::ALL;
        let all_tasks = TaskChoice {
            kinds: TaskKind::ALL.into(),
            states: TaskState::ALL.into(),
            numbers: numbers.clone(),
        };
        let answers = [
            store.task(id).await.map(drop),
            store.story(id).await.map(drop),
            store.known_keys(&["k".to_owned()]).await.map(drop),
            store.resolve(&[Reference::Id(UserId(6))]).await.map(drop),
            store.list_tasks(&TaskFilter::default(), None, 9).await.map(drop),
            store.account("user6").await.map(drop),
            store.accounts_after(None).await.map(drop),
            store.first_role(UserId(6)).await.map(drop),
            store.logins().await.map(drop),
            store.users(Side::Staged, &[UserId(6)]).await.map(drop),
            store.snapshot(UserId(6)).await.map(drop),
            store.user_ids(Side::Staged, &numbers).await.map(drop),
            store.user_ids(Side::Deployed, &Numbers::These(vec![6])).await.map(drop),
            store.user_ids_at(Side::Staged, (0, 9), false).await.map(drop),
            store.user_ids_named(Side::Deployed, &["user6".to_owned()]).await.map(drop),
            store.administrators(Side::Staged).await.map(drop),
            store.task_ids(&all_tasks).await.map(drop),
            store.task_ids_asked_by(&["tester".to_owned()], &numbers).await.map(drop),
            store.last_deploy().await.map(drop),
            store.count_registered(UserId(6)).await.map(drop),
        ];
        let asked = answers.len();
        for (place, answer) in answers.into_iter().enumerate() {
            assert!(matches!(answer, Err(StoreError::DataLost)), "{place}: {answer:?}");
        }
        let page = recorder.handle().render();
        let counted = format!("offstage_redis_errors_total{{kind=\"data_lost\"}} {}\n", round * asked);
        assert!(page.contains(&counted), "{page}");
    }
}

#[tokio::test]
async fn task_numbers_that_went_back_stop_the_submits() {
    let redis = PrivateRedis::start().await;
    for seq in [Some("1"), None] {
        let world = World::new(&redis).await;
        fixtures::submit(&world.store, 5).await;
        let last = fixtures::submit(&world.store, 6).await;
        assert_eq!(last, TaskId(2));
        match seq {
            Some(number) => world.set("SET", "seq", &[number]),
            None => world.set("DEL", "seq", &[]),
        }
        let answer = world.unchanged("submit", world.store.submit(&[fixtures::submission(6)])).await;
        assert!(matches!(answer, Err(StoreError::DataLost)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_second_program_learns_the_first_ones_epoch() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let epoch: String = world.raw("GET", "epoch", &[]);
    let second = Store::new(&redis.url(), &world.prefix, "offstage-test").unwrap();
    assert_eq!(second.staged_users().await.unwrap(), 3);
    second.check().await.unwrap();
    assert_eq!(world.raw::<String>("GET", "epoch", &[]), epoch);
    assert_eq!(epoch.len(), 32);
}
