//! Deadlines: the time of each incident against a limit.

use super::{Level, Member, Reading, Sli, SliState, Target};
use crate::Timestamp;
use crate::id::HOUR_MS;
use crate::register::Day;
use crate::register::drill::still_proves;

/// The clock of one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocked {
    /// Its identity.
    pub key: String,
    /// What it is.
    pub what: String,
    /// Where it is shown.
    pub link: String,
    /// When the clock began; unknown where nobody has said yet.
    pub began: Option<Timestamp>,
    /// When it was stopped; it runs while this is unknown.
    pub stopped: Option<Timestamp>,
}

/// What a deadline is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// Incidents that count: open ones and those of the period.
    pub incidents: Vec<Clocked>,
    /// The day of the last drill that showed that an incident would be noticed.
    pub drill: Option<Day>,
    /// When the registers last changed.
    pub as_of: Option<Timestamp>,
    /// Why nobody can tell at present.
    pub blind: Option<String>,
}

/// The incidents over the limit, longest first.
pub fn overdue(sli: Sli, input: &Input, now: Timestamp) -> Vec<Member> {
    let Target::Within(limit_ms) = sli.definition().target else { return Vec::new() };
    let mut members: Vec<Member> = input
        .incidents
        .iter()
        .filter_map(|incident| {
            let began = incident.began?;
            (incident.stopped.unwrap_or(now).since(began) > limit_ms).then(|| Member {
                key: incident.key.clone(),
                what: incident.what.clone(),
                link: incident.link.clone(),
                since: began,
                grace_ms: limit_ms,
            })
        })
        .collect();
    members.sort_by_key(|member| member.since);
    members
}

/// Judges a deadline.
///
/// The worst incident decides: past its limit violates; a running clock calls for a ticket at half
/// of the limit and for a page at three quarters. Without incidents there is nothing to measure; that
/// says something about detection only while a drill shows that one would be noticed.
pub fn judge(sli: Sli, input: &Input, now: Timestamp) -> Reading {
    let Target::Within(limit_ms) = sli.definition().target else {
        return Reading::nothing(sli, now, "This indicator is not a deadline.");
    };
    let spent = |incident: &Clocked| {
        incident.began.map(|began| incident.stopped.unwrap_or(now).since(began).max(0))
    };
    let worst = input.incidents.iter().filter_map(spent).max();
    let running = input
        .incidents
        .iter()
        .filter(|incident| incident.stopped.is_none())
        .filter_map(spent)
        .max()
        .map_or(0.0, |ms| ms as f64 / limit_ms as f64);
    let late = overdue(sli, input, now).len() as u64;
    let total = input.incidents.len() as u64;
    let unsaid = input.incidents.iter().filter(|incident| incident.began.is_none()).count() as u64;
    let mut reading = Reading {
        as_of: input.as_of,
        value: worst.map(|ms| ms as f64 / HOUR_MS as f64),
        good: total - late - unsaid,
        total,
        examined: total,
        coverage: (total > 0).then(|| 1.0 - unsaid as f64 / total as f64),
        denominator: "Incidents of the register, of the last 30 days or open".to_owned(),
        ..Reading::nothing(sli, now, "")
    };
    (reading.state, reading.why) = match total {
        0 => none(sli, input, now),
        _ => state((late, unsaid, total), running),
    };
    reading.level = match () {
        () if running >= 0.75 => Level::Page,
        () if running >= 0.5 || late > 0 => Level::Ticket,
        () => Level::None,
    };
    reading
}

