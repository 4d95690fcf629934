//! Findings that are new or have changed, for whoever makes alerts of them.

use domain::alert::Class;
use domain::{
    AccountId, ControlId, FindingId, FindingState, Region, ResourceKey, Severity, Source, Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection};

use super::READING;
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::organisation::{meta_get, meta_set};
use crate::{Reader, StoreError, Writer};

/// Where the cursor is kept.
const CURSOR: &str = "alerts-of-findings";
/// Findings that are read at once.
const MOST: i64 = 1_000;
/// Findings that page although they were there before anybody looked, at most.
const MOST_BACKLOG: i64 = 2_000;

/// How far findings have been read, and since when alerts are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedCursor {
    /// When alerting began: what failed before is shown among the findings, and only pages.
    pub since: Timestamp,
    /// The last finding.
    pub finding: i64,
    /// The last change of a state.
    pub change: i64,
}

/// A finding, as far as an alert needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FedFinding {
    /// Its id.
    pub id: FindingId,
    /// Whose.
    pub source: Source,
    /// The source's own type or check.
    pub check: String,
    /// The control that it answers.
    pub control: Option<ControlId>,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The severity as reported.
    pub severity_reported: String,
    /// Our label.
    pub severity: Severity,
    /// Where it stands.
    pub state: FindingState,
    /// The source's own word for what the resource did, or for its state.
    pub compliance: String,
    /// A made-up example.
    pub sample: bool,
    /// The resources: the key and the kind of each.
    pub resources: Vec<(ResourceKey, String)>,
    /// Tags of the first resource, as JSON, where the inventory knows it.
    pub tags: Option<String>,
    /// When the source first saw it.
    pub created_at: Timestamp,
    /// When the source last changed it.
    pub updated_at: Timestamp,
}

const SELECT: &str = "SELECT f.id, f.source, f.check_id, c.text, p.account, p.region,
      f.severity_reported, f.severity, f.state, f.compliance, f.sample, f.resource, k.text,
      f.more_resources, (SELECT tags FROM resource WHERE key = f.resource LIMIT 1), f.updated_at, f.n, f.created_at
    FROM finding f JOIN place p ON p.id = f.place JOIN word k ON k.id = f.resource_kind
      LEFT JOIN word c ON c.id = f.control";

/// What a read of the feed brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed {
    /// Findings, those that changed last.
    pub findings: Vec<FedFinding>,
    /// The cursor after them.
    pub cursor: FeedCursor,
    /// Findings of GuardDuty that were told again.
    pub again: Vec<i64>,
    /// Whether there is more.
    pub more: bool,
}

fn read(row: &SqliteRow) -> Result<FedFinding, StoreError> {
    let mut resources = vec![(ResourceKey::new(row.text(11)?), row.text(12)?)];
    if let Some(more) = row.maybe_text(13)? {
        let more: Vec<domain::ResourceRef> = serde_json::from_str(&more).doing(READING)?;
        resources.extend(more.into_iter().map(|it| (it.key, it.kind)));
    }
    Ok(FedFinding {
        id: row.finding_id(0)?,
        source: row.code(1)?,
        check: row.text(2)?,
        control: row.maybe_text(3)?.map(Into::into),
        account: AccountId::from(row.text(4)?),
        region: Region::from(row.text(5)?),
        severity_reported: row.text(6)?,
        severity: row.code(7)?,
        state: row.code(8)?,
        compliance: row.text(9)?,
        sample: row.int(10)? == 1,
        resources,
        tags: row.maybe_text(14)?,
        updated_at: row.time(15)?,
        created_at: row.time(17)?,
    })
}

