//! `offstage login`: keeps address and token of an API in a profile.
//!
//! Owns how the token gets in: typed without an echo, or from standard input where that is no terminal. It is checked
//! against the server before anything is written.
//!
//! It must never take the token from a flag, show it, or put it into an error.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{
    client::{
        ClientArgs,
        http::{Client, Request, is_loopback},
        profiles::{Profile, ProfileFile},
        target::{self, Target},
    },
    exit::Exit,
    output,
};
use crate::config;

/// The longest token, in bytes.
const MOST_BYTES: u64 = 8 * 1024;

/// Flags of `offstage login`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage login --url https://offstage.example.com\n  \
    offstage login --url https://test.example.com --name test < token-file\n  \
    offstage tasks list --profile test\n\n\
    The profiles are in ~/.config/offstage/profiles.toml (or below XDG_CONFIG_HOME), for your eyes only; the first \
    one is meant where --profile names none. A profile's token is sent to the profile's address alone.")]
pub struct LoginArgs {
    /// Where the API is (also `OFFSTAGE_URL`) [default: port 8080 of this machine].
    #[arg(long, value_name = "URL", value_parser = target::base_url)]
    pub url: Option<Url>,
    /// What the profile is called; one of that name is replaced.
    #[arg(long, value_name = "PROFILE", default_value = "default", value_parser = name)]
    pub name: String,
}

/// Asks for the token, checks it, and keeps it.
///
/// # Errors
/// A token that the server does not take, or a file that cannot be written.
pub async fn run(args: LoginArgs) -> anyhow::Result<Exit> {
    let flags = ClientArgs { url: args.url, ..ClientArgs::default() };
    let url = target::login_url(&flags, &config::client::environment())?;
    let path = ProfileFile::path()?;
    let mut file = ProfileFile::read(&path)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        output::complain(&format!(
            "offstage: the way to {url} is not encrypted: others may read the token on it"
        ));
    }
    let token = token(&url)?;
    check(&url, &token).await?;
    file.keep(&args.name, Profile { url: url.clone(), token });
    file.write(&path)?;
    let default = if file.is_default(&args.name) { ", the default" } else { "" };
    output::complain(&format!("Logged in at {url}: profile {}{default}, in {}", args.name, path.display()));
    Ok(Exit::Done)
}

/// Asks the server whether the token is good. One that may not look at the queue is good for other things.
async fn check(url: &Url, token: &SecretString) -> anyhow::Result<()> {
    let client = Client::new(Target { url: url.clone(), token: token.clone() })?;
    match client.send(Request::get(&["queue"])).await {
        Ok(_) => Ok(()),
        Err(failure) => match failure.status() {
            Some(StatusCode::FORBIDDEN) => Ok(()),
            Some(StatusCode::UNAUTHORIZED) => bail!("{url} does not take this token"),
            Some(_) | None => Err(failure).context("the token was not checked, and nothing was written"),
        },
    }
}

fn token(url: &Url) -> anyhow::Result<SecretString> {
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Token for {url}: ")).context("cannot ask for the token")?
    } else {
        let mut text = String::new();
        let read = io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text);
        read.context("the token on standard input is not text")?;
        text
    };
    let token = SecretString::from(text.trim());
    let good = !token.expose_secret().is_empty()
        && token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    ensure!(good, "that is no token: wanted is one line of printable characters, typed or on standard input");
    Ok(token)
}

fn name(text: &str) -> Result<String, String> {
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.');
    let good = (1..=64).contains(&text.len()) && text.chars().all(allowed);
    good.then(|| text.to_owned())
        .ok_or_else(|| "wanted are 1 to 64 characters of A-Z, a-z, 0-9, _, - and .".to_owned())
}
