//! The body that Alertmanager sends to webhooks, version 4
//! ([`template.Data`](https://prometheus.io/docs/alerting/latest/notifications/#data) with
//! `version`, `groupKey` and `truncatedAlerts`).
//!
//! One alert for each rule. Labels identify, annotations describe: what changes from one notice to
//! the next is an annotation, so that a receiver keeps one alert for one rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::notice::{Event, Line, Notice};
use crate::text;

/// Alerts in one body; Standard Webhooks recommends bodies below 20 kB.
const MOST_ALERTS: usize = 15;
/// What Alertmanager, written in Go, says of an alert that has not ended.
const NOT_YET: &str = "0001-01-01T00:00:00Z";

type Words = BTreeMap<&'static str, String>;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    version: &'static str,
    group_key: &'a str,
    truncated_alerts: usize,
    status: &'static str,
    receiver: &'a str,
    group_labels: Words,
    common_labels: Words,
    common_annotations: Words,
    #[serde(rename = "externalURL")]
    external_url: String,
    alerts: Vec<Alert<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert<'a> {
    status: &'static str,
    labels: Words,
    annotations: Words,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: &'a str,
    fingerprint: String,
}

impl<'a> Body<'a> {
    pub(super) fn of(notice: &'a Notice, receiver: &'a str) -> Self {
        let labels = labels(notice);
        let annotations = annotations(notice);
        let mut alerts: Vec<Alert<'_>> = notice
            .lines
            .iter()
            .take(MOST_ALERTS)
            .map(|line| Alert::of(notice, line, &labels, &annotations))
            .collect();
        if alerts.is_empty() {
            alerts.push(Alert::alone(notice, &labels, &annotations));
        }
        Self {
            version: "4",
            group_key: &notice.dedup_key,
            truncated_alerts: notice.lines.len().saturating_sub(MOST_ALERTS),
            status: status(notice.is_resolved()),
            receiver,
            group_labels: group_labels(notice),
            common_labels: common(alerts.iter().map(|alert| &alert.labels)),
            common_annotations: common(alerts.iter().map(|alert| &alert.annotations)),
            external_url: notice.link.origin(),
            alerts,
        }
    }
}

impl<'a> Alert<'a> {
    fn of(notice: &'a Notice, line: &Line, labels: &Words, annotations: &Words) -> Self {
        let resolved = notice.is_resolved() || line.resolved_at.is_some();
        let mut labels = labels.clone();
        labels.insert("alertname", text::line(&line.title, 200));
        labels.insert("rule", text::line(&line.rule, 100));
        labels.insert("severity", line.severity.as_str().to_owned());
        let mut annotations = annotations.clone();
        annotations.insert("count", line.count.to_string());
        annotations.insert("last_seen", line.last_seen.rfc3339());
        let ended = line.resolved_at.unwrap_or(notice.at);
        Self {
            status: status(resolved),
            labels,
            annotations,
            starts_at: line.first_seen.rfc3339(),
            ends_at: if resolved { ended.rfc3339() } else { NOT_YET.to_owned() },
            generator_url: notice.link.as_str(),
            fingerprint: fingerprint(notice, &line.rule),
        }
    }

    /// A notice without rules: a test, a sign of life, an acknowledgement.
    fn alone(notice: &'a Notice, labels: &Words, annotations: &Words) -> Self {
        let mut labels = labels.clone();
        let name = match notice.event {
            // The name by which receivers of Alertmanager know a sign of life.
            Event::Heartbeat => "Watchdog".to_owned(),
            _ => text::line(&notice.title, 200),
        };
        labels.insert("alertname", name);
        labels.insert("severity", notice.severity.as_str().to_owned());
        let resolved = notice.is_resolved();
        Self {
            status: status(resolved),
            labels,
            annotations: annotations.clone(),
            starts_at: notice.started.rfc3339(),
            ends_at: if resolved { notice.at.rfc3339() } else { NOT_YET.to_owned() },
            generator_url: notice.link.as_str(),
            fingerprint: fingerprint(notice, ""),
        }
    }
}

fn status(resolved: bool) -> &'static str {
    if resolved { "resolved" } else { "firing" }
}

/// Sixteen hexadecimal digits, as Alertmanager's.
fn fingerprint(notice: &Notice, rule: &str) -> String {
    text::digest(&["fingerprint-1", &notice.dedup_key, rule]).chars().take(16).collect()
}

/// What all have with the same value.
fn common<'a>(mut all: impl Iterator<Item = &'a Words>) -> Words {
    let mut common = all.next().cloned().unwrap_or_default();
    for words in all {
        common.retain(|name, value| words.get(name) == Some(value));
    }
    common
}

fn group_labels(notice: &Notice) -> Words {
    notice.incident.map(|number| ("incident", number.to_string())).into_iter().collect()
}

/// The labels of every alert.
fn labels(notice: &Notice) -> Words {
    let mut labels = group_labels(notice);
    labels.insert("class", notice.class.as_str().to_owned());
    labels.insert("organisation", text::line(&notice.organisation, 100));
    labels
}

/// The annotations of every alert.
fn annotations(notice: &Notice) -> Words {
    let mut annotations = Words::from([
        ("summary", text::summary(notice, 300)),
        ("event", notice.event.as_str().to_owned()),
        ("reason", notice.reason.as_str().to_owned()),
        ("alerts", text::counts(notice.counts)),
    ]);
    if !notice.accounts.is_empty() {
        annotations.insert("accounts", text::listed(&notice.accounts, 20));
    }
    if !notice.regions.is_empty() {
        annotations.insert("regions", text::listed(&notice.regions, 20));
    }
    if let Some(runbook) = &notice.runbook {
        annotations.insert("runbook_url", runbook.to_string());
    }
    annotations
}
