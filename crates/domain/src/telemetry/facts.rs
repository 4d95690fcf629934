//! What Wardround understands of telemetry: sign-ins and audit events, by attributes that
//! `docs/telemetry.md` describes.

use serde::{Deserialize, Serialize};

/// A sign-in, by the attributes `auth.outcome`, `auth.failure.cause` and `enduser.id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthFact {
    /// How it ended.
    pub outcome: AuthOutcome,
    /// Why, if it failed and says so.
    pub cause: Option<AuthCause>,
    /// Who, as a pseudonym that only this installation can make.
    pub who: Option<String>,
}

impl AuthFact {
    /// How it counts for the authentication success rate.
    ///
    /// A refused password is the system doing its work; counting it as bad would let whoever
    /// guesses passwords spend the budget. Only failures that the system caused are bad.
    pub fn judged(&self) -> Judged {
        match (self.outcome, self.cause) {
            (AuthOutcome::Success, _) => Judged::Good,
            (AuthOutcome::Failure, Some(cause)) if cause.refusal() => Judged::Good,
            (AuthOutcome::Failure, Some(_)) => Judged::Bad,
            (AuthOutcome::Failure, None) => Judged::Unclear,
        }
    }

    /// Whether somebody was refused: an attempt without authorisation.
    pub fn refused(&self) -> bool {
        self.outcome == AuthOutcome::Failure && self.cause.is_some_and(AuthCause::refusal)
    }
}

/// How an event counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// As it should be.
    Good,
    /// Spends the budget.
    Bad,
    /// A failure without a cause: counted and shown, but neither good nor bad.
    Unclear,
}

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthOutcome {
    /// Somebody is in.
    Success,
    /// Somebody is not.
    Failure,
}

impl AuthOutcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Success, Self::Failure];

    /// The word in attributes, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str().eq_ignore_ascii_case(text))
    }
}

/// Why a sign-in failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthCause {
    /// The password, key or assertion was wrong.
    WrongCredential,
    /// Nobody has this name.
    UnknownUser,
    /// The second factor was refused.
    SecondFactor,
    /// A policy refused: locked, expired, from a wrong place.
    Blocked,
    /// The system did not answer in time.
    Timeout,
    /// Something that the system needs failed, such as its directory.
    Dependency,
    /// The system itself failed.
    Fault,
}

impl AuthCause {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::WrongCredential,
        Self::UnknownUser,
        Self::SecondFactor,
        Self::Blocked,
        Self::Timeout,
        Self::Dependency,
        Self::Fault,
    ];

    /// The word in attributes, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongCredential => "wrong-credential",
            Self::UnknownUser => "unknown-user",
            Self::SecondFactor => "second-factor",
            Self::Blocked => "blocked",
            Self::Timeout => "timeout",
            Self::Dependency => "dependency",
            Self::Fault => "fault",
        }
    }

    /// The inverse of [`Self::as_str`]; `_` passes for `-`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('_', "-");
        Self::ALL.into_iter().find(|cause| cause.as_str().eq_ignore_ascii_case(&text))
    }

    /// Whether somebody was rightly kept out, as opposed to a failure of the system.
    pub fn refusal(self) -> bool {
        matches!(
            self,
            Self::WrongCredential | Self::UnknownUser | Self::SecondFactor | Self::Blocked
        )
    }
}

/// An event of an audit log, by the attributes `audit.producer` and `audit.seq`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuditFact {
    /// Which log: numbers count within it.
    pub producer: String,
    /// Its number, which rises by one. Without one, what is missing cannot be known.
    pub seq: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_of_the_system_are_bad() {
        let fact = |outcome, cause| AuthFact { outcome, cause, who: None };
        for (cause, judged) in [
            (Some(AuthCause::WrongCredential), Judged::Good),
            (Some(AuthCause::UnknownUser), Judged::Good),
            (Some(AuthCause::SecondFactor), Judged::Good),
            (Some(AuthCause::Blocked), Judged::Good),
            (Some(AuthCause::Timeout), Judged::Bad),
            (Some(AuthCause::Dependency), Judged::Bad),
            (Some(AuthCause::Fault), Judged::Bad),
            (None, Judged::Unclear),
        ] {
            assert_eq!(fact(AuthOutcome::Failure, cause).judged(), judged, "{cause:?}");
        }
        assert_eq!(fact(AuthOutcome::Success, None).judged(), Judged::Good);
    }

    #[test]
    fn words_come_back() {
        for cause in AuthCause::ALL {
            assert_eq!(AuthCause::parse(cause.as_str()), Some(cause));
        }
        assert_eq!(AuthCause::parse("WRONG_CREDENTIAL"), Some(AuthCause::WrongCredential));
        assert_eq!(AuthOutcome::parse("Success"), Some(AuthOutcome::Success));
        assert_eq!(AuthOutcome::parse("yes"), None);
    }
}
