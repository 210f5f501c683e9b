//! The command line that every peer speaks, and the one line of JSON that it prints.
//!
//! `submit` puts jobs in, `work` drains them, `latency` does both at a steady rate, `cancel` asks for the end of running
//! jobs. Times are the machine's clock, in seconds since 1970, so that those of two processes can be compared. `work` says
//! `begun` with its first job, and goes on after its line of JSON until its standard input is closed: the bench lets the
//! queue write off what ran.
//!
//! It must measure all queues alike: a [`Queue`] says how its own client puts jobs in and how its worker takes them out,
//! and nothing else. Easy to get wrong: the worker calls [`Tally::ended`] from inside the job, so that only jobs which
//! really ran are counted.

mod latency;
mod tally;

use clap::{Parser, Subcommand};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::{io::Read, time::Duration};

pub use tally::{Tally, now_us};

/// Everything that can go wrong ends the program with its text.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    /// Where Redis listens
    #[arg(long)]
    redis: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put jobs in: one by one, so many of them in flight, or so many in one call
    Submit {
        #[arg(long)]
        count: u64,
        #[arg(long, default_value_t = 1)]
        in_flight: u64,
        #[arg(long)]
        bulk: Option<u64>,
    },
    /// Drain: until so many are done, or so many seconds after the first one's start
    Work {
        #[arg(long)]
        count: u64,
        #[arg(long)]
        seconds: u64,
    },
    /// Submit at a steady rate to an idle worker; microseconds from the intended moment to the job's end
    Latency {
        #[arg(long)]
        rate: u64,
        #[arg(long)]
        seconds: u64,
    },
    /// Cancel running jobs, one after the other; microseconds to their end
    Cancel {
        #[arg(long)]
        times: u64,
    },
}

/// One queue. Clones share its connections.
pub trait Queue: Clone + Send + Sync + 'static {
    /// Connects.
    fn open(redis: &str) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// Puts one job in; `intended_us` is its payload, and goes to [`Tally::ended`].
    fn submit(&mut self, intended_us: u64) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Puts many in with one call, where the queue's client can.
    fn submit_many(&mut self, _count: u64) -> impl Future<Output = Result<(), Failure>> + Send {
        async { Err("this queue has no call for many".into()) }
    }

    /// Works until the process ends.
    fn work(self, tally: Tally) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Lets jobs run that wait to be told, and cancels so many of them; microseconds each.
    fn cancel(self, _times: u64) -> impl Future<Output = Result<Vec<u64>, Failure>> + Send {
        async { Err("this queue cannot cancel a running job".into()) }
    }
}

/// Does what the command line says, and prints the line.
///
/// # Errors
/// What the queue's client says.
pub async fn run<Q: Queue>() -> Result<(), Failure> {
    let Arguments { redis, command } = Arguments::parse();
    let queue = Q::open(&redis).await?;
    let answer = match command {
        Command::Submit { count, in_flight, bulk } => submit(queue, count, in_flight, bulk).await?,
        Command::Work { count, seconds } => return work(queue, count, Duration::from_secs(seconds)).await,
        Command::Latency { rate, seconds } => latency::measure(queue, rate, seconds).await?,
        Command::Cancel { times } => json!({ "latencies_us": queue.cancel(times).await? }),
    };
    println!("{answer}");
    // Workers run until they are told to stop; whatever they hold does not matter any more.
    std::process::exit(0)
}

async fn submit<Q: Queue>(
    mut queue: Q,
    count: u64,
    in_flight: u64,
    bulk: Option<u64>,
) -> Result<Value, Failure> {
    let begun = now_us();
    if let Some(bulk) = bulk {
        for first in (0..count).step_by(usize::try_from(bulk)?) {
            queue.submit_many(bulk.min(count - first)).await?;
        }
    } else {
        let lanes = (0..in_flight).map(|lane| {
            let mut queue = queue.clone();
            tokio::spawn(async move {
                for _ in (lane..count).step_by(usize::try_from(in_flight)?) {
                    queue.submit(0).await?;
                }
                Ok::<_, Failure>(())
            })
        });
        for ended in try_join_all(lanes).await? {
            ended?;
        }
    }
    Ok(json!({ "count": count, "begun": tally::seconds(begun), "ended": tally::seconds(now_us()) }))
}

async fn work<Q: Queue>(queue: Q, count: u64, window: Duration) -> Result<(), Failure> {
    let tally = Tally::for_jobs(count);
    let working = tokio::spawn(queue.work(tally.clone()));
    let drained = async {
        tally.begun().await;
        println!("begun");
        // Where it does not get through, what was done within the window is the answer.
        tokio::time::timeout(window, tally.done()).await.is_ok()
    };
    tokio::select! {
        ended = working => { ended??; return Err("the worker ended before its work was done".into()) }
        _all = drained => {}
    }
    println!("{}", tally.answer());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    std::process::exit(0)
}
