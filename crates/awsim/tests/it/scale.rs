//! A million findings, made page by page.

use awsim::Options;
use serde_json::json;

use crate::client::{Client, NOW};

const HOME: (usize, &str) = (1, "us-east-1");

async fn million() -> Client {
    let options = Options { findings: Some(1_000_000), now_ms: Some(NOW), ..Options::default() };
    Client::start(options).await
}

#[tokio::test]
async fn a_late_page_of_a_million_is_whole_and_in_order() {
    let client = million().await;
    let sort = json!([{"Field": "UpdatedAt", "SortOrder": "asc"}]);
    let mut body = json!({"MaxResults": 100, "SortCriteria": sort});
    let mut before = String::new();
    for number in 1..=200 {
        let page = client.findings_page(HOME, &body).await.json();
        let findings = page["Findings"].as_array().unwrap();
        assert_eq!(findings.len(), 100, "page {number}");
        for finding in findings {
            let updated = finding["UpdatedAt"].as_str().unwrap().to_owned();
            assert!(before <= updated, "page {number}: {updated} after {before}");
            before = updated;
        }
        body["NextToken"] = page["NextToken"].clone();
    }
}

#[tokio::test]
async fn scaled_findings_are_many_ordered_and_distinct() {
    let client =
        Client::start(Options { findings: Some(30_000), now_ms: Some(NOW), ..Options::default() })
            .await;
    let mut total = 0;
    for account in 0..4 {
        for region in ["us-east-1", "us-east-2", "us-west-2"] {
            if (account, region) == (3, "us-west-2") {
                continue;
            }
            let all = client.findings((account, region), &json!({})).await;
            let times: Vec<&str> = all.iter().filter_map(|f| f["UpdatedAt"].as_str()).collect();
            assert!(times.is_sorted());
            let ids: std::collections::HashSet<&str> =
                all.iter().filter_map(|f| f["Id"].as_str()).collect();
            assert_eq!(ids.len(), all.len());
            total += all.len();
        }
    }
    assert!((29_000..31_000).contains(&total), "{total}");
}

#[tokio::test]
async fn an_incremental_pull_of_a_million_reads_only_its_part() {
    let client = million().await;
    let recent = json!({"Filters": {"UpdatedAt": [{"Start": "2026-11-22T20:00:00Z"}]}});
    let found = client.findings(HOME, &recent).await;
    assert!((50..2000).contains(&found.len()), "{}", found.len());
    assert!(found.iter().all(|f| f["UpdatedAt"].as_str() >= Some("2026-11-22T20:00:00")));
    let falling =
        json!({"MaxResults": 100, "SortCriteria": [{"Field": "UpdatedAt", "SortOrder": "desc"}]});
    let page = client.findings_page(HOME, &falling).await.json();
    let times: Vec<&str> = page["Findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|f| f["UpdatedAt"].as_str())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
}
