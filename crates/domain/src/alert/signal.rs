//! What may become an alert.

use serde::{Deserialize, Serialize};

use super::event_type::EventType;
use super::identity::Identity;
use super::{Class, Level};
use crate::register::words;
use crate::sli::{self, Sli};
use crate::{AccountId, ControlId, Region, ResourceKey, Severity, Source, Timestamp};

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

words!(
    /// What kind of bad event an invariant saw.
    ViolationKind {
        /// PHI reached storage.
        PhiStored = "phi-stored", "PHI was stored";
        /// PHI reached somebody outside.
        PhiLeft = "phi-left", "PHI left";
        /// PHI was stopped at the door: a prevented leak.
        PhiPrevented = "phi-prevented", "A leak of PHI was prevented";
        /// One identity was refused far more often than usual.
        Refusals = "refusals", "More refusals than usual";
        /// A success after several refusals.
        SuccessAfterRefusals = "success-after-refusals", "A success after refusals";
        /// Far more was read than usual.
        BulkExport = "bulk-export", "An unusually large export";
        /// Something is kept for too short.
        Retention = "retention", "Kept for too short";
    }
);

words!(
    /// What is wrong with what we collect.
    CollectionFault {
        /// CloudTrail, GuardDuty or Config was switched off.
        Disabled = "disabled", "A service was switched off";
        /// An audit source has sent nothing for so long that it counts as dead.
        AuditDead = "audit-dead", "An audit source is silent";
        /// Another source counts as dead.
        Dead = "dead", "A source is silent";
        /// A source is older than three of its intervals.
        Stale = "stale", "A source is stale";
        /// All sources' clocks are wrong by more than five minutes: it is ours.
        ClockSkewAll = "clock-skew-all", "All clocks differ";
        /// One source's clock is wrong by more than five minutes.
        ClockSkew = "clock-skew", "A clock differs";
        /// A pageable alert could not be observed for a quarter of an hour.
        PageFrozen = "page-frozen", "A page cannot be observed";
    }
);

words!(
    /// What is wrong with the audit log.
    AuditFault {
        /// The chain does not hold: an entry was changed, removed or put in.
        ChainBroken = "chain-broken", "The chain is broken";
        /// A witness holds another head than the log.
        WitnessDiffers = "witness-differs", "A witness disagrees";
        /// Nothing can be written.
        WriteFailed = "write-failed", "The log cannot be written";
        /// The head was not taken to a witness in time.
        AnchorLate = "anchor-late", "The anchor is late";
    }
);

words!(
    /// What Wardround says of its own alerting.
    OwnFault {
        /// More alerts of a class than usual.
        AlertSurge = "alert-surge", "More alerts than usual";
        /// A suppression was asked for, approved, or taken in an emergency.
        Suppression = "suppression", "A suppression";
        /// The heartbeat, which always fires.
        Watchdog = "watchdog", "The watchdog";
        /// An open page has no delivered notification.
        Undelivered = "undelivered", "A page was not delivered";
        /// The monthly or quarterly duty of a register is due.
        DutyDue = "duty-due", "A duty is due";
    }
);

/// How an indicator calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum Call {
    /// The indicator as a whole: a burn rate, or completeness below its floor.
    Whole {
        /// How loudly.
        level: sli::Level,
    },
    /// One bad event.
    Violation {
        /// Of what kind.
        kind: ViolationKind,
    },
    /// A running clock, in percent of its limit.
    Deadline {
        /// The percentage.
        percent: u32,
    },
    /// One member that is not covered.
    Member {
        /// Whether its time of grace has ended.
        past_grace: bool,
    },
}

/// Where a signal comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Origin {
    /// A finding of a source, or of one of our checks.
    Finding {
        /// Whose.
        source: Source,
        /// The source's own type, e.g. `Recon:EC2/Portscan`. Untrusted text.
        kind: String,
        /// The control of our catalogue that it answers.
        control: Option<ControlId>,
        /// A made-up example of the source.
        sample: bool,
        /// Archived in the source.
        archived: bool,
    },
    /// A service level indicator.
    Indicator {
        /// Which.
        sli: Sli,
        /// How it calls.
        call: Call,
    },
    /// How the collection goes.
    Collection {
        /// What is wrong.
        fault: CollectionFault,
        /// With which source; `None` for what applications send, or for all.
        source: Option<Source>,
    },
    /// The audit log.
    AuditLog {
        /// What is wrong.
        fault: AuditFault,
    },
    /// The redactor failed its self-test: batches are refused.
    Redactor,
    /// Wardround's own alerting.
    Own {
        /// What.
        fault: OwnFault,
        /// Of which class, where it is about one.
        class: Option<Class>,
    },
}

