//! The file of profiles: addresses and tokens that `offstage login` keeps, `~/.config/offstage/profiles.toml`.
//!
//! Owns the file's shape and place. It holds secrets, so it is its owner's alone (0600 in a folder of 0700), and it is
//! written whole beside itself and then renamed: a login that is killed leaves the old file.
//!
//! It must never show a token. Easy to get wrong: a parser's message quotes the line it stumbled over, which may hold one.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use crate::{cli::output, config};

/// Everybody's permissions but the owner's.
const OTHERS: u32 = 0o077;

/// Where to send requests, and what opens that API.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The address; ends in a slash.
    pub(crate) url: Url,
    /// The token for this address and no other.
    #[serde(serialize_with = "exposed")]
    pub(crate) token: SecretString,
}

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProfileFile {
    /// The profile that is meant where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

/// The file is what a token is kept in: this is the one place where it is written out.
fn exposed<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

impl ProfileFile {
    /// Where the file of this user is.
    pub(crate) fn path() -> anyhow::Result<PathBuf> {
        let folder = config::client::config_folder();
        let folder = folder.context("no place for profiles: set HOME, or XDG_CONFIG_HOME")?;
        Ok(folder.join("offstage").join("profiles.toml"))
    }

    /// The file of this user; an empty one if there is none, or no place for it.
    pub(crate) fn of_this_user() -> anyhow::Result<Self> {
        Self::path().map_or_else(|_| Ok(Self::default()), |path| Self::read(&path))
    }

    /// Reads a file; one that is not there has no profiles.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            other => other.with_context(|| format!("cannot read the profiles in {shown}"))?,
        };
        let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        if mode & OTHERS != 0 {
            output::complain(&format!(
                "offstage: {shown} holds tokens and is open to others: chmod 600 {shown}"
            ));
        }
        // The parser's message comes without the line that it quotes.
        toml::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{shown} is not a file of profiles: {}", error.message()))
    }

    /// Writes the file in place of an earlier one.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let context = || format!("cannot write the profiles to {}", path.display());
        let folder = path.parent().with_context(context)?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(context)?;
        let text = toml::to_string(self).with_context(context)?;
        // Such a file is made for its owner alone.
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(context)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).with_context(context)?;
        file.persist(path).with_context(context)?;
        Ok(())
    }

    /// Keeps a profile in place of one of that name. The first one becomes the default.
    pub(crate) fn keep(&mut self, name: &str, profile: Profile) {
        self.profiles.insert(name.to_owned(), profile);
        self.default.get_or_insert_with(|| name.to_owned());
    }

    /// Whether that one is meant where none is named.
    pub(crate) fn is_default(&self, name: &str) -> bool {
        self.default.as_deref() == Some(name)
    }

    /// The profile of that name, else the default; none where there is no default.
    pub(crate) fn choose(mut self, name: Option<&str>) -> anyhow::Result<Option<(String, Profile)>> {
        let Some(wanted) = name.map(str::to_owned).or_else(|| self.default.clone()) else { return Ok(None) };
        if let Some(profile) = self.profiles.remove(&wanted) {
            return Ok(Some((wanted, profile)));
        }
        if self.profiles.is_empty() {
            bail!("there is no profile {wanted:?}: write it with `offstage login --name {wanted}`");
        }
        let names: Vec<_> = self.profiles.into_keys().collect();
        bail!("there is no profile {wanted:?}; there are: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(token: &str) -> Profile {
        Profile { url: "https://a.example/".parse().unwrap(), token: token.into() }
    }

    #[test]
    fn what_is_written_is_read_back_and_is_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("offstage/profiles.toml");
        let mut file = ProfileFile::read(&path).unwrap();
        file.keep("prod", profile("t1"));
        file.keep("test", profile("t2"));
        file.write(&path).unwrap();
        file.keep("prod", profile("t3"));
        file.write(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
        let read = ProfileFile::read(&path).unwrap();
        assert!(read.is_default("prod"), "the first one stays the default");
        let (name, profile) = read.choose(None).unwrap().unwrap();
        assert_eq!((name.as_str(), profile.token.expose_secret()), ("prod", "t3"));
    }

    #[test]
    fn a_file_that_is_none_is_refused_without_showing_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profiles.toml");
        for text in
            ["[profiles.a]\nurl = \"https://a\"\ntoken = \"hunter2\" x", "[profiles.a]\ntoken = \"hunter2\""]
        {
            fs::write(&path, text).unwrap();
            let error = format!("{:#}", ProfileFile::read(&path).unwrap_err());
            assert!(error.contains("profiles.toml") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let mut file = ProfileFile::default();
        file.keep("a", profile("hunter2"));
        assert!(!format!("{file:?}").contains("hunter2"));
    }
}
