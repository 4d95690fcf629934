//! Reading what a transaction works on.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::alert::{AlertFp, DedupeKey, IncidentId, IncidentKey, Level};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::DOING;
use super::desk::{AlertRow, Desk, Loaded, Member};
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;

/// Of the incidents of one key, so many of the newest are looked at.
const NEWEST: usize = 3;

macro_rules! alert_columns {
    () => {
        "id, fp, dedupe, incident, rule, rules, class, severity, family, title, why, signal, subject, \
         track, occurrences, first_seen, last_seen, muted_by"
    };
}
/// The columns that [`alert`] reads.
pub(crate) const COLUMNS: &str = alert_columns!();

macro_rules! incident_columns {
    () => {
        "id, body, joined_at, account, entries, since, last_sent, firing, muted, alerts, next_at, lane, \
         (SELECT digest FROM oncall_entry WHERE incident = id AND number = entries)"
    };
}

const ALERTS: Bulk = Bulk {
    head: concat!("SELECT ", alert_columns!(), " FROM alert WHERE fp IN "),
    width: 1,
    tail: "",
    doing: DOING,
};
const ALERTS_OF: Bulk = Bulk {
    head: concat!("SELECT ", alert_columns!(), " FROM alert WHERE incident IN "),
    width: 1,
    tail: "",
    doing: DOING,
};
const INCIDENTS: Bulk = Bulk {
    head: concat!("SELECT ", incident_columns!(), " FROM oncall_incident WHERE id IN "),
    width: 1,
    tail: "",
    doing: DOING,
};
const BY_KEY: Bulk = Bulk {
    head: "SELECT key, incident FROM oncall_incident_key WHERE key IN ",
    width: 1,
    tail: " ORDER BY incident DESC",
    doing: DOING,
};
const KEYS: Bulk = Bulk {
    head: "SELECT incident, key FROM oncall_incident_key WHERE incident IN ",
    width: 1,
    tail: "",
    doing: DOING,
};
const WINDOWS: Bulk = Bulk {
    head: "SELECT dedupe, body FROM alert_window WHERE dedupe IN ",
    width: 1,
    tail: "",
    doing: DOING,
};
const MEMBERS: Bulk = Bulk {
    head: "SELECT incident, fp, class, severity, firing, muted, dedupe FROM alert WHERE incident IN ",
    width: 1,
    tail: "",
    doing: DOING,
};

pub(crate) fn alert(row: &SqliteRow) -> Result<AlertRow, StoreError> {
    Ok(AlertRow {
        id: row.int(0)?,
        fp: AlertFp::stored(row.text(1)?),
        dedupe: DedupeKey::stored(row.text(2)?),
        incident: row.maybe(3)?.map(IncidentId),
        rule: row.text(4)?,
        rules: row.text(5)?,
        level: Level::new(row.code(6)?, row.code(7)?),
        family: row.text(8)?,
        title: row.text(9)?,
        why: row.text(10)?,
        signal: serde_json::from_str(&row.text(11)?).doing(DOING)?,
        subject: serde_json::from_str(&row.text(12)?).doing(DOING)?,
        track: serde_json::from_str(&row.text(13)?).doing(DOING)?,
        occurrences: row.count(14)?,
        first_seen: row.time(15)?,
        last_seen: row.time(16)?,
        muted_by: serde_json::from_str(&row.text(17)?).doing(DOING)?,
    })
}

fn incident(row: &SqliteRow) -> Result<Loaded, StoreError> {
    let digest = row.bytes(12)?;
    let (firing, muted) = (row.int(7)?, row.int(8)?);
    let mut loaded = Loaded {
        incident: serde_json::from_str(&row.text(1)?).doing(DOING)?,
        keys: BTreeSet::new(),
        joined_at: row.time(2)?,
        account: row.maybe_text(3)?,
        entries: row.int(4)?,
        since: serde_json::from_str(&row.text(5)?).doing(DOING)?,
        last_sent: row
            .maybe_text(6)?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .doing(DOING)?,
        firing,
        muted,
        alerts: row.int(9)?,
        next_at: row.maybe_time(10)?,
        digest: digest.try_into().unwrap_or(super::timeline::GENESIS),
        counted: None,
        new_keys: Vec::new(),
        new_entries: Vec::new(),
        touched: false,
    };
    loaded.counted = Some((row.code(11)?, loaded.wholly_muted()));
    Ok(loaded)
}

