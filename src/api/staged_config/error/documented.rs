//! What every endpoint refuses with, for the document: its own codes, and those that are common to all of its shape.
//!
//! Owns which common problems an endpoint can meet, by what its row says of it. Statuses and codes come out of the tables that
//! answers are made by, so that the document cannot promise others.
//!
//! Easy to get wrong: the document has one entry a status for all versions, so a code that not every version has says which do.

use http::Method;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::{OpenApi, Response};

use super::{ErrorBody, codes::row};
use crate::api::{
    openapi,
    problem::{Missing, ProblemKind, RETRY_AFTER_S},
    service::Principal,
    staged_config::{
        endpoint::{Endpoint, LOGOUT, Listing, Refused},
        endpoints,
    },
};

/// Writes the refusals of every endpoint into the document.
pub(in crate::api::staged_config) fn document(document: &mut OpenApi) {
    for endpoint in endpoints::all() {
        let Some(item) = document.paths.paths.get_mut(endpoint.path) else { continue };
        let methods = [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::DELETE, &mut item.delete),
        ];
        for operation in methods
            .into_iter()
            .filter_map(|(method, operation)| operation.as_mut().filter(|_| method == endpoint.method))
        {
            operation.responses.responses.extend(refusals(endpoint));
        }
    }
}

fn refusals(endpoint: &Endpoint) -> BTreeMap<String, utoipa::openapi::RefOr<Response>> {
    let mut said: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for own in endpoint.refusals {
        let line = format!("{}: {}{}.", own.code, own.description, versions(own));
        said.entry(own.status).or_default().insert(line);
    }
    for (kind, meaning) in common(endpoint) {
        if endpoint.refusals.iter().all(|own| own.kind != kind) {
            let row = row(kind, None);
            said.entry(row.status.as_u16()).or_default().insert(format!("{}: {meaning}", row.code));
        }
    }
    let lines: Vec<_> = said
        .into_iter()
        .map(|(status, lines)| (status, format!("- {}", lines.into_iter().collect::<Vec<_>>().join("\n- "))))
        .collect();
    let all: Vec<_> = lines.iter().map(|(status, said)| (*status, said.as_str())).collect();
    openapi::failures::<ErrorBody>("application/json", &all)
}

fn versions(own: &Refused) -> String {
    match (own.from, own.until) {
        (0, u16::MAX) => String::new(),
        (0, until) => format!(" (up to version {until})"),
        (from, u16::MAX) => format!(" (from version {from} on)"),
        (from, until) => format!(" (versions {from} to {until})"),
    }
}

/// The problems without a code of this endpoint's own that it can meet, and what each means here.
fn common(endpoint: &Endpoint) -> Vec<(ProblemKind, &'static str)> {
    let mut all = vec![
        (ProblemKind::MalformedRequest, "the request is malformed."),
        (ProblemKind::NoCredentials, "no credentials, or none that are valid."),
        (ProblemKind::UnknownPath, "that version does not have this endpoint."),
        (ProblemKind::MethodNotAllowed, "the endpoint does not support this method."),
        (ProblemKind::NotAcceptable, "the caller does not take what there is."),
        (ProblemKind::RequestTimeout, "the body did not arrive in time."),
        (ProblemKind::BodyTooLarge, "the body is too large."),
        (ProblemKind::TargetTooLong, "path and query are too long."),
        (ProblemKind::UnsupportedBody, "the body is not plain JSON."),
        (ProblemKind::BadParameter { name: "Version" }, "a parameter is not valid."),
        (ProblemKind::BadBody, "the body is not what it should be."),
        (ProblemKind::HeadTooLarge, "the headers are too many or too long."),
        (ProblemKind::Internal, "the server failed."),
        (
            ProblemKind::Unavailable { retry_after_s: RETRY_AFTER_S },
            "the storage does not answer; try again after Retry-After.",
        ),
    ];
    let nobody = Principal { name: String::new(), user: None, capabilities: Vec::new() };
    let denied = endpoint.operation.permit(&nobody).err();
    all.extend(denied.map(|problem| (problem.kind, "the caller lacks the capabilities.")));
    if !endpoint.fields.is_empty() {
        all.push((ProblemKind::UnknownField, "a field that is asked for does not exist."));
        all.push((ProblemKind::DuplicateField, "a field is asked for twice."));
    }
    if endpoint.lists.is_some() {
        all.push((ProblemKind::BadRange, "the Range is not valid."));
        all.push((ProblemKind::BadFilter, "the filter is not valid."));
    }
    if endpoint.lists == Some(Listing::Sorted) {
        all.push((ProblemKind::UnknownSortField, "the sort is not valid."));
    }
    if endpoint.body.is_some() {
        all.push((ProblemKind::MissingBody { name: "body" }, "the body is missing."));
    }
    if endpoint.method != Method::GET && endpoint.path != LOGOUT {
        all.push((
            ProblemKind::Full,
            "it conflicts with what is under way, or a limit has been reached (with Retry-After where waiting helps).",
        ));
    }
    let has_number = endpoint.path.contains('{');
    if has_number && endpoint.refusals.iter().all(|own| own.status != 404) {
        all.push((ProblemKind::NotFound(Missing::Documentation), "there is nothing of that number."));
    }
    all
}
