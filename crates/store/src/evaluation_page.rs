//! Lists of evaluations: one control, one resource, one state.

use domain::{
    AccountId, Catalogue, ControlId, Evaluation, Freshness, Region, ResourceKey, Severity, State,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor, scope};

/// Which evaluations. `None` does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvaluationQuery {
    /// This control.
    pub control: Option<ControlId>,
    /// Any of these controls (a section, expanded by the caller).
    pub controls: Option<Vec<ControlId>>,
    /// Any of these states; empty for all.
    pub states: Vec<State>,
    /// This account.
    pub account: Option<AccountId>,
    /// This region.
    pub region: Option<Region>,
    /// Rows on a page, 1 to 200; 0 means 50.
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// An evaluation in a list. Lists are sorted by state as screens list them, then control, account,
/// region and resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationRow {
    /// The evaluation.
    pub evaluation: Evaluation,
    /// Severity of the control.
    pub severity: Severity,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// The name of the resource, else the last piece of its key.
    pub title: String,
    /// Why, in the words of the finding that decided; empty where none did. Untrusted text.
    pub finding_reason: String,
}

const DOING: &str = "listing evaluations";

/// State, control, account, region and resource: the order of the list.
type Position = (i64, String, String, String, String);

const COLUMNS: &str = "SELECT e.resource, k.text, e.state, e.reason, e.since, f.id, f.source, \
     f.part, v.region, f.reason, f.resource, f.resource_name FROM evaluation e \
     LEFT JOIN finding f ON f.n = e.finding LEFT JOIN place v ON v.id = f.visited \
     LEFT JOIN word k ON k.id = e.kind";

/// A control in a place, in one state.
struct Cell {
    control: i64,
    place: i64,
    state: i64,
    control_id: String,
    account: String,
    region: String,
}

impl Reader {
    /// A page of evaluations.
    pub async fn evaluation_page(
        &self,
        query: &EvaluationQuery,
    ) -> Result<Page<EvaluationRow>, StoreError> {
        let limit = cursor::rows(query.limit);
        let start: Option<Position> = cursor::read('e', query.cursor.as_deref())?;
        let start = start.unwrap_or_default();
        let mut tx = self.pool.begin().await.doing(DOING)?;
        let ages = Freshness::new(Timestamp(0), scope::statuses(&mut tx).await?);
        let mut items = Vec::with_capacity(limit);
        let mut last = None;
        for cell in cells(&mut tx, query, &start, limit + 2).await? {
            let here = (cell.state, &cell.control_id, &cell.account, &cell.region);
            let after = if here == (start.0, &start.1, &start.2, &start.3) { &start.4 } else { "" };
            let sql = format!(
                "{COLUMNS} WHERE e.control = ?1 AND e.place = ?2 AND e.state = ?3 AND e.resource > ?4
                 ORDER BY e.resource LIMIT ?5"
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(cell.control)
                .bind(cell.place)
                .bind(cell.state)
                .bind(after)
                .bind((limit + 1 - items.len()) as i64)
                .fetch_all(&mut *tx)
                .await
                .doing(DOING)?;
            for row in &rows {
                if items.len() == limit {
                    let next = last.and_then(|last: Position| cursor::write('e', &last));
                    return Ok(Page { items, next });
                }
                let item = read(row, &cell, &ages)?;
                let resource = item.evaluation.resource.as_str().to_owned();
                let (control, account) = (cell.control_id.clone(), cell.account.clone());
                last = Some((cell.state, control, account, cell.region.clone(), resource));
                items.push(item);
            }
        }
        Ok(Page { items, next: None })
    }

    /// Since when the oldest present failure of a control fails; `None` when none does. The
    /// counters say in which places it fails, and only its evaluations there are read.
    pub async fn control_failing_since(
        &self,
        control: &ControlId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "SELECT min(e.since) FROM control_count c
             CROSS JOIN evaluation e ON e.control = c.control AND e.place = c.place
             WHERE c.control = (SELECT id FROM word WHERE text = ?1)
               AND c.state = ?2 AND c.n > 0 AND e.state = ?2",
        )
        .bind(control.as_str())
        .bind(State::Fail.code())
        .fetch_one(&self.pool)
        .await
        .doing("looking for the oldest failure")?;
        row.maybe_time(0)
    }

