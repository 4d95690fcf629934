//! What a message says, before it has the shape of a channel.
//!
//! A notice leaves the product for services of others, so it is built of ids, counts, names of
//! rules and links, and never of the text of an event: such text may hold PHI (45 CFR 160.103), and
//! 45 CFR 164.502(b) allows no more than is necessary. Whoever needs the text follows the link and
//! signs in.

use domain::alert::Class;
use domain::{AccountId, Region, Severity, Timestamp};
use serde::{Deserialize, Serialize};

pub use crate::link::{BadLink, Link};

/// The longest dedup key, in characters, of the
/// [Events API v2](https://developer.pagerduty.com/docs/events-api-v2-overview).
pub const LONGEST_KEY: usize = 255;

/// What happened to the incident, or why else somebody hears of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It began.
    Trigger,
    /// Something about it changed.
    Update,
    /// Somebody took it on.
    Acknowledged,
    /// It is over.
    Resolved,
    /// What waits in the queue, once a day.
    Digest,
    /// Somebody tries the channel.
    Test,
    /// We are alive.
    Heartbeat,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Trigger,
        Self::Update,
        Self::Acknowledged,
        Self::Resolved,
        Self::Digest,
        Self::Test,
        Self::Heartbeat,
    ];

    /// The word in JSON and in attributes of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Update => "update",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Digest => "digest",
            Self::Test => "test",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// Why a notice is sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nobody has been told yet.
    First,
    /// Alerts joined that were not told.
    NewAlerts,
    /// Some alerts ended, others go on.
    SomeResolved,
    /// All alerts ended.
    AllResolved,
    /// Nothing changed, and it is time to say so again.
    Repeat,
    /// It was muted, the window ended, and it still lasts.
    SuppressionEnded,
    /// Nobody answered, so the next in line hears of it.
    Escalated,
    /// It was over and is not.
    Reopened,
    /// It is more urgent than what was told.
    LevelRaised,
    /// Somebody took it on and has not been heard of since.
    AckExpired,
    /// Somebody took it on.
    Acknowledged,
    /// It is time for the daily digest.
    Digest,
    /// Somebody tries the channel.
    Test,
    /// It is time for a sign of life.
    Heartbeat,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::First,
        Self::NewAlerts,
        Self::SomeResolved,
        Self::AllResolved,
        Self::Repeat,
        Self::SuppressionEnded,
        Self::Escalated,
        Self::Reopened,
        Self::LevelRaised,
        Self::AckExpired,
        Self::Acknowledged,
        Self::Digest,
        Self::Test,
        Self::Heartbeat,
    ];

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::NewAlerts => "new-alerts",
            Self::SomeResolved => "some-resolved",
            Self::AllResolved => "all-resolved",
            Self::Repeat => "repeat",
            Self::SuppressionEnded => "suppression-ended",
            Self::Escalated => "escalated",
            Self::Reopened => "reopened",
            Self::LevelRaised => "level-raised",
            Self::AckExpired => "ack-expired",
            Self::Acknowledged => "acknowledged",
            Self::Digest => "digest",
            Self::Test => "test",
            Self::Heartbeat => "heartbeat",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::First => "New incident",
            Self::NewAlerts => "New alerts joined",
            Self::SomeResolved => "Some alerts ended",
            Self::AllResolved => "All alerts ended",
            Self::Repeat => "Still open",
            Self::SuppressionEnded => "Still firing after it was muted",
            Self::Escalated => "Escalated: nobody has answered",
            Self::Reopened => "Reopened",
            Self::LevelRaised => "More urgent than before",
            Self::AckExpired => "Acknowledged and silent since",
            Self::Acknowledged => "Acknowledged",
            Self::Digest => "Daily digest",
            Self::Test => "Test message",
            Self::Heartbeat => "Sign of life",
        }
    }

    /// Whether somebody who was told before should look up again.
    pub fn asks_again(self) -> bool {
        matches!(
            self,
            Self::NewAlerts
                | Self::Repeat
                | Self::SuppressionEnded
                | Self::Escalated
                | Self::Reopened
                | Self::LevelRaised
                | Self::AckExpired
        )
    }
}

/// Alerts of one rule within the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The rule's id.
    pub rule: String,
    /// What the rule is called.
    pub title: String,
    /// How often it was seen.
    pub count: u64,
    /// How bad it is.
    pub severity: Severity,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// When it ended; `None` while it fires.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
}

/// How many alerts of the incident are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// They last.
    pub firing: u64,
    /// They ended.
    pub resolved: u64,
    /// They last, and nobody is told of them.
    pub muted: u64,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The id of this notification; it stays the same when sending is tried again, so that a
    /// receiver can tell a second delivery.
    pub id: String,
    /// The number of the incident; `None` where there is none (digest, test, heartbeat).
    #[serde(default)]
    pub incident: Option<u64>,
    /// The key under which others know the incident, such as `wardround:<install>:inc:<number>`.
    pub dedup_key: String,
    /// The title of the rule and the name of the account.
    pub title: String,
    /// The kind of attention it needs.
    pub class: Class,
    /// How bad it is: the worst of its alerts.
    pub severity: Severity,
    /// What happened.
    pub event: Event,
    /// Why this is sent now.
    pub reason: Reason,
    /// The accounts that are concerned.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    /// The regions that are concerned.
    #[serde(default)]
    pub regions: Vec<Region>,
    /// Rules with what they found, the most important first.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// The alerts by state.
    #[serde(default)]
    pub counts: Counts,
    /// When the incident began.
    pub started: Timestamp,
    /// When this was written.
    pub at: Timestamp,
    /// The page of the incident.
    pub link: Link,
    /// What to do about it.
    #[serde(default)]
    pub runbook: Option<Link>,
    /// Whose product this is.
    pub organisation: String,
}

/// What is wrong with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Without it a retry cannot be told from a second message.
    #[error("the notice has no id")]
    NoId,
    /// See [`LONGEST_KEY`].
    #[error("the dedup key must be 1 to 254 printable ASCII characters")]
    Key,
}

impl Notice {
    /// Whether the keys are as all channels need them.
    ///
    /// # Errors
    /// When the id is empty, or the dedup key is empty, too long or not printable ASCII.
    pub fn check(&self) -> Result<(), Malformed> {
        if self.id.is_empty() {
            return Err(Malformed::NoId);
        }
        let key = &self.dedup_key;
        let printable = key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if key.is_empty() || key.len() >= LONGEST_KEY || !printable {
            return Err(Malformed::Key);
        }
        Ok(())
    }

    /// Whether the incident is over.
    pub fn is_resolved(&self) -> bool {
        self.event == Event::Resolved
    }
}
