//! Who is asked, where, and how that went.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Region};

/// The AWS services that Wardround asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// AWS Security Hub CSPM.
    SecurityHub,
    /// AWS Config: rules and inventory.
    Config,
    /// Amazon GuardDuty.
    GuardDuty,
    /// AWS Backup.
    Backup,
    /// AWS CloudTrail: trails, sign-ins, denied calls.
    CloudTrail,
}

impl Source {
    /// All, in the order in which screens list them.
    pub const ALL: [Self; 5] =
        [Self::SecurityHub, Self::Config, Self::GuardDuty, Self::Backup, Self::CloudTrail];

    /// Those that report findings, and that controls rest on. CloudTrail tells who tried to do
    /// what; no control is judged by it, so its absence makes none of them green and none stale.
    pub const JUDGED: [Self; 4] = [Self::SecurityHub, Self::Config, Self::GuardDuty, Self::Backup];

    /// Whether controls rest on it: see [`Source::JUDGED`].
    pub fn judged(self) -> bool {
        Self::JUDGED.contains(&self)
    }

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecurityHub => "securityhub",
            Self::Config => "config",
            Self::GuardDuty => "guardduty",
            Self::Backup => "backup",
            Self::CloudTrail => "cloudtrail",
        }
    }

    /// The name as AWS writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::SecurityHub => "Security Hub",
            Self::Config => "AWS Config",
            Self::GuardDuty => "GuardDuty",
            Self::Backup => "AWS Backup",
            Self::CloudTrail => "CloudTrail",
        }
    }

    /// The inverse of [`Source::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }

    /// The parts into which one visit to this source divides.
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::SecurityHub => &[Part::Hub, Part::Findings],
            Self::Config => &[Part::Recorder, Part::Inventory, Part::Rules],
            Self::GuardDuty => &[Part::Detector, Part::Findings],
            Self::Backup => &[
                Part::Vaults,
                Part::RecoveryPoints,
                Part::Plans,
                Part::BackupJobs,
                Part::CopyJobs,
                Part::RestoreJobs,
                Part::ProtectedResources,
            ],
            Self::CloudTrail => &[Part::Trails, Part::SignIns, Part::Denials],
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A part of a visit that can succeed or fail on its own and has an age of its own.
///
/// A denied `ListCopyJobs` must not age the recovery points that were read a second before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Security Hub: is the hub on, which standards.
    Hub,
    /// Security Hub or GuardDuty: the findings.
    Findings,
    /// Config: recorders and what they record.
    Recorder,
    /// Config: resources by advanced query.
    Inventory,
    /// Config: rules, conformance packs and their results.
    Rules,
    /// GuardDuty: the detector.
    Detector,
    /// Backup: vaults and their locks.
    Vaults,
    /// Backup: recovery points.
    RecoveryPoints,
    /// Backup: plans and restore testing plans.
    Plans,
    /// Backup: backup jobs.
    BackupJobs,
    /// Backup: copy jobs.
    CopyJobs,
    /// Backup: restore jobs.
    RestoreJobs,
    /// Backup: protected resources.
    ProtectedResources,
    /// CloudTrail: trails, and whether they log.
    Trails,
    /// CloudTrail: sign-ins to the console.
    SignIns,
    /// CloudTrail: calls that were denied.
    Denials,
}

impl Part {
    /// All parts of all sources.
    pub const ALL: [Self; 16] = [
        Self::Hub,
        Self::Findings,
        Self::Recorder,
        Self::Inventory,
        Self::Rules,
        Self::Detector,
        Self::Vaults,
        Self::RecoveryPoints,
        Self::Plans,
        Self::BackupJobs,
        Self::CopyJobs,
        Self::RestoreJobs,
        Self::ProtectedResources,
        Self::Trails,
        Self::SignIns,
        Self::Denials,
    ];

