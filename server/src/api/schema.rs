//! The shapes of domain values, for the API's description.
//!
//! The API writes the domain's and the store's own values; `domain` knows no HTTP, so what a
//! program may rely on is said here. A test compares these shapes with what is really answered.

mod collection;

use utoipa::ToSchema;

pub use collection::{
    PartStatus, ProblemRow, Progress, Run, Scope, ScopeStatus, SourceError, Unreadable,
};

/// What is proved, what could be, and how much was looked at. All between 0 and 1.
#[derive(Debug, ToSchema)]
pub struct Score {
    /// The score that is shown: only fresh passes count.
    pub lo: f64,
    /// The score if everything unverified passed.
    pub hi: f64,
    /// The weighted share that was verified.
    pub coverage: f64,
}

/// Evaluations by state.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub struct Tally {
    /// Fresh passes.
    pub pass: u64,
    /// Fresh failures.
    pub fail: u64,
    /// Failures under an approved exception.
    pub excepted: u64,
    /// Nobody looked.
    pub not_evaluated: u64,
    /// Too old.
    pub stale: u64,
    /// Unreadable.
    pub error: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

/// A resource that is named by a finding.
#[derive(Debug, ToSchema)]
pub struct ResourceRef {
    /// Its ARN where any source knows it.
    pub key: String,
    /// CloudFormation type.
    pub kind: String,
    /// Untrusted text.
    pub name: String,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
}

/// A finding in a list. Titles and names are text of others: escape them.
#[derive(Debug, ToSchema)]
pub struct FindingRow {
    /// 32 hexadecimal digits.
    pub id: String,
    /// `securityhub`, `config`, `guardduty`, `backup` or `cloudtrail`.
    pub source: String,
    /// The product within the source.
    pub product: String,
    /// What was checked.
    pub check: String,
    /// The control that it answers.
    pub control: Option<String>,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// Untrusted text.
    pub title: String,
    /// `critical`, `high`, `medium`, `low` or `informational`.
    pub severity: String,
    /// Where it stands.
    pub state: String,
    /// Since when it stands there, as far as is known.
    #[schema(format = DateTime)]
    pub state_since: String,
    /// The first resource concerned.
    pub resource: ResourceRef,
    /// How many resources are concerned.
    pub resource_count: u64,
    /// When the source first saw it.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the source last changed it.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// When it was first read.
    #[schema(format = DateTime)]
    pub first_seen: String,
    /// A made-up example of the source; never counted.
    pub sample: bool,
}

/// A page of findings.
#[derive(Debug, ToSchema)]
pub struct FindingPage {
    /// Most severe first, then most recently changed.
    pub items: Vec<FindingRow>,
    /// The `cursor` of the next page; `null` on the last.
    pub next: Option<String>,
}

/// What a source said about something.
#[derive(Debug, ToSchema)]
pub struct Finding {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Who said it.
    pub source: String,
    /// The part of the visit whose age is its age.
    pub part: String,
    /// The source's own id.
    pub native_id: String,
    /// The product within the source.
    pub product: String,
    /// What was checked.
    pub check: String,
    /// The control that it answers.
    pub control: Option<String>,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// Untrusted text.
    pub title: String,
    /// Untrusted text.
    pub description: String,
    /// Our label.
    pub severity: String,
    /// As the source wrote it.
    pub severity_reported: String,
    /// Where it stands.
    pub state: String,
    /// The source's own word.
    pub compliance: String,
    /// Workflow status, or empty.
    pub workflow: String,
    /// `pass`, `fail`, `not-applicable`, `unknown` or `error`.
    pub verdict: String,
    /// Untrusted text.
    pub reason: String,
    /// Requirements that the source relates it to.
    pub requirements: Vec<String>,
    /// At least one.
    pub resources: Vec<ResourceRef>,
    /// Untrusted text.
    pub remediation: String,
    /// An `https://` address, or empty.
    pub remediation_url: String,
    /// When the source first saw it.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the source last changed it.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// A made-up example of the source.
    pub sample: bool,
}

/// A raw answer of AWS that is kept as evidence.
#[derive(Debug, ToSchema)]
pub struct EvidenceRow {
    /// SHA-256.
    pub hash: String,
    /// Part of the visit.
    pub part: String,
    /// API operation.
    pub operation: String,
    /// AWS's request id, or empty.
    pub request_id: String,
    /// When it arrived.
    #[schema(format = DateTime)]
    pub taken_at: String,
    /// Bytes.
    pub size: u64,
}

