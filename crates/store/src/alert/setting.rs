//! Who is told, and when people work: what decisions rest on besides what is stored.

use domain::Timestamp;
use domain::alert::surge::SurgeRule;
use domain::alert::{Chain, Hours, Rules};

/// A contact: a name, and the kind of its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its name; chains and notices name it by this.
    pub name: String,
    /// The word for its channel, such as `pagerduty`.
    pub kind: String,
}

/// What decisions rest on besides what is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What is classified how.
    pub rules: Rules,
    /// When people work, and when the digest goes out.
    pub hours: Hours,
    /// Who is called about pages.
    pub chain: Chain,
    /// Who is told of tickets, and of pages while nobody stands in the chain.
    pub team: Vec<String>,
    /// All contacts.
    pub contacts: Vec<Contact>,
    /// When many alerts are a surge.
    pub surge: SurgeRule,
    /// When this process began to look.
    pub started: Timestamp,
    /// Whether suppressions are loaded and every rule was evaluated once since.
    pub ready: bool,
}

impl Setting {
    /// The built-in rules, nobody to tell.
    pub fn bare(zone: impl Into<String>, started: Timestamp) -> Self {
        Self {
            rules: Rules::get().clone(),
            hours: Hours::usual(zone),
            chain: Chain::default(),
            team: Vec::new(),
            contacts: Vec::new(),
            surge: SurgeRule::default(),
            started,
            ready: true,
        }
    }

    /// The kind of a contact's channel; empty for one that is no longer configured.
    pub(crate) fn kind(&self, contact: &str) -> String {
        let found = self.contacts.iter().find(|it| it.name == contact);
        found.map_or_else(String::new, |it| it.kind.clone())
    }
}
