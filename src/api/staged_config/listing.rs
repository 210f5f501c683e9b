//! Lists cut down to what a caller wants of them: filtered, put in order, a part of it, with the fields that he chose.
//!
//! Owns the order of these steps, for all lists, and the `Content-Range` of a part. It must never know what is listed; and
//! of a long list it must never hold more than ids, sort keys and some elements at a time, whatever a caller asks for.
//!
//! Easy to get wrong: what is counted is what the filter leaves, before the part is taken; and a part is a 200. A long list
//! is read over many moments: what goes meanwhile is left out, and the last element told may not be there any more.

mod body;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use http::header;
use serde::Serialize;
use serde_json::Value;
use std::ops;

use super::{
    call::Call,
    filter::Filter,
    query::ListQuery,
    range::content_range,
    sort::Order,
    source::{ID, Source},
};
use crate::api::problem::Problem;

/// Elements of a long list that are read and held at once.
const MOST_AT_ONCE: usize = 500;
/// Reads of a long list that are under way at once.
const MOST_READS: usize = 2;

/// An answer with what the caller wants of a long list.
pub(super) async fn list<S: Source>(call: &Call, source: S) -> Result<Response, Problem> {
    let query = call.query();
    let (total, places, ids) = match straight(query, &source).await? {
        Some(part) => part,
        None => part_of(query, wanted(query, &source).await?),
    };
    let mut response = body::of(call.clone(), source, ids).await?;
    label(query, &mut response, &places, total)?;
    Ok(response)
}

/// How many elements there are, which places of theirs are wanted, and the ids there.
type Part = (usize, ops::Range<usize>, Vec<u64>);

/// The part that is wanted, where the list knows it without a look at the rest.
async fn straight<S: Source>(query: &ListQuery, source: &S) -> Result<Option<Part>, Problem> {
    let (None, Some(downwards), Some(range)) = (&query.filter, by_id(query), query.range) else {
        return Ok(None);
    };
    let found = source.ids_at(range, downwards).await?;
    Ok(found.map(|(total, ids)| {
        let first = range.within(total).start;
        (total, first..first + ids.len(), ids)
    }))
}

/// The part of these that is wanted.
fn part_of(query: &ListQuery, mut ids: Vec<u64>) -> Part {
    let total = ids.len();
    let places = places(query, total);
    ids.truncate(places.end);
    ids.drain(..places.start);
    (total, places, ids)
}

/// Whether the order that is wanted is that of the ids, downwards; none where it is another one.
fn by_id(query: &ListQuery) -> Option<bool> {
    query.order.as_ref().map_or(Some(false), |order| order.is_by(ID))
}

/// The ids of all elements that the filter leaves, in the order that is wanted.
async fn wanted<S: Source>(query: &ListQuery, source: &S) -> Result<Vec<u64>, Problem> {
    let mut ids = source.ids(query.filter.as_ref()).await?;
    if let (None, Some(downwards)) = (&query.filter, by_id(query)) {
        if downwards {
            ids.reverse();
        }
        return Ok(ids);
    }
    let mut fields = query.filter.as_ref().map(Filter::fields).unwrap_or_default();
    fields.extend(query.order.iter().flat_map(Order::fields));
    let mut keyed = Vec::new();
    let reads: Vec<_> = ids.chunks(MOST_AT_ONCE).map(|some| source.elements(some, Some(&fields))).collect();
    let mut reads = stream::iter(reads).buffered(MOST_READS);
    while let Some(elements) = reads.next().await {
        for (id, element) in elements? {
            if query.filter.as_ref().is_none_or(|filter| filter.wants(&element)) {
                keyed.push((query.order.as_ref().map(|order| order.key(&element)), id));
            }
        }
    }
    if let Some(order) = &query.order {
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) => order.compare(one, other),
            (None, _) | (_, None) => std::cmp::Ordering::Equal,
        });
    }
    Ok(keyed.into_iter().map(|(_, id)| id).collect())
}

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
