//! The security-regression budget, and what a deployment pipeline is told.
//!
//! A control that goes from pass to fail spends points of its account's budget for the calendar
//! quarter, by severity: critical 10, high 5, medium 2, low 1, as in a score. Whoever mends it gets
//! nothing back: the budget is for breaking less, not for mending fast.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ControlId, Severity, Timestamp};

/// A calendar quarter in the organisation's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarter {
    /// Such as `2026-Q4`.
    pub name: String,
    /// Its first instant.
    pub begins: Timestamp,
    /// The first instant after it.
    pub ends: Timestamp,
}

impl Quarter {
    /// The quarter of an instant. An unknown zone reads as UTC.
    pub fn of(now: Timestamp, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let instant =
            jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = instant.to_zoned(zone.clone()).date();
        let number = (date.month() - 1) / 3;
        let at = |year: i16, month: i8| {
            Date::new(year, month, 1)
                .and_then(|date| date.to_zoned(zone.clone()))
                .map_or(now, |zoned| Timestamp(zoned.timestamp().as_millisecond()))
        };
        let (year, next) =
            if number == 3 { (date.year() + 1, 1) } else { (date.year(), number * 3 + 4) };
        Self {
            name: format!("{}-Q{}", date.year(), number + 1),
            begins: at(date.year(), number * 3 + 1),
            ends: at(year, next),
        }
    }
}

/// A control that passed and now fails, on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The control.
    pub control: ControlId,
    /// Its severity.
    pub severity: Severity,
    /// When it was noticed.
    pub at: Timestamp,
    /// The resource.
    pub resource: String,
    /// Whether it has not been seen to pass, nor the resource to be removed.
    pub lasts: bool,
}

/// Go or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nothing speaks against a deployment.
    Go,
    /// Something does.
    Stop,
}

/// What a pipeline is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The account.
    pub account: AccountId,
    /// Go or stop.
    pub decision: Decision,
    /// Why, as sentences; never empty.
    pub reasons: Vec<String>,
    /// The quarter that is counted.
    pub quarter: Quarter,
    /// Points for the quarter.
    pub budget: f64,
    /// Points spent.
    pub spent: f64,
    /// Points left; negative when overspent.
    pub left: f64,
    /// What spent them, newest first.
    pub regressions: Vec<Regression>,
    /// The age of the oldest answer on which this rests.
    pub as_of: Option<Timestamp>,
}

/// Decides.
///
/// Stop when the budget is spent, when a critical regression lasts, and when the account was not
/// read in time: what nobody knows is no permission.
pub fn decide(
    account: AccountId,
    quarter: Quarter,
    budget: f64,
    mut regressions: Vec<Regression>,
    as_of: Option<Timestamp>,
    stale: &[String],
) -> Gate {
    regressions.sort_by_key(|regression| std::cmp::Reverse(regression.at));
    // Summing nothing gives a negative zero.
    let spent = regressions.iter().fold(0.0, |sum, one| sum + one.severity.weight());
    let left = budget - spent;
    let mut against = Vec::new();
    if as_of.is_none() {
        against.push("This account has never been read completely, so nobody knows.".to_owned());
    } else if let Some(first) = stale.first() {
        against.push(format!("What is known is too old: {first}."));
    }
    if left <= 0.0 {
        against
            .push(format!("The budget of {} is spent: {spent} of {budget} points.", quarter.name));
    }
    let critical: Vec<&str> = regressions
        .iter()
        .filter(|regression| regression.lasts && regression.severity == Severity::Critical)
        .map(|regression| regression.control.as_str())
        .collect();
    if !critical.is_empty() {
        against.push(format!(
            "A critical control regressed and still fails: {}.",
            critical.join(", ")
        ));
    }
    let decision = if against.is_empty() { Decision::Go } else { Decision::Stop };
    let reasons = if against.is_empty() {
        vec![format!("{left} of {budget} points are left in {}.", quarter.name)]
    } else {
        against
    };
    Gate { account, decision, reasons, quarter, budget, spent, left, regressions, as_of }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter() -> Quarter {
        Quarter::of(Timestamp::parse("2026-11-28T00:00:00Z").unwrap(), "UTC")
    }

    fn regression(severity: Severity, lasts: bool) -> Regression {
        let at = Timestamp(1);
        Regression { control: "c".into(), severity, at, resource: "r".to_owned(), lasts }
    }

    fn decided(regressions: Vec<Regression>, as_of: Option<i64>, stale: &[String]) -> Gate {
        decide("1".into(), quarter(), 20.0, regressions, as_of.map(Timestamp), stale)
    }

    #[test]
    fn quarters_begin_at_local_midnight() {
        let quarter =
            Quarter::of(Timestamp::parse("2026-01-01T03:00:00Z").unwrap(), "America/Chicago");
        assert_eq!(quarter.name, "2025-Q4");
        assert_eq!(quarter.begins.rfc3339(), "2025-10-01T05:00:00.000Z");
        assert_eq!(quarter.ends.rfc3339(), "2026-01-01T06:00:00.000Z");
        assert_eq!(self::quarter().name, "2026-Q4");
    }

    #[test]
    fn mending_gives_nothing_back() {
        let gate = decided(vec![regression(Severity::Critical, false)], Some(0), &[]);
        assert_eq!((gate.decision, gate.spent, gate.left), (Decision::Go, 10.0, 10.0));
        let gate = decided(vec![regression(Severity::Critical, false); 2], Some(0), &[]);
        assert_eq!((gate.decision, gate.left), (Decision::Stop, 0.0));
    }

    #[test]
    fn what_nobody_knows_is_no_permission() {
        assert_eq!(decided(vec![], None, &[]).decision, Decision::Stop);
        assert_eq!(decided(vec![], Some(0), &["x".to_owned()]).decision, Decision::Stop);
        assert_eq!(decided(vec![], Some(0), &[]).decision, Decision::Go);
    }

    #[test]
    fn a_critical_regression_that_lasts_stops() {
        let gate = decided(vec![regression(Severity::Critical, true)], Some(0), &[]);
        assert_eq!(gate.decision, Decision::Stop);
        assert!(gate.reasons[0].contains("still fails: c"), "{:?}", gate.reasons);
    }
}
