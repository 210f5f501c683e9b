//! The body of a long list's part: at once where it is short, and else as it is read.
//!
//! Easy to get wrong: the first elements are read before there is an answer, so that a storage that does not answer is told as
//! such. What fails later can only break the body off, which no client takes for a whole one.

use axum::{
    Json,
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use http::{HeaderValue, header};
use serde_json::Value;
use std::io;

use super::MOST_AT_ONCE;
use crate::api::{
    problem::Problem,
    staged_config::{call::Call, source::Source},
};

/// An answer with these elements.
pub(super) async fn of<S: Source>(call: Call, source: S, ids: Vec<u64>) -> Result<Response, Problem> {
    let mut rest = Rest { call, source, ids, done: 0, told: false };
    let first = rest.read().await?;
    if rest.done == rest.ids.len() {
        return Ok(Json(Value::Array(first)).into_response());
    }
    let begun = rest.write(b"[", &first)?;
    let chunks = stream::try_unfold((Some(begun), rest), |(begun, mut rest)| async move {
        let chunk = match begun {
            Some(begun) => Some(begun),
            None => rest.chunk().await.map_err(|problem| broken(&problem))?,
        };
        Ok::<_, io::Error>(chunk.map(|chunk| (chunk, (None, rest))))
    });
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], Body::from_stream(chunks)).into_response())
}

/// What of a list is not written yet.
struct Rest<S> {
    call: Call,
    source: S,
    ids: Vec<u64>,
    /// How many of them are read.
    done: usize,
    /// At least one element is written.
    told: bool,
}

impl<S: Source> Rest<S> {
    /// The next elements, with the fields that are wanted; none at the end.
    async fn read(&mut self) -> Result<Vec<Value>, Problem> {
        let end = self.ids.len().min(self.done + MOST_AT_ONCE);
        let elements = self.source.elements(&self.ids[self.done..end], None).await?;
        self.done = end;
        let cut = |(_, mut element)| {
            self.call.cut(&mut element);
            element
        };
        Ok(elements.into_iter().map(cut).collect())
    }

    /// The next piece of the body; none when all is written.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.done == self.ids.len() {
            let end =
                if std::mem::take(&mut self.ids).is_empty() { None } else { Some(Bytes::from_static(b"]")) };
            self.done = 0;
            return Ok(end);
        }
        let elements = self.read().await?;
        self.write(b"", &elements).map(Some)
    }

    fn write(&mut self, lead: &[u8], elements: &[Value]) -> Result<Bytes, Problem> {
        let mut text = lead.to_vec();
        for element in elements {
            if self.told {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, element)
                .map_err(|error| Problem::internal().caused_by(error))?;
            self.told = true;
        }
        Ok(text.into())
    }
}

/// Breaks a body off.
fn broken(problem: &Problem) -> io::Error {
    problem.log();
    io::Error::other("the list broke off")
}
