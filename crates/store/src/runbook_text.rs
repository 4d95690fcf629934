//! Texts of runbooks that people edited: each version stays.

use domain::Timestamp;
use domain::runbook::edit::{Edit, edit};
use domain::runbook::{Origin, Shelved, Template};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, SqliteConnection};

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "keeping the text of a runbook";
const READING: &str = "reading the text of a runbook";

const MEANWHILE: &str =
    "Somebody edited this runbook in the meantime. Look at its text, then edit that one.";

/// Versions that a history shows.
pub const MOST_VERSIONS: u32 = 50;

/// A version of a runbook's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookText {
    /// The number of the row: a later one is newer.
    pub n: i64,
    /// The id of the runbook.
    pub id: String,
    /// The version that it says.
    pub version: u32,
    /// Whether somebody edited it, or it is the file that stood there before the first edit.
    pub origin: Origin,
    /// The whole text.
    pub text: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Who edited it; who edited it first, for a file.
    pub edited_by: String,
    /// When.
    pub at: Timestamp,
}

/// What the audit log says of an edit.
#[derive(Serialize)]
struct Edited<'a> {
    version: u32,
    sha256: &'a str,
    before_sha256: &'a str,
    changed: Vec<String>,
}

impl Writer {
    /// Puts a text of a runbook in the place of another: an entry `edit-runbook` on `runbook:ID`.
    /// The file that stood there before the first edit is kept too: it may change with the program.
    ///
    /// `before` is the one that was edited. If another is there by now, it is a
    /// [`StoreError::Conflict`]; what [`edit`] does not take is [`StoreError::Refused`].
    pub async fn runbook_edit(
        &self,
        by: &By,
        before: &Shelved,
        after: &Template,
    ) -> Result<(), StoreError> {
        let Shelved { template: old, origin } = before;
        let edits = edit(old, after, by.at).map_err(|flaws| {
            let sentences: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            StoreError::Refused(sentences.join(" "))
        })?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        match newest(&mut tx, &old.id).await? {
            None => insert(&mut tx, by, old, *origin).await?,
            // A text that this program cannot read any more is on no shelf, and may be replaced.
            Some((sha256, text)) if sha256 != old.sha256 && Template::parse(&text).is_ok() => {
                return Err(StoreError::Conflict(MEANWHILE));
            }
            Some(_) => {}
        }
        insert(&mut tx, by, after, Origin::Edited).await?;
        let facts = Edited {
            version: after.version,
            sha256: &after.sha256,
            before_sha256: &old.sha256,
            changed: edits.iter().map(Edit::sentence).collect(),
        };
        let act = by.did("edit-runbook", format!("runbook:{}", old.id)).with(&facts);
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)
    }
}

/// Digest and text of the newest version.
async fn newest(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let row =
        sqlx::query("SELECT sha256, text FROM runbook_text WHERE id = ?1 ORDER BY n DESC LIMIT 1")
            .bind(id)
            .fetch_optional(connection)
            .await
            .doing(DOING)?;
    row.map(|row| Ok((row.text(0)?, row.text(1)?))).transpose()
}

async fn insert(
    connection: &mut SqliteConnection,
    by: &By,
    template: &Template,
    origin: Origin,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO runbook_text (id, version, origin, text, sha256, edited_by, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(&template.id)
    .bind(i64::from(template.version))
    .bind(origin.as_str())
    .bind(&template.source)
    .bind(&template.sha256)
    .bind(by.called())
    .bind(by.at.0)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

const COLUMNS: &str =
    "SELECT n, id, version, origin, text, sha256, edited_by, at FROM runbook_text";

impl Reader {
    /// The newest text of each runbook that was edited here, by id.
    pub async fn runbook_texts(&self) -> Result<Vec<RunbookText>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE n IN (SELECT max(n) FROM runbook_text GROUP BY id) ORDER BY id"
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.doing(READING)?;
        rows.iter().map(read).collect()
    }

    /// The versions of one runbook, the newest first; at most [`MOST_VERSIONS`], and those before
    /// the row `before`.
    pub async fn runbook_history(
        &self,
        id: &str,
        before: Option<i64>,
    ) -> Result<Vec<RunbookText>, StoreError> {
        let sql = format!("{COLUMNS} WHERE id = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(MOST_VERSIONS))
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &SqliteRow) -> Result<RunbookText, StoreError> {
    let word = row.text(3)?;
    let origin = Origin::parse(&word).ok_or_else(|| StoreError::Unreadable {
        doing: READING,
        what: format!("“{word}” is no origin of a text"),
    })?;
    Ok(RunbookText {
        n: row.int(0)?,
        id: row.text(1)?,
        version: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
        origin,
        text: row.text(4)?,
        sha256: row.text(5)?,
        edited_by: row.text(6)?,
        at: row.time(7)?,
    })
}
