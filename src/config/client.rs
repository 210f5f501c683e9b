//! What the commands that talk to an API take from the environment. None of it is a setting of the servers.
//!
//! Easy to get wrong: `XDG_CONFIG_HOME` counts only as an absolute path (the XDG Base Directory Specification), and
//! `NO_COLOR` takes colours away whatever it says, as long as it is not empty (no-color.org).

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::environment::variable;

/// Names the API that the client commands talk to.
pub const URL_VARIABLE: &str = "OFFSTAGE_URL";
/// Holds the token for it.
pub const TOKEN_VARIABLE: &str = "OFFSTAGE_TOKEN";

/// Which API to talk to, as the environment says it.
#[derive(Clone, Debug, Default)]
pub struct ClientEnvironment {
    /// `OFFSTAGE_URL`.
    pub url: Option<String>,
    /// `OFFSTAGE_TOKEN`.
    pub token: Option<SecretString>,
}

/// Reads it; what is not UTF-8 arrives with replacement characters and is refused where it is used.
#[must_use]
pub fn environment() -> ClientEnvironment {
    let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
    ClientEnvironment { url: text(URL_VARIABLE), token: text(TOKEN_VARIABLE).map(SecretString::from) }
}

/// Where people's configuration files are; none where the environment names neither place.
#[must_use]
pub fn config_folder() -> Option<PathBuf> {
    folder_of(variable("XDG_CONFIG_HOME"), variable("HOME"))
}

fn folder_of(xdg: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let xdg = xdg.map(PathBuf::from).filter(|path| path.is_absolute());
    xdg.or_else(|| Some(Path::new(&home?).join(".config")))
}

/// Whether `NO_COLOR` asks for output without colours.
#[must_use]
pub fn no_color() -> bool {
    variable("NO_COLOR").is_some()
}

/// Whether the environment says where Redis is, itself or through a configuration file.
#[must_use]
pub fn names_redis() -> bool {
    variable("OFFSTAGE_REDIS_URL").is_some() || variable(super::CONFIG_VARIABLE).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_xdgs_if_that_is_absolute_and_else_in_the_home() {
        let folder =
            |xdg: Option<&str>, home: Option<&str>| folder_of(xdg.map(Into::into), home.map(Into::into));
        assert_eq!(folder(Some("/x"), Some("/home/a")), Some("/x".into()));
        assert_eq!(folder(Some("x"), Some("/home/a")), Some("/home/a/.config".into()));
        assert_eq!(folder(None, Some("/home/a")), Some("/home/a/.config".into()));
        assert_eq!(folder(None, None), None);
    }
}
