//! From signals to alerts and incidents.

use std::collections::HashSet;

use domain::alert::flap::Track;
use domain::alert::key::{self, Missing};
use domain::alert::strength::Piece;
use domain::alert::{
    AlertFp, Class, Classified, DedupeKey, IncidentKey, Level, Observed, Origin, Signal, classify,
    surge,
};
use domain::{Catalogue, Timestamp};
use sqlx::{Connection, SqliteConnection};

use super::desk::{AlertRow, Desk};
use super::load::{self, COLUMNS};
use super::{BEGUN_MEMORY_MS, DOING, EVENT_MEMORY_MS, READING, Setting, mute};
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;
use crate::open::Durability;
use crate::organisation::{meta_get, meta_set};
use crate::{Reader, StoreError, Writer, suppression};

/// Waiting alerts that are looked at again in one look.
const MOST_UNSETTLED: i64 = 2_000;

/// What was seen in one look.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Signals, in any order.
    pub signals: Vec<Signal>,
    /// Origins of which everything that fires is among the signals: what is missing is over.
    pub whole: Vec<&'static str>,
    /// Origins at which nobody could look: what fires there stays as it is.
    pub blind: Vec<&'static str>,
    /// Whether alerts that wait are looked at again.
    pub again: bool,
}

impl Seen {
    /// Things that happened, as they come in.
    pub fn events(signals: Vec<Signal>) -> Self {
        Self { signals, ..Self::default() }
    }
}

/// What a look brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Signals that were new.
    pub taken: u64,
    /// Signals that had been taken in before.
    pub repeated: u64,
    /// Incidents that were opened.
    pub opened: u64,
    /// Notices that were decided.
    pub notices: u64,
}

/// What could not be read of the events of sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertFlaws {
    /// Events without a field that a key needs: each is an alert by itself, never joined to another.
    pub fallbacks: u64,
    /// Severities outside of the bands of their source, which count as high.
    pub unread: u64,
}

/// The names under which [`AlertFlaws`] are counted.
const FALLBACKS: &str = "alerts-without-a-key";
const UNREAD: &str = "alerts-with-an-unread-severity";

/// A signal with everything that follows from it alone.
pub(crate) struct Prepared {
    pub(crate) signal: Signal,
    pub(crate) classified: Classified,
    pub(crate) level: Level,
    pub(crate) fp: AlertFp,
    pub(crate) dedupe: DedupeKey,
    pub(crate) key: IncidentKey,
    /// The key of everything that speaks of one attack on this scope, where the signal does.
    pub(crate) attack: Option<IncidentKey>,
    /// Whether the same is looked at again, so that nothing is counted.
    pub(crate) again: bool,
    pub(crate) missing: Option<Missing>,
}

/// The family of findings about how something is configured.
const CONFIGURATION: &str = "configuration";
/// The family of signals that together make a strong suspicion.
const ATTACK: &str = "attack";

impl Prepared {
    pub(crate) fn of(signal: Signal, setting: &Setting, business: bool, again: bool) -> Self {
        let mut classified = classify(&signal, &setting.rules);
        if let Origin::Finding { control: Some(control), .. } = &signal.origin
            && matches!(classified.family.as_str(), CONFIGURATION)
            && let Some(control) = Catalogue::get().control(control)
        {
            // The rule speaks of all configuration; the queue has to say which.
            classified.title = format!("Not met: {}", control.title);
        }
        let level = classified.level_at(business);
        let fp = key::alert_fp(&signal);
        let dedupe = key::dedupe_key(&signal);
        let own = key::incident_key(level.class, &classified.family, &signal);
        let attack = Piece::of(&signal, &classified, fp.key.clone())
            .map(|_| key::incident_key(Class::PagePhi, ATTACK, &signal))
            .filter(|keyed| keyed.fallback.is_none())
            .map(|keyed| keyed.key);
        let missing = fp.fallback.or(dedupe.fallback).or(own.fallback);
        Self {
            classified,
            level,
            fp: fp.key,
            dedupe: dedupe.key,
            key: own.key,
            attack,
            again,
            missing,
            signal,
        }
    }

