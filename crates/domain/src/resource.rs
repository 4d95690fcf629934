//! The things in AWS that controls judge.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AccountId, Region, ResourceKey, Source, Timestamp};

/// A resource or a fact record of a source, as last read.
///
/// `kind` is a CloudFormation type name (`AWS::S3::Bucket`) for what AWS Config records, and for
/// the rest a name of the same form that no Config resource has: see [`kind`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Identity across all sources.
    pub key: ResourceKey,
    /// Who reported it.
    pub source: Source,
    /// Account that owns it.
    pub account: AccountId,
    /// Region, or `global`.
    pub region: Region,
    /// Type name.
    pub kind: String,
    /// The id that the source uses.
    pub id: String,
    /// A name for people; the id where there is none.
    pub name: String,
    /// Tags as key and value.
    pub tags: Vec<(String, String)>,
    /// The facts, as the source nests them: for Config rows the members `configuration` and
    /// `supplementaryConfiguration`, for the rest the API's own members.
    pub facts: Value,
    /// When the source recorded it.
    pub recorded_at: Option<Timestamp>,
}

/// Type names of fact records that are not Config resources.
pub mod kind {
    /// A configuration recorder; facts: `recording`, `allSupported`, `resourceTypes`, …
    pub const RECORDER: &str = "AWS::Config::ConfigurationRecorder";
    /// The hub; facts as `DescribeHub` answers, plus `standards`.
    pub const HUB: &str = "AWS::SecurityHub::Hub";
    /// A GuardDuty detector; facts as `GetDetector` answers.
    pub const DETECTOR: &str = "AWS::GuardDuty::Detector";
    /// A conformance pack; facts: rules with their compliance.
    pub const CONFORMANCE_PACK: &str = "AWS::Config::ConformancePack";
    /// A Config rule; facts as `DescribeConfigRules` answers plus its compliance.
    pub const CONFIG_RULE: &str = "AWS::Config::ConfigRule";
    /// A backup vault; facts as `DescribeBackupVault` answers.
    pub const VAULT: &str = "AWS::Backup::BackupVault";
    /// A backup plan; facts as `GetBackupPlan` answers.
    pub const PLAN: &str = "AWS::Backup::BackupPlan";
    /// A recovery point; facts as `ListRecoveryPointsByBackupVault` answers.
    pub const RECOVERY_POINT: &str = "AWS::Backup::RecoveryPoint";
    /// A backup job; facts as `ListBackupJobs` answers.
    pub const BACKUP_JOB: &str = "AWS::Backup::BackupJob";
    /// A copy job; facts as `ListCopyJobs` answers.
    pub const COPY_JOB: &str = "AWS::Backup::CopyJob";
    /// A restore job; facts as `ListRestoreJobs` answers.
    pub const RESTORE_JOB: &str = "AWS::Backup::RestoreJob";
    /// A restore testing plan; facts as `ListRestoreTestingPlans` answers.
    pub const RESTORE_TESTING_PLAN: &str = "AWS::Backup::RestoreTestingPlan";
    /// A protected resource; facts as `ListProtectedResources` answers.
    pub const PROTECTED_RESOURCE: &str = "AWS::Backup::ProtectedResource";
    /// A trail as it works in one region; facts as `DescribeTrails` answers, plus `status` and
    /// `selectors`. The trail itself is a resource of Config.
    pub const TRAIL_STATUS: &str = "AWS::CloudTrail::TrailStatus";
    /// The account itself, for controls that are judged once per account.
    pub const ACCOUNT: &str = "AWS::::Account";
}

/// A resource as a finding names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRef {
    /// Identity across all sources.
    pub key: ResourceKey,
    /// Type name in CloudFormation form; findings' `AwsS3Bucket` is translated.
    pub kind: String,
    /// A name for people.
    pub name: String,
    /// The account that owns it.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
}

impl ResourceKey {
    /// The key of the account itself.
    pub fn account(account: &AccountId) -> Self {
        Self::new(format!("account/{account}"))
    }

    /// The key for an id: the ARN itself, else `kind/account/region/id`.
    pub fn of(
        arn: Option<&str>,
        kind: &str,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Self {
        if kind == kind::ACCOUNT {
            return Self::account(account);
        }
        match arn {
            Some(arn) if arn.starts_with("arn:") => Self::new(arn),
            _ if id.starts_with("arn:") => Self::new(id),
            _ => Self::new(format!("{kind}/{account}/{region}/{id}")),
        }
    }

    /// The last piece of the key, for people: `logs` of `arn:aws:s3:::logs`.
    pub fn short(&self) -> &str {
        let text = self.as_str();
        let tail = if text.starts_with("arn:") {
            text.splitn(6, ':').last().unwrap_or(text)
        } else {
            text
        };
        tail.rsplit('/').next().filter(|piece| !piece.is_empty()).unwrap_or(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_prefer_the_arn() {
        let (account, region) = (AccountId::from("123456789012"), Region::from("us-east-1"));
        let key = |arn, kind, id| ResourceKey::of(arn, kind, &account, &region, id);
        assert_eq!(
            key(Some("arn:aws:s3:::logs"), "AWS::S3::Bucket", "logs").as_str(),
            "arn:aws:s3:::logs"
        );
        assert_eq!(
            key(None, "AWS::EC2::Volume", "vol-1").as_str(),
            "AWS::EC2::Volume/123456789012/us-east-1/vol-1"
        );
        assert_eq!(key(None, kind::ACCOUNT, "x").as_str(), "account/123456789012");
        assert_eq!(ResourceKey::from("arn:aws:ec2:r:1:volume/vol-1").short(), "vol-1");
    }
}
