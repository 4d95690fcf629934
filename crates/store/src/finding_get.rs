//! One finding with its history and the answers of AWS that it was read from.

use domain::{
    AccountId, ControlId, Finding, FindingId, FindingState, Region, ResourceKey, ResourceRef,
    RunId, Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::{Columns, id_bytes};
use crate::code::Code;
use crate::error::Doing;
use crate::{EvidenceRow, Reader, StoreError, evidence};

/// A finding with everything known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingDetail {
    /// The finding.
    pub finding: Finding,
    /// When we first read it.
    pub first_seen: Timestamp,
    /// Since when it is in its state, as far as we know.
    pub state_since: Timestamp,
    /// The last round known to have seen it: a round that read it new or changed, or a round
    /// with a complete listing that still contained it.
    pub last_seen_run: RunId,
    /// When a complete listing no longer contained it.
    pub gone_at: Option<Timestamp>,
    /// The raw answers that it was last read from.
    pub evidence: Vec<EvidenceRow>,
    /// Changes of its state, oldest first.
    pub changes: Vec<FindingChange>,
}

/// A finding went from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingChange {
    /// When we read it.
    pub at: Timestamp,
    /// Before.
    pub from_state: FindingState,
    /// After.
    pub to_state: FindingState,
}

const COLUMNS: &str = "SELECT f.n, f.source, f.part, f.native_id, f.product, f.check_id, c.text, \
     p.account, p.region, f.title, r.description, f.severity, f.severity_reported, f.state, \
     f.compliance, f.workflow, f.verdict, f.reason, r.requirements, f.resource, k.text, \
     f.resource_name, q.account, q.region, f.more_resources, r.remediation, r.remediation_url, \
     f.created_at, f.updated_at, f.sample, f.first_seen, f.state_since, f.run, f.gone_at, f.batch, \
     f.visited, f.own \
     FROM finding f JOIN place p ON p.id = f.place JOIN place q ON q.id = f.resource_place \
     JOIN prose r ON r.id = f.prose JOIN word k ON k.id = f.resource_kind \
     LEFT JOIN word c ON c.id = f.control";

const DOING: &str = "reading a finding";

fn read(id: &FindingId, row: &SqliteRow) -> Result<Finding, StoreError> {
    let mut resources = vec![ResourceRef {
        key: ResourceKey::new(row.text(19)?),
        kind: row.text(20)?,
        name: row.text(21)?,
        account: AccountId::new(row.text(22)?),
        region: Region::new(row.text(23)?),
    }];
    if let Some(more) = row.maybe_text(24)? {
        let more: Vec<ResourceRef> = serde_json::from_str(&more).doing(DOING)?;
        resources.extend(more);
    }
    Ok(Finding {
        id: id.clone(),
        source: row.code(1)?,
        part: row.code(2)?,
        native_id: row.text(3)?,
        product: row.text(4)?,
        check: row.text(5)?,
        control: row.maybe_text(6)?.map(ControlId::new),
        account: AccountId::new(row.text(7)?),
        region: Region::new(row.text(8)?),
        title: row.text(9)?,
        description: row.text(10)?,
        severity: row.code(11)?,
        severity_reported: row.text(12)?,
        state: row.code(13)?,
        compliance: row.text(14)?,
        workflow: row.text(15)?,
        verdict: row.code(16)?,
        reason: row.text(17)?,
        requirements: serde_json::from_str(&row.text(18)?).doing(DOING)?,
        resources,
        remediation: row.text(25)?,
        remediation_url: row.text(26)?,
        created_at: row.time(27)?,
        updated_at: row.time(28)?,
        sample: row.int(29)? != 0,
    })
}

impl Reader {
    /// One finding with everything known about it; `None` when there is none with this id.
    pub async fn finding_get(&self, id: &FindingId) -> Result<Option<FindingDetail>, StoreError> {
        let Ok(bytes) = id_bytes(id) else { return Ok(None) };
        let mut tx = self.pool.begin().await.doing(DOING)?;
        let row = sqlx::query(AssertSqlSafe(format!("{COLUMNS} WHERE f.id = ?1")))
            .bind(bytes.as_slice())
            .fetch_optional(&mut *tx)
            .await
            .doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let finding = read(id, &row)?;
        let last_seen_run = last_seen(&mut tx, &row, &finding).await?;
        let evidence = evidence_of(&mut tx, row.maybe(34)?, &finding).await?;
        let changes = changes_of(&mut tx, row.int(0)?).await?;
        Ok(Some(FindingDetail {
            finding,
            first_seen: row.time(30)?,
            state_since: row.time(31)?,
            last_seen_run,
            gone_at: row.maybe_time(33)?,
            evidence,
            changes,
        }))
    }
}

/// A complete listing that did not take the finding away has seen it.
async fn last_seen(
    connection: &mut SqliteConnection,
    row: &SqliteRow,
    finding: &Finding,
) -> Result<RunId, StoreError> {
    let written = row.int(32)?;
    let own = row.int(36)? != 0;
    if own || !finding.state.speaks() {
        return Ok(RunId(written));
    }
    let swept =
        sqlx::query("SELECT run FROM scope_sweep WHERE source = ?1 AND visited = ?2 AND part = ?3")
            .bind(finding.source.code())
            .bind(row.int(35)?)
            .bind(finding.part.code())
            .fetch_optional(connection)
            .await
            .doing(DOING)?;
    let swept = swept.map_or(Ok(written), |row| row.int(0))?;
    Ok(RunId(written.max(swept)))
}

async fn evidence_of(
    connection: &mut SqliteConnection,
    batch: Option<i64>,
    finding: &Finding,
) -> Result<Vec<EvidenceRow>, StoreError> {
    let Some(batch) = batch else { return Ok(Vec::new()) };
    let sql =
        format!("{} WHERE u.batch = ?1 AND u.part = ?2 ORDER BY u.id LIMIT 50", evidence::COLUMNS);
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(batch)
        .bind(finding.part.code())
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(evidence::read).collect()
}

async fn changes_of(
    connection: &mut SqliteConnection,
    finding: i64,
) -> Result<Vec<FindingChange>, StoreError> {
    let rows = sqlx::query(
        "SELECT at, from_state, to_state FROM finding_change WHERE finding = ?1 ORDER BY id",
    )
    .bind(finding)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter()
        .map(|row| {
            Ok(FindingChange { at: row.time(0)?, from_state: row.code(1)?, to_state: row.code(2)? })
        })
        .collect()
}
