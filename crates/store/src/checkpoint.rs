//! Signed statements about the audit log, and where they were taken to.

use domain::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::SqliteRow;
use trail::SignedCheckpoint;

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "keeping a checkpoint";

/// One attempt to take a checkpoint out of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    /// Where to.
    pub target: String,
    /// Up to which entry.
    pub seq: u64,
    /// When it was tried.
    pub at: Timestamp,
    /// Why it did not arrive.
    pub error: Option<String>,
}

fn read(row: &SqliteRow) -> Result<Anchored, StoreError> {
    Ok(Anchored {
        target: row.text(0)?,
        seq: row.count(1)?,
        at: row.time(2)?,
        error: row.maybe_text(3)?,
    })
}

impl Writer {
    /// Keeps a signed checkpoint. The same one twice is kept once.
    pub async fn checkpoint_keep(&self, signed: &SignedCheckpoint) -> Result<(), StoreError> {
        let line = serde_json::to_string(signed).doing(DOING)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query(
            "INSERT INTO audit_checkpoint (seq, at, line) VALUES (?1, ?2, ?3)
             ON CONFLICT (seq) DO NOTHING",
        )
        .bind(signed.seq.cast_signed())
        .bind(signed.at_us / 1_000)
        .bind(line)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    /// Notes whether a checkpoint arrived somewhere.
    pub async fn anchor_note(&self, anchored: &Anchored) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query(
            "INSERT INTO audit_anchor (checkpoint, target, at, error) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(anchored.seq.cast_signed())
        .bind(&anchored.target)
        .bind(anchored.at.0)
        .bind(&anchored.error)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }
}

impl Reader {
    /// The last checkpoint.
    pub async fn checkpoint_last(&self) -> Result<Option<SignedCheckpoint>, StoreError> {
        let row = sqlx::query("SELECT line FROM audit_checkpoint ORDER BY seq DESC LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .doing("reading checkpoints")?;
        row.map(|row| serde_json::from_str(&row.text(0)?).doing("reading a checkpoint")).transpose()
    }

    /// Up to `limit` checkpoints after a number, in their order.
    pub async fn checkpoints_after(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<SignedCheckpoint>, StoreError> {
        let rows =
            sqlx::query("SELECT line FROM audit_checkpoint WHERE seq > ?1 ORDER BY seq LIMIT ?2")
                .bind(seq.cast_signed())
                .bind(i64::from(limit))
                .fetch_all(&self.pool)
                .await
                .doing("reading checkpoints")?;
        rows.iter()
            .map(|row| serde_json::from_str(&row.text(0)?).doing("reading a checkpoint"))
            .collect()
    }

    /// The last attempt for each target, and the last that arrived.
    pub async fn anchors(&self) -> Result<Vec<Anchored>, StoreError> {
        let rows = sqlx::query(
            "SELECT target, checkpoint, at, error FROM audit_anchor WHERE id IN (
                 SELECT max(id) FROM audit_anchor GROUP BY target
                 UNION SELECT max(id) FROM audit_anchor WHERE error IS NULL GROUP BY target)
             ORDER BY target, id DESC",
        )
        .fetch_all(&self.pool)
        .await
        .doing("reading anchors")?;
        rows.iter().map(read).collect()
    }
}
