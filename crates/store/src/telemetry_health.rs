//! Reading how telemetry goes: producers, audit logs, durations, the redactor, attempts.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::id::{DAY_MS, HOUR_MS};
use domain::telemetry::Position;
use serde::{Deserialize, Serialize};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::telemetry::hour::{hour, upper};
use crate::{Reader, StoreError};

const DOING: &str = "reading how telemetry goes";

/// A service that sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerRow {
    /// Its number.
    pub id: i64,
    /// `service.name`.
    pub service: String,
    /// When it was first heard.
    pub first_seen: Timestamp,
    /// When it was last heard, by our clock.
    pub last_seen: Timestamp,
    /// Its last event, by its own clock.
    pub last_event: Option<Timestamp>,
    /// Spans, all in all.
    pub spans: u64,
    /// Log records.
    pub logs: u64,
    /// Events that came more than once and counted once.
    pub repeated: u64,
    /// Sign-ins.
    pub sign_ins: u64,
    /// Audit events.
    pub audits: u64,
    /// How far its clock was ahead of ours in the last request, in milliseconds.
    pub ahead_ms: i64,
    /// Events that came from the future by more than two seconds.
    pub skewed: u64,
    /// Since when a person says that it is gone for good.
    pub retired: Option<Timestamp>,
}

/// An audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSourceRow {
    /// `audit.producer`.
    pub name: String,
    /// The service that sends it.
    pub service: String,
    /// When it was last heard.
    pub last_seen: Timestamp,
    /// Its last event, by its own clock.
    pub last_event: Timestamp,
    /// Events.
    pub events: u64,
    /// Events without a number.
    pub unnumbered: u64,
    /// Numbers that came more than once.
    pub repeated: u64,
    /// The greatest number that came.
    pub last_number: Option<u64>,
    /// Gaps between its numbers in 30 days.
    pub gaps: u64,
    /// Numbers that are missing in them.
    pub missing: u64,
    /// Half of the events of the last day took at most this long, in milliseconds.
    pub p50_ms: Option<u64>,
    /// All but one of a hundred did.
    pub p99_ms: Option<u64>,
}

/// How long the requests of a service took in the last day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DurationRow {
    /// The service.
    pub service: String,
    /// Whether it signs people in, else it serves PHI.
    pub sign_in: bool,
    /// Requests.
    pub count: u64,
    /// Those that failed.
    pub errors: u64,
    /// Percentiles in microseconds: 50, 90, 99. Upper bounds, at most a fifth too large.
    pub percentiles_us: [u64; 3],
}

/// What the redactor took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactionRow {
    /// The rule.
    pub rule: String,
    /// The sort of text.
    pub position: Position,
    /// Where it stood.
    pub path: String,
    /// Who sent it.
    pub service: String,
    /// How often.
    pub count: u64,
    /// The redactor that found it last.
    pub redactor: String,
    /// The last day, as its first instant.
    pub last: Timestamp,
}

/// How the redactor goes, in 30 days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactorHealth {
    /// By rule, place and producer, the most frequent first; at most 200.
    pub rows: Vec<RedactionRow>,
    /// Hits by rule.
    pub rules: BTreeMap<String, u64>,
    /// Requests that were not taken, by reason.
    pub refusals: BTreeMap<String, u64>,
    /// Records that were looked at a second time.
    pub examined: u64,
    /// Records in which the second look found something.
    pub found: u64,
    /// When it last looked.
    pub looked: Option<Timestamp>,
}

/// Attempts of one identity in the last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// A pseudonym, or an identity of AWS.
    pub who: String,
    /// Refused.
    pub refused: u64,
    /// Let in.
    pub allowed: u64,
    /// The last hour in which anything happened, as its first instant.
    pub last: Timestamp,
}

