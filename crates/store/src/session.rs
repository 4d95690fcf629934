//! Who is signed in. Opaque ids, kept as digests: whoever reads the file cannot use them.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::audit::{self, Act, Actor, By, Origin};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::person::{self, Person, PersonId};
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "changing a session";

/// SHA-256 of what the browser holds.
pub type Digest = [u8; 32];

/// How far somebody has come in signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The password was right; the second factor is asked for.
    Password,
    /// The password was right and a second factor must be set up first.
    Enrolment,
    /// Signed in.
    Full,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What the browser holds, as a digest.
    pub digest: Digest,
    /// A number for lists; it gives no access.
    pub id: i64,
    /// Whose.
    pub person: PersonId,
    /// How far.
    pub stage: Stage,
    /// When it began.
    pub created: Timestamp,
    /// When the person last did something. The process knows a later instant, which it stores now
    /// and then.
    pub last_active: Timestamp,
    /// When a second factor was last shown.
    pub fresh: Option<Timestamp>,
    /// The address from which it began.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

/// A second factor that was used up in the same step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A one-time code of this time step.
    Step(i64),
    /// A recovery code with this digest.
    Recovery(Digest),
    /// A new second factor: the sealed secret, the step of the first code, the recovery codes.
    Enrolled {
        /// The sealed secret.
        sealed: Vec<u8>,
        /// The step of the code that proved it.
        step: i64,
        /// Digests of the recovery codes.
        recovery: Vec<Digest>,
    },
    /// The provider or the demonstration vouches.
    Vouched(&'static str),
}

impl Proof {
    fn word(&self) -> &'static str {
        match self {
            Self::Step(_) => "one-time code",
            Self::Recovery(_) => "recovery code",
            Self::Enrolled { .. } => "new second factor",
            Self::Vouched(by) => by,
        }
    }
}

const COLUMNS: &str = "s.digest, s.id, s.person, s.stage, s.created, s.last_active, s.fresh, \
     s.address, s.agent";
const WIDTH: usize = 9;

fn read(row: &SqliteRow, from: usize) -> Result<Session, StoreError> {
    Ok(Session {
        digest: digest(&row.bytes(from)?)?,
        id: row.int(from + 1)?,
        person: PersonId(row.int(from + 2)?),
        stage: row.code(from + 3)?,
        created: row.time(from + 4)?,
        last_active: row.time(from + 5)?,
        fresh: row.maybe_time(from + 6)?,
        address: row.text(from + 7)?,
        agent: row.text(from + 8)?,
    })
}

pub(crate) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Unreadable {
        doing: "reading a digest",
        what: format!("it has {} bytes", bytes.len()),
    })
}

impl Writer {
    /// Begins a session. At [`Stage::Full`] the log says that somebody signed in, and by what
    /// proof; before that, that a password was right.
    pub async fn session_begin(
        &self,
        by: &By,
        session: &Session,
        proof: &Proof,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        insert(&mut tx, session).await?;
        audit::append(&mut tx, &signed_in(by, session, proof)).await?;
        tx.commit().await.doing(DOING)
    }

    /// Puts a session in the place of an older one of the same person: after a second factor, and
    /// whenever rights change, the browser gets a new id. The proof is used up in the same step; a
    /// code that was used meanwhile is a [`StoreError::Conflict`].
    pub async fn session_rotate(
        &self,
        by: &By,
        old: &Digest,
        new: &Session,
        proof: &Proof,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        use_up(&mut tx, new.person, proof, by.at).await?;
        let gone =
            sqlx::query("DELETE FROM session WHERE digest = ?1 AND person = ?2 RETURNING stage")
                .bind(&old[..])
                .bind(new.person.0)
                .fetch_optional(&mut *tx)
                .await
                .doing(DOING)?;
        let Some(gone) = gone else {
            return Err(StoreError::Conflict("this session has ended; sign in again"));
        };
        insert(&mut tx, new).await?;
        let act = if gone.code::<Stage>(0)? == Stage::Full {
            by.did("confirm", format!("person:{}", new.person.0)).with(&Shown { by: proof.word() })
        } else {
            signed_in(by, new, proof)
        };
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)
    }

    /// Ends one session of a person.
    pub async fn session_end(&self, by: &By, person: PersonId, id: i64) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query("DELETE FROM session WHERE person = ?1 AND id = ?2")
            .bind(person.0)
            .bind(id)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        audit::append(&mut tx, &by.did("sign-out", format!("session:{id}"))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Signs a person out everywhere.
    pub async fn session_end_all(&self, by: &By, person: PersonId) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        person::sessions_drop(&mut tx, person).await?;
        let object = format!("person:{}", person.0);
        audit::append(&mut tx, &by.did("sign-out-everywhere", object)).await?;
        tx.commit().await.doing(DOING)
    }

    /// Stores when people last did something, and removes sessions that nobody can use any more:
    /// idle since before `idle`, or begun before `begun`. No entry: a session that runs out is not
    /// an act.
    pub async fn sessions_settle(
        &self,
        active: &[(Digest, Timestamp)],
        idle: Timestamp,
        begun: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        for (digest, at) in active {
            sqlx::query("UPDATE session SET last_active = max(last_active, ?2) WHERE digest = ?1")
                .bind(&digest[..])
                .bind(at.0)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        sqlx::query("DELETE FROM session WHERE last_active < ?1 OR created < ?2")
            .bind(idle.0)
            .bind(begun.0)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    /// Ends what was begun with a right password before an instant and not finished with a second
    /// factor, with an entry for each: somebody may know a password that is not theirs.
    pub async fn sessions_unfinished(
        &self,
        now: Timestamp,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let rows = sqlx::query(
            "SELECT s.id, s.address, s.agent, p.id, p.name FROM session s
             JOIN person p ON p.id = s.person WHERE s.stage = ?1 AND s.created < ?2 ORDER BY s.id",
        )
        .bind(crate::code::Code::code(Stage::Password))
        .bind(before.0)
        .fetch_all(&mut *tx)
        .await
        .doing(DOING)?;
        for row in &rows {
            sqlx::query("DELETE FROM session WHERE id = ?1")
                .bind(row.int(0)?)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
            let origin = Origin { name: row.text(4)?, address: row.text(1)?, agent: row.text(2)? };
            let by = By { at: now, actor: Actor::Nobody, role: None, origin };
            let act = by.failed("second-factor-missing", format!("person:{}", row.int(3)?));
            audit::append(&mut tx, &act).await?;
        }
        tx.commit().await.doing(DOING)
    }
}

#[derive(Serialize)]
struct Shown {
    by: &'static str,
}

fn signed_in(by: &By, session: &Session, proof: &Proof) -> Act {
    let action = if session.stage == Stage::Full { "sign-in" } else { "password-right" };
    by.did(action, format!("person:{}", session.person.0)).with(&Shown { by: proof.word() })
}

async fn insert(connection: &mut SqliteConnection, session: &Session) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session (digest, id, person, stage, created, last_active, fresh, address,
                              agent)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM session), ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(&session.digest[..])
    .bind(session.person.0)
    .bind(crate::code::Code::code(session.stage))
    .bind(session.created.0)
    .bind(session.last_active.0)
    .bind(session.fresh.map(|at| at.0))
    .bind(&session.address)
    .bind(&session.agent)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

