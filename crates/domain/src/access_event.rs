//! Who tried to get into AWS or to do something there, and how that ended.
//!
//! An event keeps what it takes to count and to recognise a pattern, and nothing that names a
//! person beyond the principal of AWS: no user agent, no parameters, no full address, no name of a
//! session (people sign in under their mail address).

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::resource::kind;
use crate::telemetry::{AuthCause, AuthFact, AuthOutcome};
use crate::{AccountId, Part, Region, Resource, Timestamp};

/// The service that records sign-ins, as [`AccessEvent::service`] has it.
pub const SIGN_IN_SERVICE: &str = "signin";
/// The action of a sign-in to the console.
pub const CONSOLE_LOGIN: &str = "ConsoleLogin";

/// One attempt, as CloudTrail recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEvent {
    /// CloudTrail's `eventID`: the same event read twice is one.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// The account in which it was recorded.
    pub account: AccountId,
    /// The region in which it was recorded.
    pub region: Region,
    /// The service, e.g. `s3`: `eventSource` without its domain.
    pub service: String,
    /// The API operation, e.g. `GetObject`.
    pub action: String,
    /// How it ended.
    pub outcome: AccessOutcome,
    /// Why it did not succeed, where that is clear.
    pub cause: Option<AuthCause>,
    /// Who, normalised so that every session of a role is one: `role/ACCOUNT/NAME`,
    /// `user/ACCOUNT/NAME`, `root/ACCOUNT`, …; the network where nothing else is known.
    pub identity: String,
    /// What kind of identity that is.
    pub identity_kind: IdentityKind,
    /// From which network, where the caller was not a service of AWS.
    pub address_net: Option<Network>,
    /// Whether a second factor was used; `None` where AWS cannot know, as when a provider outside
    /// vouched for the person.
    pub mfa: Option<bool>,
    /// The service's error code, or empty.
    pub error_code: String,
}

impl AccessEvent {
    /// Whether it is a sign-in to the console.
    pub fn is_sign_in(&self) -> bool {
        self.service == SIGN_IN_SERVICE && self.action == CONSOLE_LOGIN
    }

    /// The sign-in in the terms of telemetry: a wrong password is a refusal, not a failure of the
    /// system. `None` for what is no sign-in. Names nobody: see [`AccessEvent::identity`].
    pub fn auth_fact(&self) -> Option<AuthFact> {
        self.is_sign_in().then(|| auth_fact(self.outcome, self.cause))
    }
}

/// How a sign-in with this end counts: see [`AuthFact::judged`].
pub fn auth_fact(outcome: AccessOutcome, cause: Option<AuthCause>) -> AuthFact {
    let outcome = match outcome {
        AccessOutcome::Allowed => AuthOutcome::Success,
        AccessOutcome::Denied | AccessOutcome::Failed => AuthOutcome::Failure,
    };
    AuthFact { outcome, cause, who: None }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessOutcome {
    /// It succeeded.
    Allowed,
    /// Somebody was refused.
    Denied,
    /// It failed for another reason, or for one that is not told.
    Failed,
}

impl AccessOutcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Denied, Self::Failed];

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// The root user of an account.
    Root,
    /// A user of IAM.
    User,
    /// A role, whoever assumed it.
    Role,
    /// Somebody for whom a provider outside of IAM vouches.
    Federated,
    /// Another account.
    Account,
    /// A service of AWS.
    Service,
    /// Nobody known: the network that the attempt came from.
    Network,
    /// Nobody known, and from nowhere known.
    Unknown,
}

impl IdentityKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Root,
        Self::User,
        Self::Role,
        Self::Federated,
        Self::Account,
        Self::Service,
        Self::Network,
        Self::Unknown,
    ];

    /// The word with which identities of this kind begin, and that stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::User => "user",
            Self::Role => "role",
            Self::Federated => "federated",
            Self::Account => "account",
            Self::Service => "service",
            Self::Network => "network",
            Self::Unknown => "unknown",
        }
    }
}

/// A network, coarse enough not to be one person's address: a /24 of IPv4, a /56 of IPv6. Nothing
/// finer can be stored, because nothing finer can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Self(IpAddr::from([a, b, c, 0]))
            }
            IpAddr::V6(v6) => {
                Self(IpAddr::from((u128::from(v6) & (u128::MAX << 72)).to_be_bytes()))
            }
        }
    }

    /// Reads an address, or a network as it is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        let address = match text.split_once('/') {
            Some((address, "24" | "56")) => address,
            Some(_) => return None,
            None => text,
        };
        address.parse().ok().map(Self::of)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = if self.0.is_ipv4() { 24 } else { 56 };
        write!(f, "{}/{length}", self.0)
    }
}

impl Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a network"))
    }
}

/// A span of time in which events happened that nobody looked at: there were more of them than one
/// visit may ask for. A count over it is a lower bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccessGap {
    /// Which listing was cut short.
    pub part: Part,
    /// Its beginning.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

/// What a trail does in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailState {
    /// Whether it records at present; `None` where nobody could ask.
    pub logging: Option<bool>,
    /// Whether it signs digests of its log files, so that a change of them shows.
    pub validated: bool,
    /// Whether its last delivery failed.
    pub delivery_fails: bool,
}

impl TrailState {
    /// Reads the fact record of a trail; `None` for any other resource.
    pub fn of(resource: &Resource) -> Option<Self> {
        if resource.kind != kind::TRAIL_STATUS {
            return None;
        }
        let flag = |pointer: &str| resource.facts.pointer(pointer)?.as_bool();
        let error = resource.facts.pointer("/status/LatestDeliveryError");
        Some(Self {
            logging: flag("/status/IsLogging"),
            validated: flag("/LogFileValidationEnabled") == Some(true),
            delivery_fails: error
                .and_then(serde_json::Value::as_str)
                .is_some_and(|text| !text.is_empty()),
        })
    }

    /// Whether the region's activity is recorded in files whose change would show. What is not
    /// known counts as no.
    pub fn guards(self) -> bool {
        self.logging == Some(true) && self.validated && !self.delivery_fails
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Judged;

    #[test]
    fn a_network_is_coarse_and_comes_back() {
        for (address, network) in [
            ("198.51.100.77", "198.51.100.0/24"),
            ("::ffff:198.51.100.77", "198.51.100.0/24"),
            ("2001:db8:1:2345:6789:abcd:ef01:2345", "2001:db8:1:2300::/56"),
        ] {
            let made = Network::parse(address).unwrap();
            assert_eq!(made.to_string(), network);
            assert_eq!(Network::parse(network), Some(made));
            let json = serde_json::to_string(&made).unwrap();
            assert_eq!(serde_json::from_str::<Network>(&json).unwrap(), made);
        }
        for wrong in ["", "AWS Internal", "ec2.amazonaws.com", "10.0.0.1/8", "10.0.0.1/32"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_wrong_password_spends_no_budget() {
        let judged = |outcome, cause| auth_fact(outcome, cause).judged();
        assert_eq!(judged(AccessOutcome::Allowed, None), Judged::Good);
        assert_eq!(judged(AccessOutcome::Denied, Some(AuthCause::WrongCredential)), Judged::Good);
        assert_eq!(judged(AccessOutcome::Failed, Some(AuthCause::Fault)), Judged::Bad);
        assert_eq!(judged(AccessOutcome::Failed, None), Judged::Unclear);
        assert!(auth_fact(AccessOutcome::Denied, Some(AuthCause::SecondFactor)).refused());
    }
}
