//! Shapes of what is told about rounds.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A round.
#[derive(Debug, ToSchema)]
pub struct Run {
    /// Rises with time.
    pub id: i64,
    /// `schedule`, `person`, `command` or `demo`.
    pub trigger: String,
    /// When it began.
    #[schema(format = DateTime)]
    pub started: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub ended: Option<String>,
    /// `running`, `done` or `interrupted`.
    pub state: String,
    /// Scopes to visit.
    pub scopes_total: u64,
    /// Scopes visited.
    pub scopes_done: u64,
    /// Visits that failed.
    pub failed: u64,
    /// Findings that were not known before.
    pub findings_new: u64,
    /// Findings that changed.
    pub findings_changed: u64,
    /// Transitions by kind.
    pub transitions: BTreeMap<String, u64>,
    /// The catalogue that judged it.
    pub catalogue_version: String,
}

/// How far the present round is.
#[derive(Debug, ToSchema)]
pub struct Progress {
    /// Whether a round is under way.
    pub running: bool,
    /// Its number.
    pub run: Option<i64>,
    /// `collecting`, `judging` or `idle`.
    pub phase: String,
    /// Scopes visited.
    pub done: u64,
    /// Scopes to visit.
    pub total: u64,
    /// Scopes that failed.
    pub failed: u64,
    /// The last round that ended.
    pub last_finished: Option<i64>,
    /// When it ended.
    #[schema(format = DateTime)]
    pub last_finished_at: Option<String>,
    /// In a few words.
    pub note: String,
}

/// A cell of the collection matrix.
#[derive(Debug, ToSchema)]
pub struct Scope {
    /// The source.
    pub source: String,
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
}

/// A call that failed for good.
#[derive(Debug, ToSchema)]
pub struct SourceError {
    /// Part of the visit.
    pub part: String,
    /// API operation.
    pub operation: String,
    /// What kind of failure.
    pub class: String,
    /// The service's code.
    pub code: String,
    /// The service's words.
    pub message: String,
    /// The IAM action to add.
    pub missing_action: Option<String>,
}

/// The last success of a part of a visit.
#[derive(Debug, ToSchema)]
pub struct PartStatus {
    /// When it was last read completely.
    #[schema(format = DateTime)]
    pub as_of: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<SourceError>,
    /// The service was off.
    pub not_enabled: bool,
}

/// Everything known about visits to one scope.
#[derive(Debug, ToSchema)]
pub struct ScopeStatus {
    /// The scope.
    pub scope: Scope,
    /// `never`, `ok`, `partial`, `not-enabled` or `failed`.
    pub state: String,
    /// Part by part.
    pub parts: BTreeMap<String, PartStatus>,
    /// Start of the last visit.
    #[schema(format = DateTime)]
    pub last_attempt: Option<String>,
    /// Start of the last visit that read everything.
    #[schema(format = DateTime)]
    pub last_success: Option<String>,
    /// Milliseconds.
    pub took_ms: i64,
    /// Findings and resources read.
    pub items: u64,
    /// API calls.
    pub calls: u64,
    /// Throttled calls.
    pub throttled: u64,
    /// Problems in the answers.
    pub problems: u64,
    /// Milliseconds between visits.
    pub interval_ms: i64,
    /// When the next visit is due.
    #[schema(format = DateTime)]
    pub next_due: Option<String>,
    /// How far an incremental pull has come.
    #[schema(format = DateTime)]
    pub watermark: Option<String>,
    /// When the last complete pull began.
    #[schema(format = DateTime)]
    pub last_full: Option<String>,
}

/// Something in an answer that could not be read.
#[derive(Debug, ToSchema)]
pub struct Unreadable {
    /// Part of the visit.
    pub part: String,
    /// API operation.
    pub operation: String,
    /// The thing concerned, or empty.
    pub subject: String,
    /// What is wrong with it.
    pub message: String,
}

/// A problem, once, however often it was met.
#[derive(Debug, ToSchema)]
pub struct ProblemRow {
    /// The problem.
    pub problem: Unreadable,
    /// Where it was met.
    pub scope: Scope,
    /// First time.
    #[schema(format = DateTime)]
    pub first_seen: String,
    /// Last time.
    #[schema(format = DateTime)]
    pub last_seen: String,
    /// How often.
    pub count: u64,
}
