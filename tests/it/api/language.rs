//! A task's name and what goes on with it, in the language of whoever asks; and what is the same for everybody.

use super::{DEADLINE, TASKS, USERS, header};
use offstage::{
    api::message::phrases::{INSUFFICIENT_CAPABILITIES, NO_SEC_HEADER, UNAUTHORIZED},
    domain::capability::Capability,
    store::principals::TokenHash,
};
use offstage_tests::{
    api::{Answer, Api},
    fixtures::ADMIN_TOKEN,
    stack::Stack,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const QUEUED: [&str; 2] = ["Waiting to be started.", "Deletion of user 5"];
const QUEUED_IN_GERMAN: [&str; 2] = ["Wartet auf den Start.", "Löschung von Benutzer 5"];
const OUTSIDER_TOKEN: &str = "outsider-token-for-tests-0123456789-abcd";

/// Sends a request without a body, with these lines of `Accept-Language`.
async fn ask(api: &Api, method: Method, path: &str, lines: &[&[u8]]) -> Answer {
    let request = lines.iter().fold(api.request(method, path), |request, line| {
        request.header("Accept-Language", reqwest::header::HeaderValue::from_bytes(line).unwrap())
    });
    api.send(request).await
}

/// The answer is in this language, and says so.
#[track_caller]
fn says(answer: &Answer, language: &str, texts: [&str; 2]) {
    assert_eq!([&answer.body["message"], &answer.body["name"]], texts, "{answer:?}");
    assert_eq!(header(answer, "content-language"), language);
    assert_eq!(header(answer, "vary"), "accept-language");
}

#[tokio::test]
async fn a_task_is_told_in_the_language_of_whoever_asks() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let accepted = ask(&api, Method::DELETE, &format!("{USERS}/5"), &[b"de-DE,de;q=0.9,en;q=0.8"]).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    says(&accepted, "de", QUEUED_IN_GERMAN);
    assert_eq!(accepted.body["status"], "QUEUED", "what programs compare has no language");

    let task = format!("{TASKS}/1");
    let wanted: [(&[&[u8]], bool); 12] = [
        (&[], false),
        (&[b"de"], true),
        (&[b"de-CH"], true),
        (&[b"fr, de;q=0.1"], true),
        (&[b"en;q=0.5", b"de;q=0.6"], true),
        (&[b"\xff", b"de"], true),
        (&[b"en-GB, de;q=0.9"], false),
        (&[b"fr"], false),
        (&[b"*"], false),
        (&[b"de;q=0"], false),
        (&[b"de;q=much"], false),
        (&[b";;q=,,\xfc"], false),
    ];
    for (lines, in_german) in wanted {
        let watched = ask(&api, Method::GET, &task, lines).await;
        assert_eq!(watched.status, StatusCode::OK);
        if in_german { says(&watched, "de", QUEUED_IN_GERMAN) } else { says(&watched, "en", QUEUED) }
    }

    let cancel = api.request(Method::POST, &task).header("Accept-Language", "de-AT");
    let cancelled = api.send(cancel.json(&json!({"status": "CANCEL_REQUESTED"}))).await;
    says(&cancelled, "de", ["Abgebrochen; es wurde nichts gelöscht.", QUEUED_IN_GERMAN[1]]);
    says(&api.task(1).await, "en", ["Cancelled; nothing was deleted.", QUEUED[1]]);

    let results = ask(&api, Method::GET, &format!("{task}/results"), &[b"de"]).await;
    let labels = ["content-language", "vary"].map(|name| results.headers.contains_key(name));
    assert_eq!((results.status, labels), (StatusCode::OK, [false; 2]), "nothing in it is ours to translate");
}

#[tokio::test]
async fn one_and_several_are_told_apart_in_every_language() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    for (user, dependent) in [(5, "1"), (6, "1"), (6, "2")] {
        assert_eq!(api.register(user, dependent, true).await.status, StatusCode::CREATED);
    }
    let (one, two) = (api.submit(5).await, api.submit(6).await);
    let _worker = stack.worker(&[]);
    for (task, english, german) in [
        (one, "1 dependent blocks the deletion.", "1 abhängiges Objekt verhindert die Löschung."),
        (two, "2 dependents block the deletion.", "2 abhängige Objekte verhindern die Löschung."),
    ] {
        assert_eq!(api.until(task, &["CONFLICT"], DEADLINE).await.body["message"], english);
        let told = ask(&api, Method::GET, &format!("{TASKS}/{task}"), &[b"de"]).await;
        assert_eq!(told.body["message"], german);
    }
}

#[tokio::test]
async fn what_clients_search_for_is_the_same_in_every_language() {
    let stack = Stack::with_users([5]).await;
    let outsider = TokenHash::of(OUTSIDER_TOKEN.as_bytes());
    stack.store.keep_token("outsider", &outsider, &[Capability::OpsWrite], true).await.unwrap();
    let (_program, api) = stack.api(&[]).await;
    let task = format!("{TASKS}/1");
    let refused: [(Option<&str>, &[&str]); 4] = [
        (None, &[NO_SEC_HEADER, UNAUTHORIZED]),
        (Some("wrong"), &[NO_SEC_HEADER, UNAUTHORIZED]),
        (Some(OUTSIDER_TOKEN), &[INSUFFICIENT_CAPABILITIES]),
        (Some(ADMIN_TOKEN), &["No task found with id: 1"]),
    ];
    for (token, phrases) in refused {
        let caller = api.with_token(token);
        let english = ask(&caller, Method::GET, &task, &[]).await;
        let german = ask(&caller, Method::GET, &task, &[b"de"]).await;
        assert_eq!((english.status, &english.body), (german.status, &german.body));
        assert!(!german.headers.contains_key("content-language"), "{german:?}");
        let said = [&german.body["message"], &german.body["http_response"]["message"]];
        for phrase in phrases {
            assert!(
                said.into_iter().filter_map(Value::as_str).any(|text| text.contains(phrase)),
                "{german:?}"
            );
        }
    }
}
