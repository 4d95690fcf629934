//! What is remembered: SQLite behind [`Reader`] and [`Writer`].
//!
//! The only crate that knows SQL. A [`Writer`] is the one writing connection; a [`Reader`] is a
//! small pool that cannot write. Everything that a page counts is counted when it is written, so no
//! page aggregates over findings. Lists are read by keyset, never by offset.
//!
//! Read in this order: [`mod@open`] (the file and its settings), [`scope`] and [`run`] (rounds over
//! the organisation), [`finding`] (ingest), [`judge`] (evaluations, transitions, scores), then the
//! reading side: [`finding_page`], [`evaluation_page`], [`score`], [`transition`].
#![warn(missing_docs)]

mod answer;
mod bulk;
mod code;
mod cursor;
mod digest;
mod error;
mod evaluation;
mod finding_cube;
mod finding_filter;
mod ground;
mod intern;
mod memo;
mod search;
mod version;

pub mod access_event;
pub mod alert;
pub mod audit;
pub mod audit_export;
pub mod audit_page;
pub mod backup;
pub mod checkpoint;
pub mod evaluation_page;
pub mod evidence;
pub mod exception;
pub mod finding;
pub mod finding_counts;
pub mod finding_get;
pub mod finding_page;
pub mod housekeeping;
pub mod inspection;
pub mod invitation;
pub mod judge;
pub mod migrate;
pub mod open;
pub mod organisation;
pub mod person;
pub mod problem;
pub mod register;
mod register_columns;
pub mod regression;
pub mod resource;
pub mod run;
pub mod runbook;
pub mod runbook_check;
pub mod runbook_page;
pub mod runbook_text;
pub mod scope;
pub mod score;
pub mod session;
pub mod sli;
pub mod sli_page;
pub mod suppression;
mod sweep;
pub mod telemetry;
pub mod telemetry_health;
pub mod telemetry_page;
pub mod token;
pub mod transition;
pub mod violation;

pub use access_event::{AccessGapRow, AccessQuery};
pub use audit::{Act, Actor, By, Origin};
pub use audit_export::Period;
pub use audit_page::{AuditColumn, AuditQuery, AuditRow};
pub use backup::{Backup, Checked, check_copy};
pub use checkpoint::Anchored;
pub use cursor::Page;
pub use error::StoreError;
pub use evaluation_page::{EvaluationQuery, EvaluationRow};
pub use evidence::EvidenceRow;
pub use finding::IngestReport;
pub use finding_counts::FindingCounts;
pub use finding_get::{FindingChange, FindingDetail};
pub use finding_page::{FindingQuery, FindingRow};
pub use judge::JudgeReport;
pub use open::{Reader, Writer, open};
pub use person::{Bounds, NewPerson, Person, PersonId};
pub use problem::ProblemRow;
pub use register::Earlier;
pub use register_columns::Table;
pub use run::{Run, RunState, Trigger};
pub use runbook::{RunbookRun, RunbookRunId};
pub use runbook_page::{RunbookQuery, RunbookRow};
pub use runbook_text::RunbookText;
pub use score::ScorePoint;
pub use session::{Digest, Proof, Session, Stage};
pub use suppression::{MutedAlert, SuppressionEntry, SuppressionPreview, SuppressionRow};
pub use token::{Token, TokenId};
pub use transition::{DriftDay, DriftQuery, Remediation};
