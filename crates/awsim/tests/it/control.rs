//! Faults, the clock, throttling and the counts.

use std::time::Duration;

use awsim::{FaultScript, Options};
use serde_json::{Value, json};

use crate::client::{Client, NOW};

const HOME: (usize, &str) = (1, "us-east-1");

#[tokio::test]
async fn faults_strike_the_calls_that_they_name() {
    let client = Client::natural().await;
    client.faults(&json!([{"service": "securityhub", "operation": "GetFindings",
        "account": "700100200302", "region": "us-east-1", "after": 1, "times": 2, "fault": "throttle"}]));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.findings_page(HOME, &json!({"MaxResults": 1})).await.status);
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    client.faults(&json!([{"containing": "MaxResults\":3", "times": 9, "fault": "refused"}]));
    for (size, status) in [(1, 200), (3, 400), (2, 200)] {
        let page = client.findings_page(HOME, &json!({"MaxResults": size})).await;
        assert_eq!(page.status, status, "{size}");
    }
    let other = client.findings_page((1, "us-east-2"), &json!({"MaxResults": 1})).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn each_fault_looks_like_the_real_one() {
    let client = Client::natural().await;
    for (fault, status, code) in [
        ("throttle", 429, "TooManyRequestsException"),
        ("internal", 500, "InternalException"),
        ("timeout", 504, ""),
        ("denied", 403, "AccessDeniedException"),
        ("not-enabled", 401, "InvalidAccessException"),
        ("bad-token", 400, "InvalidInputException"),
        ("clock-skew", 403, "InvalidSignatureException"),
        ("html", 200, ""),
        ("refused", 400, "InvalidInputException"),
        ("odd-item", 200, ""),
    ] {
        client.faults(&json!([{ "fault": fault }]));
        let reply = client.findings_page(HOME, &json!({})).await;
        assert_eq!((reply.status, reply.header("x-amzn-errortype")), (status, code), "{fault}");
    }
    client.faults(&json!([{"fault": "malformed"}]));
    let reply = client.findings_page(HOME, &json!({})).await;
    assert!(serde_json::from_str::<Value>(&reply.text).is_err());
    client.faults(&json!([{"fault": "odd-item"}]));
    let page = client.findings_page(HOME, &json!({"MaxResults": 5})).await.json();
    assert_eq!(page["Findings"][0], 7);
    assert!(page["Findings"].as_array().expect("a list")[1..].iter().all(Value::is_object));
    client.faults(&json!([{"fault": "same-token", "times": 2}]));
    let page = client.findings_page(HOME, &json!({"MaxResults": 5})).await.json();
    let body = json!({"MaxResults": 5, "NextToken": page["NextToken"]});
    assert_eq!(client.findings_page(HOME, &body).await.json()["NextToken"], page["NextToken"]);
}

#[tokio::test]
async fn connections_break_before_and_within_an_answer() {
    let client = Client::natural().await;
    for fault in ["disconnect", "truncate"] {
        // The HTTP client retries a request that got no byte on a kept connection.
        client.faults(&json!([{"fault": fault, "times": 5}]));
        let reply = client.rest("securityhub", HOME, "POST", "/findings", &json!({})).await;
        assert!(reply.is_err(), "{fault}");
        client.faults(&json!([]));
        assert_eq!(client.findings_page(HOME, &json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn a_hanging_call_hangs_and_the_simulation_still_stops() {
    let client = Client::natural().await;
    client.faults(&json!([{"operation": "DescribeHub", "fault": "hang"}]));
    let none = Value::Null;
    let call = client.rest("securityhub", HOME, "GET", "/accounts", &none);
    assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
    client.sim.stop().await;
}

#[test]
fn a_bad_script_is_refused_with_what_is_wrong_and_what_is_allowed() {
    for (script, wrong, allowed) in [
        ("{}", "not a JSON list", ""),
        (r#"[{"fault":"explode"}]"#, "explode", "throttle, internal"),
        (r#"[{"fault":"html","when":3}]"#, "when", "service, operation"),
        (r#"[{"fault":"html","service":"s3"}]"#, "s3", "securityhub, config"),
        (r#"[{"service":"sts"}]"#, "fault", "times and fault"),
    ] {
        let error = FaultScript::parse(script).expect_err(script).to_string();
        assert!(error.contains(wrong) && error.contains(allowed), "{error}");
    }
}

#[tokio::test]
async fn the_control_endpoints_serve_other_languages() {
    let client = Client::natural().await;
    let clock =
        client.raw("POST", "/_awsim/clock", &[], &json!({"now_ms": NOW + 5}).to_string()).await;
    assert_eq!(clock.expect("an answer").json()["now_ms"], NOW + 5);
    let wrong = client.raw("POST", "/_awsim/clock", &[], "{}").await.expect("an answer");
    assert_eq!(wrong.status, 400);
    let faults = client.raw("POST", "/_awsim/faults", &[], r#"[{"fault":"explode"}]"#).await;
    assert!(faults.expect("an answer").json()["error"].as_str().expect("text").contains("explode"));
    client.findings_page(HOME, &json!({"MaxResults": 1})).await;
    let calls = client.raw("GET", "/_awsim/calls", &[], "").await.expect("an answer").json();
    let counted = calls["calls"].as_array().expect("a list").iter().any(|row| {
        row["operation"] == "GetFindings" && row["account"] == "700100200302" && row["calls"] == 1
    });
    assert!(counted, "{calls}");
    assert!(
        client.sim.calls().iter().any(|count| count.operation == "AssumeRole" && count.calls == 4)
    );
}

#[tokio::test]
async fn a_share_of_the_calls_is_throttled_deterministically() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let options = Options { throttle: 0.3, seed: 9, now_ms: Some(NOW), ..Options::default() };
        // AssumeRole is throttled too, so the management account's own key asks.
        let sim = awsim::Sim::start(([127, 0, 0, 1], 0).into(), options).await.expect("a port");
        let http = crate::client::http();
        let mut statuses = Vec::new();
        for _ in 0..60 {
            let signature =
                crate::client::authorization(awsim::ACCESS_KEY_ID, "us-east-1", "guardduty");
            let answer = http
                .get(format!("http://{}/detector", sim.address()))
                .header("authorization", signature)
                .send()
                .await
                .expect("an answer");
            statuses.push(answer.status().as_u16());
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    let throttled = runs[0].iter().filter(|status| **status == 429).count();
    assert!((6..=30).contains(&throttled), "{throttled}");
}
