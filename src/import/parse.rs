//! JSON text into entries, and entries into members, with the place of each.
//!
//! The file is split without looking inside the values (`RawValue` borrows its piece of the text, so that its address
//! is its place), and each entry is then read by itself: one that is wrong does not hide the next one's faults.
//!
//! It must never pass on a parser's message about a value, which quotes it; messages about syntax quote nothing.
//! Easy to get wrong: serde keeps the last of two equal members and takes an array for a struct, so shapes are told by
//! the first byte and members are collected by a visitor of our own.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

use super::faults::{Faults, Invalid, Place, quoted};
use crate::domain::task::{LARGEST_ID, UserId};

/// Most faults that are told about the items of one list.
const MOST_PER_LIST: usize = 5;

/// Why a value will not do: a sentence of ours that does not quote it.
pub(super) type Reason = String;

/// The entries of the lists, not yet looked into.
#[derive(Debug, Default)]
pub(super) struct Lists<'a> {
    pub(super) user_roles: Vec<Entry<'a>>,
    pub(super) security_profiles: Vec<Entry<'a>>,
    pub(super) tenants: Vec<Entry<'a>>,
    pub(super) domains: Vec<Entry<'a>>,
    pub(super) users: Vec<Entry<'a>>,
    pub(super) dependents: Vec<Entry<'a>>,
    pub(super) service_tokens: Vec<Entry<'a>>,
}

/// One entry of a list.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) place: Place,
    raw: &'a RawValue,
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({})", self.place)
    }
}

/// Splits a file into its lists.
///
/// # Errors
/// [`Invalid`] for text that is not JSON; everything else that is wrong goes into `faults`.
pub(super) fn lists<'a>(text: &'a str, faults: &mut Faults) -> Result<Lists<'a>, Invalid> {
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|error| Invalid::whole(format!("not JSON: {error}")))?;
    let file = Entry { place: Place { list: "", index: 0, offset: offset(text, raw) }, raw };
    let Some(mut members) = Members::of(file, text, faults) else { return Ok(Lists::default()) };
    let mut list = |name: &'static str| -> Vec<Entry<'a>> {
        let items = members.optional_raw(name).and_then(|(raw, at)| {
            items(raw).map_err(|reason| members.faults.at(at, file.place, format!("{name}: {reason}"))).ok()
        });
        let entry =
            |(index, raw)| Entry { place: Place { list: name, index, offset: offset(text, raw) }, raw };
        items.unwrap_or_default().into_iter().enumerate().map(entry).collect()
    };
    let lists = Lists {
        user_roles: list("user_roles"),
        security_profiles: list("security_profiles"),
        tenants: list("tenants"),
        domains: list("domains"),
        users: list("users"),
        dependents: list("dependents"),
        service_tokens: list("service_tokens"),
    };
    members.finish();
    Ok(lists)
}

