//! The numbers of the pace.

use super::Rate;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The numbers. The defaults are the rule; tests and nobody else change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Failures of an account at an address before the first delay.
    pub free: u32,
    /// The first delay; each further failure doubles it.
    pub first_ms: i64,
    /// The longest delay of an account at an address.
    pub longest_ms: i64,
    /// A record with `n` failures is forgotten after `n` times this …
    pub forget_each_ms: i64,
    /// … and at the latest after this, counted from the last attempt.
    pub forget_ms: i64,
    /// Attempts from one address: an IPv4 address, an IPv6 /64.
    pub host: Rate,
    /// Attempts from one network: an IPv4 /24, an IPv6 /48.
    pub network: Rate,
    /// Failures for one account from addresses it has not signed in from, before the brake; and
    /// how they cool down.
    pub calm: i64,
    /// How many such failures are remembered, and how fast they are forgotten.
    pub heat: Rate,
    /// This many failures beyond `calm` double the brake.
    pub heat_step: i64,
    /// The longest brake for an address without a failure of its own.
    pub brake_ms: i64,
    /// Second factors and recovery codes for one account from addresses it has not signed in from.
    pub second: Rate,
    /// How long an address counts as known after a sign-in.
    pub known_ms: i64,
    /// The most records of each kind.
    pub most: usize,
}

impl Settings {
    /// The rule that the module describes.
    pub const DEFAULT: Self = Self {
        free: 3,
        first_ms: SECOND_MS,
        longest_ms: 15 * MINUTE_MS,
        forget_each_ms: HOUR_MS,
        forget_ms: 12 * HOUR_MS,
        host: Rate { burst: 10, each_ms: 6 * SECOND_MS },
        network: Rate { burst: 100, each_ms: 2 * SECOND_MS },
        calm: 10,
        heat: Rate { burst: 100, each_ms: MINUTE_MS },
        heat_step: 10,
        brake_ms: 30 * SECOND_MS,
        second: Rate { burst: 20, each_ms: 3 * MINUTE_MS },
        known_ms: 30 * DAY_MS,
        most: 100_000,
    };

    /// How long an account waits at an address after `failures` there.
    pub(super) fn delay(&self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            Some(beyond) => doubled(self.first_ms, beyond, self.longest_ms),
            None => 0,
        }
    }

    /// How long an address waits that the account has not signed in from, with `failures` of its
    /// own, while the account has `heat` failures from such addresses.
    pub(super) fn brake(&self, heat: i64, failures: u32) -> i64 {
        let beyond = heat.saturating_sub(self.calm);
        if beyond < 0 {
            return 0;
        }
        let steps = u32::try_from(beyond / self.heat_step.max(1)).unwrap_or(u32::MAX);
        let brake = doubled(self.first_ms, steps, self.brake_ms);
        doubled(brake, failures, self.longest_ms)
    }

    /// How long a record with so many failures is kept.
    pub(super) fn keep(&self, failures: u32) -> i64 {
        let keep = self.forget_each_ms.saturating_mul(i64::from(failures));
        // One without a failure is an address that waits for the brake.
        keep.clamp(self.longest_ms, self.forget_ms.max(self.longest_ms))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

fn doubled(ms: i64, times: u32, most: i64) -> i64 {
    let factor = 1_i64.checked_shl(times).filter(|factor| *factor > 0).unwrap_or(i64::MAX);
    ms.saturating_mul(factor).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Settings = Settings::DEFAULT;

    #[test]
    fn the_ladder() {
        let seconds: Vec<i64> = (0..15).map(|failures| RULE.delay(failures) / 1_000).collect();
        assert_eq!(seconds, [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(RULE.delay(u32::MAX), RULE.longest_ms);
    }

    #[test]
    fn the_brake() {
        let brake = |heat| RULE.brake(heat, 0) / 1_000;
        let seconds: Vec<i64> = (0..=10).map(|tens| brake(tens * 10)).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
        assert_eq!(RULE.brake(9, 5), 0);
        assert_eq!(RULE.brake(100, 1), 60_000);
        assert_eq!(RULE.brake(i64::MAX, u32::MAX), RULE.longest_ms);
    }

    #[test]
    fn waiting_out_the_memory_is_slower_than_the_ladder() {
        for failures in 1..40 {
            assert!(RULE.keep(failures) > RULE.delay(failures));
            let rate = f64::from(failures) / RULE.keep(failures) as f64;
            assert!(rate <= 4.0 / HOUR_MS as f64, "{failures}");
        }
    }
}
