//! What Redis itself allows for the same work: each kind of command that offstage's scripts give, as redis-benchmark gives
//! it, 64 in a pipeline on 50 connections, times how often a task needs it.
//!
//! The commands are read from MONITOR while tasks go through ([`crate::mix`]), so that they have as many arguments as ours
//! have: one that takes a hundred members at once is one call, and not a cheap one. Before each is measured, Redis is
//! emptied and given what the command found. Scripts, their arguments and their decisions are left out: the limit is that of
//! a queue without any.

use offstage::config;
use offstage_tests::{
    bench::report::{Bare, Fsync, Limit},
    redis::PrivateRedis,
};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use crate::{
    ground::{self, as_f64},
    mix::{self, Given, Mix},
};

const PIPELINE: &str = "64";
const CONNECTIONS: &str = "50";
/// Kinds that fewer than one in so many tasks needs are left out.
const RARE: f64 = 0.002;
/// As many keys as requests; where requests take away, more, of which each takes one in so many, so that few are gone twice.
const KEYS_FOR_REMOVALS: u64 = 5;
const REMOVED_ONE_IN: u64 = 4;
/// Commands of the filling in one pipeline.
const AT_ONCE: usize = 1_000;
/// Longest run of redis-benchmark.
const PATIENCE: Duration = Duration::from_mins(1);
/// Behind the rate in its answer: avg, min, p50, p95, p99, max latency.
const FIELDS_BEHIND_RATE: usize = 6;

/// Reads the mix, and measures it; or says why not.
pub(crate) async fn measure(traced: u64, requests: u64) -> Result<Limit, String> {
    let program = program()?;
    let mix = Mix::read(traced).await;
    let (redis, url) = ground::start(Fsync::Everysec).await;
    let port = url.rsplit(':').next().expect("a port").to_owned();
    let bench = Bench { program, redis, port, requests };
    let mut commands = Vec::new();
    for (name, given) in &mix.commands {
        let calls_a_task = as_f64(given.len() as u64) / as_f64(traced);
        if calls_a_task < RARE {
            continue;
        }
        let mut sum = 0.0;
        let examples = mix.examples(name);
        for example in &examples {
            sum += bench.time_one(&mix, example).await?;
        }
        let us_a_call = sum / as_f64(examples.len() as u64);
        commands.push(Bare { name: name.clone(), calls_a_task, us_a_call });
    }
    let us_a_task = commands.iter().map(|bare| bare.calls_a_task * bare.us_a_call).sum();
    Ok(Limit { commands, us_a_task })
}

/// redis-benchmark or its twin: beside the server in use, or on PATH.
fn program() -> Result<PathBuf, String> {
    let names = ["redis-benchmark", "valkey-benchmark"];
    let server = config::redis_server_override();
    let beside = server.as_deref().and_then(Path::parent).map(Path::to_owned);
    let folders = beside.into_iter().chain(config::program_folders());
    let found = folders.flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file());
    found.ok_or_else(|| format!("neither {} nor {} is installed (redis-tools)", names[0], names[1]))
}

/// The private Redis that redis-benchmark asks.
struct Bench {
    program: PathBuf,
    redis: PrivateRedis,
    port: String,
    requests: u64,
}

impl Bench {
    /// Microseconds for one.
    async fn time_one(&self, mix: &Mix, given: &Given) -> Result<f64, String> {
        let (keys, requests) = match given.takes() {
            None => (self.requests, self.requests),
            Some(takes) => {
                let keys = KEYS_FOR_REMOVALS * self.requests;
                (keys, keys / (REMOVED_ONE_IN * takes))
            }
        };
        ground::flush(&self.redis);
        for words in mix.filling(given) {
            self.fill(&words, keys);
        }
        let refused = self.refused(given);
        let us = self.run(&given.words, keys, requests).await?;
        if self.refused(given) > refused {
            return Err(format!("Redis refuses {:?}", given.words));
        }
        Ok(us)
    }

    /// Gives a command once for each number.
    fn fill(&self, words: &[String], keys: u64) {
        let mut connection = self.redis.connection();
        let keys = if mix::is_any(words) { keys } else { 1 };
        let numbers: Vec<_> = (0..keys).collect();
        for some in numbers.chunks(AT_ONCE) {
            let mut pipe = redis::pipe();
            for number in some {
                let mut command = redis::Cmd::new();
                command.arg(mix::with_number(words, *number));
                pipe.add_command(command).ignore();
            }
            pipe.exec(&mut connection).expect("Redis takes what was given to it before");
        }
    }

    /// How many commands of that kind Redis has refused so far.
    fn refused(&self, given: &Given) -> u64 {
        let mut connection = self.redis.connection();
        let info: String =
            redis::cmd("INFO").arg("commandstats").query(&mut connection).expect("Redis answers");
        let lead = format!("cmdstat_{}:", given.words[0].to_lowercase());
        let line = info.lines().find(|line| line.starts_with(&lead)).unwrap_or_default();
        let of = |field: &str| line.split(',').find_map(|part| part.strip_prefix(field)?.parse::<u64>().ok());
        of("rejected_calls=").unwrap_or(0) + of("failed_calls=").unwrap_or(0)
    }

    async fn run(&self, command: &[String], keys: u64, requests: u64) -> Result<f64, String> {
        let (keys, requests) = (keys.to_string(), requests.to_string());
        let mut program = tokio::process::Command::new(&self.program);
        program.args(["-h", "127.0.0.1", "-p", &self.port, "-P", PIPELINE, "-c", CONNECTIONS]);
        program.args(["-r", &keys, "-n", &requests, "--csv"]).args(command);
        program.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let ended = tokio::time::timeout(PATIENCE, program.output()).await;
        let output = ended.map_err(|_| "redis-benchmark does not end".to_owned())?;
        let output = output.map_err(|error| format!("redis-benchmark cannot be started: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        // "command","rps","avg_latency_ms",...; the command itself may hold anything, commas too.
        let fields: Vec<_> =
            text.lines().last().unwrap_or_default().trim_end_matches('"').rsplit("\",\"").collect();
        let rate = fields.get(FIELDS_BEHIND_RATE).and_then(|rate| rate.parse::<f64>().ok());
        rate.map(|rate| 1e6 / rate).ok_or_else(|| format!("redis-benchmark said: {text}"))
    }
}
