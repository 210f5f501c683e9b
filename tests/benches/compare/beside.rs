//! One peer in one round: the same steps as offstage's, through the command line that every peer speaks.
//!
//! Easy to get wrong: a peer that did not do its work is very fast. What was done is counted by the jobs themselves.

use offstage_tests::{
    bench::{
        figures::{self, Figures},
        report::Fsync,
    },
    redis::PrivateRedis,
};
use serde_json::Value;
use std::{path::Path, time::Duration};

use crate::{
    ground::{self, Mark, as_f64},
    line::Line,
    outcome,
    peers::Peer,
    sizes::{AT_ONCE, IN_FLIGHT, Sizes},
};

/// How long a queue may take to write off jobs that have run.
const WRITING_OFF: Duration = Duration::from_secs(30);
/// How often it is asked whether it has.
const STEP: Duration = Duration::from_millis(10);

/// A peer and its private Redis.
struct Beside<'a> {
    peer: &'a Peer,
    folder: &'a Path,
    redis: PrivateRedis,
    url: String,
    sizes: &'a Sizes,
}

/// Measures all that this peer has; rates alone where `rates_only` is said.
pub(crate) async fn round(
    peer: &Peer,
    folder: &Path,
    fsync: Fsync,
    sizes: &Sizes,
    rates_only: bool,
) -> Result<Figures, String> {
    let (redis, url) = ground::start(fsync).await;
    let beside = Beside { peer, folder, redis, url, sizes };
    let mut figures = Figures::new();
    beside.rates(&mut figures).await?;
    beside.through(&mut figures).await?;
    if rates_only {
        return Ok(figures);
    }
    for (rate, seconds) in sizes.latencies {
        ground::flush(&beside.redis);
        let said =
            beside.run(&["latency", "--rate", &rate.to_string(), "--seconds", &seconds.to_string()]).await?;
        outcome::latencies(&mut figures, rate, rate * seconds, whole_numbers(&said, "latencies_us")?);
    }
    if peer.can_cancel {
        ground::flush(&beside.redis);
        let said = beside.run(&["cancel", "--times", &sizes.cancels.to_string()]).await?;
        outcome::cancels(&mut figures, whole_numbers(&said, "latencies_us")?);
    }
    Ok(figures)
}

