//! A day of the calendar.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::DAY_MS;

/// A day of the calendar, as papers are dated; it begins and ends in UTC, as all records do.
/// Inside: days since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// Reads year-month-day.
    pub fn parse(text: &str) -> Option<Self> {
        let date: jiff::civil::Date = text.trim().parse().ok()?;
        // What is longer than a date would be read as one too.
        (text.trim().len() == 10).then_some(())?;
        Timestamp::parse(&format!("{date}T00:00:00Z")).map(Self::of)
    }

    /// The day of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self(at.day())
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY_MS))
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.plus(1).start()
    }

    /// The day that comes so many days later (earlier when negative).
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.start().rfc3339().get(..10).unwrap_or("?"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_and_print() {
        let day = Day::parse(" 2026-11-23 ").unwrap();
        assert_eq!(day.to_string(), "2026-11-23");
        assert_eq!(day.start().rfc3339(), "2026-11-23T00:00:00.000Z");
        assert_eq!(day.end(), day.plus(1).start());
        for wrong in ["", "23.11.2026", "2026-13-01", "2026-02-30", "2026-11-23T10:00", "today"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
