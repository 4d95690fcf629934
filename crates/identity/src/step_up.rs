//! When a second factor is recent enough for an act that cannot be taken back: an export, a change
//! of users or roles, a restore.

/// How long a second factor counts as fresh: five minutes. Ours; no regulation sets it.
pub const FRESH_MS: i64 = 5 * 60_000;

/// Whether a second factor given at `at_ms` is fresh at `now_ms`. One from the future is not: a
/// clock that went back must not stretch the window.
pub fn is_fresh(at_ms: i64, now_ms: i64) -> bool {
    now_ms.checked_sub(at_ms).is_some_and(|age| (0..=FRESH_MS).contains(&age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_minutes_and_not_a_moment_more() {
        assert!(is_fresh(1_000, 1_000));
        assert!(is_fresh(1_000, 1_000 + FRESH_MS));
        assert!(!is_fresh(1_000, 1_001 + FRESH_MS));
    }

    #[test]
    fn the_future_is_not_fresh() {
        assert!(!is_fresh(1_001, 1_000));
        assert!(!is_fresh(i64::MAX, 0));
        assert!(!is_fresh(i64::MIN, i64::MAX));
    }
}
