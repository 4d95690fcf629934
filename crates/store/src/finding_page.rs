//! Lists of findings: any filter, any page, in milliseconds at a million rows.

use std::collections::BTreeMap;

use domain::{
    AccountId, ControlId, FindingId, FindingState, Region, ResourceKey, ResourceRef, Severity,
    Source, Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::finding_filter::{Filter, numbers};
use crate::search::Search;
use crate::{Page, Reader, StoreError, cursor};

/// Which findings. An empty list or `None` does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingQuery {
    /// Any of these states.
    pub states: Vec<FindingState>,
    /// Any of these severities.
    pub severities: Vec<Severity>,
    /// Any of these sources.
    pub sources: Vec<Source>,
    /// This account. Without it, accounts that were removed from the configuration are left out.
    pub account: Option<AccountId>,
    /// This region.
    pub region: Option<Region>,
    /// Any of these controls; `Some` of an empty list matches nothing.
    pub controls: Option<Vec<ControlId>>,
    /// Words that title, check, resource and native id must all have between them; when nothing has
    /// them, the last may be the beginning of a word.
    pub q: Option<String>,
    /// Rows on a page, 1 to 200; 0 means 50.
    pub limit: u32,
    /// Where the page begins, from [`crate::Page::next`].
    pub cursor: Option<String>,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Identity.
    pub id: FindingId,
    /// Who said it.
    pub source: Source,
    /// The product within the source.
    pub product: String,
    /// What was checked.
    pub check: String,
    /// The control that it answers.
    pub control: Option<ControlId>,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Untrusted text.
    pub title: String,
    /// Our label.
    pub severity: Severity,
    /// Where it stands.
    pub state: FindingState,
    /// Since when it stands there, as far as we know.
    pub state_since: Timestamp,
    /// The first resource concerned.
    pub resource: ResourceRef,
    /// How many resources are concerned.
    pub resource_count: u64,
    /// When the source first saw it.
    pub created_at: Timestamp,
    /// When the source last changed it.
    pub updated_at: Timestamp,
    /// When we first read it.
    pub first_seen: Timestamp,
    /// A made-up example of the source.
    pub sample: bool,
}

const DOING: &str = "listing findings";
/// Most streams that are merged; beyond, one stream is read and filtered. SQLite's limit of terms
/// in a compound query is 500.
const MOST_STREAMS: usize = 400;
/// Most matches of words, or of a narrow filter, that are sorted; of more, the list is read in its
/// order.
const FEW: usize = 2_000;
/// Rows that are read at once, and how often, while looking for frequent words.
const STRIDE: usize = 500;
const STRIDES: usize = 20;

const COLUMNS: &str = "SELECT f.n, f.id, f.source, f.product, f.check_id, c.text, p.account, \
     p.region, f.title, f.severity, f.state, f.state_since, f.resource, k.text, f.resource_name, \
     q.account, q.region, f.resource_count, f.created_at, f.updated_at, f.first_seen, f.sample, \
     f.native_id";
const JOINS: &str = "JOIN place p ON p.id = f.place JOIN place q ON q.id = f.resource_place \
     JOIN word k ON k.id = f.resource_kind LEFT JOIN word c ON c.id = f.control";

/// A row with its place in the order of the list.
struct Listed {
    position: Position,
    native_id: String,
    row: FindingRow,
}

/// Severity, update time, number: the order of every list.
type Position = (i64, i64, i64);

fn read(row: &SqliteRow) -> Result<Listed, StoreError> {
    let finding = FindingRow {
        id: row.finding_id(1)?,
        source: row.code(2)?,
        product: row.text(3)?,
        check: row.text(4)?,
        control: row.maybe_text(5)?.map(ControlId::new),
        account: AccountId::new(row.text(6)?),
        region: Region::new(row.text(7)?),
        title: row.text(8)?,
        severity: row.code(9)?,
        state: row.code(10)?,
        state_since: row.time(11)?,
        resource: ResourceRef {
            key: ResourceKey::new(row.text(12)?),
            kind: row.text(13)?,
            name: row.text(14)?,
            account: AccountId::new(row.text(15)?),
            region: Region::new(row.text(16)?),
        },
        resource_count: row.count(17)?,
        created_at: row.time(18)?,
        updated_at: row.time(19)?,
        first_seen: row.time(20)?,
        sample: row.int(21)? != 0,
    };
    let position = (finding.severity.code(), finding.updated_at.0, row.int(0)?);
    Ok(Listed { position, native_id: row.text(22)?, row: finding })
}

