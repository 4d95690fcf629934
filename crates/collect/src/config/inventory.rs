//! The inventory by advanced query: which expressions are asked, and how their rows are read.

use std::collections::HashMap;

use domain::resource::kind;
use domain::{AccountId, Region, Resource, ResourceKey, ResourceRef, Source};
use serde_json::{Value, json};

use crate::operation::config::SELECT_RESOURCE_CONFIG;
use crate::page::{self, Page, Unreadable};
use crate::read::{self, bounded, text};
use crate::resource_name::{self, Place};

/// Everything that is recorded, without its configuration.
pub const EVERYTHING: &str = "SELECT accountId, awsRegion, arn, resourceId, resourceName, \
     resourceType, resourceCreationTime, configurationItemCaptureTime, configurationItemStatus, \
     tags WHERE resourceType LIKE 'AWS::%'";

const COLUMNS: &str = "accountId, awsRegion, arn, resourceId, resourceName, resourceType, \
     resourceCreationTime, configurationItemCaptureTime, configurationItemStatus, tags";

/// The types whose configuration is read, and what of it. Named members instead of all of it,
/// because the rest is large, and holds secrets where people put them (a Lambda function's
/// environment).
const DETAILS: &[(&str, &str)] = &[
    ("AWS::S3::Bucket", "configuration, supplementaryConfiguration"),
    ("AWS::S3::AccountPublicAccessBlock", "configuration"),
    (
        "AWS::EC2::Volume",
        "configuration.encrypted, configuration.kmsKeyId, configuration.state.value, \
         configuration.size, configuration.attachments.instanceId",
    ),
    (
        "AWS::EC2::Instance",
        "configuration.placement.tenancy, configuration.placement.hostId, \
         configuration.instanceType, configuration.state.name, \
         configuration.metadataOptions.httpTokens, configuration.publicIpAddress, \
         configuration.vpcId",
    ),
    (
        "AWS::EC2::VPC",
        "configuration.isDefault, configuration.instanceTenancy, configuration.cidrBlock",
    ),
    (
        "AWS::EC2::FlowLog",
        "configuration.resourceId, configuration.trafficType, configuration.flowLogStatus, \
         configuration.deliverLogsStatus, configuration.logDestinationType, \
         configuration.logDestination, configuration.logGroupName",
    ),
    (
        "AWS::RDS::DBInstance",
        "configuration.engine, configuration.storageEncrypted, configuration.kmsKeyId, \
         configuration.publiclyAccessible, configuration.multiAZ, \
         configuration.backupRetentionPeriod, configuration.deletionProtection, \
         configuration.iAMDatabaseAuthenticationEnabled, configuration.latestRestorableTime, \
         configuration.enabledCloudwatchLogsExports, configuration.dBClusterIdentifier",
    ),
    (
        "AWS::RDS::DBCluster",
        "configuration.engine, configuration.storageEncrypted, configuration.kmsKeyId, \
         configuration.multiAZ, configuration.backupRetentionPeriod, \
         configuration.deletionProtection, configuration.iamdatabaseAuthenticationEnabled, \
         configuration.enabledCloudwatchLogsExports",
    ),
    (
        "AWS::RDS::DBSnapshot",
        "configuration.encrypted, configuration.kmsKeyId, configuration.snapshotType, \
         supplementaryConfiguration.DBSnapshotAttributes",
    ),
    (
        "AWS::RDS::DBClusterSnapshot",
        "configuration.storageEncrypted, configuration.kmsKeyId, \
         supplementaryConfiguration.DBClusterSnapshotAttributes",
    ),
    (
        "AWS::DynamoDB::Table",
        "configuration.ssedescription, configuration.replicas, \
         supplementaryConfiguration.ContinuousBackupsDescription",
    ),
    (
        "AWS::EFS::FileSystem",
        "configuration.FileSystemId, configuration.Encrypted, configuration.KmsKeyId, \
         configuration.BackupPolicy.Status",
    ),
    (
        "AWS::Redshift::Cluster",
        "configuration.encrypted, configuration.kmsKeyId, configuration.publiclyAccessible, \
         configuration.automatedSnapshotRetentionPeriod, \
         configuration.clusterSnapshotCopyStatus.destinationRegion, \
         supplementaryConfiguration.LoggingStatus",
    ),
    (
        "AWS::OpenSearch::Domain",
        "configuration.EncryptionAtRestOptions.Enabled, \
         configuration.NodeToNodeEncryptionOptions.Enabled, \
         configuration.DomainEndpointOptions.EnforceHTTPS, \
         configuration.DomainEndpointOptions.TLSSecurityPolicy, \
         configuration.LogPublishingOptions.AUDIT_LOGS.Enabled",
    ),
    (
        "AWS::Elasticsearch::Domain",
        "configuration.encryptionAtRestOptions.enabled, \
         configuration.nodeToNodeEncryptionOptions.enabled, \
         configuration.domainEndpointOptions.enforceHTTPS, \
         configuration.domainEndpointOptions.tlssecurityPolicy",
    ),
    ("AWS::SQS::Queue", "configuration.KmsMasterKeyId, configuration.SqsManagedSseEnabled"),
    ("AWS::SNS::Topic", "configuration.KmsMasterKeyId"),
    ("AWS::Kinesis::Stream", "configuration.StreamEncryption, configuration.RetentionPeriodHours"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "configuration.DeliveryStreamEncryptionConfigurationInput.KeyType",
    ),
    (
        "AWS::KMS::Key",
        "configuration.keyManager, configuration.keyState, configuration.keySpec, \
         configuration.origin, configuration.keyUsage, configuration.multiRegion, \
         supplementaryConfiguration.KeyRotationStatus",
    ),
    (
        "AWS::CloudTrail::Trail",
        "configuration.homeRegion, configuration.isMultiRegionTrail, \
         configuration.isOrganizationTrail, configuration.logFileValidationEnabled, \
         configuration.includeGlobalServiceEvents, configuration.kmsKeyId, \
         configuration.cloudWatchLogsLogGroupArn, configuration.s3BucketName, \
         configuration.hasCustomEventSelectors",
    ),
    (
        "AWS::Lambda::Function",
        "configuration.kmskeyArn, configuration.vpcConfig, configuration.runtime",
    ),
    (
        "AWS::IAM::User",
        "configuration.userName, configuration.createDate, configuration.userPolicyList, \
         configuration.attachedManagedPolicies, configuration.groupList",
    ),
    ("AWS::SecretsManager::Secret", "configuration.RotationEnabled, configuration.KMSKeyId"),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "configuration.scheme, configuration.type, configuration.vpcId",
    ),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        "configuration.Protocol, configuration.Port, configuration.SslPolicy, \
         configuration.LoadBalancerArn",
    ),
    (
        "AWS::ACM::Certificate",
        "configuration.domainName, configuration.notAfter, configuration.status, \
         configuration.inUseBy",
    ),
];

