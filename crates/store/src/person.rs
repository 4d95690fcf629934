//! People with an account: 45 CFR 164.312(a)(2)(i) wants each to have a name of their own.
//!
//! An account is ended and never removed, because the audit log names it. Every change is one
//! transaction with its entry in that log.

use domain::{Role, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "changing an account";

/// An account's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

/// How long and how far an account reaches. An auditor's always has all three.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// When the account ends by itself.
    pub ends: Option<Timestamp>,
    /// The first instant whose records it may see in the audit log.
    pub from: Option<Timestamp>,
    /// The instant at which that period ends.
    pub to: Option<Timestamp>,
}

impl Bounds {
    /// The bounds of an account in this role. An auditor's account ends, and looks at a period that
    /// begins before it ends; those of other roles look at everything.
    ///
    /// # Errors
    /// A sentence about what is missing.
    pub fn of(self, role: Role) -> Result<Self, &'static str> {
        if !role.bound() {
            return Ok(Self { from: None, to: None, ..self });
        }
        match self {
            Self { ends: Some(_), from: Some(from), to: Some(to) } if from < to => Ok(self),
            _ => Err("An auditor’s account needs an end, and a period that begins before it ends."),
        }
    }
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// What they sign in with.
    pub name: String,
    /// What they are here for.
    pub role: Role,
    /// How long and how far.
    pub bounds: Bounds,
    /// Issuer and subject, if an OpenID provider signs them in.
    pub external: Option<(String, String)>,
    /// An account of the demonstration: no password, no second factor.
    pub demo: bool,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its number.
    pub id: PersonId,
    /// What they sign in with.
    pub name: String,
    /// What they are here for.
    pub role: Role,
    /// The password's hash as a PHC string; `None` before one was set.
    pub password: Option<String>,
    /// The sealed secret of the second factor; `None` before one was set up.
    pub second: Option<Vec<u8>>,
    /// The last step of the second factor that was used: it is not taken again.
    pub second_step: Option<i64>,
    /// Whether an OpenID provider signs them in.
    pub external: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was ended.
    pub ended: Option<Timestamp>,
    /// How long and how far.
    pub bounds: Bounds,
    /// An account of the demonstration.
    pub demo: bool,
}

impl Person {
    /// Whether the account can be used at an instant.
    pub fn active(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.bounds.ends.is_none_or(|ends| now < ends)
    }
}

pub(crate) const COLUMNS: &str = "p.id, p.name, p.role, p.password, p.second, p.second_step, \
     p.issuer IS NOT NULL, p.created, p.ended, p.ends, p.period_from, p.period_to, p.demo";
/// How many columns [`COLUMNS`] names.
pub(crate) const WIDTH: usize = 13;

pub(crate) fn read(row: &SqliteRow) -> Result<Person, StoreError> {
    let second = row.bytes(4)?;
    Ok(Person {
        id: PersonId(row.int(0)?),
        name: row.text(1)?,
        role: row.code(2)?,
        password: row.maybe_text(3)?,
        second: (!second.is_empty()).then_some(second),
        second_step: row.maybe(5)?,
        external: row.int(6)? != 0,
        created: row.time(7)?,
        ended: row.maybe_time(8)?,
        bounds: Bounds {
            ends: row.maybe_time(9)?,
            from: row.maybe_time(10)?,
            to: row.maybe_time(11)?,
        },
        demo: row.int(12)? != 0,
    })
}

fn object(id: PersonId) -> String {
    format!("person:{}", id.0)
}

