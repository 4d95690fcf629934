//! The inventory, its query language, and its agreement with rules and findings.

use serde_json::{Value, json};

use crate::client::{Client, NOW};

const HOME: (usize, &str) = (1, "us-east-1");

#[tokio::test]
async fn the_documented_queries_all_run() {
    let client = Client::natural().await;
    for (kind, property) in [
        ("EC2::Volume", "configuration.encrypted"),
        ("RDS::DBInstance", "configuration.iAMDatabaseAuthenticationEnabled"),
        ("RDS::DBCluster", "configuration.iamdatabaseAuthenticationEnabled"),
        ("RDS::DBSnapshot", "configuration.encrypted"),
        ("RDS::DBClusterSnapshot", "configuration.storageEncrypted"),
        ("DynamoDB::Table", "supplementaryConfiguration.ContinuousBackupsDescription"),
        ("EFS::FileSystem", "configuration.Encrypted"),
        ("Redshift::Cluster", "supplementaryConfiguration.LoggingStatus"),
        ("OpenSearch::Domain", "configuration.LogPublishingOptions.AUDIT_LOGS.Enabled"),
        ("Elasticsearch::Domain", "configuration.domainEndpointOptions.enforceHTTPS"),
        ("SQS::Queue", "configuration.SqsManagedSseEnabled"),
        ("Kinesis::Stream", "configuration.RetentionPeriodHours"),
        (
            "KinesisFirehose::DeliveryStream",
            "configuration.DeliveryStreamEncryptionConfigurationInput.KeyType",
        ),
        ("KMS::Key", "supplementaryConfiguration.KeyRotationStatus"),
        ("CloudTrail::Trail", "configuration.logFileValidationEnabled"),
        ("EC2::FlowLog", "configuration.resourceId"),
        ("EC2::VPC", "configuration.instanceTenancy"),
        ("EC2::Instance", "configuration.placement.tenancy"),
        ("IAM::User", "configuration.attachedManagedPolicies"),
        ("S3::AccountPublicAccessBlock", "configuration.blockPublicAcls"),
        ("Backup::RecoveryPoint", "configuration.IsEncrypted"),
        ("Backup::BackupPlan", "configuration.BackupPlan.BackupPlanRule"),
        ("GuardDuty::Detector", "configuration.Enable"),
    ] {
        let expression = format!("SELECT arn, {property} WHERE resourceType = 'AWS::{kind}'");
        let rows = client.select(HOME, &expression).await;
        assert!(!rows.is_empty(), "{kind}");
        let pointer = format!("/{}", property.replace('.', "/"));
        assert!(rows.iter().any(|row| row.pointer(&pointer).is_some()), "{kind} {property}");
    }
}

#[tokio::test]
async fn flow_logs_name_the_vpc_that_they_cover() {
    let client = Client::natural().await;
    let vpcs = client.select(HOME, "SELECT resourceId WHERE resourceType = 'AWS::EC2::VPC'").await;
    let logs = client
        .select(HOME, "SELECT configuration.resourceId WHERE resourceType = 'AWS::EC2::FlowLog'")
        .await;
    assert!(logs.iter().all(|log| {
        vpcs.iter().any(|vpc| vpc["resourceId"] == log["configuration"]["resourceId"])
    }));
}

#[tokio::test]
async fn rows_keep_odd_shapes() {
    let client = Client::natural().await;
    let buckets = client
        .select(
            HOME,
            "SELECT arn, supplementaryConfiguration WHERE resourceType = 'AWS::S3::Bucket'",
        )
        .await;
    let replicated = buckets
        .iter()
        .find_map(|b| b.pointer("/supplementaryConfiguration/BucketReplicationConfiguration/rules"))
        .expect("a replicated bucket");
    assert!(replicated.is_object(), "rules are keyed by their ids");
    let text = buckets
        .iter()
        .filter_map(|b| b.pointer("/supplementaryConfiguration/BucketPolicy/policyText"))
        .find_map(Value::as_str)
        .expect("policies are texts");
    assert!(serde_json::from_str::<Value>(text).expect("JSON inside")["Statement"].is_array());
    let groups = client
        .select(HOME, "SELECT configuration.ipPermissions.fromPort WHERE resourceType = 'AWS::EC2::SecurityGroup'")
        .await;
    assert!(groups[0]["configuration"]["ipPermissions"][0]["fromPort"].is_f64());
}

