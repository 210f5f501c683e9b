//! The members of a JSON object, taken out by name and type.
//!
//! This owns which JSON types may stand for which of ours: nothing is converted, so `1.0`, `"1"` and `true` are no
//! numbers. It must never say what a member means; that is the dialects' business.
//!
//! Easy to get wrong: handlers take their members one by one and end with [`Members::finish`], before they act on any.
//! Without it a misspelt member would be ignored, and its author would believe that he was heard.

use serde_json::{Map, Value};

use super::fault::Fault;

/// An object, of which each member can be taken once.
#[derive(Debug)]
pub struct Members(Map<String, Value>);

impl Members {
    pub(super) fn of(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// The object has such a member, whatever its value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A string that must be there.
    ///
    /// # Errors
    ///
    /// [`Fault::MissingMember`] or [`Fault::WrongType`]; null is of the wrong type.
    pub fn take_string(&mut self, name: &str) -> Result<String, Fault> {
        string(name, self.take(name)?, "a string")
    }

    /// A string that may be left out or be null, which is the same.
    ///
    /// # Errors
    ///
    /// [`Fault::WrongType`].
    pub fn take_optional_string(&mut self, name: &str) -> Result<Option<String>, Fault> {
        self.take_unless_null(name).map(|value| string(name, value, "a string")).transpose()
    }

    /// An array of strings that must be there. It may be empty, and may repeat itself.
    ///
    /// # Errors
    ///
    /// [`Fault::MissingMember`] or [`Fault::WrongType`].
    pub fn take_string_array(&mut self, name: &str) -> Result<Vec<String>, Fault> {
        let expected = "an array of strings";
        array(name, self.take(name)?, expected)?
            .into_iter()
            .map(|item| string(name, item, expected))
            .collect()
    }

    /// A boolean, `default` when left out.
    ///
    /// # Errors
    ///
    /// [`Fault::WrongType`]; null is of the wrong type, since it says neither.
    pub fn take_bool_or(&mut self, name: &str, default: bool) -> Result<bool, Fault> {
        match self.0.remove(name) {
            None => Ok(default),
            Some(Value::Bool(truth)) => Ok(truth),
            Some(Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err(wrong_type(name, "true or false"))
            }
        }
    }

    /// A boolean that may be left out or be null, which is the same.
    ///
    /// # Errors
    ///
    /// [`Fault::WrongType`]
    pub fn take_optional_bool(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        let expected = "true, false or null";
        self.take_unless_null(name)
            .map(|value| value.as_bool().ok_or_else(|| wrong_type(name, expected)))
            .transpose()
    }

    /// A non-negative whole number that must be there.
    ///
    /// # Errors
    ///
    /// [`Fault::MissingMember`] or [`Fault::WrongType`]; `1.0` and `"1"` are of the wrong type.
    pub fn take_u64(&mut self, name: &str) -> Result<u64, Fault> {
        whole(name, &self.take(name)?, "a non-negative whole number")
    }

    /// A non-negative whole number that may be left out or be null, which is the same.
    ///
    /// # Errors
    ///
    /// [`Fault::WrongType`]
    pub fn take_optional_u64(&mut self, name: &str) -> Result<Option<u64>, Fault> {
        let expected = "a non-negative whole number, or null";
        self.take_unless_null(name).map(|value| whole(name, &value, expected)).transpose()
    }

    /// An array of non-negative whole numbers that must be there. It may be empty, and may repeat itself.
    ///
    /// # Errors
    ///
    /// [`Fault::MissingMember`] or [`Fault::WrongType`].
    pub fn take_u64_array(&mut self, name: &str) -> Result<Vec<u64>, Fault> {
        let expected = "an array of non-negative whole numbers";
        array(name, self.take(name)?, expected)?.iter().map(|item| whole(name, item, expected)).collect()
    }

    /// An array of non-negative whole numbers; empty when left out or null.
    ///
    /// # Errors
    ///
    /// [`Fault::WrongType`]
    pub fn take_optional_u64_array(&mut self, name: &str) -> Result<Vec<u64>, Fault> {
        if self.0.get(name).is_none_or(Value::is_null) {
            self.ignore(name);
            return Ok(Vec::new());
        }
        self.take_u64_array(name)
    }

    /// An array of objects that must be there. It may be empty. Each of them wants its own [`Members::finish`].
    ///
    /// # Errors
    ///
    /// [`Fault::MissingMember`] or [`Fault::WrongType`].
    pub fn take_objects(&mut self, name: &str) -> Result<Vec<Self>, Fault> {
        let expected = "an array of objects";
        let object = |item| match item {
            Value::Object(map) => Ok(Self(map)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(wrong_type(name, expected))
            }
        };
        array(name, self.take(name)?, expected)?.into_iter().map(object).collect()
    }

    /// Accepts a member, whatever its value, and forgets it: for what is read-only and may be sent back.
    pub fn ignore(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Ends the reading. Call it before acting on what was taken.
    ///
    /// # Errors
    ///
    /// [`Fault::UnknownMember`] with the first member that nobody took.
    pub fn finish(self) -> Result<(), Fault> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Fault::UnknownMember(name)),
        }
    }

    fn take(&mut self, name: &str) -> Result<Value, Fault> {
        self.0.remove(name).ok_or_else(|| Fault::MissingMember(name.to_owned()))
    }

    fn take_unless_null(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }
}

fn string(name: &str, value: Value, expected: &'static str) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(wrong_type(name, expected))
        }
    }
}

fn array(name: &str, value: Value, expected: &'static str) -> Result<Vec<Value>, Fault> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(wrong_type(name, expected))
        }
    }
}

fn whole(name: &str, value: &Value, expected: &'static str) -> Result<u64, Fault> {
    value.as_u64().ok_or_else(|| wrong_type(name, expected))
}

fn wrong_type(member: &str, expected: &'static str) -> Fault {
    Fault::WrongType { member: member.to_owned(), expected }
}
