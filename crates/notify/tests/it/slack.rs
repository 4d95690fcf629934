//! Slack, by a server that knows its own messages.

use notify::{Channel, Counts, Event, Notice, Outcome, Reason, Slack};
use serde_json::Value;

use crate::served::{Reply, Server, said, status};
use crate::{NOW, is_refused, is_retry, line, notice, receipt, secret, send, sender, why, with};

const POSTED: &str = r#"{"ok":true,"channel":"C0123456789","ts":"1795774500.000100"}"#;
const RECEIPT: &str = "C0123456789 1795774500.000100";

fn bot(server: &Server) -> Channel {
    Channel::Slack(Slack {
        token: Some(secret("xoxb-topsecret")),
        channel: Some("C0123456789".to_owned()),
        webhook_url: None,
        api: server.url("/api/"),
    })
}

fn hook(server: &Server) -> Channel {
    Channel::Slack(Slack {
        token: None,
        channel: None,
        webhook_url: Some(secret(&server.url("/services/T0/B0/topsecret"))),
        api: notify::slack::API.to_owned(),
    })
}

fn error(name: &str) -> Reply {
    said(&format!(r#"{{"ok":false,"error":"{name}"}}"#))
}

fn mrkdwn(body: &Value) -> String {
    let blocks = body["blocks"].as_array().unwrap();
    let mut texts = Vec::new();
    for block in blocks {
        assert_eq!(block["type"], "section");
        let fields = block["fields"].as_array().cloned().unwrap_or_default();
        assert!(fields.len() <= 10);
        for text in fields.iter().chain(block.get("text")) {
            assert_eq!(text["type"], "mrkdwn");
            let text = text["text"].as_str().unwrap();
            assert!(!text.is_empty() && text.chars().count() <= 3_000, "{}", text.len());
            texts.push(text.to_owned());
        }
    }
    texts.join("\n")
}

#[tokio::test]
async fn the_first_notice_posts_and_the_next_changes_it() {
    let server = Server::start(vec![said(POSTED), said(POSTED)]).await;
    let first = send(&bot(&server), &notice()).await;
    assert_eq!(receipt(&first), RECEIPT);
    let resolved = with(Event::Resolved, Reason::AllResolved);
    let second = sender().send(&bot(&server), &resolved, Some(RECEIPT), NOW).await;
    assert_eq!(receipt(&second), RECEIPT);

    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for asked in &asked {
        assert_eq!(asked.header("authorization"), "Bearer xoxb-topsecret");
        assert!(asked.header("content-type").starts_with("application/json"));
        assert_eq!(asked.json()["unfurl_links"], false);
    }
    assert_eq!(asked[0].path, "/api/chat.postMessage");
    let post = asked[0].json();
    assert_eq!((&post["channel"], post.get("ts")), (&"C0123456789".into(), None));
    assert_eq!(
        post["text"],
        "[HIGH] Incident 12: Public bucket holds PHI &lt;radiology &amp; co&gt;"
    );
    let words = mrkdwn(&post);
    assert!(words.starts_with(
        "*<https://wardround.clinic.example/incidents/12?a=1&amp;b=2|[HIGH] Incident 12:"
    ));
    assert!(words.contains("*Alerts*\n6 firing, 1 muted"), "{words}");
    assert!(words.contains("<https://wiki.clinic.example/phi|Runbook>"));

    assert_eq!(asked[1].path, "/api/chat.update");
    let update = asked[1].json();
    assert_eq!(update["ts"], "1795774500.000100");
    assert!(update["text"].as_str().unwrap().starts_with("[RESOLVED]"));
}

/// A change notifies nobody, so what asks somebody to look again is said in the thread as well.
#[tokio::test]
async fn what_asks_again_is_said_in_the_thread() {
    for reason in [Reason::Repeat, Reason::Escalated, Reason::NewAlerts, Reason::Reopened] {
        let server = Server::start(vec![said(POSTED), said(POSTED)]).await;
        let again = with(Event::Update, reason);
        let outcome = sender().send(&bot(&server), &again, Some(RECEIPT), NOW).await;
        assert_eq!(receipt(&outcome), RECEIPT);
        let asked = server.asked();
        assert_eq!(asked[0].path, "/api/chat.update");
        assert_eq!(asked[1].path, "/api/chat.postMessage");
        let reply = asked[1].json();
        assert_eq!(reply["thread_ts"], "1795774500.000100");
        assert_eq!(reply["reply_broadcast"], true);
        assert!(reply["text"].as_str().unwrap().contains(reason.words()));
        assert!(!reply["text"].as_str().unwrap().contains("<radiology"));
    }
    let server = Server::start(vec![said(POSTED)]).await;
    let quiet = with(Event::Update, Reason::SomeResolved);
    assert!(sender().send(&bot(&server), &quiet, Some(RECEIPT), NOW).await.is_delivered());
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_thread_that_refuses_does_not_undo_the_change() {
    let server = Server::start(vec![said(POSTED), error("restricted_action")]).await;
    let again = with(Event::Update, Reason::Escalated);
    match sender().send(&bot(&server), &again, Some(RECEIPT), NOW).await {
        Outcome::Delivered { receipt: Some(kept), remark: Some(remark) } => {
            assert_eq!(kept, RECEIPT);
            assert!(remark.contains("forbids"));
        }
        other => panic!("{other:?}"),
    }
    let server = Server::start(vec![said(POSTED), status(429).header("retry-after", "30")]).await;
    let outcome = sender().send(&bot(&server), &again, Some(RECEIPT), NOW).await;
    assert!(is_retry(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_message_that_is_gone_is_posted_anew() {
    for lost in ["message_not_found", "cant_update_message", "edit_window_closed"] {
        let moved = r#"{"ok":true,"channel":"C0123456789","ts":"1795774599.000200"}"#;
        let server = Server::start(vec![error(lost), said(moved)]).await;
        let update = with(Event::Update, Reason::NewAlerts);
        let outcome = sender().send(&bot(&server), &update, Some(RECEIPT), NOW).await;
        assert_eq!(receipt(&outcome), "C0123456789 1795774599.000200");
    }
    let server = Server::start(vec![said(POSTED)]).await;
    let outcome = sender().send(&bot(&server), &notice(), Some("nonsense"), NOW).await;
    assert_eq!(receipt(&outcome), RECEIPT);
}

#[tokio::test]
async fn errors_by_name_are_classified() {
    for name in ["ratelimited", "internal_error", "service_unavailable", "fatal_error"] {
        let server = Server::start(vec![error(name)]).await;
        assert!(is_retry(&send(&bot(&server), &notice()).await), "{name}");
    }
    let words = [
        ("invalid_auth", "token"),
        ("token_revoked", "token"),
        ("missing_scope", "chat:write"),
        ("channel_not_found", "invite"),
        ("not_in_channel", "invite"),
        ("is_archived", "archived"),
        ("you_sent_topsecret", "do not know"),
    ];
    for (name, word) in words {
        let server = Server::start(vec![error(name)]).await;
        let outcome = send(&bot(&server), &notice()).await;
        assert!(is_refused(&outcome) && why(&outcome).contains(word), "{outcome:?}");
    }
    let server = Server::start(vec![said("<html>topsecret"), status(429)]).await;
    for _ in 0..2 {
        let outcome = send(&bot(&server), &notice()).await;
        assert!(is_retry(&outcome), "{outcome:?}");
        why(&outcome);
    }
}

#[tokio::test]
async fn an_incoming_webhook_only_posts() {
    let server = Server::start(vec![said("ok"), said("ok"), status(403), status(410)]).await;
    for receipt in [None, Some(RECEIPT)] {
        let outcome = sender().send(&hook(&server), &notice(), receipt, NOW).await;
        assert_eq!(outcome, Outcome::delivered());
    }
    let asked = server.asked();
    assert_eq!(asked[0].path, "/services/T0/B0/topsecret");
    assert!(asked[0].headers.get("authorization").is_none());
    assert!(asked[0].json().get("channel").is_none());
    for _ in 0..2 {
        let outcome = send(&hook(&server), &notice()).await;
        assert!(is_refused(&outcome), "{outcome:?}");
        why(&outcome);
    }
}

/// Names cannot mention a channel, link elsewhere or turn the direction of writing.
#[tokio::test]
async fn names_stay_names() {
    let server = Server::start(vec![said(POSTED)]).await;
    let mut hostile = notice();
    hostile.title = "<!channel> <https://evil.example|click>\n\u{202E}&amp;".to_owned();
    hostile.organisation = "<@U123>".to_owned();
    hostile.lines = vec![line("<#C1>", "<!here>")];
    assert!(send(&bot(&server), &hostile).await.is_delivered());
    let body = server.one().json();
    let words = mrkdwn(&body) + body["text"].as_str().unwrap();
    for markup in ["<!", "<@", "<#", "<https://evil", "\u{202E}"] {
        assert!(!words.contains(markup), "{words}");
    }
    assert!(words.contains("&lt;!channel&gt;") && words.contains("&amp;amp;"));
}

#[tokio::test]
async fn a_storm_fits_into_a_message() {
    let server = Server::start(vec![said(POSTED)]).await;
    let storm = Notice {
        lines: (0..500).map(|n| line(&format!("rule-{n}"), &"&".repeat(200))).collect(),
        accounts: (0..300).map(|n| format!("{n:012}").into()).collect(),
        counts: Counts { firing: u64::MAX, resolved: 3, muted: 0 },
        title: "&".repeat(5_000),
        ..notice()
    };
    assert!(send(&bot(&server), &storm).await.is_delivered());
    let words = mrkdwn(&server.one().json());
    assert!(words.contains("more rules") && words.contains("and 290 more"), "{words}");
}

#[tokio::test]
async fn checking_asks_whose_token_it_is() {
    let auth =
        r#"{"ok":true,"url":"https://clinic.slack.com/","team":"Clinic","user":"wardround"}"#;
    let server = Server::start(vec![said(auth), error("invalid_auth")]).await;
    let found = sender().check(&bot(&server), NOW).await.unwrap();
    assert!(found.contains("wardround") && found.contains("Clinic"), "{found}");
    let wrong = sender().check(&bot(&server), NOW).await.unwrap_err();
    assert!(wrong.contains("does not accept the token"), "{wrong}");
    assert!(server.asked().iter().all(|asked| asked.path == "/api/auth.test"));
    let quiet = Server::start(vec![]).await;
    assert!(sender().check(&hook(&quiet), NOW).await.is_ok());
    assert!(quiet.asked().is_empty());
}
