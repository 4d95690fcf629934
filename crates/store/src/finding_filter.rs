//! A finding query with its words turned into numbers.

use std::sync::Arc;

use domain::{AccountId, ControlId, FindingState, Region, Severity};
use sqlx::SqliteConnection;

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{FindingQuery, Reader, StoreError};

const DOING: &str = "listing findings";

/// A query with its words turned into numbers.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) states: Vec<i64>,
    pub(crate) severities: Vec<i64>,
    pub(crate) sources: Vec<i64>,
    /// `None` for all places.
    pub(crate) places: Option<Vec<i64>>,
    pub(crate) controls: Option<Vec<i64>>,
}

impl Filter {
    /// Reads the numbers; `None` when nothing can match. `hidden` are [`Reader::places_hidden`].
    pub(crate) async fn of(
        connection: &mut SqliteConnection,
        hidden: &[i64],
        query: &FindingQuery,
    ) -> Result<Option<Self>, StoreError> {
        let places = places(connection, hidden, query).await?;
        let controls = match &query.controls {
            None => None,
            Some(controls) => Some(controls_numbers(connection, controls).await?),
        };
        let empty = |list: &Option<Vec<i64>>| list.as_ref().is_some_and(Vec::is_empty);
        if empty(&places) || empty(&controls) {
            return Ok(None);
        }
        let mut severities: Vec<i64> = query.severities.iter().map(|one| one.code()).collect();
        if severities.is_empty() {
            severities = Severity::ALL.iter().map(|one| one.code()).collect();
        }
        severities.sort_unstable();
        severities.dedup();
        let mut states: Vec<i64> = query.states.iter().map(|one| one.code()).collect();
        if states.is_empty() {
            states = FindingState::ALL.iter().map(|one| one.code()).collect();
        }
        states.sort_unstable();
        states.dedup();
        let sources = query.sources.iter().map(|one| one.code()).collect();
        Ok(Some(Self { states, severities, sources, places, controls }))
    }

    /// Conditions on columns that every index ends with; each begins with AND.
    pub(crate) fn conditions(&self, with_controls: bool) -> String {
        let mut sql = String::new();
        let mut one_of = |column: &str, list: Option<&Vec<i64>>| {
            if let Some(list) = list.filter(|list| !list.is_empty()) {
                for text in [" AND +f.", column, " IN (", &numbers(list), ")"] {
                    sql.push_str(text);
                }
            }
        };
        one_of("source", Some(&self.sources));
        one_of("place", self.places.as_ref());
        if with_controls {
            one_of("control", self.controls.as_ref());
        }
        sql
    }
}

pub(crate) fn numbers(list: &[i64]) -> String {
    let texts: Vec<String> = list.iter().map(i64::to_string).collect();
    texts.join(",")
}

async fn controls_numbers(
    connection: &mut SqliteConnection,
    controls: &[ControlId],
) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM word WHERE text IN (SELECT value FROM json_each(?1)) ORDER BY id",
    )
    .bind(serde_json::to_string(controls).doing(DOING)?)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter().map(|row| row.int(0)).collect()
}

async fn places(
    connection: &mut SqliteConnection,
    hidden: &[i64],
    query: &FindingQuery,
) -> Result<Option<Vec<i64>>, StoreError> {
    let hidden = if query.account.is_some() { &[] } else { hidden };
    if query.account.is_none() && query.region.is_none() && hidden.is_empty() {
        return Ok(None);
    }
    let rows = sqlx::query(
        "SELECT id FROM place WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR region = ?2)
         ORDER BY id",
    )
    .bind(query.account.as_ref().map(AccountId::as_str))
    .bind(query.region.as_ref().map(Region::as_str))
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    let all: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
    Ok(Some(all.into_iter().filter(|place| !hidden.contains(place)).collect()))
}

impl Reader {
    /// The places of accounts that were removed from the configuration.
    pub(crate) async fn places_hidden(&self) -> Result<Arc<[i64]>, StoreError> {
        let read = async || {
            let rows = sqlx::query(
                "SELECT p.id FROM account a JOIN place p ON p.account = a.id
                 WHERE a.configured = 0",
            )
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
            rows.iter().map(|row| row.int(0)).collect()
        };
        self.memo().places_hidden.get_or_try_init(read).await.cloned()
    }
}
