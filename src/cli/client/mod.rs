//! What the commands share that talk to a running API.
//!
//! Owns the flags that say which API and how to answer, and puts the parts together: `target` (whom to ask, with which
//! token), `profiles` (the file that `offstage login` writes), `http` (one request), `failure` (why it failed, in one
//! line), `events` (what happens to tasks, as it happens), `model` (the shapes of the answers).
//!
//! Easy to get wrong: a token goes to the address it is meant for and to no other; see `target`.

pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod http;
pub(crate) mod model;
pub(crate) mod profiles;
mod sse;
pub(crate) mod target;

use clap::{Args, ValueEnum, builder::TypedValueParser as _};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use self::{http::Client, profiles::ProfileFile};
use super::output;
use crate::config;

/// Flags of every command that talks to a running API.
#[derive(Args, Clone, Debug, Default)]
pub struct ClientArgs {
    /// Where the API is (also `OFFSTAGE_URL`, or a profile) [default: port 8080 of this machine].
    #[arg(long, global = true, value_name = "URL", value_parser = target::base_url, help_heading = "Server")]
    pub url: Option<Url>,
    /// The service token; others on this machine can read a command line, `OFFSTAGE_TOKEN` or `offstage login` keep it from them.
    #[arg(long, global = true, value_name = "TOKEN", value_parser = clap::builder::StringValueParser::new().map(SecretString::from), help_heading = "Server")]
    pub token: Option<SecretString>,
    /// The profile that gives address and token, as `offstage login` wrote it [default: the first one written].
    #[arg(long, global = true, value_name = "NAME", help_heading = "Server")]
    pub profile: Option<String>,
    /// How to answer: tables for people, or what the server sent as one indented JSON document.
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t, help_heading = "Output")]
    pub output: Form,
}

/// How a command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Tables, for people.
    #[default]
    Table,
    /// JSON, for programs.
    Json,
}

impl ClientArgs {
    /// A client of the API that flags, environment and profiles name, in this order.
    ///
    /// # Errors
    /// No token, a token that is meant for another address, or a file of profiles that cannot be read.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        let target = target::resolve(self, config::client::environment(), &ProfileFile::of_this_user)?;
        Client::new(target)
    }

    /// Writes the answer: the document as it came, or what `people` make of it.
    pub(crate) fn answer(&self, document: &Value, people: impl FnOnce() -> String) -> anyhow::Result<()> {
        match self.output {
            Form::Json => output::say(&indented(document)),
            Form::Table => output::say(&people()),
        }
    }
}

/// The document, indented, with a line feed at its end.
pub(crate) fn indented(document: &Value) -> String {
    format!("{document:#}\n")
}