/// Uses up a second factor; whoever comes second with the same code is refused.
async fn use_up(
    connection: &mut SqliteConnection,
    person: PersonId,
    proof: &Proof,
    at: Timestamp,
) -> Result<(), StoreError> {
    let used = StoreError::Conflict("this code was used already");
    match proof {
        Proof::Step(step) => {
            let done = sqlx::query(
                "UPDATE person SET second_step = ?2
                 WHERE id = ?1 AND (second_step IS NULL OR second_step < ?2)",
            )
            .bind(person.0)
            .bind(step)
            .execute(connection)
            .await
            .doing(DOING)?;
            if done.rows_affected() == 1 { Ok(()) } else { Err(used) }
        }
        Proof::Recovery(digest) => {
            let done = sqlx::query(
                "UPDATE recovery_code SET used = ?3
                 WHERE person = ?1 AND digest = ?2 AND used IS NULL",
            )
            .bind(person.0)
            .bind(&digest[..])
            .bind(at.0)
            .execute(connection)
            .await
            .doing(DOING)?;
            if done.rows_affected() == 1 { Ok(()) } else { Err(used) }
        }
        Proof::Enrolled { sealed, step, recovery } => {
            enrol(connection, person, sealed, *step, recovery).await
        }
        Proof::Vouched(_) => Ok(()),
    }
}

async fn enrol(
    connection: &mut SqliteConnection,
    person: PersonId,
    sealed: &[u8],
    step: i64,
    recovery: &[Digest],
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE person SET second = ?2, second_step = ?3 WHERE id = ?1 AND second IS NULL",
    )
    .bind(person.0)
    .bind(sealed)
    .bind(step)
    .execute(&mut *connection)
    .await
    .doing(DOING)?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Conflict("a second factor was set up already"));
    }
    sqlx::query("DELETE FROM recovery_code WHERE person = ?1")
        .bind(person.0)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    for digest in recovery {
        sqlx::query("INSERT INTO recovery_code (person, digest) VALUES (?1, ?2)")
            .bind(person.0)
            .bind(&digest[..])
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

impl Reader {
    /// A session and whose it is. Whether it can still be used is for the caller to say.
    pub async fn session_get(
        &self,
        digest: &Digest,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        let sql = format!(
            "SELECT {}, {COLUMNS} FROM session s JOIN person p ON p.id = s.person
             WHERE s.digest = ?1",
            person::COLUMNS
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(&digest[..])
            .fetch_optional(&self.pool)
            .await
            .doing("reading a session")?;
        row.map(|row| Ok((read(&row, person::WIDTH)?, person::read(&row)?))).transpose()
    }

    /// The sessions of a person, the latest first.
    pub async fn sessions_of(&self, person: PersonId) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM session s WHERE s.person = ?1 ORDER BY s.last_active DESC"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(person.0)
            .fetch_all(&self.pool)
            .await
            .doing("reading sessions")?;
        debug_assert!(rows.first().is_none_or(|row| sqlx::Row::len(row) == WIDTH));
        rows.iter().map(|row| read(row, 0)).collect()
    }

    /// Recovery codes of a person that were not used yet.
    pub async fn recovery_left(&self, person: PersonId) -> Result<u64, StoreError> {
        let row =
            sqlx::query("SELECT count(*) FROM recovery_code WHERE person = ?1 AND used IS NULL")
                .bind(person.0)
                .fetch_one(&self.pool)
                .await
                .doing("counting recovery codes")?;
        row.count(0)
    }
}
