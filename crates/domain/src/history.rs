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
    /// What it means to people.
    pub kind: TransitionKind,
    /// Before; `None` when it was first seen.
    pub from: Option<State>,
    /// After; `None` when the resource is gone, or nobody speaks of it any more.
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
    /// Passed when it was last known, fails now.
    Regressed,
    /// Fails, and was never known before.
    New,
    /// Failed when it was last known, passes now.
    Resolved,
    /// The failing resource no longer exists.
    Removed,
    /// Was known, is now unknown.
    LostSight,
    /// Was unknown, is now known to pass, and did not fail when it was last known.
    Confirmed,
    /// Anything else, such as a failure that is seen again after a time in which nobody looked.
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

    /// The kind of a transition. `known` is the last pass or failure before it, however long
    /// nobody could look in between: an outage makes no failure new and resolves none.
    pub fn of(known: Option<State>, from: Option<State>, to: Option<State>) -> Self {
        let failed = known == Some(State::Fail);
        match to {
            Some(State::Fail) if known == Some(State::Pass) => Self::Regressed,
            Some(State::Fail) if failed => Self::Other,
            Some(State::Fail) => Self::New,
            Some(State::Pass) if failed => Self::Resolved,
            Some(State::Pass) if from.is_some_and(State::unknown) => Self::Confirmed,
            Some(to) if to.unknown() && from.is_some_and(|from| from.certain().is_some()) => {
                Self::LostSight
            }
            None if failed => Self::Removed,
            _ => Self::Other,
        }
    }

    /// The kind of a transition of which no source speaks any more, though nobody saw the resource
    /// leave.
    pub fn out_of_sight(from: State) -> Self {
        if from.certain().is_some() { Self::LostSight } else { Self::Other }
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

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Excepted, Fail, NotApplicable, NotEvaluated, Pass, Stale};

    #[test]
    fn a_time_in_which_nobody_looked_makes_nothing_new() {
        for (known, from, to, kind) in [
            (None, None, Some(Fail), TransitionKind::New),
            (None, Some(NotEvaluated), Some(Fail), TransitionKind::New),
            (Some(Pass), Some(Pass), Some(Fail), TransitionKind::Regressed),
            (Some(Pass), Some(Stale), Some(Fail), TransitionKind::Regressed),
            (Some(Fail), Some(Stale), Some(Fail), TransitionKind::Other),
            (Some(Fail), Some(Fail), Some(Pass), TransitionKind::Resolved),
            (Some(Fail), Some(Stale), Some(Pass), TransitionKind::Resolved),
            (Some(Pass), Some(Stale), Some(Pass), TransitionKind::Confirmed),
            (None, Some(NotEvaluated), Some(Pass), TransitionKind::Confirmed),
            (Some(Fail), Some(Fail), Some(Stale), TransitionKind::LostSight),
            (Some(Fail), Some(Excepted), Some(Stale), TransitionKind::LostSight),
            (Some(Fail), Some(Stale), Some(NotEvaluated), TransitionKind::Other),
            (Some(Fail), Some(Fail), Some(Excepted), TransitionKind::Other),
            (Some(Fail), Some(Excepted), Some(Fail), TransitionKind::Other),
            (Some(Fail), Some(Excepted), Some(Pass), TransitionKind::Resolved),
            (Some(Fail), Some(Stale), None, TransitionKind::Removed),
            (Some(Pass), Some(Pass), None, TransitionKind::Other),
            (None, Some(NotApplicable), Some(Pass), TransitionKind::Other),
        ] {
            assert_eq!(TransitionKind::of(known, from, to), kind, "{known:?} {from:?} {to:?}");
        }
        assert_eq!(TransitionKind::out_of_sight(Fail), TransitionKind::LostSight);
        assert_eq!(TransitionKind::out_of_sight(Stale), TransitionKind::Other);
    }
}
