//! What must be true of a whole store at any moment between two scripts: every record, and every place, index and counter
//! that follows from it, agree.

use offstage::domain::{
    state::{Place, TaskState},
    task::TaskKind,
};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dump::{Dump, Stored},
    hash::sha1_hex,
};

/// A task's record, with its number.
type Record = (String, BTreeMap<String, String>);

/// The state in a record.
#[must_use]
pub fn state_of(record: &BTreeMap<String, String>) -> TaskState {
    TaskState::from_name(&record["state"]).expect("a state that exists")
}

/// All task records.
#[must_use]
pub fn records(dump: &Dump) -> Vec<Record> {
    let id_of =
        |name: &String| name.strip_prefix("task:").filter(|rest| !rest.contains(':')).map(str::to_owned);
    dump.0.keys().filter_map(|name| id_of(name).map(|id| (id, dump.hash(name)))).collect()
}

/// Panics where a record and what follows from it disagree.
#[track_caller]
pub fn audit(dump: &Dump) {
    let records = records(dump);
    audit_places(dump, &records);
    audit_counts(dump, &records);
    audit_indexes(dump, &records);
    for (id, record) in &records {
        audit_times(id, record);
        audit_history(dump, id, record);
    }
    audit_children(dump, &records);
    audit_sides(dump);
}

/// A side's records and indexes agree, and whoever is staged otherwise than he is deployed is known to be.
#[track_caller]
fn audit_sides(dump: &Dump) {
    let deployed = match dump.0.get("generation") {
        Some(Stored::Text(generation)) => format!("deployed:{generation}:"),
        _ => "deployed:".to_owned(),
    };
    for side in ["staged:", &deployed] {
        let records = users_of(dump, side);
        let users: BTreeSet<_> = dump.sorted(&format!("{side}users")).into_keys().collect();
        assert_eq!(users, records.keys().cloned().collect(), "{side}users");
        let names: BTreeMap<_, _> =
            records.iter().map(|(id, user)| (user["username"].clone(), id.clone())).collect();
        assert_eq!(dump.hash(&format!("{side}names")), names, "{side}names");
        let is_admin = |user: &BTreeMap<String, String>| user.get("admin").is_some_and(|admin| admin == "1");
        let admins: BTreeSet<_> =
            records.iter().filter(|(_, user)| is_admin(user)).map(|(id, _)| id.clone()).collect();
        assert_eq!(dump.set(&format!("{side}admins")), admins, "{side}admins");
    }
    let (staged, deployed) = (users_of(dump, "staged:"), users_of(dump, &deployed));
    let ids: BTreeSet<_> = staged.keys().chain(deployed.keys()).collect();
    let changes = dump.set("changes");
    for id in ids {
        let differs = staged.get(id) != deployed.get(id);
        assert!(
            !differs || changes.contains(id),
            "user {id} is to be deployed and nobody knows: {staged:?} {deployed:?}"
        );
    }
}

/// The records of a side by their numbers, without what the staged ones count.
fn users_of(dump: &Dump, side: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let lead = format!("{side}user:");
    let ids = dump.0.keys().filter_map(|name| name.strip_prefix(&lead));
    ids.map(|id| {
        let mut user = dump.hash(&format!("{lead}{id}"));
        user.retain(|field, _| field != "dependents" && field != "blocking");
        (id.to_owned(), user)
    })
    .collect()
}

/// Every task stands where its state says, and nowhere else.
#[track_caller]
fn audit_places(dump: &Dump, records: &[Record]) {
    let at = |place: Place| records.iter().filter(move |(_, record)| state_of(record).place() == place);
    let ids = |place: Place| at(place).map(|(id, _)| id.clone()).collect::<BTreeSet<_>>();
    let members = |name: &str| dump.sorted(name).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(members("claimable"), ids(Place::Claimable), "claimable");
    assert_eq!(members("delayed"), ids(Place::Delayed), "delayed");
    assert_eq!(members("ended"), ids(Place::Ended), "ended");
    let held = at(Place::Held).map(|(id, record)| format!("{id}:{}", record["fence"])).collect();
    assert_eq!(members("leases"), held, "leases");
    let pending: BTreeSet<_> = dump.list("pending").iter().cloned().collect();
    let claimable = ids(Place::Claimable);
    assert!(claimable.is_subset(&pending), "claimable {claimable:?}, pending {pending:?}");
    let holds_slot = |record: &BTreeMap<String, String>| {
        let kind = TaskKind::from_name(&record["kind"]).expect("a kind that exists");
        kind.is_exclusive() && !state_of(record).is_terminal()
    };
    let live = records.iter().filter(|(_, record)| holds_slot(record));
    let live: BTreeMap<_, _> = live.map(|(id, record)| (subject_of(record), id.clone())).collect();
    assert_eq!(dump.hash("live"), live, "live");
    let is_committed = |record: &BTreeMap<String, String>| {
        record.get("committed").is_some_and(|mark| mark == "1") && !state_of(record).is_terminal()
    };
    let committed = records.iter().filter(|(_, record)| is_committed(record));
    assert_eq!(members("committed"), committed.map(|(id, _)| id.clone()).collect(), "committed");
}

