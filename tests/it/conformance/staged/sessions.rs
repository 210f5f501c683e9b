//! The session beside an answer to a password, as Ansible's client uses it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use offstage_tests::eventually;
use reqwest::Method;

use super::{Call, Tape};
use crate::conformance::stage::{CHIEF, DEADLINE};

const ABOUT: &str = "/api/system/about?fields=fips_enabled";
const ATTEMPTS: &str = "/api/access/login_attempts";

/// Somebody shows his password once, then what he was given for it, and logs out.
pub(super) async fn a_password_is_shown_once(tape: &mut Tape) {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{CHIEF}:{CHIEF}-secret")));
    let first = Call::new(Method::GET, ABOUT).header("authorization", basic);
    let answer = tape.send("Somebody shows his password.", first).await;
    let cookie = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    let token = cookie.trim_start_matches("SEC=").split(';').next().unwrap_or_default().to_owned();
    tape.hide(&token);
    let with = |method, path: &str| Call::new(method, path).header("sec", token.clone());
    tape.send("He shows what he was given for it.", with(Method::GET, ABOUT)).await;
    eventually("the attempt is written down", DEADLINE, async || {
        let told = tape.stage.api.get(ATTEMPTS).await.body;
        (!told.as_array()?.is_empty()).then_some(())
    })
    .await;
    tape.send("He looks who logged in.", with(Method::GET, ATTEMPTS)).await;
    tape.send("He logs out.", with(Method::POST, "/api/auth/logout")).await;
    tape.send("What he was given is worth nothing any more.", with(Method::GET, ABOUT)).await;
}