impl Reader {
    /// A page of findings: the most severe first, then the latest.
    pub async fn finding_page(&self, query: &FindingQuery) -> Result<Page<FindingRow>, StoreError> {
        let limit = cursor::rows(query.limit);
        let start: Option<Position> = cursor::read('f', query.cursor.as_deref())?;
        let start = start.unwrap_or((-1, i64::MAX, i64::MAX));
        let hidden = self.places_hidden().await?;
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        let connection = &mut *connection;
        let Some(filter) = Filter::of(connection, &hidden, query).await? else {
            return Ok(Page::empty());
        };
        let search = Search::of(connection, query.q.as_deref(), FEW).await?;
        let enough = limit + 1;
        let (mut listed, end) = match (&search, search.as_ref().and_then(Search::few)) {
            (_, Some(few)) => (among(connection, &filter, few, start, enough).await?, None),
            (None, None) => {
                let plan = Plan::of(connection, &filter).await?;
                (plan.read(connection, start, enough).await?, None)
            }
            (Some(search), None) => {
                let plan = Plan::of(connection, &filter).await?;
                frequent(connection, &plan, search, start, enough).await?
            }
        };
        let more = listed.len() > limit;
        listed.truncate(limit);
        let last = listed.last().map(|last| last.position).filter(|_| more).or(end);
        let next = last.and_then(|last| cursor::write('f', &last));
        Ok(Page { items: listed.into_iter().map(|listed| listed.row).collect(), next })
    }

    /// Open findings of critical and high severity, the most overdue first: those whose days to
    /// fix ([`domain::finding::remediation_days`]) ran out longest ago.
    pub async fn open_by_age(&self, limit: u32) -> Result<Vec<FindingRow>, StoreError> {
        let hidden = self.places_hidden().await?;
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        let mut all = Vec::new();
        for severity in [Severity::Critical, Severity::High] {
            let condition = match &*hidden {
                [] => String::new(),
                hidden => format!(" AND f.place NOT IN ({})", numbers(hidden)),
            };
            let sql = format!(
                "{COLUMNS} FROM finding f INDEXED BY finding_age {JOINS}
                 WHERE f.state = 0 AND f.severity < 2 AND f.sample = 0 AND f.severity = {}{condition}
                 ORDER BY f.state_since LIMIT ?1",
                severity.code()
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
                .doing(DOING)?;
            for row in &rows {
                all.push(read(row)?.row);
            }
        }
        all.sort_by_key(|row| {
            let days = domain::finding::remediation_days(row.severity).unwrap_or(i64::MAX);
            row.state_since.plus(days.saturating_mul(domain::id::DAY_MS))
        });
        all.truncate(limit as usize);
        Ok(all)
    }
}

/// How a list is read: streams that are each in order already, merged; or, for a severity of which
/// few rows match, those rows, sorted.
struct Plan {
    severities: Vec<i64>,
    wide: Streams,
    /// By severity, for narrow filters: the few rows, or `None` where they are not few. A severity
    /// without any row is absent.
    narrow: Option<BTreeMap<i64, Option<Streams>>>,
}

/// Conditions of streams that are read from one index.
struct Streams {
    index: &'static str,
    each: Vec<String>,
    conditions: String,
}

impl Plan {
    async fn of(connection: &mut SqliteConnection, filter: &Filter) -> Result<Self, StoreError> {
        let severities = filter.severities.clone();
        let states = || filter.states.iter().map(|state| format!("f.state = {state}"));
        let by_state = Streams {
            index: "finding_list",
            each: states().collect(),
            conditions: filter.conditions(true),
        };
        if let Some(controls) = &filter.controls {
            if controls.len() * filter.states.len() > MOST_STREAMS {
                return Ok(Self { severities, wide: by_state, narrow: None });
            }
            let each = controls.iter().flat_map(|control| {
                states().map(move |state| format!("f.control = {control} AND {state}"))
            });
            let by_control = Streams {
                index: "finding_control",
                each: each.collect(),
                conditions: filter.conditions(false),
            };
            return Ok(Self { severities, wide: by_control, narrow: None });
        }
        if filter.places.is_none() && filter.sources.is_empty() {
            return Ok(Self { severities, wide: by_state, narrow: None });
        }
        let narrow = Some(Self::by_place(connection, filter).await?);
        Ok(Self { severities, wide: by_state, narrow })
    }

