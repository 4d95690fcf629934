//! AWS Backup: vaults, plans, recovery points, jobs, and what is protected.
//!
//! AWS Backup is always on: an account without vaults is a fact, not a service that is off.
//!
//! Vaults, plans, recovery points and protected resources that a complete listing lacks are gone.
//! Jobs are never swept: AWS lists backup jobs of the last 30 days alone, and a restore test that
//! succeeded 80 days ago still counts.

#[cfg(feature = "aws")]
pub(crate) mod fetch;
pub mod map;
