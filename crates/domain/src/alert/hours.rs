//! Wall-clock times of people: business hours, the daily digest, weekdays.
//!
//! Instants are UTC everywhere; a zone of the IANA database stands only where a person wrote a
//! time of the wall. Offsets break twice a year (prometheus/alertmanager #2646, #2771).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::DAY_MS;
use crate::register::words;

words!(
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "mon", "Monday";
        /// Tuesday.
        Tuesday = "tue", "Tuesday";
        /// Wednesday.
        Wednesday = "wed", "Wednesday";
        /// Thursday.
        Thursday = "thu", "Thursday";
        /// Friday.
        Friday = "fri", "Friday";
        /// Saturday.
        Saturday = "sat", "Saturday";
        /// Sunday.
        Sunday = "sun", "Sunday";
    }
);

impl Weekday {
    fn of(date: Date) -> Self {
        let offset = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        Self::ALL.get(offset).copied().unwrap_or(Self::Monday)
    }
}

/// A time of the wall, `HH:MM`; midnight by default.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime {
    hour: i8,
    minute: i8,
}

impl WallTime {
    /// A time of day; `None` outside of 00:00 to 23:59.
    pub fn new(hour: i8, minute: i8) -> Option<Self> {
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(Self { hour, minute })
    }

    /// Reads `HH:MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let two = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        };
        Self::new(two(hour)?, two(minute)?)
    }

    fn time(self) -> Time {
        Time::new(self.hour, self.minute, 0, 0).unwrap_or(Time::midnight())
    }
}

impl std::fmt::Display for WallTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl TryFrom<String> for WallTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a time such as 09:00"))
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

/// The zone with this name of the IANA database; `None` where there is none.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The date that an instant has in a zone.
pub(super) fn date(zone: &TimeZone, at: Timestamp) -> Option<Date> {
    Some(zone.to_datetime(instant(at)?).date())
}

fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.0).ok()
}

/// The instant of a time of the wall.
///
/// A time that does not exist (the clock is put forward over it) is the next instant that does: the
/// moment of the change itself. A time that exists twice is the first. RFC 5545, 3.3.5, shifts a
/// missing time by the length of the gap instead; ours begins no later than anybody expects.
pub(super) fn at(zone: &TimeZone, date: Date, time: WallTime) -> Option<Timestamp> {
    let wall = DateTime::from_parts(date, time.time());
    let found = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok()?,
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok()?,
        AmbiguousOffset::Gap { before, after } => {
            // Read with the later offset the time lies before the change, with the earlier after.
            let earlier = after.to_timestamp(wall).ok()?;
            let later = before.to_timestamp(wall).ok()?;
            let change = zone.following(earlier).next().map(|change| change.timestamp());
            change.filter(|change| *change <= later).unwrap_or(later)
        }
    };
    Some(Timestamp(found.as_millisecond()))
}

/// The instant of a minute of the wall, `2027-03-14T02:30`, with or without seconds; see `at` for
/// what the change of the clock does. `None` for other text and for an unknown zone.
pub fn at_minute(zone_name: &str, text: &str) -> Option<Timestamp> {
    let (day, time) = text.trim().split_once('T')?;
    let time = WallTime::parse(time.get(..5)?).filter(|_| matches!(time.len(), 5 | 8))?;
    at(&zone(zone_name)?, day.parse().ok()?, time)
}

/// The minute of the wall at an instant, as [`at_minute`] reads it; UTC where the zone is unknown.
pub fn minute_at(zone_name: &str, at: Timestamp) -> String {
    let zone = zone(zone_name).unwrap_or(TimeZone::UTC);
    instant(at)
        .map(|at| zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string())
        .unwrap_or_default()
}

/// When people work, and when the digest goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// A zone of the IANA database. An unknown one reads as UTC.
    pub zone: String,
    /// The days of work.
    pub days: Vec<Weekday>,
    /// When work begins.
    pub from: WallTime,
    /// When it ends.
    pub to: WallTime,
    /// When the digest of tickets goes out.
    pub digest: WallTime,
}

impl Hours {
    /// Monday to Friday, 08:00 to 18:00, digest at 09:00.
    pub fn usual(zone: impl Into<String>) -> Self {
        let hour = |hour| WallTime { hour, minute: 0 };
        Self {
            zone: zone.into(),
            days: Weekday::ALL.iter().copied().take(5).collect(),
            from: hour(8),
            to: hour(18),
            digest: hour(9),
        }
    }

