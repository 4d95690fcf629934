//! Windows that come back, by the clock on the wall.
//!
//! Days of the week, a local time and a length: what people write for maintenance. The full RFC 5545
//! is not read, on purpose. A rule that mutes alarms must be readable by whoever approves it, and
//! `RRULE` with `BYSETPOS`, exceptions and its own rules for times that do not exist is not: a window
//! with a start and an end silenced everything in between (SigNoz/signoz #7548). Every window of
//! ours has a length of its own and a last day.
//!
//! The zone is stored and each occurrence computed by itself; offsets break when clocks are changed
//! (prometheus/alertmanager #2646). The length is elapsed time: six hours are six hours.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::alert::hours::{self, WallTime, Weekday};
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};

/// The longest occurrence: in between there is always a time in which alerts are heard.
pub const LONGEST_MS: i64 = 12 * HOUR_MS;
/// The shortest occurrence.
pub const SHORTEST_MS: i64 = MINUTE_MS;

/// When a window comes back, within the times of its suppression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// A zone of the IANA database, such as `America/Chicago`.
    pub zone: String,
    /// On which days; all seven are daily.
    pub days: Vec<Weekday>,
    /// When it begins there.
    pub at: WallTime,
    /// How long it lasts, in milliseconds of elapsed time.
    pub duration_ms: i64,
}

/// One window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// Its first instant.
    pub starts: Timestamp,
    /// The first instant after it.
    pub ends: Timestamp,
}

impl Occurrence {
    /// Whether an instant lies in it.
    pub fn covers(self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }
}

impl Recurrence {
    /// The windows that touch the time from `from` to `to`, cut to these limits: none begins before
    /// `starts`, none goes on after `ends`. At most as many as there are days; an unknown zone has
    /// none. Looks at 400 days at most.
    pub fn between(
        &self,
        (starts, ends): (Timestamp, Timestamp),
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Occurrence> {
        let Some(zone) = hours::zone(&self.zone) else { return Vec::new() };
        let length = self.duration_ms.clamp(0, LONGEST_MS);
        let (from, to) = (from.max(starts), to.min(ends));
        // One that began the day before may last until now.
        let Some(mut day) = hours::date(&zone, from.plus(-length - DAY_MS)) else {
            return Vec::new();
        };
        let Some(last) = hours::date(&zone, to) else { return Vec::new() };
        let mut found = Vec::new();
        for _ in 0..400 {
            if day > last {
                break;
            }
            if hours::on_day(day, &self.days)
                && let Some(begins) = hours::at(&zone, day, self.at)
                && begins >= starts
                && begins < ends
            {
                let one = Occurrence { starts: begins, ends: begins.plus(length).min(ends) };
                if one.ends > from && one.starts <= to && one.ends > one.starts {
                    found.push(one);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        found
    }

    /// The window that covers an instant.
    pub fn covering(&self, limits: (Timestamp, Timestamp), now: Timestamp) -> Option<Occurrence> {
        self.between(limits, now, now).into_iter().find(|one| one.covers(now))
    }

    /// What it says, in words.
    pub fn sentence(&self) -> String {
        let days = if self.days.len() == Weekday::ALL.len() {
            "Daily".to_owned()
        } else {
            let names: Vec<&str> = self.days.iter().map(|day| day.title()).collect();
            names.join(", ")
        };
        let minutes = self.duration_ms / MINUTE_MS;
        format!("{days} at {} ({}) for {minutes} minutes", self.at, self.zone)
    }

    /// What is wrong with it.
    pub(super) fn flaws(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        if hours::zone(&self.zone).is_none() {
            let sentence = format!(
                "{:?} is no zone of the IANA database; right is one such as America/Chicago.",
                self.zone
            );
            flaws.push(("zone", sentence));
        }
        if self.days.is_empty() {
            flaws.push(("days", "Choose at least one day of the week.".to_owned()));
        }
        if !(SHORTEST_MS..=LONGEST_MS).contains(&self.duration_ms) {
            let sentence = "A window that comes back lasts from a minute to twelve hours.";
            flaws.push(("duration", sentence.to_owned()));
        }
        flaws
    }
}
