//! The kinds of resource that the organisation has, and how each is named.

use crate::organisation::{ACCOUNTS, Place, REGION_SHORT};

/// Where resources of a kind exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Fewer in the second region, fewest in the third.
    Thinning,
    /// The same number in every region.
    Everywhere,
    /// Recorded in us-east-1 alone (IAM, organisation trails).
    Home,
}

/// A kind of resource.
///
/// Templates know `{n}` (name), `{a}` (account id), `{r}` (region), `{h}` (17 hex digits),
/// `{u}` (UUID), `{k}` (17 capital letters and digits), `{i}` (the id) and `{arn}`.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The Config type without `AWS::`.
    pub code: &'static str,
    /// The type in a Security Hub finding.
    pub asff: &'static str,
    /// How many in the first region of each account.
    pub counts: [u8; 4],
    pub spread: Spread,
    /// Whether Config records it; rules and controls may judge it even so.
    pub recorded: bool,
    pub name: &'static str,
    pub id: &'static str,
    pub arn: &'static str,
}

macro_rules! kinds {
    ($($code:literal $asff:literal $counts:tt $spread:ident $recorded:literal $name:literal $id:literal $arn:literal;)*) => {
        /// Every kind, in the order in which Config lists them.
        pub(crate) const KINDS: &[Kind] = &[$(Kind {
            code: $code, asff: $asff, counts: $counts, spread: Spread::$spread,
            recorded: $recorded, name: $name, id: $id, arn: $arn,
        }),*];
    };
}

