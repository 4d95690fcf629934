//! Settings: what they are read from, what is said when they are wrong, and what they hide.

use notify::{Channel, Event, Outcome, Secret};
use serde_json::json;

use crate::{notice, reach, send, with};

fn channel(value: serde_json::Value) -> Channel {
    serde_json::from_value(value).unwrap()
}

/// One of each, and right.
pub fn all() -> Vec<Channel> {
    vec![
        channel(json!({"kind": "pagerduty", "routing_key": "topsecretpopsecrethunter2hunter2"})),
        channel(json!({"kind": "slack", "token": "xoxb-topsecret", "channel": "C0123456789"})),
        channel(
            json!({"kind": "slack", "webhook_url": "https://hooks.slack.com/services/topsecret"}),
        ),
        channel(json!({"kind": "webhook", "url": "https://hooks.example.com/topsecret",
            "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "bearer": "hunter2"})),
        channel(json!({"kind": "email", "host": "smtp.clinic.example", "username": "wardround",
            "password": "hunter2", "from": "Wardround <w@clinic.example>", "to": ["a@clinic.example"]})),
        channel(json!({"kind": "sns", "topic_arn": "arn:aws:sns:us-east-1:111122223333:pages"})),
        channel(
            json!({"kind": "sns", "topic_arn": "arn:aws-us-gov:sns:us-gov-west-1:111122223333:p.fifo",
            "structure": "json"}),
        ),
        channel(
            json!({"kind": "heartbeat", "url": "https://hc-ping.com/topsecret", "method": "post"}),
        ),
    ]
}

#[test]
fn right_settings_have_no_flaws_and_hide_their_secrets() {
    let reach = reach(&[]);
    for channel in all() {
        assert_eq!(channel.validate(&reach), [], "{channel:?}");
        crate::assert_discreet(&format!("{channel:?} {channel:#?}"));
    }
    let secret = Secret::new("topsecret");
    assert_eq!(format!("{secret:?} {secret}"), "Secret (not shown)");
    assert_eq!(secret.expose(), "topsecret");
}

/// Settings, the name of what is wrong with them, and words of what would be right.
fn wrong() -> Vec<(serde_json::Value, &'static str, &'static str)> {
    let whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    vec![
        (json!({"kind": "pagerduty", "routing_key": "short"}), "routing_key", "32 letters"),
        (
            json!({"kind": "pagerduty", "routing_key": "0123456789abcdef0123456789abcdef",
                "url": "http://events.pagerduty.com/"}),
            "url",
            "https://",
        ),
        (json!({"kind": "slack"}), "slack", "either `token` and `channel`"),
        (json!({"kind": "slack", "token": "xoxb-1"}), "slack", "either"),
        (json!({"kind": "slack", "token": "xoxp-1", "channel": "C0123456789"}), "token", "xoxb-"),
        (json!({"kind": "slack", "token": "xoxb-1", "channel": "#ops"}), "channel", "C0123456789"),
        (
            json!({"kind": "slack", "webhook_url": "https://10.0.0.1/topsecret"}),
            "webhook_url",
            "private",
        ),
        (
            json!({"kind": "webhook", "url": "https://h.example/", "secrets": []}),
            "secrets",
            "one or two",
        ),
        (
            json!({"kind": "webhook", "url": "https://h.example/", "secrets": ["topsecret"]}),
            "secrets",
            "whsec_",
        ),
        (
            json!({"kind": "webhook", "url": "https://h.example/", "secrets": ["whsec_c2hvcnQ="]}),
            "secrets",
            "24 to 64",
        ),
        (
            json!({"kind": "webhook", "url": "https://h.example/", "secrets": [whsec], "bearer": "a b"}),
            "bearer",
            "without spaces",
        ),
        (
            json!({"kind": "webhook", "url": "https://u:hunter2@h.example/", "secrets": [whsec]}),
            "url",
            "name or a password",
        ),
        (
            json!({"kind": "email", "host": "smtp.example.com", "security": "none", "from": "w@c.example", "to": ["a@c.example"]}),
            "security",
            "starttls",
        ),
        (
            json!({"kind": "email", "host": "localhost", "security": "none", "from": "w@c.example", "to": ["a@c.example"]}),
            "security",
            "127.0.0.1",
        ),
        (
            json!({"kind": "email", "host": "169.254.169.254", "from": "w@c.example", "to": ["a@c.example"]}),
            "host",
            "credentials",
        ),
        (
            json!({"kind": "email", "host": "smtp.example.com", "from": "nobody", "to": ["a@c.example"]}),
            "from",
            "on-call@",
        ),
        (
            json!({"kind": "email", "host": "smtp.example.com", "from": "w@c.example", "to": []}),
            "to",
            "nobody",
        ),
        (
            json!({"kind": "email", "host": "smtp.example.com", "from": "w@c.example", "to": ["a@c.example\r\nBcc: x@y"]}),
            "to",
            "not the address",
        ),
        (
            json!({"kind": "email", "host": "smtp.example.com", "username": "u", "from": "w@c.example", "to": ["a@c.example"]}),
            "username",
            "both",
        ),
        (
            json!({"kind": "sns", "topic_arn": "arn:aws:sqs:us-east-1:111122223333:q"}),
            "topic_arn",
            "arn:aws:sns",
        ),
        (
            json!({"kind": "sns", "topic_arn": "arn:aws:sns:evil.example/:111122223333:t"}),
            "topic_arn",
            "arn:aws:sns",
        ),
        (json!({"kind": "heartbeat", "url": "http://hc-ping.com/topsecret"}), "url", "https://"),
    ]
}

#[test]
fn wrong_settings_are_named_with_what_would_be_right() {
    let reach = reach(&[]);
    for (value, field, words) in wrong() {
        let flaws = channel(value.clone()).validate(&reach);
        let said: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        assert!(
            flaws.iter().any(|flaw| flaw.field == field && flaw.to_string().contains(words)),
            "{value}: {said:?}"
        );
        crate::assert_discreet(
            &said.join(" ").replace("xoxb-;", "").replace("begins with xoxb-", ""),
        );
    }
}

#[test]
fn an_unknown_setting_is_an_error() {
    for mut value in [
        json!({"kind": "pagerduty", "routing_key": "x"}),
        json!({"kind": "heartbeat", "url": "x"}),
        json!({"kind": "sns", "topic_arn": "x"}),
    ] {
        value["typo"] = json!(1);
        assert!(serde_json::from_value::<Channel>(value.clone()).is_err(), "{value}");
    }
}

#[tokio::test]
async fn a_wrong_channel_or_event_is_refused_before_anybody_is_asked() {
    for channel in all() {
        for event in Event::ALL {
            if channel.takes(event) {
                continue;
            }
            let outcome = send(&channel, &with(event, notify::Reason::Digest)).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
        }
    }
    let wrong = channel(json!({"kind": "heartbeat", "url": "http://169.254.169.254/"}));
    let beat = with(Event::Heartbeat, notify::Reason::Heartbeat);
    assert!(matches!(send(&wrong, &beat).await, Outcome::Refused { .. }));
    let malformed = notify::Notice { dedup_key: "ä".to_owned(), ..notice() };
    assert!(matches!(send(&all()[0], &malformed).await, Outcome::Refused { .. }));
}

#[test]
fn nobody_is_paged_with_a_digest_and_only_machines_hear_the_heart() {
    let takes = |event| -> Vec<&str> {
        all().iter().filter(|channel| channel.takes(event)).map(Channel::kind).collect()
    };
    assert_eq!(takes(Event::Digest), ["slack", "slack", "webhook", "email", "sns", "sns"]);
    assert_eq!(takes(Event::Heartbeat), ["webhook", "heartbeat"]);
    assert_eq!(takes(Event::Test).len(), all().len());
}
