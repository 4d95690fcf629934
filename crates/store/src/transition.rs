//! Drift: the log of evaluations that changed state.

use std::collections::BTreeMap;

use domain::{
    AccountId, ControlId, Region, ResourceKey, RunId, Severity, State, Timestamp, Transition,
    TransitionKind,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;
use crate::evaluation::TransitionRow;
use crate::{Page, Reader, StoreError, cursor};

/// Which transitions. An empty list or `None` does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftQuery {
    /// Any of these kinds.
    pub kinds: Vec<TransitionKind>,
    /// Controls of any of these severities.
    pub severities: Vec<Severity>,
    /// This control.
    pub control: Option<ControlId>,
    /// This account.
    pub account: Option<AccountId>,
    /// Noticed at or after this time.
    pub since: Option<Timestamp>,
    /// Rows on a page, 1 to 200; 0 means 50.
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// What happened on one UTC day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftDay {
    /// The number of the UTC day ([`domain::Timestamp::day`]).
    pub day: i64,
    /// New and regressed failures.
    pub failed: u64,
    /// Failures that were resolved, or whose resource was removed.
    pub resolved: u64,
}

/// How long failures of one severity lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// Resolved failures.
    pub count: u64,
    /// The median time that they had failed, in milliseconds.
    pub median_ms: i64,
}

/// What the transitions of one control in one judgement have in common.
pub(crate) struct Log {
    pub control: i64,
    pub severity: Severity,
    pub run: RunId,
    pub at: Timestamp,
}

impl Log {
    /// Logs transitions and counts them under their day.
    pub(crate) async fn write(
        &self,
        connection: &mut SqliteConnection,
        rows: Vec<TransitionRow>,
    ) -> Result<(), StoreError> {
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for row in &rows {
            *days.entry(row.kind.code()).or_default() += 1;
        }
        LOG.execute(connection, rows, |values, row| {
            values.int(self.at.0).int(self.run.0).int(row.kind.code()).int(self.control);
            values.int(self.severity.code()).int(row.place).text(row.resource);
            values.maybe(row.from.map(Code::code)).maybe(row.to.map(Code::code));
            values.int(row.reason.code()).maybe(row.failed_for);
        })
        .await?;
        let day = self.at.day();
        DAY.execute(connection, days.into_iter().collect(), |values, (kind, n)| {
            values.int(day).int(kind).int(n);
        })
        .await
    }
}

const LOG: Bulk = Bulk {
    head: "INSERT INTO transition (at, run, kind, control, severity, place, resource, from_state, \
           to_state, reason, failed_for) VALUES",
    width: 11,
    tail: "",
    doing: "logging transitions",
};

const DAY: Bulk = Bulk {
    head: "INSERT INTO transition_day (day, kind, n) VALUES",
    width: 3,
    tail: "ON CONFLICT (day, kind) DO UPDATE SET n = n + excluded.n",
    doing: "counting transitions",
};

/// Resolved failures of a severity that a median is taken of: the latest ones.
const SAMPLE: i64 = 5_000;

const COLUMNS: &str = "SELECT t.id, t.at, t.run, c.text, t.severity, p.account, p.region, \
     t.resource, t.from_state, t.to_state, t.reason, t.failed_for, t.kind \
     FROM transition t JOIN word c ON c.id = t.control JOIN place p ON p.id = t.place";

fn read(row: &SqliteRow) -> Result<Transition, StoreError> {
    let state = |index| row.maybe(index)?.map(State::read).transpose();
    Ok(Transition {
        id: row.int(0)?,
        at: row.time(1)?,
        run: RunId(row.int(2)?),
        control: ControlId::new(row.text(3)?),
        severity: row.code(4)?,
        account: AccountId::new(row.text(5)?),
        region: Region::new(row.text(6)?),
        resource: ResourceKey::new(row.text(7)?),
        kind: row.code(12)?,
        from: state(8)?,
        to: state(9)?,
        reason: row.code(10)?,
        failed_for_ms: row.maybe(11)?,
    })
}

impl Reader {
    /// The log, newest first.
    pub async fn transition_page(
        &self,
        query: &DriftQuery,
    ) -> Result<Page<Transition>, StoreError> {
        const DOING: &str = "reading the log of transitions";
        let before: i64 = cursor::read('t', query.cursor.as_deref())?.unwrap_or(i64::MAX);
        let limit = cursor::rows(query.limit);
        let kinds: Vec<i64> = query.kinds.iter().map(|kind| kind.code()).collect();
        let inner = branches(query, &kinds);
        let sql = format!("{COLUMNS} WHERE t.id IN ({inner}) ORDER BY t.id DESC LIMIT ?5");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(before)
            .bind(query.since.map_or(i64::MIN, |since| since.0))
            .bind(query.control.as_ref().map(ControlId::as_str))
            .bind(query.account.as_ref().map(AccountId::as_str))
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let more = rows.len() > limit;
        let mut items: Vec<Transition> =
            rows.iter().take(limit).map(read).collect::<Result<_, _>>()?;
        items.truncate(limit);
        let next = match items.last() {
            Some(last) if more => cursor::write('t', &last.id),
            _ => None,
        };
        Ok(Page { items, next })
    }