    /// Everything that is judged about one resource, by state and control.
    pub async fn evaluation_of_resource(
        &self,
        resource: &ResourceKey,
    ) -> Result<Vec<EvaluationRow>, StoreError> {
        let mut tx = self.pool.begin().await.doing(DOING)?;
        let ages = Freshness::new(Timestamp(0), scope::statuses(&mut tx).await?);
        let sql = format!("{COLUMNS} WHERE e.control = ?1 AND e.place = ?2 AND e.resource = ?3");
        let hits = sqlx::query(
            "SELECT e.control, e.place, e.state, w.text, p.account, p.region
             FROM (SELECT DISTINCT control, place FROM control_count WHERE n > 0) c
             CROSS JOIN evaluation e
                 ON e.control = c.control AND e.place = c.place AND e.resource = ?1
             JOIN word w ON w.id = e.control JOIN place p ON p.id = e.place
             ORDER BY e.state, w.text",
        )
        .bind(resource.as_str())
        .fetch_all(&mut *tx)
        .await
        .doing(DOING)?;
        let mut items = Vec::with_capacity(hits.len());
        for hit in &hits {
            let cell = cell(hit)?;
            let row = sqlx::query(AssertSqlSafe(sql.clone()))
                .bind(cell.control)
                .bind(cell.place)
                .bind(resource.as_str())
                .fetch_one(&mut *tx)
                .await
                .doing(DOING)?;
            items.push(read(&row, &cell, &ages)?);
        }
        Ok(items)
    }
}

fn cell(row: &SqliteRow) -> Result<Cell, StoreError> {
    Ok(Cell {
        control: row.int(0)?,
        place: row.int(1)?,
        state: row.int(2)?,
        control_id: row.text(3)?,
        account: row.text(4)?,
        region: row.text(5)?,
    })
}

/// The cells that are not empty, from a position on. Each holds at least one evaluation, so a page
/// needs no more cells than rows.
async fn cells(
    connection: &mut SqliteConnection,
    query: &EvaluationQuery,
    start: &Position,
    limit: usize,
) -> Result<Vec<Cell>, StoreError> {
    let controls = match (&query.control, &query.controls) {
        (Some(control), None) => Some(vec![control]),
        (None, Some(controls)) => Some(controls.iter().collect()),
        (Some(control), Some(controls)) => {
            Some(controls.iter().filter(|one| *one == control).collect())
        }
        (None, None) => None,
    };
    let controls = controls.map(|list| serde_json::to_string(&list)).transpose().doing(DOING)?;
    let states: Vec<i64> = query.states.iter().map(|state| state.code()).collect();
    let states = serde_json::to_string(&states).doing(DOING)?;
    let rows = sqlx::query(
        "SELECT c.control, c.place, c.state, w.text, p.account, p.region FROM control_count c
         JOIN word w ON w.id = c.control JOIN place p ON p.id = c.place
         WHERE c.n > 0 AND (c.state, w.text, p.account, p.region) >= (?1, ?2, ?3, ?4)
           AND (?5 IS NULL OR w.text IN (SELECT value FROM json_each(?5)))
           AND (?6 = '[]' OR c.state IN (SELECT value FROM json_each(?6)))
           AND (?7 IS NULL OR p.account = ?7) AND (?8 IS NULL OR p.region = ?8)
         ORDER BY c.state, w.text, p.account, p.region LIMIT ?9",
    )
    .bind(start.0)
    .bind(&start.1)
    .bind(&start.2)
    .bind(&start.3)
    .bind(controls)
    .bind(states)
    .bind(query.account.as_ref().map(AccountId::as_str))
    .bind(query.region.as_ref().map(Region::as_str))
    .bind(limit as i64)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter().map(cell).collect()
}

fn read(row: &SqliteRow, cell: &Cell, ages: &Freshness) -> Result<EvaluationRow, StoreError> {
    let account = AccountId::new(cell.account.clone());
    let resource = ResourceKey::new(row.text(0)?);
    let mut as_of = None;
    let mut finding = None;
    if row.maybe(6)?.is_some() {
        finding = Some(row.finding_id(5)?);
        // The age of an evaluation is the age of the visit that its finding came from.
        let region = Region::new(row.text(8)?);
        as_of = ages.age(row.code(6)?, row.code(7)?, &account, &region).as_of();
    }
    let about_first = row.maybe_text(10)?.as_deref() == Some(resource.as_str());
    let name = row.maybe_text(11)?.filter(|name| about_first && !name.is_empty());
    let control = ControlId::new(cell.control_id.clone());
    let severity = Catalogue::get()
        .control(&control)
        .map_or(Severity::Informational, |control| control.severity);
    Ok(EvaluationRow {
        severity,
        since: row.time(4)?,
        title: name.unwrap_or_else(|| resource.short().to_owned()),
        finding_reason: row.maybe_text(9)?.unwrap_or_default(),
        evaluation: Evaluation {
            control,
            account,
            region: Region::new(cell.region.clone()),
            resource,
            kind: row.maybe_text(1)?.unwrap_or_default(),
            state: row.code(2)?,
            reason: row.code(3)?,
            finding,
            as_of,
        },
    })
}
