//! GetFindings of the natural organisation: paging, filters, order, gaps, change.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::client::{Client, NOW};

const HOME: (usize, &str) = (1, "us-east-1");
const DAY: i64 = 86_400_000;

fn ids(findings: &[Value]) -> HashSet<String> {
    findings.iter().map(|finding| finding["Id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn pages_hold_every_finding_once_whatever_their_size() {
    let client = Client::natural().await;
    let whole = client.findings(HOME, &json!({"MaxResults": 100})).await;
    let small = client.findings(HOME, &json!({"MaxResults": 7})).await;
    assert!(whole.len() > 700, "{}", whole.len());
    assert_eq!(whole, small);
    assert_eq!(ids(&whole).len(), whole.len());
}

#[tokio::test]
async fn page_sizes_and_tokens_are_checked() {
    let client = Client::natural().await;
    let first = client.findings_page(HOME, &json!({"MaxResults": 5})).await.json();
    let token = &first["NextToken"];
    for body in [
        json!({"MaxResults": 0}),
        json!({"MaxResults": 101}),
        json!({"NextToken": "made-up"}),
        json!({"NextToken": token, "SortCriteria": [{"Field": "UpdatedAt", "SortOrder": "desc"}]}),
        json!({"SortCriteria": [{"Field": "Colour", "SortOrder": "asc"}]}),
        json!({"Filters": {"Colour": [{"Value": "red", "Comparison": "EQUALS"}]}}),
    ] {
        let reply = client.findings_page(HOME, &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.header("x-amzn-errortype"), "InvalidInputException");
    }
    let elsewhere = client.findings_page((1, "us-east-2"), &json!({"NextToken": token})).await;
    assert_eq!(elsewhere.status, 400);
    let on = client.findings_page(HOME, &json!({"NextToken": token, "MaxResults": 50})).await;
    assert_eq!(on.status, 200);
}

#[tokio::test]
async fn filters_take_any_positive_value_and_every_negative_one() {
    let client = Client::natural().await;
    let all = client.findings(HOME, &json!({})).await;
    let status = |finding: &Value| finding["Compliance"]["Status"].as_str().map(str::to_owned);
    let either = json!({"Filters": {"ComplianceStatus": [
        {"Value": "FAILED", "Comparison": "EQUALS"}, {"Value": "WARNING", "Comparison": "EQUALS"}]}});
    let expected: Vec<Value> = all
        .iter()
        .filter(|f| matches!(status(f).as_deref(), Some("FAILED" | "WARNING")))
        .cloned()
        .collect();
    assert_eq!(client.findings(HOME, &either).await, expected);
    let neither = json!({"Filters": {"ComplianceStatus": [
        {"Value": "FAILED", "Comparison": "NOT_EQUALS"}, {"Value": "PASSED", "Comparison": "NOT_EQUALS"}]}});
    let expected: Vec<Value> = all
        .iter()
        .filter(|f| !matches!(status(f).as_deref(), Some("FAILED" | "PASSED")))
        .cloned()
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(client.findings(HOME, &neither).await, expected);
}

#[tokio::test]
async fn at_most_ten_attributes_and_twenty_values() {
    let client = Client::natural().await;
    let values: Vec<Value> =
        (0..21).map(|n| json!({"Value": n.to_string(), "Comparison": "EQUALS"})).collect();
    let reply = client.findings_page(HOME, &json!({"Filters": {"Id": values}})).await;
    assert_eq!(reply.status, 400);
    let names = [
        "ProductArn",
        "ProductName",
        "CompanyName",
        "AwsAccountId",
        "Id",
        "GeneratorId",
        "Region",
        "Type",
        "SeverityLabel",
        "Title",
        "RecordState",
    ];
    let one = json!([{"Value": "x", "Comparison": "EQUALS"}]);
    let filters: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), one.clone())).collect();
    let reply = client.findings_page(HOME, &json!({ "Filters": filters })).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes() {
    let (a, b) = (Client::natural().await, Client::natural().await);
    for account in 0..4 {
        let body = json!({"MaxResults": 100});
        let place = (account, "us-east-1");
        assert_eq!(
            a.findings_page(place, &body).await.text,
            b.findings_page(place, &body).await.text
        );
    }
    let other = awsim::Options { seed: 1, now_ms: Some(NOW), ..awsim::Options::default() };
    let c = Client::start(other).await;
    assert_ne!(ids(&a.findings(HOME, &json!({})).await), ids(&c.findings(HOME, &json!({})).await));
}

