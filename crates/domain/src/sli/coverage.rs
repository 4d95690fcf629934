//! Coverage: members of a set, each with a time of grace.

use super::{COVERAGE_FLOOR, Level, Member, Reading, Sli, SliState, percent};
use crate::Timestamp;
use crate::id::HOUR_MS;

/// What a coverage is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// Members that are covered.
    pub covered: u64,
    /// Members of which nobody knows.
    pub unknown: u64,
    /// Members that are not covered: how many in all.
    pub uncovered: u64,
    /// Those that were not covered for longest, as far as they are listed.
    pub members: Vec<Member>,
    /// What the denominator is, and where it comes from.
    pub denominator: String,
    /// When the denominator was last known.
    pub as_of: Option<Timestamp>,
    /// Why nobody can tell at present.
    pub blind: Option<String>,
    /// What to say when there are no members.
    pub none: String,
}

/// Judges a coverage.
///
/// Blindness comes first, then an empty set (nothing to measure, never 100 %), then members past
/// their grace. What nobody knows is not covered: below 90 % known it says nothing.
pub fn judge(sli: Sli, input: &Input, now: Timestamp) -> Reading {
    let eligible = input.covered + input.uncovered + input.unknown;
    let debt_ms: i64 = input.members.iter().map(|member| member.debt_ms(now)).sum();
    let known = (eligible > 0).then(|| 1.0 - input.unknown as f64 / eligible as f64);
    let mut reading = Reading {
        as_of: input.as_of,
        value: (eligible > 0).then(|| input.covered as f64 / eligible as f64),
        good: input.covered,
        total: eligible,
        examined: input.covered + input.uncovered,
        coverage: known,
        denominator: input.denominator.clone(),
        debt_hours: (eligible > 0).then(|| debt_ms as f64 / HOUR_MS as f64),
        last_bad: input.members.iter().map(|member| member.since).max(),
        ..Reading::nothing(sli, now, "")
    };
    let overdue = input.members.iter().filter(|member| member.overdue(now)).count() as u64;
    (reading.state, reading.why) = state(input, eligible, overdue, known.unwrap_or(0.0));
    if reading.state == SliState::Violated {
        let page = sli == Sli::AuditCompleteness && reading.value.is_some_and(|value| value < 0.99);
        reading.level = if page { Level::Page } else { Level::Ticket };
    }
    reading
}

fn state(input: &Input, eligible: u64, overdue: u64, known: f64) -> (SliState, String) {
    if overdue > 0 {
        // A known failure is not undone by blindness elsewhere.
        let uncovered = input.uncovered;
        let why =
            format!("{uncovered} of {eligible} are not covered, and the time of grace has passed.");
        return (SliState::Violated, why);
    }
    if let Some(blind) = &input.blind {
        return (SliState::NoData, blind.clone());
    }
    if eligible == 0 {
        return (SliState::Vacuous, input.none.clone());
    }
    if known < COVERAGE_FLOOR {
        let why = format!("{} of {eligible} could not be judged.", input.unknown);
        return (SliState::NoData, why);
    }
    let share = percent(input.covered as f64 / eligible as f64);
    if input.uncovered > 0 {
        let why = format!("{} of {eligible} are not covered yet, within grace.", input.uncovered);
        return (SliState::AtRisk, why);
    }
    if input.unknown > 0 {
        let why =
            format!("{share} are known to be covered; {} could not be judged.", input.unknown);
        return (SliState::AtRisk, why);
    }
    (SliState::Met, format!("All {eligible} are covered."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000 * HOUR_MS);

    fn member(hours: i64) -> Member {
        Member {
            key: "k".to_owned(),
            what: "w".to_owned(),
            link: String::new(),
            since: NOW.plus(-hours * HOUR_MS),
            grace_ms: 24 * HOUR_MS,
        }
    }

    fn judged(covered: u64, unknown: u64, members: Vec<Member>) -> Reading {
        let input = Input {
            covered,
            unknown,
            uncovered: members.len() as u64,
            members,
            ..Input::default()
        };
        judge(Sli::BackupEncryption, &input, NOW)
    }

    #[test]
    fn an_empty_set_is_never_all() {
        let reading = judged(0, 0, vec![]);
        assert_eq!((reading.state, reading.value), (SliState::Vacuous, None));
    }

    #[test]
    fn grace_and_debt_count_by_member() {
        let reading = judged(9, 0, vec![member(10)]);
        assert_eq!((reading.state, reading.debt_hours), (SliState::AtRisk, Some(0.0)));
        let reading = judged(8, 0, vec![member(10), member(30)]);
        assert_eq!((reading.state, reading.debt_hours), (SliState::Violated, Some(6.0)));
        assert_eq!(reading.level, Level::Ticket);
        assert_eq!(reading.value, Some(0.8));
    }

    #[test]
    fn the_unknown_is_not_covered() {
        assert_eq!(judged(100, 0, vec![]).state, SliState::Met);
        assert_eq!(judged(99, 1, vec![]).state, SliState::AtRisk);
        assert_eq!(judged(80, 20, vec![]).state, SliState::NoData);
        assert!(judged(80, 20, vec![]).value < Some(0.81));
    }

    #[test]
    fn blindness_hides_no_known_failure_and_shows_no_success() {
        let input = Input {
            covered: 10,
            blind: Some("The collector is stale.".to_owned()),
            ..Input::default()
        };
        assert_eq!(judge(Sli::BackupEncryption, &input, NOW).state, SliState::NoData);
        let input = Input { uncovered: 1, members: vec![member(30)], ..input };
        assert_eq!(judge(Sli::BackupEncryption, &input, NOW).state, SliState::Violated);
    }

    #[test]
    fn lost_audit_events_page() {
        let input =
            Input { covered: 90, uncovered: 10, members: vec![member(30)], ..Input::default() };
        assert_eq!(judge(Sli::AuditCompleteness, &input, NOW).level, Level::Page);
    }
}
