//! An outside system that is asked about every user, and of which every worker dies that asks about one of them.
//!
//! Each worker asks at an address of its own, so that it is known which one asked.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use offstage::http::{self, Limits};
use rustix::process::Signal;
use std::{
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::scene::Scene;

/// See the module's header.
pub(super) struct Killer {
    address: SocketAddr,
    case: Arc<Mutex<Case>>,
    /// The scene's numbers of the workers, in the order of their addresses.
    workers: Vec<usize>,
}

#[derive(Debug, Default)]
struct Case {
    /// The user whom nobody may ask about.
    user: u64,
    /// The address at which somebody did.
    asked: Option<usize>,
}

impl Killer {
    /// Starts one.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let case = Arc::<Mutex<Case>>::default();
        let router = Router::new().route("/{worker}/{user}", get(answer)).with_state(Arc::clone(&case));
        tokio::spawn(http::serve(listener, router, Limits::default(), CancellationToken::new()));
        Self { address, case, workers: Vec::new() }
    }

    /// Starts a worker that asks here.
    pub(super) fn start_worker(&mut self, scene: &mut Scene) {
        let (own, address) = (self.workers.len(), self.address);
        let file = scene.redis.folder().join(format!("worker-{own}.toml"));
        let url = format!("http://{address}/{own}/{{id}}");
        fs::write(&file, format!("[[checks.http]]\nname = \"killer\"\nurl = \"{url}\"\n")).expect("a file");
        let file = file.to_str().expect("a path of ours");
        self.workers.push(scene.start_worker(&[("OFFSTAGE_CONFIG", file)]));
    }

    /// Whoever asks about that user from now on is to die.
    pub(super) fn kills_for(&self, user: u64) {
        *self.case() = Case { user, asked: None };
    }

    /// Somebody has asked about him.
    pub(super) fn has_asked(&self) -> bool {
        self.case().asked.is_some()
    }

    /// Lets the one who asked abort.
    pub(super) async fn strike(&self, scene: &mut Scene) {
        let own = self.case().asked.take().expect("somebody has asked");
        let worker = &mut scene.workers[self.workers[own]];
        worker.signal(Signal::ABORT);
        worker.ended(Duration::from_secs(10)).await;
    }

    fn case(&self) -> std::sync::MutexGuard<'_, Case> {
        self.case.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing depends on anybody; about the one, nothing is ever said.
async fn answer(
    State(case): State<Arc<Mutex<Case>>>,
    Path((worker, user)): Path<(usize, u64)>,
) -> StatusCode {
    let is_the_one = {
        let mut case = case.lock().unwrap_or_else(PoisonError::into_inner);
        let is_the_one = case.user == user;
        if is_the_one {
            case.asked = Some(worker);
        }
        is_the_one
    };
    if is_the_one {
        std::future::pending::<()>().await;
    }
    StatusCode::NOT_FOUND
}
