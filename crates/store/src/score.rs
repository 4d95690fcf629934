//! Stored scores: a point for every scope and round, kept for six years.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::catalogue::Class;
use domain::id::DAY_MS;
use domain::judge::Ground;
use domain::score::{Weighed, met};
use domain::{
    AccountId, Catalogue, Category, Control, ControlId, Freshness, Region, RunId, Score,
    ScoreScope, Source, Tally, Timestamp,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::{Bulk, Columns};
use crate::error::Doing;
use crate::memo::History;
use crate::{Reader, StoreError};

/// A score of one scope after one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorePoint {
    /// What it is about, as [`domain::ScoreScope`] prints it.
    pub scope: String,
    /// The round.
    pub run: RunId,
    /// When it was computed.
    pub at: Timestamp,
    /// The score; `None` when there was nothing to score.
    pub score: Option<Score>,
    /// Whether everything applicable passes; `None` when nothing is applicable.
    pub met: Option<bool>,
    /// Evaluations of all its controls by state.
    pub tally: Tally,
    /// Controls in the sums.
    pub controls: u64,
    /// When the oldest data that it rests on was read; `None` when nothing was.
    pub oldest_as_of: Option<Timestamp>,
    /// Whether data that it rests on has grown stale.
    pub any_stale: bool,
    /// The catalogue that it was computed with.
    pub catalogue_version: String,
}

const DOING: &str = "storing scores";

/// Tallies of controls: everywhere, and in each account.
#[derive(Default)]
struct Tallies {
    all: HashMap<ControlId, Tally>,
    accounts: HashMap<AccountId, HashMap<ControlId, Tally>>,
}

async fn tallies(connection: &mut SqliteConnection) -> Result<Tallies, StoreError> {
    let rows = sqlx::query(
        "SELECT w.text, p.account, c.state, sum(c.n) FROM control_count c
         JOIN word w ON w.id = c.control JOIN place p ON p.id = c.place
         GROUP BY c.control, p.account, c.state",
    )
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    let mut tallies = Tallies::default();
    for row in &rows {
        let (control, account) = (ControlId::new(row.text(0)?), AccountId::new(row.text(1)?));
        let (state, n) = (row.code(2)?, row.count(3)?);
        tallies.all.entry(control.clone()).or_default().add(state, n);
        let of_account = tallies.accounts.entry(account).or_default();
        of_account.entry(control).or_default().add(state, n);
    }
    Ok(tallies)
}

/// Computes and stores the score of every scope; answers the overall one.
///
/// Attestations are given once for the organisation, so the scores of accounts leave them out.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    run: RunId,
    ground: Ground<'_>,
    catalogue: &Catalogue,
) -> Result<Option<Score>, StoreError> {
    let tallies = tallies(connection).await?;
    let mut points = Vec::new();
    let mut point = |scope: ScoreScope, controls: Vec<&Control>| {
        let account = match &scope {
            ScoreScope::Account(account) => Some(account),
            _ => None,
        };
        let none = HashMap::new();
        let tallies = match account {
            Some(account) => tallies.accounts.get(account).unwrap_or(&none),
            None => &tallies.all,
        };
        let weighed: Vec<Weighed> = controls
            .iter()
            .map(|control| Weighed {
                severity: control.severity,
                tally: tallies.get(&control.id).copied().unwrap_or_default(),
            })
            .collect();
        let rests = rests_on(ground.freshness, &controls, account);
        points.push(computed(scope.to_string(), run, catalogue, &weighed, rests));
    };
    point(ScoreScope::Overall, catalogue.controls.values().collect());
    for category in Category::ALL {
        point(ScoreScope::Category(category), catalogue.controls_of_category(category).collect());
    }
    for class in Class::ALL {
        point(ScoreScope::Class(class), catalogue.controls_of_class(class).collect());
    }
    for safeguard in &catalogue.safeguards {
        let controls = catalogue.controls_of_section(&safeguard.section);
        let controls = controls.iter().filter_map(|id| catalogue.control(id)).collect();
        point(ScoreScope::Section(safeguard.section.clone()), controls);
    }
    for account in &ground.organisation.accounts {
        let controls = catalogue.controls.values().filter(|control| !control.attestation);
        point(ScoreScope::Account(account.id.clone()), controls.collect());
    }
    let overall = points.first().and_then(|point: &ScorePoint| point.score);
    store(connection, points).await?;
    Ok(overall)
}

/// When the oldest data was read, whether any is stale, and the present.
type Rests = (Option<Timestamp>, bool, Timestamp);

