//! Strict JSON: one object, no member twice, nothing unknown, bounded depth.
//!
//! This owns the way from a body's bytes to typed members. It must never tell a fault by the text of a
//! parser's error, nor pass that text on; what went wrong is recorded where it is found.
//!
//! Easy to get wrong: serde keeps the last of two equal members and reads an array as a struct; either lets
//! two programs understand the same body differently. So the values are built by a visitor of our own, and
//! handlers take their members out of [`Members`].

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{fault::Fault, members::Members};

/// Levels of arrays and objects in a body. `serde_json`'s own bound of 128 lies beyond.
pub const MAX_JSON_DEPTH: usize = 32;

/// Reads a body as one JSON object.
///
/// # Errors
///
/// [`Fault::MissingBody`], [`Fault::NotUtf8`], [`Fault::MalformedJson`], [`Fault::TooDeep`],
/// [`Fault::RepeatedMember`] at whatever level, [`Fault::NotAnObject`].
pub fn members(body: &[u8]) -> Result<Members, Fault> {
    if body.is_empty() {
        return Err(Fault::MissingBody);
    }
    let text = std::str::from_utf8(body).map_err(|_| Fault::NotUtf8)?;
    let found = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0, found: &found }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|_| found.take().unwrap_or(Fault::MalformedJson))?;
    match value {
        Value::Object(map) => Ok(Members::of(map)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Fault::NotAnObject)
        }
    }
}

/// Builds a [`Value`] and stops at the first fault, which it leaves in `found`: serde's error can only carry
/// text.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    found: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn deeper(self) -> Option<Self> {
        if self.depth < MAX_JSON_DEPTH {
            return Some(Self { depth: self.depth + 1, ..self });
        }
        self.found.set(Some(Fault::TooDeep { limit_levels: MAX_JSON_DEPTH }));
        None
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper().ok_or_else(|| A::Error::custom("too deep"))?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper().ok_or_else(|| A::Error::custom("too deep"))?;
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if object.contains_key(&name) {
                self.found.set(Some(Fault::RepeatedMember(name)));
                return Err(A::Error::custom("repeated member"));
            }
            object.insert(name, entries.next_value_seed(inner)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
