//! AWS Config: what is recorded, the inventory, and the results of rules.

pub(crate) mod fetch;
mod fetch_rules;
pub mod inventory;
pub mod recorder;
pub mod rules;
