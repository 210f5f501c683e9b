//! The commands that offstage's scripts give while tasks go through, read from MONITOR, and what must stand in Redis so that
//! each of them finds what it found then.
//!
//! Numbers in keys, members and scores become redis-benchmark's word for any number, so that it does not ask for one key all
//! the time, or add and remove one member. Easy to get wrong: a removal that finds nothing is cheap, and so is a read of a
//! key that is not there.

use std::collections::{BTreeMap, BTreeSet};

use offstage_tests::bench::report::Fsync;

use crate::{
    callers,
    monitor::Monitor,
    scene::{FIRST_USER, Scene},
    sizes::IN_FLIGHT,
};

/// redis-benchmark's word for any number, and how it writes one.
const ANY: &str = "__rand_int__";
/// Examples of one kind of command, from the shortest to the longest.
const EXAMPLES: usize = 5;
/// What brings a key about, or makes it longer.
const ADDS: [&str; 7] = ["HSET", "HINCRBY", "INCRBY", "RPUSH", "SADD", "XADD", "ZADD"];
/// What takes something away that must be there.
const REMOVES: [&str; 4] = ["HDEL", "LPOP", "UNLINK", "ZREM"];
/// What names members or fields behind the key.
const WITH_MEMBERS: [&str; 8] = ["HDEL", "HEXISTS", "HGET", "HMGET", "SADD", "ZADD", "ZMSCORE", "ZREM"];

/// A user's record: it was there before the commands were read.
const USER: [&str; 8] = ["username", ANY, "admin", "0", "dependents", "0", "blocking", "0"];

/// One command, with numbers made any.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) words: Vec<String>,
    /// It brought its key about.
    makes_key: bool,
}

/// See the module's header.
pub(crate) struct Mix {
    /// All that was given, by name.
    pub(crate) commands: BTreeMap<String, Vec<Given>>,
    /// Keys that stood there, before or by the commands.
    known: BTreeSet<String>,
}

impl Mix {
    /// Reads it while so many tasks go through.
    pub(crate) async fn read(tasks: u64) -> Self {
        let scene = Scene::start(Fsync::Everysec, tasks).await;
        let _worker = scene.worker(&[]);
        let keys = redis::cmd("KEYS").arg("*").query::<Vec<String>>(&mut scene.stack.redis.connection());
        let mut written: BTreeSet<_> = keys.expect("Redis knows its keys").into_iter().collect();
        let mut known: BTreeSet<_> = written.iter().map(|key| any_number(key)).collect();
        let monitor = Monitor::start(&scene.stack.redis).await;
        let callers = callers::connect(scene.api.base(), IN_FLIGHT).await;
        callers::submit(callers, FIRST_USER..FIRST_USER + tasks).await;
        scene.until_completed(tasks).await;
        let mut commands = BTreeMap::<_, Vec<_>>::new();
        for command in monitor.stop().await {
            let name = command[0].to_uppercase();
            let adds = ADDS.contains(&name.as_str());
            let makes_key = adds && written.insert(command[1].clone());
            let words = any_numbers(&name, &command);
            if adds {
                known.insert(words[1].clone());
            }
            commands.entry(name).or_default().push(Given { words, makes_key });
        }
        Self { commands, known }
    }

    /// Some of a kind, evenly spread from the shortest to the longest.
    pub(crate) fn examples(&self, name: &str) -> Vec<Given> {
        let mut given = self.commands.get(name).cloned().unwrap_or_default();
        given.sort_by_key(|given| given.words.len());
        let number = EXAMPLES.min(given.len());
        (0..number).map(|part| given[(2 * part + 1) * given.len() / (2 * number)].clone()).collect()
    }

    /// What to give Redis, for each number once, before the command is measured. Where it makes its key, or brings a new
    /// member in, that is nothing; and so where it looks for what is due, because nothing was.
    pub(crate) fn filling(&self, given: &Given) -> BTreeSet<Vec<String>> {
        let (name, words) = (given.name(), &given.words);
        if given.makes_key || ["SADD", "XADD", "ZADD", "ZRANGEBYSCORE"].contains(&name.as_str()) {
            return BTreeSet::new();
        }
        let last_key = if name == "UNLINK" { words.len() } else { words.len().min(2) };
        let known = words[1..last_key].iter().filter(|key| self.known.contains(*key));
        known.flat_map(|key| self.filling_of(key, &name, words)).collect()
    }

    /// The part for one key: what the commands put there, and the very members or fields that this one asks for.
    fn filling_of(&self, key: &str, name: &str, words: &[String]) -> Vec<Vec<String>> {
        let members: BTreeSet<_> = words.get(2..).unwrap_or_default().iter().map(String::as_str).collect();
        let fields = members.iter().flat_map(|field| [field, "1"]);
        let with_fields = || text(&["HSET", key].into_iter().chain(fields).collect::<Vec<_>>());
        let made = self.add(key);
        match name {
            "HEXISTS" | "HGET" | "HMGET" => std::iter::once(with_fields()).chain(made).collect(),
            "HDEL" => vec![with_fields()],
            "ZMSCORE" | "ZREM" => members.iter().map(|member| text(&["ZADD", key, "1", member])).collect(),
            "LPOP" => vec![text(&["RPUSH", key, ANY])],
            "GET" | "EXISTS" if made.is_none() => vec![text(&["SET", key, "1"])],
            "UNLINK" if made.is_none() => vec![text(&[&["HSET", key], &USER[..]].concat())],
            _ => made.into_iter().collect(),
        }
    }

    /// A command that puts something at that key: all of a record, but one member of what all share.
    fn add(&self, key: &str) -> Option<Vec<String>> {
        let adds = ADDS.iter().filter_map(|name| self.commands.get(*name)).flatten();
        let adds = adds.map(|add| &add.words).filter(|words| words[1] == key);
        let add = if key.contains(ANY) {
            adds.max_by_key(|add| add.len())
        } else {
            adds.min_by_key(|add| add.len())
        };
        add.cloned()
    }
}

impl Given {
    fn name(&self) -> String {
        self.words[0].to_uppercase()
    }

    /// How many of those that were put there one such command takes away; none where it only reads or writes.
    pub(crate) fn takes(&self) -> Option<u64> {
        let name = self.name();
        let counted =
            if name == "LPOP" { self.words.get(2).and_then(|count| count.parse().ok()) } else { None };
        let named = self.words[1..].iter().filter(|word| word.contains(ANY)).count().max(1);
        REMOVES.contains(&name.as_str()).then(|| counted.unwrap_or(named as u64))
    }
}

/// That command with a number for any.
pub(crate) fn with_number(words: &[String], number: u64) -> Vec<String> {
    words.iter().map(|word| word.replace(ANY, &format!("{number:012}"))).collect()
}

/// Whether there is a number to put in.
pub(crate) fn is_any(words: &[String]) -> bool {
    words.iter().any(|word| word.contains(ANY))
}

fn text(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Numbers between colons, and where members or scores stand those that stand alone.
fn any_numbers(name: &str, command: &[String]) -> Vec<String> {
    let has_members = WITH_MEMBERS.contains(&name);
    let any = |(place, word): (usize, &String)| {
        if has_members && place > 1 && is_number(word) { ANY.to_owned() } else { any_number(word) }
    };
    command.iter().enumerate().map(any).collect()
}

/// The first number between colons; a fence behind a task's number stays what it is.
fn any_number(word: &str) -> String {
    let mut parts: Vec<_> = word.split(':').collect();
    if let Some(number) = parts.iter_mut().find(|part| is_number(part))
        && word.contains(':')
    {
        *number = ANY;
    }
    parts.join(":")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
