//! What could not be read: stored and shown, never swallowed.

use domain::{AccountId, Problem, Region, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::digest::Digest;
use crate::error::Doing;
use crate::finding::Circumstances;
use crate::{Page, Reader, StoreError, cursor};

/// A problem, once, however often it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemRow {
    /// The problem.
    pub problem: Problem,
    /// Where it was met.
    pub scope: Scope,
    /// First time.
    pub first_seen: Timestamp,
    /// Last time.
    pub last_seen: Timestamp,
    /// How often.
    pub count: u64,
}

/// Stores problems; the same problem met again is counted.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    scope: &Scope,
    place: i64,
    problems: Vec<Problem>,
    circumstances: Circumstances,
) -> Result<(), StoreError> {
    PUT.execute(connection, problems, |values, problem| {
        let mut digest = Digest::new();
        digest.int(scope.source.code()).int(place).int(problem.part.code());
        digest.text(&problem.operation).text(&problem.subject).text(&problem.message);
        let at = circumstances.at.0;
        values.bytes(digest.long()).int(scope.source.code()).int(place).int(problem.part.code());
        values.text(problem.operation).text(problem.subject).text(problem.message);
        values.int(at).int(at).int(1).int(circumstances.run.0);
    })
    .await
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO problem (digest, source, place, part, operation, subject, message, \
           first_seen, last_seen, count, run) VALUES",
    width: 11,
    tail: "ON CONFLICT (digest) DO UPDATE SET last_seen = excluded.last_seen, count = count + 1, \
           run = excluded.run",
    doing: "storing problems",
};

impl Reader {
    /// Problems, the latest first.
    pub async fn problem_page(
        &self,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<ProblemRow>, StoreError> {
        let (last_seen, id) = cursor::read('p', cursor)?.unwrap_or((i64::MAX, i64::MAX));
        let limit = cursor::rows(limit);
        let rows = sqlx::query(
            "SELECT b.part, b.operation, b.subject, b.message, b.source, p.account, p.region,
                    b.first_seen, b.last_seen, b.count, b.id
             FROM problem b JOIN place p ON p.id = b.place
             WHERE (b.last_seen, b.id) < (?1, ?2) ORDER BY b.last_seen DESC, b.id DESC LIMIT ?3",
        )
        .bind(last_seen)
        .bind(id)
        .bind(limit as i64 + 1)
        .fetch_all(&self.pool)
        .await
        .doing("reading problems")?;
        let mut items = Vec::with_capacity(limit);
        for row in rows.iter().take(limit) {
            items.push(read(row)?);
        }
        let next = match rows.get(limit).and(rows.get(limit.saturating_sub(1))) {
            Some(row) => cursor::write('p', &(row.int(8)?, row.int(10)?)),
            None => None,
        };
        Ok(Page { items, next })
    }
}

fn read(row: &SqliteRow) -> Result<ProblemRow, StoreError> {
    Ok(ProblemRow {
        problem: Problem {
            part: row.code(0)?,
            operation: row.text(1)?,
            subject: row.text(2)?,
            message: row.text(3)?,
        },
        scope: Scope {
            source: row.code(4)?,
            account: AccountId::new(row.text(5)?),
            region: Region::new(row.text(6)?),
        },
        first_seen: row.time(7)?,
        last_seen: row.time(8)?,
        count: row.count(9)?,
    })
}