kinds! {
    "Account" "AwsAccount" [1, 1, 1, 1] Everywhere false "{a}" "{a}" "AWS::::Account:{a}";
    "S3::Bucket" "AwsS3Bucket" [7, 14, 12, 8] Thinning true "mvh-{s}-{p}-{x}" "{n}" "arn:aws:s3:::{n}";
    "EC2::Volume" "AwsEc2Volume" [5, 20, 10, 8] Thinning true "" "vol-{h}" "arn:aws:ec2:{r}:{a}:volume/{i}";
    "EC2::Instance" "AwsEc2Instance" [4, 14, 7, 6] Thinning true "" "i-{h}" "arn:aws:ec2:{r}:{a}:instance/{i}";
    "EC2::VPC" "AwsEc2Vpc" [1, 2, 1, 1] Everywhere true "" "vpc-{h}" "arn:aws:ec2:{r}:{a}:vpc/{i}";
    "EC2::SecurityGroup" "AwsEc2SecurityGroup" [2, 6, 3, 3] Thinning true "{p}-sg" "sg-{h}" "arn:aws:ec2:{r}:{a}:security-group/{i}";
    "EC2::Subnet" "AwsEc2Subnet" [2, 4, 2, 2] Thinning true "" "subnet-{h}" "arn:aws:ec2:{r}:{a}:subnet/{i}";
    "EC2::InternetGateway" "AwsEc2InternetGateway" [1, 1, 1, 1] Everywhere true "" "igw-{h}" "arn:aws:ec2:{r}:{a}:internet-gateway/{i}";
    "EC2::RouteTable" "AwsEc2RouteTable" [1, 2, 1, 1] Thinning true "" "rtb-{h}" "arn:aws:ec2:{r}:{a}:route-table/{i}";
    "EC2::VPNConnection" "AwsEc2VpnConnection" [1, 1, 0, 0] Home true "" "vpn-{h}" "arn:aws:ec2:{r}:{a}:vpn-connection/{i}";
    "RDS::DBInstance" "AwsRdsDbInstance" [1, 9, 3, 2] Thinning true "{p}-db" "db-{k}" "arn:aws:rds:{r}:{a}:db:{n}";
    "RDS::DBCluster" "AwsRdsDbCluster" [0, 3, 1, 1] Thinning true "{p}-aurora" "cluster-{k}" "arn:aws:rds:{r}:{a}:cluster:{n}";
    "RDS::DBSnapshot" "AwsRdsDbSnapshot" [1, 6, 2, 1] Thinning true "{p}-before-upgrade" "{n}" "arn:aws:rds:{r}:{a}:snapshot:{n}";
    "RDS::DBClusterSnapshot" "AwsRdsDbClusterSnapshot" [0, 3, 1, 0] Thinning true "{p}-month-end" "{n}" "arn:aws:rds:{r}:{a}:cluster-snapshot:{n}";
    "DynamoDB::Table" "AwsDynamoDbTable" [2, 8, 3, 4] Thinning true "{p}" "{n}" "arn:aws:dynamodb:{r}:{a}:table/{n}";
    "EFS::FileSystem" "AwsEfsFileSystem" [1, 3, 3, 1] Thinning true "" "fs-{h}" "arn:aws:elasticfilesystem:{r}:{a}:file-system/{i}";
    "Redshift::Cluster" "AwsRedshiftCluster" [0, 1, 1, 1] Home true "{p}-warehouse" "{n}" "arn:aws:redshift:{r}:{a}:cluster:{n}";
    "OpenSearch::Domain" "AwsOpenSearchServiceDomain" [1, 2, 1, 1] Home true "{p}-search" "{a}/{n}" "arn:aws:es:{r}:{a}:domain/{n}";
    "Elasticsearch::Domain" "AwsElasticsearchDomain" [0, 1, 1, 0] Home true "{p}-index" "{a}/{n}" "arn:aws:es:{r}:{a}:domain/{n}";
    "SQS::Queue" "AwsSqsQueue" [3, 9, 4, 3] Thinning true "{p}-queue" "https://sqs.{r}.amazonaws.com/{a}/{n}" "arn:aws:sqs:{r}:{a}:{n}";
    "SNS::Topic" "AwsSnsTopic" [3, 6, 3, 2] Thinning true "{p}-alerts" "arn:aws:sns:{r}:{a}:{n}" "arn:aws:sns:{r}:{a}:{n}";
    "Kinesis::Stream" "AwsKinesisStream" [0, 3, 2, 1] Thinning true "{p}-stream" "{n}" "arn:aws:kinesis:{r}:{a}:stream/{n}";
    "KinesisFirehose::DeliveryStream" "Other" [1, 1, 1, 0] Home true "{p}-delivery" "{n}" "arn:aws:firehose:{r}:{a}:deliverystream/{n}";
    "KMS::Key" "AwsKmsKey" [3, 8, 5, 3] Thinning true "" "{u}" "arn:aws:kms:{r}:{a}:key/{i}";
    "CloudTrail::Trail" "AwsCloudTrailTrail" [1, 1, 1, 1] Home true "{s}-trail" "{n}" "arn:aws:cloudtrail:{r}:{a}:trail/{n}";
    "Lambda::Function" "AwsLambdaFunction" [4, 10, 5, 5] Thinning true "{p}-handler" "{n}" "arn:aws:lambda:{r}:{a}:function:{n}";
    "IAM::User" "AwsIamUser" [4, 5, 3, 4] Home true "svc-{p}" "AIDA{k}" "arn:aws:iam::{a}:user/{n}";
    "IAM::Role" "AwsIamRole" [3, 4, 3, 3] Home true "{p}-role" "AROA{k}" "arn:aws:iam::{a}:role/{n}";
    "IAM::Group" "AwsIamGroup" [1, 2, 1, 1] Home true "{p}-operators" "AGPA{k}" "arn:aws:iam::{a}:group/{n}";
    "IAM::Policy" "AwsIamPolicy" [3, 4, 3, 3] Home true "{p}-access" "ANPA{k}" "arn:aws:iam::{a}:policy/{n}";
    "ElasticLoadBalancingV2::LoadBalancer" "AwsElbv2LoadBalancer" [1, 3, 1, 1] Thinning true "{p}-alb" "{arn}" "arn:aws:elasticloadbalancing:{r}:{a}:loadbalancer/app/{n}/{h}";
    "ElasticLoadBalancing::LoadBalancer" "AwsElbLoadBalancer" [0, 1, 0, 0] Home true "{p}-classic" "{n}" "arn:aws:elasticloadbalancing:{r}:{a}:loadbalancer/{n}";
    "ACM::Certificate" "AwsCertificateManagerCertificate" [1, 3, 1, 1] Thinning true "" "{arn}" "arn:aws:acm:{r}:{a}:certificate/{u}";
    "ApiGateway::Stage" "AwsApiGatewayStage" [0, 3, 1, 1] Thinning true "v1" "{arn}" "arn:aws:apigateway:{r}::/restapis/{h}/stages/v1";
    "AutoScaling::AutoScalingGroup" "AwsAutoScalingAutoScalingGroup" [1, 2, 1, 1] Thinning true "{p}-fleet" "{arn}" "arn:aws:autoscaling:{r}:{a}:autoScalingGroup:{u}:autoScalingGroupName/{n}";
    "CloudWatch::Alarm" "AwsCloudWatchAlarm" [2, 5, 2, 1] Thinning true "{p}-errors" "{n}" "arn:aws:cloudwatch:{r}:{a}:alarm:{n}";
    "CodeBuild::Project" "AwsCodeBuildProject" [2, 1, 0, 1] Home true "{p}-build" "{arn}" "arn:aws:codebuild:{r}:{a}:project/{n}";
    "DMS::ReplicationInstance" "AwsDmsReplicationInstance" [0, 1, 1, 0] Home true "{p}-migration" "{arn}" "arn:aws:dms:{r}:{a}:rep:{k}";
    "ECS::TaskDefinition" "AwsEcsTaskDefinition" [1, 4, 2, 2] Thinning true "{p}-task" "{arn}" "arn:aws:ecs:{r}:{a}:task-definition/{n}:7";
    "ElastiCache::ReplicationGroup" "AwsElastiCacheReplicationGroup" [0, 2, 0, 0] Thinning false "{p}-cache" "{n}" "arn:aws:elasticache:{r}:{a}:replicationgroup:{n}";
    "SecretsManager::Secret" "AwsSecretsManagerSecret" [2, 6, 2, 2] Thinning true "{p}/credentials" "{arn}" "arn:aws:secretsmanager:{r}:{a}:secret:{n}-Ab3dE6";
    "SageMaker::NotebookInstance" "AwsSageMakerNotebookInstance" [0, 0, 1, 2] Thinning true "{p}-notebook" "{n}" "arn:aws:sagemaker:{r}:{a}:notebook-instance/{n}";
    "WAFv2::WebACL" "AwsWafv2WebAcl" [0, 1, 1, 0] Home true "{p}-acl" "{arn}" "arn:aws:wafv2:{r}:{a}:regional/webacl/{n}/{u}";
    "Logs::LogGroup" "Other" [2, 6, 3, 2] Thinning false "/mvh/{p}" "{n}" "arn:aws:logs:{r}:{a}:log-group:{n}";
    "Backup::BackupVault" "AwsBackupBackupVault" [2, 2, 2, 1] Everywhere true "{v}" "{n}" "arn:aws:backup:{r}:{a}:backup-vault:{n}";
    "Backup::BackupPlan" "AwsBackupBackupPlan" [1, 2, 1, 1] Everywhere true "{p}-daily" "{u}" "arn:aws:backup:{r}:{a}:backup-plan:{i}";
    "AppRunner::Service" "Other" [0, 1, 0, 1] Home true "{p}-preview" "{arn}" "arn:aws:apprunner:{r}:{a}:service/{n}/{h}";
    "IVS::Channel" "Other" [0, 1, 0, 0] Home true "telehealth-pilot" "{arn}" "arn:aws:ivs:{r}:{a}:channel/{k}";
    "CodeArtifact::Repository" "Other" [1, 0, 0, 1] Home true "{p}-packages" "{arn}" "arn:aws:codeartifact:{r}:{a}:repository/mvh/{n}";
    "Lightsail::Instance" "Other" [0, 0, 1, 0] Home true "{p}-viewer" "{n}" "arn:aws:lightsail:{r}:{a}:Instance/{u}";
}

