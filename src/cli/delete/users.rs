//! Who is to be deleted: arguments, files, standard input.
//!
//! Owns what a word means: plain digits are an id, anything else is a username, unless a flag says what all are.
//!
//! Easy to get wrong: the order is the user's own, and who is named twice is asked for once, or a dry run would look twice.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::Naming;
use crate::domain::task::UserId;

/// The longest list, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A user, as he was named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum User {
    /// By number.
    Id(u64),
    /// By name.
    Name(String),
}

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Digits are an id, anything else is a name.
    ByLook,
    /// Every word is an id.
    Ids,
    /// Every word is a name.
    Names,
}

impl Meaning {
    /// What the flags say.
    pub(super) fn of(naming: Naming) -> Self {
        match (naming.id, naming.username) {
            (true, _) => Self::Ids,
            (false, true) => Self::Names,
            (false, false) => Self::ByLook,
        }
    }

    fn read(self, word: &str) -> anyhow::Result<User> {
        let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Names => Ok(User::Name(word.to_owned())),
            Self::ByLook if !digits => Ok(User::Name(word.to_owned())),
            Self::ByLook | Self::Ids => {
                let id: Result<UserId, _> = word.parse();
                let id = id.with_context(|| format!("{word:?} (--username takes it for a name)"))?;
                Ok(User::Id(id.0))
            }
        }
    }
}

impl User {
    /// As a request has it.
    pub(super) fn document(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id }),
            Self::Name(name) => json!({ "username": name }),
        }
    }
}

/// Reads the arguments, and the lists that they name.
pub(super) fn read(words: &[String], meaning: Meaning) -> anyhow::Result<Vec<User>> {
    let mut users = Vec::new();
    for word in words {
        if word == "-" {
            let list = io::stdin().lock();
            users.extend(read_list(list, meaning).context("standard input")?);
        } else if let Some(path) = word.strip_prefix('@') {
            let open = File::open(path).with_context(|| format!("cannot read {path}"));
            users.extend(read_list(open?, meaning).with_context(|| path.to_owned())?);
        } else {
            users.push(meaning.read(word)?);
        }
    }
    let mut seen = HashSet::new();
    users.retain(|user| seen.insert(user.clone()));
    if users.is_empty() {
        bail!("nobody is named: the list is empty");
    }
    Ok(users)
}

/// One a line; empty lines and the spaces around a name do not count.
fn read_list(list: impl Read, meaning: Meaning) -> anyhow::Result<Vec<User>> {
    let mut text = String::new();
    let read =
        list.take(MOST_BYTES + 1).read_to_string(&mut text).context("the list cannot be read as text")?;
    ensure!(
        u64::try_from(read).is_ok_and(|read| read <= MOST_BYTES),
        "the list is longer than {MOST_BYTES} bytes"
    );
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    let named = lines.filter(|(_, line)| !line.is_empty());
    named.map(|(number, line)| meaning.read(line).with_context(|| format!("line {number}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn users(words: &[&str], meaning: Meaning) -> anyhow::Result<Vec<User>> {
        read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), meaning)
    }

    fn name(name: &str) -> User {
        User::Name(name.to_owned())
    }

    #[test]
    fn digits_are_an_id_and_flags_say_otherwise() {
        assert_eq!(users(&["5", "alice"], Meaning::ByLook).unwrap(), [User::Id(5), name("alice")]);
        assert_eq!(users(&["5"], Meaning::Names).unwrap(), [name("5")]);
        assert_eq!(users(&["5"], Meaning::Ids).unwrap(), [User::Id(5)]);
        for (word, meaning) in
            [("alice", Meaning::Ids), ("007", Meaning::ByLook), ("9007199254740992", Meaning::Ids)]
        {
            let error = format!("{:#}", users(&[word], meaning).unwrap_err());
            assert!(error.contains(word) && error.contains("--username"), "{error}");
        }
    }

    #[test]
    fn a_list_has_one_a_line_and_who_is_named_twice_is_asked_for_once() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"alice\r\n\n  7\nJos\xc3\xa9 P\nalice\n").unwrap();
        let list = format!("@{}", file.path().display());
        let found = users(&["bob", &list, "7"], Meaning::ByLook).unwrap();
        assert_eq!(found, [name("bob"), name("alice"), User::Id(7), name("José P")]);
    }

    #[test]
    fn a_list_that_cannot_be_used_is_named_with_its_line() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let list = format!("@{}", file.path().display());
        assert!(users(&[&list], Meaning::ByLook).unwrap_err().to_string().contains("nobody"));
        file.write_all(b"5\n\nx\n").unwrap();
        let error = format!("{:#}", users(&[&list], Meaning::Ids).unwrap_err());
        assert!(error.contains("line 3") && error.contains(&list[1..]), "{error}");
        assert!(users(&["@/nowhere/at/all"], Meaning::ByLook).is_err());
    }
}
