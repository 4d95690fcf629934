//! What a source calls a resource, turned into the one name that all sources share.

use domain::resource::kind;
use domain::{AccountId, Region, ResourceKey, ResourceRef};

/// Where something was reported, for what an answer leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account that was visited.
    pub account: AccountId,
    /// The region that was visited.
    pub region: Region,
}

/// Finding-format types whose CloudFormation name does not follow from their spelling.
const IRREGULAR: [(&str, &str); 24] = [
    ("AwsAccount", kind::ACCOUNT),
    ("AwsAmazonMqBroker", "AWS::AmazonMQ::Broker"),
    ("AwsApiGatewayV2Api", "AWS::ApiGatewayV2::Api"),
    ("AwsApiGatewayV2Stage", "AWS::ApiGatewayV2::Stage"),
    ("AwsAppSyncGraphQlApi", "AWS::AppSync::GraphQLApi"),
    ("AwsCertificateManagerCertificate", "AWS::ACM::Certificate"),
    ("AwsDmsReplicationInstance", "AWS::DMS::ReplicationInstance"),
    ("AwsEc2Eip", "AWS::EC2::EIP"),
    ("AwsEc2Vpc", "AWS::EC2::VPC"),
    ("AwsEc2VpcEndpointService", "AWS::EC2::VPCEndpointService"),
    ("AwsEc2VpcPeeringConnection", "AWS::EC2::VPCPeeringConnection"),
    ("AwsEc2VpnConnection", "AWS::EC2::VPNConnection"),
    ("AwsElbLoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer"),
    ("AwsElbv2LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("AwsElbv2Listener", "AWS::ElasticLoadBalancingV2::Listener"),
    ("AwsEventsEventbus", "AWS::Events::EventBus"),
    ("AwsOpenSearchServiceDomain", "AWS::OpenSearch::Domain"),
    ("AwsRdsDbCluster", "AWS::RDS::DBCluster"),
    ("AwsRdsDbClusterSnapshot", "AWS::RDS::DBClusterSnapshot"),
    ("AwsRdsDbInstance", "AWS::RDS::DBInstance"),
    ("AwsRdsDbSecurityGroup", "AWS::RDS::DBSecurityGroup"),
    ("AwsRdsDbSnapshot", "AWS::RDS::DBSnapshot"),
    ("AwsStepFunctionStateMachine", "AWS::StepFunctions::StateMachine"),
    ("AwsWafv2WebAcl", "AWS::WAFv2::WebACL"),
];

/// How the finding format spells a service, and how CloudFormation does.
const SERVICES: [(&str, &str); 46] = [
    ("ApiGateway", "ApiGateway"),
    ("Athena", "Athena"),
    ("AutoScaling", "AutoScaling"),
    ("Backup", "Backup"),
    ("CloudFormation", "CloudFormation"),
    ("CloudFront", "CloudFront"),
    ("CloudTrail", "CloudTrail"),
    ("CloudWatch", "CloudWatch"),
    ("CodeBuild", "CodeBuild"),
    ("Dms", "DMS"),
    ("DynamoDb", "DynamoDB"),
    ("Ec2", "EC2"),
    ("Ecr", "ECR"),
    ("Ecs", "ECS"),
    ("Efs", "EFS"),
    ("Eks", "EKS"),
    ("ElastiCache", "ElastiCache"),
    ("ElasticBeanstalk", "ElasticBeanstalk"),
    ("Elasticsearch", "Elasticsearch"),
    ("EventSchemas", "EventSchemas"),
    ("Events", "Events"),
    ("GuardDuty", "GuardDuty"),
    ("Iam", "IAM"),
    ("KinesisFirehose", "KinesisFirehose"),
    ("Kinesis", "Kinesis"),
    ("Kms", "KMS"),
    ("Lambda", "Lambda"),
    ("Logs", "Logs"),
    ("Msk", "MSK"),
    ("Neptune", "Neptune"),
    ("NetworkFirewall", "NetworkFirewall"),
    ("Rds", "RDS"),
    ("Redshift", "Redshift"),
    ("Route53", "Route53"),
    ("S3", "S3"),
    ("SageMaker", "SageMaker"),
    ("SecretsManager", "SecretsManager"),
    ("SecurityHub", "SecurityHub"),
    ("Sns", "SNS"),
    ("Sqs", "SQS"),
    ("Ssm", "SSM"),
    ("Transfer", "Transfer"),
    ("WafRegional", "WAFRegional"),
    ("Wafv2", "WAFv2"),
    ("Waf", "WAF"),
    ("Xray", "XRay"),
];

/// The CloudFormation name of a type of the finding format: `AwsS3Bucket` is `AWS::S3::Bucket`.
/// What has no such form (`Other`, `Container`) stays as it is.
pub(crate) fn cloudformation(kind: &str) -> String {
    if let Some((_, name)) = IRREGULAR.iter().find(|(spelling, _)| *spelling == kind) {
        return (*name).to_owned();
    }
    let Some(rest) = kind.strip_prefix("Aws") else { return kind.to_owned() };
    SERVICES
        .iter()
        .find_map(|(spelling, service)| {
            let thing = rest.strip_prefix(spelling)?;
            // `Events` must not take `EventSchemas…`, nor `S3` an `S3outposts…`.
            thing
                .starts_with(|c: char| c.is_ascii_uppercase())
                .then(|| format!("AWS::{service}::{thing}"))
        })
        .unwrap_or_else(|| kind.to_owned())
}

/// The fields of an ARN that name a place: account and region, either of which may be absent.
pub(crate) fn place_of_arn(arn: &str) -> (Option<&str>, Option<&str>) {
    let mut fields = arn.split(':');
    if fields.next() != Some("arn") {
        return (None, None);
    }
    let region = fields.nth(2).filter(|region| !region.is_empty());
    let account = fields.next().filter(|account| is_account(account));
    (account, region)
}

/// Whether the text is an account id. AWS writes twelve digits; examples of its own have thirteen.
pub(crate) fn is_account(text: &str) -> bool {
    (12..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A reference to a resource of which a source gave a type and an id, with or without an ARN.
pub(crate) fn reference(
    resource_kind: &str,
    id: &str,
    region: Option<&str>,
    place: &Place,
) -> ResourceRef {
    // The account is written `AWS::::Account:123456789012`, also under the type `Other`.
    let account_id = id.strip_prefix("AWS::::Account:").filter(|id| is_account(id));
    let resource_kind = if account_id.is_some() { kind::ACCOUNT } else { resource_kind };
    let (arn_account, arn_region) = place_of_arn(id);
    let bare = (resource_kind == kind::ACCOUNT).then_some(id).filter(|id| is_account(id));
    let account =
        account_id.or(bare).or(arn_account).map_or_else(|| place.account.clone(), AccountId::from);
    let region = region.or(arn_region).map_or_else(|| place.region.clone(), Region::from);
    let key = ResourceKey::of(None, resource_kind, &account, &region, id);
    let name = if resource_kind == kind::ACCOUNT { account.to_string() } else { short(&key) };
    ResourceRef { key, kind: resource_kind.to_owned(), name, account, region }
}

/// A reference to the account itself.
pub(crate) fn the_account(place: &Place) -> ResourceRef {
    ResourceRef {
        key: ResourceKey::account(&place.account),
        kind: kind::ACCOUNT.to_owned(),
        name: place.account.to_string(),
        account: place.account.clone(),
        region: place.region.clone(),
    }
}

fn short(key: &ResourceKey) -> String {
    crate::read::bounded(key.short(), 256)
}

/// The partition of a region, the second field of its ARNs.
pub(crate) fn partition(region: &Region) -> &'static str {
    match region.as_str() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The ARN of a resource that a source names by its bare id, where the type makes it certain.
pub(crate) fn arn_of(
    resource_kind: &str,
    id: &str,
    account: &AccountId,
    region: &Region,
) -> Option<String> {
    let partition = partition(region);
    let ec2 = |word: &str| format!("arn:{partition}:ec2:{region}:{account}:{word}/{id}");
    Some(match resource_kind {
        "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{id}"),
        "AWS::EC2::Instance" => ec2("instance"),
        "AWS::EC2::Volume" => ec2("volume"),
        "AWS::EC2::VPC" => ec2("vpc"),
        "AWS::EC2::Subnet" => ec2("subnet"),
        "AWS::EC2::SecurityGroup" => ec2("security-group"),
        "AWS::EC2::Snapshot" => ec2("snapshot"),
        "AWS::Logs::LogGroup" => {
            format!("arn:{partition}:logs:{region}:{account}:log-group:{id}")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_translated() {
        for (asff, wanted) in [
            ("AwsS3Bucket", "AWS::S3::Bucket"),
            ("AwsS3AccountPublicAccessBlock", "AWS::S3::AccountPublicAccessBlock"),
            ("AwsRdsDbInstance", "AWS::RDS::DBInstance"),
            ("AwsEventSchemasRegistry", "AWS::EventSchemas::Registry"),
            ("AwsEventsEndpoint", "AWS::Events::Endpoint"),
            ("AwsKinesisStream", "AWS::Kinesis::Stream"),
            ("AwsElbv2LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
            ("AwsAccount", kind::ACCOUNT),
            ("Other", "Other"),
            ("AwsSomethingNew", "AwsSomethingNew"),
            ("AWS::S3::Bucket", "AWS::S3::Bucket"),
        ] {
            assert_eq!(cloudformation(asff), wanted);
        }
    }

    #[test]
    fn the_account_has_one_key_however_it_is_written() {
        let place = Place { account: "111111111111".into(), region: "us-east-1".into() };
        for (kind, id) in [
            ("Other", "AWS::::Account:222222222222"),
            (kind::ACCOUNT, "AWS::::Account:222222222222"),
            (kind::ACCOUNT, "222222222222"),
        ] {
            let reference = reference(kind, id, None, &place);
            assert_eq!(reference.key.as_str(), "account/222222222222");
            assert_eq!(reference.account.as_str(), "222222222222");
        }
    }
}