/// The words for [`Origin`] in rules.
pub const ORIGINS: [&str; 6] =
    ["finding", "indicator", "collection", "audit-log", "redactor", "own"];

impl Origin {
    /// Its word, one of [`ORIGINS`].
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Finding { .. } => "finding",
            Self::Indicator { .. } => "indicator",
            Self::Collection { .. } => "collection",
            Self::AuditLog { .. } => "audit-log",
            Self::Redactor => "redactor",
            Self::Own { .. } => "own",
        }
    }

    /// What the types of a rule are compared with: the source's own type, or our words joined by
    /// colons, such as `audit-latency:page`, `time-to-detect:75`, `cloudtrail:disabled`.
    pub fn kind(&self) -> String {
        match self {
            Self::Finding { kind, .. } => kind.clone(),
            Self::Indicator { sli, call } => format!("{}:{}", sli.as_str(), call.word()),
            Self::Collection { fault, source } => {
                format!("{}:{}", source.map_or("any", Source::as_str), fault.as_str())
            }
            Self::AuditLog { fault } => fault.as_str().to_owned(),
            Self::Redactor => "down".to_owned(),
            Self::Own { fault, class } => match class {
                Some(class) => format!("{}:{}", fault.as_str(), class.as_str()),
                None => fault.as_str().to_owned(),
            },
        }
    }

    /// The event type, where the signal does not bring its own. How loudly an indicator calls is
    /// left out: a rise must meet its own window again.
    pub fn event_type(&self) -> Option<EventType> {
        match self {
            Self::Finding { source, kind, .. } => EventType::finding(*source, kind),
            Self::Indicator { sli, call } => {
                let what = match call {
                    Call::Whole { .. } => "whole",
                    Call::Violation { kind } => kind.as_str(),
                    Call::Deadline { .. } => "deadline",
                    Call::Member { .. } => "member",
                };
                Some(EventType::own(sli.as_str(), what))
            }
            other => Some(EventType::own(other.as_str(), &other.kind())),
        }
    }

    /// What an alert is about that names neither an identity nor a resource.
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::Finding { .. } => None,
            Self::Indicator { sli, .. } => Some(format!("indicator/{}", sli.as_str())),
            Self::Collection { source, .. } => {
                Some(format!("source/{}", source.map_or("any", Source::as_str)))
            }
            Self::Own { class: Some(class), .. } => Some(format!("class/{}", class.as_str())),
            other => Some(format!("wardround/{}", other.as_str())),
        }
    }
}

impl Call {
    fn word(self) -> String {
        match self {
            Self::Whole { level } => level.as_str().to_owned(),
            Self::Violation { kind } => kind.as_str().to_owned(),
            // The steps at which a deadline calls; see `sli::deadline`.
            Self::Deadline { percent } => match percent {
                0..50 => "begun",
                50..75 => "50",
                75..100 => "75",
                _ => "100",
            }
            .to_owned(),
            Self::Member { past_grace: true } => "past-grace".to_owned(),
            Self::Member { past_grace: false } => "within-grace".to_owned(),
        }
    }
}

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

    #[test]
    fn the_event_type_of_an_indicator_does_not_depend_on_its_level() {
        let origin = |call| Origin::Indicator { sli: Sli::AuditLatency, call };
        let page = origin(Call::Whole { level: sli::Level::Page });
        let ticket = origin(Call::Whole { level: sli::Level::Ticket });
        assert_eq!(page.event_type(), ticket.event_type());
        assert_ne!(page.kind(), ticket.kind());
        let late = |percent| origin(Call::Deadline { percent });
        assert_eq!(late(50).event_type(), late(130).event_type());
        assert_eq!(late(74).kind(), "audit-latency:50");
        assert_eq!(late(75).kind(), "audit-latency:75");
        assert_eq!(late(100).kind(), "audit-latency:100");
    }

    #[test]
    fn every_origin_has_a_word_and_only_findings_may_lack_a_subject() {
        let origins = [
            Origin::Finding {
                source: Source::Config,
                kind: String::new(),
                control: None,
                sample: false,
                archived: false,
            },
            Origin::Indicator { sli: Sli::AuditLatency, call: Call::Member { past_grace: true } },
            Origin::Collection { fault: CollectionFault::Stale, source: None },
            Origin::AuditLog { fault: AuditFault::AnchorLate },
            Origin::Redactor,
            Origin::Own { fault: OwnFault::Watchdog, class: None },
        ];
        for (origin, word) in origins.iter().zip(ORIGINS) {
            assert_eq!(origin.as_str(), word);
            assert_eq!(origin.subject().is_none(), word == "finding");
            assert_eq!(origin.event_type().is_none(), word == "finding");
            let text = serde_json::to_value(origin).unwrap();
            assert_eq!(text["from"], word);
        }
    }
}
