//! What may be done with an incident, and what comes of it.

use super::{
    By, Class, Disposition, Entry, EntryKind, Incident, LEAST_REASON, Level, RACE_MS, Resolution,
    State, acknowledgement_ms, snooze_ms,
};
use crate::Timestamp;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Something that is done with an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A person takes it, for a while.
    Acknowledge,
    /// It becomes somebody's.
    Assign {
        /// Whose.
        to: String,
    },
    /// It waits until then.
    Snooze {
        /// Until when.
        until: Timestamp,
    },
    /// The next step of the chain is taken, by a person or because it is due.
    Escalate,
    /// A person closes it, or says what it was after it was over.
    Resolve {
        /// What it was.
        disposition: Disposition,
        /// Why.
        reason: String,
    },
    /// All of its alerts are over.
    SourceResolves {
        /// When that was received.
        received: Timestamp,
    },
    /// It comes back.
    Reopen {
        /// Why.
        reason: String,
    },
    /// The highest level of its alerts is another.
    Level(Level),
    /// An acknowledgement runs out.
    AckExpires,
    /// A snooze runs out.
    SnoozeEnds,
    /// Somebody writes something down.
    Note {
        /// What.
        text: String,
    },
}

/// What an act brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The incident after it.
    pub incident: Incident,
    /// What stands in the timeline for it; empty when nothing was changed.
    pub entries: Vec<Entry>,
    /// What the person is told, where the act did not do what they may think.
    pub message: Option<String>,
}

/// Why an act is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("the incident is resolved; reopen it first")]
    Resolved,
    /// It is not over.
    #[error("the incident is not resolved")]
    NotResolved,
    /// Only a person may do so.
    #[error("only a person can do this")]
    NotAPerson,
    /// It would wait for too long.
    #[error("an incident of this class can be snoozed for at most {0}; choose an earlier end")]
    SnoozeTooLong(String),
    /// It would not wait at all.
    #[error("a snooze must end in the future")]
    SnoozeInThePast,
    /// Everybody was called.
    #[error("there is nobody further to call")]
    NobodyFurther,
    /// Nobody is named.
    #[error("name the person to assign it to")]
    NoAssignee,
    /// Nothing is said.
    #[error("say why, in at least {0} characters")]
    ReasonTooShort(usize),
    /// Somebody has said what it was.
    #[error("it was already judged; reopen it to judge it anew")]
    Judged,
}

/// What comes of an act. The incident itself is not changed.
pub fn apply(incident: &Incident, act: &Act, by: &By, now: Timestamp) -> Result<Change, Refusal> {
    let mut doing = Doing { incident: incident.clone(), entries: Vec::new(), by, now };
    let message = doing.run(act)?;
    let Doing { mut incident, entries, .. } = doing;
    if !entries.is_empty() {
        incident.version += 1;
    }
    Ok(Change { incident, entries, message })
}

impl Incident {
    /// What comes of an act; the incident itself stays as it is.
    pub fn apply(&self, act: &Act, by: &By, now: Timestamp) -> Result<Change, Refusal> {
        apply(self, act, by, now)
    }
}

struct Doing<'a> {
    incident: Incident,
    entries: Vec<Entry>,
    by: &'a By,
    now: Timestamp,
}

type Done = Result<Option<String>, Refusal>;

