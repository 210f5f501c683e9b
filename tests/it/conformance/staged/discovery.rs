//! Finding out what can be called, as clients do that have no methods of their own.

use reqwest::Method;

use super::Tape;

/// A client learns which routes there are, and all about one of them.
pub(super) async fn clients_discover(tape: &mut Tape) {
    let mut get = async |title, path: &str| tape.ask(title, Method::GET, path).await;
    let all = "/api/help/endpoints?filter=version=17.0 and path ILIKE '%25user_dependent%25'&fields=http_method, path";
    get("A client asks which routes there are.", all).await;
    let one = "/api/help/endpoints?filter=path='/config/access/user_dependent_tasks/{task_id}' and http_method='POST'";
    let answer = get("It asks all about one of them.", one).await;
    let found: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let path = format!("/api/help/endpoints/{}", found[0]["id"]);
    get("It asks for the same by its number.", &format!("{path}?fields=http_method,path,caller_has_access"))
        .await;
    get("It asks for one that is not there.", "/api/help/endpoints/9999999").await;
    get(
        "It asks which releases there are.",
        "/api/help/versions?filter=deprecated=false&fields=version,removed",
    )
    .await;
    let versions = get("It asks for the newest.", "/api/help/versions?filter=version=26.0&fields=id").await;
    let found: serde_json::Value = serde_json::from_str(&versions.body).expect("JSON");
    get(
        "It asks for that one by its number.",
        &format!("/api/help/versions/{}?fields=version,deprecated", found[0]["id"]),
    )
    .await;
    let resources = get(
        "It asks which resources there are.",
        "/api/help/resources?filter=version=26.0 and path='/config/access'&fields=id,path,version",
    )
    .await;
    let found: serde_json::Value = serde_json::from_str(&resources.body).expect("JSON");
    get(
        "It asks for one of them by its number.",
        &format!("/api/help/resources/{}?fields=path,version", found[0]["id"]),
    )
    .await;
    get("It asks whom it speaks with.", "/api/system/about").await;
}
