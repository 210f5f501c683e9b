//! A listener of Server-Sent Events.
//!
//! Easy to get wrong: a chunk of the body is not an event. What has come is kept until an empty line ends it.

use serde_json::Value;
use std::time::Duration;

use crate::within;

/// How long a test waits for the next event; longer than the time between two heartbeats.
const PATIENCE: Duration = Duration::from_secs(15);

/// An open stream.
#[derive(Debug)]
pub struct Listening {
    response: reqwest::Response,
    text: String,
}

/// One event, or a comment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    /// Its name.
    pub event: String,
    /// Its id.
    pub id: String,
    /// Its data; null where it has none.
    pub data: Value,
    /// What stands behind a colon.
    pub comment: String,
    /// How soon to come back, in milliseconds.
    pub retry: String,
}

impl Listening {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        Self { response, text: String::new() }
    }

    /// What comes next; none when the stream has ended.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let frame = read(&self.text[..end]);
                self.text.drain(..end + 2);
                return Some(frame);
            }
            let chunk = within("something is heard", PATIENCE, self.response.chunk()).await;
            // A connection that was cut ends the stream as well.
            let chunk = chunk.ok().flatten()?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("events are UTF-8, cut at no character"));
        }
    }

    /// The next event that has that name.
    ///
    /// # Panics
    /// When the stream ends before it comes.
    pub async fn next_named(&mut self, name: &str) -> Frame {
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("the stream ended before a {name}"));
            if frame.event == name {
                return frame;
            }
        }
    }
}

fn read(text: &str) -> Frame {
    let mut frame = Frame::default();
    for line in text.lines() {
        let (name, value) = line.split_once(':').expect("a field");
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match name {
            "" => frame.comment = value,
            "event" => frame.event = value,
            "id" => frame.id = value,
            "retry" => frame.retry = value,
            "data" => frame.data = serde_json::from_str(&value).expect("the data is JSON"),
            _ => panic!("no such field: {line}"),
        }
    }
    frame
}
