//! What an incident needs now: its level, what has run out, whom to call, what to tell.

use std::collections::{BTreeSet, HashMap};

use domain::Timestamp;
use domain::alert::dedupe::Window;
use domain::alert::escalation::{self, Next};
use domain::alert::suppression::passes;
use domain::alert::timers::{self, BARRIER_MS};
use domain::alert::{
    Act, By, Class, EntryKind, IncidentId, LastSent, Level, MemberNow, Members, NotifyReason,
    Route, Since, State,
};
use domain::id::MINUTE_MS;
use sqlx::SqliteConnection;

use super::DOING;
use super::desk::{Desk, Member, Planned, Sent};
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;

/// Incidents whose time has come that are looked at in one transaction.
const MOST: i64 = 2_000;

/// Whoever is kept from telling something by a snooze or a mute looks again so soon.
const BLOCKED_MS: i64 = MINUTE_MS;

/// Contacts that took a notice of an incident.
const TOLD: Bulk = Bulk {
    head: "SELECT DISTINCT incident, contact FROM delivery WHERE state = 2 AND incident IN ",
    width: 1,
    tail: "",
    doing: DOING,
};

type Contacts = HashMap<IncidentId, BTreeSet<String>>;

impl Desk<'_> {
    /// Looks at every incident that was touched or whose time has come.
    pub(crate) async fn settle(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let due = due(connection, self.now).await?;
        self.load_incidents(&mut *connection, due.iter().copied()).await?;
        for id in due {
            if let Some(loaded) = self.incidents.get_mut(&id) {
                loaded.touched = true;
            }
        }
        self.settle_touched(connection).await
    }

    /// Looks at every incident that was touched.
    pub(crate) async fn settle_touched(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let touched = self.incidents.iter().filter(|(_, one)| one.touched);
        let ids: Vec<IncidentId> = touched.map(|(id, _)| *id).collect();
        let mut members = self.members(&mut *connection, &ids).await?;
        let told = told(connection, &ids).await?;
        let keys = members.values().flatten().filter(|it| it.fires).map(|it| it.dedupe.clone());
        let keys: Vec<_> = keys.collect();
        self.load_windows(connection, keys).await?;
        let mut digest = Vec::new();
        for id in ids {
            let members = members.remove(&id).unwrap_or_default();
            self.settle_one(id, &members, told.get(&id), &mut digest);
        }
        if !digest.is_empty() {
            self.plan_digest(digest);
        }
        Ok(())
    }

    fn settle_one(
        &mut self,
        id: IncidentId,
        members: &[Member],
        told: Option<&BTreeSet<String>>,
        digest: &mut Vec<Sent>,
    ) {
        let now = self.now;
        let Some(loaded) = self.incidents.get_mut(&id) else { return };
        loaded.touched = true;
        loaded.alerts = members.len() as i64;
        loaded.firing = members.iter().filter(|it| it.fires).count() as i64;
        loaded.muted = members.iter().filter(|it| it.fires && it.muted).count() as i64;
        if let Some(act) = loaded.incident.overdue(now) {
            let expired = act == Act::AckExpires;
            if loaded.apply(&act, &By::Clock, now).is_ok() {
                loaded.since.ack_expired |= expired;
            }
        }
        let firing = members.iter().filter(|it| it.fires).map(|it| it.level);
        if let Some(level) = Level::highest(firing) {
            // Neither act is ever refused: they are no person's.
            let _ = loaded.apply(&Act::Level(level), &By::Source, now);
        } else if !members.is_empty() {
            let _ = loaded.apply(&Act::SourceResolves { received: now }, &By::Source, now);
        }
        let muted = loaded.wholly_muted();
        let wait = self.escalate(id, muted);
        let next = self.tell_if_due(id, members, told, muted, digest);
        let Some(loaded) = self.incidents.get_mut(&id) else { return };
        let until = match &loaded.incident.state {
            State::Acknowledged { until, .. } | State::Snoozed { until, .. } => Some(*until),
            _ => None,
        };
        loaded.next_at = [next, wait, until].into_iter().flatten().min();
    }

    /// Takes the steps of the chain that are due; answers when the next one will be.
    fn escalate(&mut self, id: IncidentId, muted: bool) -> Option<Timestamp> {
        let now = self.now;
        let held = self.held(id);
        let loaded = self.incidents.get_mut(&id)?;
        loop {
            let incident = &loaded.incident;
            let next = escalation::next(
                &incident.chain,
                incident.progress,
                incident.situation(muted),
                now,
            );
            match next {
                Next::Step { .. } if held => return Some(self.barrier()),
                Next::Step { index } => {
                    loaded.apply(&Act::Escalate, &By::Clock, now).ok()?;
                    // The first step is whom the first notice goes to.
                    loaded.since.escalated |= index > 0;
                }
                Next::Wait { until } => return Some(until),
                Next::Muted => return Some(now.plus(BLOCKED_MS)),
                Next::Attended | Next::TooOld | Next::Exhausted => return None,
            }
        }
    }

    fn held(&self, id: IncidentId) -> bool {
        let class = self.incidents.get(&id).map_or(Class::Ingest, |it| it.incident.class());
        timers::held_at_start(class, self.setting.started, self.setting.ready, self.now)
    }

    fn barrier(&self) -> Timestamp {
        self.setting.started.plus(BARRIER_MS)
    }

    /// Decides whether something is told now; answers when to look again.
    fn tell_if_due(
        &mut self,
        id: IncidentId,
        members: &[Member],
        told: Option<&BTreeSet<String>>,
        muted: bool,
        digest: &mut Vec<Sent>,
    ) -> Option<Timestamp> {
        let (now, hours) = (self.now, &self.setting.hours);
        let standing = self.standing(id, members)?;
        let loaded = self.incidents.get(&id)?;
        let last = loaded.last_sent.clone();
        let opened = loaded.incident.opened_at;
        let Some(reason) = timers::due(opened, last.as_ref(), &standing, hours, now) else {
            return timers::next_action_at(opened, last.as_ref(), &standing, hours, now);
        };
        if self.held(id) {
            return Some(self.barrier());
        }
        let delivered = told.is_some_and(|contacts| !contacts.is_empty());
        if !loaded.incident.tells(reason) || !passes(muted, reason, delivered) {
            return Some(now.plus(BLOCKED_MS));
        }
        let sent = LastSent {
            at: now,
            firing: standing.firing.clone(),
            resolved: standing.resolved.clone(),
            level: standing.level,
        };
        let before = Sent { incident: id, told: sent.clone(), before: last, since: loaded.since };
        if reason == NotifyReason::Repeat && standing.level.class.route() == Route::Ticket {
            digest.push(before);
        } else {
            self.plan(id, reason, &standing, members, before, told);
        }
        let loaded = self.incidents.get_mut(&id)?;
        loaded.last_sent = Some(sent.clone());
        loaded.since = Since::default();
        let after = Members { since: Since::default(), ..standing };
        timers::next_action_at(opened, Some(&sent), &after, &self.setting.hours, now)
    }

    /// How the incident stands, for the timers. What a person resolved fires no more for them.
    fn standing(&self, id: IncidentId, members: &[Member]) -> Option<Members> {
        let loaded = self.incidents.get(&id)?;
        let over = loaded.incident.resolved_at().is_some();
        let acknowledged = loaded.incident.acknowledged();
        let alerts = members.iter().map(|it| MemberNow {
            fp: it.fp.clone(),
            level: it.level,
            fires: it.fires && !over,
            muted: it.muted,
            tells: self
                .windows
                .get(&it.dedupe)
                .is_none_or(|window| window.decide(it.level, acknowledged, self.now).tells()),
        });
        Some(Members::of(alerts, loaded.incident.level, acknowledged, loaded.since))
    }

    fn plan(
        &mut self,
        id: IncidentId,
        reason: NotifyReason,
        standing: &Members,
        members: &[Member],
        sent: Sent,
        told: Option<&BTreeSet<String>>,
    ) {
        let Some(loaded) = self.incidents.get(&id) else { return };
        let event = match reason {
            NotifyReason::First | NotifyReason::Reopened => "trigger",
            NotifyReason::AllResolved => "resolved",
            _ => "update",
        };
        let contacts = match reason {
            NotifyReason::AllResolved => BTreeSet::new(),
            _ => self.called(loaded.incident.class(), loaded.incident.progress.taken, id),
        };
        // Whoever heard of it hears how it goes on, whatever the configuration says by now.
        let contacts: BTreeSet<String> =
            contacts.into_iter().chain(told.into_iter().flatten().cloned()).collect();
        if contacts.is_empty() {
            let text = "Nobody is configured who could be told.".to_owned();
            let now = self.now;
            if let Some(loaded) = self.incidents.get_mut(&id) {
                loaded.tell(EntryKind::NotifyFailed, By::Clock, text, now);
            }
        }
        let mut windows = Vec::new();
        for member in members.iter().filter(|it| standing.firing.contains(&it.fp)) {
            let window = self.windows.remove(&member.dedupe);
            let window = window.unwrap_or_else(|| Window::first(self.now));
            let (window, told) = window.reserve(member.level, self.now);
            self.windows.insert(member.dedupe.clone(), window);
            self.windows_changed.insert(member.dedupe.clone());
            windows.push((member.dedupe.clone(), told));
        }
        self.planned.push(Planned {
            incident: Some(id),
            event,
            reason: reason.as_str().to_owned(),
            level: standing.level,
            contacts: contacts.into_iter().collect(),
            sent: vec![sent],
            windows,
            asked_by: None,
        });
    }

    /// Who has been called so far: those of the steps that were taken, or the team.
    fn called(&self, class: Class, taken: usize, id: IncidentId) -> BTreeSet<String> {
        let steps = self.incidents.get(&id).map_or(&[][..], |it| it.incident.chain.steps());
        let team = || self.setting.team.iter().cloned().collect::<BTreeSet<String>>();
        if class.route() != Route::Page || steps.is_empty() {
            return team();
        }
        steps.iter().take(taken.max(1)).flat_map(|step| step.contacts.iter().cloned()).collect()
    }

    /// One message about all tickets that are told again today.
    fn plan_digest(&mut self, sent: Vec<Sent>) {
        let level = Level::highest(sent.iter().map(|it| it.told.level));
        self.planned.push(Planned {
            incident: None,
            event: "digest",
            reason: "digest".to_owned(),
            level: level.unwrap_or(Level::new(Class::Ticket, domain::Severity::Medium)),
            contacts: self.setting.team.clone(),
            sent,
            windows: Vec::new(),
            asked_by: None,
        });
    }

    /// Tells those who were called that somebody has it.
    pub(crate) fn plan_acknowledged(&mut self, id: IncidentId, told: Option<&BTreeSet<String>>) {
        let Some(loaded) = self.incidents.get(&id) else { return };
        let Some(told) = told.filter(|contacts| !contacts.is_empty()) else { return };
        self.planned.push(Planned {
            incident: Some(id),
            event: "acknowledged",
            reason: "acknowledged".to_owned(),
            level: loaded.incident.level,
            contacts: told.iter().cloned().collect(),
            sent: Vec::new(),
            windows: Vec::new(),
            asked_by: None,
        });
    }
}

async fn due(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<IncidentId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM oncall_incident WHERE next_at IS NOT NULL AND next_at <= ?1
         ORDER BY next_at LIMIT ?2",
    )
    .bind(now.0)
    .bind(MOST)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter().map(|row| row.int(0).map(IncidentId)).collect()
}

/// Contacts that took a notice of each incident.
pub(crate) async fn told(
    connection: &mut SqliteConnection,
    ids: &[IncidentId],
) -> Result<Contacts, StoreError> {
    let mut contacts = Contacts::new();
    TOLD.select(connection, ids, |row| {
        contacts.entry(IncidentId(row.int(0)?)).or_default().insert(row.text(1)?);
        Ok(())
    })
    .await?;
    Ok(contacts)
}
