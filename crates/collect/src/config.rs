//! AWS Config: what is recorded, the inventory, and the results of rules.

#[cfg(feature = "aws")]
pub(crate) mod fetch;
#[cfg(feature = "aws")]
mod fetch_rules;
pub mod inventory;
pub mod recorder;
pub mod rules;
