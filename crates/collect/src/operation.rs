//! Every API operation that Wardround calls: the one list behind the collectors, `doctor` and the
//! IAM policy.

use domain::{Part, Source};

/// An API operation that a collector calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The service.
    pub source: Source,
    /// The part of the visit that it serves, or serves first.
    pub part: Part,
    /// Its name in the API, e.g. `GetFindings`.
    pub name: &'static str,
    /// The IAM action that allows it, e.g. `securityhub:GetFindings`.
    pub action: &'static str,
}

/// Operations that share a rate.
#[cfg(feature = "aws")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Security Hub `GetFindings`, which has a rate of its own.
    Findings,
    /// The rest of Security Hub.
    SecurityHub,
    /// AWS Config.
    Config,
    /// GuardDuty.
    GuardDuty,
    /// AWS Backup.
    Backup,
    /// AWS CloudTrail.
    CloudTrail,
}

#[cfg(feature = "aws")]
impl Operation {
    /// The rate that applies.
    pub(crate) fn lane(&self) -> Lane {
        if *self == securityhub::GET_FINDINGS {
            return Lane::Findings;
        }
        crate::session::lane_of(self.source)
    }
}

macro_rules! operations {
    ($($module:ident, $source:ident, $prefix:literal { $($constant:ident $part:ident $name:literal;)* })*) => {
        $(
            /// Operations of one service.
            pub mod $module {
                use super::{Operation, Part, Source};
                $(
                    #[doc = concat!("`", $prefix, ":", $name, "`.")]
                    pub const $constant: Operation = Operation {
                        source: Source::$source,
                        part: Part::$part,
                        name: $name,
                        action: concat!($prefix, ":", $name),
                    };
                )*
            }
        )*
        static ALL: &[Operation] = &[$($($module::$constant,)*)*];
    };
}

operations! {
    securityhub, SecurityHub, "securityhub" {
        DESCRIBE_HUB Hub "DescribeHub";
        GET_ENABLED_STANDARDS Hub "GetEnabledStandards";
        LIST_FINDING_AGGREGATORS Hub "ListFindingAggregators";
        GET_FINDINGS Findings "GetFindings";
    }
    config, Config, "config" {
        DESCRIBE_CONFIGURATION_RECORDERS Recorder "DescribeConfigurationRecorders";
        DESCRIBE_CONFIGURATION_RECORDER_STATUS Recorder "DescribeConfigurationRecorderStatus";
        SELECT_RESOURCE_CONFIG Inventory "SelectResourceConfig";
        DESCRIBE_CONFIG_RULES Rules "DescribeConfigRules";
        DESCRIBE_CONFIG_RULE_EVALUATION_STATUS Rules "DescribeConfigRuleEvaluationStatus";
        DESCRIBE_COMPLIANCE_BY_CONFIG_RULE Rules "DescribeComplianceByConfigRule";
        GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE Rules "GetComplianceDetailsByConfigRule";
        DESCRIBE_CONFORMANCE_PACKS Rules "DescribeConformancePacks";
        DESCRIBE_CONFORMANCE_PACK_COMPLIANCE Rules "DescribeConformancePackCompliance";
    }
    guardduty, GuardDuty, "guardduty" {
        LIST_DETECTORS Detector "ListDetectors";
        GET_DETECTOR Detector "GetDetector";
        LIST_FINDINGS Findings "ListFindings";
        GET_FINDINGS Findings "GetFindings";
    }
    backup, Backup, "backup" {
        LIST_BACKUP_VAULTS Vaults "ListBackupVaults";
        DESCRIBE_BACKUP_VAULT Vaults "DescribeBackupVault";
        LIST_RECOVERY_POINTS RecoveryPoints "ListRecoveryPointsByBackupVault";
        LIST_BACKUP_PLANS Plans "ListBackupPlans";
        GET_BACKUP_PLAN Plans "GetBackupPlan";
        LIST_RESTORE_TESTING_PLANS Plans "ListRestoreTestingPlans";
        LIST_BACKUP_JOBS BackupJobs "ListBackupJobs";
        LIST_COPY_JOBS CopyJobs "ListCopyJobs";
        LIST_RESTORE_JOBS RestoreJobs "ListRestoreJobs";
        LIST_PROTECTED_RESOURCES ProtectedResources "ListProtectedResources";
    }
    cloudtrail, CloudTrail, "cloudtrail" {
        DESCRIBE_TRAILS Trails "DescribeTrails";
        GET_TRAIL_STATUS Trails "GetTrailStatus";
        GET_EVENT_SELECTORS Trails "GetEventSelectors";
        LOOKUP_EVENTS SignIns "LookupEvents";
    }
}

/// `LookupEvents` once more, for the part that looks for denied calls.
#[cfg(feature = "aws")]
pub(crate) static DENIALS: Operation =
    Operation { part: Part::Denials, ..cloudtrail::LOOKUP_EVENTS };

/// Whether the collectors make such a call, by the names that CloudTrail has for it.
pub(crate) fn is_action(service: &str, name: &str) -> bool {
    ALL.iter().any(|one| one.action.split_once(':') == Some((service, name)))
}

/// Every operation that the collectors call.
pub fn operations() -> &'static [Operation] {
    ALL
}
