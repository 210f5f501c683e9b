//! A TCP proxy before a private Redis that can swallow, as a half-open connection does, and that can hold back one command
//! or the answer to it, so that a test can kill a program at exactly that point; or that puts another text in the place of a
//! script's ([`Swap`]); or does what a network does ([`Weather`]).

mod swap;
mod weather;

pub use swap::Swap;
pub use weather::{Way, Weather};

use weather::{Direction, Outlook};

use futures::FutureExt as _;
use offstage::store::scripts;
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream, UnixStream},
    sync::{Notify, watch},
};

use crate::within;

/// How long a trap may take to close.
const TRAP_LIMIT: Duration = Duration::from_secs(15);

/// See the module's header.
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
}

/// What is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The command: Redis never sees it.
    Command,
    /// The answer: Redis has done it, the program does not know.
    Answer,
    /// The command, until [`Proxy::release`]: it comes late.
    Late,
}

#[derive(Default)]
struct Faults {
    /// Connections up to this number swallow; new ones work.
    swallow_up_to: AtomicU64,
    /// New connections swallow as well.
    swallow_all: AtomicBool,
    connections: AtomicU64,
    trap: Mutex<Option<(String, Hold)>>,
    sprung: Notify,
    release: Notify,
    swap: OnceLock<Arc<Swap>>,
    weather: watch::Sender<Weather>,
    /// Grows with every reset of all connections that are open.
    resets: watch::Sender<u64>,
}

impl Proxy {
    /// Starts one before a Unix socket.
    pub async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let faults = Arc::new(Faults::default());
        let shared = Arc::clone(&faults);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(pass(client, socket.clone(), number, Arc::clone(&shared)));
            }
        });
        Self { address, faults }
    }

    /// From now on, before anybody has come, a script has another text.
    #[must_use]
    pub fn swap(&self, swap: Swap) -> Arc<Swap> {
        Arc::clone(self.faults.swap.get_or_init(|| Arc::new(swap)))
    }

    /// The URL for offstage.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Connections that are open now swallow from now on; new ones work.
    pub fn swallow_open_ones(&self) {
        let open = self.faults.connections.load(Ordering::SeqCst);
        self.faults.swallow_up_to.store(open, Ordering::SeqCst);
    }

    /// All connections swallow, or no new ones any more.
    pub fn swallow_all(&self, on: bool) {
        self.swallow_open_ones();
        self.faults.swallow_all.store(on, Ordering::SeqCst);
    }

    /// From now on it is like this, everywhere.
    pub fn weather(&self, weather: Weather) {
        self.faults.weather.send_replace(weather);
    }

    /// Resets all connections that are open (RST); new ones work.
    pub fn reset_open_ones(&self) {
        self.faults.resets.send_modify(|resets| *resets += 1);
    }

    /// The next call of that script is held back, and the connection it came on swallows from then on; where it is only
    /// late, it works again once it is let go.
    pub fn trap(&self, script: &str, hold: Hold) {
        let script = scripts::ALL.iter().find(|known| known.name == script).expect("a script of that name");
        // That an earlier one was sprung, and nobody waited for it, is no news.
        let _news = self.faults.sprung.notified().now_or_never();
        *self.faults.trap.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((script.hash().to_owned(), hold));
    }

    /// Lets go of what comes late.
    pub fn release(&self) {
        self.faults.release.notify_one();
    }

    /// Waits until something was held back.
    pub async fn sprung(&self) {
        within("the trap is sprung", TRAP_LIMIT, self.faults.sprung.notified()).await;
    }
}

impl Faults {
    fn swallows(&self, number: u64) -> bool {
        self.swallow_all.load(Ordering::SeqCst) || number <= self.swallow_up_to.load(Ordering::SeqCst)
    }

    /// What to hold back, if these bytes are the command that is waited for.
    fn springs(&self, bytes: &[u8]) -> Option<Hold> {
        let mut trap = self.trap.lock().unwrap_or_else(PoisonError::into_inner);
        let (hash, hold) = trap.as_ref()?;
        let found = bytes.windows(hash.len()).any(|window| window == hash.as_bytes());
        let hold = found.then_some(*hold)?;
        *trap = None;
        Some(hold)
    }
}

async fn pass(mut client: TcpStream, socket: PathBuf, number: u64, faults: Arc<Faults>) {
    let mut resets = faults.resets.subscribe();
    let Ok(mut server) = UnixStream::connect(socket).await else { return };
    if client.set_nodelay(true).is_err() {
        return;
    }
    let (mut client_read, mut client_write) = client.split();
    let (mut server_read, mut server_write) = server.split();
    let silenced = AtomicBool::new(false);
    // A trap is sprung once, however many answers the connection swallows after it.
    let told = AtomicBool::new(false);
    let tell = || {
        if !told.swap(true, Ordering::SeqCst) {
            faults.sprung.notify_one();
        }
    };
    let there = async {
        let mut outlook = Outlook::new(&faults.weather, Direction::There);
        let mut cut_off = false;
        let mut commands = swap::Commands::default();
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = client_read.read(&mut buffer).await {
            let bytes = &buffer[..length];
            let hold = faults.springs(bytes);
            match hold {
                None => {}
                Some(Hold::Command | Hold::Answer) => {
                    silenced.store(true, Ordering::SeqCst);
                    // It may have sprung an earlier trap, too.
                    told.store(false, Ordering::SeqCst);
                }
                Some(Hold::Late) => {
                    faults.sprung.notify_one();
                    faults.release.notified().await;
                }
            }
            // What is held back stays so; where only answers are, the rest of a command may still be to come.
            cut_off |= hold == Some(Hold::Command);
            let silent = cut_off || faults.swallows(number);
            let exchanged = faults.swap.get().map(|swap| commands.exchange(bytes, swap));
            let bytes = exchanged.as_deref().unwrap_or(bytes);
            if !silent && outlook.send(&mut server_write, bytes).await.is_err() {
                return;
            }
            if hold == Some(Hold::Command) {
                tell();
            }
        }
    };
    let back = async {
        let mut outlook = Outlook::new(&faults.weather, Direction::Back);
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = server_read.read(&mut buffer).await {
            if let Some(swap) = faults.swap.get() {
                swap.answered(&mut buffer[..length]);
            }
            let bytes = &buffer[..length];
            if silenced.load(Ordering::SeqCst) {
                tell();
            } else if !faults.swallows(number) && outlook.send(&mut client_write, bytes).await.is_err() {
                return;
            }
        }
    };
    let is_reset = tokio::select! {
        () = there => false,
        () = back => false,
        // The sender lives as long as this does.
        _ = resets.changed() => true,
    };
    if is_reset {
        // Where it is closed already, nothing is left to reset.
        rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap_or_default();
    }
}
