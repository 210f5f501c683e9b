//! The API with a certificate, as a real program: who trusts it is served as before, who speaks otherwise is turned away,
//! and what cannot be a certificate is refused before anything is served.

use offstage_tests::{
    dev::DataFolder,
    fixtures::ADMIN_TOKEN,
    identity::{Identity, trusting},
    programs::{Ended, Program, command, run},
    raw::{exchange, read_to_close},
    stack::Stack,
};
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use std::{net::SocketAddr, process::Command, time::Duration};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{DEADLINE, ended};

/// By when whoever is slow, or silent, must be cut.
const CUT_WITHIN: Duration = Duration::from_secs(15);
/// The first byte of a TLS alert.
const ALERT: char = '\u{15}';

fn address(base: &str) -> SocketAddr {
    base.trim_start_matches("https://").parse().unwrap()
}

#[tokio::test]
async fn a_deletion_and_its_events_go_over_tls() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    let _worker = stack.worker(&[]);
    assert!(api.base().starts_with("https://127.0.0.1:"), "{}", api.base());
    let mut listening = api.listen(None).await;
    let task = api.submit(5).await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|state| state != "COMPLETED") {
        seen.push(listening.next_named("transition").await.data["to"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.last().unwrap(), "COMPLETED", "{seen:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_over_tls() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    // Little enough that a closing connection takes all of it, so that the client reads the answer.
    let large = vec![b' '; 65 * 1024];
    let path = "/ops/v1/users/5/dependents/REPORT/1";
    let put = api.request(Method::PUT, path).header("content-type", "application/json");
    let answer = api.send(put.body(large)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{answer:?}");
    assert_eq!(api.delete_user(5).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn who_speaks_plain_http_or_never_ends_a_handshake_is_cut_and_nobody_else_notices() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    let address = address(api.base());
    let plain = exchange(address, b"GET /livez HTTP/1.1\r\nHost: t\r\n\r\n", DEADLINE).await;
    assert!(plain.starts_with(ALERT), "{plain:?}");

    let mut waiting = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The beginning of a client's first record.
        stream.write_all(b"\x16\x03\x01\x02\x00\x01").await.unwrap();
        waiting.push(stream);
    }
    assert_eq!(api.get("/readyz").await.status, StatusCode::OK);
    for mut stream in waiting {
        assert_eq!(read_to_close(&mut stream, CUT_WITHIN).await, "");
    }
    let metrics = trusting([identity.certificate()], true).get(format!("{}/metrics", api.base()));
    let page = metrics.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("offstage_http_handshakes_failed_total{reason=\"failed\"} 1"), "{page}");
    assert!(page.contains("offstage_http_handshakes_failed_total{reason=\"timed_out\"} 100"), "{page}");
}

#[tokio::test]
async fn who_does_not_trust_the_certificate_gets_no_further() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    let strangers = tempfile::tempdir().unwrap();
    let stranger = trusting([Identity::new(strangers.path()).certificate()], true);
    let refused = stranger.get(format!("{}/livez", api.base())).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    assert_eq!(api.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn addresses_that_dialects_tell_lead_back_over_tls() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    let client = trusting([identity.certificate()], true);
    let base = api.base();
    let ping = client.post(format!("{base}/platform/ws/ping")).send().await.unwrap().text().await.unwrap();
    assert!(ping.contains(&format!("{base}/platform/")), "{ping}");
    let info = client.get(format!("{base}/arcgis/rest/info?f=json")).send().await.unwrap();
    let info = info.text().await.unwrap();
    assert!(info.contains(&format!("\"tokenServicesUrl\":\"{base}/arcgis/")), "{info}");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_refused_by_name_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new(folder.path());
    let secret = std::fs::read_to_string(&identity.key).unwrap().lines().nth(1).unwrap().to_owned();
    let (cert, key) = (identity.cert.to_str().unwrap(), identity.key.to_str().unwrap());
    let others = tempfile::tempdir().unwrap();
    let other = Identity::new(others.path());
    let other = other.key.to_str().unwrap();
    for (program, args) in
        [("serve", vec!["serve"]), ("dev", vec!["dev", "--data", folder.path().to_str().unwrap()])]
    {
        for (cert, key, says, names) in [
            ("missing.pem", key, "cannot read missing.pem: No such file", "api.tls_cert"),
            (cert, "missing.pem", "cannot read missing.pem: No such file", "api.tls_key"),
            (key, key, "has no certificate in it", "key.pem"),
            (cert, cert, "has no private key in it", "cert.pem"),
            (cert, other, "does not fit the first certificate", "cert.pem"),
        ] {
            let files = ["--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key];
            let Ended { status, stdout, stderr } =
                ended("offstage", folder.path(), &[args.as_slice(), &files].concat(), &[]).await;
            assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{program}: {stderr}");
            assert!(stderr.contains(says) && stderr.contains(names), "{program}: {stderr}");
            assert!(!stderr.contains(&secret), "{program}: {stderr}");
        }
    }
}

#[tokio::test]
async fn a_certificate_comes_with_its_key_and_both_from_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new(folder.path());
    let (cert, key) = (identity.cert.to_str().unwrap(), identity.key.to_str().unwrap());
    let lonely = ["serve", "--tls-cert", cert];
    for environment in [vec![], vec![("OFFSTAGE_API__TLS_KEY", key)]] {
        let Ended { status, stderr, .. } = ended("offstage", folder.path(), &lonely, &environment).await;
        assert_eq!(status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("--tls-key"), "{stderr}");
    }
    let set = [("OFFSTAGE_API__TLS_CERT", cert)];
    let Ended { status, stderr, .. } = ended("offstage", folder.path(), &["serve"], &set).await;
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("api.tls_cert") && stderr.contains("api.tls_key"), "{stderr}");

    let flags = [&["serve", "--listen", "127.0.0.1:0"], identity.flags().as_slice()].concat();
    let faulty = [("OFFSTAGE_API__TLS_CERT", "missing.pem"), ("OFFSTAGE_API__TLS_KEY", "missing.pem")];
    Program::start("offstage", folder.path(), &flags, &faulty).line("ready https://").await;
    let good = [("OFFSTAGE_API__TLS_CERT", cert), ("OFFSTAGE_API__TLS_KEY", key)];
    Program::start("offstage", folder.path(), &flags[..3], &good).line("ready https://").await;
}

#[tokio::test]
async fn probe_and_operators_command_line_reach_a_server_with_a_certificate() {
    let stack = Stack::with_users([5]).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    for (path, healthy) in [("/readyz", true), ("/nowhere", false)] {
        let url = format!("{}{path}", api.base());
        let probe = ended("offstage", stack.redis.folder(), &["probe", &url], &[]).await;
        assert_eq!(probe.status.success(), healthy, "{probe:?}");
    }
    let trusted = ("SSL_CERT_FILE", identity.cert.to_str().unwrap());
    let asks = [("OFFSTAGE_URL", api.base()), ("OFFSTAGE_TOKEN", ADMIN_TOKEN), trusted];
    let queue = run(command("offstage", stack.redis.folder(), &["queue"], &asks), DEADLINE).await;
    assert!(queue.status.success(), "{queue:?}");
}

#[tokio::test]
async fn the_tour_of_dev_trusts_its_certificate_and_a_closed_terminal_still_ends_it() {
    let data = DataFolder::new();
    let identity = Identity::new(data.folder());
    let mut dev = data.start(&identity.flags(), &[]).await;
    assert!(dev.api.base().starts_with("https://localhost:"), "{}", dev.api.base());
    for line in &dev.tour {
        let mut pasted = Command::new("sh");
        pasted.args(["-c", &format!("{line} --fail")]);
        let Ended { status, stderr, .. } = run(pasted, DEADLINE).await;
        assert!(status.success(), "{line}: {stderr}");
    }
    dev.program.signal(Signal::HUP);
    assert!(dev.program.ended(DEADLINE).await.success());
}
