//! Exceptions: failures that somebody accepted for a while.

use domain::{AccountId, ControlId, Exception, Region, ResourceKey, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, SqliteConnection};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "reading the exceptions";

impl Writer {
    /// Keeps an approved exception for ever; it covers failures from the next judgement on and until
    /// it expires. Refused with [`StoreError::Exception`] when it does not say why, by whom, or when
    /// it would never stand.
    pub async fn exception_approve(&self, exception: &Exception) -> Result<(), StoreError> {
        const DOING: &str = "keeping an exception";
        exception.complete()?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query(
            "INSERT INTO exception (control, account, region, resource, reason, approved_by,
                 approved_at, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(exception.control.as_str())
        .bind(exception.account.as_str())
        .bind(exception.region.as_ref().map(Region::as_str))
        .bind(exception.resource.as_ref().map(ResourceKey::as_str))
        .bind(&exception.reason)
        .bind(&exception.approved_by)
        .bind(exception.approved_at.0)
        .bind(exception.expires.0)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }
}

impl Reader {
    /// The exceptions that stand at this time, the first to expire first.
    pub async fn exceptions(&self, now: Timestamp) -> Result<Vec<Exception>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        standing(&mut connection, now).await
    }
}

/// The exceptions that stand at this time, the first to expire first.
pub(crate) async fn standing(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<Exception>, StoreError> {
    let rows = sqlx::query(
        "SELECT control, account, region, resource, reason, approved_by, approved_at, expires
         FROM exception WHERE expires > ?1 AND approved_at <= ?1 ORDER BY expires, id",
    )
    .bind(now.0)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Exception, StoreError> {
    Ok(Exception {
        control: ControlId::new(row.text(0)?),
        account: AccountId::new(row.text(1)?),
        region: row.maybe_text(2)?.map(Region::new),
        resource: row.maybe_text(3)?.map(ResourceKey::new),
        reason: row.text(4)?,
        approved_by: row.text(5)?,
        approved_at: row.time(6)?,
        expires: row.time(7)?,
    })
}
