//! Alerts: what somebody has to do something about, and how urgently.
//!
//! A signal is classified first, then grouped into an incident, then de-duplicated, then routed. What
//! is classified how stands in data with a version, not here. Nothing here sends, stores or asks the
//! time. Read in this order: [`signal`] and [`origin`] (what may become an alert), [`rules`] (what it
//! is), [`key`] and [`membership`] (what it belongs to), [`flap`] (whether it lasts), [`dedupe`],
//! [`timers`] and [`escalation`] (who is told, and when), [`suppression`] (who is not), [`incident`]
//! (what people do about it). Security incidents are identified and
//! responded to (45 CFR 164.308(a)(6)(ii)); activity is reviewed (164.308(a)(1)(ii)(D)).

pub mod band;
mod class;
pub mod dedupe;
pub mod escalation;
pub mod event_type;
pub mod flap;
pub mod glob;
pub mod hours;
pub mod identity;
pub mod incident;
pub mod inhibit;
pub mod key;
mod level;
pub mod membership;
pub mod origin;
pub mod rules;
pub mod signal;
pub mod strength;
pub mod suppression;
pub mod surge;
pub mod timers;

pub use class::{Class, Route};
pub use escalation::{Chain, Step};
pub use event_type::EventType;
pub use hours::{Hours, WallTime, Weekday};
pub use identity::Identity;
pub use incident::{Act, By, Change, Disposition, Entry, EntryKind, Incident, Refusal, State};
pub use key::{AlertFp, DedupeKey, EventKey, IncidentKey};
pub use level::Level;
pub use origin::Origin;
pub use rules::{Classified, Rule, Rules, Runbook, classify};
pub use signal::{Affected, Observed, Phi, Reported, Signal};
pub use suppression::{Proposal, Suppression, SuppressionId};
pub use timers::{LastSent, MemberNow, Members, NotifyReason, Since, Timers};

/// An incident of the on-call queue; numbers rise with time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct IncidentId(pub i64);

impl std::fmt::Display for IncidentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
