//! PagerDuty, by its Events API v2.
//!
//! See the [overview](https://developer.pagerduty.com/docs/events-api-v2-overview), [send an alert
//! event](https://developer.pagerduty.com/docs/send-alert-event), and the
//! [schema](https://github.com/PagerDuty/api-schema/blob/main/reference/events-v2/openapiv3.json).
//!
//! A repeated trigger with the same dedup key adds to the log of the alert; it wakes nobody twice
//! while the alert is open. Sending the same event again does no harm, so a retry is safe. A test
//! opens an alert of the lowest severity; whoever sent it resolves it under the same key.

use domain::{Severity, Timestamp};
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::channel::Flaw;
use crate::http::Http;
use crate::notice::{Event, Notice};
use crate::outcome::Outcome;
use crate::reach::Reach;
use crate::secret::Secret;
use crate::text;

/// Where events go in the United States; customers in Europe have `events.eu.pagerduty.com`.
pub const URL: &str = "https://events.pagerduty.com/v2/enqueue";
/// Digits and letters of an integration key.
const KEY_LENGTH: usize = 32;
/// The longest summary, in characters. The documentation allows 1024; what is shown on a telephone
/// is half of it.
const LONGEST_SUMMARY: usize = 512;
/// Rules named in the details. An event may have 512 KB; a person reads a page.
const MOST_LINES: usize = 30;
const WHO: &str = "PagerDuty";

/// A service of PagerDuty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagerDuty {
    /// The integration key of an "Events API V2" integration.
    pub routing_key: Secret,
    /// Where events go.
    #[serde(default = "url")]
    pub url: String,
}

/// Where PagerDuty takes events.
pub fn url() -> String {
    URL.to_owned()
}

/// One event, as the API wants it.
#[derive(Debug, Serialize)]
struct Body<'a> {
    routing_key: &'a str,
    event_action: &'static str,
    dedup_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    client: &'static str,
    client_url: &'a str,
    links: Vec<Hyperlink<'a>>,
}

#[derive(Debug, Serialize)]
struct Payload {
    summary: String,
    source: String,
    severity: &'static str,
    timestamp: String,
    component: String,
    group: String,
    class: &'static str,
    custom_details: Details,
}

#[derive(Debug, Serialize)]
struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<u64>,
    event: &'static str,
    reason: &'static str,
    firing: u64,
    resolved: u64,
    muted: u64,
    accounts: Vec<String>,
    regions: Vec<String>,
    started: String,
    rules: Vec<String>,
    rules_not_shown: usize,
}

#[derive(Debug, Serialize)]
struct Hyperlink<'a> {
    href: &'a str,
    text: &'static str,
}

impl PagerDuty {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let key = self.routing_key.expose();
        if key.len() != KEY_LENGTH || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            flaws.push(Flaw::new(
                "routing_key",
                "it is not an integration key",
                "32 letters and digits, from the integration \"Events API V2\" of the service",
            ));
        }
        flaws.extend(Flaw::address("url", reach, &self.url));
        flaws
    }

    pub(crate) async fn send(
        &self,
        http: &Http,
        notice: &Notice,
        receipt: Option<&str>,
        now: Timestamp,
    ) -> Outcome {
        // The key under which it was opened closes it, also when our formula for keys has changed.
        let dedup_key = receipt.unwrap_or(&notice.dedup_key);
        let Ok(body) = serde_json::to_vec(&self.body(notice, dedup_key)) else {
            return Outcome::refused("the event cannot be written as JSON");
        };
        let answer = match http.post(&self.url, json(), body, now).await {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        match answer.outcome(WHO) {
            Outcome::Delivered { .. } => Outcome::with_receipt(dedup_key),
            Outcome::Refused { .. } if answer.status == 400 => Outcome::refused(
                "PagerDuty answered 400: the integration key is not one of an \"Events API V2\" integration, or the event is invalid",
            ),
            other => other,
        }
    }

    fn body<'a>(&'a self, notice: &'a Notice, dedup_key: &'a str) -> Body<'a> {
        let event_action = match notice.event {
            Event::Acknowledged => "acknowledge",
            Event::Resolved => "resolve",
            _ => "trigger",
        };
        let mut links =
            vec![Hyperlink { href: notice.link.as_str(), text: "Incident in Wardround" }];
        if let Some(runbook) = &notice.runbook {
            links.push(Hyperlink { href: runbook.as_str(), text: "Runbook" });
        }
        Body {
            routing_key: self.routing_key.expose(),
            event_action,
            dedup_key,
            payload: (event_action == "trigger").then(|| payload(notice)),
            client: "Wardround",
            client_url: notice.link.as_str(),
            links,
        }
    }
}

fn payload(notice: &Notice) -> Payload {
    let source = match notice.accounts.first() {
        Some(account) => format!("aws:{account}"),
        None => "wardround".to_owned(),
    };
    let component = notice.lines.first().map_or("wardround", |line| line.rule.as_str());
    Payload {
        summary: text::summary(notice, LONGEST_SUMMARY),
        source: text::line(&source, 255),
        severity: severity(notice),
        timestamp: notice.at.rfc3339(),
        component: text::line(component, 255),
        group: text::line(&notice.organisation, 255),
        class: notice.class.as_str(),
        custom_details: Details {
            incident: notice.incident,
            event: notice.event.as_str(),
            reason: notice.reason.words(),
            firing: notice.counts.firing,
            resolved: notice.counts.resolved,
            muted: notice.counts.muted,
            accounts: notice.accounts.iter().map(|id| text::line(id.as_str(), 64)).collect(),
            regions: notice.regions.iter().map(|id| text::line(id.as_str(), 64)).collect(),
            started: notice.started.rfc3339(),
            rules: notice.lines.iter().take(MOST_LINES).map(text::rule).collect(),
            rules_not_shown: notice.lines.len().saturating_sub(MOST_LINES),
        },
    }
}

/// Five of ours, four of theirs. A test wakes nobody more than it must.
fn severity(notice: &Notice) -> &'static str {
    match notice.severity {
        _ if notice.event == Event::Test => "info",
        Severity::Critical => "critical",
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "info",
    }
}

/// The headers of a body in JSON.
pub(crate) fn json() -> HeaderMap {
    use reqwest::header::{CONTENT_TYPE, HeaderValue};
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}