    /// The word in JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Findings => "findings",
            Self::Recorder => "recorder",
            Self::Inventory => "inventory",
            Self::Rules => "rules",
            Self::Detector => "detector",
            Self::Vaults => "vaults",
            Self::RecoveryPoints => "recovery-points",
            Self::Plans => "plans",
            Self::BackupJobs => "backup-jobs",
            Self::CopyJobs => "copy-jobs",
            Self::RestoreJobs => "restore-jobs",
            Self::ProtectedResources => "protected-resources",
            Self::Trails => "trails",
            Self::SignIns => "sign-ins",
            Self::Denials => "denials",
        }
    }

    /// The inverse of [`Part::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == text)
    }
}

/// One cell of the collection matrix: a source in an account and a region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// Who is asked.
    pub source: Source,
    /// In which account.
    pub account: AccountId,
    /// In which region.
    pub region: Region,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} {}", self.source.title(), self.account, self.region)
    }
}

/// How the last visit to a scope went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeState {
    /// Never visited.
    Never,
    /// Everything was read.
    Ok,
    /// Some parts were read, others failed.
    Partial,
    /// The service is off in this account and region: a fact, not a failure of the visit.
    NotEnabled,
    /// Nothing could be read.
    Failed,
}

impl ScopeState {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Never, Self::Ok, Self::Partial, Self::NotEnabled, Self::Failed];

    /// The word in JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::NotEnabled => "not-enabled",
            Self::Failed => "failed",
        }
    }

    /// The inverse of [`ScopeState::as_str`]; unknown words read as never.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Never)
    }
}

/// One classification of errors for all services; it decides what an operator is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// The service is off in this account and region.
    NotEnabled,
    /// IAM refuses; the missing action is named.
    Denied,
    /// The region is not enabled for the account.
    RegionOff,
    /// The credentials are wrong or expired.
    Credentials,
    /// Too many calls, also after retries.
    Throttled,
    /// A listing's token was refused, also after one fresh start.
    BadToken,
    /// The thing asked for is gone.
    Gone,
    /// The service failed.
    ServiceFault,
    /// No answer: time-out, refused connection, cut transfer.
    Unreachable,
    /// An answer that could not be read.
    Unreadable,
    /// The clock of this machine and AWS's differ too much.
    ClockSkew,
    /// Anything else.
    Other,
}

impl ErrorClass {
    /// All classes.
    pub const ALL: [Self; 12] = [
        Self::NotEnabled,
        Self::Denied,
        Self::RegionOff,
        Self::Credentials,
        Self::Throttled,
        Self::BadToken,
        Self::Gone,
        Self::ServiceFault,
        Self::Unreachable,
        Self::Unreadable,
        Self::ClockSkew,
        Self::Other,
    ];

    /// The word in JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotEnabled => "not-enabled",
            Self::Denied => "denied",
            Self::RegionOff => "region-off",
            Self::Credentials => "credentials",
            Self::Throttled => "throttled",
            Self::BadToken => "bad-token",
            Self::Gone => "gone",
            Self::ServiceFault => "service-fault",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::ClockSkew => "clock-skew",
            Self::Other => "other",
        }
    }

    /// What an operator reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotEnabled => "The service is not enabled in this account and region.",
            Self::Denied => "Access denied: an IAM permission is missing.",
            Self::RegionOff => "The region is not enabled for this account.",
            Self::Credentials => "The credentials are wrong or have expired.",
            Self::Throttled => "AWS throttled the calls, also after retries.",
            Self::BadToken => "A listing changed while it was read; the next round reads it again.",
            Self::Gone => "What was asked for no longer exists.",
            Self::ServiceFault => "The AWS service failed.",
            Self::Unreachable => "No answer from AWS.",
            Self::Unreadable => "AWS answered with something unreadable.",
            Self::ClockSkew => "The clock of this machine differs too much from AWS's.",
            Self::Other => "The call failed.",
        }
    }
}

/// A call that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceError {
    /// Which part of the visit it ended.
    pub part: Part,
    /// The API operation, e.g. `ListCopyJobs`.
    pub operation: String,
    /// What kind of failure.
    pub class: ErrorClass,
    /// The service's own code, e.g. `AccessDeniedException`; empty when there was no answer.
    pub code: String,
    /// The service's own words, shortened; never a payload.
    pub message: String,
    /// The IAM action to add when the class is denied, e.g. `backup:ListCopyJobs`.
    pub missing_action: Option<String>,
}