    /// Transitions by kind, over whole UTC days from the day of `since` on.
    pub async fn drift_summary(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<TransitionKind, u64>, StoreError> {
        let rows =
            sqlx::query("SELECT kind, sum(n) FROM transition_day WHERE day >= ?1 GROUP BY kind")
                .bind(since.day())
                .fetch_all(&self.pool)
                .await
                .doing("counting transitions")?;
        rows.iter().map(|row| Ok((row.code(0)?, row.count(1)?))).collect()
    }

    /// Failures and resolutions of each UTC day from the day of `since` on; days without any are
    /// left out.
    pub async fn drift_daily(&self, since: Timestamp) -> Result<Vec<DriftDay>, StoreError> {
        let rows = sqlx::query(
            "SELECT day, kind, n FROM transition_day WHERE day >= ?1 AND kind IN (0, 1, 2, 3)
             ORDER BY day",
        )
        .bind(since.day())
        .fetch_all(&self.pool)
        .await
        .doing("counting transitions")?;
        let mut days: Vec<DriftDay> = Vec::new();
        for row in &rows {
            let day = row.int(0)?;
            if days.last().is_none_or(|last| last.day != day) {
                days.push(DriftDay { day, ..DriftDay::default() });
            }
            let kind: TransitionKind = row.code(1)?;
            if let Some(last) = days.last_mut() {
                match kind {
                    TransitionKind::New | TransitionKind::Regressed => {
                        last.failed += row.count(2)?;
                    }
                    _ => last.resolved += row.count(2)?,
                }
            }
        }
        Ok(days)
    }

    /// How long failures lasted that were resolved, or whose resource was removed, since then: the
    /// median of the latest 5,000 of each severity.
    pub async fn time_to_remediate(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<Severity, Remediation>, StoreError> {
        let mut all = BTreeMap::new();
        for severity in Severity::ALL {
            let rows = sqlx::query(
                "SELECT failed_for FROM transition
                 WHERE severity = ?1 AND at >= ?2 AND failed_for IS NOT NULL
                 ORDER BY at DESC LIMIT ?3",
            )
            .bind(severity.code())
            .bind(since.0)
            .bind(SAMPLE)
            .fetch_all(&self.pool)
            .await
            .doing("measuring the time to remediate")?;
            let mut times: Vec<i64> =
                rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
            times.sort_unstable();
            if let Some(median_ms) = times.get(times.len() / 2).copied() {
                all.insert(severity, Remediation { count: times.len() as u64, median_ms });
            }
        }
        Ok(all)
    }
}

/// The numbers of the page's rows, from whichever index is the narrowest: that of the control, of
/// the account's places, or one branch for each kind, each cut to the page.
fn branches(query: &DriftQuery, kinds: &[i64]) -> String {
    let codes: Vec<String> = query.severities.iter().map(|one| one.code().to_string()).collect();
    let of_severities = match codes.as_slice() {
        [] => String::new(),
        codes => format!(" AND +severity IN ({})", codes.join(",")),
    };
    let branch = |condition: &str| {
        format!(
            "SELECT id FROM transition WHERE {condition} AND id < ?1 AND at >= ?2{of_severities}
             ORDER BY id DESC LIMIT ?5"
        )
    };
    let listed: Vec<String> = kinds.iter().map(i64::to_string).collect();
    let of_kinds = match listed.as_slice() {
        [] => String::new(),
        listed => format!(" AND +kind IN ({})", listed.join(",")),
    };
    let of_account = match &query.account {
        Some(_) => " AND +place IN (SELECT id FROM place WHERE account = ?4)",
        None => "",
    };
    if query.control.is_some() {
        let control = "control = (SELECT id FROM word WHERE text = ?3)";
        return branch(&format!("{control}{of_account}{of_kinds}"));
    }
    if query.account.is_some() {
        let places = "place IN (SELECT id FROM place WHERE account = ?4)";
        return branch(&format!("{places}{of_kinds}"));
    }
    if listed.is_empty() {
        return branch("1");
    }
    let each =
        listed.iter().map(|kind| format!("SELECT * FROM ({})", branch(&format!("kind = {kind}"))));
    each.collect::<Vec<_>>().join(" UNION ALL ")
}
