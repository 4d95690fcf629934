//! How many findings: from counters that ingest maintains.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{AccountId, FindingState, Region, Severity, Source};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::finding_filter::{Filter, numbers};
use crate::intern::Names;
use crate::search::Search;
use crate::{FindingQuery, Reader, StoreError};

/// Counts of the findings that a query matches. Samples are never counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCounts {
    /// Findings that match everything in the query.
    pub total: u64,
    /// The counts are lower bounds: words or controls were asked for, and more match than are
    /// counted one by one.
    pub at_least: bool,
    /// By state: matching everything but the query's states.
    pub by_state: BTreeMap<FindingState, u64>,
    /// By severity: matching everything but the query's severities.
    pub by_severity: BTreeMap<Severity, u64>,
    /// By source: matching everything but the query's sources.
    pub by_source: BTreeMap<Source, u64>,
    /// By account: matching everything but the query's account.
    pub by_account: BTreeMap<AccountId, u64>,
    /// By region: matching everything but the query's region.
    pub by_region: BTreeMap<Region, u64>,
}

const DOING: &str = "counting findings";
/// Most findings that are counted one by one.
const MOST: usize = 5_000;

/// Findings of one kind: source, place, state, severity, and how many.
type Cell = (i64, i64, i64, i64, u64);

impl Reader {
    /// Counts the findings that a query matches, also by what each filter would show without
    /// itself. Exact and cheap from the counters; with words or controls, up to five thousand are
    /// counted one by one, and [`FindingCounts::at_least`] says that there are more.
    pub async fn finding_counts(&self, query: &FindingQuery) -> Result<FindingCounts, StoreError> {
        let cube = self.cube().await?;
        let hidden = self.places_hidden().await?;
        let one_by_one;
        let (cells, at_least) = if query.q.is_none() && query.controls.is_none() {
            (&cube.cells, false)
        } else {
            let Some((cells, at_least)) = self.cells_counted(query, &cube, &hidden).await? else {
                return Ok(FindingCounts::default());
            };
            one_by_one = cells;
            (&one_by_one, at_least)
        };
        let mut counts = FindingCounts { at_least, ..FindingCounts::default() };
        for cell in cells {
            if query.account.is_some() || !hidden.contains(&cell.1) {
                add(&mut counts, query, &cube.names, *cell)?;
            }
        }
        Ok(counts)
    }

    /// The counters of all findings.
    async fn cube(&self) -> Result<Arc<Cube>, StoreError> {
        let read = async || {
            let mut connection = self.pool.acquire().await.doing(DOING)?;
            Cube::read(&mut connection).await.map(Arc::new)
        };
        self.memo().cube.get_or_try_init(read).await.cloned()
    }

    /// Counts what the counters do not tell apart, and whether there are more; `None` when nothing
    /// can match.
    async fn cells_counted(
        &self,
        query: &FindingQuery,
        cube: &Cube,
        hidden: &[i64],
    ) -> Result<Option<(Vec<Cell>, bool)>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        let connection = &mut *connection;
        let search = Search::of(connection, query.q.as_deref(), MOST).await?;
        let wide = FindingQuery { controls: query.controls.clone(), ..FindingQuery::default() };
        let Some(filter) = Filter::of(connection, hidden, &wide).await? else { return Ok(None) };
        let counted = match (&search, &filter.controls) {
            // Words that hold nothing to search for.
            (None, None) => (cube.cells.clone(), false),
            (None, Some(controls)) => of_controls(connection, controls).await?,
            (Some(search), _) => of_words(connection, search, &filter).await?,
        };
        Ok(Some(counted))
    }
}

/// The counters of all findings, with what it takes to read them.
#[derive(Debug)]
pub(crate) struct Cube {
    cells: Vec<Cell>,
    names: Names,
}

impl Cube {
    async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let rows = sqlx::query(
            "SELECT source, place, state, severity, n FROM finding_cube WHERE sample = 0 AND n > 0",
        )
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
        Ok(Self { cells: cells(&rows)?, names: Names::places(connection).await? })
    }
}

fn add(
    counts: &mut FindingCounts,
    query: &FindingQuery,
    names: &Names,
    (source, place, state, severity, n): Cell,
) -> Result<(), StoreError> {
    let (account, region) = names.place(place)?;
    let source = Source::read(source)?;
    let state = FindingState::read(state)?;
    let severity = Severity::read(severity)?;
    let fits = [
        query.states.is_empty() || query.states.contains(&state),
        query.severities.is_empty() || query.severities.contains(&severity),
        query.sources.is_empty() || query.sources.contains(&source),
        query.account.as_ref().is_none_or(|wanted| wanted == account),
        query.region.as_ref().is_none_or(|wanted| wanted == region),
    ];
    let all_but =
        |left_out: usize| fits.iter().enumerate().all(|(index, fits)| *fits || index == left_out);
    if fits.iter().all(|fits| *fits) {
        counts.total += n;
    }
    if all_but(0) {
        *counts.by_state.entry(state).or_default() += n;
    }
    if all_but(1) {
        *counts.by_severity.entry(severity).or_default() += n;
    }
    if all_but(2) {
        *counts.by_source.entry(source).or_default() += n;
    }
    if all_but(3) {
        *counts.by_account.entry(account.clone()).or_default() += n;
    }
    if all_but(4) {
        *counts.by_region.entry(region.clone()).or_default() += n;
    }
    Ok(())
}

fn cells(rows: &[SqliteRow]) -> Result<Vec<Cell>, StoreError> {
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?, row.count(4)?)))
        .collect()
}

async fn of_controls(
    connection: &mut SqliteConnection,
    controls: &[i64],
) -> Result<(Vec<Cell>, bool), StoreError> {
    let sql = format!(
        "SELECT source, place, state, severity, count(*) FROM (
             SELECT source, place, state, severity FROM finding INDEXED BY finding_control
             WHERE control IN ({}) LIMIT ?1)
         GROUP BY source, place, state, severity",
        numbers(controls)
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(MOST as i64 + 1)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    let cells = cells(&rows)?;
    let counted: u64 = cells.iter().map(|cell| cell.4).sum();
    Ok((cells, counted > MOST as u64))
}

async fn of_words(
    connection: &mut SqliteConnection,
    search: &Search,
    filter: &Filter,
) -> Result<(Vec<Cell>, bool), StoreError> {
    let found = search.found();
    let controls = match &filter.controls {
        Some(controls) => format!(" AND +control IN ({})", numbers(controls)),
        None => String::new(),
    };
    let sql = format!(
        "SELECT source, place, state, severity, count(*) FROM finding
         WHERE n IN (SELECT value FROM json_each(?1)) AND +sample = 0{controls}
         GROUP BY source, place, state, severity"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(serde_json::to_string(found).doing(DOING)?)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    Ok((cells(&rows)?, search.few().is_none()))
}