impl Doing<'_> {
    fn run(&mut self, act: &Act) -> Done {
        match act {
            Act::Acknowledge => self.acknowledge(),
            Act::Assign { to } => self.assign(to),
            Act::Snooze { until } => self.snooze(*until),
            Act::Escalate => self.escalate(),
            Act::Resolve { disposition, reason } => self.resolve(*disposition, reason),
            Act::SourceResolves { received } => Ok(self.source_resolves(*received)),
            Act::Reopen { reason } => self.reopen(reason),
            Act::Level(level) => {
                self.level(*level);
                Ok(None)
            }
            Act::AckExpires => {
                self.expires(self.incident.acknowledged());
                Ok(None)
            }
            Act::SnoozeEnds => {
                self.expires(matches!(self.incident.state, State::Snoozed { .. }));
                Ok(None)
            }
            Act::Note { text } => self.note(text),
        }
    }

    fn tell(&mut self, kind: EntryKind, text: impl Into<String>) {
        let entry = Entry { at: self.now, by: self.by.clone(), kind, text: text.into() };
        self.entries.push(entry);
        if matches!(self.by, By::Person(_)) {
            self.incident.last_activity = self.now;
        }
    }

    fn person(&self) -> Result<String, Refusal> {
        match self.by {
            By::Person(name) if !name.trim().is_empty() => Ok(name.clone()),
            _ => Err(Refusal::NotAPerson),
        }
    }

    fn resolved(&self) -> bool {
        matches!(self.incident.state, State::Resolved(_))
    }

    /// An acknowledgement of what is over changes nothing: it must not bring it back.
    fn acknowledge(&mut self) -> Done {
        let by = self.person()?;
        if let State::Resolved(resolution) = &self.incident.state {
            let who = resolution.by.name();
            let message = format!(
                "It was resolved by {who} at {}; there is nothing to acknowledge.",
                resolution.at.rfc3339()
            );
            return Ok(Some(message));
        }
        let until = self.now.plus(acknowledgement_ms(self.incident.class()));
        self.tell(EntryKind::Acknowledged, format!("Until {}.", until.rfc3339()));
        if self.incident.assignee.is_none() {
            self.incident.assignee = Some(by.clone());
        }
        self.incident.state = State::Acknowledged { by, at: self.now, until };
        Ok(None)
    }

    fn assign(&mut self, to: &str) -> Done {
        self.person()?;
        let to = to.trim();
        if to.is_empty() {
            return Err(Refusal::NoAssignee);
        }
        if self.incident.assignee.as_deref() == Some(to) {
            return Ok(Some(format!("It is already {to}'s.")));
        }
        self.incident.assignee = Some(to.to_owned());
        self.tell(EntryKind::Assigned, format!("To {to}."));
        Ok(None)
    }

    fn snooze(&mut self, until: Timestamp) -> Done {
        let by = self.person()?;
        if self.resolved() {
            return Err(Refusal::Resolved);
        }
        let longest = snooze_ms(self.incident.class());
        let ms = until.since(self.now);
        if ms <= 0 {
            return Err(Refusal::SnoozeInThePast);
        }
        if ms > longest {
            return Err(Refusal::SnoozeTooLong(length(longest)));
        }
        self.incident.state = State::Snoozed { by, until };
        self.tell(EntryKind::Snoozed, format!("Until {}.", until.rfc3339()));
        Ok(None)
    }

    fn escalate(&mut self) -> Done {
        if self.resolved() {
            return Err(Refusal::Resolved);
        }
        let taken = self.incident.progress.taken;
        let Some(step) = self.incident.chain.steps().get(taken) else {
            return Err(Refusal::NobodyFurther);
        };
        let contacts = step.contacts.join(", ");
        self.incident.progress.taken = taken + 1;
        self.incident.progress.at = self.now;
        self.tell(EntryKind::Escalated, format!("Step {}: {contacts}.", taken + 1));
        if taken + 1 == self.incident.chain.steps().len() {
            self.tell(EntryKind::ChainEnded, "That was the last step.");
        }
        Ok(None)
    }

    /// A reason is wanted for what was about PHI at any time, and for what is set aside.
    fn resolve(&mut self, disposition: Disposition, reason: &str) -> Done {
        self.person()?;
        let judging = match &self.incident.state {
            State::Resolved(resolution) if resolution.disposition.is_some() => {
                return Err(Refusal::Judged);
            }
            State::Resolved(resolution) => Some(resolution.at),
            _ => None,
        };
        let reason = reason.trim();
        let least = match disposition {
            _ if self.incident.peak.class == Class::PagePhi => LEAST_REASON,
            Disposition::AcceptedRisk | Disposition::Duplicate => 1,
            _ => 0,
        };
        if reason.chars().count() < least {
            return Err(Refusal::ReasonTooShort(least));
        }
        self.incident.state = State::Resolved(Resolution {
            at: judging.unwrap_or(self.now),
            by: self.by.clone(),
            disposition: Some(disposition),
            reason: reason.to_owned(),
        });
        let kind = if judging.is_some() { EntryKind::Judged } else { EntryKind::Resolved };
        let stop = if reason.is_empty() { "" } else { " " };
        self.tell(kind, format!("{}.{stop}{reason}", disposition.title()));
        Ok(None)
    }

    /// What a source said more than half a minute before somebody acknowledged is old news, and
    /// what the source says next decides.
    fn source_resolves(&mut self, received: Timestamp) -> Option<String> {
        match &self.incident.state {
            State::Resolved(_) => return None,
            State::Acknowledged { at, by, .. } if at.since(received) > RACE_MS => {
                let message = format!(
                    "The source said \"over\" at {}, long before {by} acknowledged; it stays.",
                    received.rfc3339()
                );
                return Some(message);
            }
            State::Open | State::Acknowledged { .. } | State::Snoozed { .. } => {}
        }
        self.incident.state = State::Resolved(Resolution {
            at: self.now,
            by: By::Source,
            disposition: None,
            reason: String::new(),
        });
        self.tell(EntryKind::Ended, "All of its alerts are over.");
        None
    }

    fn reopen(&mut self, reason: &str) -> Done {
        if !self.resolved() {
            return Err(Refusal::NotResolved);
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refusal::ReasonTooShort(1));
        }
        self.incident.state = State::Open;
        // It begins anew: whoever is first in the chain is called again.
        self.incident.progress.taken = 0;
        self.incident.progress.at = self.now;
        self.incident.last_activity = self.now;
        self.tell(EntryKind::Reopened, reason);
        Ok(None)
    }

    /// A rise ends a snooze, for somebody snoozed something less urgent. A fall is told and
    /// changes nothing else; above all it resolves nothing.
    fn level(&mut self, level: Level) {
        let before = self.incident.level;
        if self.resolved() || level == before {
            return;
        }
        self.incident.level = level;
        self.incident.peak = self.incident.peak.max(level);
        let text = format!("From {before} to {level}.");
        if level < before {
            self.tell(EntryKind::LevelLowered, text);
            return;
        }
        self.incident.last_activity = self.now;
        self.tell(EntryKind::LevelRaised, text);
        if matches!(self.incident.state, State::Snoozed { .. }) {
            self.incident.state = State::Open;
            self.tell(EntryKind::SnoozeEnded, "It became more urgent.");
        }
        // Who took a ticket for a week has not taken a page for so long.
        let longest = self.now.plus(acknowledgement_ms(level.class));
        if let State::Acknowledged { until, .. } = &mut self.incident.state {
            *until = longest.min(*until);
        }
    }

    /// An acknowledgement or a snooze runs out. Where there is none any more, nothing happens.
    fn expires(&mut self, there: bool) {
        if !there || self.incident.overdue(self.now).is_none() {
            return;
        }
        let (kind, text) = match &self.incident.state {
            State::Acknowledged { by, .. } => {
                (EntryKind::AckExpired, format!("{by} has not resolved it in time."))
            }
            _ => (EntryKind::SnoozeEnded, "Its time is over.".to_owned()),
        };
        self.incident.state = State::Open;
        // The chain goes on from here and not from when it last stood still.
        self.incident.progress.at = self.now;
        self.tell(kind, text);
    }

    fn note(&mut self, text: &str) -> Done {
        self.person()?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::ReasonTooShort(1));
        }
        self.tell(EntryKind::Note, text);
        Ok(None)
    }
}

fn length(ms: i64) -> String {
    match ms {
        ms if ms >= DAY_MS => format!("{} days", ms / DAY_MS),
        ms if ms >= HOUR_MS => format!("{} hours", ms / HOUR_MS),
        ms => format!("{} minutes", ms / MINUTE_MS),
    }
}
