//! What is made of what a server tells of itself.

use super::{Durability, FsyncPromise, HashMap, fsync_of, heard_replicas, judge};

fn settings(policy: &str, aof: &str, fsync: &str) -> HashMap<String, String> {
    [("maxmemory-policy", policy), ("appendonly", aof), ("appendfsync", fsync)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[test]
fn what_can_lose_a_task_is_named() {
    let good = "redis_version:7.0.15\r\n";
    let graves = |info: &str, settings, promised| {
        judge(info, &settings, promised).iter().map(|one| one.grave).collect::<Vec<_>>()
    };
    let any = FsyncPromise::Any;
    assert!(graves(good, settings("noeviction", "yes", "always"), any).is_empty());
    assert!(graves(good, HashMap::new(), any).is_empty());
    assert_eq!(graves(good, settings("noeviction", "yes", "everysec"), any), [false]);
    assert_eq!(graves(good, settings("allkeys-lru", "no", "everysec"), any), [true, true]);
    assert_eq!(graves("redis_version:6.2.14\r\n", settings("noeviction", "yes", "always"), any), [true]);
    for (truncated, found) in [("yes", [false].as_slice()), ("no", &[])] {
        let mut settings = settings("noeviction", "yes", "always");
        settings.insert("aof-load-truncated".to_owned(), truncated.to_owned());
        assert_eq!(graves(good, settings, FsyncPromise::Always), found, "{truncated}");
    }
    let promised = settings("noeviction", "yes", "everysec");
    assert!(graves(good, promised, FsyncPromise::EverySec).is_empty(), "whoever promised it knows");
}

#[test]
fn a_promise_is_kept_by_what_is_at_least_as_good_and_never_by_what_is_not_told() {
    let kept = |promise| Durability::ALL.map(|given| given.keeps(promise));
    assert_eq!(kept(FsyncPromise::Always), [true, false, false, false, false]);
    assert_eq!(kept(FsyncPromise::EverySec), [true, true, false, false, false]);
    assert_eq!(kept(FsyncPromise::Any), [true; 5]);
    let given = |aof, fsync| fsync_of(&settings("noeviction", aof, fsync));
    assert_eq!(given("no", "always"), Durability::Off, "without a file nothing is written");
    assert_eq!(fsync_of(&HashMap::new()), Durability::Unknown);
}

#[test]
fn only_replicas_that_were_heard_of_lately_count() {
    let info =
        |lines: &[&str]| format!("role:master\r\nconnected_slaves:{}\r\n{}", lines.len(), lines.join("\r\n"));
    let good = "slave0:ip=127.0.0.1,port=7,state=online,offset=12,lag=1";
    assert_eq!(heard_replicas(&info(&[])), Some(0));
    assert_eq!(heard_replicas(&info(&[good])), Some(1));
    let silent = "slave1:ip=127.0.0.1,port=8,state=online,offset=12,lag=9";
    assert_eq!(heard_replicas(&info(&[good, silent])), Some(1));
    let loading = "slave0:ip=127.0.0.1,port=7,state=wait_bgsave,offset=0,lag=0";
    assert_eq!(heard_replicas(&info(&[loading])), Some(0));
    assert_eq!(heard_replicas(""), None, "not told");
}
