//! SIGHUP: a new certificate is taken while requests go on, a faulty one is not, and a server without any lives on.

use futures::future::join_all;
use offstage_tests::{
    identity::{Identity, trusting},
    stack::Stack,
};
use reqwest::StatusCode;
use rustix::process::Signal;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use super::DEADLINE;

const RENEWED: &str = "the certificate was read again";
const REFUSED: &str = "the new certificate cannot be used: the old one stays";

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_open_ones_go_on() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (program, api) = stack.guarded_api(&identity).await;
    let old = identity.certificate();
    let mut listening = api.listen(None).await;

    identity.renew();
    program.signal(Signal::HUP);
    program.logged(RENEWED).await;

    let url = format!("{}/livez", api.base());
    let fresh = trusting([identity.certificate()], false).get(&url).send().await.unwrap();
    assert_eq!(fresh.status(), StatusCode::OK);
    assert!(trusting([old], false).get(&url).send().await.unwrap_err().is_connect());
    // The stream was opened with the old one.
    stack.api(&[]).await.1.submit(5).await;
    listening.next_named("transition").await;
}

#[tokio::test]
async fn renewals_under_load_fail_no_request() {
    const RENEWALS: usize = 5;
    const CALLERS: usize = 8;
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (program, api) = stack.guarded_api(&identity).await;
    let all: Vec<_> = (0..=RENEWALS)
        .map(|at| {
            let folder = stack.redis.folder().join(at.to_string());
            std::fs::create_dir(&folder).unwrap();
            Identity::new(&folder)
        })
        .collect();
    let known = all.iter().chain([&identity]).map(Identity::certificate).collect::<Vec<_>>();
    let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            // Some keep their connection over a renewal, some make a new one for each request.
            let client = trusting(known.clone(), caller % 2 == 0);
            let (over, answered, url) = (over.clone(), answered.clone(), format!("{}/livez", api.base()));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let answer = client.get(&url).send().await.expect("no request fails");
                    assert_eq!(answer.status(), StatusCode::OK);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for (at, next) in all.iter().enumerate() {
        let before = answered.load(Ordering::Relaxed);
        std::fs::copy(&next.cert, &identity.cert).unwrap();
        std::fs::copy(&next.key, &identity.key).unwrap();
        program.signal(Signal::HUP);
        offstage_tests::eventually("the renewal, and requests after it", DEADLINE, async || {
            let renewed = program.log().matches(RENEWED).count() > at;
            (renewed && answered.load(Ordering::Relaxed) > before).then_some(())
        })
        .await;
    }
    over.store(true, Ordering::Relaxed);
    assert!(join_all(callers).await.iter().all(Result::is_ok), "a request failed");
}

#[tokio::test]
async fn a_faulty_renewal_leaves_the_old_certificate_in_use_and_says_why() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (program, api) = stack.guarded_api(&identity).await;
    let old = trusting([identity.certificate()], false);
    let key = std::fs::read_to_string(&identity.key).unwrap();

    identity.lose_key();
    program.signal(Signal::HUP);
    let line = program.logged(REFUSED).await;
    assert!(line.contains("key.pem does not fit the first certificate in"), "{line}");
    std::fs::remove_file(&identity.key).unwrap();
    program.signal(Signal::HUP);
    program.logged("cannot read").await;

    let url = format!("{}/metrics", api.base());
    let page = old.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("offstage_tls_certificate_renewals_total{outcome=\"refused\"} 2"), "{page}");
    assert!(key.lines().filter(|line| line.len() > 30).all(|line| !program.log().contains(line)));

    identity.renew();
    program.signal(Signal::HUP);
    program.logged(RENEWED).await;
    let renewed = trusting([identity.certificate()], false).get(&url).send().await.unwrap();
    assert_eq!(renewed.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_server_without_a_certificate_outlives_a_sighup() {
    let stack = Stack::with_users([5]).await;
    let (mut program, api) = stack.api(&[]).await;
    program.signal(Signal::HUP);
    program.logged("SIGHUP changes nothing").await;
    assert_eq!(api.get("/readyz").await.status, StatusCode::OK);
    program.signal(Signal::TERM);
    assert!(program.ended(DEADLINE).await.success());
}
