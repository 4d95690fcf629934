//! The answer of a check: yes, no, or unknown with its reason.

use serde::{Deserialize, Serialize};

use crate::register::words;
use crate::{Reason, Timestamp};

words!(
    /// Why nobody can tell.
    Cause {
        /// No source has judged it.
        NotJudged = "not-judged", "No source has judged this.";
        /// The facts are too old.
        TooOld = "too-old", "The last answer is too old to speak of the present.";
        /// The source cannot tell.
        CannotTell = "cannot-tell", "The source answered that it cannot tell.";
        /// The answer cannot be read.
        Unreadable = "unreadable", "The source's answer could not be read.";
        /// The service is off.
        NotEnabled = "not-enabled", "The service that would answer is off here.";
        /// A permission is missing.
        AccessDenied = "access-denied", "A permission is missing, so nobody could look.";
        /// It could not be read.
        NotCollected = "not-collected", "This was not read, or could not be.";
        /// AWS Config does not record it.
        NotRecorded = "not-recorded", "AWS Config is not known to record this here.";
        /// It does not apply.
        NotApplicable = "not-applicable", "The question does not apply, or nothing like it exists.";
        /// Nobody attested it, or the policy does not ask for it.
        NotAsked = "not-asked", "Nobody was asked to judge this.";
        /// The time of the facts is not known.
        Undated = "undated", "It is not known when the facts were read.";
        /// A parameter that says about what was left empty.
        NotTold = "not-told", "The run does not say about what: a parameter was left empty.";
        /// Nothing was there to look at.
        NothingSeen = "nothing-seen", "Nothing was reported, and that proves nothing.";
    }
);

impl From<Reason> for Cause {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::TooOld => Self::TooOld,
            Reason::SourceCannotTell => Self::CannotTell,
            Reason::Unreadable => Self::Unreadable,
            Reason::ServiceNotEnabled => Self::NotEnabled,
            Reason::AccessDenied => Self::AccessDenied,
            Reason::SourceFailed | Reason::NotCollected => Self::NotCollected,
            Reason::NotRecorded => Self::NotRecorded,
            Reason::NoSuchResource => Self::NotApplicable,
            Reason::AttestationMissing | Reason::NotDemanded => Self::NotAsked,
            Reason::Reported
            | Reason::RuleAbsent
            | Reason::ResourceNotJudged
            | Reason::ExceptionApproved => Self::NotJudged,
        }
    }
}

/// What a check found. Without a time there is no yes and no no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Yes, by facts of that time.
    Yes {
        /// The age of the oldest fact that it rests on.
        as_of: Timestamp,
    },
    /// No, by facts of that time.
    No {
        /// The age of the oldest fact that it rests on.
        as_of: Timestamp,
    },
    /// Nobody can tell.
    Unknown {
        /// Why.
        why: Cause,
        /// When it was last known, where it ever was.
        as_of: Option<Timestamp>,
    },
}

impl Outcome {
    /// The word in JSON: `yes`, `no` or `unknown`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Yes { .. } => "yes",
            Self::No { .. } => "no",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The time of the facts.
    pub fn as_of(&self) -> Option<Timestamp> {
        match self {
            Self::Yes { as_of } | Self::No { as_of } => Some(*as_of),
            Self::Unknown { as_of, .. } => *as_of,
        }
    }

    /// Whether it says anything.
    pub fn known(&self) -> bool {
        !matches!(self, Self::Unknown { .. })
    }

    pub(super) fn unknown(why: Cause) -> Self {
        Self::Unknown { why, as_of: None }
    }
}
