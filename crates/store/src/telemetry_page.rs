//! Reading telemetry: traces, one trace, and the producers.

use domain::telemetry::{LogRecord, Span, TraceId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;

use crate::bulk::Columns;
use crate::error::Doing;
use crate::telemetry::Stored;
use crate::{Page, Reader, StoreError, cursor};

const DOING: &str = "reading telemetry";

/// Spans of a trace that are shown; one with more says so.
pub const MOST_SPANS: u32 = 2_000;

/// What a list of traces shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceQuery {
    /// Only traces that served PHI.
    pub phi: bool,
    /// Only traces with an error.
    pub errors: bool,
    /// Only traces of which something was taken out.
    pub redacted: bool,
    /// Only traces that this service began.
    pub service: Option<String>,
    /// Only traces that took at least so long, in microseconds.
    pub slower_us: i64,
    /// Rows; 50 where nothing is said.
    pub limit: u32,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// A trace in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceRow {
    /// The trace.
    pub id: TraceId,
    /// When it began, in microseconds since 1970.
    pub begun_us: i64,
    /// How long it took, in microseconds.
    pub lasted_us: i64,
    /// The service that began it.
    pub service: String,
    /// What it did.
    pub name: String,
    /// Its spans.
    pub spans: u64,
    /// Those that failed.
    pub errors: u64,
    /// Identifiers that were taken out.
    pub redacted: u64,
    /// Whether it served PHI.
    pub phi: bool,
    /// Whether an audit event names it; unknown where none has to.
    pub audited: Option<bool>,
}

/// A span of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanRow {
    /// Who sent it.
    pub service: String,
    /// Which of its instances, or empty.
    pub instance: String,
    /// The span.
    pub span: Span,
}

/// A log record of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRow {
    /// Who sent it.
    pub service: String,
    /// Which of its instances, or empty.
    pub instance: String,
    /// The record.
    pub log: LogRecord,
}

/// A trace with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceDetail {
    /// Its summary.
    pub trace: TraceRow,
    /// Its spans by the time they began, up to [`MOST_SPANS`].
    pub spans: Vec<SpanRow>,
    /// Its log records by their time.
    pub logs: Vec<LogRow>,
}

const TRACES: &str = "SELECT t.id, t.begun, t.ended, p.service, t.name, t.spans, t.errors, \
    t.redacted, t.phi, q.audited FROM trace t JOIN producer p ON p.id = t.producer \
    LEFT JOIN phi_request q ON q.trace = t.id AND q.served = 1";

fn trace(row: &SqliteRow) -> Result<TraceRow, StoreError> {
    let begun_us = row.int(1)?;
    Ok(TraceRow {
        id: id(&row.bytes(0)?)?,
        begun_us,
        lasted_us: row.int(2)? - begun_us,
        service: row.text(3)?,
        name: row.text(4)?,
        spans: row.count(5)?,
        errors: row.count(6)?,
        redacted: row.count(7)?,
        phi: row.int(8)? == 1,
        audited: row.maybe(9)?.map(|audited| audited == 1),
    })
}

fn id(bytes: &[u8]) -> Result<TraceId, StoreError> {
    TraceId::from_bytes(bytes).ok_or_else(|| StoreError::Unreadable {
        doing: DOING,
        what: "a trace without an id".to_owned(),
    })
}

impl Reader {
    /// Traces, the newest first.
    pub async fn trace_page(&self, query: &TraceQuery) -> Result<Page<TraceRow>, StoreError> {
        let (begun, last): (i64, String) =
            cursor::read('t', query.cursor.as_deref())?.unwrap_or((i64::MAX, "ff".repeat(16)));
        let last = hex::decode(last).map_err(|_| StoreError::Cursor)?;
        let limit = cursor::rows(query.limit);
        let phi = if query.phi { "AND t.phi = 1" } else { "" };
        let sql = format!(
            "{TRACES} WHERE (t.begun, t.id) < (?1, ?2) {phi}
               AND (?3 = 0 OR t.errors > 0) AND (?4 = 0 OR t.redacted > 0)
               AND (?5 IS NULL OR p.service = ?5) AND t.ended - t.begun >= ?6
             ORDER BY t.begun DESC, t.id DESC LIMIT ?7"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(begun)
            .bind(last)
            .bind(i64::from(query.errors))
            .bind(i64::from(query.redacted))
            .bind(query.service.as_deref())
            .bind(query.slower_us)
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let mut items = Vec::with_capacity(limit);
        for row in rows.iter().take(limit) {
            items.push(trace(row)?);
        }
        let next = match rows.get(limit).and(items.last()) {
            Some(last) => cursor::write('t', &(last.begun_us, last.id.to_string())),
            None => None,
        };
        Ok(Page { items, next })
    }

    /// One trace, its spans and its log records.
    pub async fn trace_get(&self, id: TraceId) -> Result<Option<TraceDetail>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{TRACES} WHERE t.id = ?1")))
            .bind(&id.0[..])
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let rows = sqlx::query(
            "SELECT p.service, s.detail FROM span s JOIN producer p ON p.id = s.producer
             WHERE s.key > ?1 AND s.key < ?2 ORDER BY s.begun, s.lasted DESC LIMIT ?3",
        )
        .bind(&id.0[..])
        .bind([&id.0[..], &[0xff; 9]].concat())
        .bind(MOST_SPANS)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let spans = rows
            .iter()
            .map(|row| {
                let Stored { instance, event: span } =
                    serde_json::from_str(&row.text(1)?).doing(DOING)?;
                Ok(SpanRow { service: row.text(0)?, instance, span })
            })
            .collect::<Result<_, StoreError>>()?;
        let rows = sqlx::query(
            "SELECT p.service, l.detail FROM log_record l JOIN producer p ON p.id = l.producer
             WHERE l.trace = ?1 ORDER BY l.at LIMIT ?2",
        )
        .bind(&id.0[..])
        .bind(MOST_SPANS)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let logs = rows
            .iter()
            .map(|row| {
                let Stored { instance, event: log } =
                    serde_json::from_str(&row.text(1)?).doing(DOING)?;
                Ok(LogRow { service: row.text(0)?, instance, log })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Some(TraceDetail { trace: trace(&row)?, spans, logs }))
    }
}
