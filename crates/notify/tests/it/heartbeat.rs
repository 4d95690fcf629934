//! Signs of life.

use notify::{Channel, Event, Heartbeat, Reason, heartbeat::Method};

use crate::outcomes::webhook;
use crate::served::{Server, said, status};
use crate::{NOW, secret, send, sender, with};

#[tokio::test]
async fn a_sign_of_life_is_a_get_or_a_post() {
    let server = Server::start(vec![said("OK"), said("OK")]).await;
    let beat = with(Event::Heartbeat, Reason::Heartbeat);
    for method in [Method::Get, Method::Post] {
        let channel =
            Channel::Heartbeat(Heartbeat { url: secret(&server.url("/ping/topsecret")), method });
        assert!(send(&channel, &beat).await.is_delivered());
    }
    let asked = server.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].body.len()), ("GET", 0));
    assert_eq!(asked[1].method, "POST");
    let expected = serde_json::json!({"status": "alive", "at": "2026-11-27T10:14:59.000Z"});
    assert_eq!(asked[1].json(), expected);
    assert!(asked.iter().all(|asked| asked.path == "/ping/topsecret"));
    assert!(asked.iter().all(|asked| asked.header("user-agent").starts_with("wardround/")));
}

#[tokio::test]
async fn a_webhook_takes_it_as_the_watchdog() {
    let server = Server::start(vec![status(200)]).await;
    let mut beat = with(Event::Heartbeat, Reason::Heartbeat);
    beat.lines.clear();
    beat.incident = None;
    assert!(send(&webhook(&server.url("/")), &beat).await.is_delivered());
    let body = server.one().json();
    assert_eq!(body["alerts"][0]["labels"]["alertname"], "Watchdog");
    assert_eq!(body["status"], "firing");
}

#[tokio::test]
async fn checking_sends_no_sign_of_life() {
    let server = Server::start(vec![]).await;
    let url = secret(&server.url("/ping/topsecret"));
    let channel = Channel::Heartbeat(Heartbeat { url, method: Method::Get });
    let found = sender().check(&channel, NOW).await.unwrap();
    assert_eq!(found, format!("connected to 127.0.0.1:{}, without TLS", server.port));
    assert!(server.asked().is_empty());
}
