//! The ten service level indicators: what each asks, how it is computed, and what "no data" means.
//!
//! Five kinds, because a burn rate divides by the budget and a target of 100 % leaves none:
//! ratios and threshold ratios burn a budget (Site Reliability Workbook, chapter 5), invariants
//! are violated by one event and stay so until a person closes it, coverage is judged member by
//! member with a grace, and deadlines run for each incident.

pub mod attempts;
pub mod coverage;
pub mod deadline;
pub mod gate;
pub mod invariant;
pub mod openslo;
pub mod ratio;
mod reading;
pub mod registers;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use reading::{Level, Member, Reading, SliState};

use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};

/// The period over which sums are taken, in milliseconds.
pub const PERIOD_MS: i64 = 30 * DAY_MS;

/// Less of the period than this observed, and the indicator says nothing.
pub const COVERAGE_FLOOR: f64 = 0.9;

/// Slices this young may still change; they are not evaluated yet.
pub const INGEST_DELAY_MS: i64 = MINUTE_MS;

/// A service level indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sli {
    /// M1: sign-ins that the system did not break.
    AuthenticationSuccess,
    /// M2: audit events that arrived, of those that must exist.
    AuditCompleteness,
    /// M3: audit events that arrived in time.
    AuditLatency,
    /// M4: PHI that was found where it must not be.
    UnredactedPhi,
    /// M5: attempts without authorisation.
    UnauthorisedAccess,
    /// M6: recovery points that are encrypted.
    BackupEncryption,
    /// M7: vendors with an agreement.
    BaaCoverage,
    /// M8: from the first trace of an incident to noticing it.
    TimeToDetect,
    /// M9: from noticing an incident to containing it.
    TimeToContain,
    /// M10: what is kept for too short.
    RetentionCompliance,
}

/// How an indicator is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Good events of all.
    Ratio,
    /// Events below a threshold of all.
    ThresholdRatio,
    /// Nothing bad at all.
    Invariant,
    /// Covered members of all.
    Coverage,
    /// A time for each incident.
    Deadline,
}

impl Kind {
    /// What it is, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ratio => "Good events divided by all, summed over the period.",
            Self::ThresholdRatio => "Events below the threshold divided by all, summed over it.",
            Self::Invariant => {
                "One bad event violates it, and it stays violated until a person closes that event."
            }
            Self::Coverage => "Members that are covered; each uncovered one has a time of grace.",
            Self::Deadline => "The time of each incident against a limit.",
        }
    }
}

/// What an indicator wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// At least this share, between 0 and 1.
    Share(f64),
    /// At most this many.
    Count(u64),
    /// At most this time, in milliseconds.
    Within(i64),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "at least {}", percent(*share)),
            Self::Count(0) => f.write_str("none"),
            Self::Count(count) => write!(f, "at most {count}"),
            Self::Within(ms) => write!(f, "within {} h", ms / HOUR_MS),
        }
    }
}

/// A share as people read it, never rounded up to 100 %.
pub fn percent(share: f64) -> String {
    let tenths = (share * 1_000.0 + 1e-9).floor() / 10.0;
    let hundredths = (share * 10_000.0 + 1e-9).floor() / 100.0;
    if share >= 1.0 {
        "100 %".to_owned()
    } else if (tenths - hundredths).abs() < 1e-9 {
        format!("{tenths:.1} %")
    } else {
        format!("{hundredths:.2} %")
    }
}

/// What an indicator asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    /// The indicator.
    pub sli: Sli,
    /// Its number, `M1` to `M10`.
    pub code: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How it is computed.
    pub kind: Kind,
    /// What it wants to be.
    pub target: Target,
    /// What it asks, in plain words.
    pub question: &'static str,
    /// What counts, what does not, and where it comes from.
    pub counts: &'static str,
    /// The sections of 45 CFR part 164 that ask for it.
    pub sections: &'static [&'static str],
}

use Kind::{Coverage, Deadline, Invariant, Ratio, ThresholdRatio};

