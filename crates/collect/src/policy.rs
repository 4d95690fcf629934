//! The IAM policies that Wardround needs, made from the list of operations.

use domain::Source;
use serde_json::{Value, json};

use crate::operations;

/// The least-privilege policy of the role that reads an account: the actions of
/// [`crate::operations`], one statement for each service. None of them can change anything.
pub fn iam_policy() -> Value {
    let statements: Vec<Value> = Source::ALL
        .into_iter()
        .map(|source| {
            let actions: Vec<&str> = operations()
                .iter()
                .filter(|operation| operation.source == source)
                .map(|operation| operation.action)
                .collect();
            json!({
                "Sid": format!("WardroundReads{}", source.title().replace(' ', "")),
                "Effect": "Allow",
                "Action": actions,
                "Resource": "*",
            })
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The policy of the identity that Wardround runs as: it may assume these roles and no others.
pub fn assume_role_policy<'a>(role_arns: impl IntoIterator<Item = &'a str>) -> Value {
    let roles: Vec<&str> = role_arns.into_iter().collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WardroundAssumesRoles",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": roles,
        }],
    })
}
