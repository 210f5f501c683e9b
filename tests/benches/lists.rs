//! Lists of a hundred thousand users: how long every part, filter and order takes, in milliseconds.
//!
//! `make bench` runs it. The figures belong to the machine.

#![allow(clippy::print_stdout, reason = "a bench prints what it measures")]

use offstage_tests::{crowd, redis::PrivateRedis, stack::Stack};
use std::time::Duration;

const USERS: u64 = 100_000;
const TIMES: usize = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let stack = Stack::on(PrivateRedis::with(&["--appendonly", "no"]).await, []).await;
    crowd::fill(&stack, USERS);
    let (program, api) = stack.api(&[("OFFSTAGE_LOG", "warn")]).await;
    let before = crowd::peak_memory_bytes(program.pid());
    let ms = |took: Duration| took.as_secs_f64() * 1e3;
    println!("milliseconds with {USERS} users:\n");
    for asked in crowd::ask_all(&api, TIMES).await {
        println!("{:>9.2}  {} ({})", ms(asked.least), asked.what, asked.part);
    }
    for query in [&[][..], &[("sort", "-username")]] {
        let (users, bytes, took) = crowd::ask_for_many(&api, query, "items=0-999999").await;
        println!("{:>9.2}  all {users} of them at once, {bytes} bytes, {query:?}", ms(took));
    }
    let grown = crowd::peak_memory_bytes(program.pid()) - before;
    println!("\n{} KiB of memory more than before", grown / 1_024);
}
