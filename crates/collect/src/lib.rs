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
//! Without the feature `aws` there are the mappers alone, for programs that try them.
//!
//! Read in this order: [`session`], [`operation`], `visit`, then one of [`securityhub`],
//! [`config`], [`guardduty`], [`backup`], [`cloudtrail`].
#![warn(missing_docs)]
#![cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "what asks AWS uses more of the readers than the mappers do")
)]

pub mod backup;
#[cfg(feature = "aws")]
mod capture;
pub mod cloudtrail;
pub mod config;
#[cfg(feature = "aws")]
mod doctor;
#[cfg(feature = "aws")]
mod fault;
pub mod guardduty;
mod lenient;
pub mod operation;
#[cfg(feature = "aws")]
mod pace;
mod page;
#[cfg(feature = "aws")]
mod pager;
mod policy;
mod read;
mod replay;
mod resource_name;
pub mod securityhub;
#[cfg(feature = "aws")]
pub mod session;
#[cfg(feature = "aws")]
mod visit;

#[cfg(feature = "aws")]
pub use doctor::{Check, CheckResult, caller_identity, doctor};
pub use operation::{Operation, operations};
pub use page::{Mapped, Page, Unreadable};
pub use policy::{assume_role_policy, iam_policy};
pub use replay::replay;
pub use resource_name::Place;
#[cfg(feature = "aws")]
pub use session::{Limits, Options, Rates, Session, StaticCredentials};
#[cfg(feature = "aws")]
pub use visit::visit;
