//! How long we wait.

use std::time::Duration;

use notify::backoff::{LONGEST, LONGEST_ASKED, PAGES, SHORTEST, next, wait};
use proptest::prelude::*;

#[test]
fn the_ceiling_doubles_from_ten_seconds_to_a_quarter_of_an_hour() {
    let ceilings: Vec<u64> = (1..=9).map(|failed| wait(failed, None, 1.0).as_secs()).collect();
    assert_eq!(ceilings, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
    assert_eq!(wait(1, None, 0.0), SHORTEST);
    assert_eq!(wait(u32::MAX, None, 0.0), SHORTEST);
    assert_eq!(wait(0, None, 1.0), wait(1, None, 1.0));
}

#[test]
fn what_was_asked_for_is_granted_up_to_an_hour() {
    assert_eq!(wait(1, Some(Duration::from_secs(90)), 0.3), Duration::from_secs(90));
    assert_eq!(wait(1, Some(Duration::from_secs(1)), 0.0), SHORTEST);
    assert_eq!(wait(1, Some(Duration::MAX), 0.0), LONGEST_ASKED);
}

#[test]
fn a_page_is_given_up_after_a_day() {
    let last = PAGES.checked_sub(SHORTEST).unwrap();
    assert_eq!(next(200, None, 0.0, last, PAGES), Some(SHORTEST));
    assert_eq!(next(200, None, 0.0, last + Duration::from_millis(1), PAGES), None);
    assert_eq!(next(1, None, 0.5, Duration::MAX, PAGES), None);
}

/// Simulates a channel that always fails: how many attempts a day has, with the middle of jitter.
#[test]
fn a_day_of_failures_has_a_bounded_number_of_attempts() {
    let (mut since, mut failed) = (Duration::ZERO, 1);
    while let Some(pause) = next(failed, None, 0.5, since, PAGES) {
        since += pause;
        failed += 1;
    }
    assert!((190..=210).contains(&failed), "{failed}");
    assert!(since <= PAGES);
}

proptest! {
    #[test]
    fn a_wait_is_never_too_short_nor_too_long(
        failed in any::<u32>(),
        asked in proptest::option::of(any::<u64>()),
        random in any::<f64>(),
    ) {
        let asked = asked.map(Duration::from_millis);
        let waited = wait(failed, asked, random);
        prop_assert!(waited >= SHORTEST);
        prop_assert!(waited <= LONGEST.max(LONGEST_ASKED));
        if asked.is_none() {
            prop_assert!(waited <= LONGEST);
        }
    }

    #[test]
    fn jitter_has_the_whole_interval(failed in 1_u32..20, random in 0.0_f64..1.0) {
        let share = (wait(failed, None, random).as_secs_f64() - 5.0)
            / (wait(failed, None, 1.0).as_secs_f64() - 5.0);
        prop_assert!((share - random).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_tried_after_the_end(
        failed in any::<u32>(), random in 0.0_f64..1.0, since in 0_u64..200_000, within in 0_u64..200_000,
    ) {
        let (since, within) = (Duration::from_secs(since), Duration::from_secs(within));
        if let Some(pause) = next(failed, None, random, since, within) {
            prop_assert!(since + pause <= within);
        }
    }
}