/// Types that another source, or another part of this one, reports better and under the same key;
/// and the two that are results, not resources.
const ELSEWHERE: [&str; 11] = [
    kind::RECORDER,
    kind::HUB,
    kind::DETECTOR,
    kind::CONFORMANCE_PACK,
    kind::CONFIG_RULE,
    kind::VAULT,
    kind::PLAN,
    kind::RECOVERY_POINT,
    kind::RESTORE_TESTING_PLAN,
    "AWS::Config::ResourceCompliance",
    "AWS::Config::ConformancePackCompliance",
];

/// The types whose configuration is read, with the expression that asks for it.
pub fn details() -> impl Iterator<Item = (&'static str, String)> {
    DETAILS.iter().map(|(kind, members)| {
        (*kind, format!("SELECT {COLUMNS}, {members} WHERE resourceType = '{kind}'"))
    })
}

/// Whether the configuration of this type is read.
pub(crate) fn has_details(kind: &str) -> bool {
    DETAILS.iter().any(|(detailed, _)| *detailed == kind)
}

/// All types that a complete inventory speaks of: everything that Config can record, and whatever
/// else it listed.
#[cfg(feature = "aws")]
pub(crate) fn kinds<'k>(listed: impl IntoIterator<Item = &'k str>) -> Vec<String> {
    let mut kinds: Vec<String> = aws_sdk_config::types::ResourceType::values()
        .iter()
        .copied()
        .chain(listed)
        .filter(|kind| !ELSEWHERE.contains(kind))
        .map(str::to_owned)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Reads a page of `SelectResourceConfig`: each row is an object written as text.
pub fn map_rows(body: &[u8], place: &Place) -> Result<Page, Unreadable> {
    let mut value = page::json(body)?;
    let rows = page::list(&mut value, "Results")?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    for row in rows {
        let row = match row {
            Value::String(text) => match serde_json::from_str::<Value>(&text) {
                Ok(row) => row,
                Err(error) => {
                    let Unreadable(why) = page::not_json(&error);
                    let message = format!("A row was left out: {why}.");
                    page.leave_out(&SELECT_RESOURCE_CONFIG, "", message);
                    continue;
                }
            },
            other => other,
        };
        if let Err(why) = read_row(&mut page, row, place) {
            page.leave_out(&SELECT_RESOURCE_CONFIG, "", format!("A row was left out: {why}."));
        }
    }
    Ok(page)
}

fn read_row(page: &mut Page, mut row: Value, place: &Place) -> Result<(), String> {
    if !row.is_object() {
        return Err(format!("an object was expected, found {}", read::shape(&row)));
    }
    let kind = text(&row, "ResourceType").ok_or("resourceType, a text, is missing")?.to_owned();
    if ELSEWHERE.contains(&kind.as_str()) {
        return Ok(());
    }
    let arn = text(&row, "Arn").filter(|arn| arn.starts_with("arn:"));
    let id = text(&row, "ResourceId").filter(|id| !id.is_empty()).or(arn);
    let id = id.ok_or("resourceId, a text, is missing")?.to_owned();
    // A deleted resource may linger for a while.
    let status = text(&row, "ConfigurationItemStatus").unwrap_or_default();
    if matches!(status, "ResourceDeleted" | "ResourceDeletedNotRecorded") {
        return Ok(());
    }
    let account = text(&row, "AccountId").map_or_else(|| place.account.clone(), AccountId::from);
    let region = text(&row, "AwsRegion").map_or_else(|| place.region.clone(), Region::from);
    let known = arn.map(str::to_owned);
    let known = known.or_else(|| resource_name::arn_of(&kind, &id, &account, &region));
    let name = text(&row, "ResourceName").filter(|name| !name.is_empty()).unwrap_or(&id);
    let (name, tags) = (bounded(name, 256), read::tags(read::get(&row, "Tags")));
    let recorded_at = read::time(&row, "ConfigurationItemCaptureTime");
    let mut facts = json!({});
    for member in ["configuration", "supplementaryConfiguration"] {
        if let Some(value) = read::take(&mut row, member) {
            facts[member] = value;
        }
    }
    if let Some(created) = read::take(&mut row, "resourceCreationTime") {
        facts["resourceCreationTime"] = created;
    }
    page.resources.push(Resource {
        key: ResourceKey::of(known.as_deref(), &kind, &account, &region, &id),
        source: Source::Config,
        account,
        region,
        kind,
        id,
        name,
        tags,
        facts,
        recorded_at,
    });
    Ok(())
}

/// Finds a resource by the bare id that a rule's result gives.
#[derive(Debug, Clone, Default)]
pub struct Index {
    by_id: HashMap<(String, String), ResourceRef>,
}

impl Index {
    /// Notes the resources of a page, under their ids and their names.
    pub fn add(&mut self, resources: &[Resource]) {
        for resource in resources {
            let reference = ResourceRef {
                key: resource.key.clone(),
                kind: resource.kind.clone(),
                name: resource.name.clone(),
                account: resource.account.clone(),
                region: resource.region.clone(),
            };
            if resource.name != resource.id {
                self.by_id
                    .entry((resource.kind.clone(), resource.name.clone()))
                    .or_insert_with(|| reference.clone());
            }
            self.by_id.insert((resource.kind.clone(), resource.id.clone()), reference);
        }
    }

    /// The resource with this type and id: from the inventory, else by its certain ARN, else by
    /// type, account, region and id.
    pub fn find(&self, kind: &str, id: &str, place: &Place) -> ResourceRef {
        if let Some(known) = self.by_id.get(&(kind.to_owned(), id.to_owned())) {
            return known.clone();
        }
        let arn = resource_name::arn_of(kind, id, &place.account, &place.region);
        resource_name::reference(kind, arn.as_deref().unwrap_or(id), None, place)
    }
}