impl Desk<'_> {
    /// Numbers for what is new.
    pub(crate) async fn number(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT coalesce(max(id), 0) + 1 FROM alert),
                    (SELECT coalesce(max(id), 0) + 1 FROM oncall_incident)",
        )
        .fetch_one(connection)
        .await
        .doing(DOING)?;
        (self.next_alert, self.next_incident) = (row.int(0)?, row.int(1)?);
        Ok(())
    }

    /// Alerts by their fingerprints.
    pub(crate) async fn load_alerts(
        &mut self,
        connection: &mut SqliteConnection,
        fps: &[String],
    ) -> Result<(), StoreError> {
        ALERTS.select(connection, fps, self.keep()).await
    }

    /// All alerts of incidents.
    pub(crate) async fn load_alerts_of(
        &mut self,
        connection: &mut SqliteConnection,
        ids: &[IncidentId],
    ) -> Result<(), StoreError> {
        ALERTS_OF.select(connection, ids, self.keep()).await
    }

    /// Keeps an alert that is not loaded yet.
    fn keep(&mut self) -> impl FnMut(&SqliteRow) -> Result<(), StoreError> {
        let alerts = &mut self.alerts;
        move |row| {
            let row = alert(row)?;
            alerts.entry(row.fp.clone()).or_insert(row);
            Ok(())
        }
    }

    /// Incidents that are not loaded yet, with their keys.
    pub(crate) async fn load_incidents(
        &mut self,
        connection: &mut SqliteConnection,
        ids: impl IntoIterator<Item = IncidentId>,
    ) -> Result<(), StoreError> {
        let wanted: BTreeSet<IncidentId> =
            ids.into_iter().filter(|id| !self.incidents.contains_key(id)).collect();
        let wanted: Vec<IncidentId> = wanted.into_iter().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let incidents = &mut self.incidents;
        INCIDENTS
            .select(&mut *connection, &wanted, |row| {
                incidents.insert(IncidentId(row.int(0)?), incident(row)?);
                Ok(())
            })
            .await?;
        KEYS.select(&mut *connection, &wanted, |row| {
            if let Some(loaded) = incidents.get_mut(&IncidentId(row.int(0)?)) {
                loaded.keys.insert(IncidentKey::stored(row.text(1)?));
            }
            Ok(())
        })
        .await
    }

    /// The newest incidents of each key.
    pub(crate) async fn load_by_key(
        &mut self,
        connection: &mut SqliteConnection,
        keys: Vec<String>,
    ) -> Result<(), StoreError> {
        let mut found: HashMap<IncidentKey, Vec<IncidentId>> = HashMap::new();
        BY_KEY
            .select(&mut *connection, &keys, |row| {
                let ids = found.entry(IncidentKey::stored(row.text(0)?)).or_default();
                if ids.len() < NEWEST {
                    ids.push(IncidentId(row.int(1)?));
                }
                Ok(())
            })
            .await?;
        let ids: Vec<IncidentId> = found.values().flatten().copied().collect();
        self.by_key.extend(found);
        self.load_incidents(connection, ids).await
    }

    /// Windows of de-duplication that are not loaded yet.
    pub(crate) async fn load_windows(
        &mut self,
        connection: &mut SqliteConnection,
        keys: impl IntoIterator<Item = DedupeKey>,
    ) -> Result<(), StoreError> {
        let wanted: BTreeSet<String> = keys
            .into_iter()
            .filter(|key| !self.windows.contains_key(key))
            .map(|key| key.as_str().to_owned())
            .collect();
        let wanted: Vec<String> = wanted.into_iter().collect();
        let windows = &mut self.windows;
        WINDOWS
            .select(connection, &wanted, |row| {
                let window = serde_json::from_str(&row.text(1)?).doing(DOING)?;
                windows.insert(DedupeKey::stored(row.text(0)?), window);
                Ok(())
            })
            .await
    }

    /// The alerts of incidents, as they stand after what this transaction changed.
    pub(crate) async fn members(
        &self,
        connection: &mut SqliteConnection,
        ids: &[IncidentId],
    ) -> Result<HashMap<IncidentId, Vec<Member>>, StoreError> {
        let mut members: HashMap<IncidentId, Vec<Member>> = HashMap::new();
        let wanted: HashSet<IncidentId> = ids.iter().copied().collect();
        let ours = |fp: &AlertFp| self.alerts.contains_key(fp);
        MEMBERS
            .select(connection, ids, |row| {
                let fp = AlertFp::stored(row.text(1)?);
                if !ours(&fp) {
                    members.entry(IncidentId(row.int(0)?)).or_default().push(Member {
                        fp,
                        level: Level::new(row.code(2)?, row.code(3)?),
                        fires: row.int(4)? == 1,
                        muted: row.int(5)? == 1,
                        dedupe: DedupeKey::stored(row.text(6)?),
                    });
                }
                Ok(())
            })
            .await?;
        for row in self.alerts.values() {
            let Some(id) = row.incident.filter(|id| wanted.contains(id)) else { continue };
            members.entry(id).or_default().push(Member {
                fp: row.fp.clone(),
                level: row.level,
                fires: row.track.fires(),
                muted: !row.muted_by.is_empty(),
                dedupe: row.dedupe.clone(),
            });
        }
        Ok(members)
    }
}