#[tokio::test]
async fn aggregates_count() {
    let client = Client::natural().await;
    let groups = client
        .select(
            HOME,
            "SELECT configuration.encrypted, COUNT(*), MAX(configuration.size) WHERE resourceType = \
             'AWS::EC2::Volume' GROUP BY configuration.encrypted ORDER BY COUNT(*) DESC",
        )
        .await;
    let total: u64 = groups.iter().filter_map(|group| group["COUNT(*)"].as_u64()).sum();
    let rows =
        client.select(HOME, "SELECT resourceId WHERE resourceType = 'AWS::EC2::Volume'").await;
    assert_eq!(total, rows.len() as u64);
    assert_eq!(groups.len(), 2);
    assert!(groups[0]["COUNT(*)"].as_u64() >= groups[1]["COUNT(*)"].as_u64());
    assert!(groups[0]["MAX(configuration.size)"].is_number());
}

#[tokio::test]
async fn limits_and_bad_expressions_have_their_own_errors() {
    let client = Client::natural().await;
    let select = json!({"Expression": "SELECT resourceId"});
    let page = client.config(HOME, "SelectResourceConfig", &select).await.json();
    assert_eq!(page["Results"].as_array().map(Vec::len), Some(25), "25 is the default");
    for (body, code) in [
        (json!({"Expression": "SELECT resourceId", "Limit": 101}), "InvalidLimitException"),
        (json!({"Expression": "SELECT resourceId", "NextToken": "x"}), "InvalidNextTokenException"),
        (json!({"Expression": "SELECT resourceId WHERE"}), "InvalidExpressionException"),
        (json!({"Expression": "SELECT a AS b"}), "InvalidExpressionException"),
        (
            json!({"Expression": "SELECT resourceId WHERE a LIKE 'ab%'"}),
            "InvalidExpressionException",
        ),
        (json!({"Expression": ""}), "InvalidExpressionException"),
    ] {
        let reply = client.config(HOME, "SelectResourceConfig", &body).await;
        assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!(code)), "{body}");
    }
}

#[tokio::test]
async fn a_changed_item_changes_its_rule_and_both_times_move() {
    let client = Client::natural().await;
    let query = "SELECT resourceId, configurationItemCaptureTime, \
                 supplementaryConfiguration.PublicAccessBlockConfiguration.blockPublicPolicy \
                 WHERE resourceType = 'AWS::S3::Bucket'";
    client.sim.set_now(Some(NOW - 8 * 86_400_000));
    let before = client.select(HOME, query).await;
    client.sim.set_now(Some(NOW));
    let after = client.select(HOME, query).await;
    let block = "/supplementaryConfiguration/PublicAccessBlockConfiguration/blockPublicPolicy";
    let mut drifted = 0;
    for now in &after {
        let Some(then) = before.iter().find(|row| row["resourceId"] == now["resourceId"]) else {
            continue;
        };
        if then.pointer(block) != now.pointer(block) {
            drifted += 1;
            let time =
                |row: &Value| row["configurationItemCaptureTime"].as_str().map(str::to_owned);
            assert!(time(now) > time(then));
        }
    }
    assert!(drifted >= 3, "{drifted}");
}

#[tokio::test]
async fn a_stopped_recorder_sees_nothing_new() {
    let client = Client::natural().await;
    let place = (3, "us-east-2");
    let query = "SELECT * WHERE resourceType LIKE 'AWS::S3%'";
    let now = client.select(place, query).await;
    client.sim.set_now(Some(NOW + 60 * 86_400_000));
    assert_eq!(now, client.select(place, query).await);
}

#[tokio::test]
async fn services_outside_the_baa_are_in_use() {
    let client = Client::natural().await;
    let rows = client
        .select(
            HOME,
            "SELECT arn WHERE resourceType IN ('AWS::AppRunner::Service', 'AWS::IVS::Channel')",
        )
        .await;
    assert_eq!(rows.len(), 2);
}
