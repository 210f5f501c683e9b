//! How often and how soon an attempt is tried again.

/// The limits of retrying, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts without an outcome after which the task is given up.
    pub max_attempts: u32,
    /// The wait after the first attempt, in milliseconds; it doubles with every further one.
    pub delay_ms: u64,
    /// The longest wait, in milliseconds.
    pub delay_max_ms: u64,
}

impl RetryPolicy {
    /// No attempt is left after this one.
    #[must_use]
    pub const fn is_last(&self, attempt: u32) -> bool {
        attempt >= self.max_attempts
    }

    /// The wait after that attempt (1 is the first), in milliseconds. `jitter`, from 0 to 1, spreads tasks that failed
    /// together over the second half of the wait.
    #[must_use]
    pub fn delay_ms(&self, attempt: u32, jitter: f64) -> u64 {
        let doublings = attempt.saturating_sub(1).min(40);
        let full = self.delay_ms.saturating_mul(1 << doublings).min(self.delay_max_ms);
        let half = full / 2;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a wait of days is exact in a double, and jitter is clamped to 0..=1"
        )]
        let spread = (half as f64 * jitter.clamp(0.0, 1.0)) as u64;
        full - half + spread
    }
}

#[cfg(test)]
mod tests {
    use super::RetryPolicy;

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: 20, delay_ms: 1_000, delay_max_ms: 300_000 };

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        assert_eq!(
            [1, 2, 3, 9, 10, u32::MAX].map(|attempt| POLICY.delay_ms(attempt, 1.0)),
            [1_000, 2_000, 4_000, 256_000, 300_000, 300_000]
        );
    }

    #[test]
    fn jitter_spreads_over_the_second_half() {
        assert_eq!(POLICY.delay_ms(3, 0.0), 2_000);
        assert_eq!(POLICY.delay_ms(3, 0.5), 3_000);
        assert_eq!(POLICY.delay_ms(3, 7.0), 4_000);
    }

    #[test]
    fn the_last_attempt_is_the_configured_one() {
        assert!(!POLICY.is_last(19));
        assert!(POLICY.is_last(20));
    }
}
