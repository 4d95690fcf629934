//! AWS Security Hub CSPM: the hub and its findings.
//!
//! Each region is asked for its own findings of its own account, also where an aggregation region
//! exists and also in the account of a delegated administrator: filters on `AwsAccountId` and
//! `Region` keep other accounts' and regions' copies out, so that no finding is read twice and
//! the age of a scope is the age of its own findings. Should a foreign finding be in an answer
//! all the same, it keeps its own account and region, and so its own identity.

mod asff;
mod control;
#[cfg(feature = "aws")]
pub(crate) mod fetch;
pub mod map;
