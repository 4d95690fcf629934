//! Numbers, times and states as people read them.

use domain::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::{
    ErrorClass, FindingState, ScopeState, Severity, Standing, State, Timestamp, TransitionKind,
};
use jiff::tz::TimeZone;

/// `1 234 567`, with thin spaces.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// `1 bucket`, `2 buckets`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share as whole per cent, never rounded up to 100 nor down to 0.
pub fn percent(share: f64) -> String {
    report::percent(share)
}

/// How long ago, or in how long: `4 min ago`, `in 2 h`, `3 days ago`.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let ms = now.since(at);
    if ms.abs() < MINUTE_MS {
        return if ms < -5_000 { "in under a minute" } else { "just now" }.to_owned();
    }
    let span = span(ms.abs());
    if ms < 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// A length of time in its greatest unit.
pub fn span(ms: i64) -> String {
    let days = |n: i64| if n == 1 { "1 day".to_owned() } else { format!("{n} days") };
    match ms {
        ms if ms < MINUTE_MS => format!("{} s", ms / 1000),
        ms if ms < HOUR_MS => format!("{} min", ms / MINUTE_MS),
        ms if ms < 2 * DAY_MS => format!("{} h", ms / HOUR_MS),
        ms => days(ms / DAY_MS),
    }
}

/// `23 Nov 2026, 09:05 CST` in the organisation's zone.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    stamp(at, zone, "%-d %b %Y, %H:%M %Z")
}

/// `23 Nov 2026` in the organisation's zone.
pub fn date(at: Timestamp, zone: &TimeZone) -> String {
    stamp(at, zone, "%-d %b %Y")
}

/// `23 Nov` in the organisation's zone.
pub fn short_date(at: Timestamp, zone: &TimeZone) -> String {
    stamp(at, zone, "%-d %b")
}

/// `09:05` in the organisation's zone.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    stamp(at, zone, "%H:%M")
}

fn stamp(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| at.0.to_string(),
        |instant| instant.to_zoned(zone.clone()).strftime(format).to_string(),
    )
}

/// The word for a state of an evaluation.
pub fn state(state: State) -> &'static str {
    match state {
        State::Pass => "Pass",
        State::Fail => "Fail",
        State::Excepted => "Excepted",
        State::NotEvaluated => "Not evaluated",
        State::Stale => "Stale",
        State::Error => "Error",
        State::NotApplicable => "Not applicable",
    }
}

/// The word for a state of a finding, and the state of an evaluation whose shape it shares.
pub fn finding_state(state: FindingState) -> (&'static str, &'static str) {
    match state {
        FindingState::Open => ("Open", "fail"),
        FindingState::Suppressed => ("Suppressed", "excepted"),
        FindingState::Unknown => ("Unknown", "not-evaluated"),
        FindingState::Passed => ("Passed", "pass"),
        FindingState::Resolved => ("Resolved", "pass"),
        FindingState::Archived => ("Archived", "not-applicable"),
        FindingState::NotApplicable => ("Not applicable", "not-applicable"),
    }
}

/// The word for a visit, and the shape.
pub fn scope_state(state: ScopeState) -> (&'static str, &'static str) {
    match state {
        ScopeState::Never => ("Not yet visited", "not-evaluated"),
        ScopeState::Ok => ("Read", "pass"),
        ScopeState::Partial => ("Partly read", "error"),
        ScopeState::NotEnabled => ("Not enabled", "not-evaluated"),
        ScopeState::Failed => ("Failed", "error"),
    }
}

/// The word for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Informational => "Info",
    }
}

/// The words for a standing, and the shape. A score may have reached the goal and still lack what
/// green takes: fresh data and 90 % coverage.
pub fn standing(standing: Standing, reached: bool) -> (&'static str, &'static str) {
    match standing {
        Standing::Good => ("At the goal", "pass"),
        Standing::Warning if reached => ("Not proved", "stale"),
        Standing::Warning => ("Below the goal", "stale"),
        Standing::Bad => ("Far below the goal", "fail"),
        Standing::Unknown => ("Cannot be told", "not-evaluated"),
    }
}

/// The word for a change, and the shape.
pub fn transition(kind: TransitionKind) -> (&'static str, &'static str) {
    match kind {
        TransitionKind::Regressed => ("Regressed", "fail"),
        TransitionKind::New => ("New", "fail"),
        TransitionKind::Resolved => ("Resolved", "pass"),
        TransitionKind::Removed => ("Removed", "not-applicable"),
        TransitionKind::LostSight => ("Lost sight", "not-evaluated"),
        TransitionKind::Confirmed => ("Confirmed", "pass"),
        TransitionKind::Other => ("Other", "not-applicable"),
    }
}

/// What an operator can do about a failed call.
pub fn remedy(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::NotEnabled => {
            "Enable the service in this account and region, or leave it off knowingly."
        }
        ErrorClass::Denied => "Add the action to the role that Wardround assumes.",
        ErrorClass::RegionOff => {
            "Enable the region for the account, or take it out of the configuration."
        }
        ErrorClass::Credentials => {
            "Renew the credentials, or correct the role and external id in the configuration."
        }
        ErrorClass::Throttled | ErrorClass::ServiceFault | ErrorClass::BadToken => {
            "Nothing to do now: the next round tries again. If it lasts, lengthen the interval of this source."
        }
        ErrorClass::Gone => "Nothing to do: it was deleted while it was being read.",
        ErrorClass::Unreachable => {
            "Check the network, proxy and endpoint settings of this machine."
        }
        ErrorClass::Unreadable => "Keep the raw answer under Problems and report it.",
        ErrorClass::ClockSkew => "Set this machine's clock by NTP.",
        ErrorClass::Other => {
            "Read the message; run `wardround doctor` for the same call on its own."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn times_are_told_by_their_distance() {
        let now = Timestamp(100 * DAY_MS);
        assert_eq!(relative(now.plus(-4 * MINUTE_MS), now), "4 min ago");
        assert_eq!(relative(now.plus(3 * HOUR_MS), now), "in 3 h");
        assert_eq!(relative(now.plus(-3 * DAY_MS), now), "3 days ago");
        assert_eq!(relative(now, now), "just now");
    }

    #[test]
    fn moments_are_in_the_organisations_zone() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let at = Timestamp::parse("2026-11-23T09:05:00Z").unwrap();
        assert_eq!(moment(at, &zone), "23 Nov 2026, 03:05 CST");
    }
}
