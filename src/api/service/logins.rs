//! Who tried to log in with a password: written down beside the login, and told to who asks.
//!
//! Owns what is written down: every logon, and every password that was looked at for a request by HTTP Basic. One that is
//! merely remembered is not, or a client who polls with it would write with each request.
//!
//! Easy to get wrong: a login must never wait for this, nor fail by it. What Redis is too slow for is thrown away and counted,
//! and the log itself is bounded in the script.

use std::{net::IpAddr, time::Instant};
use tokio::sync::mpsc;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    domain::capability::Capability,
    store::{
        Store,
        logins::{LoginAttempt, LoginMethod, MOST_AT_ONCE, NewLogin},
    },
    telemetry::chain,
};

/// Attempts that may wait to be written; with Redis away, more are thrown away.
const MOST_WAITING: usize = 1_000;
const THROWN_AWAY: &str = "offstage_login_attempts_lost_total";

/// Writes attempts down, in the background.
pub(super) struct Bookkeeper {
    queue: mpsc::Sender<(Attempt, Instant)>,
}

/// Somebody gave a name and a password. Has no `Debug` on purpose.
pub(super) struct Attempt {
    pub(super) username: String,
    pub(super) from: Option<IpAddr>,
    pub(super) method: LoginMethod,
    pub(super) succeeded: bool,
}

impl Bookkeeper {
    /// Starts the task that writes; it ends with this.
    pub(super) fn start(store: Store) -> Self {
        metrics::describe_counter!(THROWN_AWAY, "Attempts to log in that were not written down.");
        let (queue, mut waiting) = mpsc::channel(MOST_WAITING);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(MOST_AT_ONCE);
            while waiting.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
                write(&store, std::mem::take(&mut batch)).await;
            }
        });
        Self { queue }
    }

    /// Has it written down, some time soon.
    pub(super) fn note(&self, attempt: Attempt) {
        if self.queue.try_send((attempt, Instant::now())).is_err() {
            metrics::counter!(THROWN_AWAY).increment(1);
        }
    }
}

async fn write(store: &Store, batch: Vec<(Attempt, Instant)>) {
    let login = |(attempt, at): (Attempt, Instant)| {
        let Attempt { username, from, method, succeeded } = attempt;
        NewLogin { username, from, succeeded, method, ago: at.elapsed() }
    };
    let logins: Vec<_> = batch.into_iter().map(login).collect();
    if let Err(error) = store.note_logins(&logins).await {
        let lost = logins.len();
        metrics::counter!(THROWN_AWAY).increment(u64::try_from(lost).unwrap_or(u64::MAX));
        tracing::warn!(lost, error = %chain(&error), "attempts to log in were not written down");
    }
}

impl Service {
    /// The attempts to log in, newest first: everybody's for an administrator, for others their own.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn login_attempts(&self, principal: &Principal) -> Result<Vec<LoginAttempt>, Problem> {
        Operation::ReadLogins.permit(principal)?;
        let mut attempts = within(self.inner.store.logins()).await?;
        if !principal.has(Capability::Admin) {
            attempts.retain(|attempt| attempt.user.is_some() && attempt.user == principal.user);
        }
        Ok(attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;

    #[tokio::test]
    async fn a_flood_of_attempts_waits_for_nothing_and_is_bounded() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let nowhere = Store::new("redis://127.0.0.1:1/", "{offstage}", "test").unwrap();
        let bookkeeper = Bookkeeper::start(nowhere);
        // Nothing is awaited here, so that the one who writes has no turn.
        for _ in 0..MOST_WAITING + 7 {
            let (username, method) = ("nobody".to_owned(), LoginMethod::HttpBasic);
            bookkeeper.note(Attempt { username, from: None, method, succeeded: false });
        }
        let page = recorder.handle().render();
        assert!(page.contains("offstage_login_attempts_lost_total 7\n"), "{page}");
    }
}
