//! Reads MONITOR, and from it the commands that scripts gave.

use offstage_tests::redis::PrivateRedis;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    task::JoinHandle,
};

/// What ends the reading: a command that only the coordinator gives.
const END: &str = "the mix was read";

/// A running MONITOR.
pub(crate) struct Monitor {
    reading: JoinHandle<Vec<Vec<String>>>,
    connection: redis::Connection,
}

impl Monitor {
    pub(crate) async fn start(redis: &PrivateRedis) -> Self {
        let mut stream = UnixStream::connect(redis.socket()).await.expect("Redis takes connections");
        stream.write_all(b"MONITOR\r\n").await.expect("Redis listens");
        let mut lines = BufReader::new(stream);
        let mut first = Vec::new();
        lines.read_until(b'\n', &mut first).await.expect("Redis answers");
        let reading = tokio::spawn(async move {
            let (mut commands, mut line) = (Vec::new(), Vec::new());
            while matches!(lines.read_until(b'\n', &mut line).await, Ok(1..)) {
                let text = String::from_utf8_lossy(&line).into_owned();
                line.clear();
                if text.contains(END) {
                    break;
                }
                commands.extend(text.split_once(" lua] ").map(|(_, command)| arguments(command)));
            }
            commands
        });
        Self { reading, connection: redis.connection() }
    }

    /// The commands that scripts gave until now.
    pub(crate) async fn stop(mut self) -> Vec<Vec<String>> {
        redis::cmd("ECHO").arg(END).exec(&mut self.connection).expect("Redis answers");
        self.reading.await.expect("it reads to the end")
    }
}

/// The arguments of a line: each in quotes, with backslashes as in C. Bytes that are no text come out as what they stand
/// for in Latin-1, which is as long.
fn arguments(line: &str) -> Vec<String> {
    let (mut all, mut rest) = (Vec::new(), line.chars());
    while rest.by_ref().any(|char| char == '"') {
        let mut argument = String::new();
        while let Some(char) = rest.next() {
            match char {
                '"' => break,
                '\\' => match rest.next() {
                    Some('x') => {
                        let digits: String = rest.by_ref().take(2).collect();
                        argument.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?').into());
                    }
                    Some('n') => argument.push('\n'),
                    Some('r') => argument.push('\r'),
                    Some('t') => argument.push('\t'),
                    Some(other) => argument.push(other),
                    None => {}
                },
                other => argument.push(other),
            }
        }
        all.push(argument);
    }
    all
}
