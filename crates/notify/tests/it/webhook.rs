//! Alertmanager's body and the signature of Standard Webhooks.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use notify::{Channel, Event, Notice, Reason, Webhook};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::outcomes::webhook;
use crate::served::{Asked, Server, status};
use crate::{NOW, line, notice, secret, send, sender, with};

async fn asked(notice: &Notice) -> Asked {
    let server = Server::start(vec![status(200)]).await;
    let outcome = send(&webhook(&server.url("/hook")), notice).await;
    assert!(outcome.is_delivered(), "{outcome:?}");
    server.one()
}

async fn body(notice: &Notice) -> Value {
    asked(notice).await.json()
}

#[tokio::test]
async fn the_body_is_alertmanagers_version_four() {
    let common = json!({
        "class": "page-phi", "incident": "12", "organisation": "Clinic", "severity": "high",
    });
    let annotations = json!({
        "accounts": "111122223333",
        "alerts": "6 firing, 1 muted",
        "count": "3",
        "event": "trigger",
        "last_seen": "2026-11-27T10:14:55.000Z",
        "reason": "first",
        "regions": "us-east-1",
        "runbook_url": "https://wiki.clinic.example/phi",
        "summary": "[HIGH] Incident 12: Public bucket holds PHI <radiology & co>",
    });
    let alert = |rule: &str, title: &str, fingerprint: &Value| {
        let mut labels = common.clone();
        labels["alertname"] = json!(title);
        labels["rule"] = json!(rule);
        json!({
            "status": "firing",
            "labels": labels,
            "annotations": annotations,
            "startsAt": "2026-11-27T10:13:00.000Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://wardround.clinic.example/incidents/12?a=1&b=2",
            "fingerprint": fingerprint,
        })
    };
    let body = body(&notice()).await;
    let prints = [&body["alerts"][0]["fingerprint"], &body["alerts"][1]["fingerprint"]];
    for print in prints {
        let print = print.as_str().unwrap();
        assert!(print.len() == 16 && print.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    assert_ne!(prints[0], prints[1]);
    let expected = json!({
        "version": "4",
        "groupKey": "wardround:7f3a:inc:12",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "clinic",
        "groupLabels": {"incident": "12"},
        "commonLabels": common,
        "commonAnnotations": annotations,
        "externalURL": "https://wardround.clinic.example",
        "alerts": [
            alert("s3-public", "Bucket is public", prints[0]),
            alert("macie-phi", "PHI found", prints[1]),
        ],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_ended_is_resolved_with_its_time() {
    let mut some = with(Event::Update, Reason::SomeResolved);
    some.lines[1].resolved_at = Some(NOW.plus(-2_000));
    let body_some = body(&some).await;
    assert_eq!(body_some["status"], "firing");
    assert_eq!(body_some["alerts"][0]["status"], "firing");
    assert_eq!(body_some["alerts"][1]["status"], "resolved");
    assert_eq!(body_some["alerts"][1]["endsAt"], "2026-11-27T10:14:58.000Z");
    let all = body(&with(Event::Resolved, Reason::AllResolved)).await;
    assert_eq!(all["status"], "resolved");
    assert_eq!(all["alerts"][0]["endsAt"], "2026-11-27T10:14:59.000Z");
    // The same rule keeps its fingerprint, or a receiver would never close it.
    assert_eq!(all["alerts"][0]["fingerprint"], body_some["alerts"][0]["fingerprint"]);
    assert_eq!(all["alerts"][0]["labels"], body_some["alerts"][0]["labels"]);
}

#[tokio::test]
async fn a_storm_is_cut_and_says_so() {
    let mut storm = notice();
    storm.lines = (0..200).map(|n| line(&format!("rule-{n}"), "Title of a rule")).collect();
    let asked = asked(&storm).await;
    assert!(asked.body.len() < 20_000, "{}", asked.body.len());
    assert_eq!(asked.json()["alerts"].as_array().unwrap().len(), 15);
    assert_eq!(asked.json()["truncatedAlerts"], 185);
}

fn signed(asked: &Asked, key: &str) -> bool {
    let key = BASE64.decode(key.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut content =
        format!("{}.{}.", asked.header("webhook-id"), asked.header("webhook-timestamp"))
            .into_bytes();
    content.extend_from_slice(&asked.body);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(&content);
    let expected = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    asked.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[tokio::test]
async fn a_retry_has_the_same_id_and_its_own_time() {
    let server = Server::start(vec![status(503), status(200), status(200)]).await;
    let channel = webhook(&server.url("/"));
    let other = with(Event::Update, Reason::Repeat);
    for (sent, at) in [(&notice(), NOW), (&notice(), NOW.plus(61_500)), (&other, NOW)] {
        let _ = sender().send(&channel, sent, None, at).await;
    }
    let asked = server.asked();
    let id = |index: usize| asked[index].header("webhook-id");
    assert_eq!(id(0), id(1));
    assert_ne!(id(0), id(2));
    assert!(id(0).starts_with("msg_") && !id(0).contains('.'));
    assert_eq!(asked[0].header("webhook-timestamp"), "1795774500");
    assert_eq!(asked[1].header("webhook-timestamp"), "1795774561");
    assert_eq!(asked[0].body, asked[1].body);
    assert!(asked.iter().all(|asked| signed(asked, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")));
}

#[tokio::test]
async fn two_keys_sign_while_one_replaces_the_other() {
    let server = Server::start(vec![status(200)]).await;
    let keys = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"];
    let channel = Channel::Webhook(Webhook {
        receiver: "clinic".to_owned(),
        url: secret(&server.url("/")),
        secrets: keys.map(secret).to_vec(),
        bearer: Some(secret("hunter2")),
    });
    assert!(send(&channel, &notice()).await.is_delivered());
    let asked = server.one();
    assert!(keys.iter().all(|key| signed(&asked, key)));
    assert!(!signed(&asked, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(asked.header("authorization"), "Bearer hunter2");
}
