//! The Events API v2, field by field.

use domain::Severity;
use notify::{Channel, Event, Notice, PagerDuty, Reason};
use serde_json::{Value, json};

use crate::served::{Reply, Server, said, status};
use crate::{NOW, is_refused, is_retry, line, notice, receipt, secret, send, sender, why, with};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn channel(server: &Server) -> Channel {
    Channel::PagerDuty(PagerDuty { routing_key: secret(KEY), url: server.url("/v2/enqueue") })
}

fn accepted() -> Reply {
    Reply {
        status: 202,
        ..said(r#"{"status":"success","message":"Event processed","dedup_key":"k"}"#)
    }
}

async fn body(notice: &Notice) -> Value {
    let server = Server::start(vec![accepted()]).await;
    let outcome = send(&channel(&server), notice).await;
    assert_eq!(receipt(&outcome), notice.dedup_key);
    let asked = server.one();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v2/enqueue"));
    assert_eq!(asked.header("content-type"), "application/json");
    asked.json()
}

#[tokio::test]
async fn a_trigger_has_the_documented_fields_and_no_other() {
    let expected = json!({
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "wardround:7f3a:inc:12",
        "payload": {
            "summary": "[HIGH] Incident 12: Public bucket holds PHI <radiology & co>",
            "source": "aws:111122223333",
            "severity": "error",
            "timestamp": "2026-11-27T10:14:59.000Z",
            "component": "s3-public",
            "group": "Clinic",
            "class": "page-phi",
            "custom_details": {
                "incident": 12,
                "event": "trigger",
                "reason": "New incident",
                "firing": 6,
                "resolved": 0,
                "muted": 1,
                "accounts": ["111122223333"],
                "regions": ["us-east-1"],
                "started": "2026-11-27T10:13:00.000Z",
                "rules": [
                    "3 x Bucket is public (s3-public), high, first seen 2026-11-27 10:13:00 UTC, last seen 2026-11-27 10:14:55 UTC",
                    "3 x PHI found (macie-phi), high, first seen 2026-11-27 10:13:00 UTC, last seen 2026-11-27 10:14:55 UTC",
                ],
                "rules_not_shown": 0,
            },
        },
        "client": "Wardround",
        "client_url": "https://wardround.clinic.example/incidents/12?a=1&b=2",
        "links": [
            {"href": "https://wardround.clinic.example/incidents/12?a=1&b=2", "text": "Incident in Wardround"},
            {"href": "https://wiki.clinic.example/phi", "text": "Runbook"},
        ],
    });
    assert_eq!(body(&notice()).await, expected);
}

#[tokio::test]
async fn events_and_severities_map_to_theirs() {
    let actions = [
        (Event::Trigger, "trigger"),
        (Event::Update, "trigger"),
        (Event::Acknowledged, "acknowledge"),
        (Event::Resolved, "resolve"),
        (Event::Test, "trigger"),
    ];
    for (event, action) in actions {
        let body = body(&with(event, Reason::First)).await;
        assert_eq!(body["event_action"], action);
        assert_eq!(body.get("payload").is_some(), action == "trigger");
    }
    let severities = ["critical", "error", "warning", "info", "info"];
    for (severity, theirs) in Severity::ALL.into_iter().zip(severities) {
        let body = body(&Notice { severity, ..notice() }).await;
        assert_eq!(body["payload"]["severity"], theirs);
    }
    let test = Notice { severity: Severity::Critical, ..with(Event::Test, Reason::Test) };
    assert_eq!(body(&test).await["payload"]["severity"], "info");
}

#[tokio::test]
async fn long_names_are_cut() {
    let mut long = notice();
    long.title = "ü".repeat(2_000);
    long.organisation = "o\r\n".repeat(2_000);
    long.lines = (0..100).map(|n| line(&format!("rule-{n}"), &"t".repeat(900))).collect();
    let body = body(&long).await;
    assert_eq!(body["payload"]["summary"].as_str().unwrap().chars().count(), 512);
    assert!(body["payload"]["group"].as_str().unwrap().chars().count() <= 255);
    assert!(!body["payload"]["group"].as_str().unwrap().contains('\n'));
    assert_eq!(body["payload"]["custom_details"]["rules"].as_array().unwrap().len(), 30);
    assert_eq!(body["payload"]["custom_details"]["rules_not_shown"], 70);
    assert!(serde_json::to_vec(&body).unwrap().len() < 512 * 1024);
}

/// The key under which it was opened closes it.
#[tokio::test]
async fn an_incident_is_closed_under_the_key_that_opened_it() {
    let server = Server::start(vec![accepted()]).await;
    let resolved = with(Event::Resolved, Reason::AllResolved);
    let outcome = sender().send(&channel(&server), &resolved, Some("old:key:12"), NOW).await;
    assert_eq!(receipt(&outcome), "old:key:12");
    assert_eq!(server.one().json()["dedup_key"], "old:key:12");
}

#[tokio::test]
async fn what_the_table_of_answers_says() {
    let server = Server::start(vec![status(400), status(429), status(500)]).await;
    let refused = send(&channel(&server), &notice()).await;
    assert!(is_refused(&refused) && why(&refused).contains("integration key"), "{refused:?}");
    assert!(is_retry(&send(&channel(&server), &notice()).await));
    assert!(is_retry(&send(&channel(&server), &notice()).await));
}

#[tokio::test]
async fn checking_wakes_nobody() {
    let server = Server::start(vec![]).await;
    assert!(sender().check(&channel(&server), NOW).await.is_ok());
    assert!(server.asked().is_empty());
}
