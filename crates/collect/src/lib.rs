//! What AWS says, turned into domain values.
//!
//! One collector for each source: [`visit`] asks one source in one account and region, and hands
//! over [`domain::Batch`]es as the answers arrive. It returns an [`domain::Outcome`], always: an
//! error ends the part of the visit that met it, and stands in the outcome.
//!
//! Raw first: the AWS SDK signs, sends, times out and retries, but the answers are read from the
//! JSON as received (see `capture`), because the SDK's own types drop what they do not know and
//! refuse a whole page for one surprising value. The `map` modules do that reading; they are pure.
//!
//! Read in this order: [`session`], [`operation`], `visit`, then one of [`securityhub`],
//! [`config`], [`guardduty`], [`backup`].
#![warn(missing_docs)]

pub mod backup;
mod capture;
pub mod config;
mod doctor;
mod fault;
pub mod guardduty;
mod lenient;
pub mod operation;
mod pace;
mod page;
mod policy;
mod read;
mod resource_name;
pub mod securityhub;
pub mod session;
mod visit;

pub use doctor::{Check, CheckResult, caller_identity, doctor};
pub use operation::{Operation, operations};
pub use page::{Mapped, Page, Unreadable};
pub use policy::{assume_role_policy, iam_policy};
pub use resource_name::Place;
pub use session::{Limits, Options, Rates, Session, StaticCredentials};
pub use visit::visit;
