//! Configuration items as SelectResourceConfig shows them.
//!
//! Property names: AWS's published query schema; they differ between sibling types on purpose.

mod compliance;
mod compute;
mod data;
mod identity;
mod network;
mod protection;
mod storage;

pub(crate) use compliance::compliance_items;

use serde_json::{Value, json};

use crate::clock::iso;
use crate::kinds::KINDS;
use crate::noise;
use crate::organisation::Place;
use crate::securityhub::tags_of;
use crate::world::{Resource, World};

/// One resource at a moment, for the builders.
pub(crate) struct Item<'a> {
    pub world: &'a World,
    pub index: usize,
    pub it: &'a Resource,
    pub now: i64,
}

impl Item<'_> {
    /// Whether an aspect of the resource is good now.
    pub(crate) fn good(&self, aspect: &str) -> bool {
        self.world.good(self.index, aspect, self.now)
    }

    /// A stable number for what has no aspect.
    pub(crate) fn dice(&self, what: &str) -> u64 {
        noise::combine(&[self.it.hash, noise::text(what)])
    }

    pub(crate) fn account(&self) -> &'static str {
        self.it.place.account().id
    }

    pub(crate) fn region(&self) -> &'static str {
        self.it.place.region()
    }

    /// The ARN of a customer key in the same place.
    pub(crate) fn key_arn(&self) -> String {
        let keys: Vec<&Resource> = self
            .world
            .at(self.it.place)
            .map(|(_, resource)| resource)
            .filter(|resource| resource.code() == "KMS::Key")
            .collect();
        let pick = noise::below(self.it.hash, keys.len() as u64) as usize;
        keys.get(pick).map_or_else(String::new, |key| key.arn.clone())
    }

    /// The id of a resource of a kind in the same place.
    pub(crate) fn sibling(&self, code: &str) -> String {
        self.world
            .at(self.it.place)
            .map(|(_, resource)| resource)
            .find(|resource| resource.code() == code)
            .map_or_else(String::new, |resource| resource.id.clone())
    }
}

/// What a builder gives: `configuration` and `supplementaryConfiguration`.
pub(crate) type Built = (Value, Value);

/// All configuration items that the recorder of a place holds, but for compliance items.
pub(crate) fn items(world: &World, place: Place, now: i64) -> Vec<Value> {
    let seen = world.seen_at(place, now);
    let mut items = Vec::new();
    for (index, resource) in world.at(place) {
        let kind = &KINDS[resource.kind];
        if !resource.exists(seen) {
            continue;
        }
        let item = Item { world, index, it: resource, now: seen };
        if kind.recorded && recorded(place, &kind.config_type()) {
            items.push(envelope(&item, &kind.config_type(), build(&item)));
        }
        extras(&item, &mut items);
    }
    if place.has_detector() && recorded(place, "AWS::GuardDuty::Detector") {
        items.push(protection::detector(world, place));
    }
    items
}

/// Whether the recorder of a place records a type.
pub(crate) fn recorded(place: Place, config_type: &str) -> bool {
    place.recorded_types().is_none_or(|types| types.contains(&config_type))
}

/// Items that follow from another resource: the flow log of a VPC, the block of an account.
fn extras(item: &Item<'_>, items: &mut Vec<Value>) {
    let place = item.it.place;
    match item.it.code() {
        "EC2::VPC" if item.good("flow-logs") && recorded(place, "AWS::EC2::FlowLog") => {
            items.push(network::flow_log(item));
        }
        "Account" if place.region == 0 => {
            items.push(envelope(
                item,
                "AWS::S3::AccountPublicAccessBlock",
                storage::account_block(item),
            ));
        }
        _ => {}
    }
}

fn build(item: &Item<'_>) -> Built {
    match item.it.code() {
        "S3::Bucket" => storage::bucket(item),
        "EC2::Volume" => storage::volume(item),
        "EFS::FileSystem" => storage::file_system(item),
        "RDS::DBInstance" => data::db_instance(item),
        "RDS::DBCluster" => data::db_cluster(item),
        "RDS::DBSnapshot" => data::db_snapshot(item),
        "RDS::DBClusterSnapshot" => data::cluster_snapshot(item),
        "DynamoDB::Table" => data::table(item),
        "Redshift::Cluster" => data::redshift(item),
        "OpenSearch::Domain" => data::opensearch(item),
        "Elasticsearch::Domain" => data::elasticsearch(item),
        "SQS::Queue" => data::queue(item),
        "SNS::Topic" => data::topic(item),
        "Kinesis::Stream" => data::stream(item),
        "KinesisFirehose::DeliveryStream" => data::delivery(item),
        "EC2::Instance" => compute::instance(item),
        "Lambda::Function" => compute::function(item),
        "ECS::TaskDefinition" => compute::task(item),
        "CodeBuild::Project" => compute::build_project(item),
        "SageMaker::NotebookInstance" => compute::notebook(item),
        "AutoScaling::AutoScalingGroup" => compute::fleet(item),
        "EC2::VPC" => network::vpc(item),
        "EC2::SecurityGroup" => network::security_group(item),
        "EC2::Subnet" => network::subnet(item),
        "ElasticLoadBalancingV2::LoadBalancer" => network::load_balancer(item),
        "ACM::Certificate" => network::certificate(item),
        "ApiGateway::Stage" => network::stage(item),
        "IAM::User" => identity::user(item),
        "IAM::Role" => identity::role(item),
        "IAM::Policy" => identity::policy(item),
        "SecretsManager::Secret" => identity::secret(item),
        "KMS::Key" => protection::key(item),
        "CloudTrail::Trail" => protection::trail(item),
        "CloudWatch::Alarm" => protection::alarm(item),
        "Backup::BackupVault" => protection::vault(item),
        "Backup::BackupPlan" => protection::plan(item),
        _ => (json!({"name": item.it.name, "arn": item.it.arn}), json!({})),
    }
}

/// Tags in rows are a list with the joined form beside key and value.
fn tags(resource: &Resource) -> Value {
    tags_of(resource.place, resource.kind, resource.hash)
        .into_iter()
        .map(|(key, value)| json!({"key": key, "value": value, "tag": format!("{key}={value}")}))
        .collect()
}

pub(crate) fn envelope(
    item: &Item<'_>,
    config_type: &str,
    (configuration, supplementary): Built,
) -> Value {
    let resource = item.it;
    let mut value = json!({
        "version": "1.3",
        "accountId": item.account(),
        "awsRegion": item.region(),
        "arn": resource.arn,
        "availabilityZone": "Not Applicable",
        "configurationItemCaptureTime": iso(item.world.captured(item.index, item.now)),
        "configurationItemStatus": "OK",
        "configurationStateId": item.world.captured(item.index, item.now) as f64,
        "resourceCreationTime": iso(resource.created),
        "resourceId": resource.id,
        "resourceType": config_type,
        "tags": tags(resource),
        "relationships": [],
        "configuration": configuration,
        "supplementaryConfiguration": supplementary,
    });
    if !resource.name.is_empty() {
        value["resourceName"] = Value::String(resource.name.clone());
    }
    value
}
