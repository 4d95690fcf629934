//! A leaking bucket in one number.

/// How often something may happen: `burst` at once, then one each `each_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: i64,
    /// Milliseconds until there is room for one more.
    pub each_ms: i64,
}

impl Rate {
    fn full_ms(self) -> i64 {
        self.burst.saturating_mul(self.each_ms)
    }
}

/// Each event adds a unit, and units leak away at the rate; what is in it follows from when it will
/// be empty. This is the generic cell rate algorithm of ITU-T I.371.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meter {
    empty_at: i64,
}

impl Meter {
    pub(super) const EMPTY: Self = Self { empty_at: i64::MIN };

    /// When it will be empty, as seen at `now`: never fuller than full.
    fn at(self, now: i64, rate: Rate) -> i64 {
        self.empty_at.clamp(now, now.saturating_add(rate.full_ms()))
    }

    /// Milliseconds until there is room for one more; 0 when there is.
    pub(super) fn wait(self, now: i64, rate: Rate) -> i64 {
        let filled = self.at(now, rate).saturating_add(rate.each_ms);
        filled.saturating_sub(now).saturating_sub(rate.full_ms()).max(0)
    }

    /// Units in it, begun ones counted as whole.
    pub(super) fn level(self, now: i64, rate: Rate) -> i64 {
        let left = self.at(now, rate).saturating_sub(now);
        left.saturating_add(rate.each_ms - 1) / rate.each_ms.max(1)
    }

    /// Adds a unit; what does not fit runs over.
    pub(super) fn add(&mut self, now: i64, rate: Rate) {
        self.empty_at = self.at(now, rate).saturating_add(rate.each_ms);
        self.empty_at = self.at(now, rate);
    }

    /// Takes a unit back.
    pub(super) fn take_back(&mut self, rate: Rate) {
        self.empty_at = self.empty_at.saturating_sub(rate.each_ms);
    }

    /// From when on the meter says nothing any more.
    pub(super) fn empty_at(self) -> i64 {
        self.empty_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 10, each_ms: 6_000 };

    #[test]
    fn ten_at_once_then_one_in_six_seconds() {
        let mut meter = Meter::EMPTY;
        for _ in 0..10 {
            assert_eq!(meter.wait(0, RATE), 0);
            meter.add(0, RATE);
        }
        assert_eq!(meter.wait(0, RATE), 6_000);
        assert_eq!(meter.level(0, RATE), 10);
        assert_eq!(meter.wait(5_999, RATE), 1);
        assert_eq!(meter.wait(6_000, RATE), 0);
        assert_eq!(meter.level(6_000, RATE), 9);
        assert_eq!(meter.level(60_000, RATE), 0);
    }

    #[test]
    fn a_unit_taken_back_leaves_room_and_no_credit() {
        let mut meter = Meter::EMPTY;
        for _ in 0..10 {
            meter.add(0, RATE);
        }
        meter.take_back(RATE);
        assert_eq!(meter.wait(0, RATE), 0);
        let mut meter = Meter::EMPTY;
        meter.take_back(RATE);
        assert_eq!(meter.level(0, RATE), 0);
    }
}
