//! What operators see of a queue of a million: how long every question and every action takes, on the first page, in the
//! midst and on the last one, beside the same with fifty tasks.
//!
//! `make bench` runs it. The figures belong to the machine; compare the two columns. `-- --quick` asks for a shorter queue.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it measures")]

use offstage_tests::{
    backlog,
    programs::{self, path_of},
    redis::PrivateRedis,
    stack::Stack,
};
use std::time::{Duration, Instant};

const TASKS: u64 = 1_000_000;
const QUICK: u64 = 100_000;
const SHORT: u64 = 50;
const TIMES: usize = 20;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let tasks = if std::env::args().any(|argument| argument == "--quick") { QUICK } else { TASKS };
    let stack = Stack::on(PrivateRedis::with(&["--appendonly", "no"]).await, []).await;
    let (_program, api) = stack.api(&[("OFFSTAGE_LOG", "warn")]).await;
    backlog::fill(&stack, SHORT).await;
    let short = backlog::ask_all(&stack, &api, SHORT).await;
    let before = stack.redis_memory_bytes();
    let begun = Instant::now();
    backlog::fill(&stack, tasks).await;
    println!(
        "{tasks} tasks queued in {:.1?}; milliseconds with {SHORT} and with {tasks}:\n",
        begun.elapsed()
    );
    let ms = |took: Duration| took.as_secs_f64() * 1e3;
    for (long, short) in backlog::ask_all(&stack, &api, tasks).await.iter().zip(&short) {
        println!("{:>7.2} {:>7.2}  {}", ms(short.took), ms(long.took), long.path);
    }
    for acted in backlog::act_all(&stack, &api, tasks).await {
        println!("        {:>7.2}  {}", ms(acted.took), acted.path);
    }
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let arguments = ["queue", "--url", api.base(), "--token", offstage_tests::fixtures::ADMIN_TOKEN];
        let command = programs::command("offstage", stack.redis.folder(), &arguments, &[]);
        let begun = Instant::now();
        let ended = programs::run(command, Duration::from_secs(10)).await;
        took.push(begun.elapsed());
        assert!(ended.status.success(), "{}: {ended:?}", path_of("offstage").display());
    }
    took.sort();
    println!("        {:>7.2}  the command `offstage queue`, from start to end", ms(took[TIMES / 2]));
    #[expect(clippy::cast_precision_loss, reason = "a million")]
    let each = (stack.redis_memory_bytes() - before) / tasks as f64;
    println!("\n{each:.0} bytes a queued task, with a user of four fields");
}
