//! A time that never goes back.

/// Requests that read the clock before they got their turn are out of order by less than this.
const JITTER_MS: i64 = 1_000;

/// Turns the clock into a time that only stands or moves forward. While a clock is set back no
/// time passes, so that it frees nobody; and it moves on from there, so that it holds nobody.
#[derive(Debug)]
pub(super) struct Steady {
    latest: i64,
    ahead: i64,
}

impl Steady {
    pub(super) const NEW: Self = Self { latest: i64::MIN, ahead: 0 };

    pub(super) fn at(&mut self, clock: i64) -> i64 {
        let time = clock.saturating_add(self.ahead);
        let behind = self.latest.saturating_sub(time);
        // Taking every small disorder for a clock set back would make the time run fast.
        if behind > JITTER_MS {
            self.ahead = self.ahead.saturating_add(behind);
        }
        self.latest = self.latest.max(time);
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_stops_the_time_for_a_moment() {
        let mut steady = Steady::NEW;
        assert_eq!(steady.at(50_000), 50_000);
        assert_eq!(steady.at(10_000), 50_000);
        assert_eq!(steady.at(10_500), 50_500);
        assert_eq!(steady.at(60_000), 100_000);
    }

    #[test]
    fn disorder_does_not_add_up() {
        let mut steady = Steady::NEW;
        for turn in 0..1_000 {
            let _ = steady.at(turn);
            assert_eq!(steady.at(turn - 900), turn.max(0));
        }
        assert_eq!(steady.at(1_000), 1_000);
    }
}
