//! What happens to tasks, as it happens: the stream of `/ops/v1/events`, followed across broken connections.
//!
//! Owns the connection: it comes back with the id of the last event it saw, with growing pauses, until nobody wants to know
//! any more. What it tells is a hint; who needs to be sure looks at the task.
//!
//! Easy to get wrong: the first connection has to stand before a task is made, or its first events are missed.

use std::time::Duration;

use futures::StreamExt as _;
use http::Method;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    failure::Failure,
    http::{Client, Request},
    model::Transition,
    sse::{Event, Parser},
};

/// Events that wait to be looked at.
const WAITING: usize = 1_024;
/// For the beginning of an answer; what comes after it may take as long as it likes.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// Before the first attempt to come back; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a follower learns.
#[derive(Debug)]
pub(crate) enum News {
    /// A task went from one state to another; the document as it came, too.
    Moved(Transition, Value),
    /// Events may have been missed: the stream no longer held them, or the connection was new.
    Missed,
    /// No connection can be made; it is tried again.
    Lost(Failure),
}

/// A stream that is followed.
#[derive(Debug)]
pub(crate) struct Events {
    news: mpsc::Receiver<News>,
    /// The first attempt to connect has worked.
    pub(crate) connected: bool,
}

impl Events {
    /// Connects and follows. Returns once the first attempt to connect is decided.
    pub(crate) async fn follow(client: std::sync::Arc<Client>) -> Self {
        let (sender, news) = mpsc::channel(WAITING);
        let follower = Follower { client, last: None, sender };
        let first = follower.connect().await;
        let connected = first.is_ok();
        tokio::spawn(async move { follower.run(first).await });
        Self { news, connected }
    }

    /// The next news; none only if the follower is gone, which it is not while this is here.
    pub(crate) async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }
}

struct Follower {
    client: std::sync::Arc<Client>,
    last: Option<String>,
    sender: mpsc::Sender<News>,
}

/// Nobody wants to know any more.
struct Unwanted;

impl Follower {
    async fn connect(&self) -> Result<reqwest::Response, Failure> {
        let mut request = Request::new(Method::GET, &["events"]);
        if let Some(last) = &self.last {
            request = request.last_event(last.clone());
        }
        let opened = tokio::time::timeout(HEAD_LIMIT, self.client.open(&request)).await;
        opened.unwrap_or_else(|_| Err(self.client.timed_out()))
    }

    async fn run(mut self, mut connection: Result<reqwest::Response, Failure>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let (wait, heard) = match connection {
                // Servers restart, and balancers cut what is silent: only not coming back is news.
                Ok(response) => {
                    pause = FIRST_PAUSE;
                    (pause, self.read(response).await)
                }
                Err(failure) => (
                    failure.retry_after().unwrap_or_default().max(pause),
                    self.tell(News::Lost(failure)).await,
                ),
            };
            if let Err(Unwanted) = heard {
                return;
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            connection = self.connect().await;
            // Without an id the server begins with what happens from now on.
            if connection.is_ok() && self.last.is_none() && self.tell(News::Missed).await.is_err() {
                return;
            }
        }
    }

    /// Reads until the connection ends.
    async fn read(&mut self, response: reqwest::Response) -> Result<(), Unwanted> {
        let mut parser = Parser::default();
        let mut pieces = response.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { return Ok(()) };
            let Ok(events) = parser.take(&piece) else { return Ok(()) };
            for event in events {
                self.pass_on(event).await?;
            }
        }
        Ok(())
    }

    async fn pass_on(&mut self, event: Event) -> Result<(), Unwanted> {
        self.last = event.id.filter(|id| !id.is_empty()).or(self.last.take());
        let news = match event.name.as_str() {
            "transition" => moved(&event.data),
            "gap" => Some(News::Missed),
            // A newer server may tell more than this program knows.
            _ => None,
        };
        match news {
            Some(news) => self.tell(news).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, news: News) -> Result<(), Unwanted> {
        self.sender.send(news).await.map_err(|_| Unwanted)
    }
}

fn moved(data: &str) -> Option<News> {
    let document: Value = serde_json::from_str(data).ok()?;
    let transition = serde_json::from_value(document.clone()).ok()?;
    Some(News::Moved(transition, document))
}
