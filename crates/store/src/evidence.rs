//! Raw answers: packed, addressed by their content, kept for six years (45 CFR 164.316(b)(2)(i)).

use domain::{Evidence, Part, RunId, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Reader, StoreError};

/// A raw answer in a list; the body comes from `Reader::evidence_body`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// SHA-256 of the body, 64 hexadecimal digits.
    pub hash: String,
    /// Which part of the visit.
    pub part: Part,
    /// The API operation.
    pub operation: String,
    /// AWS's request id, or empty.
    pub request_id: String,
    /// When the answer arrived.
    pub taken_at: Timestamp,
    /// Bytes of the body before packing.
    pub size: u64,
}

/// Packed evidence, ready to store.
pub(crate) struct Packed {
    hash: [u8; 32],
    size: i64,
    body: Vec<u8>,
    part: Part,
    operation: String,
    request_id: String,
    taken_at: Timestamp,
}

/// Level 1 of zstd: some 400 MB a second, and answers in JSON shrink to a tenth of their size.
const LEVEL: i32 = 1;

/// Hashes and packs bodies, before the writer is waited for and on another thread.
pub(crate) async fn pack(evidence: Vec<Evidence>) -> Result<Vec<Packed>, StoreError> {
    if evidence.is_empty() {
        return Ok(Vec::new());
    }
    let packing = tokio::task::spawn_blocking(move || {
        evidence.into_iter().map(pack_one).collect::<Result<Vec<_>, _>>()
    });
    packing.await.map_err(std::io::Error::other).doing("packing evidence")?
}

fn pack_one(evidence: Evidence) -> Result<Packed, StoreError> {
    Ok(Packed {
        hash: Sha256::digest(&evidence.body).into(),
        size: evidence.body.len() as i64,
        body: zstd::bulk::compress(&evidence.body, LEVEL).doing("packing evidence")?,
        part: evidence.part,
        operation: evidence.operation,
        request_id: evidence.request_id,
        taken_at: evidence.taken_at,
    })
}

/// Stores evidence: each body once, each use of it once. Answers the number of the batch.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    run: RunId,
    scope: &Scope,
    place: i64,
    packed: Vec<Packed>,
) -> Result<Option<i64>, StoreError> {
    const DOING: &str = "storing evidence";
    if packed.is_empty() {
        return Ok(None);
    }
    let batch = sqlx::query("SELECT coalesce(max(id), 0) + 1 FROM evidence_use")
        .fetch_one(&mut *connection)
        .await
        .doing(DOING)?
        .int(0)?;
    for one in packed {
        let evidence = body_put(connection, &one).await?;
        sqlx::query(
            "INSERT INTO evidence_use (batch, evidence, run, source, place, part, operation,
                 request_id, taken_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (evidence, source, place, taken_at, request_id) DO NOTHING",
        )
        .bind(batch)
        .bind(evidence)
        .bind(run.0)
        .bind(scope.source.code())
        .bind(place)
        .bind(one.part.code())
        .bind(one.operation)
        .bind(one.request_id)
        .bind(one.taken_at.0)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    Ok(Some(batch))
}

async fn body_put(connection: &mut SqliteConnection, one: &Packed) -> Result<i64, StoreError> {
    const DOING: &str = "storing evidence";
    let known = sqlx::query("SELECT id FROM evidence WHERE hash = ?1")
        .bind(one.hash.as_slice())
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    if let Some(row) = known {
        return row.int(0);
    }
    sqlx::query("INSERT INTO evidence (hash, size, body) VALUES (?1, ?2, ?3) RETURNING id")
        .bind(one.hash.as_slice())
        .bind(one.size)
        .bind(one.body.as_slice())
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .int(0)
}

/// Columns of an [`EvidenceRow`].
pub(crate) const COLUMNS: &str = "SELECT e.hash, u.part, u.operation, u.request_id, u.taken_at, \
     e.size FROM evidence_use u JOIN evidence e ON e.id = u.evidence";

/// Reads a row of [`COLUMNS`].
pub(crate) fn read(row: &SqliteRow) -> Result<EvidenceRow, StoreError> {
    Ok(EvidenceRow {
        hash: hex::encode(row.bytes(0)?),
        part: row.code(1)?,
        operation: row.text(2)?,
        request_id: row.text(3)?,
        taken_at: row.time(4)?,
        size: row.count(5)?,
    })
}

impl Reader {
    /// The body with this SHA-256 (64 hexadecimal digits), as received.
    pub async fn evidence_body(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const DOING: &str = "reading evidence";
        let Ok(hash) = hex::decode(hash) else { return Ok(None) };
        let row = sqlx::query("SELECT size, body FROM evidence WHERE hash = ?1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let size = usize::try_from(row.int(0)?).unwrap_or(0);
        zstd::bulk::decompress(&row.bytes(1)?, size).map(Some).doing("unpacking evidence")
    }

    /// The latest answers of a scope, newest first.
    pub async fn evidence_page(
        &self,
        scope: &Scope,
        limit: u32,
    ) -> Result<Vec<EvidenceRow>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE u.source = ?1
               AND u.place = (SELECT id FROM place WHERE account = ?2 AND region = ?3)
             ORDER BY u.taken_at DESC, u.id DESC LIMIT ?4"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.source.code())
            .bind(scope.account.as_str())
            .bind(scope.region.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("reading evidence")?;
        rows.iter().map(read).collect()
    }
}
