//! Notices go out by the door that the server uses, to servers that stand on this machine.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic")]

mod backoff;
mod channels;
mod email;
mod heartbeat;
mod noise;
mod notices;
mod outcomes;
mod pagerduty;
mod reach;
mod served;
mod slack;
mod sns;
mod spoken;
mod webhook;

use domain::alert::Class;
use domain::{Severity, Timestamp};
use notify::{
    Allowed, Channel, Counts, Event, Line, Link, Notice, Outcome, Reach, Reason, Secret, Sender,
    Settings,
};

/// 2026-11-27T10:15:00Z.
const NOW: Timestamp = Timestamp(1_795_774_500_000);

/// What must never be said to anybody.
const SECRETS: [&str; 3] = ["topsecret", "hunter2", "xoxb-"];

fn line(rule: &str, title: &str) -> Line {
    Line {
        rule: rule.to_owned(),
        title: title.to_owned(),
        count: 3,
        severity: Severity::High,
        first_seen: NOW.plus(-120_000),
        last_seen: NOW.plus(-5_000),
        resolved_at: None,
    }
}

/// The first page of incident 12.
fn notice() -> Notice {
    Notice {
        id: "wardround:7f3a:notice:88".to_owned(),
        incident: Some(12),
        dedup_key: "wardround:7f3a:inc:12".to_owned(),
        title: "Public bucket holds PHI <radiology & co>".to_owned(),
        class: Class::PagePhi,
        severity: Severity::High,
        event: Event::Trigger,
        reason: Reason::First,
        accounts: vec!["111122223333".into()],
        regions: vec!["us-east-1".into()],
        lines: vec![line("s3-public", "Bucket is public"), line("macie-phi", "PHI found")],
        counts: Counts { firing: 6, resolved: 0, muted: 1 },
        started: NOW.plus(-120_000),
        at: NOW.plus(-1_000),
        link: Link::parse("https://wardround.clinic.example/incidents/12?a=1&b=2").unwrap(),
        runbook: Some(Link::parse("https://wiki.clinic.example/phi").unwrap()),
        organisation: "Clinic".to_owned(),
    }
}

fn with(event: Event, reason: Reason) -> Notice {
    let id = format!("wardround:7f3a:notice:{}", reason.as_str());
    Notice { event, reason, id, ..notice() }
}

fn reach(entries: &[&str]) -> Reach {
    Reach::new(Allowed::parse(entries).unwrap())
}

/// May reach this machine, and gives up after a moment.
fn settings() -> Settings {
    let patience = std::time::Duration::from_millis(1_500);
    Settings { patience, ..Settings::new(reach(&["127.0.0.1"])) }
}

fn sender() -> Sender {
    Sender::new(settings()).unwrap()
}

async fn send(channel: &Channel, notice: &Notice) -> Outcome {
    sender().send(channel, notice, None, NOW).await
}

fn why(outcome: &Outcome) -> &str {
    let words = match outcome {
        Outcome::Retry { why, .. } | Outcome::Refused { why } => why,
        Outcome::Delivered { .. } => panic!("{outcome:?}"),
    };
    assert_discreet(words);
    words
}

fn is_retry(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Retry { .. })
}

fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. })
}

fn receipt(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Delivered { receipt: Some(receipt), .. } => receipt,
        _ => panic!("{outcome:?}"),
    }
}

fn assert_discreet(words: &str) {
    for secret in SECRETS {
        assert!(!words.contains(secret), "{words}");
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}
