//! The incident of the on-call queue, and what may be done with it.
//!
//! Every act is a pure function of the incident as stored, so that two people who act at once meet
//! in the store: [`Incident::version`] is compared before a change is written. A security incident is
//! responded to and its outcome documented (45 CFR 164.308(a)(6)(ii)), so each step leaves an entry.

mod act;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::escalation::{Chain, Progress, Situation};
use super::membership::Scope;
use super::rules::{Classified, Runbook};
use super::timers::NotifyReason;
use super::{Class, IncidentId, IncidentKey, Level, Route};
use crate::Timestamp;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::register::words;

pub use act::{Act, Change, Refusal};

/// A source that says "over" so shortly before a person acknowledges wins over them: they answered
/// to what was already past (grafana/oncall #3161).
pub const RACE_MS: i64 = 30 * 1_000;

/// The fewest characters of a reason to close an incident about PHI.
pub const LEAST_REASON: usize = 20;

words!(
    /// What an incident turned out to be.
    Disposition {
        /// It was what it looked like, and was dealt with.
        Confirmed = "confirmed", "Confirmed, and dealt with";
        /// It was not what it looked like.
        FalsePositive = "false-positive", "False positive";
        /// It stays, and somebody with the authority accepts that.
        AcceptedRisk = "accepted-risk", "Accepted risk";
        /// It was what it looked like, and does no harm.
        Benign = "benign", "Benign";
        /// Another incident is about the same.
        Duplicate = "duplicate", "Duplicate";
    }
);

words!(
    /// What an entry of the timeline tells.
    EntryKind {
        /// It began.
        Opened = "opened", "Opened";
        /// An alert joined.
        AlertJoined = "alert-joined", "Alert joined";
        /// An alert is over.
        AlertEnded = "alert-ended", "Alert over";
        /// Somebody was told.
        Notified = "notified", "Notified";
        /// Somebody could not be told.
        NotifyFailed = "notify-failed", "Notification failed";
        /// Somebody took it.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Whoever took it has not finished in time.
        AckExpired = "ack-expired", "Acknowledgement expired";
        /// It is somebody's.
        Assigned = "assigned", "Assigned";
        /// It waits.
        Snoozed = "snoozed", "Snoozed";
        /// It waits no longer.
        SnoozeEnded = "snooze-ended", "Snooze ended";
        /// The next person was called.
        Escalated = "escalated", "Escalated";
        /// Everybody was called.
        ChainEnded = "chain-ended", "Nobody left to call";
        /// It became more urgent.
        LevelRaised = "level-raised", "More urgent";
        /// It became less urgent.
        LevelLowered = "level-lowered", "Less urgent";
        /// A suppression mutes it.
        Muted = "muted", "Muted";
        /// No suppression mutes it any more.
        MuteEnded = "mute-ended", "Mute ended";
        /// Nobody can observe it.
        Frozen = "frozen", "Cannot be observed";
        /// It can be observed again.
        Thawed = "thawed", "Can be observed again";
        /// It comes and goes.
        Flapping = "flapping", "Comes and goes";
        /// Somebody closed it.
        Resolved = "resolved", "Resolved";
        /// Its alerts are over.
        Ended = "ended", "Over at the source";
        /// Somebody said what it was, after it was over.
        Judged = "judged", "Judged";
        /// It came back.
        Reopened = "reopened", "Reopened";
        /// Another incident is about the same.
        Linked = "linked", "Linked";
        /// Somebody wrote something down.
        Note = "note", "Note";
    }
);

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "name", rename_all = "kebab-case")]
pub enum By {
    /// A person, by the name under which they sign in.
    Person(String),
    /// Where the alerts come from.
    Source,
    /// The passing of time.
    Clock,
}

impl By {
    /// Who it was, for people.
    pub fn name(&self) -> &str {
        match self {
            Self::Person(name) => name,
            Self::Source => "the source",
            Self::Clock => "Wardround",
        }
    }
}

/// An entry of the timeline. Entries are appended and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// What.
    pub kind: EntryKind,
    /// A sentence, or what a person wrote; untrusted text.
    pub text: String,
}

/// How an incident ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// What it was; `None` while it is only over and nobody has said.
    pub disposition: Option<Disposition>,
    /// Why. Untrusted text.
    pub reason: String,
}

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// Nobody has it.
    Open,
    /// Somebody has it, for a while.
    Acknowledged {
        /// Who.
        by: String,
        /// Since when.
        at: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// It waits.
    Snoozed {
        /// Who decided so.
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// It is over.
    Resolved(Resolution),
}

/// The words for [`State`].
pub const STATES: [(&str, &str); 4] = [
    ("open", "Open"),
    ("acknowledged", "Acknowledged"),
    ("snoozed", "Snoozed"),
    ("resolved", "Resolved"),
];

impl State {
    fn index(&self) -> usize {
        match self {
            Self::Open => 0,
            Self::Acknowledged { .. } => 1,
            Self::Snoozed { .. } => 2,
            Self::Resolved(_) => 3,
        }
    }

    /// The word in URLs, JSON and storage.
    pub fn as_str(&self) -> &'static str {
        STATES[self.index()].0
    }

    /// The word for people.
    pub fn title(&self) -> &'static str {
        STATES[self.index()].1
    }
}