/// Where no incident counts.
fn none(sli: Sli, input: &Input, now: Timestamp) -> (SliState, String) {
    if let Some(blind) = &input.blind {
        return (SliState::NoData, blind.clone());
    }
    if sli != Sli::TimeToDetect {
        let why = "No incident is open, and none of the last 30 days is registered.";
        return (SliState::Vacuous, why.to_owned());
    }
    match input.drill {
        Some(drill) if still_proves(drill, now) => {
            let days = (Day::of(now).0 - drill.0).max(0);
            let why = format!("No incidents. A drill showed {days} days ago that it works.");
            (SliState::Vacuous, why)
        }
        Some(_) => {
            let why = "No incidents, and the last successful drill is older than 90 days.";
            (SliState::AtRisk, why.to_owned())
        }
        None => {
            let why = "No incidents, and no drill shows that one would be noticed.";
            (SliState::AtRisk, why.to_owned())
        }
    }
}

fn state((late, unsaid, total): (u64, u64, u64), running: f64) -> (SliState, String) {
    if late > 0 {
        return (SliState::Violated, format!("{late} of {total} incidents took longer."));
    }
    if running >= 0.5 {
        let why =
            format!("The clock of an open incident is at {:.0} % of the limit.", running * 100.0);
        return (SliState::AtRisk, why);
    }
    if unsaid > 0 {
        let why = format!("{unsaid} of {total} incidents do not say when their clock began.");
        let state = if unsaid == total { SliState::NoData } else { SliState::AtRisk };
        return (state, why);
    }
    (SliState::Met, format!("All {total} incidents were within the limit."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000 * HOUR_MS);

    fn incident(began: i64, stopped: Option<i64>) -> Clocked {
        Clocked {
            key: "1".to_owned(),
            what: "w".to_owned(),
            link: String::new(),
            began: Some(NOW.plus(-began * HOUR_MS)),
            stopped: stopped.map(|hours| NOW.plus(-hours * HOUR_MS)),
        }
    }

    fn judged(incidents: Vec<Clocked>) -> Reading {
        judge(Sli::TimeToContain, &Input { incidents, ..Input::default() }, NOW)
    }

    #[test]
    fn no_incident_is_not_success() {
        let detected = |drill: Option<i64>| {
            let drill = drill.map(|days| Day::of(NOW).plus(-days));
            judge(Sli::TimeToDetect, &Input { drill, ..Input::default() }, NOW)
        };
        assert_eq!(detected(None).state, SliState::AtRisk);
        assert_eq!(detected(Some(91)).state, SliState::AtRisk);
        assert_eq!(detected(Some(90)).state, SliState::Vacuous);
        assert!(detected(Some(3)).why.contains("3 days ago"));
        // Containment has nothing to measure either, and no drill speaks of it.
        let contained = judged(vec![]);
        assert_eq!((contained.state, contained.value), (SliState::Vacuous, None));
        assert!(contained.why.starts_with("No incident is open"));
        let blind = Input { blind: Some("not read".to_owned()), ..Input::default() };
        assert_eq!(judge(Sli::TimeToContain, &blind, NOW).state, SliState::NoData);
    }

    #[test]
    fn a_running_clock_calls_at_half_at_three_quarters_and_past_the_limit() {
        for (hours, state, level) in [
            (23, SliState::Met, Level::None),
            (24, SliState::AtRisk, Level::Ticket),
            (36, SliState::AtRisk, Level::Page),
            (49, SliState::Violated, Level::Page),
        ] {
            let reading = judged(vec![incident(hours, None)]);
            assert_eq!((reading.state, reading.level), (state, level), "{hours}");
        }
    }

    #[test]
    fn a_stopped_clock_only_counts_its_time() {
        let reading = judged(vec![incident(100, Some(90))]);
        assert_eq!((reading.state, reading.value), (SliState::Met, Some(10.0)));
        let reading = judged(vec![incident(100, Some(10))]);
        assert_eq!((reading.state, reading.level), (SliState::Violated, Level::Ticket));
    }

    #[test]
    fn an_unknown_beginning_is_not_in_time() {
        let unsaid = Clocked { began: None, ..incident(1, Some(0)) };
        assert_eq!(judged(vec![unsaid.clone()]).state, SliState::NoData);
        assert_eq!(judged(vec![unsaid, incident(1, Some(0))]).state, SliState::AtRisk);
    }
}
