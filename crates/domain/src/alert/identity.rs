//! Who did it, as one name for all sessions and keys of the same principal.
//!
//! The names are those of [`crate::access_event::AccessEvent::identity`], so that a finding of
//! GuardDuty and an event of CloudTrail about the same role meet. A person's name at a provider
//! never stands here: it is replaced by an HMAC with a key of this installation.

use std::fmt;
use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{AccountId, Network};

/// Names in IAM are not longer (IAM User Guide, "IAM and STS quotas").
const NAME_CHARS: usize = 128;

/// A normalised identity. There is no way to make one from arbitrary text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(String);

impl Identity {
    /// The principal of an ARN; `None` for an ARN that names none.
    ///
    /// `arn:aws:sts::A:assumed-role/R/session` and `arn:aws:iam::A:role/path/R` are both
    /// `role/A/R` (AWS General Reference, "IAM identifiers"): the name of a session is often a
    /// person's address.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let (service, account) = (parts.nth(1)?, parts.nth(1)?);
        let resource = parts.next()?;
        if !is_account(account) || !matches!(service, "iam" | "sts") {
            return None;
        }
        if resource == "root" {
            return Some(Self(format!("root/{account}")));
        }
        let (kind, rest) = resource.split_once('/')?;
        let last = || rest.rsplit('/').next().unwrap_or(rest);
        match kind {
            "assumed-role" => Self::named("role", account, rest.split('/').next()?),
            "role" => Self::named("role", account, last()),
            "user" => Self::named("user", account, last()),
            // What follows is what somebody called a session: it may name a person.
            "federated-user" => Some(Self(format!("federated/{account}/sts"))),
            _ => None,
        }
    }

    /// The owner of the access key that a finding of GuardDuty names (`AccessKeyDetails`): the key
    /// itself changes with each session, the owner does not.
    pub fn of_access_key(user_type: &str, account: &AccountId, user_name: &str) -> Option<Self> {
        let account = account.as_str();
        match user_type {
            "Root" => Some(Self(format!("root/{account}"))),
            "IAMUser" => Self::named("user", account, user_name),
            "AssumedRole" | "Role" => {
                Self::named("role", account, user_name.split('/').next().unwrap_or_default())
            }
            "FederatedUser" => Some(Self(format!("federated/{account}/sts"))),
            "AWSAccount" => Some(Self(format!("account/{account}"))),
            "AWSService" => Some(Self(format!("service/{}", bounded(user_name)?))),
            _ => None,
        }
    }

    /// The root user of an account.
    pub fn root(account: &AccountId) -> Self {
        Self(format!("root/{account}"))
    }

    /// A person for whom a provider vouches, or a patient, by a code: HMAC-SHA256 over issuer and
    /// subject, each with its length before it, with the key of this installation.
    pub fn person(key: &[u8], issuer: &str, subject: &str) -> Self {
        // HMAC takes a key of any length (RFC 2104, section 2): this cannot fail.
        let Ok(mut code) = Hmac::<Sha256>::new_from_slice(key) else {
            return Self("person/unknown".to_owned());
        };
        for field in [issuer, subject] {
            code.update(&(field.len() as u32).to_be_bytes());
            code.update(field.as_bytes());
        }
        Self(format!("person/{}", hex::encode(&code.finalize().into_bytes()[..16])))
    }

    /// The network of an address, where nothing else is known: a /24 or a /56, never one address.
    pub fn network(address: IpAddr) -> Self {
        Self(format!("network/{}", Network::of(address)))
    }

    /// A name that an [`crate::AccessEvent`] already bears. `unknown/…` names nobody.
    pub fn of_event(identity: &str) -> Option<Self> {
        let (kind, rest) = identity.split_once('/')?;
        let known = matches!(
            kind,
            "root" | "user" | "role" | "federated" | "account" | "service" | "network" | "person"
        );
        (known && !rest.is_empty()).then(|| Self(identity.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn named(kind: &str, account: &str, name: &str) -> Option<Self> {
        Some(Self(format!("{kind}/{account}/{}", bounded(name)?)))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn bounded(name: &str) -> Option<String> {
    let name: String = name.trim().chars().take(NAME_CHARS).collect();
    (!name.is_empty()).then_some(name)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_paths_and_keys_of_one_principal_are_one_identity() {
        let of = |arn: &str| Identity::of_arn(arn).map(|identity| identity.0);
        let role = Some("role/123456789012/Nurse".to_owned());
        assert_eq!(of("arn:aws:sts::123456789012:assumed-role/Nurse/ada@example.org"), role);
        assert_eq!(of("arn:aws:iam::123456789012:role/wards/west/Nurse"), role);
        let account = AccountId::from("123456789012");
        let key = Identity::of_access_key("AssumedRole", &account, "Nurse");
        assert_eq!(key.map(|identity| identity.0), role);
        assert_eq!(
            of("arn:aws-us-gov:iam::123456789012:user/x/ada").as_deref(),
            Some("user/123456789012/ada")
        );
        assert_eq!(of("arn:aws:iam::123456789012:root").as_deref(), Some("root/123456789012"));
        let root = Identity::of_access_key("Root", &account, "root");
        assert_eq!(root, Some(Identity::root(&account)));
    }

    #[test]
    fn what_names_nobody_is_nobody() {
        for arn in [
            "",
            "arn",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::123456789012:policy/x",
            "arn:aws:iam::12:user/ada",
            "arn:aws:sts::123456789012:assumed-role//x",
            "arn:aws:iam::123456789012:user/",
        ] {
            assert_eq!(Identity::of_arn(arn), None, "{arn}");
        }
        assert_eq!(Identity::of_event("unknown/123456789012"), None);
        assert_eq!(Identity::of_event("ada"), None);
        assert!(Identity::of_event("role/123456789012/Nurse").is_some());
    }

    #[test]
    fn a_person_is_a_code_that_depends_on_the_installation_and_on_field_borders() {
        let ada = Identity::person(b"key", "https://idp", "ada@example.org");
        assert!(!ada.as_str().contains("ada"));
        assert_eq!(ada, Identity::person(b"key", "https://idp", "ada@example.org"));
        assert_ne!(ada, Identity::person(b"other", "https://idp", "ada@example.org"));
        assert_ne!(Identity::person(b"k", "ab", "c"), Identity::person(b"k", "a", "bc"));
    }

    #[test]
    fn an_address_is_a_network() {
        let network = |text: &str| Identity::network(text.parse().unwrap()).0;
        assert_eq!(network("198.51.100.7"), "network/198.51.100.0/24");
        assert_eq!(network("2001:db8:1:2345::1"), "network/2001:db8:1:2300::/56");
    }
}