/// An incident: alerts that belong together, and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Which.
    pub id: IncidentId,
    /// Rises with each change; compared before a change is written.
    pub version: u64,
    /// What groups its alerts.
    pub key: IncidentKey,
    /// What it is about.
    pub scope: Scope,
    /// The family of its alerts.
    pub family: String,
    /// What it is called: the title of the rule that opened it.
    pub title: String,
    /// What to do.
    pub runbook: Runbook,
    /// The highest level of its alerts that fire.
    pub level: Level,
    /// The highest level that it ever had. What must be explained at the end goes by this one.
    pub peak: Level,
    /// Where it stands.
    pub state: State,
    /// Whose it is.
    pub assignee: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When an alert joined, or a person did something, for the last time.
    pub last_activity: Timestamp,
    /// Who is called when nobody answers, as it was when it was opened.
    pub chain: Chain,
    /// How far along the chain it is.
    pub progress: Progress,
    /// The incident of the same kind before it.
    pub same_as_past: Option<IncidentId>,
}

impl Incident {
    /// A new incident, with the entry that tells of its opening.
    pub fn open(
        id: IncidentId,
        (key, scope): (IncidentKey, Scope),
        classified: &Classified,
        level: Level,
        chain: Chain,
        same_as_past: Option<IncidentId>,
        now: Timestamp,
    ) -> (Self, Vec<Entry>) {
        let incident = Self {
            id,
            version: 1,
            key,
            scope,
            family: classified.family.clone(),
            title: classified.title.clone(),
            runbook: classified.runbook,
            level,
            peak: level,
            state: State::Open,
            assignee: None,
            opened_at: now,
            last_activity: now,
            chain,
            progress: Progress { taken: 0, at: now },
            same_as_past,
        };
        let entry = |kind, text| Entry { at: now, by: By::Source, kind, text };
        let mut entries = vec![entry(EntryKind::Opened, classified.why.clone())];
        if let Some(past) = same_as_past {
            let text = format!("Incident {past} was about the same.");
            entries.push(entry(EntryKind::Linked, text));
        }
        (incident, entries)
    }

    /// Its class.
    pub fn class(&self) -> Class {
        self.level.class
    }

    /// When it was resolved; `None` while it is not.
    pub fn resolved_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Resolved(resolution) => Some(resolution.at),
            _ => None,
        }
    }

    /// Whether it is over and nobody has said what it was.
    pub fn unjudged(&self) -> bool {
        matches!(&self.state, State::Resolved(resolution) if resolution.disposition.is_none())
    }

    /// Whether somebody has acknowledged it.
    pub fn acknowledged(&self) -> bool {
        matches!(self.state, State::Acknowledged { .. })
    }

    /// Whether a notification with this reason goes out, as far as the incident itself decides. A
    /// snooze keeps quiet what somebody has seen: not that it is over or more urgent, and not that
    /// a possible exposure grows. What is resolved tells only of that.
    pub fn tells(&self, reason: NotifyReason) -> bool {
        match &self.state {
            State::Open => true,
            State::Acknowledged { .. } => reason != NotifyReason::Escalated,
            State::Snoozed { .. } => match reason {
                NotifyReason::AllResolved | NotifyReason::LevelRaised => true,
                NotifyReason::NewAlerts => self.class() == Class::PagePhi,
                _ => false,
            },
            State::Resolved(_) => reason == NotifyReason::AllResolved,
        }
    }

    /// What decides whether the next step of the chain is taken. A ticket never calls anybody.
    pub fn situation(&self, muted: bool) -> Situation {
        let pages = self.class().route() == Route::Page;
        let unattended = pages && matches!(self.state, State::Open);
        Situation { unattended, muted, last_activity: self.last_activity }
    }

    /// What a look at the clock brings: an acknowledgement or a snooze that has run out.
    pub fn overdue(&self, now: Timestamp) -> Option<Act> {
        match &self.state {
            State::Acknowledged { at, until, .. } if now >= *until || ahead(*at, now) => {
                Some(Act::AckExpires)
            }
            State::Snoozed { until, .. } if now >= *until || self.beyond(*until, now) => {
                Some(Act::SnoozeEnds)
            }
            _ => None,
        }
    }

    /// A snooze cannot reach further than its class permits, so this one is from before the clock
    /// was put back.
    fn beyond(&self, until: Timestamp, now: Timestamp) -> bool {
        until.since(now) > snooze_ms(self.class())
    }
}

fn ahead(at: Timestamp, now: Timestamp) -> bool {
    at.since(now) > MINUTE_MS
}

/// The longest snooze of a class, in milliseconds.
pub fn snooze_ms(class: Class) -> i64 {
    match class {
        Class::PagePhi => 30 * MINUTE_MS,
        Class::PagePipe => 2 * HOUR_MS,
        Class::PageSlo => 4 * HOUR_MS,
        Class::Ticket | Class::Ingest => 7 * DAY_MS,
    }
}

/// How long an acknowledgement lasts, in milliseconds: until it is told again.
pub fn acknowledgement_ms(class: Class) -> i64 {
    match class {
        Class::PagePhi => 30 * MINUTE_MS,
        Class::PagePipe => HOUR_MS,
        Class::PageSlo => 4 * HOUR_MS,
        Class::Ticket | Class::Ingest => 7 * DAY_MS,
    }
}
