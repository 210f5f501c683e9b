//! One shared connection to Redis that is thrown away as soon as it is in doubt.
//!
//! redis-rs keeps a connection whose commands time out, and a peer that swallows bytes keeps it alive for ever. Here a
//! time-out costs the connection: the next call makes a new one. So a half-open connection is noticed within
//! [`RESPONSE_TIMEOUT`], and nothing needs a restart. A connection that Redis closed is noticed at once (RESP3 tells), not
//! by the first caller who comes after.
//!
//! Easy to get wrong: many callers find the connection gone at the same time. One connects, the others wait for it and
//! share its failure, or they would queue up behind one connect time-out each.

mod asking;

use redis::{
    AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, ProtocolVersion, PushInfo, PushKind,
    RedisError,
    aio::{MultiplexedConnection, PubSubStream, SendError},
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::RwLock;

use super::{
    calls,
    error::{StoreError, code_of},
};

/// How long a connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long an answer may take before the connection is given up.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the kernel may wait for an acknowledgement of what was sent.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a silent connection is left alone before the kernel asks whether the other end is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(5);

pub(super) struct Link {
    client: Client,
    program: &'static str,
    current: RwLock<Current>,
}

/// The connection that something was done on.
pub(super) struct Here {
    connection: MultiplexedConnection,
    generation: u64,
}

impl Here {
    /// Tells connections of one link apart.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }
}

/// A connection, and whether Redis has closed it.
#[derive(Clone)]
struct Shared {
    connection: MultiplexedConnection,
    closed: Arc<AtomicBool>,
}

#[derive(Default)]
struct Current {
    shared: Option<Shared>,
    /// Grows with every new connection, so that a failure drops the one it happened on and no later one.
    generation: u64,
    failed_at: Option<Instant>,
}

impl Current {
    /// The connection, unless Redis has closed it.
    fn usable(&self) -> Option<Here> {
        let shared = self.shared.as_ref().filter(|shared| !shared.closed.load(Ordering::Acquire))?;
        Some(Here { connection: shared.connection.clone(), generation: self.generation })
    }
}

impl Link {
    pub(super) fn new(url: &str, program: &'static str) -> Result<Self, StoreError> {
        let keepalive = TcpKeepalive::new().with_time(TCP_KEEPALIVE).with_interval(TCP_KEEPALIVE);
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_user_timeout(TCP_USER_TIMEOUT)
            .set_keepalive(keepalive);
        let info = url.into_connection_info().map_err(StoreError::Address)?.set_tcp_settings(tcp);
        let protocol = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let info = info.set_redis_settings(protocol);
        let client = Client::open(info).map_err(StoreError::Address)?;
        Ok(Self { client, program, current: RwLock::default() })
    }

    /// The connection as it is now.
    pub(super) async fn here(&self) -> Result<Here, StoreError> {
        self.connection().await.inspect_err(calls::failed)
    }

    /// A connection of its own for one blocking read, which may take up to `block`.
    pub(super) async fn dedicated(&self, block: Duration) -> Result<MultiplexedConnection, StoreError> {
        let connected = self.connect(block + RESPONSE_TIMEOUT / 2).await.map_err(StoreError::Unavailable);
        Ok(connected.inspect_err(calls::failed)?.connection)
    }

    /// A connection of its own that listens to one channel.
    pub(super) async fn subscribe(&self, channel: &str) -> Result<PubSubStream, StoreError> {
        let listen = async {
            let mut listener = self.client.get_async_pubsub().await?;
            listener.subscribe(channel).await?;
            Ok(listener.into_on_message())
        };
        let outcome = tokio::time::timeout(RESPONSE_TIMEOUT, listen).await;
        let outcome = outcome.unwrap_or_else(|_| Err(timed_out())).map_err(StoreError::Unavailable);
        outcome.inspect_err(calls::failed)
    }

    async fn connection(&self) -> Result<Here, StoreError> {
        let asked_at = Instant::now();
        if let Some(found) = self.current.read().await.usable() {
            return Ok(found);
        }
        let mut current = self.current.write().await;
        if let Some(found) = current.usable() {
            return Ok(found);
        }
        if current.failed_at.is_some_and(|failed_at| failed_at > asked_at) {
            return Err(StoreError::Unavailable(timed_out()));
        }
        // Boxed: rare, and large enough to burden every call otherwise.
        match Box::pin(self.connect(RESPONSE_TIMEOUT)).await {
            Ok(shared) => {
                current.generation += 1;
                current.shared = Some(shared.clone());
                Ok(Here { connection: shared.connection, generation: current.generation })
            }
            Err(error) => {
                current.failed_at = Some(Instant::now());
                Err(StoreError::Unavailable(error))
            }
        }
    }

    async fn connect(&self, response_timeout: Duration) -> Result<Shared, RedisError> {
        let closed = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&closed);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(response_timeout))
            .set_push_sender(move |push: PushInfo| {
                if push.kind == PushKind::Disconnection {
                    noted.store(true, Ordering::Release);
                }
                Ok::<(), SendError>(())
            });
        let open = async {
            let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
            redis::cmd("CLIENT").arg("SETNAME").arg(self.program).exec_async(&mut connection).await?;
            Ok(Shared { connection, closed })
        };
        tokio::time::timeout(2 * CONNECT_TIMEOUT, open).await.unwrap_or_else(|_| Err(timed_out()))
    }

    /// Sorts an error, and drops the connection where it is in doubt.
    async fn failed(&self, script: &'static str, here: &Here, error: RedisError) -> StoreError {
        let doubtful = is_doubtful(&error);
        if doubtful {
            self.drop_connection(here).await;
        }
        if error.is_connection_refusal() {
            StoreError::Unavailable(error)
        } else if doubtful {
            StoreError::Unknown(error)
        } else if refuses_writes(&error) {
            StoreError::Unavailable(error)
        } else {
            StoreError::Refused { script, source: error }
        }
    }

    async fn drop_connection(&self, here: &Here) {
        let mut current = self.current.write().await;
        if current.generation == here.generation {
            current.shared = None;
        }
    }
}

/// No answer came, or none that could be read.
fn is_doubtful(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Io || error.is_unrecoverable_error()
}

fn timed_out() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Redis says that it cannot work just now: loading, out of memory, disk full, a replica, busy, shutting down.
fn refuses_writes(error: &RedisError) -> bool {
    const CODES: [&str; 11] = [
        "NOSCRIPT",
        "LOADING",
        "OOM",
        "MISCONF",
        "READONLY",
        "MASTERDOWN",
        "NOREPLICAS",
        "BUSY",
        "TRYAGAIN",
        "CLUSTERDOWN",
        "NOAUTH",
    ];
    code_of(error).is_some_and(|code| CODES.contains(&code.as_str()))
}