/// The ages of the sources that can answer these controls.
fn rests_on(freshness: &Freshness, controls: &[&Control], account: Option<&AccountId>) -> Rests {
    let sources: BTreeSet<Source> = controls.iter().flat_map(|control| control.sources()).collect();
    let statuses = freshness
        .scopes()
        .filter(|status| sources.contains(&status.scope.source))
        .filter(|status| account.is_none_or(|account| status.scope.account == *account))
        .cloned();
    let part = Freshness::new(freshness.now(), statuses);
    (part.oldest(), part.any_stale(), freshness.now())
}

fn computed(
    scope: String,
    run: RunId,
    catalogue: &Catalogue,
    weighed: &[Weighed],
    (oldest_as_of, any_stale, at): Rests,
) -> ScorePoint {
    let mut tally = Tally::default();
    for one in weighed {
        tally.merge(&one.tally);
    }
    let counts = |one: &&Weighed| one.tally.total() == 0 || one.tally.applicable() > 0;
    ScorePoint {
        scope,
        run,
        at,
        score: Score::of(weighed.iter().copied()),
        met: met(weighed.iter().copied()),
        tally,
        controls: weighed.iter().filter(counts).count() as u64,
        oldest_as_of,
        any_stale,
        catalogue_version: catalogue.version.to_owned(),
    }
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO score (scope, run, at, lo, hi, coverage, met, tally, controls, \
           oldest_as_of, any_stale, catalogue_version) VALUES",
    width: 12,
    tail: "ON CONFLICT (scope, run) DO UPDATE SET at = excluded.at, lo = excluded.lo, \
           hi = excluded.hi, coverage = excluded.coverage, met = excluded.met, \
           tally = excluded.tally, controls = excluded.controls, \
           oldest_as_of = excluded.oldest_as_of, any_stale = excluded.any_stale, \
           catalogue_version = excluded.catalogue_version",
    doing: DOING,
};

async fn store(
    connection: &mut SqliteConnection,
    points: Vec<ScorePoint>,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(points.len());
    for point in points {
        rows.push((serde_json::to_string(&point.tally).doing(DOING)?, point));
    }
    PUT.execute(connection, rows, |values, (tally, point)| {
        values.text(point.scope).int(point.run.0).int(point.at.0);
        values.real(point.score.map(|score| score.lo)).real(point.score.map(|score| score.hi));
        values.real(point.score.map(|score| score.coverage)).maybe(point.met.map(i64::from));
        values.text(tally).int(point.controls.cast_signed());
        values.maybe(point.oldest_as_of.map(|at| at.0)).int(i64::from(point.any_stale));
        values.text(point.catalogue_version);
    })
    .await
}

const COLUMNS: &str = "SELECT scope, run, at, lo, hi, coverage, met, tally, controls, \
     oldest_as_of, any_stale, catalogue_version FROM score";

fn read(row: &SqliteRow) -> Result<ScorePoint, StoreError> {
    let score = match (row.maybe_real(3)?, row.maybe_real(4)?, row.maybe_real(5)?) {
        (Some(lo), Some(hi), Some(coverage)) => Some(Score { lo, hi, coverage }),
        _ => None,
    };
    Ok(ScorePoint {
        scope: row.text(0)?,
        run: RunId(row.int(1)?),
        at: row.time(2)?,
        score,
        met: row.maybe(6)?.map(|met| met != 0),
        tally: serde_json::from_str(&row.text(7)?).doing("reading a score")?,
        controls: row.count(8)?,
        oldest_as_of: row.maybe_time(9)?,
        any_stale: row.int(10)? != 0,
        catalogue_version: row.text(11)?,
    })
}

impl Reader {
    /// The latest score of a scope.
    pub async fn score_latest(&self, scope: &ScoreScope) -> Result<Option<ScorePoint>, StoreError> {
        let sql = format!("{COLUMNS} WHERE scope = ?1 ORDER BY run DESC LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.to_string())
            .fetch_optional(&self.pool)
            .await
            .doing("reading a score")?;
        row.as_ref().map(read).transpose()
    }

    /// The scores of all scopes after the latest judged round, by scope.
    pub async fn scores_latest(&self) -> Result<Arc<BTreeMap<String, ScorePoint>>, StoreError> {
        self.memo().scores.get_or_try_init(|| self.scores_read()).await.cloned()
    }

    async fn scores_read(&self) -> Result<Arc<BTreeMap<String, ScorePoint>>, StoreError> {
        let sql = format!("{COLUMNS} WHERE run = (SELECT max(run) FROM score)");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await
            .doing("reading the scores")?;
        let points = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(points.into_iter().map(|point| (point.scope.clone(), point)).collect()))
    }

