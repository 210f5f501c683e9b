//! Times and durations as people write and read them.
//!
//! Owns both directions: `+2h` and `90d` in, `3 min ago` out. There is no clock here: "now" is an argument, and it is the
//! server's (see `client`), so that a machine whose clock is wrong says the same as any other.
//!
//! Easy to get wrong: `m` is minutes. Months and years are not offered, because they are not a number of seconds.

use chrono::{DateTime, TimeDelta, Utc};

/// The units that durations are written in, in seconds.
const UNITS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("w", 604_800)];

/// Longer than any duration that makes sense here: a hundred years, in seconds.
const MOST_S: u64 = 100 * 366 * 86_400;

/// A moment, as people give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// By the calendar.
    At(DateTime<Utc>),
    /// Counted from now.
    After(TimeDelta),
}

impl Moment {
    /// Milliseconds since the epoch.
    pub(crate) fn ms(self, now: DateTime<Utc>) -> i64 {
        match self {
            Self::At(at) => at.timestamp_millis(),
            Self::After(delta) => (now + delta).timestamp_millis(),
        }
    }
}

/// Reads `2026-12-01T02:00:00Z` or `+2h`.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    if let Some(rest) = text.strip_prefix('+') {
        return duration(rest).map(Moment::After);
    }
    DateTime::parse_from_rfc3339(text).map(|at| Moment::At(at.to_utc())).map_err(|_| {
        "wanted is a time with its zone, such as 2026-12-01T02:00:00Z, or a wait such as +30m, +2h or +1d"
            .to_owned()
    })
}

/// Reads `90d`, `12h`, `30m`, `45s` or `2w`.
pub(crate) fn duration(text: &str) -> Result<TimeDelta, String> {
    let wanted = || "wanted is a number with its unit: 45s, 30m (minutes), 12h, 90d or 2w".to_owned();
    let split = text.find(|sign: char| !sign.is_ascii_digit()).ok_or_else(wanted)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| wanted())?;
    let (_, unit_s) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wanted)?;
    let seconds = number.saturating_mul(*unit_s);
    if seconds > MOST_S {
        return Err("that is longer than a hundred years".to_owned());
    }
    i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).ok_or_else(wanted)
}

/// How long ago that was, or how far ahead it is: `just now`, `3 min ago`, `in 2 h`.
pub(crate) fn relative(at_ms: i64, now: DateTime<Utc>) -> String {
    let elapsed = now.timestamp_millis().saturating_sub(at_ms);
    match elapsed {
        // The server's clock comes in whole seconds, so that what just happened may seem to lie ahead.
        -1_999..=1_999 => "just now".to_owned(),
        2_000.. => format!("{} ago", span(elapsed.unsigned_abs())),
        i64::MIN..=-2_000 => format!("in {}", span(elapsed.unsigned_abs())),
    }
}

/// A duration in the largest unit that fits: `45 s`, `3 min`, `2 h`, `9 days`.
pub(crate) fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800.. => format!("{} days", seconds / 86_400),
    }
}

/// A moment to the second, for lines that are kept: `2026-11-22T01:16:15Z`.
pub(crate) fn exact(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .map_or_else(|| at_ms.to_string(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn moments_are_times_with_a_zone_or_waits() {
        let after = |ms: i64| now().timestamp_millis() + ms;
        assert_eq!(moment("+2h").unwrap().ms(now()), after(7_200_000));
        assert_eq!(moment("+30m").unwrap().ms(now()), after(1_800_000));
        assert_eq!(moment("2026-11-22T14:00:00+01:00").unwrap().ms(now()), after(3_600_000));
        for bad in
            ["", "+", "2h", "tomorrow", "2026-11-22", "2026-11-22T14:00:00", "+2", "+h", "+-2h", "+2 h"]
        {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_have_a_unit_and_a_bound() {
        assert_eq!(duration("90d").unwrap(), TimeDelta::days(90));
        assert_eq!(duration("2w").unwrap(), TimeDelta::weeks(2));
        for bad in ["90", "d", "1y", "1M", "99999999999999999999d", "40000d", "1.5h", "-1d", "5ß"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ages_are_in_the_largest_unit_that_fits() {
        let at = |ms: i64| relative(now().timestamp_millis() - ms, now());
        assert_eq!(at(0), "just now");
        assert_eq!(at(-1_500), "just now");
        assert_eq!(at(59_999), "59 s ago");
        assert_eq!(at(200_000), "3 min ago");
        assert_eq!(at(7_200_000), "2 h ago");
        assert_eq!(at(9 * 86_400_000), "9 days ago");
        assert_eq!(at(-7_200_000), "in 2 h");
        assert!(relative(i64::MIN, now()).contains("days ago"));
        assert_eq!(exact(now().timestamp_millis()), "2026-11-22T12:00:00Z");
    }
}