    fn zone(&self) -> TimeZone {
        zone(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// Whether people work at this instant. A time that is out of range counts as work: then more
    /// is told, not less.
    pub fn business(&self, now: Timestamp) -> bool {
        let Some(now) = instant(now) else { return true };
        let wall = self.zone().to_datetime(now);
        let time = wall.time();
        self.days.contains(&Weekday::of(wall.date()))
            && time >= self.from.time()
            && time < self.to.time()
    }

    /// The first digest after an instant, or the one on the same day `weeks` weeks later.
    pub fn next_digest(&self, after: Timestamp, weeks: i64) -> Timestamp {
        let zone = self.zone();
        let days = jiff::Span::new().try_days(weeks.max(0).saturating_mul(7)).unwrap_or_default();
        let mut day = date(&zone, after).and_then(|date| date.checked_add(days).ok());
        // Today or tomorrow; the day after where a zone left out a day.
        for _ in 0..3 {
            let Some(today) = day else { break };
            if let Some(at) = at(&zone, today, self.digest)
                && at > after
            {
                return at;
            }
            day = today.tomorrow().ok();
        }
        after.plus(DAY_MS)
    }
}

/// Whether a date is one of these days of the week.
pub(super) fn on_day(date: Date, days: &[Weekday]) -> bool {
    days.contains(&Weekday::of(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_time_that_is_missing_is_the_change_and_one_that_is_twice_is_the_first() {
        let chicago = zone("America/Chicago").unwrap();
        let at = |date: &str, time: &str| {
            at(&chicago, date.parse().unwrap(), WallTime::parse(time).unwrap()).unwrap()
        };
        // 2027-03-14: 02:00 becomes 03:00 at 08:00 UTC.
        assert_eq!(at("2027-03-14", "01:59"), utc("2027-03-14T07:59:00Z"));
        assert_eq!(at("2027-03-14", "02:00"), utc("2027-03-14T08:00:00Z"));
        assert_eq!(at("2027-03-14", "02:30"), utc("2027-03-14T08:00:00Z"));
        assert_eq!(at("2027-03-14", "03:00"), utc("2027-03-14T08:00:00Z"));
        // 2026-11-01: 02:00 becomes 01:00 at 07:00 UTC.
        assert_eq!(at("2026-11-01", "01:30"), utc("2026-11-01T06:30:00Z"));
        assert_eq!(at("2026-11-01", "02:00"), utc("2026-11-01T08:00:00Z"));
    }

    #[test]
    fn a_minute_of_the_wall_goes_there_and_back() {
        let chicago = "America/Chicago";
        let missing = at_minute(chicago, "2027-03-14T02:30").unwrap();
        assert_eq!(missing, utc("2027-03-14T08:00:00Z"));
        assert_eq!(minute_at(chicago, missing), "2027-03-14T03:00", "the change itself");
        let usual = at_minute(chicago, "2027-07-01T09:15:00").unwrap();
        assert_eq!(
            (usual, minute_at(chicago, usual).as_str()),
            (utc("2027-07-01T14:15:00Z"), "2027-07-01T09:15")
        );
        for text in
            ["2027-07-01", "2027-07-01T9:15", "2027-13-01T09:15", "T09:15", "2027-07-01T09:1é"]
        {
            assert_eq!(at_minute(chicago, text), None, "{text}");
        }
        assert_eq!(at_minute("Mars/Olympus", "2027-07-01T09:15"), None);
    }

    #[test]
    fn business_hours_are_those_of_the_wall() {
        let hours = Hours::usual("Europe/Vienna");
        assert!(hours.business(utc("2026-11-23T07:00:00Z")), "Monday, 08:00 in winter");
        assert!(!hours.business(utc("2026-11-23T06:59:59Z")));
        assert!(hours.business(utc("2026-07-06T06:00:00Z")), "Monday, 08:00 in summer");
        assert!(!hours.business(utc("2026-11-23T17:00:00Z")), "18:00 is over");
        assert!(!hours.business(utc("2026-11-22T10:00:00Z")), "Sunday");
        assert!(hours.business(Timestamp(i64::MAX)), "what cannot be told is told louder");
    }

    #[test]
    fn the_digest_is_daily_at_nine_through_the_change_of_the_clock() {
        let hours = Hours::usual("America/Chicago");
        let mut at = utc("2027-03-13T12:00:00Z");
        let mut seen = Vec::new();
        for _ in 0..3 {
            at = hours.next_digest(at, 0);
            seen.push(at.rfc3339());
        }
        let expected = ["2027-03-13T15:00", "2027-03-14T14:00", "2027-03-15T14:00"];
        for (seen, expected) in seen.iter().zip(expected) {
            assert!(seen.starts_with(expected), "{seen}");
        }
        let week = hours.next_digest(utc("2027-03-12T15:00:00Z"), 1);
        assert_eq!(week, utc("2027-03-19T14:00:00Z"), "nine moved by an hour in UTC");
    }

    #[test]
    fn times_read_and_print() {
        assert_eq!(WallTime::parse("09:05").unwrap().to_string(), "09:05");
        for text in ["9:00", "24:00", "12:60", "+1:00", "", "noon", "12:000"] {
            assert_eq!(WallTime::parse(text), None, "{text}");
        }
        let json = serde_json::to_string(&WallTime::parse("23:59").unwrap()).unwrap();
        assert_eq!(json, "\"23:59\"");
        assert!(serde_json::from_str::<WallTime>("\"25:00\"").is_err());
    }
}