#[tokio::test]
async fn the_hub_that_is_off_answers_401_with_its_own_code() {
    let client = Client::natural().await;
    let reply = client.findings_page((3, "us-west-2"), &json!({})).await;
    assert_eq!((reply.status, reply.header("x-amzn-errortype")), (401, "InvalidAccessException"));
    assert!(reply.json()["Message"].as_str().expect("a message").contains("is not subscribed"));
}

#[tokio::test]
async fn every_change_is_seen_by_a_pull_of_what_was_updated_since() {
    let client = Client::natural().await;
    let comparable = |finding: &Value| {
        let mut finding = finding.clone();
        finding["LastObservedAt"] = Value::Null;
        finding
    };
    for account in 0..4 {
        let place = (account, "us-east-1");
        client.sim.set_now(Some(NOW));
        let before: HashMap<String, Value> = client
            .findings(place, &json!({}))
            .await
            .iter()
            .map(|f| (f["Id"].to_string(), comparable(f)))
            .collect();
        client.sim.set_now(Some(NOW + 10 * DAY));
        let since = json!({"Filters": {"UpdatedAt": [{"Start": "2026-11-23T10:00:00.000Z"}]}});
        let pulled = ids(&client.findings(place, &since).await);
        assert!(!pulled.is_empty());
        for finding in client.findings(place, &json!({})).await {
            let same = before.get(&finding["Id"].to_string()) == Some(&comparable(&finding));
            let id = finding["Id"].as_str().expect("an id");
            assert!(same || pulled.contains(id), "{finding}");
        }
    }
}

#[tokio::test]
async fn something_changes_every_ten_minutes_or_so() {
    let client = Client::natural().await;
    let mut changed = 0;
    for step in 0..6_i64 {
        client.sim.set_now(Some(NOW + (step + 1) * 1_800_000));
        let start = jiff::Timestamp::from_millisecond(NOW + step * 1_800_000).expect("a time");
        let since = json!({"Filters": {"UpdatedAt": [{"Start": start.to_string()}]}});
        let mut seen = 0;
        for account in 0..4 {
            for region in ["us-east-1", "us-east-2"] {
                seen += client.findings((account, region), &since).await.len();
            }
        }
        assert!(seen < 120, "{seen} changes in half an hour");
        changed += usize::from(seen > 0);
    }
    assert_eq!(changed, 6);
}

#[tokio::test]
async fn drift_struck_six_days_ago() {
    let client = Client::natural().await;
    let failing = json!({"Filters": {
        "ComplianceSecurityControlId": [{"Value": "S3.8", "Comparison": "EQUALS"}],
        "ComplianceStatus": [{"Value": "FAILED", "Comparison": "EQUALS"}]}});
    client.sim.set_now(Some(NOW - 8 * DAY));
    let before = ids(&client.findings(HOME, &failing).await);
    client.sim.set_now(Some(NOW));
    let after = ids(&client.findings(HOME, &failing).await);
    assert!(after.difference(&before).count() >= 3, "{before:?} {after:?}");
}

#[tokio::test]
async fn the_organisation_improves_over_ninety_days() {
    let client = Client::natural().await;
    let mut shares = Vec::new();
    for days in [-90, 0, 90] {
        client.sim.set_now(Some(NOW + days * DAY));
        let (mut passed, mut judged) = (0, 0);
        for account in 0..4 {
            for finding in client.findings((account, "us-east-1"), &json!({})).await {
                let status = finding["Compliance"]["Status"].as_str();
                passed += usize::from(status == Some("PASSED"));
                judged += usize::from(matches!(status, Some("PASSED" | "FAILED")));
            }
        }
        shares.push(f64::from(passed as u32) / f64::from(judged as u32));
    }
    assert!(shares[0] + 0.02 < shares[1] && shares[1] < shares[2], "{shares:?}");
    assert!((0.72..0.88).contains(&shares[1]), "{shares:?}");
}

#[tokio::test]
async fn hostile_text_arrives_as_data() {
    let client = Client::natural().await;
    let body = json!({"Filters": {"Title": [{"Value": "<script>", "Comparison": "CONTAINS"}]}});
    let found = client.findings(HOME, &body).await;
    assert_eq!(found.len(), 1);
    assert!(found[0]["Title"].as_str().expect("a title").contains('\u{202e}'));
    assert!(found[0]["Resources"][0]["Tags"]["Note"].as_str().expect("a tag").contains("onerror"));
}
