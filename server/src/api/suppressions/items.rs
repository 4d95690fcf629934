//! Suppressions as programs read them.

use domain::Timestamp;
use domain::alert::suppression::{Approval, Decided, Ended, Matcher, Occurrence, Recurrence};
use serde::{Deserialize, Serialize};
use store::suppression::Names;
use store::{MutedAlert, SuppressionEntry, SuppressionRow};
use utoipa::ToSchema;

/// A page of suppressions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suppressions {
    /// Those that match the parameters.
    pub items: Vec<SuppressionItem>,
    /// Where the next page begins; `null` on the last one.
    pub next: Option<String>,
}

/// A suppression with what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suppressed {
    /// What it says.
    pub suppression: SuppressionItem,
    /// Its windows that are not over, the first 50.
    pub windows: Vec<WindowItem>,
    /// What was done with it, the oldest first.
    pub history: Vec<DeedItem>,
    /// The alerts that it mutes now, the newest first, 200 at most.
    pub muted: Vec<MutedItem>,
}

/// A suppression. Texts are of people: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuppressionItem {
    /// Its number.
    pub id: i64,
    /// Rises with each decision: whoever decides says which one they looked at.
    pub version: i64,
    /// draft, pending, approved, active, expired, rejected or revoked.
    pub stage: String,
    /// How many persons must approve it.
    pub approvals_needed: u64,
    /// Whether it was taken in an emergency and nobody has approved it since.
    pub unratified: bool,
    /// How many alerts it mutes now.
    pub mutes: u64,
    /// All must hold.
    pub matchers: Vec<MatcherItem>,
    /// It mutes nothing before.
    #[schema(format = DateTime)]
    pub starts_at: String,
    /// It mutes nothing from then on.
    #[schema(format = DateTime)]
    pub ends_at: String,
    /// Whether it mutes only in windows that come back.
    pub recurrence: Option<RecurrenceItem>,
    /// Until when it mutes, if it does now.
    #[schema(format = DateTime)]
    pub mutes_until: Option<String>,
    /// When it begins or ends to mute next.
    #[schema(format = DateTime)]
    pub next_change: Option<String>,
    /// Why.
    pub reason: String,
    /// The change or ticket that it belongs to.
    pub change_ref: String,
    /// Who asked for it.
    pub requested_by: WhoItem,
    /// When.
    #[schema(format = DateTime)]
    pub requested_at: String,
    /// Who approved it.
    pub approvals: Vec<ApprovalItem>,
    /// What an approval is bound to.
    pub scope: String,
    /// Who rejected it or ended it before its time.
    pub ended: Option<EndedItem>,
    /// The one in whose place it stands.
    pub supersedes: Option<i64>,
    /// The one that stands in its place.
    pub superseded_by: Option<i64>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhoItem {
    /// As in the audit log, such as `person:3`.
    pub actor: String,
    /// The name of the account now.
    pub name: Option<String>,
}

/// One condition.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatcherItem {
    /// account, region, group, resource, rule, identity, family or event-type.
    pub field: String,
    /// is, is-not or like.
    pub op: String,
    /// What it is compared with.
    pub value: String,
}

/// When windows come back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecurrenceItem {
    /// A zone of the IANA database.
    pub zone: String,
    /// mon to sun.
    pub days: Vec<String>,
    /// When a window begins there, such as 02:30.
    pub starts: String,
    /// How long it lasts.
    pub minutes: i64,
}

/// An approval.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalItem {
    /// Who.
    pub by: WhoItem,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// What they remark.
    pub note: String,
    /// What exactly they approved.
    pub scope: String,
    /// Whether they took their own in an emergency.
    pub emergency: bool,
}

/// An end before its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedItem {
    /// Who.
    pub by: WhoItem,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Why.
    pub note: String,
}

/// A window in which it mutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowItem {
    /// Its first instant.
    #[schema(format = DateTime)]
    pub starts: String,
    /// The first instant after it.
    #[schema(format = DateTime)]
    pub ends: String,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeedItem {
    /// Its number; the first is 1.
    pub number: i64,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who.
    pub by: WhoItem,
    /// drafted, asked, handed-in, approved, taken, ratified, rejected, revoked, superseded or noted.
    pub deed: String,
    /// What they wrote.
    pub text: String,
    /// What stood there then.
    pub scope: String,
}

