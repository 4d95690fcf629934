//! What a message says: ids, counts, names of rules and links. Never a text of an event.

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::{Class, key};
use domain::{AccountId, Region, Timestamp};
use notify::{Counts, Event, Line, Link, Notice, Reason};
use store::alert::AlertRow;
use store::alert::detail::AlertQuery;
use store::alert::notices::NoticeRow;
use store::{Reader, StoreError};

use super::contacts::Contacts;

/// Alerts that are read for one message; what is beyond is counted.
const MOST_ALERTS: u32 = 200;

/// The message of a notice; `None` where what it is about cannot be put into words.
pub(super) async fn message(
    reader: &Reader,
    contacts: &Contacts,
    notice: &NoticeRow,
    now: Timestamp,
) -> Result<Option<Notice>, StoreError> {
    let (event, reason) = (event(&notice.event), reason(&notice.reason));
    let Some(link) = link(contacts, notice) else { return Ok(None) };
    let empty = Notice {
        id: format!("{}-{}", contacts.install, notice.id),
        incident: None,
        dedup_key: format!("{}-{}", contacts.install, notice.event),
        title: String::new(),
        class: notice.level.class,
        severity: notice.level.severity,
        event,
        reason,
        accounts: Vec::new(),
        regions: Vec::new(),
        lines: Vec::new(),
        counts: Counts::default(),
        started: notice.created,
        at: notice.created.max(now.plus(-domain::id::DAY_MS)),
        link,
        runbook: None,
        organisation: contacts.organisation.clone(),
    };
    let Some(id) = notice.incident else {
        return Ok(Some(without_incident(reader, notice, empty).await?));
    };
    let Some(row) = reader.oncall_incident(id).await? else { return Ok(None) };
    let query = AlertQuery { incident: Some(id), limit: MOST_ALERTS, ..AlertQuery::default() };
    let alerts = reader.alert_page(&query).await?.items;
    let word = row.incident.runbook.as_str();
    let runbook =
        Link::parse(&format!("{}/runbooks/{word}?subject=incident:{id}", contacts.address));
    Ok(Some(Notice {
        incident: Some(id.0.unsigned_abs()),
        dedup_key: key::pd_dedup_key(&contacts.install, id),
        title: row.incident.title.clone(),
        accounts: accounts(&alerts),
        regions: regions(&alerts),
        lines: lines(&alerts),
        counts: Counts {
            firing: row.firing,
            resolved: row.alerts.saturating_sub(row.firing),
            muted: row.muted,
        },
        started: row.incident.opened_at,
        runbook: runbook.ok(),
        ..empty
    }))
}

/// A digest or a test.
async fn without_incident(
    reader: &Reader,
    notice: &NoticeRow,
    empty: Notice,
) -> Result<Notice, StoreError> {
    if notice.event == "test" {
        let title = "This is a test of Wardround".to_owned();
        return Ok(Notice { title, ..empty });
    }
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    let mut firing = 0;
    for id in &notice.about {
        let Some(row) = reader.oncall_incident(*id).await? else { continue };
        firing += 1;
        let it = &row.incident;
        let line = lines.entry(it.family.clone()).or_insert_with(|| Line {
            rule: it.family.clone(),
            title: it.title.clone(),
            count: 0,
            severity: it.level.severity,
            first_seen: it.opened_at,
            last_seen: it.last_activity,
            resolved_at: None,
        });
        line.count += 1;
        line.severity = line.severity.min(it.level.severity);
        line.first_seen = line.first_seen.min(it.opened_at);
        line.last_seen = line.last_seen.max(it.last_activity);
    }
    Ok(Notice {
        title: match firing {
            1 => "1 ticket waits".to_owned(),
            many => format!("{many} tickets wait"),
        },
        lines: lines.into_values().collect(),
        counts: Counts { firing, ..Counts::default() },
        ..empty
    })
}

fn link(contacts: &Contacts, notice: &NoticeRow) -> Option<Link> {
    let path = match notice.incident {
        Some(id) => format!("/incidents/{id}"),
        None if notice.event == "test" => "/notifications".to_owned(),
        None => "/oncall".to_owned(),
    };
    Link::parse(&format!("{}{path}", contacts.address)).ok()
}

fn accounts(alerts: &[AlertRow]) -> Vec<AccountId> {
    let found: BTreeSet<&AccountId> =
        alerts.iter().filter_map(|it| it.signal.account.as_ref()).collect();
    found.into_iter().cloned().collect()
}

fn regions(alerts: &[AlertRow]) -> Vec<Region> {
    let found: BTreeSet<&Region> =
        alerts.iter().filter_map(|it| it.signal.region.as_ref()).collect();
    found.into_iter().cloned().collect()
}

/// Alerts by rule, the most urgent first.
fn lines(alerts: &[AlertRow]) -> Vec<Line> {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    for alert in alerts {
        let fires = alert.track.fires();
        let line = lines.entry(&alert.rule).or_insert_with(|| Line {
            rule: alert.rule.clone(),
            title: alert.title.clone(),
            count: 0,
            severity: alert.level.severity,
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
            resolved_at: Some(alert.track.since),
        });
        line.count += alert.occurrences;
        line.severity = line.severity.min(alert.level.severity);
        line.first_seen = line.first_seen.min(alert.first_seen);
        line.last_seen = line.last_seen.max(alert.last_seen);
        line.resolved_at = line
            .resolved_at
            .filter(|_| !fires)
            .max((!fires && line.resolved_at.is_some()).then_some(alert.track.since));
    }
    let mut lines: Vec<Line> = lines.into_values().collect();
    lines.sort_by_key(|line| (line.resolved_at.is_some(), line.severity, line.first_seen));
    lines
}

fn event(word: &str) -> Event {
    Event::ALL.into_iter().find(|event| event.as_str() == word).unwrap_or(Event::Update)
}

fn reason(word: &str) -> Reason {
    Reason::ALL.into_iter().find(|reason| reason.as_str() == word).unwrap_or(Reason::NewAlerts)
}

/// A sign of life.
pub(super) fn sign_of_life(contacts: &Contacts, now: Timestamp) -> Option<Notice> {
    Some(Notice {
        id: format!("{}-alive-{}", contacts.install, now.0),
        incident: None,
        dedup_key: format!("{}-alive", contacts.install),
        title: "Wardround is alive".to_owned(),
        class: Class::Ingest,
        severity: domain::Severity::Informational,
        event: Event::Heartbeat,
        reason: Reason::Heartbeat,
        accounts: Vec::new(),
        regions: Vec::new(),
        lines: Vec::new(),
        counts: Counts::default(),
        started: now,
        at: now,
        link: Link::parse(&format!("{}/oncall", contacts.address)).ok()?,
        runbook: None,
        organisation: contacts.organisation.clone(),
    })
}
