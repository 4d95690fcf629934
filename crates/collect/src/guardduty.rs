//! Amazon GuardDuty: the detector of a region and its findings.

pub(crate) mod fetch;
pub mod map;