/// An alert that is muted.
#[derive(Debug, Serialize, ToSchema)]
pub struct MutedItem {
    /// Its number.
    pub id: i64,
    /// The incident that it belongs to.
    pub incident: Option<i64>,
    /// The rule that classified it.
    pub rule: String,
    /// What it says.
    pub title: String,
    /// Its class.
    pub class: String,
    /// Its severity.
    pub severity: String,
    /// When it was last seen.
    #[schema(format = DateTime)]
    pub last_seen: String,
}

pub(super) fn item(row: &SuppressionRow, now: Timestamp) -> SuppressionItem {
    let one = &row.suppression;
    let (ended, superseded_by) = match &one.decided {
        Decided::Rejected(it) | Decided::Revoked(it) => (Some(end(it, &row.names)), None),
        Decided::Superseded { by, .. } => (None, Some(by.0)),
        Decided::Draft | Decided::Pending | Decided::Approved => (None, None),
    };
    SuppressionItem {
        id: one.id.0,
        version: row.version,
        stage: one.stage(now).as_str().to_owned(),
        approvals_needed: one.approvals_needed() as u64,
        unratified: one.unratified(),
        mutes: row.mutes,
        matchers: one.matchers.iter().map(matcher).collect(),
        starts_at: one.starts_at.rfc3339(),
        ends_at: one.ends_at.rfc3339(),
        recurrence: one.recurrence.as_ref().map(recurrence),
        mutes_until: one.mutes_until(now).map(Timestamp::rfc3339),
        next_change: one.next_change(now).map(Timestamp::rfc3339),
        reason: one.reason.clone(),
        change_ref: one.change_ref.clone(),
        requested_by: who(&one.requested_by, &row.names),
        requested_at: one.requested_at.rfc3339(),
        approvals: one.approvals.iter().map(|it| approval(it, &row.names)).collect(),
        scope: one.scope_hash(),
        ended,
        supersedes: one.supersedes.map(|id| id.0),
        superseded_by,
    }
}

fn who(actor: &str, names: &Names) -> WhoItem {
    WhoItem { actor: actor.to_owned(), name: names.get(actor).cloned() }
}

fn matcher(matcher: &Matcher) -> MatcherItem {
    MatcherItem {
        field: matcher.field.as_str().to_owned(),
        op: matcher.op.as_str().to_owned(),
        value: matcher.value.clone(),
    }
}

fn recurrence(recurrence: &Recurrence) -> RecurrenceItem {
    RecurrenceItem {
        zone: recurrence.zone.clone(),
        days: recurrence.days.iter().map(|day| day.as_str().to_owned()).collect(),
        starts: recurrence.at.to_string(),
        minutes: recurrence.duration_ms / domain::id::MINUTE_MS,
    }
}

fn approval(approval: &Approval, names: &Names) -> ApprovalItem {
    ApprovalItem {
        by: who(&approval.by, names),
        at: approval.at.rfc3339(),
        note: approval.note.clone(),
        scope: approval.scope.clone(),
        emergency: approval.emergency,
    }
}

fn end(ended: &Ended, names: &Names) -> EndedItem {
    EndedItem { by: who(&ended.by, names), at: ended.at.rfc3339(), note: ended.note.clone() }
}

pub(super) fn window(one: &Occurrence) -> WindowItem {
    WindowItem { starts: one.starts.rfc3339(), ends: one.ends.rfc3339() }
}

pub(super) fn entry(entry: &SuppressionEntry, names: &Names) -> DeedItem {
    DeedItem {
        number: entry.number,
        at: entry.at.rfc3339(),
        by: who(&entry.by, names),
        deed: entry.deed.as_str().to_owned(),
        text: entry.text.clone(),
        scope: entry.scope.clone(),
    }
}

pub(super) fn alert(alert: &MutedAlert) -> MutedItem {
    MutedItem {
        id: alert.id,
        incident: alert.incident.map(|incident| incident.0),
        rule: alert.rule.clone(),
        title: alert.title.clone(),
        class: alert.class.as_str().to_owned(),
        severity: alert.severity.as_str().to_owned(),
        last_seen: alert.last_seen.rfc3339(),
    }
}