/// A change of a finding's state.
#[derive(Debug, ToSchema)]
pub struct FindingChange {
    /// When it was read.
    #[schema(format = DateTime)]
    pub at: String,
    /// Before.
    pub from_state: String,
    /// After.
    pub to_state: String,
}

/// A finding with everything known about it.
#[derive(Debug, ToSchema)]
pub struct FindingDetail {
    /// The finding.
    pub finding: Finding,
    /// When it was first read.
    #[schema(format = DateTime)]
    pub first_seen: String,
    /// Since when it is in its state.
    #[schema(format = DateTime)]
    pub state_since: String,
    /// The last round known to have seen it.
    pub last_seen_run: i64,
    /// When a complete listing no longer contained it.
    #[schema(format = DateTime)]
    pub gone_at: Option<String>,
    /// The raw answers that it was read from.
    pub evidence: Vec<EvidenceRow>,
    /// Oldest first.
    pub changes: Vec<FindingChange>,
}

/// One control and one resource.
#[derive(Debug, ToSchema)]
pub struct Evaluation {
    /// The control.
    pub control: String,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// The resource.
    pub resource: String,
    /// CloudFormation type, empty for gaps.
    pub kind: String,
    /// One of the seven states.
    pub state: String,
    /// Why.
    pub reason: String,
    /// The finding that decided.
    pub finding: Option<String>,
    /// When the deciding source was last read.
    #[schema(format = DateTime)]
    pub as_of: Option<String>,
}

/// An evaluation in a list.
#[derive(Debug, ToSchema)]
pub struct EvaluationRow {
    /// The evaluation.
    pub evaluation: Evaluation,
    /// Severity of the control.
    pub severity: String,
    /// Since when it is in this state.
    #[schema(format = DateTime)]
    pub since: String,
    /// Untrusted text.
    pub title: String,
    /// Untrusted text.
    pub finding_reason: String,
}

/// One checkable statement of the catalogue.
#[derive(Debug, ToSchema)]
pub struct Control {
    /// A stable slug.
    pub id: String,
    /// The statement.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it in the console, or what a person does.
    pub fix_console: String,
    /// How to fix it on the command line.
    pub fix_cli: String,
    /// Its weight.
    pub severity: String,
    /// Its category.
    pub category: String,
    /// Sections of 45 CFR part 164.
    pub sections: Vec<String>,
    /// Where its placement comes from.
    pub mapping: String,
    /// Why it is placed there.
    pub mapping_note: String,
    /// Resource types that it judges.
    pub resource_types: Vec<String>,
    /// Whether it judges the account.
    pub account_level: bool,
    /// `region` or `account`.
    pub scope: String,
    /// AWS Config rules that answer it.
    pub config_rules: Vec<String>,
    /// Security Hub controls that answer it.
    pub securityhub: Vec<String>,
    /// Security Hub controls that look at a part of it: they can fail it and never pass it.
    pub securityhub_partial: Vec<String>,
    /// Built-in checks that answer it.
    pub checks: Vec<String>,
    /// Only a person can answer it.
    pub attestation: bool,
    /// What the person attests.
    pub attestation_prompt: String,
    /// Judged unless the organisation says otherwise.
    pub default_on: bool,
    /// Where more is explained.
    pub docs: String,
}

/// A change of an evaluation.
#[derive(Debug, ToSchema)]
pub struct Transition {
    /// Rises with time.
    pub id: i64,
    /// When it was noticed.
    #[schema(format = DateTime)]
    pub at: String,
    /// The round.
    pub run: i64,
    /// The control.
    pub control: String,
    /// Severity of the control.
    pub severity: String,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// The resource.
    pub resource: String,
    /// What it means.
    pub kind: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// Why.
    pub reason: String,
    /// How long it had failed, in milliseconds.
    pub failed_for_ms: Option<i64>,
}

/// Resolved failures of one severity.
#[derive(Debug, ToSchema)]
pub struct Remediation {
    /// How many.
    pub count: u64,
    /// The median time that they had failed, in milliseconds.
    pub median_ms: i64,
}
