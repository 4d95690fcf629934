//! Incidents: how long until one was noticed, and until it was contained.
//!
//! Security incidents are responded to, mitigated and documented (45 CFR 164.308(a)(6)(ii)).

use serde::{Deserialize, Serialize};

use super::field::FieldKind::{self, Choice, Line, Text};
use super::field::{Field, Filled, Flaw};
use super::reading::{Known, Reading, or_empty, write_minute};
use super::{IncidentId, Record, Registered, SystemId, words};
use crate::{AccountId, Timestamp};

words!(
    /// What kind of incident it is.
    IncidentKind {
        /// Somebody saw or used what they should not.
        Access = "access", "Unauthorised access";
        /// Something went to the wrong place.
        Disclosure = "disclosure", "Disclosure to the wrong place";
        /// A device or medium is gone.
        Loss = "loss", "Lost or stolen device";
        /// Software that does harm.
        Malware = "malware", "Malware or ransomware";
        /// Credentials are in the wrong hands.
        Credentials = "credentials", "Stolen credentials";
        /// Data were changed or destroyed.
        Integrity = "integrity", "Data changed or destroyed";
        /// Something could not be used.
        Outage = "outage", "Outage";
        /// Anything else.
        Other = "other", "Other";
    }
);

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// What happened, in a line without PHI.
    pub title: String,
    /// Of what kind it is.
    pub kind: IncidentKind,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// The system concerned.
    pub system: Option<SystemId>,
    /// The first evidence of it; `None` while nobody knows.
    pub occurred: Option<Timestamp>,
    /// When it was noticed.
    pub detected: Timestamp,
    /// When it could do no more harm.
    pub contained: Option<Timestamp>,
    /// When nothing was left to do.
    pub closed: Option<Timestamp>,
    /// What else is known, without PHI.
    pub notes: String,
}

/// How long something took, or has taken so far; milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "ms", rename_all = "kebab-case")]
pub enum Elapsed {
    /// Nobody knows when it began.
    Unknown,
    /// It goes on; so long up to now.
    Running(i64),
    /// It took so long.
    Final(i64),
}

/// How far an incident has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    /// Not contained.
    Open,
    /// Contained, with work left.
    Contained,
    /// Done.
    Closed,
    /// It was none.
    Withdrawn,
}

impl IncidentState {
    /// The words for URLs, with those for people.
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("open", "Open"),
        ("contained", "Contained"),
        ("closed", "Closed"),
        ("withdrawn", "Withdrawn"),
    ];

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        Self::CHOICES[self as usize].0
    }
}

impl Incident {
    /// From the first evidence until it was noticed.
    pub fn to_detect(&self) -> Elapsed {
        self.occurred.map_or(Elapsed::Unknown, |at| Elapsed::Final(self.detected.since(at).max(0)))
    }

    /// From when it was noticed until it was contained, or until now.
    pub fn to_contain(&self, now: Timestamp) -> Elapsed {
        match self.contained {
            Some(at) => Elapsed::Final(at.since(self.detected).max(0)),
            None => Elapsed::Running(now.since(self.detected).max(0)),
        }
    }
}

impl Registered<Incident> {
    /// How far it has come.
    pub fn state(&self) -> IncidentState {
        match (&self.ended, self.record.closed, self.record.contained) {
            (Some(_), ..) => IncidentState::Withdrawn,
            (None, Some(_), _) => IncidentState::Closed,
            (None, None, Some(_)) => IncidentState::Contained,
            (None, None, None) => IncidentState::Open,
        }
    }
}

const TIMES: &str = "Times, in UTC";
const FIELDS: &[Field] = &[
    Field::new("title", "What happened, in a line", Line(160))
        .required()
        .hint("Never PHI: no name, number or date of a patient."),
    Field::new("kind", "Kind", Choice(IncidentKind::CHOICES)).required(),
    Field::new("account", "AWS account concerned", FieldKind::Account).hint("Twelve digits."),
    Field::new("system", "System concerned", FieldKind::System),
    Field::new("occurred", "First evidence", FieldKind::Minute)
        .hint("Empty while nobody knows. It may move earlier later, and never later.")
        .group(TIMES),
    Field::new("detected", "Noticed", FieldKind::Minute)
        .required()
        .hint("When anybody of the workforce first knew.")
        .group(TIMES),
    Field::new("contained", "Contained", FieldKind::Minute)
        .hint("When it could do no more harm.")
        .group(TIMES),
    Field::new("closed", "Closed", FieldKind::Minute).group(TIMES),
    Field::new("notes", "Notes", Text(4_000)).hint(
        "Never PHI. Write which records are concerned where PHI may be kept, and where that is.",
    ),
];

