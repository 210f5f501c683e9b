//! F02: `kill -9` of the API before it hands a submit to Redis, after Redis has done it, amid a request's body, and at any
//! moment. Whoever had no answer asks again under the same key, and has one task.

use offstage_tests::proxy::Hold;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Proxied, Scene, Setup},
};

/// See the module's header.
pub(crate) async fn api_killed(run: &mut Run) {
    let mut scene =
        Scene::start(run, Setup { proxied: Proxied::Apis, workers_are_let_alone: true, ..Setup::default() })
            .await;
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let half_sent = match round % 4 {
            0 => held(&scene, Hold::Command).await,
            1 => held(&scene, Hold::Answer).await,
            2 => Some(send_half(&scene).await),
            _ => None,
        };
        scene.apis[0].kill();
        scene.restart_api(0, &[]).await;
        run.injected(1);
        if let Some(what) = half_sent {
            let outcome = scene.ask(what).await;
            if !matches!(outcome, Outcome::Ok(Answer::Task(_))) {
                run.violated(Invariant::Row, format!("sent whole at last, it was answered {outcome:?}"));
            }
        }
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// Some client's submit, or the answer to it, comes as far as the proxy.
async fn held(scene: &Scene, hold: Hold) -> Option<What> {
    scene.proxy.trap("submit", hold);
    scene.proxy.sprung().await;
    None
}

/// Sends a submit without the end of its body; what it would have asked for.
async fn send_half(scene: &Scene) -> What {
    let what = scene.spare_submit();
    let What::Submit { user, key } = &what else { unreachable!("it is a submit") };
    let body = format!("{{\"users\":[{{\"id\":{user}}}]}}");
    let token = offstage_tests::fixtures::ADMIN_TOKEN;
    let head = format!(
        "POST /ops/v1/deletions HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.len(),
        &body[..body.len() / 2]
    );
    let address = scene.doors.address();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.expect("it listens");
    stream.write_all(head.as_bytes()).await.expect("it takes the head");
    what
}
