//! What a provider says about a person.

use std::collections::HashMap;

use domain::Role;
use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Somebody for whom the provider vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The provider.
    pub issuer: String,
    /// What it calls the person, for ever; not for people's eyes.
    pub subject: String,
    /// What people call them.
    pub name: String,
    /// The role of the first group that has one.
    pub role: Role,
    /// Whether the provider says that a second factor was shown.
    pub second_factor: bool,
}

/// Claims beside the standard ones; which of them lists groups is configured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Others {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}

impl AdditionalClaims for Others {}

impl Others {
    /// The groups that a claim lists; `None` where there is no such claim.
    pub(crate) fn groups(&self, claim: &str) -> Option<Vec<String>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match self.all.get(claim)? {
            Value::Array(items) => Some(items.iter().filter_map(text).collect()),
            Value::String(one) => Some(vec![one.clone()]),
            _ => Some(Vec::new()),
        }
    }
}

/// The role of the first configured group that somebody is in.
pub(crate) fn role(configured: &[(String, Role)], groups: &[String]) -> Option<Role> {
    configured.iter().find(|(group, _)| groups.contains(group)).map(|(_, role)| *role)
}

/// Whether authentication methods (RFC 8176) name more than a password: `mfa` says so itself, the
/// others are something that one has or is.
pub(crate) fn second_factor(methods: &[String]) -> bool {
    const MORE: [&str; 12] =
        ["mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "retina", "vbm", "pop", "sms"];
    methods.iter().any(|method| MORE.contains(&method.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_configured_group_counts_and_none_is_nobody() {
        let configured =
            [("admins".to_owned(), Role::Administrator), ("staff".to_owned(), Role::Executive)];
        let groups =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(role(&configured, &groups(&["staff", "admins"])), Some(Role::Administrator));
        assert_eq!(role(&configured, &groups(&["staff"])), Some(Role::Executive));
        assert_eq!(role(&configured, &groups(&["Staff", "others"])), None);
        assert_eq!(role(&configured, &[]), None);
    }

    #[test]
    fn a_claim_lists_groups_in_one_of_two_ways() {
        let others = |json: &str| serde_json::from_str::<Others>(json).unwrap();
        let both = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(others(r#"{"roles": ["a", "b"]}"#).groups("roles"), both);
        assert_eq!(others(r#"{"roles": "a"}"#).groups("roles"), Some(vec!["a".to_owned()]));
        assert_eq!(others(r#"{"roles": 3}"#).groups("roles"), Some(Vec::new()));
        assert_eq!(others("{}").groups("roles"), None);
    }

    #[test]
    fn a_password_alone_is_no_second_factor() {
        let methods =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(second_factor(&methods(&["pwd", "mfa"])));
        assert!(second_factor(&methods(&["hwk"])));
        assert!(!second_factor(&methods(&["pwd", "kba"])));
        assert!(!second_factor(&[]));
    }
}
