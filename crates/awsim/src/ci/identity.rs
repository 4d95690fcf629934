//! Users, roles, policies and secrets.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{Built, Item};
use crate::clock::iso;

/// Policy documents inside items are URL-encoded texts.
fn document(statement: &serde_json::Value) -> String {
    let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()
}

pub(super) fn user(item: &Item<'_>) -> Built {
    let inline = json!({"policyName": "extra", "policyDocument": document(&json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}))});
    let direct = json!({"policyName": "ReadOnlyAccess", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"});
    (
        json!({
            "path": "/",
            "userName": item.it.name,
            "userId": item.it.id,
            "arn": item.it.arn,
            "createDate": iso(item.it.created),
            "userPolicyList": if item.good("no-inline") { vec![] } else { vec![inline] },
            "attachedManagedPolicies": if item.good("no-direct-policies") { vec![] } else { vec![direct] },
            "groupList": ["operators"],
            "permissionsBoundary": null,
            "tags": [],
        }),
        json!({}),
    )
}

pub(super) fn role(item: &Item<'_>) -> Built {
    (
        json!({
            "path": "/",
            "roleName": item.it.name,
            "roleId": item.it.id,
            "arn": item.it.arn,
            "createDate": iso(item.it.created),
            "assumeRolePolicyDocument": document(&json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})),
            "rolePolicyList": [],
            "attachedManagedPolicies": [],
        }),
        json!({}),
    )
}

pub(super) fn policy(item: &Item<'_>) -> Built {
    let action = if !item.good("no-admin") {
        "*"
    } else if !item.good("no-service-star") {
        "dynamodb:*"
    } else if !item.good("no-kms-all") {
        "kms:Decrypt"
    } else {
        "s3:ListBucket"
    };
    (
        json!({
            "policyName": item.it.name,
            "policyId": item.it.id,
            "arn": item.it.arn,
            "attachmentCount": 1.0,
            "defaultVersionId": "v1",
            "policyVersionList": [{
                "versionId": "v1", "isDefaultVersion": true, "createDate": iso(item.it.created),
                "document": document(&json!({"Effect": "Allow", "Action": action, "Resource": "*"})),
            }],
        }),
        json!({}),
    )
}

pub(super) fn secret(item: &Item<'_>) -> Built {
    (
        json!({
            "Name": item.it.name,
            "Id": item.it.arn,
            "RotationEnabled": item.good("rotation"),
            "KMSKeyId": item.good("kms").then(|| item.key_arn()),
        }),
        json!({}),
    )
}