const DEFINITIONS: [Definition; 10] = [
    Definition {
        sli: Sli::AuthenticationSuccess,
        code: "M1",
        title: "Authentication success rate",
        kind: Ratio,
        target: Target::Share(0.999),
        question: "Do people get in who should?",
        counts: "Sign-ins that applications report (auth.outcome) and console sign-ins of CloudTrail. A wrong password, a refused second factor or a blocked account is the system doing its work and counts as good; a timeout, a failed dependency or a fault is bad. A failure without a cause is shown, and counts as neither.",
        sections: &["164.312(d)", "164.308(a)(5)(ii)(C)"],
    },
    Definition {
        sli: Sli::AuditCompleteness,
        code: "M2",
        title: "Audit-log completeness",
        kind: Coverage,
        target: Target::Share(1.0),
        question: "Is every audit event here that must exist?",
        counts: "Measured against what is known independently of the log: the numbers that each producer counts (audit.seq), whose gaps are lost events, and requests to PHI endpoints, each of which must have an audit event in its trace. Without either nothing is claimed.",
        sections: &["164.312(b)", "164.312(c)(1)"],
    },
    Definition {
        sli: Sli::AuditLatency,
        code: "M3",
        title: "Audit-log latency",
        kind: ThresholdRatio,
        target: Target::Share(0.99),
        question: "Do audit events arrive in time to act on them?",
        counts: "From an event's own time to its being stored here. Applications have 60 seconds. CloudTrail is read by rounds, minutes after it was told; its age stands on the collection page and is not mixed in here. What never arrives has no latency: read this together with completeness.",
        sections: &["164.312(b)", "164.308(a)(1)(ii)(D)"],
    },
    Definition {
        sli: Sli::UnredactedPhi,
        code: "M4",
        title: "Unredacted PHI in logs",
        kind: Invariant,
        target: Target::Count(0),
        question: "Is there PHI where it must not be?",
        counts: "What is stored is looked at a second time, with the present rules. Identifiers that were taken out before anything was stored are prevented leaks and do not count here.",
        sections: &["164.502(b)", "164.514(b)(2)", "164.312(a)(1)"],
    },
    Definition {
        sli: Sli::UnauthorisedAccess,
        code: "M5",
        title: "Unauthorised access attempts",
        kind: Invariant,
        target: Target::Count(0),
        question: "Is somebody trying to get where they may not?",
        counts: "Refused sign-ins and denied calls of each identity against its usual number at this hour of the day (28 days, Poisson, 99.9 %), and any success after five refusals in a row. Ordinary mistakes are expected: the number of attempts is shown, what stands out violates.",
        sections: &["164.308(a)(1)(ii)(D)", "164.308(a)(5)(ii)(C)", "164.308(a)(6)(ii)"],
    },
    Definition {
        sli: Sli::BackupEncryption,
        code: "M6",
        title: "Backup encryption coverage",
        kind: Coverage,
        target: Target::Share(1.0),
        question: "Is every backup encrypted?",
        counts: "The recovery points of AWS Backup in all vaults, as last listed. One that is not encrypted has a grace of 24 hours. What could not be judged is unknown, and unknown is not covered.",
        sections: &["164.312(a)(2)(iv)", "164.308(a)(7)(ii)(A)"],
    },
    Definition {
        sli: Sli::BaaCoverage,
        code: "M7",
        title: "BAA coverage",
        kind: Coverage,
        target: Target::Share(1.0),
        question: "Has every vendor with PHI signed an agreement?",
        counts: "Vendors of the register that need a business associate agreement, and those whose agreement is signed and has not expired. A new vendor has 14 days; one that already receives PHI has none.",
        sections: &["164.308(b)(1)", "164.314(a)", "164.502(e)", "164.504(e)"],
    },
    Definition {
        sli: Sli::TimeToDetect,
        code: "M8",
        title: "Time to detect",
        kind: Deadline,
        target: Target::Within(24 * HOUR_MS),
        question: "How long does it take to notice an incident?",
        counts: "From the first evidence of an incident to its detection, for the incidents of the register. Without incidents there is nothing to measure, and a drill of the last 90 days must show that one would be noticed.",
        sections: &["164.308(a)(6)(ii)", "164.404(a)(2)"],
    },
    Definition {
        sli: Sli::TimeToContain,
        code: "M9",
        title: "Time to contain",
        kind: Deadline,
        target: Target::Within(48 * HOUR_MS),
        question: "How long does it take to stop an incident?",
        counts: "From detection to containment, for the incidents of the register. The clock of an open incident runs.",
        sections: &["164.308(a)(6)(ii)"],
    },
    Definition {
        sli: Sli::RetentionCompliance,
        code: "M10",
        title: "Retention compliance",
        kind: Invariant,
        target: Target::Count(0),
        question: "Is anything kept for less time than it must be?",
        counts: "Failures of the controls about retention: log groups, backup plans and vaults that delete too early. A failure stays until a person closes it, also after it was mended.",
        sections: &["164.316(b)(2)(i)", "164.308(a)(7)(ii)(A)"],
    },
];