    /// An alert that was never seen.
    pub(crate) fn row(&self, id: i64, now: Timestamp) -> AlertRow {
        AlertRow {
            id,
            fp: self.fp.clone(),
            dedupe: self.dedupe.clone(),
            incident: None,
            rule: self.classified.rule.clone(),
            rules: self.classified.version.to_owned(),
            level: self.level,
            family: self.classified.family.clone(),
            title: self.classified.title.clone(),
            why: self.classified.why.clone(),
            subject: domain::alert::suppression::Subject::of(
                &self.signal,
                &self.classified,
                self.level,
            ),
            signal: self.signal.clone(),
            track: Track::new(now),
            occurrences: 0,
            first_seen: self.signal.at,
            last_seen: self.signal.at,
            muted_by: Vec::new(),
        }
    }

    /// Whether it counts for the usual volume.
    pub(crate) fn counts(&self) -> bool {
        surge::counts(&self.signal)
    }
}

impl Writer {
    /// Takes in what was seen, decides what follows, and looks at every incident whose time has
    /// come: all in one transaction that survives a power cut.
    pub async fn alerts_take(
        &self,
        seen: Seen,
        setting: &Setting,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        let suppressions = suppression::standing(&mut tx, now).await?;
        let mut desk = Desk::new(setting, suppressions, now);
        desk.number(&mut tx).await?;
        mute::refresh(&mut desk, &mut tx).await?;
        let mut report = Taken::default();
        let prepared = prepare(&mut desk, &mut tx, seen, &mut report).await?;
        desk.load_for(&mut tx, &prepared).await?;
        let before = desk.next_incident;
        for one in prepared {
            desk.observe(one);
        }
        desk.page_frozen(&mut tx).await?;
        report.opened = (desk.next_incident - before).cast_unsigned();
        desk.settle(&mut tx).await?;
        report.notices = desk.planned.len() as u64;
        desk.save(&mut tx).await?;
        tx.commit().await.doing(DOING)?;
        Ok(report)
    }

    /// Forgets keys of events that no source delivers again, and beginnings that no preview looks
    /// back to.
    pub async fn alerts_tidy(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let connection = &mut inner.connection;
        for (sql, ms) in [
            ("DELETE FROM alert_event WHERE at < ?1", EVENT_MEMORY_MS),
            ("DELETE FROM alert_begun WHERE at < ?1", BEGUN_MEMORY_MS),
        ] {
            sqlx::query(sql)
                .bind(now.plus(-ms).0)
                .execute(&mut *connection)
                .await
                .doing("forgetting old events")?;
        }
        Ok(())
    }
}

/// Signals that are new, those of alerts that wait, and the ends of what is missing.
async fn prepare(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
    seen: Seen,
    report: &mut Taken,
) -> Result<Vec<Prepared>, StoreError> {
    let Seen { signals, whole, blind, again } = seen;
    let (setting, business) = (desk.setting, desk.business);
    let new = unknown(connection, signals, desk.now, report).await?;
    let mut prepared: Vec<Prepared> =
        new.into_iter().map(|signal| Prepared::of(signal, setting, business, false)).collect();
    count_flaws(connection, &prepared).await?;
    let named: HashSet<AlertFp> = prepared.iter().map(|one| one.fp.clone()).collect();
    for (origins, observed) in [(whole, Observed::Resolved), (blind, Observed::Unobserved)] {
        for origin in origins {
            for row in standing(connection, origin).await? {
                if !named.contains(&row.fp) {
                    let signal = Signal { observed, ..row.signal };
                    prepared.push(Prepared::of(signal, setting, business, true));
                }
            }
        }
    }
    if again {
        for row in waiting(connection).await? {
            if !named.contains(&row.fp) {
                let observed = row.track.last_said.unwrap_or(row.signal.observed);
                let signal = Signal { observed, ..row.signal };
                prepared.push(Prepared::of(signal, setting, business, true));
            }
        }
    }
    Ok(prepared)
}

const KNOWN: Bulk =
    Bulk { head: "SELECT key FROM alert_event WHERE key IN ", width: 1, tail: "", doing: DOING };
const NOTE: Bulk = Bulk {
    head: "INSERT INTO alert_event (key, at) VALUES",
    width: 2,
    tail: "ON CONFLICT DO NOTHING",
    doing: DOING,
};