impl Reader {
    /// How far findings have been read; `None` before the first time.
    pub async fn feed_cursor(&self) -> Result<Option<FeedCursor>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let text = meta_get(&mut connection, CURSOR).await?;
        text.map(|text| serde_json::from_str(&text)).transpose().doing(READING)
    }

    /// Where reading begins: everything that is there now was there before.
    pub async fn feed_begin(&self, now: Timestamp) -> Result<FeedCursor, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT coalesce(max(n), 0) FROM finding),
                    (SELECT coalesce(max(id), 0) FROM finding_change)",
        )
        .fetch_one(&self.pool)
        .await
        .doing(READING)?;
        Ok(FeedCursor { since: now, finding: row.int(0)?, change: row.int(1)? })
    }

    /// Open findings of before that may page: serious ones of GuardDuty, and those about these
    /// controls.
    pub async fn feed_backlog(
        &self,
        controls: &[ControlId],
    ) -> Result<Vec<FedFinding>, StoreError> {
        let controls: Vec<&str> = controls.iter().map(ControlId::as_str).collect();
        let controls = serde_json::to_string(&controls).doing(READING)?;
        let mut found = Vec::new();
        for wanted in [
            "f.source = 2 AND f.severity < 2 AND ?1 <> ''",
            "f.control IN (SELECT id FROM word WHERE text IN (SELECT value FROM json_each(?1)))",
        ] {
            let sql = format!("{SELECT} WHERE f.state = 0 AND f.sample = 0 AND {wanted} LIMIT ?2");
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(&controls)
                .bind(MOST_BACKLOG)
                .fetch_all(&self.pool)
                .await
                .doing(READING)?;
            for row in &rows {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// Findings after the cursor: new ones that are open, those whose state changed, and those that
    /// GuardDuty told again.
    pub async fn feed_after(&self, cursor: FeedCursor) -> Result<Fed, StoreError> {
        let mut fed = Fed { findings: Vec::new(), cursor, again: Vec::new(), more: false };
        let sql =
            format!("SELECT * FROM ({SELECT} WHERE f.n > ?1 ORDER BY f.n LIMIT ?2) ORDER BY 17");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(cursor.finding)
            .bind(MOST)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        for row in &rows {
            let finding = read(row)?;
            fed.cursor.finding = row.int(16)?;
            if finding.state == FindingState::Open || finding.source == Source::GuardDuty {
                fed.findings.push(finding);
            }
        }
        fed.more |= rows.len() as i64 == MOST;
        let sql = format!(
            "SELECT one.*, change.id FROM finding_change AS change
             JOIN ({SELECT}) AS one ON one.n = change.finding
             WHERE change.id > ?1 ORDER BY change.id LIMIT ?2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(cursor.change)
            .bind(MOST)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        for row in &rows {
            fed.cursor.change = row.int(18)?;
            fed.findings.push(read(row)?);
        }
        fed.more |= rows.len() as i64 == MOST;
        let sql = format!(
            "{SELECT} WHERE f.n IN (SELECT finding FROM finding_told ORDER BY finding LIMIT ?1)"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(MOST)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        for row in &rows {
            fed.again.push(row.int(16)?);
            fed.findings.push(read(row)?);
        }
        fed.more |= rows.len() as i64 == MOST;
        Ok(fed)
    }
}

impl Writer {
    /// Remembers how far findings have been read, once alerts were made of them.
    pub async fn feed_keep(&self, cursor: FeedCursor, again: &[i64]) -> Result<(), StoreError> {
        const DOING: &str = "remembering how far findings were read";
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        meta_set(&mut tx, CURSOR, &serde_json::to_string(&cursor).doing(DOING)?).await?;
        if !again.is_empty() {
            sqlx::query(
                "DELETE FROM finding_told WHERE finding IN (SELECT value FROM json_each(?1))",
            )
            .bind(serde_json::to_string(again).doing(DOING)?)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)
    }
}

/// The controls that the rules page about.
pub fn paging_controls(rules: &domain::alert::Rules) -> Vec<ControlId> {
    let pages = rules.all().iter().filter(|rule| rule.class < Class::Ticket);
    pages.flat_map(|rule| rule.controls.iter().cloned()).collect()
}
