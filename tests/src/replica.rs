//! A Redis with a replica of the test's own.
//!
//! Easy to get wrong: replication needs TCP, and a free port that is asked for and given back may be taken by another test.
//! So each pair has a loopback address of its own, drawn from sixteen million, and the port is always the same.

use std::time::Duration;

use crate::{eventually, redis::PrivateRedis};

const PORT: &str = "6379";
/// How long a replica may take until it follows.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(15);

/// See the module's header.
pub struct Replicated {
    /// Who takes the writes.
    pub primary: PrivateRedis,
    /// Who follows.
    pub replica: PrivateRedis,
}

impl Replicated {
    /// Starts both; the replica follows when this returns.
    pub async fn start() -> Self {
        let [b, c, d] = rand::random::<[u8; 3]>();
        let address = format!("127.{b}.{c}.{}", d.clamp(1, 254));
        let quick = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
        let flags = ["--bind", &address, "--port", PORT];
        let primary = PrivateRedis::with(&[flags.as_slice(), &quick].concat()).await;
        let replica = PrivateRedis::with(&["--replicaof", &address, PORT]).await;
        let pair = Self { primary, replica };
        pair.follows().await;
        pair
    }

    /// Waits until the replica follows.
    pub async fn follows(&self) {
        eventually("the replica follows", FOLLOWS_WITHIN, async || {
            let info: String =
                redis::cmd("INFO").arg("replication").query(&mut self.primary.connection()).ok()?;
            info.contains("state=online").then_some(())
        })
        .await;
    }
}
