//! The vocabulary of Wardround and the formulas that judge.
//!
//! Plain types and total functions: no IO, no clock, no SQL, no AWS, no HTML.
//! Every number that a page, an export or an alert shows is computed here, by one function each.
//!
//! Read in this order: [`source`] (who is asked, where), [`finding`] and [`resource`] (what they
//! said), [`catalogue`] (what the law wants and how it is checked), [`evaluation`] and [`judge`]
//! (one control, one resource), [`score`] (the honest number).
#![warn(missing_docs)]

pub mod access;
pub mod access_event;
pub mod alert;
pub mod batch;
pub mod breach;
pub mod catalogue;
pub mod check;
pub mod clock;
pub mod evaluation;
pub mod exception;
pub mod finding;
pub mod freshness;
pub mod history;
pub mod id;
pub mod judge;
pub mod organisation;
pub mod register;
pub mod resource;
pub mod runbook;
pub mod score;
pub mod severity;
pub mod sli;
pub mod source;
pub mod telemetry;

pub use access::{Action, Role};
pub use access_event::{AccessEvent, AccessGap, AccessOutcome, IdentityKind, Network};
pub use batch::{Batch, Evidence, Outcome, Problem, Sweep};
pub use catalogue::{Catalogue, Category, Control, Safeguard};
pub use clock::{Clock, ManualClock};
pub use evaluation::{Answer, Evaluation, Reason, State, Verdict};
pub use exception::{Exception, ExceptionFlaw};
pub use finding::{Finding, FindingState};
pub use freshness::{Freshness, PartStatus, ScopeStatus};
pub use history::{Transition, TransitionKind};
pub use id::{AccountId, ControlId, FindingId, Region, ResourceKey, RunId, SectionId, Timestamp};
pub use organisation::{Account, Organisation, Policy};
pub use resource::{Resource, ResourceRef};
pub use score::{Goal, Score, ScoreScope, Standing, Tally};
pub use severity::Severity;
pub use sli::Sli;
pub use source::{ErrorClass, Part, Scope, ScopeState, Source, SourceError};
