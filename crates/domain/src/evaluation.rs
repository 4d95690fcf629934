//! One control, one resource: seven states, and how several answers become one.

use serde::{Deserialize, Serialize};

use crate::freshness::Voice;
use crate::{AccountId, ControlId, FindingId, Part, Region, ResourceKey, Source, Timestamp};

/// What one check says about one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It passes.
    Pass,
    /// It fails.
    Fail,
    /// The check does not apply to it.
    NotApplicable,
    /// The source answered that it cannot tell (`INSUFFICIENT_DATA`, `WARNING`, `NOT_AVAILABLE`).
    Unknown,
    /// The source answered with something unreadable.
    Error,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 5] =
        [Self::Pass, Self::Fail, Self::NotApplicable, Self::Unknown, Self::Error];

    /// The word in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not-applicable",
            Self::Unknown => "unknown",
            Self::Error => "error",
        }
    }

    /// The inverse of [`Verdict::as_str`]; an unknown word is an error, never a pass.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text).unwrap_or(Self::Error)
    }
}

/// The state of an evaluation. The order of the variants is the order in which screens list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A fresh source says that it fails.
    Fail,
    /// The source answered with an error or something unreadable.
    Error,
    /// The last answer is older than three intervals of its source.
    Stale,
    /// Nobody looked, or nobody could tell.
    NotEvaluated,
    /// Fails, and an approved, unexpired exception covers it. Never counted as a pass.
    Excepted,
    /// A fresh source says that it passes, and none says that it fails.
    Pass,
    /// The source says so, or nothing of that kind exists in scope.
    NotApplicable,
}

