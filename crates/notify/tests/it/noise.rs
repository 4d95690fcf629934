//! Whatever the other side says: nothing panics, nothing hangs, nothing of it is repeated, and only
//! a yes counts as one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notify::email::Security;
use notify::{Channel, Email, Outcome, Slack};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{NOW, SECRETS, notice, secret, sender};

const CASES: usize = 400;

/// Answers each connection with the next of these, at once, and closes it.
async fn saying(answers: Vec<Vec<u8>>, waits: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(answer) = answers.lock().unwrap().pop_front() else { return };
            if waits {
                let mut asked = vec![0; 65_536];
                let _ = stream.read(&mut asked).await;
            }
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
            // What is still on its way must not turn the close into a reset.
            let drain = async {
                let mut rest = vec![0; 65_536];
                while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
            };
            let _ = tokio::time::timeout(Duration::from_millis(50), drain).await;
        }
    });
    port
}

fn cases<S: Strategy>(strategy: S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn assert_harmless(outcome: &Outcome) {
    assert!(!outcome.is_delivered(), "{outcome:?}");
    let said = format!("{outcome:?}");
    assert!(SECRETS.iter().all(|secret| !said.contains(secret)), "{said}");
    assert!(!said.contains("PHI"), "{said}");
}

/// Pieces of what a mail server may say, in any order.
fn replies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("220 topsecret\r\n".to_owned()),
        Just("250-STARTTLS\r\n".to_owned()),
        Just("250 STARTTLS\r\n".to_owned()),
        Just("354 PHI\r\n".to_owned()),
        Just("421 hunter2\r\n".to_owned()),
        Just("550-\r\n".to_owned()),
        Just("99999 \r\n".to_owned()),
        Just("2".to_owned()),
        Just("é20 \r\n".to_owned()),
        Just("x".repeat(5_000)),
        "\\PC{0,40}(\r\n)?",
    ];
    let text =
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![text, proptest::collection::vec(any::<u8>(), 0..200)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_noise_of_a_mail_server_counts_as_delivery() {
    for security in [Security::Starttls, Security::None] {
        // Without TLS whoever is there may say yes; what makes one is a whole conversation, which
        // nobody has who cannot hear us.
        let said: Vec<Vec<u8>> = cases(replies());
        let port = saying(said, false).await;
        let channel = Channel::Email(Email {
            host: "127.0.0.1".to_owned(),
            port: Some(port),
            security,
            username: None,
            password: None,
            from: "w@clinic.example".to_owned(),
            to: vec!["a@clinic.example".to_owned()],
        });
        let sender = sender();
        for _ in 0..CASES {
            assert_harmless(&sender.send(&channel, &notice(), None, NOW).await);
        }
    }
}

/// Pieces of what Slack may say.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let json = prop_oneof![
        Just(r#"{"ok":false,"error":"topsecret"}"#.to_owned()),
        Just(r#"{"ok":"true"}"#.to_owned()),
        Just(r#"{"ok":null,"ts":[]}"#.to_owned()),
        Just("[]".to_owned()),
        Just("{".repeat(60_000)),
        Just(String::new()),
        "\\PC{0,60}",
    ];
    let status = prop_oneof![Just("200"), Just("429"), Just("999"), Just("2OO"), Just("0")];
    let answered = (status, json).prop_map(|(status, body)| {
        let length = body.len();
        let text = format!("HTTP/1.1 {status} PHI\r\nretry-after: topsecret\r\ncontent-length: {length}\r\n\r\n{body}");
        text.into_bytes()
    });
    prop_oneof![answered, proptest::collection::vec(any::<u8>(), 0..200)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_noise_of_slack_counts_as_delivery() {
    let port = saying(cases(bodies()), true).await;
    let channel = Channel::Slack(Slack {
        token: Some(secret("xoxb-topsecret")),
        channel: Some("C0123456789".to_owned()),
        webhook_url: None,
        api: format!("http://127.0.0.1:{port}/api/"),
    });
    let sender = sender();
    for _ in 0..CASES {
        assert_harmless(&sender.send(&channel, &notice(), None, NOW).await);
    }
}
