//! The official BullMQ crate. Concurrency 100 and removal on completion, as its documentation advises for many short
//! jobs; all submits share its one connection, which pipelines by itself.

use bullmq::{
    Job, Queue as Jobs, QueueOptions, Worker, WorkerOptions,
    options::RedisConnectionOptions,
    queue::BulkJob,
    types::RemoveOnFinish,
    worker::{CancellationToken, ProcessorFn},
};
use line::{Failure, Queue, Tally, now_us};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

const NAME: &str = "bench";
const CONCURRENCY: usize = 100;
/// Between two tries to cancel a job, and how long it may take until one is heard.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const CANCEL_LIMIT: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Bullmq {
    jobs: Arc<Jobs>,
    connection: RedisConnectionOptions,
}

impl Bullmq {
    async fn worker(&self, processor: ProcessorFn) -> Result<Worker, Failure> {
        let options = WorkerOptions {
            connection: self.connection.clone(),
            concurrency: CONCURRENCY,
            remove_on_complete: Some(RemoveOnFinish::Bool(true)),
            remove_on_fail: Some(RemoveOnFinish::Bool(true)),
            ..WorkerOptions::default()
        };
        Ok(Worker::with_options(NAME, processor, options).await?)
    }
}

fn payload(intended_us: u64) -> Value {
    json!({ "intended_us": intended_us })
}

impl Queue for Bullmq {
    async fn open(redis: &str) -> Result<Self, Failure> {
        let connection =
            RedisConnectionOptions { url: redis.to_owned(), ..RedisConnectionOptions::default() };
        let options = QueueOptions { connection: connection.clone(), ..QueueOptions::default() };
        Ok(Self { jobs: Arc::new(Jobs::with_options(NAME, options).await?), connection })
    }

    async fn submit(&mut self, intended_us: u64) -> Result<(), Failure> {
        self.jobs.add("noop", payload(intended_us)).await?;
        Ok(())
    }

    async fn submit_many(&mut self, count: u64) -> Result<(), Failure> {
        let jobs = (0..count).map(|_| BulkJob::new("noop", payload(0))).collect();
        self.jobs.add_bulk(jobs).await?;
        Ok(())
    }

    async fn work(self, tally: Tally) -> Result<(), Failure> {
        let processor: ProcessorFn = Arc::new(move |job: Job, _token: CancellationToken| {
            tally.ended(job.data()["intended_us"].as_u64().unwrap_or(0));
            Box::pin(async { Ok(Value::Null) })
        });
        let _worker = self.worker(processor).await?;
        std::future::pending().await
    }

    /// In the worker's own process: the crate, as the Node library, cannot cancel from another one.
    async fn cancel(mut self, times: u64) -> Result<Vec<u64>, Failure> {
        let (say, mut hear) = mpsc::unbounded_channel();
        let processor: ProcessorFn = Arc::new(move |job: Job, token: CancellationToken| {
            let say = say.clone();
            Box::pin(async move {
                let _heard = say.send(Some(job.id().to_owned()));
                token.cancelled().await;
                let _heard = say.send(None);
                Ok(Value::Null)
            })
        });
        let worker = self.worker(processor).await?;
        let mut took = Vec::new();
        for _ in 0..times {
            self.submit(0).await?;
            let job = hear.recv().await.flatten().ok_or("no job began")?;
            // The worker notes the job as active beside starting it.
            let mut looks = tokio::time::interval(LOOK_EVERY);
            let cancelled = async {
                loop {
                    let begun = now_us();
                    if worker.cancel_job(&job).await {
                        return begun;
                    }
                    looks.tick().await;
                }
            };
            let begun = tokio::time::timeout(CANCEL_LIMIT, cancelled)
                .await
                .map_err(|_| "a running job cannot be cancelled")?;
            hear.recv().await.ok_or("no job ended")?;
            took.push(now_us() - begun);
        }
        Ok(took)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    line::run::<Bullmq>().await
}
