//! Drills: made-up incidents that show whether a real one would be noticed.
//!
//! Without them an organisation that had no incident cannot tell whether it is safe or blind.

use serde::{Deserialize, Serialize};

use super::field::FieldKind::{self, Choice, Line, Number, Text};
use super::field::{Field, Filled, Flaw};
use super::reading::{Known, Reading, or_empty};
use super::{Day, DrillId, Record, Registered, words};
use crate::Timestamp;

/// Days after which the last successful drill says nothing any more.
pub const LONGEST_DAYS: i64 = 90;

words!(
    /// How a drill is made.
    DrillKind {
        /// A harmless act that must raise an alert.
        Signal = "signal", "Planted signal";
        /// People act as they would.
        Exercise = "exercise", "Exercise with people";
        /// People talk through it.
        TableTop = "table-top", "Table-top";
        /// Somebody attacks for us.
        Attack = "attack", "Attack by our own testers";
    }
);

words!(
    /// How a drill ended.
    DrillOutcome {
        /// Noticed as it should be.
        Detected = "detected", "Noticed in time";
        /// Noticed, but late or by chance.
        Late = "late", "Noticed late or by chance";
        /// Nobody noticed.
        Missed = "missed", "Not noticed";
    }
);

/// A drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// When.
    pub day: Day,
    /// What was played.
    pub scenario: String,
    /// How.
    pub kind: DrillKind,
    /// How it ended.
    pub outcome: DrillOutcome,
    /// Minutes until it was noticed.
    pub minutes: Option<i64>,
    /// What was learnt.
    pub notes: String,
}

impl Drill {
    /// Whether it showed that an incident would be noticed. Talking does not show it.
    pub fn proves_detection(&self) -> bool {
        self.outcome == DrillOutcome::Detected && self.kind != DrillKind::TableTop
    }
}

/// The day of the last drill that stands and is such a one.
fn last(drills: &[Registered<Drill>], such: impl Fn(&Drill) -> bool) -> Option<Day> {
    let fitting = drills.iter().filter(|drill| drill.stands() && such(&drill.record));
    fitting.map(|drill| drill.record.day).max()
}

/// The day of the last drill that nobody noticed.
pub fn last_missed(drills: &[Registered<Drill>]) -> Option<Day> {
    last(drills, |drill| drill.outcome == DrillOutcome::Missed)
}

/// The day of the last drill that showed that an incident would be noticed. `None` also when nobody
/// noticed one since, or on the same day: nobody knows then which came last.
pub fn last_success(drills: &[Registered<Drill>]) -> Option<Day> {
    let missed = last_missed(drills);
    last(drills, Drill::proves_detection).filter(|day| missed.is_none_or(|missed| missed < *day))
}

/// Whether a success of this day still says something: for ninety days.
pub fn still_proves(day: Day, now: Timestamp) -> bool {
    Day::of(now) <= day.plus(LONGEST_DAYS)
}

/// Whether the last successful drill is more than ninety days old, or there is none.
pub fn is_overdue(drills: &[Registered<Drill>], now: Timestamp) -> bool {
    last_success(drills).is_none_or(|day| !still_proves(day, now))
}

const FIELDS: &[Field] = &[
    Field::new("day", "Day", FieldKind::Day).required(),
    Field::new("scenario", "What was played", Line(160)).required(),
    Field::new("kind", "How", Choice(DrillKind::CHOICES))
        .required()
        .hint("A table-top shows that people know what to do, not that anything is noticed."),
    Field::new("outcome", "How it ended", Choice(DrillOutcome::CHOICES)).required(),
    Field::new("minutes", "Minutes until it was noticed", Number),
    Field::new("notes", "What was learnt", Text(2_000)).hint("Never PHI."),
];

impl Record for Drill {
    type Id = DrillId;
    const WORD: &'static str = "drill";
    const WORDS: &'static str = "drills";
    const FIELDS: &'static [Field] = FIELDS;
    const UNIQUE: bool = false;
    const TITLE: &'static str = "scenario";
    const KEYS: &'static [&'static str] = &["day", "scenario"];

    fn read(filled: &Filled, known: &Known) -> Result<Self, Vec<Flaw>> {
        let mut reading = Reading::new(filled, FIELDS, known);
        let kind = reading.choice("kind", DrillKind::parse, DrillKind::CHOICES);
        let outcome = reading.choice("outcome", DrillOutcome::parse, DrillOutcome::CHOICES);
        let drill = Self {
            day: reading.past_day("day").unwrap_or_default(),
            scenario: reading.text("scenario"),
            kind: kind.unwrap_or(DrillKind::TableTop),
            outcome: outcome.unwrap_or(DrillOutcome::Missed),
            minutes: reading.number("minutes"),
            notes: reading.text("notes"),
        };
        if outcome == Some(DrillOutcome::Missed) && drill.minutes.is_some() {
            let sentence = "Nobody noticed, so there are no minutes: leave this empty.";
            reading.wrong("minutes", sentence);
        }
        reading.finish(drill)
    }

    fn write(&self, _: &Known) -> Filled {
        Filled::default()
            .with("day", self.day.to_string())
            .with("scenario", &self.scenario)
            .with("kind", self.kind.as_str())
            .with("outcome", self.outcome.as_str())
            .with("minutes", or_empty(self.minutes))
            .with("notes", &self.notes)
    }

    fn title(&self) -> &str {
        &self.scenario
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn drill(ago: i64, kind: &str, outcome: &str) -> Registered<Drill> {
        let known = Known { now: NOW, ..Known::default() };
        let filled = Filled::default()
            .with("day", Day::of(NOW).plus(-ago).to_string())
            .with("scenario", "A key is used from abroad")
            .with("kind", kind)
            .with("outcome", outcome);
        let record = Drill::read(&filled, &known).unwrap();
        assert_eq!(Drill::read(&record.write(&known), &known), Ok(record.clone()));
        Registered { id: DrillId(ago), version: 1, added: NOW, changed: NOW, ended: None, record }
    }

    #[test]
    fn only_what_was_noticed_in_time_proves_anything() {
        assert_eq!(last_success(&[]), None);
        assert!(is_overdue(&[], NOW), "no drill proves nothing");
        let all = [
            drill(5, "table-top", "detected"),
            drill(20, "signal", "late"),
            drill(90, "signal", "detected"),
            drill(200, "attack", "detected"),
            drill(300, "signal", "missed"),
        ];
        assert_eq!(last_success(&all), Some(Day::of(NOW).plus(-90)));
        assert!(!is_overdue(&all, NOW));
        assert!(is_overdue(&all, NOW.plus(crate::id::DAY_MS)));
        assert!(is_overdue(&all[..2], NOW));
    }

    #[test]
    fn a_drill_that_nobody_noticed_undoes_the_success_before_it() {
        let missed = |ago| [drill(30, "signal", "detected"), drill(ago, "exercise", "missed")];
        for ago in [1, 29, 30] {
            assert_eq!(last_success(&missed(ago)), None, "{ago}");
            assert!(is_overdue(&missed(ago), NOW), "{ago}");
        }
        assert_eq!(last_missed(&missed(1)), Some(Day::of(NOW).plus(-1)));
        assert!(last_success(&missed(31)).is_some());
        let [detected, mut back] = missed(1);
        back.ended = Some(super::super::Ended { at: NOW, reason: "not a drill".to_owned() });
        assert!(!is_overdue(&[detected, back], NOW), "one that was taken back undoes nothing");
    }
}