/// Events that were not taken in before. Only a source's findings can come twice: what Wardround
/// finds itself it tells anew at each look.
async fn unknown(
    connection: &mut SqliteConnection,
    signals: Vec<Signal>,
    now: Timestamp,
    report: &mut Taken,
) -> Result<Vec<Signal>, StoreError> {
    let event = |signal: &Signal| signal.origin.as_str() == "finding";
    let keys: Vec<String> = signals
        .iter()
        .filter(|signal| event(signal))
        .map(|signal| key::event_key(signal).as_str().to_owned())
        .collect();
    let mut known: HashSet<String> = HashSet::new();
    KNOWN
        .select(connection, &keys, |row| {
            known.insert(row.text(0)?);
            Ok(())
        })
        .await?;
    let mut new = Vec::with_capacity(signals.len());
    let mut fresh = Vec::new();
    let mut keys = keys.into_iter();
    for signal in signals {
        if event(&signal) {
            let key = keys.next().unwrap_or_default();
            if !known.insert(key.clone()) {
                report.repeated += 1;
                continue;
            }
            fresh.push(key);
        }
        report.taken += 1;
        new.push(signal);
    }
    NOTE.execute(connection, fresh, |values, key| {
        values.text(key).int(now.0);
    })
    .await?;
    Ok(new)
}

/// Counts keys that had to be those of the event, and severities that could not be read.
async fn count_flaws(
    connection: &mut SqliteConnection,
    prepared: &[Prepared],
) -> Result<(), StoreError> {
    let fallbacks = prepared.iter().filter(|one| one.missing.is_some()).count();
    let unread = prepared.iter().filter(|one| one.classified.parse_error).count();
    for (key, count) in [(FALLBACKS, fallbacks), (UNREAD, unread)] {
        if count > 0 {
            let before = counted(&mut *connection, key).await?;
            meta_set(&mut *connection, key, &(before + count as u64).to_string()).await?;
        }
    }
    Ok(())
}

/// A number that is counted up in `meta`.
async fn counted(connection: &mut SqliteConnection, key: &str) -> Result<u64, StoreError> {
    let Some(text) = meta_get(connection, key).await? else { return Ok(0) };
    text.parse()
        .map_err(|_| StoreError::Unreadable { doing: READING, what: format!("{key} is no number") })
}

impl Reader {
    /// What could not be read of the events of sources since alerting began.
    pub async fn alert_flaws(&self) -> Result<AlertFlaws, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        Ok(AlertFlaws {
            fallbacks: counted(&mut connection, FALLBACKS).await?,
            unread: counted(&mut connection, UNREAD).await?,
        })
    }
}

/// Alerts of an origin that fire, or wait whether they do.
async fn standing(
    connection: &mut SqliteConnection,
    origin: &str,
) -> Result<Vec<AlertRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert WHERE firing = 1 AND origin = ?1
         UNION SELECT {COLUMNS} FROM alert WHERE unsettled = 1 AND origin = ?1"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(origin)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(load::alert).collect()
}

/// Alerts of findings that wait: those of other origins are told anew at each look.
async fn waiting(connection: &mut SqliteConnection) -> Result<Vec<AlertRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert WHERE unsettled = 1 AND origin = 'finding' ORDER BY id LIMIT ?1"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(MOST_UNSETTLED)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(load::alert).collect()
}

impl Desk<'_> {
    /// Loads what the signals are about.
    async fn load_for(
        &mut self,
        connection: &mut SqliteConnection,
        prepared: &[Prepared],
    ) -> Result<(), StoreError> {
        let fps: Vec<String> = prepared.iter().map(|one| one.fp.as_str().to_owned()).collect();
        self.load_alerts(connection, &fps).await?;
        let mut keys: HashSet<String> = HashSet::new();
        for one in prepared {
            keys.insert(one.key.as_str().to_owned());
            keys.extend(one.attack.iter().map(|key| key.as_str().to_owned()));
        }
        self.load_by_key(connection, keys.into_iter().collect()).await?;
        let of_alerts: Vec<_> = self.alerts.values().filter_map(|row| row.incident).collect();
        self.load_incidents(connection, of_alerts).await?;
        // What speaks of the same attack decides together how strong the suspicion is.
        let attacks = prepared.iter().filter_map(|one| one.attack.as_ref());
        let ids: HashSet<_> =
            attacks.filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        let open = |id: &domain::alert::IncidentId| {
            self.incidents.get(id).is_some_and(|one| one.incident.resolved_at().is_none())
        };
        let ids: Vec<_> = ids.into_iter().filter(open).collect();
        self.load_alerts_of(connection, &ids).await
    }
}
