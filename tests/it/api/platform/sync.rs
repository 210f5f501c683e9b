//! Who comes back: the original's truth table, with a synchronisation that runs every second.

use super::{super::DEADLINE, cluster};
use offstage_tests::{
    api::Api,
    eventually,
    platform::{Caller, MANAGER, people},
    programs::Program,
    stack::Stack,
};

const ROSTER: &str = r#"{"users":[{"name":"x","password":"px"}]}"#;

async fn served(stack: &Stack, pmc_conf: &str) -> (Program, Api, Caller) {
    let settings = cluster(stack, pmc_conf, ROSTER);
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (program, api) = stack.api(&settings).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    (program, api, manager)
}

async fn is_there(manager: &Caller) -> bool {
    manager.get("/platform/ws/users/x").await.status == 200
}

#[tokio::test]
async fn a_deleted_user_comes_back_as_the_settings_say() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let _worker = stack.worker(&[]);
    for (unknown, group, seconds, says) in [
        ("N", "N", 1, &[][..]),
        ("N", "Y", 1, &["ENABLE_USER_GROUP"]),
        ("Y", "N", 1, &["ALLOW_UNKNOWN_USER"]),
        ("Y", "Y", 1, &["ALLOW_UNKNOWN_USER", "ENABLE_USER_GROUP"]),
        ("N", "Y", 0, &[]),
    ] {
        let conf =
            format!("ALLOW_UNKNOWN_USER={unknown}\nENABLE_USER_GROUP={group}\nACL_SYNC_INTERVAL={seconds}\n");
        let (program, api, manager) = served(&stack, &conf).await;
        let by_sync = says.contains(&"ENABLE_USER_GROUP");
        if by_sync {
            eventually("the first synchronisation", DEADLINE, async || {
                is_there(&manager).await.then_some(())
            })
            .await;
        } else if !is_there(&manager).await {
            assert_eq!(manager.add("<user name=\"x\"/>").await.status, 204, "{conf}");
        }
        let reply = manager.delete("x").await;
        if says.is_empty() {
            assert_eq!(reply.status, 204, "{conf}: {reply:?}");
        } else {
            assert_eq!(reply.status, 200, "{conf}: {reply:?}");
            assert!(says.iter().all(|setting| reply.message().contains(setting)), "{conf}: {reply:?}");
        }
        for setting in ["ALLOW_UNKNOWN_USER", "ENABLE_USER_GROUP"] {
            let warned = program.log().lines().any(|line| line.contains("WARN") && line.contains(setting));
            assert_eq!(warned, says.contains(&setting), "{conf}: {}", program.log());
        }
        if by_sync {
            eventually("the next synchronisation", DEADLINE, async || is_there(&manager).await.then_some(()))
                .await;
            manager.delete("x").await;
        }
        let logon = Caller::stranger(&api).log_on("x", "px").await;
        assert_eq!(logon.status == 200, unknown == "Y" || is_there(&manager).await, "{conf}: {logon:?}");
        manager.delete("x").await;
    }
}

#[tokio::test]
async fn whom_the_cluster_does_not_know_stays_away() {
    let stack = Stack::with_users([5]).await;
    people(&stack).await;
    let _worker = stack.worker(&[]);
    let (_program, _api, manager) = served(&stack, "ACL_SYNC_INTERVAL=1").await;
    let reply = manager.delete("user5").await;
    assert_eq!(reply.status, 204, "{reply:?}");
}

#[tokio::test]
async fn the_synchronisation_reads_a_changed_file_and_logs_no_name() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (program, _api, manager) = served(&stack, "ACL_SYNC_INTERVAL=1").await;
    eventually("x is there", DEADLINE, async || is_there(&manager).await.then_some(())).await;
    let file = stack.redis.folder().join("cluster.json");
    std::fs::write(&file, "{\"users\":[{\"name\":\"zebulon\"").unwrap();
    program.logged("cluster.json, line 1: this is not valid JSON").await;
    std::fs::write(&file, r#"{"users":[{"name":"zebulon"},{"name":"x"}]}"#).unwrap();
    eventually("the new one is there", DEADLINE, async || {
        (manager.get("/platform/ws/users/zebulon").await.status == 200).then_some(())
    })
    .await;
    assert!(!program.log().contains("zebulon"), "{}", program.log());
}

#[tokio::test]
async fn a_storage_that_is_away_at_the_start_is_waited_for() {
    let mut stack = Stack::with_users([]).await;
    people(&stack).await;
    stack.redis.kill();
    let settings = cluster(&stack, "ACL_SYNC_INTERVAL=3600", ROSTER);
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (_program, api) = stack.api(&settings).await;
    stack.redis.restart().await;
    eventually("x is there", DEADLINE, async || {
        let reply = Caller::stranger(&api).log_on("x", "px").await;
        (reply.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_faulty_file_stops_the_start_and_is_named_with_its_line() {
    let stack = Stack::with_users([]).await;
    for (conf, roster, said) in [
        ("\nALLOW_UNKNOWN_USER=maybe", "{}", "pmc.conf, line 2: ALLOW_UNKNOWN_USER must be Y or N"),
        ("", "{\n\"people\": []}", "cluster.json, line 2: this is not what is wanted here"),
    ] {
        let settings = cluster(&stack, conf, roster);
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &stack.redis.url()];
        let mut program = Program::start("offstage", stack.redis.folder(), &args, &settings);
        assert!(!program.ended(DEADLINE).await.success());
        assert!(program.log().contains(said), "{}", program.log());
    }
}
