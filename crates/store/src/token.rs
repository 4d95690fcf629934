//! API tokens: what a program shows instead of a session. Kept as digests, shown once.

use domain::{Action, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection};

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::person::{self, Person, PersonId};
use crate::session::Digest;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "changing an API token";

/// A token's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(pub i64);

/// A token without what gives access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: TokenId,
    /// Who answers for it.
    pub person: PersonId,
    /// What it is for.
    pub name: String,
    /// What it may do, as long as its person may.
    pub scopes: Vec<Action>,
    /// When it was made.
    pub made: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

impl Token {
    /// Whether it can be used at an instant.
    pub fn active(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && now < self.expires
    }
}

const COLUMNS: &str = "t.id, t.person, t.name, t.scopes, t.made, t.expires, t.last_used, t.revoked";

fn read(row: &SqliteRow, from: usize) -> Result<Token, StoreError> {
    let scopes = row.text(from + 3)?;
    Ok(Token {
        id: TokenId(row.int(from)?),
        person: PersonId(row.int(from + 1)?),
        name: row.text(from + 2)?,
        // A scope of a newer program gives nothing here.
        scopes: scopes.split(' ').filter_map(Action::parse).collect(),
        made: row.time(from + 4)?,
        expires: row.time(from + 5)?,
        last_used: row.maybe_time(from + 6)?,
        revoked: row.maybe_time(from + 7)?,
    })
}

#[derive(Serialize)]
struct Made<'a> {
    scopes: &'a str,
    expires: String,
}

impl Writer {
    /// Makes a token of a person.
    pub async fn token_make(
        &self,
        by: &By,
        person: PersonId,
        name: &str,
        scopes: &[Action],
        digest: &Digest,
        expires: Timestamp,
    ) -> Result<TokenId, StoreError> {
        let scopes = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let row = sqlx::query(
            "INSERT INTO token (person, name, scopes, digest, made, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
        )
        .bind(person.0)
        .bind(name)
        .bind(&scopes)
        .bind(&digest[..])
        .bind(by.at.0)
        .bind(expires.0)
        .fetch_one(&mut *tx)
        .await
        .doing(DOING)?;
        let id = TokenId(row.int(0)?);
        let act = by
            .did("make-token", format!("token:{}", id.0))
            .with(&Made { scopes: &scopes, expires: expires.rfc3339() });
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// Takes a person's token back.
    pub async fn token_revoke(
        &self,
        by: &By,
        person: PersonId,
        id: TokenId,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let done = sqlx::query(
            "UPDATE token SET revoked = ?3 WHERE id = ?1 AND person = ?2 AND revoked IS NULL",
        )
        .bind(id.0)
        .bind(person.0)
        .bind(by.at.0)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Conflict("there is no such token any more"));
        }
        audit::append(&mut tx, &by.did("revoke-token", format!("token:{}", id.0))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Stores when tokens were last used.
    pub async fn tokens_settle(&self, used: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        for (id, at) in used {
            sqlx::query(
                "UPDATE token SET last_used = max(coalesce(last_used, 0), ?2) WHERE id = ?1",
            )
            .bind(id.0)
            .bind(at.0)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)
    }
}

impl Reader {
    /// A token and who answers for it, by what the program shows.
    pub async fn token_get(&self, digest: &Digest) -> Result<Option<(Token, Person)>, StoreError> {
        let sql = format!(
            "SELECT {}, {COLUMNS} FROM token t JOIN person p ON p.id = t.person
             WHERE t.digest = ?1",
            person::COLUMNS
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(&digest[..])
            .fetch_optional(&self.pool)
            .await
            .doing("reading an API token")?;
        row.map(|row| Ok((read(&row, person::WIDTH)?, person::read(&row)?))).transpose()
    }

    /// The tokens of a person, the latest first.
    pub async fn tokens_of(&self, person: PersonId) -> Result<Vec<Token>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM token t WHERE t.person = ?1 ORDER BY t.id DESC");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(person.0)
            .fetch_all(&self.pool)
            .await
            .doing("reading API tokens")?;
        rows.iter().map(|row| read(row, 0)).collect()
    }
}
