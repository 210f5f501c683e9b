//! The private Redis of `offstage dev`.
//!
//! A server on a Unix socket, with the durability that the promises need (append-only file, fsync always, no
//! eviction) and its files under the data folder. Redis or Valkey, found in this order: `OFFSTAGE_REDIS_SERVER`,
//! `redis-server`, `valkey-server`. The program's path is used as found, never resolved: on Debian redis-server
//! is a link to a program that looks at the name it was called by. This speaks no Redis but one PING; only
//! `store` does.
//!
//! It is started by `deploy/start-redis.sh`, which first cuts half a transaction off the end of the append-only file.
//!
//! Easy to get wrong: a server that sets its process title wipes its environment, and with it the mark by which
//! a later start finds an orphan; hence `set-proc-title no`.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::process::Signal;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::child::{self, Keeper};
use crate::config;

const START: &str = include_str!("../../../deploy/start-redis.sh");
/// A socket's address holds 107 bytes on Linux and 103 elsewhere; some are left for a temporary name.
const SOCKET_PATH_MAX: usize = 100;
/// Bytes of the data folder's hash in a name.
const FOLDER_HASH_BYTES: usize = 8;
/// How long a server may take to load its data.
const READY_LIMIT: Duration = Duration::from_mins(2);
/// Between two looks whether it is ready.
const READY_STEP: Duration = Duration::from_millis(20);
/// For one PING.
const PING_LIMIT: Duration = Duration::from_secs(1);

const NOT_FOUND: &str = "no Redis server was found. Do one of these: install one (apt-get install redis-server), \
    name its program in OFFSTAGE_REDIS_SERVER, start with `make run`, which gets one, or use a running server with \
    --redis-url";

/// A server program and the folders it works in.
#[derive(Clone, Debug)]
pub(super) struct PrivateRedis {
    program: PathBuf,
    data: PathBuf,
    socket: PathBuf,
}

impl PrivateRedis {
    /// Finds a server program and prepares its folders.
    ///
    /// # Errors
    /// No program; the text says what to do.
    pub(super) fn find(data: &Path) -> anyhow::Result<Self> {
        let program = program(config::redis_server_override(), &config::program_folders())?;
        let files = data.join("redis");
        private_folder(&files)?;
        let socket = socket_path(data, &config::temporary_folder())?;
        Ok(Self { program, data: data.to_owned(), socket })
    }

    /// The address for a client, percent-encoded.
    pub(super) fn url(&self) -> anyhow::Result<String> {
        let path =
            self.socket.to_str().context("the data folder's path is not UTF-8; choose another --data")?;
        let mut url = url::Url::parse("redis+unix:///").context("a constant address")?;
        url.set_path(path);
        Ok(url.into())
    }

    /// Starts the server and waits until it answers; nothing if a stop is wanted meanwhile.
    ///
    /// # Errors
    /// A server that cannot be started, that ends, or that is not ready in time; the text names its log.
    pub(super) async fn start(self, stop: &CancellationToken) -> anyhow::Result<Option<Keeper>> {
        let mut child =
            self.command().spawn().with_context(|| format!("cannot start {}", self.program.display()))?;
        let ready = tokio::select! {
            ready = self.ready(&mut child) => ready.map(|()| true),
            () = stop.cancelled() => Ok(false),
        };
        match ready {
            Ok(true) => Ok(Some(child::keep_child("redis".to_owned(), child, move || self.command()))),
            Ok(false) => self.give_up(child).await.map(|()| None),
            Err(error) => self.give_up(child).await.and(Err(error)),
        }
    }

    /// Ends it with what it may have started itself: the checker of its files.
    async fn give_up(&self, mut child: Child) -> anyhow::Result<()> {
        child::signal(&child, Signal::KILL);
        child.wait().await.context("cannot end the private Redis")?;
        Ok(())
    }

    fn command(&self) -> Command {
        // The server would replace a stale socket itself; until then nobody shall wait on one.
        if let Err(error) = std::fs::remove_file(&self.socket)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "cannot remove the stale socket of the private Redis");
        }
        let files = self.data.join("redis");
        let mut command = Command::new("sh");
        command.args(["-c", START, "start-redis.sh"]).arg(&files).arg(&self.program);
        command.args(["--port", "0", "--unixsocketperm", "700", "--set-proc-title", "no"]);
        command.args(["--appendonly", "yes", "--appendfsync", "always", "--save", ""]);
        command.args(["--maxmemory-policy", "noeviction", "--daemonize", "no"]);
        command.arg("--unixsocket").arg(&self.socket);
        command.arg("--dir").arg(files);
        command.arg("--logfile").arg(self.log());
        child::adopt(&mut command, &self.data);
        command
    }

    fn log(&self) -> PathBuf {
        self.data.join("redis.log")
    }

    /// Waits for `+PONG`; a server that still loads its data answers something else.
    async fn ready(&self, child: &mut Child) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = child.try_wait()? {
                bail!(
                    "the private Redis ended ({}); what it said above, or {}, says why",
                    child::how(status),
                    self.log().display()
                );
            }
            if matches!(tokio::time::timeout(PING_LIMIT, ping(&self.socket)).await, Ok(Ok(true))) {
                return Ok(());
            }
            tokio::time::sleep(READY_STEP).await;
        }
        bail!(
            "the private Redis is not ready after {} s; see {}",
            READY_LIMIT.as_secs(),
            self.log().display()
        )
    }
}

