//! One-time links by which somebody sets a password.

use domain::Timestamp;
use sqlx::Connection;

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::person::{self, Person, PersonId};
use crate::session::Digest;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};
use sqlx::AssertSqlSafe;

const DOING: &str = "inviting somebody";

impl Writer {
    /// Makes a link; earlier ones of the same person lose their force.
    pub async fn invitation_make(
        &self,
        by: &By,
        person: PersonId,
        digest: &Digest,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query("UPDATE invitation SET used = ?2 WHERE person = ?1 AND used IS NULL")
            .bind(person.0)
            .bind(by.at.0)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        sqlx::query(
            "INSERT INTO invitation (digest, person, made, expires) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(&digest[..])
        .bind(person.0)
        .bind(by.at.0)
        .bind(expires.0)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        audit::append(&mut tx, &by.did("invite", format!("person:{}", person.0))).await?;
        tx.commit().await.doing(DOING)
    }
}

impl Reader {
    /// For whom a link is, if it can still be used.
    pub async fn invitation_get(
        &self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let sql = format!(
            "SELECT {}, i.expires FROM invitation i JOIN person p ON p.id = i.person
             WHERE i.digest = ?1 AND i.used IS NULL AND i.expires > ?2",
            person::COLUMNS
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(&digest[..])
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await
            .doing("reading an invitation")?;
        let person = row.as_ref().map(person::read).transpose()?;
        Ok(person.filter(|person| person.active(now)))
    }

    /// Until when somebody's open invitation can be used.
    pub async fn invitation_open(
        &self,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "SELECT max(expires) FROM invitation WHERE person = ?1 AND used IS NULL
               AND expires > ?2",
        )
        .bind(person.0)
        .bind(now.0)
        .fetch_one(&self.pool)
        .await
        .doing("reading an invitation")?;
        row.maybe_time(0)
    }
}