    /// Asks the counters how many rows of each severity match, and where they are.
    async fn by_place(
        connection: &mut SqliteConnection,
        filter: &Filter,
    ) -> Result<BTreeMap<i64, Option<Streams>>, StoreError> {
        let sql = format!(
            "SELECT f.severity, sum(f.n), group_concat(DISTINCT f.place),
                 group_concat(DISTINCT f.source), group_concat(DISTINCT f.state)
             FROM finding_cube f WHERE f.n > 0 AND f.state IN ({}) AND f.severity IN ({}){}
             GROUP BY f.severity",
            numbers(&filter.states),
            numbers(&filter.severities),
            filter.conditions(false),
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.doing(DOING)?;
        let mut narrow = BTreeMap::new();
        for row in &rows {
            let (places, sources, states) = (row.text(2)?, row.text(3)?, row.text(4)?);
            let few = (row.count(1)? <= FEW as u64).then(|| Streams {
                index: "finding_place",
                each: vec![format!(
                    "f.place IN ({places}) AND f.source IN ({sources}) AND f.state IN ({states})"
                )],
                conditions: String::new(),
            });
            narrow.insert(row.int(0)?, few);
        }
        Ok(narrow)
    }

    fn streams(&self, severity: i64) -> Option<&Streams> {
        match &self.narrow {
            None => Some(&self.wide),
            Some(narrow) => narrow.get(&severity).map(|few| few.as_ref().unwrap_or(&self.wide)),
        }
    }

    /// Reads rows behind a position, severity by severity, until there are enough.
    async fn read(
        &self,
        connection: &mut SqliteConnection,
        start: Position,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::with_capacity(limit);
        for severity in self.severities.iter().copied().filter(|one| *one >= start.0) {
            let Some(streams) = self.streams(severity) else { continue };
            let (updated_at, n) =
                if severity == start.0 { (start.1, start.2) } else { (i64::MAX, i64::MAX) };
            let rows = sqlx::query(AssertSqlSafe(streams.sql(severity)))
                .bind(updated_at)
                .bind(n)
                .bind((limit - listed.len()) as i64)
                .fetch_all(&mut *connection)
                .await
                .doing(DOING)?;
            for row in &rows {
                listed.push(read(row)?);
            }
            if listed.len() >= limit {
                break;
            }
        }
        Ok(listed)
    }
}

impl Streams {
    /// The rows of a severity behind a position. The rows themselves are fetched when it is known
    /// which of them are on the page.
    fn sql(&self, severity: i64) -> String {
        let Self { index, conditions, .. } = self;
        let each = self.each.iter().map(|stream| {
            format!(
                "SELECT * FROM (SELECT f.updated_at AS u, f.n AS n FROM finding f INDEXED BY {index}
                 WHERE {stream} AND f.severity = {severity}
                   AND (f.updated_at, f.n) < (?1, ?2){conditions}
                 ORDER BY f.updated_at DESC, f.n DESC LIMIT ?3)"
            )
        });
        format!(
            "{COLUMNS} FROM ({} ORDER BY u DESC, n DESC LIMIT ?3) s
             CROSS JOIN finding f ON f.n = s.n {JOINS} ORDER BY s.u DESC, s.n DESC",
            each.collect::<Vec<_>>().join(" UNION ALL ")
        )
    }
}

/// The findings with these numbers that match the filter, sorted, behind a position.
async fn among(
    connection: &mut SqliteConnection,
    filter: &Filter,
    few: &[i64],
    start: Position,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "{COLUMNS} FROM finding f {JOINS} WHERE f.n IN (SELECT value FROM json_each(?4))
           AND +f.state IN ({}) AND +f.severity IN ({}){}
           AND (f.severity > ?5 OR (f.severity = ?5 AND (f.updated_at, f.n) < (?1, ?2)))
         ORDER BY f.severity, f.updated_at DESC, f.n DESC LIMIT ?3",
        numbers(&filter.states),
        numbers(&filter.severities),
        filter.conditions(true),
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(start.1)
        .bind(start.2)
        .bind(limit as i64)
        .bind(serde_json::to_string(few).doing(DOING)?)
        .bind(start.0)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(read).collect()
}

/// Reads the list in its order and keeps what has the words, which are frequent. When the rows
/// that one request may read run out first, the page is short and says where to go on.
async fn frequent(
    connection: &mut SqliteConnection,
    plan: &Plan,
    search: &Search,
    mut start: Position,
    limit: usize,
) -> Result<(Vec<Listed>, Option<Position>), StoreError> {
    let mut kept = Vec::new();
    for _ in 0..STRIDES {
        let stride = plan.read(connection, start, STRIDE).await?;
        let ended = stride.len() < STRIDE;
        for listed in stride {
            start = listed.position;
            let row = &listed.row;
            let native = listed.native_id.replace('-', "");
            let texts = [
                row.title.as_str(),
                row.check.as_str(),
                row.resource.key.as_str(),
                row.resource.name.as_str(),
                native.as_str(),
            ];
            if search.matches(&texts) {
                kept.push(listed);
                if kept.len() == limit {
                    return Ok((kept, None));
                }
            }
        }
        if ended {
            return Ok((kept, None));
        }
    }
    Ok((kept, Some(start)))
}
