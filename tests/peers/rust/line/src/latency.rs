//! A steady rate from idle, open loop: a job is late from the moment at which it should have been submitted, whoever is
//! to blame.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

use crate::{Failure, Queue, Tally, now_us};

/// How long the worker is given to come up before the first job.
const COMING_UP: Duration = Duration::from_secs(1);
/// How long it is given after the last one.
const CATCHING_UP: Duration = Duration::from_secs(3);

/// One job goes before the others, uncounted: what comes up with the first is no latency.
pub(crate) async fn measure<Q: Queue>(mut queue: Q, rate: u64, seconds: u64) -> Result<Value, Failure> {
    let jobs = rate * seconds;
    let tally = Tally::for_jobs(jobs + 1);
    let working = tokio::spawn(queue.clone().work(tally.clone()));
    queue.submit(0).await?;
    tokio::time::sleep(COMING_UP).await;
    let (began, began_us) = (Instant::now(), now_us());
    for number in 0..jobs {
        let after = Duration::from_micros(number * 1_000_000 / rate);
        sleep_until(began + after).await;
        let mut queue = queue.clone();
        let intended_us = began_us + u64::try_from(after.as_micros())?;
        tokio::spawn(async move {
            if let Err(failure) = queue.submit(intended_us).await {
                eprintln!("submit: {failure}");
            }
        });
    }
    tokio::select! {
        ended = working => { ended??; return Err("the worker ended before its work was done".into()) }
        () = tally.done() => {}
        () = tokio::time::sleep(CATCHING_UP) => {}
    }
    Ok(json!({ "sent": jobs, "latencies_us": tally.latencies_us() }))
}