/// Whom a record is about, as keys say it.
fn subject_of(record: &BTreeMap<String, String>) -> String {
    if let Some(user) = record.get("user") {
        return format!("user:{user}");
    }
    let Some(workspace) = record.get("workspace") else { return "configuration".to_owned() };
    format!("workspace:{}", sha1_hex(workspace))
}

/// Every task is found by its kind and state, by its subject and by its requester, and by nothing else.
#[track_caller]
fn audit_indexes(dump: &Dump, records: &[Record]) {
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, record) in records {
        let (kind, subject) = (&record["kind"], subject_of(record));
        for key in [format!("tasks:{kind}:{}", record["state"]), format!("{subject}:tasks")] {
            expected.entry(key).or_default().insert(id.clone());
        }
    }
    let is_index = |name: &str| name.starts_with("tasks:") || name.ends_with(":tasks");
    let found: BTreeMap<_, BTreeSet<_>> = dump
        .0
        .keys()
        .filter(|name| is_index(name))
        .map(|name| (name.clone(), dump.sorted(name).into_keys().collect()))
        .collect();
    assert_eq!(found, expected, "indexes");
    let asked: usize =
        dump.0.keys().filter(|name| name.starts_with("creator:")).map(|name| dump.sorted(name).len()).sum();
    assert_eq!(asked, records.len(), "creators");
}

#[track_caller]
fn audit_counts(dump: &Dump, records: &[Record]) {
    let mut counts: BTreeMap<_, _> = dump.hash("counts").into_iter().collect();
    for (_, record) in records {
        let count = counts.entry(record["state"].clone()).or_default();
        *count = count.parse::<i64>().map_or("none at all".to_owned(), |number| (number - 1).to_string());
    }
    assert!(counts.values().all(|left| left == "0"), "counts are off by {counts:?}");
}

#[track_caller]
fn audit_times(id: &str, record: &BTreeMap<String, String>) {
    let time = |field: &str| record.get(field).map(|text| text.parse::<u64>().expect("milliseconds"));
    let state = state_of(record);
    let modified = time("modified").expect("every task was modified at some time");
    assert!(time("created") <= Some(modified), "{id}: {record:?}");
    assert_eq!(record.contains_key("completed"), state.is_terminal(), "{id} is {state}: completed");
    assert!(time("completed").is_none_or(|completed| completed == modified), "{id}: {record:?}");
    assert_eq!(record.contains_key("started"), record["fence"] != "0", "{id}: {record:?}");
}

/// An unbroken chain that ends in the state the task is in; times never run backwards.
#[track_caller]
fn audit_history(dump: &Dump, id: &str, record: &BTreeMap<String, String>) {
    let lines: Vec<Vec<_>> = dump
        .list(&format!("task:{id}:history"))
        .iter()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    assert!(lines.iter().all(|line| line.len() == 6), "{id}: {lines:?}");
    let linked = lines.windows(2).all(|pair| pair[0][2] == pair[1][1] && pair[0][0] <= pair[1][0]);
    assert!(linked, "{id}: the chain is broken: {lines:?}");
    if let Some(last) = lines.last() {
        assert_eq!(last[2], record["state"], "{id}: {lines:?}");
        assert!(last[0] <= record["modified"], "{id}: {lines:?}");
    }
}

/// Nothing that belongs to a task outlives it.
#[track_caller]
fn audit_children(dump: &Dump, records: &[Record]) {
    let ids: BTreeSet<_> = records.iter().map(|(id, _)| id.as_str()).collect();
    for name in dump.0.keys() {
        let Some((id, _)) = name.strip_prefix("task:").and_then(|rest| rest.split_once(':')) else {
            continue;
        };
        assert!(ids.contains(id), "{name} has no task");
    }
    for (key, value) in dump.hash("idempotency") {
        let (_, id) = value.split_once(':').expect("request's hash and task");
        let first = dump.hash(&format!("task:{id}")).get("key") == Some(&key);
        let listed = first || dump.list(&format!("task:{id}:keys")).contains(&key);
        assert!(ids.contains(id) && listed, "idempotency key {key} names {id}");
    }
}
