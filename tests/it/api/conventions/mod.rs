//! What all routes of the `staged_config` dialect have in common: who is let in, in which order a request is read, sessions,
//! cross-origin calls, and the help.
//!
//! Easy to get wrong: a rule that holds on one route and not on the next. Where it can be asked of all, it is asked of all that
//! the help tells.

mod capabilities;
mod cors;
mod help;
mod logins;
mod order;
mod sessions;

use offstage_tests::{api::Api, platform::password};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::Value;

/// A route: how it is called, where, with a number for each argument, and what the help says of it.
struct Route {
    method: Method,
    path: String,
    pattern: String,
    told: Value,
}

/// Every route of the newest version, as the help tells them to that caller.
async fn routes(api: &Api) -> Vec<Route> {
    let told = api.get("/api/help/endpoints?filter=version%3D26.0").await;
    assert_eq!(told.status, 200, "{told:?}");
    let route = |told: &Value| {
        let pattern = format!("/api{}", told["path"].as_str().unwrap());
        let pieces: Vec<_> =
            pattern.split('/').map(|piece| if piece.starts_with('{') { "404" } else { piece }).collect();
        let method = Method::from_bytes(told["http_method"].as_str().unwrap().as_bytes()).unwrap();
        Route { method, path: pieces.join("/"), pattern, told: told.clone() }
    };
    told.body.as_array().unwrap().iter().map(route).collect()
}

/// A request with a name and a password.
fn as_user(api: &Api, method: Method, path: &str, name: &str) -> RequestBuilder {
    api.with_token(None).request(method, path).basic_auth(name, Some(password(name)))
}

/// A path with that parameter in its query, as clients encode it.
fn with(path: &str, name: &str, value: &str) -> String {
    let url = Url::parse_with_params("http://host/", [(name, value)]).unwrap();
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{}", url.query().unwrap())
}