impl Writer {
    /// Makes an account.
    ///
    /// A name that is taken, in whatever case, is a [`StoreError::Conflict`].
    pub async fn person_add(&self, by: &By, new: &NewPerson) -> Result<PersonId, StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let taken = sqlx::query("SELECT 1 FROM person WHERE name = ?1")
            .bind(&new.name)
            .fetch_optional(&mut *tx)
            .await
            .doing(DOING)?;
        if taken.is_some() {
            return Err(StoreError::Conflict("an account of this name exists already"));
        }
        let (issuer, subject) = new.external.clone().unzip();
        let row = sqlx::query(
            "INSERT INTO person (name, role, issuer, subject, created, ends, period_from,
                                 period_to, demo)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
        )
        .bind(&new.name)
        .bind(new.role.code())
        .bind(issuer)
        .bind(subject)
        .bind(by.at.0)
        .bind(new.bounds.ends.map(|at| at.0))
        .bind(new.bounds.from.map(|at| at.0))
        .bind(new.bounds.to.map(|at| at.0))
        .bind(new.demo)
        .fetch_one(&mut *tx)
        .await
        .doing(DOING)?;
        let id = PersonId(row.int(0)?);
        let act = by.did("add-person", object(id)).with(&Given::of(new.role, new.bounds));
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// Changes what somebody is here for, and signs them out everywhere: a session keeps the rights
    /// with which it began.
    ///
    /// Taking the last administrator's role is a [`StoreError::Conflict`].
    pub async fn person_role(
        &self,
        by: &By,
        id: PersonId,
        role: Role,
        bounds: Bounds,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        if role != Role::Administrator {
            another_administrator(&mut tx, id, by.at).await?;
        }
        sqlx::query(
            "UPDATE person SET role = ?2, ends = ?3, period_from = ?4, period_to = ?5
             WHERE id = ?1",
        )
        .bind(id.0)
        .bind(role.code())
        .bind(bounds.ends.map(|at| at.0))
        .bind(bounds.from.map(|at| at.0))
        .bind(bounds.to.map(|at| at.0))
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        sessions_drop(&mut tx, id).await?;
        let act = by.did("change-role", object(id)).with(&Given::of(role, bounds));
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)
    }

    /// Ends an account: its sessions and tokens end with it, its history stays.
    ///
    /// Ending the last administrator is a [`StoreError::Conflict`].
    pub async fn person_end(&self, by: &By, id: PersonId) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        another_administrator(&mut tx, id, by.at).await?;
        for sql in [
            "UPDATE person SET ended = ?2 WHERE id = ?1 AND ended IS NULL",
            "UPDATE token SET revoked = ?2 WHERE person = ?1 AND revoked IS NULL",
            "UPDATE invitation SET used = ?2 WHERE person = ?1 AND used IS NULL",
        ] {
            sqlx::query(sql).bind(id.0).bind(by.at.0).execute(&mut *tx).await.doing(DOING)?;
        }
        sessions_drop(&mut tx, id).await?;
        audit::append(&mut tx, &by.did("end-person", object(id))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Sets a password and signs out everywhere. `invitation` is used up, if one led here.
    pub async fn person_password(
        &self,
        by: &By,
        id: PersonId,
        phc: &str,
        invitation: Option<[u8; 32]>,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        if let Some(digest) = invitation {
            let used = sqlx::query(
                "UPDATE invitation SET used = ?2 WHERE digest = ?1 AND used IS NULL
                   AND expires > ?2",
            )
            .bind(&digest[..])
            .bind(by.at.0)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
            if used.rows_affected() != 1 {
                return Err(StoreError::Conflict("this link was used already or is too old"));
            }
        }
        sqlx::query("UPDATE person SET password = ?2 WHERE id = ?1")
            .bind(id.0)
            .bind(phc)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        sessions_drop(&mut tx, id).await?;
        audit::append(&mut tx, &by.did("set-password", object(id))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Takes a second factor away, so that a new one has to be set up at the next sign-in.
    pub async fn person_second_reset(&self, by: &By, id: PersonId) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        for sql in [
            "UPDATE person SET second = NULL, second_step = NULL WHERE id = ?1",
            "DELETE FROM recovery_code WHERE person = ?1",
        ] {
            sqlx::query(sql).bind(id.0).execute(&mut *tx).await.doing(DOING)?;
        }
        sessions_drop(&mut tx, id).await?;
        audit::append(&mut tx, &by.did("reset-second-factor", object(id))).await?;
        tx.commit().await.doing(DOING)
    }
}

/// What the log says of a role that was given.
#[derive(Serialize)]
struct Given {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_to: Option<String>,
}

impl Given {
    fn of(role: Role, bounds: Bounds) -> Self {
        let text = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
        Self {
            role: role.as_str(),
            ends: text(bounds.ends),
            period_from: text(bounds.from),
            period_to: text(bounds.to),
        }
    }
}

/// Signs somebody out everywhere.
pub(crate) async fn sessions_drop(
    connection: &mut SqliteConnection,
    id: PersonId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM session WHERE person = ?1")
        .bind(id.0)
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

/// Refuses what would leave nobody who can let people in.
async fn another_administrator(
    connection: &mut SqliteConnection,
    but: PersonId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT role FROM person WHERE id = ?1) = ?2 AND NOT EXISTS (
             SELECT 1 FROM person WHERE role = ?2 AND id <> ?1 AND ended IS NULL
               AND (ends IS NULL OR ends > ?3))",
    )
    .bind(but.0)
    .bind(Role::Administrator.code())
    .bind(now.0)
    .fetch_one(connection)
    .await
    .doing(DOING)?;
    if row.maybe(0)? == Some(1) {
        return Err(StoreError::Conflict(
            "this is the last administrator; make somebody else administrator first",
        ));
    }
    Ok(())
}

impl Reader {
    /// Everybody who ever had an account, by name.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person p ORDER BY p.ended IS NOT NULL, p.name");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await
            .doing("reading accounts")?;
        rows.iter().map(read).collect()
    }

    /// One account.
    pub async fn person_get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.id = ?1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await
            .doing("reading an account")?;
        row.as_ref().map(read).transpose()
    }

    /// The account of this name, in whatever case.
    pub async fn person_named(&self, name: &str) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.name = ?1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .doing("reading an account")?;
        row.as_ref().map(read).transpose()
    }

    /// The account that an OpenID provider calls so.
    pub async fn person_external(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM person p WHERE p.issuer = ?1 AND p.subject = ?2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(issuer)
            .bind(subject)
            .fetch_optional(&self.pool)
            .await
            .doing("reading an account")?;
        row.as_ref().map(read).transpose()
    }

    /// Whether anybody has an account.
    pub async fn anybody(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM person)")
            .fetch_one(&self.pool)
            .await
            .doing("reading accounts")?;
        Ok(row.int(0)? != 0)
    }
}
