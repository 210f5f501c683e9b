//! Numbers as filters write them and as values hold them.
//!
//! Easy to get wrong: times in milliseconds and large ids must not be rounded, so whole numbers are compared as whole
//! numbers; only where a fraction comes in are both compared as fractions.

use std::cmp::Ordering;

/// The largest whole number below which a fraction that is whole is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::api::staged_config) enum Number {
    /// Without a fraction.
    Whole(i128),
    /// With one, or too large to be told.
    Real(f64),
}

impl Number {
    /// A sign, digits, a decimal point, an exponent: at least one digit, the rest as wanted.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        if !text.bytes().all(is_plain) {
            return None;
        }
        text.parse().map(Self::Whole).or_else(|_| text.parse().map(Self::real)).ok()
    }

    /// The number in a value.
    pub(in crate::api::staged_config) fn of(number: &serde_json::Number) -> Self {
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        whole.map_or_else(|| Self::real(number.as_f64().unwrap_or(f64::NAN)), Self::Whole)
    }

    fn real(number: f64) -> Self {
        if number.fract() == 0.0 && number.abs() < EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough")]
            return Self::Whole(number as i128);
        }
        Self::Real(number)
    }

    fn as_real(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "compared with a fraction")]
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// The number, where it is one that something may be counted by.
    pub(in crate::api::staged_config) fn as_id(self) -> Option<u64> {
        match self {
            Self::Whole(number) => u64::try_from(number).ok(),
            Self::Real(_) => None,
        }
    }

    /// The nearest number not above it that something may be counted by.
    pub(in crate::api::staged_config) fn nearest_id(self) -> u64 {
        match self {
            Self::Whole(number) => u64::try_from(number.max(0)).unwrap_or(u64::MAX),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a cast of these stops at the ends"
            )]
            Self::Real(number) => number as u64,
        }
    }

    pub(in crate::api::staged_config) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one.cmp(&other),
            (one, other) => one.as_real().total_cmp(&other.as_real()),
        }
    }
}
