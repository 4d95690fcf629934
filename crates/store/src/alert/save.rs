//! Writing what a transaction changed.

use std::collections::BTreeMap;

use domain::alert::dedupe::Window;
use domain::alert::incident::STATES;
use domain::alert::{IncidentId, Phi};
use sqlx::SqliteConnection;

use super::desk::{AlertRow, Begun, Desk, Loaded, Planned};
use super::timeline::{self, Written};
use super::{DOING, Lane, millis};
use crate::StoreError;
use crate::audit::{self, Act, By};
use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;

const ALERT: Bulk = Bulk {
    head:
        "INSERT INTO alert (id, fp, dedupe, origin, incident, rule, rules, class, severity, family,
             title, why, signal, subject, track, firing, unsettled, phi, occurrences, first_seen,
             last_seen, muted_by, muted, link) VALUES",
    width: 24,
    tail: "ON CONFLICT (id) DO UPDATE SET incident = excluded.incident, rule = excluded.rule,
             rules = excluded.rules, class = excluded.class, severity = excluded.severity,
             family = excluded.family, title = excluded.title, why = excluded.why,
             signal = excluded.signal, subject = excluded.subject, track = excluded.track,
             firing = excluded.firing, unsettled = excluded.unsettled, phi = excluded.phi,
             occurrences = excluded.occurrences, first_seen = excluded.first_seen,
             last_seen = excluded.last_seen, muted_by = excluded.muted_by, muted = excluded.muted,
             link = excluded.link",
    doing: DOING,
};
const INCIDENT: Bulk = Bulk {
    head: "INSERT INTO oncall_incident (id, version, body, lane, class, severity, state, unjudged,
             account, opened_at, joined_at, resolved_at, firing, muted, alerts, entries, next_at,
             since, last_sent) VALUES",
    width: 19,
    tail: "ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body,
             lane = excluded.lane, class = excluded.class, severity = excluded.severity,
             state = excluded.state, unjudged = excluded.unjudged, joined_at = excluded.joined_at,
             resolved_at = excluded.resolved_at, firing = excluded.firing, muted = excluded.muted,
             alerts = excluded.alerts, entries = excluded.entries, next_at = excluded.next_at,
             since = excluded.since, last_sent = excluded.last_sent",
    doing: DOING,
};
const KEY: Bulk = Bulk {
    head: "INSERT INTO oncall_incident_key (key, incident) VALUES",
    width: 2,
    tail: "ON CONFLICT DO NOTHING",
    doing: DOING,
};
const WINDOW: Bulk = Bulk {
    head: "INSERT INTO alert_window (dedupe, body) VALUES",
    width: 2,
    tail: "ON CONFLICT (dedupe) DO UPDATE SET body = excluded.body",
    doing: DOING,
};
const BEGUN: Bulk = Bulk {
    head: "INSERT INTO alert_begun (at, alert, class, counts, subject) VALUES",
    width: 5,
    tail: "",
    doing: DOING,
};
const DELIVERY: Bulk = Bulk {
    head:
        "INSERT INTO delivery (notice, incident, contact, kind, state, created, attempts, next_at,
             why) VALUES",
    width: 9,
    tail: "",
    doing: DOING,
};

/// Rows whose counters are moved by one statement.
const MOVED_AT_ONCE: usize = 1_000;

