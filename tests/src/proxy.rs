//! A TCP proxy before a private Redis that can swallow: it takes bytes and passes none on, as a half-open connection does.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

/// See the module's header.
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    /// Connections up to this number swallow; new ones work.
    swallow_up_to: AtomicU64,
    /// New connections swallow as well.
    swallow_all: AtomicBool,
    connections: AtomicU64,
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

    /// How many connections there have been.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.faults.connections.load(Ordering::SeqCst)
    }
}

impl Faults {
    fn swallows(&self, number: u64) -> bool {
        self.swallow_all.load(Ordering::SeqCst) || number <= self.swallow_up_to.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, socket: PathBuf, number: u64, faults: Arc<Faults>) {
    let Ok(server) = UnixStream::connect(socket).await else { return };
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let there = copy(client_read, server_write, number, Arc::clone(&faults));
    let back = copy(server_read, client_write, number, faults);
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    number: u64,
    faults: Arc<Faults>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let Ok(length) = from.read(&mut buffer).await else { return };
        if length == 0 {
            return;
        }
        if !faults.swallows(number) && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