/// Bytes before that piece of the text.
fn offset(text: &str, piece: &RawValue) -> usize {
    (piece.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

struct Member<'a> {
    name: String,
    raw: &'a RawValue,
    taken: bool,
}

/// The members of one entry, taken by name; what is wrong with them goes to the faults.
pub(super) struct Members<'a, 'f> {
    place: Place,
    text: &'a str,
    all: Vec<Member<'a>>,
    faults: &'f mut Faults,
}

impl<'a, 'f> Members<'a, 'f> {
    /// The members of an entry that is an object; a repeated one counts once.
    pub(super) fn of(entry: Entry<'a>, text: &'a str, faults: &'f mut Faults) -> Option<Self> {
        if let Err(reason) = want(entry.raw, "an object", b"{") {
            faults.about(entry.place, reason);
            return None;
        }
        let Ok(Pairs(pairs)) = serde_json::from_str(entry.raw.get()) else {
            faults.about(entry.place, "a member's name is not Unicode");
            return None;
        };
        let mut all: Vec<Member<'a>> = Vec::with_capacity(pairs.len());
        for (name, raw) in pairs {
            if all.iter().any(|known| known.name == name) {
                faults.at(offset(text, raw), entry.place, format!("{}: repeated", quoted(&name)));
            } else {
                all.push(Member { name, raw, taken: false });
            }
        }
        Some(Self { place: entry.place, text, all, faults })
    }

    /// Where the entry stands.
    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// A member that must be there.
    pub(super) fn needed<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&RawValue) -> Result<T, Reason>,
    ) -> Option<T> {
        let Some((raw, _)) = self.take(name) else {
            self.faults.about(self.place, format!("{name}: missing"));
            return None;
        };
        self.read(name, raw, read)
    }

    /// A member that may be left out or be null, which is the same.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&RawValue) -> Result<T, Reason>,
    ) -> Option<T> {
        let (raw, _) = self.take(name)?;
        if raw.get() == "null" { None } else { self.read(name, raw, read) }
    }

    /// A member that may be left out, but not be null.
    pub(super) fn or<T>(
        &mut self,
        name: &'static str,
        default: T,
        read: impl FnOnce(&RawValue) -> Result<T, Reason>,
    ) -> Option<T> {
        match self.take(name) {
            None => Some(default),
            Some((raw, _)) => self.read(name, raw, read),
        }
    }

    /// Something is wrong with a member that was read.
    pub(super) fn fault(&mut self, name: &'static str, reason: impl fmt::Display) {
        let at = self.all.iter().find(|member| member.name == name);
        let at = at.map_or(self.place.offset, |member| offset(self.text, member.raw));
        self.faults.at(at, self.place, format!("{name}: {reason}"));
    }

    /// Ends the reading: what nobody took is unknown.
    pub(super) fn finish(self) {
        for member in self.all.into_iter().filter(|member| !member.taken) {
            let what = format!("{}: unknown", quoted(&member.name));
            self.faults.at(offset(self.text, member.raw), self.place, what);
        }
    }

    fn optional_raw(&mut self, name: &'static str) -> Option<(&'a RawValue, usize)> {
        self.take(name)
    }

    fn take(&mut self, name: &'static str) -> Option<(&'a RawValue, usize)> {
        let member = self.all.iter_mut().find(|member| member.name == name)?;
        member.taken = true;
        Some((member.raw, offset(self.text, member.raw)))
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        raw: &RawValue,
        read: impl FnOnce(&RawValue) -> Result<T, Reason>,
    ) -> Option<T> {
        read(raw).map_err(|reason| self.fault(name, reason)).ok()
    }
}

/// An object's members in their order, repeated ones too.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Collect).map(Pairs)
    }
}

/// Text.
pub(super) fn text(raw: &RawValue) -> Result<String, Reason> {
    want(raw, "text", b"\"")?;
    serde_json::from_str(raw.get()).map_err(|_| "not Unicode (half of a surrogate pair)".to_owned())
}

/// A plain whole number from `least` to [`LARGEST_ID`]: no sign, point or exponent.
pub(super) fn number(least: u64) -> impl Fn(&RawValue) -> Result<u64, Reason> {
    move |raw| {
        want(raw, "a whole number", b"-0123456789")?;
        let number = raw.get().parse::<UserId>().ok().map(|UserId(number)| number);
        number
            .filter(|number| *number >= least)
            .ok_or_else(|| format!("a whole number from {least} to {LARGEST_ID} is wanted"))
    }
}

/// True or false.
pub(super) fn truth(raw: &RawValue) -> Result<bool, Reason> {
    want(raw, "true or false", b"tf")?;
    Ok(raw.get() == "true")
}

/// A list whose items are read one by one; tells about the first few that will not do.
pub(super) fn list<T>(
    raw: &RawValue,
    read: impl Fn(&RawValue) -> Result<T, Reason>,
) -> Result<Vec<T>, Reason> {
    let mut reasons = Vec::new();
    let mut values = Vec::new();
    for (index, item) in items(raw)?.into_iter().enumerate() {
        match read(item) {
            Ok(value) => values.push(value),
            Err(reason) if reasons.len() < MOST_PER_LIST => reasons.push(format!("[{index}]: {reason}")),
            Err(_) => {}
        }
    }
    if reasons.is_empty() { Ok(values) } else { Err(reasons.join("; ")) }
}

fn items(raw: &RawValue) -> Result<Vec<&RawValue>, Reason> {
    want(raw, "a list", b"[")?;
    serde_json::from_str(raw.get()).map_err(|_| "the list cannot be read".to_owned())
}

/// The value's first byte is one of those that such a value begins with.
fn want(raw: &RawValue, wanted: &str, first: &[u8]) -> Result<(), Reason> {
    let found = raw.get().bytes().next().unwrap_or(b'n');
    if first.contains(&found) {
        return Ok(());
    }
    let shape = match found {
        b'{' => "an object",
        b'[' => "a list",
        b'"' => "text",
        b't' | b'f' => "true or false",
        b'n' => "null",
        _ => "a number",
    };
    Err(format!("{wanted} is wanted, not {shape}"))
}

#[cfg(test)]
mod tests;