impl Record for Incident {
    type Id = IncidentId;
    const WORD: &'static str = "incident";
    const WORDS: &'static str = "incidents";
    const FIELDS: &'static [Field] = FIELDS;
    const UNIQUE: bool = false;
    const TITLE: &'static str = "title";
    const KEYS: &'static [&'static str] = &["detected", "title"];

    fn read(filled: &Filled, known: &Known) -> Result<Self, Vec<Flaw>> {
        let mut reading = Reading::new(filled, FIELDS, known);
        let kind = reading.choice("kind", IncidentKind::parse, IncidentKind::CHOICES);
        let mut accounts = reading.accounts("account");
        if accounts.len() > 1 {
            reading.wrong("account", "One account; name the others in the notes.");
        }
        let detected = reading.past_minute("detected");
        let incident = Self {
            title: reading.text("title"),
            kind: kind.unwrap_or(IncidentKind::Other),
            account: accounts.pop(),
            system: reading.system("system"),
            occurred: reading.past_minute("occurred"),
            detected: detected.unwrap_or_default(),
            contained: reading.past_minute("contained"),
            closed: reading.past_minute("closed"),
            notes: reading.text("notes"),
        };
        if detected.is_some() {
            in_order(&mut reading, &incident);
        }
        reading.finish(incident)
    }

    fn write(&self, known: &Known) -> Filled {
        Filled::default()
            .with("title", &self.title)
            .with("kind", self.kind.as_str())
            .with("account", or_empty(self.account.as_ref()))
            .with("system", or_empty(self.system.map(|id| known.system_name(id))))
            .with("occurred", or_empty(self.occurred.map(write_minute)))
            .with("detected", write_minute(self.detected))
            .with("contained", or_empty(self.contained.map(write_minute)))
            .with("closed", or_empty(self.closed.map(write_minute)))
            .with("notes", &self.notes)
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn follows(&self, before: &Self) -> Option<Flaw> {
        let was = before.occurred?;
        if self.occurred.is_some_and(|at| at <= was) {
            return None;
        }
        let sentence = format!(
            "The first evidence was at {} UTC; it may only move earlier. If that was wrong, \
             withdraw the incident with the reason and register it again.",
            write_minute(was)
        );
        Some(Flaw::new("occurred", sentence))
    }
}

/// First evidence, noticed, contained, closed: none before the one before it.
fn in_order(reading: &mut Reading<'_>, incident: &Incident) {
    let detected = incident.detected;
    if incident.occurred.is_some_and(|at| at > detected) {
        let sentence = "The first evidence cannot come after it was noticed: the same time or an \
                        earlier one is right.";
        reading.wrong("occurred", sentence);
    }
    if incident.contained.is_some_and(|at| at < detected) {
        let sentence = "It cannot be contained before it was noticed.";
        reading.wrong("contained", sentence);
    }
    match (incident.closed, incident.contained) {
        (Some(_), None) => {
            reading.wrong("closed", "It cannot be closed before it is contained: say when.");
        }
        (Some(closed), Some(contained)) if closed < contained => {
            reading.wrong("closed", "It cannot be closed before it was contained.");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{DAY_MS, HOUR_MS};

    const NOW: Timestamp = Timestamp(1_795_000_020_000);

    fn known() -> Known {
        Known { now: NOW, ..Known::default() }
    }

    fn filled() -> Filled {
        let ago = |hours: i64| write_minute(NOW.plus(-hours * HOUR_MS));
        Filled::default()
            .with("title", "A role read a bucket that it never had read")
            .with("kind", "access")
            .with("occurred", ago(30))
            .with("detected", ago(26))
    }

    fn flaws(filled: &Filled) -> Vec<&'static str> {
        Incident::read(filled, &known()).unwrap_err().iter().map(|flaw| flaw.field).collect()
    }

    #[test]
    fn times_are_measured_from_the_evidence() {
        let incident = Incident::read(&filled(), &known()).unwrap();
        assert_eq!(incident.to_detect(), Elapsed::Final(4 * HOUR_MS));
        let Elapsed::Running(so_far) = incident.to_contain(NOW) else { panic!("{incident:?}") };
        assert!((26 * HOUR_MS..26 * HOUR_MS + 60_000).contains(&so_far));
        let contained = filled().with("contained", write_minute(NOW.plus(-25 * HOUR_MS)));
        let contained = Incident::read(&contained, &known()).unwrap();
        assert_eq!(contained.to_contain(NOW.plus(DAY_MS)), Elapsed::Final(HOUR_MS));
        let unknown = Incident::read(&filled().with("occurred", ""), &known()).unwrap();
        assert_eq!(unknown.to_detect(), Elapsed::Unknown, "unknown is not nought");
        assert_eq!(Incident::read(&incident.write(&known()), &known()), Ok(incident));
    }

    #[test]
    fn nothing_comes_before_its_cause_or_after_now() {
        let at = |hours: i64| write_minute(NOW.plus(hours * HOUR_MS));
        assert_eq!(flaws(&filled().with("occurred", at(-20))), ["occurred"]);
        assert_eq!(flaws(&filled().with("contained", at(-27))), ["contained"]);
        assert_eq!(flaws(&filled().with("closed", at(-1))), ["closed"]);
        assert_eq!(flaws(&filled().with("detected", at(2))), ["detected"]);
        assert_eq!(flaws(&filled().with("detected", "")), ["detected"]);
    }

    #[test]
    fn the_first_evidence_moves_earlier_only() {
        let before = Incident::read(&filled(), &known()).unwrap();
        let moved = |ms: i64| Incident {
            occurred: before.occurred.map(|at| at.plus(ms)),
            ..before.clone()
        };
        assert_eq!(moved(-HOUR_MS).follows(&before), None);
        assert!(moved(HOUR_MS).follows(&before).is_some());
        assert!(Incident { occurred: None, ..before.clone() }.follows(&before).is_some());
        let unknown = Incident { occurred: None, ..before.clone() };
        assert_eq!(before.follows(&unknown), None);
    }

    #[test]
    fn an_incident_is_open_until_it_is_contained_or_withdrawn() {
        let one = Registered {
            id: IncidentId(1),
            version: 1,
            added: NOW,
            changed: NOW,
            ended: None,
            record: Incident::read(&filled(), &known()).unwrap(),
        };
        let ended = Some(super::super::Ended { at: NOW, reason: "a test".to_owned() });
        let gone = Registered { id: IncidentId(2), ended, ..one.clone() };
        assert_eq!((one.state(), gone.state()), (IncidentState::Open, IncidentState::Withdrawn));
    }
}
