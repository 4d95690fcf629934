//! What Wardround looks up for a step by itself: read-only, over what it has stored.
//!
//! A check asks one question with yes, no or unknown for an answer. Yes and no carry the time up to
//! which the facts reach. Whatever would be good news is never concluded from silence: what nobody
//! looked at is unknown, with the reason.

mod answer;
mod outcome;

pub use answer::{
    Asked, Attempts, Calls, of_attempts, of_calls, of_evaluations, of_trails, of_vendor,
};
pub use outcome::{Cause, Outcome};

use super::parameter::ParameterKind;
use crate::register::words;

words!(
    /// A question that Wardround can answer from what it has stored.
    Check {
        /// S3 buckets, DynamoDB tables, EBS volumes, RDS and other stores.
        EncryptionOn = "encryption-on", "Is encryption at rest on?";
        /// DynamoDB tables and RDS databases.
        PointInTimeRecoveryOn = "point-in-time-recovery-on", "Is point-in-time recovery on?";
        /// A recovery point of AWS Backup that is recent enough.
        BackupRecent = "backup-recent", "Is there a recent recovery point?";
        /// The backup jobs of an account in a region.
        BackupJobsSucceed = "backup-jobs-succeed", "Do the backup jobs succeed?";
        /// A restore that worked, in the last 90 days.
        RestoreTested = "restore-tested", "Did a restore succeed within 90 days?";
        /// A vault that nobody can empty.
        VaultLocked = "vault-locked", "Is the backup vault locked?";
        /// S3 buckets.
        VersioningOn = "versioning-on", "Does the bucket keep versions?";
        /// The four settings of one S3 bucket.
        PublicAccessBlocked = "public-access-blocked", "Does the bucket block public access?";
        /// The same settings for all buckets of an account.
        AccountPublicAccessBlocked = "account-public-access-blocked",
            "Does the account block public access to S3?";
        /// Trails as they work in one region.
        TrailLogging = "trail-logging", "Is a trail recording here?";
        /// Log files whose change would show.
        LogFilesValidated = "log-files-validated", "Does a multi-Region trail validate its files?";
        /// Reads and writes of objects.
        DataEventsRecorded = "data-events-recorded", "Are S3 data events recorded?";
        /// The recorder of AWS Config.
        ConfigRecording = "config-recording", "Is AWS Config recording here?";
        /// The detector of a region.
        GuarddutyOn = "guardduty-on", "Is GuardDuty on here?";
        /// Findings of severity high or critical.
        ThreatsOpen = "threats-open", "Are serious GuardDuty findings open here?";
        /// KMS keys.
        KeyRotationOn = "key-rotation-on", "Does the key rotate?";
        /// IAM users with a console password.
        MfaOn = "mfa-on", "Does the user have MFA?";
        /// A vendor of the register.
        AgreementInForce = "agreement-in-force", "Is a business associate agreement in force?";
        /// Calls to a table that applications report.
        ThrottlesOccurring = "throttles-occurring", "Are calls to the table throttled?";
        /// Use of an identity since an instant.
        CredentialLastUsed = "credential-last-used", "Was the identity used since then?";
    }
);

/// What a check has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The name, also of the parameter that tells it where `with` names no other.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
}

/// About what a control is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// One resource.
    Resource,
    /// The account in one region.
    Region,
    /// The whole account.
    Account,
}

/// From which stored facts a check is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Evaluations of these controls of the catalogue; of several, those that judge the resource.
    Controls {
        /// The controls.
        ids: &'static [&'static str],
        /// About what.
        about: About,
        /// Whether a pass is a yes.
        pass_is_yes: bool,
    },
    /// Fact records of trails ([`crate::resource::kind::TRAIL_STATUS`]).
    Trails,
    /// The register of vendors ([`crate::register::Vendor`]).
    Vendors,
    /// Spans of applications: the calls to one table.
    Calls,
    /// Attempts that CloudTrail recorded ([`crate::AccessEvent`]).
    Attempts,
}

const RESOURCE: &[Need] = &[Need { name: "resource", kind: ParameterKind::Resource }];
const ACCOUNT: &[Need] = &[Need { name: "account", kind: ParameterKind::Account }];
const REGION: &[Need] = &[
    Need { name: "account", kind: ParameterKind::Account },
    Need { name: "region", kind: ParameterKind::Region },
];
const VENDOR: &[Need] = &[Need { name: "vendor", kind: ParameterKind::Text }];
const IDENTITY: &[Need] = &[
    Need { name: "identity", kind: ParameterKind::Text },
    Need { name: "since", kind: ParameterKind::Time },
];

/// Controls that say whether a store is encrypted, each for its own types of resources.
const ENCRYPTION: &[&str] = &[
    "s3-default-encryption",
    "dynamodb-encrypted",
    "ebs-encrypted",
    "rds-instance-encrypted",
    "rds-cluster-encrypted",
    "rds-snapshot-encrypted",
    "efs-encrypted",
    "redshift-encrypted",
    "opensearch-encrypted",
    "sqs-encrypted",
    "sns-encrypted",
    "kinesis-encrypted",
    "backup-recovery-points-encrypted",
];

