//! rusty-sidekiq. 64 workers (its default is one a core; with no-op jobs more of them overlap their round trips), and as
//! many connections as can be in use. It pops a job before it runs: a crash loses what runs.

use line::{Failure, Queue, Tally};
use serde::{Deserialize, Serialize};
use sidekiq::{Processor, ProcessorConfig, RedisConnectionManager, RedisPool, Worker};

const QUEUE: &str = "bench";
const CLASS: &str = "Noop";
const WORKERS: usize = 64;
/// Each worker blocks on a connection of its own; the others write and keep statistics.
const CONNECTIONS: u32 = 2 * 64 + 8;

#[derive(Clone)]
struct Sidekiq {
    redis: RedisPool,
}

#[derive(Serialize, Deserialize, Debug)]
struct Payload {
    intended_us: u64,
}

#[derive(Clone)]
struct Noop(Tally);

#[async_trait::async_trait]
impl Worker<Payload> for Noop {
    fn class_name() -> String {
        CLASS.to_owned()
    }

    async fn perform(&self, payload: Payload) -> sidekiq::Result<()> {
        self.0.ended(payload.intended_us);
        Ok(())
    }
}

impl Queue for Sidekiq {
    async fn open(redis: &str) -> Result<Self, Failure> {
        let manager = RedisConnectionManager::new(redis)?;
        Ok(Self { redis: bb8::Pool::builder().max_size(CONNECTIONS).build(manager).await? })
    }

    async fn submit(&mut self, intended_us: u64) -> Result<(), Failure> {
        sidekiq::perform_async(&self.redis, CLASS.to_owned(), QUEUE.to_owned(), Payload { intended_us })
            .await?;
        Ok(())
    }

    async fn work(self, tally: Tally) -> Result<(), Failure> {
        let config = ProcessorConfig::default().num_workers(WORKERS);
        let mut processor = Processor::new(self.redis, vec![QUEUE.to_owned()]).with_config(config);
        processor.register(Noop(tally));
        processor.run().await;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    line::run::<Sidekiq>().await
}
