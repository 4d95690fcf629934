//! Sums over windows of closed slices.

use domain::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::sli::ratio::{Input, WINDOWS_MS, Window};
use domain::sli::{INGEST_DELAY_MS, PERIOD_MS, Sli};
use domain::{Part, Timestamp};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::trail::{earlier, trail};
use super::{DOING, Expectations};
use crate::StoreError;
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::telemetry::hour::{hour, minute};
use crate::telemetry::slice::CLOUDTRAIL_NAME;

const MINUTES_OF_HOUR: i64 = HOUR_MS / MINUTE_MS;

pub(super) async fn input(
    connection: &mut SqliteConnection,
    sli: Sli,
    expectations: Expectations,
    now: Timestamp,
) -> Result<Input, StoreError> {
    let mut windows = Vec::with_capacity(WINDOWS_MS.len());
    for length_ms in WINDOWS_MS {
        windows.push(window(connection, sli, length_ms, now).await?);
    }
    let observed = observed(connection, sli, expectations, now).await?;
    let last = sqlx::query("SELECT max(hour) FROM sli_hour WHERE sli = ?1 AND bad > 0")
        .bind(sli.code())
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .maybe(0)?;
    Ok(Input {
        windows,
        coverage: observed.coverage,
        as_of: observed.as_of,
        silent: observed.silent,
        missed: observed.missed,
        last_bad: last.map(|hour| Timestamp(hour * HOUR_MS)),
        denominator: observed.sources,
    })
}

/// Sums of the minutes that closed within a window. Old edges are taken by the hour: minutes are
/// kept for four days only.
async fn window(
    connection: &mut SqliteConnection,
    sli: Sli,
    length_ms: i64,
    now: Timestamp,
) -> Result<Window, StoreError> {
    let end = minute(now.plus(-INGEST_DELAY_MS)) + 1;
    let begin = end - length_ms / MINUTE_MS;
    let (first_hour, last_hour) = if length_ms > 3 * DAY_MS {
        (begin.div_euclid(MINUTES_OF_HOUR), end.div_euclid(MINUTES_OF_HOUR))
    } else {
        (-(-begin).div_euclid(MINUTES_OF_HOUR), end.div_euclid(MINUTES_OF_HOUR))
    };
    let row = if first_hour >= last_hour {
        sqlx::query(
            "SELECT coalesce(sum(good), 0), coalesce(sum(bad), 0), coalesce(sum(unclear), 0)
             FROM sli_minute WHERE sli = ?1 AND minute >= ?2 AND minute < ?3",
        )
        .bind(sli.code())
        .bind(begin)
        .bind(end)
        .fetch_one(connection)
        .await
        .doing(DOING)?
    } else {
        sqlx::query(
            "SELECT coalesce(sum(good), 0), coalesce(sum(bad), 0), coalesce(sum(unclear), 0)
             FROM (SELECT good, bad, unclear FROM sli_minute
                   WHERE sli = ?1 AND minute >= ?2 AND minute < ?3
                   UNION ALL SELECT good, bad, unclear FROM sli_hour
                   WHERE sli = ?1 AND hour >= ?4 AND hour < ?5
                   UNION ALL SELECT good, bad, unclear FROM sli_minute
                   WHERE sli = ?1 AND minute >= ?6 AND minute < ?7)",
        )
        .bind(sli.code())
        .bind(begin)
        .bind(first_hour * MINUTES_OF_HOUR)
        .bind(first_hour)
        .bind(last_hour)
        .bind(last_hour * MINUTES_OF_HOUR)
        .bind(end)
        .fetch_one(connection)
        .await
        .doing(DOING)?
    };
    Ok(Window { length_ms, good: row.count(0)?, bad: row.count(1)?, unclear: row.count(2)? })
}

/// Whether those who should speak were heard.
struct Observed {
    coverage: Option<f64>,
    as_of: Option<Timestamp>,
    silent: Vec<String>,
    missed: Option<f64>,
    sources: String,
}

/// Hours in which each producer of such events was heard, of those since it first was.
async fn observed(
    connection: &mut SqliteConnection,
    sli: Sli,
    expectations: Expectations,
    now: Timestamp,
) -> Result<Observed, StoreError> {
    let counter = if sli == Sli::AuditLatency { "audits" } else { "sign_ins" };
    let begin = now.plus(-PERIOD_MS);
    let sql = format!(
        "SELECT p.service, p.first_seen, p.last_seen,
           (SELECT count(*) FROM producer_hour h
            WHERE h.producer = p.id AND h.hour >= ?1 AND h.hour <= ?2)
         FROM producer p WHERE p.{counter} > 0 AND p.retired IS NULL ORDER BY p.last_seen"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(hour(begin))
        .bind(hour(now))
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    let (mut heard, mut expected) = (0, 0);
    let mut silent = Vec::new();
    let mut as_of: Option<Timestamp> = None;
    for row in &rows {
        let (first, last) = (row.time(1)?.max(begin), row.time(2)?);
        expected += hour(now) - hour(first) + 1;
        heard += row.int(3)?;
        as_of = earlier(as_of, Some(last));
        if last < expectations.silent_before(now) {
            silent.push(row.text(0)?);
        }
    }
    let mut coverage = (expected > 0).then(|| (heard as f64 / expected as f64).min(1.0));
    let mut missed = None;
    if sli == Sli::AuthenticationSuccess {
        // CloudTrail tells of sign-ins too, and is to be read on time. What denied calls and trails
        // say is of no matter here.
        let trail = trail(connection, &[Part::SignIns], now).await?;
        as_of = earlier(as_of, trail.as_of);
        if trail.late {
            silent.push(CLOUDTRAIL_NAME.to_owned());
        }
        missed = trail.missed;
        if let Some(missed) = missed {
            coverage = Some(coverage.unwrap_or(1.0).min(1.0 - missed));
        }
    }
    let what = if sli == Sli::AuditLatency { "Audit events" } else { "Sign-ins" };
    Ok(Observed {
        coverage,
        as_of,
        silent,
        missed,
        sources: match (sli, rows.len()) {
            (Sli::AuditLatency, many) => format!("{what} of {many} producers in 30 days"),
            (_, many) => format!("{what} of CloudTrail and of {many} producers in 30 days"),
        },
    })
}
