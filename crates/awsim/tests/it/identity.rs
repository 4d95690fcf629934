//! Keys, signatures, unknown operations: each protocol's own words.

use serde_json::Value;

use crate::client::{Client, authorization};

#[tokio::test]
async fn a_request_without_a_signature_gets_the_protocols_own_refusal() {
    let client = Client::natural().await;
    let rest = client.raw("GET", "/accounts", &[], "").await.expect("an answer");
    assert_eq!(rest.status, 403);
    assert_eq!(rest.header("x-amzn-errortype"), "MissingAuthenticationTokenException");
    let target = [("x-amz-target", "StarlingDoveService.DescribeConfigRules")];
    let config = client.raw("POST", "/", &target, "{}").await.expect("an answer");
    assert_eq!(config.status, 400);
    assert_eq!(config.json()["__type"], "MissingAuthenticationTokenException");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let sts = client.raw("POST", "/", &form, "Action=GetCallerIdentity").await.expect("an answer");
    assert_eq!(sts.status, 403);
    assert!(sts.text.contains("<Code>MissingAuthenticationToken</Code>"), "{}", sts.text);
    for reply in [rest, config, sts] {
        assert_eq!(reply.header("x-amzn-requestid").len(), 36);
    }
}

#[tokio::test]
async fn unknown_and_expired_keys_are_told_apart() {
    let client = Client::natural().await;
    for (key, code) in [
        ("ASIA000000000000ABCD", "UnrecognizedClientException"),
        ("SOMETHINGELSE", "UnrecognizedClientException"),
        ("AKIAEXPIRED0000000AB", "ExpiredTokenException"),
    ] {
        let signature = authorization(key, "us-east-1", "guardduty");
        let headers = [("authorization", signature.as_str())];
        let reply = client.raw("GET", "/detector", &headers, "").await.expect("an answer");
        assert_eq!((reply.status, reply.header("x-amzn-errortype")), (403, code), "{key}");
    }
}

#[tokio::test]
async fn a_region_that_the_organisation_does_not_use_is_refused() {
    let client = Client::natural().await;
    let place = (1, "eu-west-1");
    let reply = client
        .rest("securityhub", place, "GET", "/accounts", &Value::Null)
        .await
        .expect("an answer");
    assert_eq!(reply.header("x-amzn-errortype"), "UnrecognizedClientException");
}

#[tokio::test]
async fn operations_that_are_not_simulated_are_unknown() {
    let client = Client::natural().await;
    let place = (1, "us-east-1");
    for (service, path) in
        [("securityhub", "/insights"), ("guardduty", "/malware"), ("backup", "/x")]
    {
        let reply =
            client.rest(service, place, "GET", path, &Value::Null).await.expect("an answer");
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("x-amzn-errortype"), "UnknownOperationException");
    }
    let reply = client.config(place, "PutConfigRule", &serde_json::json!({})).await;
    assert_eq!(reply.json()["__type"], "UnknownOperationException");
}

#[tokio::test]
async fn paths_with_and_without_a_closing_slash_are_the_same() {
    let client = Client::natural().await;
    for path in ["/backup-vaults/", "/backup-vaults"] {
        let reply = client
            .rest("backup", (1, "us-east-1"), "GET", path, &Value::Null)
            .await
            .expect("an answer");
        assert_eq!(reply.json()["BackupVaultList"].as_array().map(Vec::len), Some(2));
    }
}
