//! What changed: the transition log and drift.

use serde::{Deserialize, Serialize};

use crate::{AccountId, ControlId, Reason, Region, ResourceKey, RunId, Severity, State, Timestamp};

/// An evaluation went from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Rises with time.
    pub id: i64,
    /// When it was noticed.
    pub at: Timestamp,
    /// The round that noticed it.
    pub run: RunId,
    /// The control.
    pub control: ControlId,
    /// Severity of the control.
    pub severity: Severity,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The resource.
    pub resource: ResourceKey,
    /// Before; `None` when it was first seen.
    pub from: Option<State>,
    /// After; `None` when the resource is gone.
    pub to: Option<State>,
    /// Why it is in the new state.
    pub reason: Reason,
    /// For a resolved failure: how long it had failed, in milliseconds.
    pub failed_for_ms: Option<i64>,
}

/// What a transition means to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransitionKind {
    /// Passed before, fails now.
    Regressed,
    /// Fails, and was never seen before.
    New,
    /// Failed before, passes now.
    Resolved,
    /// The failing resource no longer exists.
    Removed,
    /// Was known, is now unknown.
    LostSight,
    /// Was unknown, is now known to pass.
    Confirmed,
    /// Anything else.
    Other,
}

impl TransitionKind {
    /// All kinds, in the order in which screens list them.
    pub const ALL: [Self; 7] = [
        Self::Regressed,
        Self::New,
        Self::Resolved,
        Self::Removed,
        Self::LostSight,
        Self::Confirmed,
        Self::Other,
    ];

    /// The kind of a transition.
    pub fn of(from: Option<State>, to: Option<State>) -> Self {
        match (from, to) {
            (Some(State::Pass), Some(State::Fail)) => Self::Regressed,
            (_, Some(State::Fail)) => Self::New,
            (Some(State::Fail), Some(State::Pass)) => Self::Resolved,
            (Some(State::Fail), None) => Self::Removed,
            (Some(State::Pass | State::Fail), Some(to)) if to.unknown() => Self::LostSight,
            (Some(from), Some(State::Pass)) if from.unknown() => Self::Confirmed,
            _ => Self::Other,
        }
    }

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::New => "new",
            Self::Resolved => "resolved",
            Self::Removed => "removed",
            Self::LostSight => "lost-sight",
            Self::Confirmed => "confirmed",
            Self::Other => "other",
        }
    }

    /// The inverse of [`TransitionKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
