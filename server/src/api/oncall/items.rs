//! The queue as JSON.

use domain::alert::{Entry, Level};
use serde::Serialize;
use store::Page;
use store::alert::AlertRow;
use store::alert::notices::DeliveryRow;
use store::alert::queue::{LaneCount, QueueRow};
use store::alert::timeline::Proof;
use utoipa::ToSchema;

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alerts {
    /// Alerts, those that were seen last first.
    pub items: Vec<AlertItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An alert. Ids of resources and identities are of sources: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertItem {
    /// Its fingerprint, the same as long as it is the same alert.
    pub fingerprint: String,
    /// Its incident.
    pub incident: Option<i64>,
    /// page-phi, page-pipe, page-slo, ticket or ingest.
    pub class: String,
    /// critical, high, medium, low or informational.
    pub severity: String,
    /// The rule that classified it.
    pub rule: String,
    /// The version of the rules.
    pub rules: String,
    /// What it is called.
    pub title: String,
    /// Why it is routed so.
    pub why: String,
    /// What detects it: the source's type, or our own words.
    pub kind: String,
    /// The severity as the source reported it.
    pub severity_reported: String,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The resource.
    pub resource: Option<String>,
    /// Who did it, normalised.
    pub identity: Option<String>,
    /// yes, unknown or no.
    pub phi: String,
    /// quiet, pending, firing, flapping or resolved.
    pub phase: String,
    /// Since when nobody can observe it.
    #[schema(format = DateTime)]
    pub frozen_since: Option<String>,
    /// How often it was seen.
    pub occurrences: u64,
    /// When it was first seen.
    #[schema(format = DateTime)]
    pub first_seen: String,
    /// When it was last seen.
    #[schema(format = DateTime)]
    pub last_seen: String,
    /// Suppressions that mute it.
    pub muted_by: Vec<i64>,
    /// Where it is shown.
    pub link: String,
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Incidents {
    /// How many incidents there are in each lane.
    pub lanes: Vec<LaneItem>,
    /// Incidents, the most urgent first.
    pub items: Vec<IncidentItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A lane.
#[derive(Debug, Serialize, ToSchema)]
pub struct LaneItem {
    /// page, ticket, digest or over.
    pub lane: String,
    /// Incidents in it.
    pub incidents: u64,
    /// Of those, the ones that a suppression mutes wholly.
    pub muted: u64,
}

/// An incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentItem {
    /// Its number.
    pub id: i64,
    /// Rises with each change; an act may name the one that was looked at.
    pub version: u64,
    /// page, ticket, digest or over.
    pub lane: String,
    /// page-phi, page-pipe, page-slo, ticket or ingest.
    pub class: String,
    /// critical, high, medium, low or informational.
    pub severity: String,
    /// open, acknowledged, snoozed or resolved.
    pub state: String,
    /// What it is called.
    pub title: String,
    /// The family of its alerts.
    pub family: String,
    /// What to do: the id of a runbook.
    pub runbook: String,
    /// Whose it is.
    pub assignee: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub opened: String,
    /// When it was resolved.
    #[schema(format = DateTime)]
    pub resolved: Option<String>,
    /// Alerts that fire.
    pub firing: u64,
    /// Of those, the ones that are muted.
    pub muted: u64,
    /// All of its alerts.
    pub alerts: u64,
    /// The incident of the same kind before it.
    pub same_as_past: Option<i64>,
}

/// An incident with everything about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentDetail {
    /// The incident.
    pub incident: IncidentItem,
    /// What happened, oldest first. Texts may be of people: escape them.
    pub timeline: Vec<TimelineItem>,
    /// Whether the audit log proves every entry.
    pub timeline_proved: bool,
    /// Its alerts, at most 200.
    pub alerts: Vec<AlertItem>,
}

/// An entry of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who: a person's name, `the source` or `Wardround`.
    pub by: String,
    /// What, in a word.
    pub kind: String,
    /// A sentence.
    pub text: String,
}

/// A page of notifications.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// Notifications, newest first.
    pub items: Vec<NotificationItem>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A notification for one contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationItem {
    /// Its number.
    pub id: i64,
    /// The number of the notice: the same for all contacts.
    pub notice: i64,
    /// The incident.
    pub incident: Option<i64>,
    /// To whom.
    pub contact: String,
    /// The kind of channel.
    pub kind: String,
    /// waits, sending, delivered, refused or given-up.
    pub state: String,
    /// trigger, update, acknowledged, resolved, digest or test.
    pub event: String,
    /// Why it was told.
    pub reason: String,
    /// The class that was told.
    pub class: String,
    /// The severity that was told.
    pub severity: String,
    /// When it was decided.
    #[schema(format = DateTime)]
    pub decided: String,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is tried next.
    #[schema(format = DateTime)]
    pub next_attempt: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// Why it failed, or a remark.
    pub why: String,
}

