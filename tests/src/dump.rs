//! Everything that stands under a key prefix, in a form that can be compared: a refusal must leave it as it was.
//!
//! Hashes and sets are sorted, sorted sets come with their scores. Left out is `last_used` alone, which changes whenever
//! a token is looked at.

use redis::{Cmd, Connection, Pipeline};
use std::collections::{BTreeMap, BTreeSet};

/// The only field that changes when somebody merely looks.
const VOLATILE: &str = "last_used";

/// What stands in one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// A string.
    Text(String),
    /// A hash.
    Hash(BTreeMap<String, String>),
    /// A list, in its order; or the lines of a stream.
    List(Vec<String>),
    /// A set.
    Set(BTreeSet<String>),
    /// A sorted set: members to scores.
    Sorted(BTreeMap<String, String>),
}

/// All keys under a prefix, by their names without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump(pub BTreeMap<String, Stored>);

impl Dump {
    /// Reads them, in three round trips.
    pub fn read(connection: &mut Connection, prefix: &str) -> Self {
        let lead = format!("{prefix}:");
        let keys: Vec<String> =
            redis::cmd("KEYS").arg(format!("{lead}*")).query(connection).expect("Redis lists its keys");
        let kinds: Vec<String> = pipeline(keys.iter().map(|key| {
            let mut command = redis::cmd("TYPE");
            command.arg(key);
            command
        }))
        .query(connection)
        .expect("Redis knows their types");
        let reads = keys.iter().zip(&kinds).map(|(key, kind)| reading(key, kind));
        let values: Vec<redis::Value> = pipeline(reads).query(connection).expect("Redis reads them");
        let name = |key: &String| key.strip_prefix(&lead).expect("it was asked for").to_owned();
        let stored = kinds.iter().zip(values).map(|(kind, value)| parse(kind, value));
        Self(keys.iter().map(name).zip(stored).collect())
    }

    /// The hash of that name; empty where there is none.
    #[must_use]
    pub fn hash(&self, name: &str) -> BTreeMap<String, String> {
        match self.0.get(name) {
            None => BTreeMap::new(),
            Some(Stored::Hash(fields)) => fields.clone(),
            Some(other) => panic!("{name} is no hash: {other:?}"),
        }
    }

    /// The sorted set of that name, as members and scores; empty where there is none.
    #[must_use]
    pub fn sorted(&self, name: &str) -> BTreeMap<String, String> {
        match self.0.get(name) {
            None => BTreeMap::new(),
            Some(Stored::Sorted(members)) => members.clone(),
            Some(other) => panic!("{name} is no sorted set: {other:?}"),
        }
    }

    /// The set of that name; empty where there is none.
    #[must_use]
    pub fn set(&self, name: &str) -> BTreeSet<String> {
        match self.0.get(name) {
            None => BTreeSet::new(),
            Some(Stored::Set(members)) => members.clone(),
            Some(other) => panic!("{name} is no set: {other:?}"),
        }
    }

    /// The list of that name; empty where there is none.
    #[must_use]
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            None => &[],
            Some(Stored::List(items)) => items,
            Some(other) => panic!("{name} is no list: {other:?}"),
        }
    }

    /// Panics, naming the keys, where another dump differs.
    #[track_caller]
    pub fn assert_same(&self, later: &Self, what: &str) {
        let names: BTreeSet<_> = self.0.keys().chain(later.0.keys()).collect();
        let differences: Vec<_> = names
            .into_iter()
            .filter(|name| self.0.get(*name) != later.0.get(*name))
            .map(|name| format!("{name}:\n  before {:?}\n  after  {:?}", self.0.get(name), later.0.get(name)))
            .collect();
        assert!(differences.is_empty(), "{what} changed something:\n{}", differences.join("\n"));
    }
}

fn pipeline(commands: impl Iterator<Item = Cmd>) -> Pipeline {
    let mut pipeline = redis::pipe();
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}

fn reading(key: &str, kind: &str) -> Cmd {
    match kind {
        "string" => Cmd::get(key),
        "hash" => Cmd::hgetall(key),
        "list" => Cmd::lrange(key, 0, -1),
        "set" => Cmd::smembers(key),
        "zset" => Cmd::zrange_withscores(key, 0, -1),
        "stream" => {
            let mut command = redis::cmd("XRANGE");
            command.arg(key).arg("-").arg("+");
            command
        }
        other => panic!("{key} is of a type that offstage does not use: {other}"),
    }
}

fn parse(kind: &str, value: redis::Value) -> Stored {
    fn of<T: redis::FromRedisValue>(value: redis::Value) -> T {
        redis::from_redis_value(value).expect("its value is as its type says")
    }
    match kind {
        "string" => Stored::Text(of(value)),
        "hash" => {
            let mut fields: BTreeMap<_, _> = of(value);
            fields.remove(VOLATILE);
            Stored::Hash(fields)
        }
        "list" => Stored::List(of(value)),
        "stream" => {
            let entries: Vec<(String, Vec<(String, String)>)> = of(value);
            let lines = entries.iter().flat_map(|(_, fields)| fields).flat_map(|(_, text)| text.lines());
            Stored::List(lines.map(str::to_owned).collect())
        }
        "set" => Stored::Set(of(value)),
        _ => Stored::Sorted(of::<Vec<(String, String)>>(value).into_iter().collect()),
    }
}