impl Kind {
    /// The position of the kind with this code.
    pub(crate) fn position(code: &str) -> Option<usize> {
        KINDS.iter().position(|kind| kind.code == code)
    }

    /// The Config resource type. Accounts are `AWS::::Account`.
    pub(crate) fn config_type(&self) -> String {
        config_type(self.code)
    }

    /// How many exist in one place.
    pub(crate) fn count(&self, place: Place) -> usize {
        let home = usize::from(self.counts[place.account]);
        match (self.spread, place.region) {
            (Spread::Everywhere, _) | (_, 0) => home,
            (Spread::Home, _) => 0,
            (Spread::Thinning, 1) => home.div_ceil(2),
            (Spread::Thinning, _) => (home + 1) / 4,
        }
    }
}

/// `S3::Bucket` as `AWS::S3::Bucket`; accounts have a type of their own.
pub(crate) fn config_type(code: &str) -> String {
    if code == "Account" { "AWS::::Account".to_owned() } else { format!("AWS::{code}") }
}

const VAULTS: [&str; 2] = ["clinical-vault", "Default"];

const WORKLOADS: [&[&str]; 4] = [
    &[
        "log-archive",
        "config-snapshots",
        "build-artifacts",
        "dns-transfer",
        "single-sign-on",
        "cost-reports",
        "runbooks",
    ],
    &[
        "clinical-notes",
        "patient-portal",
        "lab-results",
        "pharmacy-orders",
        "admissions-feed",
        "hl7-interface",
        "scheduling",
        "nurse-call",
        "telehealth-recordings",
        "claims-export",
        "allergy-registry",
        "vitals",
        "discharge-letters",
        "consent-forms",
        "billing-ledger",
        "care-plans",
        "bed-board",
        "immunisations",
        "referrals",
        "audit-trail",
    ],
    &[
        "dicom-archive",
        "radiology-worklist",
        "image-thumbnails",
        "cardiology-ecg",
        "pathology-slides",
        "mammography",
        "viewer-cache",
        "reporting",
        "teaching-files",
        "modality-gateway",
        "retention-holds",
        "ai-triage",
    ],
    &[
        "cohort-explorer",
        "genomics-runs",
        "de-identified-notes",
        "trial-matching",
        "model-training",
        "registry-extract",
        "notebooks-scratch",
        "survey-tool",
    ],
];

/// What a template is filled from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blank {
    pub place: Place,
    pub ordinal: usize,
    pub hash: u64,
}

/// Fills one template of a kind.
pub(crate) fn fill(template: &str, blank: Blank, name: &str, id: &str, arn: &str) -> String {
    let workloads = WORKLOADS[blank.place.account];
    let mut workload = workloads[blank.ordinal % workloads.len()].to_owned();
    if blank.ordinal >= workloads.len() {
        workload = format!("{workload}-{}", blank.ordinal / workloads.len() + 1);
    }
    template
        .replace("{p}", &workload)
        .replace("{v}", VAULTS[blank.ordinal % VAULTS.len()])
        .replace("{s}", ACCOUNTS[blank.place.account].short)
        .replace("{x}", REGION_SHORT[blank.place.region])
        .replace("{a}", blank.place.account().id)
        .replace("{r}", blank.place.region())
        .replace("{h}", &crate::noise::hex(blank.hash, 17))
        .replace("{u}", &crate::noise::uuid(blank.hash))
        .replace("{k}", &crate::noise::letters(blank.hash, 17))
        .replace("{arn}", arn)
        .replace("{n}", name)
        .replace("{i}", id)
}