    /// The scores of a scope since then, oldest first: the last one of each UTC day, and all of
    /// the newest day. All points stay in storage.
    pub async fn score_history(
        &self,
        scope: &ScoreScope,
        since: Timestamp,
    ) -> Result<Vec<ScorePoint>, StoreError> {
        let (memo, name, day) = (self.memo(), scope.to_string(), since.0.div_euclid(DAY_MS));
        let history = if let Some(history) = memo.history(&name, day) {
            history
        } else {
            let points = self.history_read(&name, Timestamp(day * DAY_MS)).await?.into();
            let history = History { day, points };
            memo.put_history(name, history.clone());
            history
        };
        Ok(history.points.iter().filter(|point| point.at >= since).cloned().collect())
    }

    async fn history_read(
        &self,
        scope: &str,
        since: Timestamp,
    ) -> Result<Vec<ScorePoint>, StoreError> {
        let sql = format!(
            "WITH points AS (
                 SELECT *, lead(at) OVER (ORDER BY run) AS following FROM score
                 WHERE scope = ?1 AND at >= ?2)
             {} WHERE following IS NULL OR following / 86400000 <> at / 86400000
                 OR at / 86400000 = (SELECT max(at) / 86400000 FROM points)
             ORDER BY run",
            COLUMNS.replace("FROM score", "FROM points")
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope)
            .bind(since.0)
            .fetch_all(&self.pool)
            .await
            .doing("reading the history of a score")?;
        rows.iter().map(read).collect()
    }

    /// The score of a scope as a round left it. What grew old since is judged under the number of
    /// the last round, so that one's score may be younger than its end.
    pub async fn score_of(
        &self,
        scope: &ScoreScope,
        run: RunId,
    ) -> Result<Option<ScorePoint>, StoreError> {
        let sql = format!("{COLUMNS} WHERE scope = ?1 AND run = ?2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.to_string())
            .bind(run.0)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a score")?;
        row.as_ref().map(read).transpose()
    }

    /// The last score of a scope that was computed before this time.
    pub async fn score_at(
        &self,
        scope: &ScoreScope,
        before: Timestamp,
    ) -> Result<Option<ScorePoint>, StoreError> {
        let sql = format!("{COLUMNS} WHERE scope = ?1 AND at < ?2 ORDER BY run DESC LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.to_string())
            .bind(before.0)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a score")?;
        row.as_ref().map(read).transpose()
    }

    /// How many evaluations of each control are in each state, everywhere or in one account.
    pub async fn control_tallies(
        &self,
        account: Option<&AccountId>,
    ) -> Result<Arc<BTreeMap<ControlId, Tally>>, StoreError> {
        match account {
            Some(_) => self.tallies_read(account).await,
            None => self.memo().tallies.get_or_try_init(|| self.tallies_read(None)).await.cloned(),
        }
    }

    async fn tallies_read(
        &self,
        account: Option<&AccountId>,
    ) -> Result<Arc<BTreeMap<ControlId, Tally>>, StoreError> {
        let rows = sqlx::query(
            "SELECT w.text, c.state, sum(c.n) FROM control_count c
             JOIN word w ON w.id = c.control
             WHERE ?1 IS NULL OR c.place IN (SELECT id FROM place WHERE account = ?1)
             GROUP BY c.control, c.state",
        )
        .bind(account.map(AccountId::as_str))
        .fetch_all(&self.pool)
        .await
        .doing("reading the tallies of controls")?;
        let mut tallies: BTreeMap<ControlId, Tally> = BTreeMap::new();
        for row in &rows {
            let tally = tallies.entry(ControlId::new(row.text(0)?)).or_default();
            tally.add(row.code(1)?, row.count(2)?);
        }
        Ok(Arc::new(tallies))
    }

    /// How many evaluations of a control are in each state, in each account and region, sorted.
    pub async fn control_account_tallies(
        &self,
        control: &ControlId,
    ) -> Result<Vec<(AccountId, Region, Tally)>, StoreError> {
        let rows = sqlx::query(
            "SELECT p.account, p.region, c.state, c.n FROM control_count c
             JOIN place p ON p.id = c.place
             WHERE c.control = (SELECT id FROM word WHERE text = ?1)
             ORDER BY p.account, p.region",
        )
        .bind(control.as_str())
        .fetch_all(&self.pool)
        .await
        .doing("reading the tallies of a control")?;
        let mut tallies: Vec<(AccountId, Region, Tally)> = Vec::new();
        for row in &rows {
            let (account, region) = (AccountId::new(row.text(0)?), Region::new(row.text(1)?));
            if tallies.last().is_none_or(|(a, r, _)| (a, r) != (&account, &region)) {
                tallies.push((account, region, Tally::default()));
            }
            if let Some((_, _, tally)) = tallies.last_mut() {
                tally.add(row.code(2)?, row.count(3)?);
            }
        }
        Ok(tallies)
    }
}
