//! A simulated AWS organisation that speaks the real wire protocols.
//!
//! `awsim` answers Security Hub, AWS Config, GuardDuty, AWS Backup, CloudTrail and STS requests for
//! the fictitious "Meridian Valley Health": four accounts, three regions, some 600 resources. The real
//! AWS SDKs work against it. Everything follows from a seed and from the time: findings appear,
//! are fixed, and drift, and the inventory, the rule results and the findings change together.
//!
//! It is written from AWS's API models and shares no code with the collectors, so that it cannot
//! share their misreadings.

#![warn(missing_docs)]

mod answer;
mod backup;
mod call;
mod checks;
mod ci;
mod clock;
mod cloudtrail;
mod config;
mod faults;
mod guardduty;
mod handler;
mod identity;
mod kinds;
mod noise;
mod organisation;
pub mod prowler;
mod route;
mod schedule;
mod securityhub;
mod sim;
mod sql;
mod struck;
mod sts;
mod token;
mod wire;
mod world;

pub use faults::{Fault, FaultScript, FaultScriptError};
pub use organisation::{ACCESS_KEY_ID, Account, SECRET_ACCESS_KEY, organisation};
pub use sim::{CallCount, Options, Sim};
