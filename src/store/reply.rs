//! What a script answers: a tag, then strings or lists of strings. Never nil, never a float.

use redis::Value;

use super::error::StoreError;

/// A script's answer.
#[derive(Debug)]
pub(super) struct Reply {
    script: &'static str,
    tag: String,
    rest: Vec<Value>,
}

impl Reply {
    pub(super) fn read(script: &'static str, value: Value) -> Result<Self, StoreError> {
        let Value::Array(values) = value else {
            return Err(unknown(script, "no list"));
        };
        let mut values = values.into_iter();
        let tag =
            values.next().map_or_else(|| Err(unknown(script, "an empty list")), |tag| text(script, tag))?;
        Ok(Self { script, tag, rest: values.collect() })
    }

    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// What follows a tag `OK`; any other tag is an error.
    pub(super) fn ok(self, script: &'static str) -> Result<Rest, StoreError> {
        if self.tag == "OK" { Ok(Rest { script, values: self.rest }) } else { Err(self.unexpected()) }
    }

    pub(super) fn into_rest(self) -> Rest {
        Rest { script: self.script, values: self.rest }
    }

    /// The tag is none that the typed function knows.
    pub(super) fn unexpected(&self) -> StoreError {
        unknown(self.script, &self.tag)
    }
}

/// What follows the tag.
pub(super) struct Rest {
    script: &'static str,
    values: Vec<Value>,
}

impl Rest {
    pub(super) fn text(mut self, index: usize) -> Result<String, StoreError> {
        if index >= self.values.len() {
            return Err(unknown(self.script, "too few values"));
        }
        text(self.script, self.values.swap_remove(index))
    }

    pub(super) fn number(self, index: usize) -> Result<u64, StoreError> {
        let script = self.script;
        number(script, &self.text(index)?)
    }

    /// All values, as strings.
    pub(super) fn texts(self) -> Result<Vec<String>, StoreError> {
        self.values.into_iter().map(|value| text(self.script, value)).collect()
    }

    /// All values, as lists of strings.
    pub(super) fn rows(self) -> Result<Vec<Vec<String>>, StoreError> {
        let row = |value| {
            let Value::Array(values) = value else {
                return Err(unknown(self.script, "no list where one was due"));
            };
            values.into_iter().map(|value| text(self.script, value)).collect()
        };
        self.values.into_iter().map(row).collect()
    }

    /// The first value apart from the others.
    pub(super) fn split_first(mut self) -> Result<(String, Self), StoreError> {
        if self.values.is_empty() {
            return Err(unknown(self.script, "too few values"));
        }
        let first = text(self.script, self.values.remove(0))?;
        Ok((first, self))
    }
}

/// The columns of a line, which are separated by tabs; none where there are too few. The last one may hold tabs of its own.
pub(super) fn columns<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut parts = line.splitn(N, '\t');
    let mut columns = [""; N];
    for column in &mut columns {
        *column = parts.next()?;
    }
    Some(columns)
}

pub(super) fn number(script: &'static str, text: &str) -> Result<u64, StoreError> {
    text.parse().map_err(|_| unknown(script, "no number where one was due"))
}

fn text(script: &'static str, value: Value) -> Result<String, StoreError> {
    if let Value::SimpleString(text) = value {
        return Ok(text);
    }
    let Value::BulkString(bytes) = value else {
        return Err(unknown(script, "no string where one was due"));
    };
    String::from_utf8(bytes).map_err(|_| unknown(script, "bytes that are no text"))
}

fn unknown(script: &'static str, what: &str) -> StoreError {
    StoreError::UnknownReply { script, what: what.to_owned() }
}
