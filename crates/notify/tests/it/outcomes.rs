//! One classification, and words that say nothing they must not.

use std::time::Duration;

use notify::heartbeat::Method;
use notify::outcome::retry_after;
use notify::{Channel, Heartbeat, Outcome, PagerDuty, Webhook};

use crate::served::{Server, nobody, raw, silent, status};
use crate::{NOW, is_refused, is_retry, notice, secret, send, why};

pub fn webhook(url: &str) -> Channel {
    Channel::Webhook(Webhook {
        receiver: "clinic".to_owned(),
        url: secret(url),
        secrets: vec![secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        bearer: None,
    })
}

#[tokio::test]
async fn every_status_is_one_of_three() {
    for code in 200..600_u16 {
        let outcome = Outcome::of_status("it", code, None);
        let expected = match code {
            200..=299 => outcome.is_delivered(),
            408 | 425 | 429 | 500..=599 => is_retry(&outcome),
            _ => is_refused(&outcome),
        };
        assert!(expected, "{code}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_server_says_how_long_to_wait() {
    let after = |value: &str| status(429).header("retry-after", value);
    let replies = vec![
        after("120"),
        after("Fri, 27 Nov 2026 10:16:30 GMT"),
        after("Thu, 01 Jan 1970 00:00:00 GMT"),
        after("soon"),
        status(503).header("retry-after", "7"),
        status(429),
    ];
    let server = Server::start(replies).await;
    let mut waits = Vec::new();
    for _ in 0..6 {
        match send(&webhook(&server.url("/topsecret")), &notice()).await {
            Outcome::Retry { after, why } => {
                assert!(!why.contains("topsecret"));
                waits.push(after.map(|wait| wait.as_secs()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits, [Some(120), Some(90), Some(0), None, Some(7), None]);
}

#[test]
fn retry_after_cannot_overflow() {
    assert_eq!(
        retry_after("99999999999999999999999", NOW),
        Some(Duration::from_secs(4_294_967_295))
    );
    for nonsense in ["", " ", "-1", "1.5", "1e3", "٣", "tomorrow"] {
        assert_eq!(retry_after(nonsense, NOW), None, "{nonsense}");
    }
}

#[tokio::test]
async fn no_answer_is_worth_another_attempt() {
    let (quiet, closed) = (silent().await, nobody().await);
    let cut = raw(b"HTTP/1.1 20").await;
    let noise = raw(b"\x15\x03\x01\x00\x02\x02\x28 this is not HTTP\r\n\r\n").await;
    for (port, words) in [
        (quiet, "did not answer within 1.5 s"),
        (closed, "refuses the connection"),
        (cut, "did not answer within"),
        (noise, "broke off"),
    ] {
        let outcome =
            send(&webhook(&format!("http://127.0.0.1:{port}/topsecret")), &notice()).await;
        assert!(is_retry(&outcome), "{outcome:?}");
        assert!(why(&outcome).contains(words), "{outcome:?}");
        assert!(why(&outcome).contains("127.0.0.1"), "{outcome:?}");
    }
}

/// The status was there; that the rest never came takes nothing away.
#[tokio::test]
async fn a_body_that_hangs_does_not_undo_a_delivery() {
    let port = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
    let outcome = send(&webhook(&format!("http://127.0.0.1:{port}/")), &notice()).await;
    assert!(outcome.is_delivered(), "{outcome:?}");
}

/// An answer as long as one likes is read to 64 KiB.
#[tokio::test]
async fn an_endless_body_is_not_read_to_its_end() {
    let mut reply = status(200);
    reply.body = "x".repeat(8 << 20);
    let server = Server::start(vec![reply]).await;
    assert!(send(&webhook(&server.url("/")), &notice()).await.is_delivered());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for code in [301, 302, 303, 307, 308] {
        let server = Server::start(vec![]).await;
        let targets = [
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/".to_owned(),
            server.url("/elsewhere"),
        ];
        for target in targets {
            let first = Server::start(vec![status(code).header("location", &target)]).await;
            let outcome = send(&webhook(&first.url("/")), &notice()).await;
            assert!(is_refused(&outcome), "{outcome:?}");
            assert!(why(&outcome).contains("redirect"), "{outcome:?}");
            assert!(!why(&outcome).contains("169.254"), "{outcome:?}");
            assert_eq!(first.asked().len(), 1);
        }
        assert!(server.asked().is_empty());
    }
}

/// The words about a refusal never hold what was sent, what came back, or the rest of an address.
#[tokio::test]
async fn a_refusal_is_discreet() {
    let codes = [300, 400, 401, 403, 404, 405, 408, 410, 413, 418, 429, 500, 502, 503, 504];
    for code in codes {
        let server = Server::start(vec![status(code), status(code), status(code)]).await;
        let url = server.url("/services/topsecret?token=hunter2");
        let pagerduty = PagerDuty {
            routing_key: secret("topsecretpopsecrethunter2hunter2"),
            url: server.url("/v2"),
        };
        let heartbeat = Heartbeat { url: secret(&url), method: Method::default() };
        for channel in [webhook(&url), Channel::PagerDuty(pagerduty), Channel::Heartbeat(heartbeat)]
        {
            let test = crate::with(notify::Event::Test, notify::Reason::Test);
            let outcome = send(&channel, &test).await;
            let words = why(&outcome);
            assert!(words.contains(&code.to_string()), "{words}");
            crate::assert_discreet(&format!("{channel:?} {outcome:?}"));
        }
    }
}
