//! Many alerts at once, and tickets that wait: who hears of them, and how often.

use axum::http::StatusCode;
use domain::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use serde_json::{Value, json};

use crate::oncall::{Paged, paged, paged_by};

/// Findings of one type about as many identities, as EventBridge delivers them.
async fn send(it: &Paged, kind: &str, severity: f64, many: std::ops::Range<usize>) {
    let pattern = it.bench.sim.attack().remove(0);
    let events: Vec<Value> = many
        .map(|n| {
            let mut event = pattern.clone();
            event["detail"]["id"] = json!(format!("{kind}-{n}"));
            event["detail"]["arn"] = json!(format!("arn:aws:guardduty:::finding/{kind}-{n}"));
            event["detail"]["type"] = json!(kind);
            event["detail"]["severity"] = json!(severity);
            let key = &mut event["detail"]["resource"]["accessKeyDetails"];
            key["userName"] = json!(format!("person-{n}"));
            key["principalId"] = json!(format!("AIDA{n:016}"));
            key["userType"] = json!("IAMUser");
            event
        })
        .collect();
    let answer = it.event(json!(events).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["taken"], events.len(), "{}", answer.text());
}

async fn incidents(it: &Paged, family: &str) -> Vec<Value> {
    let page = it.bench.json("/api/v1/incidents?limit=200").await;
    let items = page["items"].as_array().into_iter().flatten();
    items.filter(|one| one["family"] == family).cloned().collect()
}

/// What was received with these words in it.
fn told(it: &Paged, words: &str) -> Vec<String> {
    it.bodies().into_iter().filter(|body| body.contains(words)).collect()
}

#[tokio::test]
async fn a_flood_is_one_alert_of_its_own_and_no_more() {
    const THEFT: &str = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
    let it = paged().await;
    it.bench.go().await;
    it.look().await;
    // A new installation knows no usual day: five times twenty within 15 minutes is a surge.
    send(&it, THEFT, 8.0, 0..60).await;
    it.look().await;
    assert_eq!(incidents(&it, "surge").await, Vec::<Value>::new());
    send(&it, THEFT, 8.0, 60..120).await;
    for _ in 0..3 {
        it.look().await;
        it.bench.later(MINUTE_MS);
    }
    let surges = incidents(&it, "surge").await;
    assert_eq!(surges.len(), 1, "{surges:?}");
    assert_eq!(surges[0]["alerts"], 1, "{surges:?}");
    let link = format!("/incidents/{}\"", surges[0]["id"]);
    let bodies = told(&it, &link);
    assert_eq!(bodies.len(), 1, "told once while it lasts");
    assert!(bodies[0].contains("Far more alerts that page than usual"), "{}", bodies[0]);
    // It ends with the window, and what pages by itself was never held back.
    it.bench.later(30 * MINUTE_MS);
    it.look().await;
    it.bench.later(10 * MINUTE_MS);
    it.look().await;
    assert_eq!(incidents(&it, "surge").await, Vec::<Value>::new(), "over with the window");
}

#[tokio::test]
async fn tickets_that_wait_are_one_message_a_day() {
    let it = paged_by(vec!["Pager".to_owned()]).await;
    it.bench.go().await;
    it.look().await;
    send(&it, "Stealth:IAMUser/PasswordPolicyChange", 2.0, 0..3).await;
    it.bench.later(6 * MINUTE_MS);
    it.look().await;
    assert_eq!(told(&it, "tickets wait"), Vec::<String>::new(), "first each is told by itself");
    // 25 hours hold one 09:00, whatever the hour is now.
    for hour in 1..=25 {
        it.bench.later(HOUR_MS);
        it.look().await;
        assert!(told(&it, "tickets wait").len() <= 1, "after {hour} hours");
    }
    let digests = told(&it, "tickets wait");
    assert_eq!(digests.len(), 1);
    assert!(!digests[0].contains("person-1"), "no text of an event: {}", digests[0]);
    it.bench.later(DAY_MS);
    it.look().await;
    assert_eq!(told(&it, "tickets wait").len(), 2, "the next day again");
}
