//! A Docker Engine's stub on a Unix socket: it speaks the part of the real protocol that offstage uses, filters included,
//! with a version before the path or without.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::{Path as FilePath, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::net::UnixListener;

/// How the stub misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It says nothing.
    Silence,
    /// It fails.
    Status(u16),
    /// It says something else.
    Garbage,
    /// It takes no notice of filters.
    NoFilters,
    /// It knows another state.
    UnknownState,
}

/// See the module's header. It ends with the test.
#[derive(Debug)]
pub struct StubEngine {
    socket: PathBuf,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    fault: Option<Fault>,
    asked: usize,
    containers: Vec<Container>,
}

#[derive(Debug)]
struct Container {
    id: String,
    labels: HashMap<String, String>,
    state: String,
}

impl StubEngine {
    /// One that listens in that folder and runs nothing.
    #[must_use]
    pub fn start(folder: &FilePath) -> Self {
        let socket = folder.join(format!("engine-{:08x}.sock", rand::random::<u32>()));
        let listener = UnixListener::bind(&socket).expect("a socket");
        let inner = Inner { fault: None, asked: 0, containers: Vec::new() };
        let stub = Self { socket, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
            .route("/containers/json", get(list))
            .route("/containers/{id}/stop", post(stop))
            .with_state(Arc::clone(&stub.inner));
        let router = Router::new().nest("/v1.48", router.clone()).merge(router);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(router.clone());
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(serving);
            }
        });
        stub
    }

    /// Where it listens.
    #[must_use]
    pub fn path(&self) -> &str {
        self.socket.to_str().expect("temporary folders are text")
    }

    /// The same as a setting.
    #[must_use]
    pub fn url(&self) -> String {
        format!("unix://{}", self.path())
    }

    /// It runs a container in that state, with one label.
    pub fn run(&self, id: &str, label: (&str, &str), state: &str) {
        let labels = HashMap::from([(label.0.to_owned(), label.1.to_owned())]);
        self.lock().containers.push(Container { id: id.to_owned(), labels, state: state.to_owned() });
    }

    /// It misbehaves from now on, or no longer.
    pub fn fails(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// In which state a container is.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<String> {
        self.lock().containers.iter().find(|one| one.id == id).map(|one| one.state.clone())
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Shared = State<Arc<Mutex<Inner>>>;

/// Nothing is wrong.
async fn admitted(inner: &Mutex<Inner>) -> Result<(), Response> {
    let fault = {
        let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.asked += 1;
        inner.fault
    };
    match fault {
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            Err((status, Json(json!({ "message": "no such luck, gis_joe" }))).into_response())
        }
        Some(Fault::Garbage) => Err("{\"not\": \"a list\"}".into_response()),
        Some(Fault::NoFilters | Fault::UnknownState) | None => Ok(()),
    }
}

async fn list(State(inner): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    if let Err(refused) = admitted(&inner).await {
        return refused;
    }
    let filters: HashMap<String, Vec<String>> =
        query.get("filters").map_or_else(HashMap::new, |text| serde_json::from_str(text).expect("filters"));
    let inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = |container: &&Container| {
        let states = filters.get("status").is_none_or(|states| states.contains(&container.state));
        let labels = filters.get("label").into_iter().flatten().all(|label| match label.split_once('=') {
            Some((key, value)) => container.labels.get(key).is_some_and(|is| is == value),
            None => container.labels.contains_key(label),
        });
        inner.fault == Some(Fault::NoFilters) || (states && labels)
    };
    let limit = query.get("limit").and_then(|limit| limit.parse().ok());
    let most = limit.unwrap_or(usize::MAX);
    // As dockerd has it: without a limit, a filter by status or `all`, only what runs is listed.
    let runs_only = limit.is_none()
        && query.get("all").is_none_or(|all| all == "false")
        && !filters.contains_key("status");
    let runs = |container: &&Container| {
        !runs_only || ["running", "paused", "restarting", "stopping"].contains(&container.state.as_str())
    };
    let unknown = inner.fault == Some(Fault::UnknownState);
    let found: Vec<Value> = inner
        .containers
        .iter()
        .filter(wanted)
        .filter(runs)
        .take(most)
        .map(|container| {
            let state = if unknown { "levitating" } else { &container.state };
            json!({
                "Id": container.id, "Names": [format!("/{}", container.id)], "Image": "esri/notebook:11",
                "ImageID": "sha256:0", "Command": "jupyter", "Created": 1_700_000_000, "Ports": [],
                "Labels": container.labels, "State": state, "Status": "Up 3 minutes",
                "HostConfig": { "NetworkMode": "default" }, "NetworkSettings": { "Networks": {} }, "Mounts": [],
            })
        })
        .collect();
    Json(found).into_response()
}

async fn stop(State(inner): Shared, Path(id): Path<String>) -> Response {
    if let Err(refused) = admitted(&inner).await {
        return refused;
    }
    let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(container) = inner.containers.iter_mut().find(|one| one.id == id) else {
        let message = format!("No such container: {id}");
        return (StatusCode::NOT_FOUND, Json(json!({ "message": message }))).into_response();
    };
    let was_running = !["exited", "created"].contains(&container.state.as_str());
    if was_running {
        "exited".clone_into(&mut container.state);
    }
    if was_running { StatusCode::NO_CONTENT } else { StatusCode::NOT_MODIFIED }.into_response()
}
