//! F17: Redis takes no more connections, and cuts those that there are; and others come and go all the time.

use redis::Connection;
use std::time::{Duration, Instant};

use crate::{
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// Connections that Redis takes while it is broken.
const FEW: usize = 5;
/// As many as it takes otherwise.
const MANY: &str = "10000";
/// Connections that are opened and closed in a row.
const CHURN: usize = 200;
/// How soon a submit must be accepted again.
const BACK_WITHIN: Duration = Duration::from_secs(2);

/// Takes all connections that there are, cuts the others, and gives them back.
pub(crate) async fn connections(run: &mut Run) {
    let scene = Scene::start(run, Setup::default()).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let mut own = scene.redis.connection();
        limit(&mut own, &FEW.to_string());
        let hogs = hog(&scene, &mut own);
        scene.takes_nothing(run).await;
        limit(&mut own, MANY);
        drop(hogs);
        run.injected(1);
        let begun = Instant::now();
        scene.accepted(scene.spare_user()).await;
        if begun.elapsed() > BACK_WITHIN {
            run.violated(Invariant::Row, format!("a submit took {:?} to be accepted again", begun.elapsed()));
        }
        scene.recovered(run).await;
        churn(&scene);
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// Cuts everybody else off and takes their places, until there is none left for them.
fn hog(scene: &Scene, own: &mut Connection) -> Vec<Connection> {
    let mut hogs = Vec::new();
    while hogs.len() < FEW - 1 {
        cut(own);
        // Somebody may have been quicker, and is cut off in the next turn.
        hogs.extend(std::iter::from_fn(|| open(scene)).take(FEW - 1 - hogs.len()));
    }
    hogs
}

/// Many that come, say something and go, while all others are cut off again and again.
fn churn(scene: &Scene) {
    let mut own = scene.redis.connection();
    for number in 0..CHURN {
        drop(open(scene));
        if number % 20 == 0 {
            cut(&mut own);
        }
    }
}

fn open(scene: &Scene) -> Option<Connection> {
    let mut connection = scene.redis.client().get_connection().ok()?;
    redis::cmd("CLIENT").arg("SETNAME").arg("hog").exec(&mut connection).ok()?;
    Some(connection)
}

/// All but this one and those that hog.
fn cut(own: &mut Connection) {
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(own).expect("Redis answers");
    let me: u64 = redis::cmd("CLIENT").arg("ID").query(own).expect("Redis answers");
    let others = clients.lines().filter(|client| !client.contains(" name=hog "));
    let ids = others.filter_map(|client| client.strip_prefix("id=")?.split(' ').next()?.parse::<u64>().ok());
    for id in ids.filter(|id| *id != me) {
        // It may be gone by itself.
        let cut: u64 =
            redis::cmd("CLIENT").arg(&["KILL", "ID", &id.to_string()]).query(own).expect("Redis answers");
        debug_assert!(cut <= 1);
    }
}

fn limit(own: &mut Connection, connections: &str) {
    redis::cmd("CONFIG").arg(&["SET", "maxclients", connections]).exec(own).expect("it is set");
}
