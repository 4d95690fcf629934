//! What may become an alert.

use serde::{Deserialize, Serialize};

use super::event_type::EventType;
use super::identity::Identity;
use super::origin::{Call, Origin, ViolationKind};
use super::{Class, Level};
use crate::register::words;
use crate::{AccountId, Region, ResourceKey, Severity, Source, Timestamp};

words!(
    /// Whether PHI is at stake.
    Phi {
        /// It is known to be.
        Yes = "yes", "PHI";
        /// Nobody has said. Treated as if it were.
        Unknown = "unknown", "PHI unknown";
        /// It is known not to be.
        No = "no", "No PHI";
    }
);

words!(
    /// What an evaluation saw.
    Observed {
        /// It is so.
        Firing = "firing", "Firing";
        /// It was looked at, and it is not so.
        Resolved = "resolved", "Resolved";
        /// Nobody could look.
        Unobserved = "unobserved", "Not observed";
    }
);

/// The resource concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Which.
    pub key: ResourceKey,
    /// Whether it holds PHI.
    pub phi: Phi,
    /// The group of resources that belong together for PHI (a system of the register), if known.
    pub group: Option<String>,
}

/// The severity as the source wrote it, kept as it came: AWS changes its defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// The text, e.g. `8.95` or `HIGH`.
    pub text: String,
    /// GuardDuty's number.
    pub number: Option<f64>,
    /// The label, where the source gives one.
    pub label: Option<Severity>,
}

/// What may become an alert, as it was seen at one instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Where it comes from.
    pub origin: Origin,
    /// The account; `None` where it is about the whole installation, or missing.
    pub account: Option<AccountId>,
    /// The region.
    pub region: Option<Region>,
    /// The resource.
    pub resource: Option<Affected>,
    /// Who did it.
    pub identity: Option<Identity>,
    /// Whether that identity can reach PHI.
    pub reach: Phi,
    /// What happened, where it is more than what the origin says.
    pub event_type: Option<EventType>,
    /// The severity as reported.
    pub severity: Reported,
    /// Our resource is the one that acts: GuardDuty's `resourceRole` is `ACTOR`.
    pub inside: bool,
    /// The approved change or test that explains it, where one was matched.
    pub change_ref: Option<String>,
    /// When it happened, by the source's clock.
    pub at: Timestamp,
    /// Where it is shown: a path of this product.
    pub link: String,
    /// The source's own id of the event, if it has a unique one.
    pub event_id: Option<String>,
    /// Firing, resolved, or not observed.
    pub observed: Observed,
}

impl Signal {
    /// A firing signal of which nothing else is known.
    pub fn new(origin: Origin, at: Timestamp) -> Self {
        Self {
            origin,
            account: None,
            region: None,
            resource: None,
            identity: None,
            reach: Phi::Unknown,
            event_type: None,
            severity: Reported::default(),
            inside: false,
            change_ref: None,
            at,
            link: String::new(),
            event_id: None,
            observed: Observed::Firing,
        }
    }

    /// Whether PHI is at stake: at the resource, or within reach of the identity. A resource of
    /// which nobody has said it is unknown, and unknown is treated as PHI by the rules.
    pub fn phi(&self) -> Phi {
        match self.resource.as_ref().map(|resource| resource.phi) {
            _ if self.reach == Phi::Yes => Phi::Yes,
            Some(phi) => phi,
            None => self.reach,
        }
    }

    /// What happened.
    pub fn event_type(&self) -> Option<EventType> {
        self.event_type.clone().or_else(|| self.origin.event_type())
    }

    /// Who did it, else what it happened to, else what it is about.
    pub fn who(&self) -> Option<String> {
        if let Some(identity) = &self.identity {
            return Some(identity.as_str().to_owned());
        }
        let resource = self.resource.as_ref();
        resource.map(|resource| resource.key.to_string()).or_else(|| self.origin.subject())
    }

    /// What groups related alerts: the group of PHI resources if known, else the identity, else
    /// the resource, else what it is about.
    pub fn scope(&self) -> Option<String> {
        let group = self.resource.as_ref().and_then(|resource| resource.group.as_ref());
        group.map(|group| format!("group/{group}")).or_else(|| self.who())
    }

    /// The account as a field of a key. Only what is about the installation has none.
    pub(super) fn place(&self) -> Option<&str> {
        match (&self.account, &self.origin) {
            (Some(account), _) => Some(account.as_str()),
            (None, Origin::Finding { .. }) => None,
            (None, _) => Some("installation"),
        }
    }

    /// Whether it tells of something that happened, not of how something is configured.
    pub fn is_event(&self) -> bool {
        match &self.origin {
            Origin::Finding { source, sample, archived, .. } => {
                matches!(source, Source::GuardDuty | Source::CloudTrail) && !sample && !archived
            }
            Origin::Indicator { call: Call::Violation { kind }, .. } => {
                !matches!(kind, ViolationKind::PhiPrevented | ViolationKind::Retention)
            }
            _ => false,
        }
    }
}

/// The level at which a signal that no rule knows is treated.
pub(super) const UNKNOWN_LEVEL: Level = Level { class: Class::Ticket, severity: Severity::Medium };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_treated_as_phi_only_where_nobody_said() {
        let at = Timestamp(0);
        let mut signal = Signal::new(Origin::Redactor, at);
        assert_eq!(signal.phi(), Phi::Unknown);
        signal.resource = Some(Affected { key: "k".into(), phi: Phi::No, group: None });
        assert_eq!(signal.phi(), Phi::No);
        signal.reach = Phi::Yes;
        assert_eq!(signal.phi(), Phi::Yes);
    }
}
