//! Logging in with a password, going on with the cookie, and logging out.

use reqwest::Method;

use super::Tape;
use crate::conformance::exchange::Call;

/// `chief:chief-secret` and `chief:wrong`
const BASIC: &str = "Basic Y2hpZWY6Y2hpZWYtc2VjcmV0";
const WRONG: &str = "Basic Y2hpZWY6d3Jvbmc=";

/// Somebody comes with his password and goes on with what he was given.
pub(super) async fn a_password_opens_a_session(tape: &mut Tape) {
    let get = |path: &str| Call::new(Method::GET, path);
    let attempts =
        "/api/access/login_attempts?fields=user_id,attempt_result,attempt_method&sort=%2Battempt_time";
    tape.send("A wrong password.", get("/api/system/about").header("authorization", WRONG)).await;
    let answer = tape.send("The right one.", get("/api/system/about").header("authorization", BASIC)).await;
    let cookie = answer.headers["set-cookie"].to_str().expect("text");
    let token = cookie.trim_start_matches("SEC=").split(';').next().expect("a value").to_owned();
    tape.hide(&token);
    tape.send("With the cookie's value.", get(attempts).header("sec", token.as_str())).await;
    let out = Call::new(Method::POST, "/api/auth/logout").header("sec", token.as_str());
    tape.send("He logs out.", out).await;
    tape.send("He is out.", get(attempts).header("sec", token)).await;
}
