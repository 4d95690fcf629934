//! VPCs and what is in them; load balancers, certificates, stages.

use serde_json::{Value, json};

use super::{Built, Item};
use crate::clock::{DAY, iso};
use crate::noise;

pub(super) fn vpc(item: &Item<'_>) -> Built {
    (
        json!({
            "vpcId": item.it.id,
            "cidrBlock": format!("10.{}.0.0/16", 20 + item.it.ordinal),
            "instanceTenancy": "default",
            "isDefault": item.it.ordinal == 1,
            "state": "available",
        }),
        json!({}),
    )
}

/// The flow log that covers a VPC; it exists only while the VPC's traffic is recorded.
pub(super) fn flow_log(item: &Item<'_>) -> Value {
    let id = format!("fl-{}", noise::hex(item.dice("flow-log"), 17));
    let since = item.world.aspect(item.index, "flow-logs", item.now).since;
    json!({
        "version": "1.3",
        "accountId": item.account(),
        "awsRegion": item.region(),
        "arn": format!("arn:aws:ec2:{}:{}:vpc-flow-log/{id}", item.region(), item.account()),
        "availabilityZone": "Not Applicable",
        "configurationItemCaptureTime": iso(since),
        "configurationItemStatus": "OK",
        "resourceCreationTime": iso(since),
        "resourceId": id,
        "resourceType": "AWS::EC2::FlowLog",
        "tags": [],
        "relationships": [],
        "configuration": {
            "flowLogId": id,
            "resourceId": item.it.id,
            "trafficType": "ALL",
            "flowLogStatus": "ACTIVE",
            "deliverLogsStatus": "SUCCESS",
            "logDestinationType": "cloud-watch-logs",
            "logGroupName": "/mvh/vpc-flow",
            "logDestination": null,
        },
        "supplementaryConfiguration": {},
    })
}

pub(super) fn security_group(item: &Item<'_>) -> Built {
    let rule = |port: f64, cidr: &str| {
        json!({
            "ipProtocol": "tcp", "fromPort": port, "toPort": port,
            "ipv4Ranges": [{"cidrIp": cidr}], "ipv6Ranges": [], "ipRanges": [cidr],
            "prefixListIds": [], "userIdGroupPairs": [],
        })
    };
    let mut inbound = vec![rule(443.0, "10.0.0.0/8")];
    if !item.good("no-open-ssh") {
        inbound.push(rule(22.0, "0.0.0.0/0"));
    }
    if !item.good("no-open-rdp") {
        inbound.push(rule(3389.0, "0.0.0.0/0"));
    }
    (
        json!({
            "groupId": item.it.id,
            "groupName": item.it.name,
            "description": "Workload access",
            "ownerId": item.account(),
            "vpcId": item.sibling("EC2::VPC"),
            "ipPermissions": inbound,
            "ipPermissionsEgress": [],
        }),
        json!({}),
    )
}

pub(super) fn subnet(item: &Item<'_>) -> Built {
    (
        json!({
            "subnetId": item.it.id,
            "vpcId": item.sibling("EC2::VPC"),
            "cidrBlock": format!("10.20.{}.0/24", item.it.ordinal),
            "availableIpAddressCount": 240.0,
            "mapPublicIpOnLaunch": !item.good("no-auto-public-ip"),
        }),
        json!({}),
    )
}

pub(super) fn load_balancer(item: &Item<'_>) -> Built {
    let attribute = |key: &str, on: bool| json!({"key": key, "value": on.to_string()});
    (
        json!({
            "loadBalancerArn": item.it.arn,
            "loadBalancerName": item.it.name,
            "scheme": if item.it.ordinal == 0 { "internet-facing" } else { "internal" },
            "type": "application",
            "vpcId": item.sibling("EC2::VPC"),
            "state": {"code": "active"},
        }),
        json!({"LoadBalancerAttributes": [
            attribute("access_logs.s3.enabled", item.good("access-logs")),
            attribute("deletion_protection.enabled", item.good("deletion-protection")),
            attribute("routing.http.drop_invalid_header_fields.enabled", item.good("drop-headers")),
        ]}),
    )
}

pub(super) fn certificate(item: &Item<'_>) -> Built {
    let days = if item.good("cert-fresh") { 200 } else { 9 };
    (
        json!({
            "certificateArn": item.it.arn,
            "domainName": "portal.meridianvalley.example",
            "status": "ISSUED",
            "notAfter": iso(item.now - item.now.rem_euclid(DAY) + days * DAY),
            "inUseBy": [item.sibling("ElasticLoadBalancingV2::LoadBalancer")],
        }),
        json!({}),
    )
}

pub(super) fn stage(item: &Item<'_>) -> Built {
    let level = if item.good("execution-logs") { "INFO" } else { "OFF" };
    (
        json!({
            "stageName": "v1",
            "clientCertificateId": item.good("client-cert").then(|| noise::letters(item.it.hash, 6)),
            "methodSettings": {"*/*": {"loggingLevel": level}},
        }),
        json!({}),
    )
}