/// Whether the server behind the socket takes commands.
async fn ping(socket: &Path) -> std::io::Result<bool> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    Ok(&answer == b"+PONG")
}

/// The program to start: the one that is named (by a path, or by a name on the path), else the first that is there.
fn program(named: Option<PathBuf>, folders: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let on_path =
        |name: &Path| folders.iter().map(|folder| folder.join(name)).find(|program| is_program(program));
    let Some(named) = named else {
        return ["redis-server", "valkey-server"]
            .iter()
            .find_map(|name| on_path(Path::new(name)))
            .context(NOT_FOUND);
    };
    let is_name = named.components().count() == 1 && !named.is_absolute();
    let found = if is_name { on_path(&named) } else { None };
    let program = found.unwrap_or(std::path::absolute(&named)?);
    ensure!(
        is_program(&program),
        "{} names {}, which is not a program that can be run",
        config::REDIS_SERVER_VARIABLE,
        named.display()
    );
    Ok(program)
}

fn is_program(path: &Path) -> bool {
    const EXECUTABLE: u32 = 0o111;
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & EXECUTABLE != 0)
}

/// Where the socket goes: into the data folder, or, where that path is too long for an address, into a folder
/// under the temporary one that is named after the data folder and belongs to us alone.
fn socket_path(data: &Path, temporary: &Path) -> anyhow::Result<PathBuf> {
    let near = data.join("redis.sock");
    if near.as_os_str().len() <= SOCKET_PATH_MAX {
        return Ok(near);
    }
    let hash = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name = URL_SAFE_NO_PAD.encode(&hash[..FOLDER_HASH_BYTES]);
    let folder = temporary.join(format!("offstage-{name}"));
    let far = folder.join("redis.sock");
    ensure!(
        far.as_os_str().len() <= SOCKET_PATH_MAX,
        "the paths of the data folder and of the temporary folder ({}) are both too long for a socket; \
         choose a shorter --data",
        temporary.display()
    );
    private_folder(&folder)?;
    Ok(far)
}

/// Makes a folder for its owner only; one that is there must be ours, and no link.
fn private_folder(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make the folder {shown}")),
    }
    let found = std::fs::symlink_metadata(path).with_context(|| format!("cannot look at {shown}"))?;
    ensure!(
        found.is_dir() && found.uid() == rustix::process::geteuid().as_raw(),
        "{shown} is not a folder of this user; remove it"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn fake(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn the_named_program_wins_then_redis_then_valkey() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folders = [a.path().to_owned(), b.path().to_owned()];
        let text = program(None, &folders).unwrap_err().to_string();
        assert!(text.contains("apt-get install") && text.contains("--redis-url"), "{text}");

        let valkey = fake(a.path(), "valkey-server", 0o755);
        fake(a.path(), "redis-server", 0o644);
        assert_eq!(program(None, &folders).unwrap(), valkey);
        let redis = fake(b.path(), "redis-server", 0o755);
        assert_eq!(program(None, &folders).unwrap(), redis);
        let link = b.path().join("link");
        std::os::unix::fs::symlink(&valkey, &link).unwrap();
        assert_eq!(program(Some(link.clone()), &folders).unwrap(), link);
        assert_eq!(program(Some("valkey-server".into()), &folders).unwrap(), valkey);

        let text = program(Some("/nowhere/redis".into()), &folders).unwrap_err().to_string();
        assert!(text.contains("OFFSTAGE_REDIS_SERVER"), "{text}");
    }

    #[test]
    fn a_long_path_gets_a_short_socket_of_its_own() {
        let temporary = tempfile::tempdir().unwrap();
        assert_eq!(socket_path(Path::new("/x"), temporary.path()).unwrap(), Path::new("/x/redis.sock"));
        let long = PathBuf::from("/x").join("y".repeat(100));
        let first = socket_path(&long, temporary.path()).unwrap();
        assert_eq!(first, socket_path(&long, temporary.path()).unwrap());
        assert!(first.starts_with(temporary.path()));
        assert_ne!(first, socket_path(&long.join("z"), temporary.path()).unwrap());
        let far = temporary.path().join("t".repeat(100));
        assert!(socket_path(&long, &far).unwrap_err().to_string().contains("--data"));
    }
}
