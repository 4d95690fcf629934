//! Reading the audit log: pages for people, links for verifiers.

use domain::Timestamp;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};
use trail::{Detail, Entry, Hash, Link, Outcome};

use crate::audit::{Origin, hash};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

const DOING: &str = "reading the audit log";

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Who: `person:3`, `system`.
    pub actor: Option<String>,
    /// What: `sign-in`.
    pub action: Option<String>,
    /// On what: `finding:…`.
    pub object: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Rows on a page; 0 for the usual number.
    pub limit: u32,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// An entry with its personal details, as long as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The entry and its hashes.
    pub link: Link,
    /// Names and addresses; `None` where there were none or they were removed.
    pub detail: Option<Detail>,
}

const COLUMNS: &str = "a.seq, a.at_us, a.actor, a.role, a.action, a.object, a.outcome, a.facts, \
     a.commitment, a.prev, a.hash, d.salt, d.text";

fn read(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let code = row.int(6)?;
    let outcome = u8::try_from(code).ok().and_then(Outcome::from_code).ok_or_else(|| {
        StoreError::Unreadable { doing: DOING, what: format!("{code} is no outcome") }
    })?;
    let commitment = row.bytes(8)?;
    let entry = Entry {
        seq: row.count(0)?,
        at_us: row.int(1)?,
        actor: row.text(2)?,
        role: row.text(3)?,
        action: row.text(4)?,
        object: row.text(5)?,
        outcome,
        facts: row.text(7)?,
        commitment: if commitment.is_empty() { None } else { Some(hash(&commitment)?.0) },
    };
    let salt: Option<[u8; 16]> = row.bytes(11)?.try_into().ok();
    let detail = match (salt, row.maybe_text(12)?) {
        (Some(salt), Some(text)) => Some(Detail { salt, text }),
        _ => None,
    };
    Ok(AuditRow {
        link: Link { entry, prev: hash(&row.bytes(9)?)?, hash: hash(&row.bytes(10)?)? },
        detail,
    })
}

pub(crate) async fn links_after(
    connection: &mut SqliteConnection,
    seq: u64,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq
         WHERE a.seq > ?1 ORDER BY a.seq LIMIT ?2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(seq.cast_signed())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(read).collect()
}

impl Reader {
    /// Entries, the latest first.
    pub async fn audit_page(&self, query: &AuditQuery) -> Result<Page<AuditRow>, StoreError> {
        let before: i64 = cursor::read('a', query.cursor.as_deref())?.unwrap_or(i64::MAX);
        let limit = cursor::rows(query.limit);
        let mut arguments = SqliteArguments::default();
        let mut clauses = vec!["a.seq < ?".to_owned()];
        let encode = |result: Result<(), sqlx::error::BoxDynError>| {
            result.map_err(sqlx::Error::Encode).doing(DOING)
        };
        encode(arguments.add(before))?;
        for (column, value) in
            [("actor", &query.actor), ("action", &query.action), ("object", &query.object)]
        {
            if let Some(value) = value {
                clauses.push(format!("a.{column} = ?"));
                encode(arguments.add(value.clone()))?;
            }
        }
        if let Some(outcome) = query.outcome {
            clauses.push("a.outcome = ?".to_owned());
            encode(arguments.add(i64::from(outcome.code())))?;
        }
        for (comparison, at) in [("a.at_us >= ?", query.from), ("a.at_us < ?", query.to)] {
            if let Some(at) = at {
                clauses.push(comparison.to_owned());
                encode(arguments.add(at.0 * 1_000))?;
            }
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq
             WHERE {} ORDER BY a.seq DESC LIMIT {}",
            clauses.join(" AND "),
            limit + 1
        );
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let items: Vec<AuditRow> = rows.iter().take(limit).map(read).collect::<Result<_, _>>()?;
        let next = match (rows.len() > limit, items.last()) {
            (true, Some(last)) => cursor::write('a', &last.link.entry.seq),
            _ => None,
        };
        Ok(Page { items, next })
    }

    /// Up to `limit` entries after a number, in their order: what a verifier walks along.
    pub async fn audit_after(&self, seq: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        links_after(&mut connection, seq, limit).await
    }

    /// Number and hash of the last entry; zeros for an empty log.
    pub async fn audit_head(&self) -> Result<(u64, Hash), StoreError> {
        let row = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)?;
        match row {
            Some(row) => Ok((row.count(0)?, hash(&row.bytes(1)?)?)),
            None => Ok((0, Hash::GENESIS)),
        }
    }

    /// The first and the last number of the entries of a period; `None` without any.
    pub async fn audit_span(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Option<(u64, u64)>, StoreError> {
        let row =
            sqlx::query("SELECT min(seq), max(seq) FROM audit WHERE at_us >= ?1 AND at_us < ?2")
                .bind(from.map_or(i64::MIN, |at| at.0.saturating_mul(1_000)))
                .bind(to.map_or(i64::MAX, |at| at.0.saturating_mul(1_000)))
                .fetch_one(&self.pool)
                .await
                .doing(DOING)?;
        Ok(match (row.maybe(0)?, row.maybe(1)?) {
            (Some(first), Some(last)) => Some((first.cast_unsigned(), last.cast_unsigned())),
            _ => None,
        })
    }

    /// Who signed in since an instant, with which name and from which address; the earliest first.
    pub async fn sign_ins(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        /// More than these say nothing new.
        const MOST: i64 = 10_000;
        let rows = sqlx::query(
            "SELECT d.text, a.at_us / 1000 FROM audit a JOIN audit_detail d ON d.seq = a.seq
             WHERE a.action = 'sign-in' AND a.outcome = ?1 AND a.actor LIKE 'person:%'
               AND a.at_us >= ?2
             ORDER BY a.seq DESC LIMIT ?3",
        )
        .bind(i64::from(Outcome::Done.code()))
        .bind(since.0.saturating_mul(1_000))
        .bind(MOST)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows.iter().rev() {
            let origin: Origin = serde_json::from_str(&row.text(0)?).doing(DOING)?;
            all.push((origin.name, origin.address, row.time(1)?));
        }
        Ok(all)
    }

    /// The words that stand in a column of the log, for filters: actions, or actors.
    pub async fn audit_words(&self, column: AuditColumn) -> Result<Vec<String>, StoreError> {
        // A loose index scan: one step for each word, however long the log.
        let column = column.name();
        let sql = format!(
            "WITH RECURSIVE words (word) AS (
                 SELECT min({column}) FROM audit
                 UNION ALL
                 SELECT (SELECT min({column}) FROM audit WHERE {column} > word) FROM words
                 WHERE word IS NOT NULL)
             SELECT word FROM words WHERE word IS NOT NULL LIMIT 200"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await.doing(DOING)?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}

/// A column whose words are few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditColumn {
    /// What was done.
    Action,
    /// Who did it.
    Actor,
}

impl AuditColumn {
    fn name(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Actor => "actor",
        }
    }
}
