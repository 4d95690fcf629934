//! Alerts and the incidents of the on-call queue.
//!
//! What an alert is, to whom it goes and when it is over is decided by [`domain::alert`]; here is
//! what that rests on, and every decision is made and remembered in one transaction. Read in this
//! order: [`setting`] (who is told), `take` (from signals to alerts and incidents), `settle` (what
//! an incident needs now), `outbox` (what is on its way), `act` (what people do), then the reading
//! side: [`queue`], [`detail`], [`notices`].
//!
//! What was told is decided by the outbox: a notice is reserved in the transaction of the decision,
//! and counts once a contact took it. A process that dies between sends it again, under the same id.

mod act;
pub mod breach;
mod desk;
pub mod detail;
pub mod feed;
mod load;
mod mute;
pub mod notices;
mod observe;
pub mod outbox;
pub mod queue;
mod save;
pub mod setting;
mod settle;
mod take;
pub mod timeline;
pub mod volume;

use domain::alert::{Class, Incident, Level};
use domain::{Severity, Timestamp};

pub use act::Acted;
pub use desk::AlertRow;
pub use setting::Setting;
pub use take::{AlertFlaws, Seen, Taken};

pub(crate) const DOING: &str = "keeping alerts";
pub(crate) const READING: &str = "reading alerts";

/// Where an incident stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// It pages.
    Page,
    /// A ticket.
    Ticket,
    /// It waits for the digest.
    Digest,
    /// It is over.
    Over,
}

impl Lane {
    /// All of them, in the order of the queue.
    pub const ALL: [Self; 4] = [Self::Page, Self::Ticket, Self::Digest, Self::Over];

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Digest => "digest",
            Self::Over => "over",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Page => "Pages",
            Self::Ticket => "Tickets",
            Self::Digest => "Digest",
            Self::Over => "Over",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == text)
    }

    /// The lane of an incident.
    pub fn of(incident: &Incident) -> Self {
        if incident.resolved_at().is_some() {
            return Self::Over;
        }
        match incident.level {
            Level { class: Class::PagePhi | Class::PagePipe | Class::PageSlo, .. } => Self::Page,
            Level { class: Class::Ticket, severity } if severity <= Severity::Medium => {
                Self::Ticket
            }
            _ => Self::Digest,
        }
    }
}

/// Events are remembered for so long, in milliseconds: no source delivers one again later.
/// EventBridge tries for 24 hours (Amazon EventBridge User Guide, "Retry policy").
pub const EVENT_MEMORY_MS: i64 = 14 * domain::id::DAY_MS;

/// What a beginning of an alert is remembered for, in milliseconds: previews look back 30 days and
/// the usual volume 28.
pub const BEGUN_MEMORY_MS: i64 = 31 * domain::id::DAY_MS;

/// Now, or a moment that was named; for lists that end somewhere.
pub(crate) fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}
