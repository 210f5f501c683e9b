//! What a Docker Engine is asked, and what is made of its answers. A stub answers, in the real protocol.

use offstage::engine::{Engine, EngineError};
use offstage_tests::engine::{Fault, StubEngine};

const LABEL: &str = "notebook.user";

fn stub() -> (tempfile::TempDir, StubEngine, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let stub = StubEngine::start(folder.path());
    let engine = Engine::new(stub.path(), LABEL);
    (folder, stub, engine)
}

#[tokio::test]
async fn active_containers_of_the_user_are_found_and_no_others() {
    let (_folder, stub, engine) = stub();
    for state in ["created", "running", "paused", "restarting", "stopping", "exited", "dead", "removing"] {
        stub.run(state, (LABEL, "gis_joe"), state);
    }
    stub.run("janes", (LABEL, "gis_jane"), "running");
    stub.run("equal", (LABEL, "gis=joe"), "running");
    stub.run("database", ("role", "gis_joe"), "running");
    let ids = |found: Vec<offstage::engine::EngineContainer>| -> Vec<String> {
        found.into_iter().map(|container| container.id).collect()
    };
    let active = ["created", "paused", "restarting", "running", "stopping"];
    let ids = |found| {
        let mut ids = ids(found);
        ids.sort();
        ids
    };
    assert_eq!(ids(engine.containers_of("gis_joe").await.unwrap()), active);
    assert_eq!(ids(engine.containers_of("gis=joe").await.unwrap()), ["equal"]);
    assert_eq!(ids(engine.containers_of("GIS_JOE").await.unwrap()), [""; 0]);
    let all = ["created", "equal", "janes", "paused", "restarting", "running", "stopping"];
    assert_eq!(ids(engine.all().await.unwrap()), all);
    stub.fails(Some(Fault::NoFilters));
    assert_eq!(ids(engine.containers_of("gis_joe").await.unwrap()), active);
    assert_eq!(ids(engine.all().await.unwrap()), all);
    let one = engine.containers_of("gis_jane").await.unwrap().remove(0);
    assert_eq!((one.username.as_str(), one.image.as_str()), ("gis_jane", "esri/notebook:11"));
    assert_eq!(one.created.unwrap().timestamp(), 1_700_000_000);
}

#[tokio::test]
async fn an_engine_that_cannot_be_asked_is_an_error_without_names() {
    let (_folder, stub, engine) = stub();
    stub.run("joes", (LABEL, "gis_joe"), "running");
    let faults =
        [Fault::Silence, Fault::Status(500), Fault::Status(404), Fault::Garbage, Fault::UnknownState];
    for fault in faults {
        stub.fails(Some(fault));
        let error = engine.containers_of("gis_joe").await.unwrap_err();
        let understood = match fault {
            Fault::Silence => matches!(error, EngineError::TimedOut),
            Fault::Status(status) => matches!(error, EngineError::Refused(is) if is == status),
            Fault::Garbage | Fault::UnknownState | Fault::NoFilters => matches!(error, EngineError::Garbled),
        };
        assert!(understood, "{fault:?}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("gis_joe"), "{error:?}");
    }
    stub.fails(None);
    assert_eq!(engine.containers_of("gis_joe").await.unwrap().len(), 1);
    stub.run("../joes", (LABEL, "gis_jim"), "running");
    assert!(matches!(engine.containers_of("gis_jim").await, Err(EngineError::Garbled)));
    let nobody = Engine::new("/nonexistent/engine.sock", LABEL);
    assert!(matches!(nobody.all().await, Err(EngineError::Unreachable)));
}

#[tokio::test]
async fn more_containers_than_can_be_looked_at_are_an_error() {
    let (_folder, stub, engine) = stub();
    (0..1_001).for_each(|number| stub.run(&format!("c{number}"), (LABEL, "gis_joe"), "running"));
    assert!(matches!(engine.all().await, Err(EngineError::TooMany)));
}

#[tokio::test]
async fn a_container_is_stopped_if_it_has_the_label() {
    let (_folder, stub, engine) = stub();
    stub.run("joes", (LABEL, "gis_joe"), "running");
    stub.run("database", ("role", "db"), "running");
    assert!(engine.stop("joes").await.unwrap());
    assert_eq!(stub.state("joes").as_deref(), Some("exited"));
    assert!(!engine.stop("joes").await.unwrap(), "it is not active any more");
    for other in ["database", "", "..", "joes/../database", "jo"] {
        assert!(!engine.stop(other).await.unwrap(), "{other}");
    }
    assert_eq!(stub.state("database").as_deref(), Some("running"));
    stub.run("never-started", (LABEL, "gis_joe"), "created");
    assert!(matches!(engine.stop("never-started").await, Err(EngineError::StillThere)));
    stub.fails(Some(Fault::Status(500)));
    assert!(engine.stop("joes").await.is_err());
}
