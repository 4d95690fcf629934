//! The outer date of the notices after a breach of unsecured PHI.
//!
//! An acquisition, access, use or disclosure that is not permitted is presumed to be a breach until
//! an assessment shows a low probability of compromise (45 CFR 164.402(2)).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp as Instant};

use crate::Timestamp;

/// Calendar days from discovery within which individuals are told at the latest
/// (45 CFR 164.404(b)). It is a ceiling: the rule is "without unreasonable delay".
pub const OUTER_DAYS: i64 = 60;

/// The last day on which individuals may be told of a breach that was discovered at an instant,
/// in the zone of the organisation. `None` for an instant that no calendar holds.
pub fn outer_day(discovered: Timestamp, zone: &TimeZone) -> Option<Date> {
    let day = Instant::from_millisecond(discovered.0).ok()?.to_zoned(zone.clone()).date();
    day.checked_add(Span::new().days(OUTER_DAYS)).ok()
}

/// Whole days from now until a day is over: 0 on the day itself, negative after it.
pub fn days_left(day: Date, now: Timestamp, zone: &TimeZone) -> Option<i64> {
    let today = Instant::from_millisecond(now.0).ok()?.to_zoned(zone.clone()).date();
    Some(i64::from(today.until(day).ok()?.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn sixty_calendar_days_in_the_zone_of_the_organisation() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        // 03:30 UTC is still the day before in Chicago.
        let discovered = at("2026-11-28T03:30:00Z");
        let day = outer_day(discovered, &zone).unwrap();
        assert_eq!(day.to_string(), "2027-01-26");
        assert_eq!(outer_day(discovered, &TimeZone::UTC).unwrap().to_string(), "2027-01-27");
        assert_eq!(days_left(day, discovered, &zone), Some(60));
        // The last minute of the day in Chicago, and the first one after it.
        assert_eq!(days_left(day, at("2027-01-27T05:59:00Z"), &zone), Some(0));
        assert_eq!(days_left(day, at("2027-01-27T06:00:00Z"), &zone), Some(-1));
    }

    #[test]
    fn a_change_of_the_clock_and_a_leap_day_are_days_like_others() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let day = |text: &str| outer_day(at(text), &zone).unwrap().to_string();
        // The clock goes forward on 14 March 2027.
        assert_eq!(day("2027-02-01T23:30:00-05:00"), "2027-04-02");
        // 29 February 2028.
        assert_eq!(day("2028-01-15T12:00:00-05:00"), "2028-03-15");
    }
}