fn words(level: Level) -> (String, String) {
    (level.class.as_str().to_owned(), level.severity.as_str().to_owned())
}

fn alert(it: AlertRow) -> AlertItem {
    let (class, severity) = words(it.level);
    let signal = it.signal;
    AlertItem {
        fingerprint: it.fp.as_str().to_owned(),
        incident: it.incident.map(|id| id.0),
        class,
        severity,
        rule: it.rule,
        rules: it.rules,
        title: it.title,
        why: it.why,
        kind: signal.origin.kind(),
        phi: signal.phi().as_str().to_owned(),
        severity_reported: signal.severity.text,
        account: signal.account.map(|it| it.to_string()),
        region: signal.region.map(|it| it.to_string()),
        resource: signal.resource.map(|it| it.key.to_string()),
        identity: signal.identity.map(|it| it.to_string()),
        phase: it.track.phase.as_str().to_owned(),
        frozen_since: it.track.frozen_since.map(domain::Timestamp::rfc3339),
        occurrences: it.occurrences,
        first_seen: it.first_seen.rfc3339(),
        last_seen: it.last_seen.rfc3339(),
        muted_by: it.muted_by.into_iter().map(|id| id.0).collect(),
        link: signal.link,
    }
}

pub(super) fn alerts(page: Page<AlertRow>) -> Alerts {
    Alerts { items: page.items.into_iter().map(alert).collect(), next: page.next }
}

fn incident(row: &QueueRow) -> IncidentItem {
    let it = &row.incident;
    let (class, severity) = words(it.level);
    IncidentItem {
        id: it.id.0,
        version: it.version,
        lane: row.lane.as_str().to_owned(),
        class,
        severity,
        state: it.state.as_str().to_owned(),
        title: it.title.clone(),
        family: it.family.clone(),
        runbook: it.runbook.as_str().to_owned(),
        assignee: it.assignee.clone(),
        account: row.account.clone(),
        opened: it.opened_at.rfc3339(),
        resolved: it.resolved_at().map(domain::Timestamp::rfc3339),
        firing: row.firing,
        muted: row.muted,
        alerts: row.alerts,
        same_as_past: it.same_as_past.map(|id| id.0),
    }
}

pub(super) fn incidents(counts: &[LaneCount], page: Page<QueueRow>) -> Incidents {
    let lane = |it: &LaneCount| LaneItem {
        lane: it.lane.as_str().to_owned(),
        incidents: it.incidents,
        muted: it.muted,
    };
    Incidents {
        lanes: counts.iter().map(lane).collect(),
        items: page.items.iter().map(incident).collect(),
        next: page.next,
    }
}

pub(super) fn detail(
    row: &QueueRow,
    timeline: Vec<Entry>,
    proof: Proof,
    alerts: Vec<AlertRow>,
) -> IncidentDetail {
    let entry = |it: Entry| TimelineItem {
        at: it.at.rfc3339(),
        by: it.by.name().to_owned(),
        kind: it.kind.as_str().to_owned(),
        text: it.text,
    };
    IncidentDetail {
        incident: incident(row),
        timeline: timeline.into_iter().map(entry).collect(),
        timeline_proved: proof.holds,
        alerts: alerts.into_iter().map(alert).collect(),
    }
}

pub(super) fn notifications(page: Page<DeliveryRow>) -> Notifications {
    let item = |it: DeliveryRow| {
        let (class, severity) = words(it.level);
        NotificationItem {
            id: it.id,
            notice: it.notice,
            incident: it.incident.map(|id| id.0),
            contact: it.contact,
            kind: it.kind,
            state: it.state.as_str().to_owned(),
            event: it.event,
            reason: it.reason,
            class,
            severity,
            decided: it.created.rfc3339(),
            attempts: it.attempts,
            next_attempt: it.next_at.map(domain::Timestamp::rfc3339),
            ended_at: it.ended.map(domain::Timestamp::rfc3339),
            why: it.why,
        }
    };
    Notifications { items: page.items.into_iter().map(item).collect(), next: page.next }
}
