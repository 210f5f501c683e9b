//! What Redis itself allows for the same work: each kind of command that offstage's scripts give, as redis-benchmark gives
//! it, 64 in a pipeline on 50 connections, times how often a task needs it.
//!
//! The commands are read from MONITOR while tasks go through, so that they have as many arguments as ours have: one that
//! takes a hundred members at once is one call, and not a cheap one. Scripts, their arguments and their decisions are left
//! out: the limit is that of a queue without any.

use offstage_tests::{
    bench::report::{Bare, Fsync, Limit},
    redis::PrivateRedis,
};
use std::{collections::BTreeMap, process::Stdio, time::Duration};

use crate::{
    callers,
    ground::{self, as_f64},
    monitor::Monitor,
    scene::{FIRST_USER, Scene},
};

const PIPELINE: &str = "64";
const CONNECTIONS: &str = "50";
/// Examples of one kind of command, from the shortest to the longest.
const EXAMPLES: usize = 5;
/// Kinds that fewer than one in so many tasks needs are left out.
const RARE: f64 = 0.002;
/// Keys that examples are spread over.
const KEYS: &str = "100000";
/// Longest run of redis-benchmark.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads the mix, and measures it; or says why not.
pub(crate) async fn measure(traced: u64, requests: u64) -> Result<Limit, String> {
    let mix = read_mix(traced).await;
    let (redis, url) = ground::start(Fsync::Everysec).await;
    let port = url.rsplit(':').next().expect("a port").to_owned();
    let mut commands = Vec::new();
    for (name, given) in mix {
        let calls_a_task = as_f64(given.len() as u64) / as_f64(traced);
        if calls_a_task < RARE {
            continue;
        }
        let mut sum = 0.0;
        let examples = examples(given);
        for example in &examples {
            sum += time_one(&port, requests, example).await?;
        }
        let us_a_call = sum / as_f64(examples.len() as u64);
        commands.push(Bare { name, calls_a_task, us_a_call });
    }
    drop::<PrivateRedis>(redis);
    let us_a_task = commands.iter().map(|bare| bare.calls_a_task * bare.us_a_call).sum();
    Ok(Limit { commands, us_a_task })
}

/// What scripts gave while so many tasks went through, by the command's name.
async fn read_mix(tasks: u64) -> BTreeMap<String, Vec<Vec<String>>> {
    let scene = Scene::start(Fsync::Everysec, tasks).await;
    let _worker = scene.worker(&[]);
    let monitor = Monitor::start(&scene.stack.redis).await;
    callers::submit(scene.api.base(), FIRST_USER..FIRST_USER + tasks, 64).await;
    scene.until_completed(tasks).await;
    let mut mix = BTreeMap::<_, Vec<_>>::new();
    for command in monitor.stop().await {
        mix.entry(command[0].to_uppercase()).or_default().push(command);
    }
    mix
}

/// Some of them, evenly spread from the shortest to the longest.
fn examples(mut given: Vec<Vec<String>>) -> Vec<Vec<String>> {
    given.sort_by_key(Vec::len);
    let number = EXAMPLES.min(given.len());
    (0..number).map(|part| spread_keys(&given[(2 * part + 1) * given.len() / (2 * number)])).collect()
}

/// The number at the end of a key becomes redis-benchmark's word for any number.
fn spread_keys(command: &[String]) -> Vec<String> {
    let spread = |argument: &String| match argument.rsplit_once(':') {
        Some((rest, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{rest}:__rand_int__")
        }
        _ => argument.clone(),
    };
    command.iter().map(spread).collect()
}

/// Microseconds for one.
async fn time_one(port: &str, requests: u64, command: &[String]) -> Result<f64, String> {
    let requests = requests.to_string();
    let mut program = tokio::process::Command::new("redis-benchmark");
    program.args(["-h", "127.0.0.1", "-p", port, "-P", PIPELINE, "-c", CONNECTIONS, "-r", KEYS]);
    program.args(["-n", &requests, "--csv"]).args(command);
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

/// avg, min, p50, p95, p99, max latency.
const FIELDS_BEHIND_RATE: usize = 6;
