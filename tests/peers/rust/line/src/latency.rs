//! A steady rate from idle, open loop: a job is late from the moment at which it should have been submitted, whoever is
//! to blame.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, interval_at, timeout};

use crate::{Failure, Queue, Tally, now_us};

/// How long the worker may take to come up.
const COMING_UP: Duration = Duration::from_secs(30);
/// How long it is given after the last job.
const CATCHING_UP: Duration = Duration::from_secs(3);

/// One job goes before the others, uncounted: what comes up with the first is no latency.
pub(crate) async fn measure<Q: Queue>(mut queue: Q, rate: u64, seconds: u64) -> Result<Value, Failure> {
    let jobs = rate * seconds;
    let tally = Tally::for_jobs(jobs + 1);
    let working = tokio::spawn(queue.clone().work(tally.clone()));
    queue.submit(0).await?;
    timeout(COMING_UP, tally.begun()).await.map_err(|_| "the worker did not begin")?;
    let (began, began_us) = (Instant::now(), now_us());
    let mut due = interval_at(began, Duration::from_secs(1) / u32::try_from(rate)?);
    for _ in 0..jobs {
        let after = due.tick().await - began;
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
        // Those that have not ended by then are counted as such.
        _all = timeout(CATCHING_UP, tally.done()) => {}
    }
    Ok(json!({ "sent": jobs, "latencies_us": tally.latencies_us() }))
}