impl Beside<'_> {
    /// Submits, then drains what was submitted; costs beside both.
    async fn rates(&self, figures: &mut Figures) -> Result<(), String> {
        let jobs = self.sizes.of(self.peer.jobs);
        let empty = Mark::of(&self.redis);
        let one = self.submit(jobs.one, &["--in-flight", "1"]).await?;
        figures.insert(figures::SUBMIT_ONE.key.to_owned(), one);
        let before = Mark::of(&self.redis);
        let many = self.submit(jobs.many, &["--in-flight", &IN_FLIGHT.to_string()]).await?;
        figures.insert(figures::SUBMIT_MANY.key.to_owned(), many);
        let queued = Mark::of(&self.redis);
        let a_job = |amount: f64| amount / as_f64(jobs.many);
        figures.insert(figures::REDIS_SUBMIT.key.to_owned(), a_job(queued.cpu_us_since(&before)));
        figures.insert(figures::COMMANDS_SUBMIT.key.to_owned(), a_job(queued.commands_since(&before)));
        let bytes = a_job(queued.memory_bytes - before.memory_bytes);
        figures.insert(figures::BYTES_QUEUED.key.to_owned(), bytes);
        let mut total = jobs.one + jobs.many;
        if self.peer.has_bulk {
            total = jobs.all();
            let bulk = self.submit(jobs.bulk, &["--bulk", &AT_ONCE.to_string()]).await?;
            figures.insert(figures::SUBMIT_BULK.key.to_owned(), bulk);
        }
        let before = Mark::of(&self.redis);
        let mut worker = self.work(total)?;
        let drained = worker.answer().await?;
        if number(&drained, "done")? >= as_f64(total) {
            self.is_written_off().await?;
        }
        worker.end().await?;
        let after = Mark::of(&self.redis);
        let done = number(&drained, "done")?;
        figures.insert(
            figures::DRAIN.key.to_owned(),
            done / (number(&drained, "last_end")? - number(&drained, "first_start")?),
        );
        figures.insert(figures::REDIS_DRAIN.key.to_owned(), after.cpu_us_since(&before) / done);
        figures.insert(figures::COMMANDS_DRAIN.key.to_owned(), after.commands_since(&before) / done);
        figures.insert(figures::WORKER_MIB.key.to_owned(), number(&drained, "peak_kib")? / 1_024.0);
        if done >= as_f64(total) {
            let bytes = (after.memory_bytes - empty.memory_bytes).max(0.0) / done;
            figures.insert(figures::BYTES_FINISHED.key.to_owned(), bytes);
        }
        Ok(())
    }

    /// Submits while the worker works. One goes before the others, uncounted: it shows that the worker is up.
    async fn through(&self, figures: &mut Figures) -> Result<(), String> {
        ground::flush(&self.redis);
        let jobs = self.sizes.of(self.peer.jobs).through;
        let mut worker = self.work(1 + jobs)?;
        self.submit(1, &["--in-flight", "1"]).await?;
        worker.begun().await?;
        let (count, in_flight) = (jobs.to_string(), IN_FLIGHT.to_string());
        let submitted = self.run(&["submit", "--count", &count, "--in-flight", &in_flight]).await?;
        let drained = worker.answer().await?;
        worker.end().await?;
        let took = number(&drained, "last_end")? - number(&submitted, "begun")?;
        figures.insert(figures::THROUGH.key.to_owned(), (number(&drained, "done")? - 1.0) / took);
        Ok(())
    }

    /// Waits until nothing of the jobs that ran is left where the queue keeps those that wait or run.
    async fn is_written_off(&self) -> Result<(), String> {
        let mut connection = self.redis.connection();
        let mut left = || {
            let count = |(command, key): &(&str, &str)| {
                redis::cmd(command).arg(*key).query::<u64>(&mut connection).expect("Redis counts")
            };
            self.peer.books.iter().map(count).sum::<u64>()
        };
        let asking = async {
            let mut tick = tokio::time::interval(STEP);
            while left() > 0 {
                tick.tick().await;
            }
        };
        tokio::time::timeout(WRITING_OFF, asking)
            .await
            .map_err(|_| format!("it has not written off what ran within {WRITING_OFF:?}"))
    }

    /// Starts the worker, which says what it did once it has done so many, or the window is over.
    fn work(&self, count: u64) -> Result<Line, String> {
        self.start(&["work", "--count", &count.to_string(), "--seconds", &self.sizes.window_s.to_string()])
    }

    /// Submits a second.
    async fn submit(&self, count: u64, how: &[&str]) -> Result<f64, String> {
        let count = count.to_string();
        let said = self.run(&[&["submit", "--count", &count], how].concat()).await?;
        Ok(number(&said, "count")? / (number(&said, "ended")? - number(&said, "begun")?))
    }

    /// Runs the peer's program to its end; returns what it measured.
    async fn run(&self, arguments: &[&str]) -> Result<Value, String> {
        let mut line = self.start(arguments)?;
        let said = line.answer().await;
        let said = said.map_err(|error| format!("{arguments:?}: {error}"))?;
        line.end().await?;
        Ok(said)
    }

    fn start(&self, arguments: &[&str]) -> Result<Line, String> {
        let (program, script) = self.peer.program(self.folder)?;
        let mut command = tokio::process::Command::new(program);
        command.args(script).arg("--redis").arg(format!("{}{}", self.url, self.peer.suffix)).args(arguments);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        Line::start(command)
    }
}

fn number(said: &Value, name: &str) -> Result<f64, String> {
    said[name].as_f64().ok_or_else(|| format!("it did not say {name}: {said}"))
}

fn whole_numbers(said: &Value, name: &str) -> Result<Vec<u64>, String> {
    let list = said[name].as_array().ok_or_else(|| format!("it did not say {name}: {said}"))?;
    let whole = |value: &Value| value.as_u64().ok_or_else(|| format!("{value} among {name}"));
    list.iter().map(whole).collect()
}
