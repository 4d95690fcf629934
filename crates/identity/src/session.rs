//! How long a session lasts.

const MINUTE_MS: i64 = 60_000;

/// How far a session's beginning may lie ahead of the clock before the session counts as over.
/// Clocks are corrected by seconds; a row from further ahead is damaged or forged.
const SKEW_MS: i64 = MINUTE_MS;

/// The two limits of a session.
///
/// 45 CFR 164.312(a)(2)(iii) asks for automatic logoff "after a predetermined time of inactivity"
/// and names no number. Only what a person does counts as activity; polling does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// Milliseconds without a person's activity.
    pub idle_ms: i64,
    /// Milliseconds since sign-in, whatever happens.
    pub absolute_ms: i64,
}

impl Expiry {
    /// 15 minutes idle, 12 hours at most: one shift.
    pub const DEFAULT: Self = Self { idle_ms: 15 * MINUTE_MS, absolute_ms: 12 * 60 * MINUTE_MS };

    /// How long before the end a person is warned: one minute.
    pub const WARNING_MS: i64 = MINUTE_MS;

    /// When the session ends unless the person does something before: the first instant at which
    /// it is over. `created` and `last_active` are milliseconds since 1970.
    pub fn ends_at(self, created: i64, last_active: i64) -> i64 {
        let idle = last_active.max(created).saturating_add(self.idle_ms);
        idle.min(created.saturating_add(self.absolute_ms))
    }

    /// Whether the session is over at `now`.
    ///
    /// Activity ahead of the clock counts as activity now, so that a clock that was wrong for a
    /// while cannot keep a session alive.
    pub fn is_over(self, created: i64, last_active: i64, now: i64) -> bool {
        if created > now.saturating_add(SKEW_MS) {
            return true;
        }
        now >= self.ends_at(created, last_active.min(now))
    }

    /// From when on a person is warned, [`Expiry::WARNING_MS`] before the end.
    pub fn warns_at(self, created: i64, last_active: i64) -> i64 {
        self.ends_at(created, last_active).saturating_sub(Self::WARNING_MS)
    }

    /// Whether the end is near and the session not over.
    pub fn is_ending(self, created: i64, last_active: i64, now: i64) -> bool {
        !self.is_over(created, last_active, now) && now >= self.warns_at(created, last_active)
    }
}

impl Default for Expiry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 60 * MINUTE_MS;
    const RULE: Expiry = Expiry::DEFAULT;

    #[test]
    fn idle_for_fifteen_minutes() {
        assert!(!RULE.is_over(0, HOUR_MS, HOUR_MS + 15 * MINUTE_MS - 1));
        assert!(RULE.is_over(0, HOUR_MS, HOUR_MS + 15 * MINUTE_MS));
    }

    #[test]
    fn twelve_hours_whatever_happens() {
        let end = 12 * HOUR_MS;
        assert!(!RULE.is_over(0, end - 1, end - 1));
        assert!(RULE.is_over(0, end - 1, end));
        assert_eq!(RULE.ends_at(0, end - 1), end);
    }

    #[test]
    fn a_warning_one_minute_before() {
        assert_eq!(RULE.warns_at(0, 0), 14 * MINUTE_MS);
        assert!(!RULE.is_ending(0, 0, 14 * MINUTE_MS - 1));
        assert!(RULE.is_ending(0, 0, 14 * MINUTE_MS));
        assert!(!RULE.is_ending(0, 0, 15 * MINUTE_MS));
    }

    #[test]
    fn a_clock_that_jumps_does_not_keep_a_session_alive() {
        assert!(RULE.is_over(10 * HOUR_MS, 10 * HOUR_MS, 0), "begun hours from now");
        assert!(!RULE.is_over(1_000, 1_000, 0), "a correction of a second");
        let far = 11 * HOUR_MS;
        assert!(!RULE.is_over(0, far, 0));
        assert!(RULE.is_over(0, far, 12 * HOUR_MS));
        assert!(!RULE.is_over(i64::MIN, i64::MIN, i64::MIN));
    }
}