impl Desk<'_> {
    /// Writes everything, with entries of the audit log for the timelines that grew.
    pub(crate) async fn save(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let acts = self.save_with(connection, None).await?;
        audit::append_many(connection, acts).await
    }

    /// The same; the entries for the audit log are answered, without that of the incident named.
    pub(crate) async fn save_with(
        &mut self,
        connection: &mut SqliteConnection,
        without: Option<IncidentId>,
    ) -> Result<Vec<Act>, StoreError> {
        let acts = self.save_incidents(connection, without).await?;
        let windows = std::mem::take(&mut self.windows_changed);
        let windows: Vec<(String, &Window)> = windows
            .iter()
            .filter_map(|key| Some((key.as_str().to_owned(), self.windows.get(key)?)))
            .collect();
        let mut bodies = Vec::with_capacity(windows.len());
        for (key, window) in windows {
            bodies.push((key, serde_json::to_string(window).doing(DOING)?));
        }
        let loud = !self.changed.is_empty()
            || !self.planned.is_empty()
            || self.incidents.values().any(|one| one.touched);
        WINDOW
            .execute(&mut *connection, bodies, |values, (key, body)| {
                values.text(key).text(body);
            })
            .await?;
        self.save_alerts(connection).await?;
        for planned in std::mem::take(&mut self.planned) {
            notice(connection, self.setting, planned, self.now).await?;
        }
        if loud {
            sqlx::query("UPDATE content SET version = version + 1")
                .execute(connection)
                .await
                .doing(DOING)?;
        }
        Ok(acts)
    }

    async fn save_alerts(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let changed = std::mem::take(&mut self.changed);
        let mut rows = Vec::with_capacity(changed.len());
        for fp in &changed {
            if let Some(row) = self.alerts.get(fp) {
                rows.push(packed(row)?);
            }
        }
        ALERT
            .execute(&mut *connection, rows, |values, (row, [signal, subject, track, muted_by])| {
                values.int(row.id).text(row.fp.as_str()).text(row.dedupe.as_str());
                values.text(row.signal.origin.as_str()).maybe(row.incident.map(|id| id.0));
                values.text(&row.rule).text(&row.rules).int(row.level.class.code());
                values.int(row.level.severity.code()).text(&row.family).text(&row.title);
                values.text(&row.why).text(signal).text(subject).text(track);
                values.int(i64::from(row.track.fires())).int(i64::from(row.unsettled()));
                values.int(i64::from(touches_phi(row))).int(row.occurrences.cast_signed());
                values.int(row.first_seen.0).int(row.last_seen.0).text(muted_by);
                values.int(i64::from(!row.muted_by.is_empty())).text(&row.signal.link);
            })
            .await?;
        let moved = std::mem::take(&mut self.moved);
        let only = moved.iter().filter(|fp| !changed.contains(*fp));
        let moved: Vec<&AlertRow> = only.filter_map(|fp| self.alerts.get(fp)).collect();
        for some in moved.chunks(MOVED_AT_ONCE) {
            counters(connection, some).await?;
        }
        let begun = std::mem::take(&mut self.begun);
        let begun = begun.iter().filter_map(|one| Some((one, self.alerts.get(&one.fp)?)));
        let mut rows = Vec::new();
        for (Begun { counts, .. }, row) in begun {
            rows.push((row, *counts, serde_json::to_string(&row.subject).doing(DOING)?));
        }
        let now = self.now;
        BEGUN
            .execute(connection, rows, |values, (row, counts, subject)| {
                values.int(now.0).int(row.id).int(row.level.class.code());
                values.int(i64::from(counts)).text(subject);
            })
            .await
    }

    async fn save_incidents(
        &mut self,
        connection: &mut SqliteConnection,
        without: Option<IncidentId>,
    ) -> Result<Vec<Act>, StoreError> {
        let (mut rows, mut keys, mut written) = (Vec::new(), Vec::new(), Vec::new());
        let (mut acts, mut counts) = (Vec::new(), BTreeMap::<i64, (i64, i64)>::new());
        let system = By::system(self.now);
        for (id, one) in self.incidents.iter_mut().filter(|(_, one)| one.touched) {
            keys.extend(one.new_keys.drain(..).map(|key| (key, *id)));
            let grew = !one.new_entries.is_empty();
            for entry in one.new_entries.drain(..) {
                one.entries += 1;
                one.digest = timeline::digest(&one.digest, one.entries, &entry)?;
                let (number, digest) = (one.entries, one.digest);
                written.push(Written { incident: *id, number, entry, digest });
            }
            if grew && without != Some(*id) {
                let act = system.did("note-incident", timeline::object(*id));
                let nothing = serde_json::Value::Null;
                acts.push(timeline::proved(act, one.entries, &one.digest, nothing));
            }
            let lane = Lane::of(&one.incident);
            let muted = one.wholly_muted();
            if one.counted != Some((lane, muted)) {
                if let Some((lane, muted)) = one.counted {
                    let count = counts.entry(lane.code()).or_default();
                    *count = (count.0 - 1, count.1 - i64::from(muted));
                }
                let count = counts.entry(lane.code()).or_default();
                *count = (count.0 + 1, count.1 + i64::from(muted));
                one.counted = Some((lane, muted));
            }
            rows.push((*id, incident_texts(one)?));
        }
        let incidents = &self.incidents;
        INCIDENT
            .execute(&mut *connection, rows, |values, (id, [body, since, sent])| {
                let Some(one) = incidents.get(&id) else { return };
                let it = &one.incident;
                let state = STATES.iter().position(|state| state.0 == it.state.as_str());
                values.int(id.0).int(it.version.cast_signed()).text(body.unwrap_or_default());
                values.int(Lane::of(it).code()).int(it.level.class.code());
                values.int(it.level.severity.code()).int(state.unwrap_or(0) as i64);
                values.int(i64::from(it.unjudged())).maybe_text(one.account.clone());
                values.int(it.opened_at.0).int(one.joined_at.0).maybe(millis(it.resolved_at()));
                values.int(one.firing).int(one.muted).int(one.alerts).int(one.entries);
                values.maybe(millis(one.next_at)).text(since.unwrap_or_default()).maybe_text(sent);
            })
            .await?;
        KEY.execute(&mut *connection, keys, |values, (key, id)| {
            values.text(key.as_str()).int(id.0);
        })
        .await?;
        timeline::write(&mut *connection, written).await?;
        for (lane, (n, muted)) in counts {
            sqlx::query("UPDATE oncall_count SET n = n + ?2, muted = muted + ?3 WHERE lane = ?1")
                .bind(lane)
                .bind(n)
                .bind(muted)
                .execute(&mut *connection)
                .await
                .doing(DOING)?;
        }
        Ok(acts)
    }
}

