//! `offstage serve`: the API only, the production form.

use std::net::SocketAddr;

use clap::Args;

use super::CommonArgs;

/// Flags of `offstage serve`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  offstage serve --redis-url redis://redis:6379\n  \
    offstage serve --config /etc/offstage.toml --listen 0.0.0.0:8080")]
pub struct ServeArgs {
    /// Flags that several commands have.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<SocketAddr>,
}

/// Serves the API until it is told to stop.
///
/// # Errors
/// Impossible settings, or an address that cannot be listened on.
#[allow(clippy::unused_async, reason = "the API is wired in by the change that brings it")]
pub async fn run(_args: ServeArgs) -> anyhow::Result<()> {
    anyhow::bail!("this build has no API yet")
}
