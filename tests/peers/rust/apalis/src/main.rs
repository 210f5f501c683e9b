//! apalis-redis. Batches of 100 and 128 tasks at once; its events are off, which is faster. Polled every 25 ms, without
//! which it looks for work every 30 s. Where a round trip outlasts that interval, it waits for its next heartbeat: of one
//! second here, not of 30, so that this is seldom what is measured.
//! `?lock=off` behind the address of Redis turns its locks off: faster, and then nothing marks a task as running. A
//! queue of 8,000 due tasks stops every worker, so the bench gives it 7,900.

use apalis::prelude::*;
use apalis_redis::{Config, RedisStorage};
use line::{Failure, Queue, Tally};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const BATCH: usize = 100;
const CONCURRENCY: usize = 128;
const POLL: Duration = Duration::from_millis(25);
const HEARTBEAT: Duration = Duration::from_secs(1);

#[derive(Clone)]
struct Apalis {
    storage: RedisStorage<Payload>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
struct Payload {
    intended_us: u64,
}

async fn noop(payload: Payload, tally: Data<Tally>) -> Result<(), BoxDynError> {
    tally.ended(payload.intended_us);
    Ok(())
}

impl Queue for Apalis {
    async fn open(redis: &str) -> Result<Self, Failure> {
        // `?lock=off` behind the address, because the command line is the same for all.
        let (redis, lock) =
            redis.split_once('?').map_or((redis, true), |(redis, lock)| (redis, lock != "lock=off"));
        let connection = apalis_redis::connect(redis).await?;
        let config = Config::default().queue("bench").batch_size(BATCH).heartbeat_interval(HEARTBEAT);
        let config = config.emit_events(false).lock_tasks(lock);
        Ok(Self { storage: RedisStorage::new(connection).with_config(config) })
    }

    async fn submit(&mut self, intended_us: u64) -> Result<(), Failure> {
        self.storage.push(Payload { intended_us }).await?;
        Ok(())
    }

    async fn submit_many(&mut self, count: u64) -> Result<(), Failure> {
        self.storage.push_bulk((0..count).map(|_| Payload { intended_us: 0 }).collect()).await?;
        Ok(())
    }

    async fn work(self, tally: Tally) -> Result<(), Failure> {
        let worker = WorkerBuilder::new("bench")
            .backend(self.storage.poll_with_interval(POLL))
            .data(tally)
            .concurrency(CONCURRENCY)
            .build(noop);
        worker.run().await?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    line::run::<Apalis>().await
}