impl Check {
    /// From which stored facts it is answered.
    pub fn basis(self) -> Basis {
        let resource = |ids| Basis::Controls { ids, about: About::Resource, pass_is_yes: true };
        let region = |ids| Basis::Controls { ids, about: About::Region, pass_is_yes: true };
        let account = |ids| Basis::Controls { ids, about: About::Account, pass_is_yes: true };
        match self {
            Self::EncryptionOn => resource(ENCRYPTION),
            Self::PointInTimeRecoveryOn => resource(&["dynamodb-pitr", "rds-pitr"]),
            Self::BackupRecent => resource(&["backup-resources-protected"]),
            Self::BackupJobsSucceed => region(&["backup-jobs-succeed"]),
            Self::RestoreTested => account(&["backup-restore-tested"]),
            Self::VaultLocked => resource(&["backup-vault-locked"]),
            Self::VersioningOn => resource(&["s3-versioning"]),
            Self::PublicAccessBlocked => resource(&["s3-public-access-blocked"]),
            Self::AccountPublicAccessBlocked => account(&["s3-account-public-access-blocked"]),
            Self::TrailLogging => Basis::Trails,
            Self::LogFilesValidated => account(&["cloudtrail-multi-region-validated"]),
            Self::DataEventsRecorded => account(&["cloudtrail-s3-data-events"]),
            Self::ConfigRecording => region(&["config-recorder-on"]),
            Self::GuarddutyOn => region(&["guardduty-on"]),
            Self::ThreatsOpen => {
                let ids = &["guardduty-no-open-high"];
                Basis::Controls { ids, about: About::Region, pass_is_yes: false }
            }
            Self::KeyRotationOn => resource(&["kms-rotation"]),
            Self::MfaOn => resource(&["iam-user-mfa"]),
            Self::AgreementInForce => Basis::Vendors,
            Self::ThrottlesOccurring => Basis::Calls,
            Self::CredentialLastUsed => Basis::Attempts,
        }
    }

    /// What it has to be told.
    pub fn needs(self) -> &'static [Need] {
        match self.basis() {
            Basis::Controls { about: About::Resource, .. } | Basis::Calls => RESOURCE,
            Basis::Controls { about: About::Account, .. } => ACCOUNT,
            Basis::Controls { about: About::Region, .. } | Basis::Trails => REGION,
            Basis::Vendors => VENDOR,
            Basis::Attempts => IDENTITY,
        }
    }

    /// Whether yes is the good news. The bad news may be concluded from a listing that was read and
    /// is empty; the good news never.
    pub fn hopes_for_yes(self) -> bool {
        !matches!(self, Self::ThreatsOpen | Self::ThrottlesOccurring | Self::CredentialLastUsed)
    }

    /// The words for an outcome.
    pub fn says(self, outcome: &Outcome) -> &'static str {
        let (yes, no) = self.words();
        match outcome {
            Outcome::Yes { .. } => yes,
            Outcome::No { .. } => no,
            Outcome::Unknown { why, .. } => why.title(),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::EncryptionOn => ("It is encrypted at rest.", "It is not encrypted at rest."),
            Self::PointInTimeRecoveryOn => {
                ("Point-in-time recovery is on.", "Point-in-time recovery is off.")
            }
            Self::BackupRecent => {
                ("A recent recovery point exists.", "There is no recent recovery point.")
            }
            Self::BackupJobsSucceed => ("The backup jobs succeed.", "Backup jobs fail."),
            Self::RestoreTested => {
                ("A restore succeeded within 90 days.", "No restore succeeded within 90 days.")
            }
            Self::VaultLocked => ("The vault is locked.", "The vault is not locked."),
            Self::VersioningOn => ("The bucket keeps versions.", "The bucket keeps no versions."),
            Self::PublicAccessBlocked => {
                ("The bucket blocks public access.", "The bucket does not block public access.")
            }
            Self::AccountPublicAccessBlocked => {
                ("The account blocks public access.", "The account does not block public access.")
            }
            Self::TrailLogging => ("A trail is recording.", "No trail is recording."),
            Self::LogFilesValidated => {
                ("A trail validates its files.", "No multi-Region trail validates its files.")
            }
            Self::DataEventsRecorded => {
                ("S3 data events are recorded.", "S3 data events are not recorded.")
            }
            Self::ConfigRecording => ("AWS Config is recording.", "AWS Config is not recording."),
            Self::GuarddutyOn => ("GuardDuty is on.", "GuardDuty is off."),
            Self::ThreatsOpen => {
                ("Serious findings are open.", "GuardDuty was read and has none that is open.")
            }
            Self::KeyRotationOn => ("The key rotates.", "The key does not rotate."),
            Self::MfaOn => ("The user has MFA.", "The user has no MFA."),
            Self::AgreementInForce => ("An agreement is in force.", "No agreement is in force."),
            Self::ThrottlesOccurring => {
                ("Calls are throttled.", "Calls were seen, and none was throttled.")
            }
            // That nothing was recorded proves nothing: see `of_attempts`.
            Self::CredentialLastUsed => ("It was used since then.", "It was not used since then."),
        }
    }
}
