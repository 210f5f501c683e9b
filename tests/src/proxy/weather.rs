//! What a network does to connections: holds up, loses, delays, cuts into pieces, resets.
//!
//! Easy to get wrong: a network that is cut and mended loses nothing. What was sent meanwhile arrives afterwards, late, and
//! so perhaps after the program has given up on the connection it sent it on. Only a half-open connection loses for good.

use rand::Rng;
use std::time::Duration;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::watch,
};

/// What becomes of what is sent one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// It arrives.
    #[default]
    Open,
    /// It arrives once the way is open again.
    Held,
    /// It never does.
    Lost,
}

/// How it is on all connections, those that are open and new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// From the programs to Redis.
    pub there: Way,
    /// From Redis to the programs.
    pub back: Way,
    /// The shortest and the longest delay of each piece; each is drawn anew.
    pub delay: Option<(Duration, Duration)>,
    /// Everything arrives byte by byte.
    pub crumbs: bool,
}

/// One of the two directions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    There,
    Back,
}

/// The weather as one direction of one connection sees it.
#[derive(Debug)]
pub(super) struct Outlook {
    weather: watch::Receiver<Weather>,
    direction: Direction,
}

impl Outlook {
    pub(super) fn new(weather: &watch::Sender<Weather>, direction: Direction) -> Self {
        Self { weather: weather.subscribe(), direction }
    }

    /// Sends it on as the weather lets it; an error where the other end is gone.
    pub(super) async fn send(
        &mut self,
        to: &mut (impl AsyncWrite + Unpin),
        bytes: &[u8],
    ) -> std::io::Result<()> {
        let direction = self.direction;
        let way = |weather: &Weather| match direction {
            Direction::There => weather.there,
            Direction::Back => weather.back,
        };
        let weather = self.weather.wait_for(|weather| way(weather) != Way::Held).await;
        let Ok(weather) = weather.map(|weather| *weather) else { return Ok(()) };
        if way(&weather) == Way::Lost {
            return Ok(());
        }
        if let Some((shortest, longest)) = weather.delay {
            let delay = rand::rng().random_range(shortest..=longest);
            let fair = self.weather.wait_for(|weather| weather.delay.is_none());
            // Late it arrives, or with all the rest once the weather is fair again.
            tokio::time::timeout(delay, fair).await.ok();
        }
        let piece = if weather.crumbs { 1 } else { bytes.len() };
        for piece in bytes.chunks(piece) {
            to.write_all(piece).await?;
            to.flush().await?;
        }
        Ok(())
    }
}
