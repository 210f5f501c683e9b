//! Lists cut down to what a caller wants of them: filtered, put in order, a part of it, with the fields that he chose.
//!
//! Owns the order of these steps, for all lists, and the `Content-Range` of a part. It must never know what is listed.
//!
//! Easy to get wrong: what is counted is what the filter leaves, before the part is taken; and a part is a 200.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde::Serialize;
use serde_json::Value;
use std::ops;

use super::{call::Call, query::ListQuery, range::content_range};
use crate::api::problem::Problem;

/// An answer with what the caller wants of these few.
pub(super) fn page_of<T: Serialize>(
    call: &Call,
    all: impl IntoIterator<Item = T>,
) -> Result<Response, Problem> {
    let values = all.into_iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
    let mut values = chosen(call.query(), values.map_err(|error| Problem::internal().caused_by(error))?);
    let total = values.len();
    let places = places(call.query(), total);
    let mut page: Value = values.drain(places.clone()).collect();
    call.cut(&mut page);
    let mut response = Json(page).into_response();
    label(call.query(), &mut response, &places, total)?;
    Ok(response)
}

/// Those that the filter leaves, in the order that is wanted.
fn chosen(query: &ListQuery, mut values: Vec<Value>) -> Vec<Value> {
    if let Some(filter) = &query.filter {
        values.retain(|value| filter.wants(value));
    }
    let Some(order) = &query.order else { return values };
    let mut keyed: Vec<_> = values.into_iter().map(|value| (order.key(&value), value)).collect();
    keyed.sort_by(|(one, _), (other, _)| order.compare(one, other));
    keyed.into_iter().map(|(_, value)| value).collect()
}

/// The places in a list of that length that are wanted.
fn places(query: &ListQuery, total: usize) -> ops::Range<usize> {
    query.range.map_or(0..total, |range| range.within(total))
}

/// Says which part of a list of that length an answer is, where a part was asked for.
fn label(
    query: &ListQuery,
    response: &mut Response,
    places: &ops::Range<usize>,
    total: usize,
) -> Result<(), Problem> {
    if query.range.is_some() {
        response.headers_mut().insert(header::CONTENT_RANGE, content_range(places, total)?);
    }
    Ok(())
}