/// An alert touches PHI unless it is known not to.
fn touches_phi(row: &AlertRow) -> bool {
    row.signal.phi() != Phi::No && (row.signal.resource.is_some() || row.signal.identity.is_some())
}

fn packed(row: &AlertRow) -> Result<(&AlertRow, [String; 4]), StoreError> {
    let texts = [
        serde_json::to_string(&row.signal).doing(DOING)?,
        serde_json::to_string(&row.subject).doing(DOING)?,
        serde_json::to_string(&row.track).doing(DOING)?,
        serde_json::to_string(&row.muted_by).doing(DOING)?,
    ];
    Ok((row, texts))
}

fn incident_texts(one: &Loaded) -> Result<[Option<String>; 3], StoreError> {
    let sent = one.last_sent.as_ref().map(serde_json::to_string).transpose().doing(DOING)?;
    Ok([
        Some(serde_json::to_string(&one.incident).doing(DOING)?),
        Some(serde_json::to_string(&one.since).doing(DOING)?),
        sent,
    ])
}

/// Counters of alerts of which nothing else changed.
async fn counters(connection: &mut SqliteConnection, rows: &[&AlertRow]) -> Result<(), StoreError> {
    let values: Vec<(i64, u64, i64, i64, String)> = rows
        .iter()
        .map(|row| {
            let track = serde_json::to_string(&row.track).unwrap_or_default();
            (row.id, row.occurrences, row.first_seen.0, row.last_seen.0, track)
        })
        .collect();
    let values = serde_json::to_string(&values).doing(DOING)?;
    sqlx::query(
        "UPDATE alert SET occurrences = new.value ->> 1, first_seen = new.value ->> 2,
           last_seen = new.value ->> 3, track = new.value ->> 4
         FROM json_each(?1) AS new WHERE alert.id = new.value ->> 0",
    )
    .bind(values)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

/// A notice with its deliveries. Where nobody is configured to be told it ends at once.
async fn notice(
    connection: &mut SqliteConnection,
    setting: &super::Setting,
    planned: Planned,
    now: domain::Timestamp,
) -> Result<(), StoreError> {
    let nobody = planned.contacts.is_empty();
    let row = sqlx::query(
        "INSERT INTO notice (incident, event, reason, created, class, severity, sent, windows,
           asked_by, released) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id",
    )
    .bind(planned.incident.map(|id| id.0))
    .bind(planned.event)
    .bind(&planned.reason)
    .bind(now.0)
    .bind(planned.level.class.code())
    .bind(planned.level.severity.code())
    .bind(serde_json::to_string(&planned.sent).doing(DOING)?)
    .bind(serde_json::to_string(&planned.windows).doing(DOING)?)
    .bind(&planned.asked_by)
    .bind(nobody.then_some(now.0))
    .fetch_one(&mut *connection)
    .await
    .doing(DOING)?;
    let id = row.int(0)?;
    let incident = planned.incident.map(|id| id.0);
    let rows: Vec<(String, String)> =
        planned.contacts.into_iter().map(|contact| (setting.kind(&contact), contact)).collect();
    DELIVERY
        .execute(connection, rows, |values, (kind, contact)| {
            values.int(id).maybe(incident).text(contact).text(kind).int(0).int(now.0).int(0);
            values.maybe(Some(now.0)).text("");
        })
        .await
}
