//! What a source said about something, once.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ControlId, FindingId, Part, Region, ResourceRef, Severity, Source, Timestamp,
    Verdict,
};

/// A statement of a source: a Security Hub or GuardDuty finding, the result of a Config rule for a
/// resource, or the result of one of our own checks over facts of Config or AWS Backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identity; an update of the same statement has the same id.
    pub id: FindingId,
    /// Who said it. Checks of our own name the source of their facts.
    pub source: Source,
    /// The part of the visit whose age is the age of this statement.
    pub part: Part,
    /// The source's own id.
    pub native_id: String,
    /// The product within the source, e.g. `Security Hub`, `Inspector`, `Wardround check`.
    pub product: String,
    /// What was checked: a Security Hub control id (`S3.8`), a Config rule's source identifier, a
    /// GuardDuty finding type, or the id of one of our checks. Empty when the source names none.
    pub check: String,
    /// The control of our catalogue that this check answers.
    pub control: Option<ControlId>,
    /// Account of the thing judged.
    pub account: AccountId,
    /// Region of the thing judged.
    pub region: Region,
    /// Untrusted text.
    pub title: String,
    /// Untrusted text.
    pub description: String,
    /// Our label.
    pub severity: Severity,
    /// The severity as the source wrote it, e.g. `8.95` or `HIGH`.
    pub severity_reported: String,
    /// Where it stands.
    pub state: FindingState,
    /// The source's own words for state: `FAILED`, `NON_COMPLIANT`, …; for GuardDuty the part that
    /// the resource played, `TARGET` or `ACTOR`.
    pub compliance: String,
    /// Workflow status as reported (`NEW`, `NOTIFIED`, `SUPPRESSED`, `RESOLVED`), or empty.
    pub workflow: String,
    /// What the check says about the resource: does it pass? Suppression does not change it.
    pub verdict: Verdict,
    /// Why, in the source's words (annotation, status reason), or empty. Untrusted text.
    pub reason: String,
    /// Framework requirements that the source relates it to, e.g. `NIST.800-53.r5 AC-3`.
    pub requirements: Vec<String>,
    /// The resources concerned, at least one.
    pub resources: Vec<ResourceRef>,
    /// What the source recommends. Untrusted text.
    pub remediation: String,
    /// Where the source explains more; only `https://` addresses are kept.
    pub remediation_url: String,
    /// When the source first saw it.
    pub created_at: Timestamp,
    /// When the source last changed it.
    pub updated_at: Timestamp,
    /// A made-up example of the source (GuardDuty sample findings): shown, never counted.
    pub sample: bool,
}

/// Where a finding stands, for lists and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingState {
    /// It fails and nobody has set it aside.
    Open,
    /// Set aside in the source. It still fails, and still counts as failing in scores.
    Suppressed,
    /// The source cannot tell.
    Unknown,
    /// It passes.
    Passed,
    /// Marked resolved, or gone from a complete listing.
    Resolved,
    /// Archived in the source.
    Archived,
    /// The source says that it does not apply.
    NotApplicable,
}

impl FindingState {
    /// All states, the most pressing first.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Suppressed,
        Self::Unknown,
        Self::Passed,
        Self::Resolved,
        Self::Archived,
        Self::NotApplicable,
    ];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suppressed => "suppressed",
            Self::Unknown => "unknown",
            Self::Passed => "passed",
            Self::Resolved => "resolved",
            Self::Archived => "archived",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The inverse of [`FindingState::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a finding in this state still says something about the present.
    ///
    /// Archived and vanished findings do not: they neither pass nor fail anything.
    pub fn speaks(self) -> bool {
        !matches!(self, Self::Archived | Self::Resolved)
    }
}

/// The days that remain to fix an open finding, by severity: critical 7, high 30, medium 90,
/// low 180. Ours, not the regulation's; 45 CFR 164.308(a)(1)(ii)(B) asks for "reasonable".
pub fn remediation_days(severity: Severity) -> Option<i64> {
    match severity {
        Severity::Critical => Some(7),
        Severity::High => Some(30),
        Severity::Medium => Some(90),
        Severity::Low => Some(180),
        Severity::Informational => None,
    }
}