/// The value below which a share of counted values lies, by buckets.
fn percentile(buckets: &BTreeMap<i64, u64>, share: f64) -> Option<u64> {
    let total: u64 = buckets.values().sum();
    if total == 0 {
        return None;
    }
    let rank = (share * total as f64).ceil().max(1.0) as u64;
    let mut below = 0;
    for (bucket, n) in buckets {
        below += n;
        if below >= rank {
            return Some(upper(*bucket).round() as u64);
        }
    }
    None
}

impl Reader {
    /// All services that ever sent, the latest first.
    pub async fn producers(&self) -> Result<Vec<ProducerRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, service, first_seen, last_seen, last_event, spans, logs, repeated,
               sign_ins, audits, ahead, skewed, retired
             FROM producer ORDER BY last_seen DESC, id",
        )
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(ProducerRow {
                    id: row.int(0)?,
                    service: row.text(1)?,
                    first_seen: row.time(2)?,
                    last_seen: row.time(3)?,
                    last_event: row.maybe_time(4)?,
                    spans: row.count(5)?,
                    logs: row.count(6)?,
                    repeated: row.count(7)?,
                    sign_ins: row.count(8)?,
                    audits: row.count(9)?,
                    ahead_ms: row.int(10)?,
                    skewed: row.count(11)?,
                    retired: row.maybe_time(12)?,
                })
            })
            .collect()
    }

    /// All audit logs, with their gaps of 30 days and their lag of the last day.
    pub async fn audit_sources(&self, now: Timestamp) -> Result<Vec<AuditSourceRow>, StoreError> {
        let lags = self.lags(now).await?;
        let rows = sqlx::query(
            "SELECT s.id, s.name, p.service, s.last_seen, s.last_event, s.events, s.unnumbered,
               s.repeated,
               (SELECT max(count(*) - 1, 0) FROM audit_range r
                WHERE r.source = s.id AND r.last_at >= ?1),
               (SELECT max(coalesce(max(last) - min(first) + 1 - sum(last - first + 1), 0), 0)
                FROM audit_range r WHERE r.source = s.id AND r.last_at >= ?1),
               (SELECT max(last) FROM audit_range r WHERE r.source = s.id)
             FROM audit_source s JOIN producer p ON p.id = s.producer ORDER BY s.name",
        )
        .bind(now.plus(-domain::sli::PERIOD_MS).0)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let none = BTreeMap::new();
        rows.iter()
            .map(|row| {
                let lags = lags.get(&row.int(0)?).unwrap_or(&none);
                Ok(AuditSourceRow {
                    name: row.text(1)?,
                    service: row.text(2)?,
                    last_seen: row.time(3)?,
                    last_event: row.time(4)?,
                    events: row.count(5)?,
                    unnumbered: row.count(6)?,
                    repeated: row.count(7)?,
                    last_number: row.maybe(10)?.map(i64::cast_unsigned),
                    gaps: row.count(8)?,
                    missing: row.count(9)?,
                    p50_ms: percentile(lags, 0.5),
                    p99_ms: percentile(lags, 0.99),
                })
            })
            .collect()
    }

    async fn lags(&self, now: Timestamp) -> Result<BTreeMap<i64, BTreeMap<i64, u64>>, StoreError> {
        let rows = sqlx::query(
            "SELECT source, bucket, sum(n) FROM audit_lag WHERE hour > ?1 GROUP BY source, bucket",
        )
        .bind(hour(now.plus(-DAY_MS)))
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let mut lags: BTreeMap<i64, BTreeMap<i64, u64>> = BTreeMap::new();
        for row in &rows {
            lags.entry(row.int(0)?).or_default().insert(row.int(1)?, row.count(2)?);
        }
        Ok(lags)
    }

    /// How long requests that sign people in or serve PHI took in the last day.
    pub async fn durations(&self, now: Timestamp) -> Result<Vec<DurationRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT d.class, p.service, d.bucket, sum(d.n), sum(d.errors)
             FROM duration_hour d JOIN producer p ON p.id = d.producer WHERE d.hour > ?1
             GROUP BY d.class, p.service, d.bucket",
        )
        .bind(hour(now.plus(-DAY_MS)))
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let mut groups: BTreeMap<(i64, String), (BTreeMap<i64, u64>, u64)> = BTreeMap::new();
        for row in &rows {
            let group = groups.entry((row.int(0)?, row.text(1)?)).or_default();
            group.0.insert(row.int(2)?, row.count(3)?);
            group.1 += row.count(4)?;
        }
        Ok(groups
            .into_iter()
            .map(|((class, service), (buckets, errors))| DurationRow {
                service,
                sign_in: class == crate::telemetry::SIGN_IN,
                count: buckets.values().sum(),
                errors,
                percentiles_us: [0.5, 0.9, 0.99]
                    .map(|share| percentile(&buckets, share).unwrap_or(0)),
            })
            .collect())
    }

    /// What the redactor did in 30 days.
    pub async fn redactor_health(&self, now: Timestamp) -> Result<RedactorHealth, StoreError> {
        let since = now.plus(-domain::sli::PERIOD_MS).day();
        let rows = sqlx::query(
            "SELECT r.rule, r.position, r.path, p.service, sum(r.n), max(r.redactor), max(r.day)
             FROM redaction r JOIN producer p ON p.id = r.producer WHERE r.day >= ?1
             GROUP BY r.rule, r.position, r.path, p.service ORDER BY 5 DESC LIMIT 200",
        )
        .bind(since)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let mut health = RedactorHealth::default();
        for row in &rows {
            health.rows.push(RedactionRow {
                rule: row.text(0)?,
                position: row.code(1)?,
                path: row.text(2)?,
                service: row.text(3)?,
                count: row.count(4)?,
                redactor: row.text(5)?,
                last: Timestamp(row.int(6)? * DAY_MS),
            });
        }
        health.rules = self
            .counts("SELECT rule, sum(n) FROM redaction WHERE day >= ?1 GROUP BY rule", since)
            .await?;
        health.refusals = self
            .counts("SELECT why, sum(n) FROM refusal WHERE day >= ?1 GROUP BY why", since)
            .await?;
        let row = sqlx::query(
            "SELECT coalesce(sum(examined), 0), coalesce(sum(found), 0), max(last_at)
             FROM inspection_day WHERE day >= ?1",
        )
        .bind(since)
        .fetch_one(&self.pool)
        .await
        .doing(DOING)?;
        (health.examined, health.found, health.looked) =
            (row.count(0)?, row.count(1)?, row.maybe_time(2)?);
        Ok(health)
    }

    async fn counts(
        &self,
        sql: &'static str,
        since: i64,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = sqlx::query(sql).bind(since).fetch_all(&self.pool).await.doing(DOING)?;
        rows.iter().map(|row| Ok((row.text(0)?, row.count(1)?))).collect()
    }

    /// Identities with attempts in the last day, the most refused first; at most 100, or one.
    pub async fn attempts(
        &self,
        who: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<AttemptRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.name, sum(a.refused), sum(a.allowed), max(a.hour) FROM attempt_hour a
             JOIN identity i ON i.id = a.identity
             WHERE a.hour > ?1 AND (?2 IS NULL OR i.name = ?2)
             GROUP BY i.id ORDER BY 2 DESC, 3 DESC LIMIT 100",
        )
        .bind(hour(now.plus(-DAY_MS)))
        .bind(who)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(AttemptRow {
                    who: row.text(0)?,
                    refused: row.count(1)?,
                    allowed: row.count(2)?,
                    last: Timestamp(row.int(3)? * HOUR_MS),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_upper_bounds() {
        let buckets: BTreeMap<i64, u64> = [(0, 98), (39, 1), (79, 1)].into();
        assert_eq!(percentile(&buckets, 0.5), Some(1));
        assert_eq!(percentile(&buckets, 0.99), Some(1_024));
        assert_eq!(percentile(&buckets, 1.0), Some(1_048_576));
        assert_eq!(percentile(&BTreeMap::new(), 0.5), None);
    }
}