impl Sli {
    /// All ten, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::AuthenticationSuccess,
        Self::AuditCompleteness,
        Self::AuditLatency,
        Self::UnredactedPhi,
        Self::UnauthorisedAccess,
        Self::BackupEncryption,
        Self::BaaCoverage,
        Self::TimeToDetect,
        Self::TimeToContain,
        Self::RetentionCompliance,
    ];

    /// What it asks.
    pub fn definition(self) -> &'static Definition {
        &DEFINITIONS[self as usize]
    }

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticationSuccess => "authentication-success",
            Self::AuditCompleteness => "audit-completeness",
            Self::AuditLatency => "audit-latency",
            Self::UnredactedPhi => "unredacted-phi",
            Self::UnauthorisedAccess => "unauthorised-access",
            Self::BackupEncryption => "backup-encryption",
            Self::BaaCoverage => "baa-coverage",
            Self::TimeToDetect => "time-to-detect",
            Self::TimeToContain => "time-to-contain",
            Self::RetentionCompliance => "retention-compliance",
        }
    }

    /// The inverse of [`Self::as_str`]; the numbers `m1` to `m10` are taken too.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|sli| sli.as_str() == text || sli.definition().code.eq_ignore_ascii_case(text))
    }

    /// The controls of the catalogue on which it rests, where it rests on evaluations.
    pub fn controls(self) -> &'static [&'static str] {
        match self {
            Self::BackupEncryption => &["backup-recovery-points-encrypted"],
            Self::RetentionCompliance => &[
                "cloudwatch-log-retention",
                "backup-plan-frequency-retention",
                "backup-vault-locked",
            ],
            _ => &[],
        }
    }

    /// How long a member may be uncovered, in milliseconds. For vendors the register knows.
    pub fn grace_ms(self) -> i64 {
        match self {
            Self::AuditCompleteness => 10 * MINUTE_MS,
            Self::BackupEncryption => 24 * HOUR_MS,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn definitions_stand_in_order_and_words_come_back() {
        for (index, sli) in Sli::ALL.into_iter().enumerate() {
            assert_eq!(sli.definition().sli, sli);
            assert_eq!(sli.definition().code, format!("M{}", index + 1));
            assert_eq!(Sli::parse(sli.as_str()), Some(sli));
            assert_eq!(Sli::parse(&sli.definition().code.to_lowercase()), Some(sli));
        }
        assert_eq!(Sli::parse("m11"), None);
    }

    #[test]
    fn the_law_and_the_controls_that_are_named_exist() {
        let catalogue = Catalogue::get();
        for sli in Sli::ALL {
            for control in sli.controls() {
                assert!(catalogue.control(&(*control).into()).is_some(), "{control}");
            }
        }
    }

    #[test]
    fn a_share_below_one_never_reads_as_all() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.999), "99.9 %");
        assert_eq!(percent(0.999_99), "99.99 %");
        assert_eq!(percent(0.999_999), "99.99 %");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(Target::Within(24 * HOUR_MS).to_string(), "within 24 h");
        assert_eq!(Target::Share(0.999).to_string(), "at least 99.9 %");
    }
}
