//! Systems: what holds ePHI, who answers for it, how much hangs on it.
//!
//! A risk analysis begins with where ePHI is (45 CFR 164.308(a)(1)(ii)(A)); how critical
//! applications and data are is 164.308(a)(7)(ii)(E).

use serde::{Deserialize, Serialize};

use super::field::FieldKind::{self, Choice, Line, Text};
use super::field::{Field, Filled, Flaw};
use super::reading::{Known, Reading, or_empty};
use super::{Record, SystemId, VendorId, words};
use crate::AccountId;

words!(
    /// How much hangs on a system.
    Criticality {
        /// Patients are harmed or care stops.
        Critical = "critical", "Critical: care stops without it";
        /// Care goes on, slower or on paper.
        Important = "important", "Important: care goes on by other means";
        /// It can be missed for days.
        Routine = "routine", "Routine: it can be missed for days";
    }
);

/// A system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// What it is called.
    pub name: String,
    /// The role that answers for it; no name of a person.
    pub owner: String,
    /// The kinds of ePHI that it holds; empty for none.
    pub holds: String,
    /// Accounts in which it runs.
    pub accounts: Vec<AccountId>,
    /// The vendor that runs it.
    pub vendor: Option<VendorId>,
    /// How much hangs on it.
    pub criticality: Criticality,
}

const FIELDS: &[Field] = &[
    Field::new("name", "Name", Line(120)).required(),
    Field::new("owner_role", "Role that answers for it", Line(120))
        .required()
        .hint("A role, not the name of a person."),
    Field::new("holds", "Kinds of ePHI that it holds", Text(1_000))
        .hint("Such as names, diagnoses, images. Kinds only, never an example. Empty for none."),
    Field::new("criticality", "How much hangs on it", Choice(Criticality::CHOICES)).required(),
    Field::new("accounts", "AWS accounts in which it runs", FieldKind::Accounts)
        .hint("Twelve digits each, separated by spaces. Empty when it runs elsewhere."),
    Field::new("vendor", "Vendor that runs it", FieldKind::Vendor)
        .hint("Empty when we run it ourselves."),
];

impl Record for System {
    type Id = SystemId;
    const WORD: &'static str = "system";
    const WORDS: &'static str = "systems";
    const FIELDS: &'static [Field] = FIELDS;
    const UNIQUE: bool = true;
    const TITLE: &'static str = "name";
    const KEYS: &'static [&'static str] = &["name"];

    fn read(filled: &Filled, known: &Known) -> Result<Self, Vec<Flaw>> {
        let mut reading = Reading::new(filled, FIELDS, known);
        let criticality = reading.choice("criticality", Criticality::parse, Criticality::CHOICES);
        let system = Self {
            name: reading.text("name"),
            owner: reading.text("owner_role"),
            holds: reading.text("holds"),
            accounts: reading.accounts("accounts"),
            vendor: reading.vendor("vendor"),
            criticality: criticality.unwrap_or(Criticality::Critical),
        };
        reading.finish(system)
    }

    fn write(&self, known: &Known) -> Filled {
        let accounts: Vec<&str> = self.accounts.iter().map(AccountId::as_str).collect();
        Filled::default()
            .with("name", &self.name)
            .with("owner_role", &self.owner)
            .with("holds", &self.holds)
            .with("criticality", self.criticality.as_str())
            .with("accounts", accounts.join(" "))
            .with("vendor", or_empty(self.vendor.map(|id| known.vendor_name(id))))
    }

    fn title(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_names_its_accounts_and_its_vendor() {
        let known = Known {
            vendors: vec![(VendorId(3), "Imaging archive".to_owned())],
            ..Known::default()
        };
        let filled = Filled::default()
            .with("name", "Picture archive")
            .with("owner_role", "Radiology lead")
            .with("criticality", "critical")
            .with("accounts", "111111111111, 222222222222")
            .with("vendor", "imaging ARCHIVE");
        let system = System::read(&filled, &known).unwrap();
        assert_eq!((system.accounts.len(), system.vendor), (2, Some(VendorId(3))));
        assert_eq!(System::read(&system.write(&known), &known), Ok(system));
        let wrong = filled.with("accounts", "1111").with("vendor", "Nobody");
        let fields: Vec<&str> =
            System::read(&wrong, &known).unwrap_err().iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, ["accounts", "vendor"]);
    }
}
