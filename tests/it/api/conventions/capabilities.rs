//! Who may call what: every route, asked by nobody, by a caller without any capability, and by one with each alone.
//!
//! `capabilities.txt` is what came out, for people to read: `UPDATE_GOLDENS=1` writes it anew.

use super::{Route, routes};
use crate::api::refuses;
use offstage::{domain::capability::Capability, store::principals::TokenHash};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use std::{fmt::Write as _, path::Path};

/// A caller with that capability alone, or none.
async fn caller(stack: &Stack, api: &Api, capability: Option<Capability>) -> Api {
    let name = capability.map_or("none", Capability::name);
    let token = format!("a-token-with-{name}-and-nothing-else-0123456789");
    let hash = TokenHash::of(token.as_bytes());
    stack.store.keep_token(name, &hash, capability.as_slice(), true).await.unwrap();
    api.with_token(Some(&token))
}

/// The caller is told that the endpoint, or what it does, is not for him.
fn is_refused(answer: &Answer) -> bool {
    answer.status == 403 && matches!(answer.body["code"].as_u64(), Some(26 | 1009))
}

async fn ask(caller: &Api, route: &Route) -> Answer {
    caller.send(caller.request(route.method.clone(), &route.path)).await
}

#[tokio::test]
async fn every_route_lets_in_those_who_may_call_it_and_nobody_else() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for route in routes(&api).await {
        refuses(&ask(&api.with_token(None), &route).await, 401, 18);
    }
    let mut table: Vec<(String, Vec<&str>)> = Vec::new();
    for capability in std::iter::once(None).chain(Capability::ALL.map(Some)) {
        let name = capability.map_or("anybody", Capability::name);
        let caller = caller(&stack, &api, capability).await;
        for (row, route) in routes(&caller).await.iter().enumerate() {
            let answer = ask(&caller, route).await;
            let may = route.told["caller_has_access"].as_bool().unwrap();
            assert_eq!(is_refused(&answer), !may, "{name}: {} {}: {answer:?}", route.method, route.pattern);
            if table.len() <= row {
                table.push((format!("{} {}", route.method, route.pattern), Vec::new()));
            }
            if may {
                table[row].1.push(name);
            }
        }
    }
    table.sort();
    let mut seen = String::new();
    for (route, names) in &table {
        let names = if names.first() == Some(&"anybody") { "anybody".to_owned() } else { names.join(", ") };
        writeln!(seen, "{route}: {names}").unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/api/conventions/capabilities.txt");
    if std::env::vars_os().any(|(name, _)| name == "UPDATE_GOLDENS") {
        std::fs::write(&file, &seen).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(seen, expected, "another table now (UPDATE_GOLDENS=1 takes it over)");
}
