//! Invariants: one bad event violates, and a person closes it.

use serde::{Deserialize, Serialize};

use super::{COVERAGE_FLOOR, Level, Reading, Sli, SliState, percent};
use crate::Timestamp;
use crate::id::DAY_MS;

/// What a person decided about a bad event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// It was what it looked like, and was dealt with.
    Confirmed,
    /// It was not what it looked like.
    FalsePositive,
    /// It stays, and somebody with the authority accepts that.
    AcceptedRisk,
}

impl Disposition {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::FalsePositive, Self::AcceptedRisk];

    /// The word in forms, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::FalsePositive => "false-positive",
            Self::AcceptedRisk => "accepted-risk",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Confirmed => "Confirmed, and dealt with",
            Self::FalsePositive => "False positive",
            Self::AcceptedRisk => "Accepted risk",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|disposition| disposition.as_str() == text)
    }
}

/// A bad event of an invariant. It stays open until a person closes it, whatever the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Rises with time.
    pub id: i64,
    /// The indicator.
    pub sli: Sli,
    /// Its identity: the same thing noticed again is the same violation.
    pub key: String,
    /// What happened, in words; never what was found.
    pub what: String,
    /// Where to read on, a path of this product, or empty.
    pub link: String,
    /// When it began or was noticed.
    pub at: Timestamp,
    /// When it was last seen to last.
    pub seen: Timestamp,
    /// When it was seen to have ended; `None` while it lasts.
    pub ended: Option<Timestamp>,
    /// How a person closed it; `None` while nobody has.
    pub closed: Option<Closing>,
}

/// How a person closed a violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What they decided.
    pub disposition: Disposition,
    /// Why.
    pub note: String,
}

/// What an invariant is computed from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Input {
    /// Violations that nobody has closed.
    pub open: u64,
    /// Of those, the ones that still last.
    pub lasting: u64,
    /// Those that last, and that somebody accepted as a risk.
    pub accepted: u64,
    /// Violations of the last 30 days, whatever became of them.
    pub month: u64,
    /// Of what was looked at, how much was bad.
    pub bad: u64,
    /// Events or resources that were looked at.
    pub examined: u64,
    /// Things that could not be looked at.
    pub unknown: u64,
    /// The share of the period that was not looked at; `None` when all of it was.
    pub missed: Option<f64>,
    /// The last bad event.
    pub last_bad: Option<Timestamp>,
    /// When somebody last looked.
    pub as_of: Option<Timestamp>,
    /// What is looked at.
    pub denominator: String,
    /// Why nobody can tell at present.
    pub blind: Option<String>,
    /// What to say when there is nothing to look at.
    pub none: String,
}

/// Judges an invariant. Open violations come first: neither blindness nor time closes one.
pub fn judge(sli: Sli, input: &Input, now: Timestamp) -> Reading {
    let all = input.examined + input.unknown;
    let seen = 1.0 - input.missed.unwrap_or(0.0);
    let known = (all > 0).then(|| (input.examined as f64 / all as f64).min(seen));
    let mut reading = Reading {
        as_of: input.as_of,
        value: Some(input.month as f64).filter(|_| input.examined > 0 || input.open > 0),
        good: input.examined.saturating_sub(input.bad),
        total: input.examined,
        examined: input.examined,
        coverage: known,
        denominator: input.denominator.clone(),
        last_bad: input.last_bad,
        ..Reading::nothing(sli, now, "")
    };
    (reading.state, reading.why) = state(input, known, now);
    if reading.state == SliState::Violated {
        let page = matches!(sli, Sli::UnredactedPhi | Sli::UnauthorisedAccess);
        reading.level = if page { Level::Page } else { Level::Ticket };
    }
    reading
}

fn state(input: &Input, known: Option<f64>, now: Timestamp) -> (SliState, String) {
    if input.open > 0 {
        let ended = input.open - input.lasting.min(input.open);
        let why = match (input.lasting, ended) {
            (0, _) => format!("{} ended, and nobody has closed them yet.", input.open),
            (lasting, 0) => format!("{lasting} last and are open."),
            (lasting, ended) => format!("{lasting} last, {ended} more ended and are not closed."),
        };
        return (SliState::Violated, why);
    }
    if let Some(blind) = &input.blind {
        return (SliState::NoData, blind.clone());
    }
    let Some(known) = known else { return (SliState::Vacuous, input.none.clone()) };
    if known < COVERAGE_FLOOR {
        let all = input.examined + input.unknown;
        let why = if input.missed.is_some_and(|missed| 1.0 - missed < COVERAGE_FLOOR) {
            format!(
                "Only {} of the time was looked at; less than 90 % says nothing.",
                percent(known)
            )
        } else {
            format!("{} of {all} could not be looked at.", input.unknown)
        };
        return (SliState::NoData, why);
    }
    if input.accepted > 0 {
        let why = format!("{} last, and somebody accepted the risk.", input.accepted);
        return (SliState::AtRisk, why);
    }
    if input.unknown > 0 {
        let why = format!("None found, but {} could not be looked at.", input.unknown);
        return (SliState::AtRisk, why);
    }
    if input.missed.is_some() {
        let why = "None found, but a part of the time was not looked at.";
        return (SliState::AtRisk, why.to_owned());
    }
    let since = input.last_bad.map_or_else(
        || "ever".to_owned(),
        |at| format!("for {} days", now.since(at).max(0) / DAY_MS),
    );
    (SliState::Met, format!("{} looked at, nothing found {since}.", input.examined))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100 * DAY_MS);

    fn judged(input: Input) -> Reading {
        judge(Sli::UnredactedPhi, &input, NOW)
    }

    #[test]
    fn a_violation_stays_until_somebody_closes_it() {
        let old = Input { open: 1, month: 0, examined: 500, ..Input::default() };
        let reading = judged(old);
        assert_eq!((reading.state, reading.level), (SliState::Violated, Level::Page));
        assert_eq!(reading.value, Some(0.0), "it slid out of the window, and stays");
        let blind = Input { open: 1, blind: Some("x".to_owned()), ..Input::default() };
        assert_eq!(judged(blind).state, SliState::Violated);
    }

    #[test]
    fn nothing_found_needs_somebody_who_looked() {
        let reading = judged(Input { none: "No telemetry.".to_owned(), ..Input::default() });
        assert_eq!((reading.state, reading.value), (SliState::Vacuous, None));
        let blind = Input { examined: 9, blind: Some("stale".to_owned()), ..Input::default() };
        assert_eq!(judged(blind).state, SliState::NoData);
        let seen = Input { examined: 9, ..Input::default() };
        assert_eq!(judged(seen.clone()).state, SliState::Met);
        assert_eq!(judged(Input { unknown: 1, ..seen.clone() }).state, SliState::AtRisk);
        assert_eq!(judged(Input { accepted: 1, ..seen.clone() }).state, SliState::AtRisk);
        assert_eq!(judged(Input { unknown: 9, ..seen.clone() }).state, SliState::NoData);
        let missed = |share| judged(Input { missed: Some(share), ..seen.clone() });
        assert_eq!(missed(0.0).state, SliState::AtRisk, "a moment is a part");
        assert_eq!((missed(0.1).state, missed(0.1).coverage), (SliState::AtRisk, Some(0.9)));
        assert_eq!(missed(0.11).state, SliState::NoData);
        let open = Input { open: 1, missed: Some(1.0), ..seen.clone() };
        assert_eq!(judged(open).state, SliState::Violated);
    }
}
