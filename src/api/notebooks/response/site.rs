//! What this server says of itself: what it is, where tokens are to be had, what is below a path.
//!
//! Owns the facts that clients ask for before they reach an operation. Addresses are made from what the caller calls us,
//! so that they lead him back here.
//!
//! Easy to get wrong: `owningSystemUrl`. With it at the top, Esri's Python client looks for a portal over HTTPS, where there
//! may be none; without it below an operation's own address, Esri's JavaScript client gets no token for that operation.

use serde_json::{Value, json};

use super::Reply;
use crate::api::{
    notebooks::request::Asked,
    problem::Problem,
    service::{Operation, Principal},
};

/// The release whose interface this is.
const VERSION: f64 = 11.5;
const FULL_VERSION: &str = "11.5.0";
/// How long a token is valid when nobody says, in minutes.
const TOKEN_VALIDITY_MINUTES: u64 = 60;
/// What the portal is called, and its one server.
const NAME: &str = "offstage";

/// A server's info, of one that stands for itself.
pub(in crate::api::notebooks) fn info(asked: &Asked) -> Result<Reply, Problem> {
    Reply::of(&server_info(asked))
}

/// The same, of one that belongs to the portal that we are.
pub(in crate::api::notebooks) fn federated_info(asked: &Asked) -> Result<Reply, Problem> {
    let mut info = server_info(asked);
    info["owningSystemUrl"] = asked.address("/arcgis").into();
    Reply::of(&info)
}

fn server_info(asked: &Asked) -> Value {
    json!({
        "currentVersion": VERSION,
        "fullVersion": FULL_VERSION,
        "authInfo": {
            "isTokenBasedSecurity": true,
            "tokenServicesUrl": asked.address("/arcgis/sharing/rest/generateToken"),
            "shortLivedTokenValidity": TOKEN_VALIDITY_MINUTES,
        },
    })
}

/// What a portal is, without a word about anybody.
pub(in crate::api::notebooks) fn portal_version() -> Result<Reply, Problem> {
    Reply::of(&json!({"currentVersion": VERSION, "fullVersion": FULL_VERSION}))
}

/// The portal, as the caller finds it.
pub(in crate::api::notebooks) fn portal(asked: &Asked, caller: &Principal) -> Result<Reply, Problem> {
    Reply::of(&json!({
        "id": NAME,
        "name": NAME,
        "portalName": NAME,
        "portalHostname": format!("{}/arcgis", asked.host()),
        "currentVersion": VERSION,
        "isPortal": true,
        "portalMode": "singletenant",
        "supportsOAuth": false,
        "allSSL": asked.is_secure(),
        "access": "private",
        "user": user_of(caller),
    }))
}

/// The caller himself.
pub(in crate::api::notebooks) fn user(caller: &Principal) -> Result<Reply, Problem> {
    Reply::of(&user_of(caller))
}

fn user_of(caller: &Principal) -> Value {
    // Esri's Python client transfers nothing unless a privilege has ":admin:" in it.
    let (role, privileges): (_, &[&str]) = if Operation::AdministerNotebooks.permit(caller).is_ok() {
        ("org_admin", &["portal:admin:manageServers", "premium:publisher:createNotebooks"])
    } else {
        ("org_publisher", &["premium:publisher:createNotebooks"])
    };
    json!({
        "username": caller.name,
        "fullName": caller.name,
        "role": role,
        "privileges": privileges,
        "groups": [],
    })
}

/// The roles that were made here: none.
pub(in crate::api::notebooks) fn roles() -> Result<Reply, Problem> {
    Reply::of(&json!({"total": 0, "start": 1, "num": 0, "nextStart": -1, "roles": []}))
}

/// The portal's servers: this one.
pub(in crate::api::notebooks) fn servers(asked: &Asked) -> Result<Reply, Problem> {
    let notebooks = asked.address("/arcgis/notebooks");
    Reply::of(&json!({"servers": [{
        "id": NAME,
        "name": asked.host(),
        "url": notebooks,
        "adminUrl": notebooks,
        "adminPublicUrl": notebooks,
        "isHosted": false,
        "serverType": "NOTEBOOK_SERVER",
        "serverRole": "FEDERATED_SERVER",
        "serverFunction": "NotebookServer",
    }]}))
}

/// What is below a path: resources to look at, operations to post to.
pub(in crate::api::notebooks) fn directory(
    resources: &[&str],
    operations: &[&str],
) -> Result<Reply, Problem> {
    Reply::of(&json!({"resources": resources, "operations": operations, "version": FULL_VERSION}))
}
