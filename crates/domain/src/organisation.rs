//! Who is watched, and what the organisation demands of itself.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Goal, Region};

/// The organisation as configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// IANA time zone for screens, e.g. `America/Chicago`.
    pub time_zone: String,
    /// The score it wants to reach.
    pub goal: Goal,
    /// The accounts to visit.
    pub accounts: Vec<Account>,
    /// Demands beyond the regulation.
    pub policy: Policy,
}

/// An AWS account to visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: AccountId,
    /// A name for people.
    pub name: String,
    /// The role to assume; `None` uses the ambient credentials.
    pub role_arn: Option<String>,
    /// The external id that the role demands.
    pub external_id: Option<String>,
    /// Regions to visit.
    pub regions: Vec<Region>,
    /// Whether it may hold PHI. Only such accounts are limited to HIPAA-eligible services.
    pub phi: bool,
}

/// Demands beyond the regulation, all off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// EC2 instances must run on dedicated hardware. AWS has not required this for PHI since 2017.
    pub dedicated_tenancy: bool,
}

impl Organisation {
    /// The account with this id.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }

    /// The name of an account, or its id when it is no longer configured.
    pub fn account_name<'a>(&'a self, id: &'a AccountId) -> &'a str {
        self.account(id).map_or(id.as_str(), |account| account.name.as_str())
    }
}
