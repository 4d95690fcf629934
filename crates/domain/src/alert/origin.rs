//! Where a signal comes from, in words that rules can match.

use serde::{Deserialize, Serialize};

use super::Class;
use super::event_type::EventType;
use crate::register::words;
use crate::sli::{self, Sli};
use crate::{ControlId, Source};

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
        /// The root user of an account was used.
        RootUse = "root-use", "The root user was used";
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

#[cfg(test)]
mod tests {
    use super::*;

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
