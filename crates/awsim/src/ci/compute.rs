//! Instances, functions, containers, builds and notebooks.

use serde_json::json;

use super::{Built, Item};
use crate::clock::iso;
use crate::noise;

pub(super) fn instance(item: &Item<'_>) -> Built {
    // One instance rents hardware of its own; the organisation does not demand it.
    let tenancy = if item.it.ordinal == 3 { "dedicated" } else { "default" };
    let stopped = !item.good("not-idle");
    (
        json!({
            "instanceId": item.it.id,
            "imageId": "ami-0c2b8ca1dad447f8a",
            "instanceType": "m6i.large",
            "launchTime": iso(item.it.created),
            "placement": {"availabilityZone": format!("{}a", item.region()), "tenancy": tenancy, "groupName": "", "hostId": null},
            "state": {"code": if stopped { 80.0 } else { 16.0 }, "name": if stopped { "stopped" } else { "running" }},
            "metadataOptions": {
                "httpTokens": if item.good("imdsv2") { "required" } else { "optional" },
                "httpPutResponseHopLimit": 1.0,
                "httpEndpoint": "enabled",
            },
            "publicIpAddress": (!item.good("no-public-ip"))
                .then(|| format!("203.0.113.{}", noise::below(item.it.hash, 250) + 1)),
            "privateIpAddress": format!("10.20.{}.{}", noise::below(item.it.hash, 200), noise::below(item.dice("ip"), 250)),
            "vpcId": item.sibling("EC2::VPC"),
            "subnetId": item.sibling("EC2::Subnet"),
            "iamInstanceProfile": item.good("profile").then(|| json!({"arn": format!("arn:aws:iam::{}:instance-profile/workload", item.account())})),
            "securityGroups": [{"groupId": item.sibling("EC2::SecurityGroup"), "groupName": "workload"}],
        }),
        json!({}),
    )
}

pub(super) fn function(item: &Item<'_>) -> Built {
    let mut more = json!({});
    if !item.good("not-public") {
        more["Policy"] = json!(json!({
            "Version": "2012-10-17",
            "Statement": [{"Sid": "everyone", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": item.it.arn}],
        }).to_string());
    }
    (
        json!({
            "functionName": item.it.name,
            "functionArn": item.it.arn,
            "runtime": if item.good("current-runtime") { "python3.13" } else { "python3.7" },
            "role": format!("arn:aws:iam::{}:role/function-role", item.account()),
            "handler": "main.handler",
            "codeSize": 182_044.0,
            "memorySize": 512.0,
            "timeout": 30.0,
            "lastModified": iso(item.it.created),
            "kmskeyArn": item.dice("kms").is_multiple_of(2).then(|| item.key_arn()),
            "vpcConfig": {
                "subnetIds": if item.good("in-vpc") { vec![item.sibling("EC2::Subnet")] } else { vec![] },
                "securityGroupIds": if item.good("in-vpc") { vec![item.sibling("EC2::SecurityGroup")] } else { vec![] },
            },
            "tracingConfig": {"mode": "PassThrough"},
        }),
        more,
    )
}

pub(super) fn task(item: &Item<'_>) -> Built {
    (
        json!({
            "TaskDefinitionArn": item.it.arn,
            "Family": item.it.name,
            "NetworkMode": "awsvpc",
            "ContainerDefinitions": [{
                "Name": "app",
                "ReadonlyRootFilesystem": item.good("readonly-root"),
                "User": if item.good("host-mode-user") { "1000" } else { "" },
            }],
        }),
        json!({}),
    )
}

pub(super) fn build_project(item: &Item<'_>) -> Built {
    let kind = if item.good("no-plain-keys") { "PARAMETER_STORE" } else { "PLAINTEXT" };
    (
        json!({
            "name": item.it.name,
            "environment": {
                "type": "LINUX_CONTAINER",
                "privilegedMode": false,
                "environmentVariables": [{"name": "AWS_ACCESS_KEY_ID", "type": kind, "value": "******"}],
            },
            "source": {"type": "CODECOMMIT", "gitCloneDepth": 1.0},
            "timeoutInMinutes": 60.0,
        }),
        json!({}),
    )
}

pub(super) fn notebook(item: &Item<'_>) -> Built {
    (
        json!({
            "NotebookInstanceName": item.it.name,
            "DirectInternetAccess": if item.good("no-internet") { "Disabled" } else { "Enabled" },
            "KmsKeyId": item.good("kms").then(|| item.key_arn()),
            "RootAccess": "Disabled",
        }),
        json!({}),
    )
}

pub(super) fn fleet(item: &Item<'_>) -> Built {
    (
        json!({
            "autoScalingGroupName": item.it.name,
            "healthCheckType": if item.good("elb-health") { "ELB" } else { "EC2" },
            "minSize": 2.0,
            "maxSize": 8.0,
            "desiredCapacity": 2.0,
        }),
        json!({}),
    )
}