impl State {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Error,
        Self::Stale,
        Self::NotEvaluated,
        Self::Excepted,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Stale => "stale",
            Self::NotEvaluated => "not-evaluated",
            Self::Excepted => "excepted",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The inverse of [`State::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether it passes or fails, as far as the state says so. Below an exception it fails.
    pub fn certain(self) -> Option<Self> {
        match self {
            Self::Pass => Some(Self::Pass),
            Self::Fail | Self::Excepted => Some(Self::Fail),
            Self::NotEvaluated | Self::Stale | Self::Error | Self::NotApplicable => None,
        }
    }

    /// Whether the state says that nobody knows.
    pub fn unknown(self) -> bool {
        matches!(self, Self::NotEvaluated | Self::Stale | Self::Error)
    }
}

/// Why an evaluation is in its state. Kebab-case codes, stable, each with a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A fresh source said so.
    Reported,
    /// The source answered, but could not tell.
    SourceCannotTell,
    /// No fresh answer.
    TooOld,
    /// Unreadable answer.
    Unreadable,
    /// No rule, control or check that could answer is deployed here.
    RuleAbsent,
    /// The service that would answer is off here.
    ServiceNotEnabled,
    /// Access to the service that would answer is denied.
    AccessDenied,
    /// The source could not be read here.
    SourceFailed,
    /// This region or account has not been collected yet.
    NotCollected,
    /// The resource exists, but no source has judged it.
    ResourceNotJudged,
    /// Config is not known to record this kind of resource here: nobody knows whether any exist,
    /// and what was said about them may be long past.
    NotRecorded,
    /// A person has to say, and has not.
    AttestationMissing,
    /// Nothing of this kind exists here.
    NoSuchResource,
    /// The organisation's policy does not demand it.
    NotDemanded,
    /// An approved exception covers it.
    ExceptionApproved,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 15] = [
        Self::Reported,
        Self::SourceCannotTell,
        Self::TooOld,
        Self::Unreadable,
        Self::RuleAbsent,
        Self::ServiceNotEnabled,
        Self::AccessDenied,
        Self::SourceFailed,
        Self::NotCollected,
        Self::ResourceNotJudged,
        Self::NotRecorded,
        Self::AttestationMissing,
        Self::NoSuchResource,
        Self::NotDemanded,
        Self::ExceptionApproved,
    ];

    /// The code in JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::SourceCannotTell => "source-cannot-tell",
            Self::TooOld => "too-old",
            Self::Unreadable => "unreadable",
            Self::RuleAbsent => "rule-absent",
            Self::ServiceNotEnabled => "service-not-enabled",
            Self::AccessDenied => "access-denied",
            Self::SourceFailed => "source-failed",
            Self::NotCollected => "not-collected",
            Self::ResourceNotJudged => "resource-not-judged",
            Self::NotRecorded => "not-recorded",
            Self::AttestationMissing => "attestation-missing",
            Self::NoSuchResource => "no-such-resource",
            Self::NotDemanded => "not-demanded",
            Self::ExceptionApproved => "exception-approved",
        }
    }

    /// The inverse of [`Reason::as_str`]; an unknown code reads as unreadable.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).unwrap_or(Self::Unreadable)
    }

    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Reported => "A source reported it.",
            Self::SourceCannotTell => "The source answered that it cannot tell.",
            Self::TooOld => "The last answer is older than three collection intervals.",
            Self::Unreadable => "The source's answer could not be read.",
            Self::RuleAbsent => "No rule or control that checks this is deployed here.",
            Self::ServiceNotEnabled => "The service that would answer is not enabled here.",
            Self::AccessDenied => "An IAM permission is missing, so nobody could look.",
            Self::SourceFailed => "The source could not be read here.",
            Self::NotCollected => "This account and region has not been collected yet.",
            Self::ResourceNotJudged => "The resource exists, but no source has judged it.",
            Self::NotRecorded => "AWS Config is not known to record this kind of resource here.",
            Self::AttestationMissing => "A person has to attest this, and nobody has.",
            Self::NoSuchResource => "Nothing of this kind exists here.",
            Self::NotDemanded => "The organisation's policy does not demand it.",
            Self::ExceptionApproved => "An approved exception covers it.",
        }
    }
}

/// An answer to a control about a resource, as stored at ingest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Account of the resource.
    pub account: AccountId,
    /// Region of the resource.
    pub region: Region,
    /// The resource.
    pub resource: ResourceKey,
    /// Type of the resource.
    pub kind: String,
    /// Who answered.
    pub source: Source,
    /// Which part of the visit.
    pub part: Part,
    /// Where the visit took place; its age is the answer's age.
    pub visited_region: Region,
    /// The finding that says it.
    pub finding: FindingId,
    /// What it says.
    pub verdict: Verdict,
}

/// A judged control for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The control.
    pub control: ControlId,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The resource; a gap without a resource has the key of the account.
    pub resource: ResourceKey,
    /// Type of the resource, empty for gaps.
    pub kind: String,
    /// The state.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// The finding that decided, where one did.
    pub finding: Option<FindingId>,
    /// When the deciding source was last read; `None` when never.
    pub as_of: Option<Timestamp>,
}

/// An answer with its age already judged.
#[derive(Debug, Clone, Copy)]
pub struct AgedAnswer<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// How far it still counts.
    pub voice: Voice,
    /// When its source was last read successfully.
    pub as_of: Option<Timestamp>,
}

/// What is known where this answer is all there is, and it does not speak of the present.
pub(crate) fn silent(voice: Voice) -> (State, Reason) {
    match voice {
        Voice::Off | Voice::Forgotten => (State::NotEvaluated, Reason::ServiceNotEnabled),
        Voice::Unrecorded => (State::NotEvaluated, Reason::NotRecorded),
        Voice::Fresh | Voice::Old => (State::Stale, Reason::TooOld),
    }
}

/// Several answers about one resource become one state.
///
/// Fail if any fresh answer fails; pass if at least one fresh answer passes and none fails; else
/// the best-explained unknown: unreadable before "cannot tell" before too old. Only when every
/// answer says so is it not applicable.
pub fn merge<'a>(answers: &[AgedAnswer<'a>]) -> Option<(State, Reason, AgedAnswer<'a>)> {
    let fresh = |verdict: Verdict| {
        answers
            .iter()
            .filter(|aged| aged.voice.fresh() && aged.answer.verdict == verdict)
            .max_by_key(|aged| aged.as_of)
            .copied()
    };
    if let Some(aged) = fresh(Verdict::Fail) {
        return Some((State::Fail, Reason::Reported, aged));
    }
    if let Some(aged) = fresh(Verdict::Pass) {
        return Some((State::Pass, Reason::Reported, aged));
    }
    if let Some(aged) = fresh(Verdict::Error) {
        return Some((State::Error, Reason::Unreadable, aged));
    }
    if let Some(aged) = fresh(Verdict::Unknown) {
        return Some((State::NotEvaluated, Reason::SourceCannotTell, aged));
    }
    // An old pass or fail is worth more words than a fresh "not applicable" of another source.
    let old = answers
        .iter()
        .filter(|aged| !aged.voice.fresh() && aged.answer.verdict != Verdict::NotApplicable)
        .max_by_key(|aged| aged.as_of);
    if let Some(aged) = old {
        let (state, reason) = silent(aged.voice);
        return Some((state, reason, *aged));
    }
    if let Some(aged) = fresh(Verdict::NotApplicable) {
        return Some((State::NotApplicable, Reason::Reported, aged));
    }
    answers.iter().max_by_key(|aged| aged.as_of).map(|aged| {
        let (state, reason) = silent(aged.voice);
        (state, reason, *aged)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(answers: &[(Verdict, bool)]) -> Option<State> {
        let made: Vec<Answer> = answers
            .iter()
            .map(|(verdict, _)| Answer {
                account: "1".into(),
                region: "r".into(),
                resource: "x".into(),
                kind: String::new(),
                source: Source::Config,
                part: Part::Rules,
                visited_region: "r".into(),
                finding: "f".into(),
                verdict: *verdict,
            })
            .collect();
        let aged: Vec<AgedAnswer<'_>> = made
            .iter()
            .zip(answers)
            .map(|(answer, (_, fresh))| {
                let voice = if *fresh { Voice::Fresh } else { Voice::Old };
                AgedAnswer { answer, voice, as_of: None }
            })
            .collect();
        merge(&aged).map(|(state, ..)| state)
    }

    #[test]
    fn a_fresh_failure_wins_and_an_old_pass_never_does() {
        use Verdict::{Error, Fail, NotApplicable, Pass, Unknown};
        assert_eq!(merged(&[(Pass, true), (Fail, true)]), Some(State::Fail));
        assert_eq!(merged(&[(Pass, true), (Fail, false)]), Some(State::Pass));
        assert_eq!(merged(&[(Pass, false)]), Some(State::Stale));
        assert_eq!(merged(&[(Pass, false), (NotApplicable, true)]), Some(State::Stale));
        assert_eq!(merged(&[(Unknown, true), (Pass, false)]), Some(State::NotEvaluated));
        assert_eq!(merged(&[(Error, true), (Unknown, true)]), Some(State::Error));
        assert_eq!(merged(&[(NotApplicable, true)]), Some(State::NotApplicable));
        assert_eq!(merged(&[(NotApplicable, false)]), Some(State::Stale));
        assert_eq!(merged(&[]), None);
    }
}
