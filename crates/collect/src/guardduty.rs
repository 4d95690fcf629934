//! Amazon GuardDuty: the detector of a region and its findings.

#[cfg(feature = "aws")]
pub(crate) mod fetch;
pub mod map;
