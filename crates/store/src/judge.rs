//! Judgement: answers become evaluations, transitions, counts and scores.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::check::Facts;
use domain::judge::{Ground, ORGANISATION};
use domain::{
    Account, Catalogue, Control, Finding, FindingState, Freshness, Organisation, Region, RunId,
    Score, Severity, Source, Timestamp, TransitionKind,
};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::bulk::{Bulk, Columns, id_bytes};
use crate::code::Code;
use crate::error::Doing;
use crate::evaluation::{self, Changes, Leaving, Places};
use crate::finding::{self, Circumstances};
use crate::ground::GroundWork;
use crate::intern::{Known, Names};
use crate::open::Durability;
use crate::organisation::{meta_get, meta_set};
use crate::version::CHANGE;
use crate::{StoreError, Writer, exception, resource, scope, score, sweep};

/// What a judgement found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JudgeReport {
    /// Transitions by kind.
    pub transitions: BTreeMap<TransitionKind, u64>,
    /// The overall score after it.
    pub overall: Option<Score>,
    /// Evaluations after it.
    pub evaluations: u64,
    /// Controls that had to be judged again.
    pub judged: u64,
}

const DOING: &str = "judging";
/// A control with more evaluations than this is judged account by account, to bound memory.
const MANY: u64 = 100_000;

impl Writer {
    /// Judges everything: runs our own checks over the stored resources and states their results as
    /// findings; turns the answers to each control into evaluations, logging what changed; counts;
    /// and computes and stores the score of every scope. Evaluations, counts, transitions and
    /// scores change together in one transaction; a judgement that was killed is simply repeated.
    ///
    /// Controls whose answers did not change are left as they are, unless the ground has changed:
    /// configuration, catalogue, inventory, exceptions, or what is fresh.
    pub async fn judge(
        &self,
        run: RunId,
        organisation: &Organisation,
        catalogue: &Catalogue,
        now: Timestamp,
    ) -> Result<JudgeReport, StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let inner = &mut *inner;
        let statuses = scope::statuses(&mut inner.connection).await?;
        let freshness = Freshness::new(now, statuses);
        let exceptions = exception::standing(&mut inner.connection, now).await?;
        let mut work = GroundWork::new(organisation, catalogue.version, &freshness, &exceptions);
        let judged: BTreeSet<&str> = catalogue
            .controls
            .values()
            .flat_map(|control| control.resource_types.iter().map(String::as_str))
            .collect();
        for account in &organisation.accounts {
            let mut known = std::mem::take(&mut inner.known);
            let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
            let resources = resource::of_account(&mut tx, &account.id).await?;
            work.add(account, &resources, &judged);
            let threats = open_threats(&mut tx, account).await?;
            let findings = {
                let facts = Facts::new(account, organisation.policy, &freshness, &resources);
                domain::check::run_all(&facts.with_open_threats(threats), catalogue)
            };
            state_findings(&mut tx, &mut known, run, account, findings, now).await?;
            tx.commit().await.doing(DOING)?;
            inner.known = known;
        }
        let (inventory, ground_digest) = work.finish();
        let ground = Ground {
            organisation,
            freshness: &freshness,
            inventory: &inventory,
            exceptions: &exceptions,
        };
        let mut known = std::mem::take(&mut inner.known);
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let same_ground =
            meta_get(&mut tx, "ground").await?.as_deref() == Some(ground_digest.as_str());
        let mut bench = Bench {
            connection: &mut tx,
            known: &mut known,
            run,
            now,
            report: JudgeReport::default(),
        };
        bench.controls(catalogue, ground, same_ground).await?;
        let mut report = bench.report;
        report.overall = score::write(&mut tx, run, ground, catalogue).await?;
        report.evaluations = evaluations(&mut tx).await?;
        meta_set(&mut tx, "ground", &ground_digest).await?;
        sqlx::query("UPDATE run SET catalogue_version = ?2 WHERE id = ?1")
            .bind(run.0)
            .bind(catalogue.version)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        inner.known = known;
        // A judgement reads a good part of the file; nobody needs those pages until the next one.
        // It is committed already, so that what happens here does not make it fail.
        if let Err(error) = sqlx::query("PRAGMA shrink_memory").execute(&mut inner.connection).await
        {
            tracing::warn!(%error, "the memory of a judgement could not be given back");
        }
        Ok(report)
    }
}

/// Open GuardDuty findings of severity high or critical in each region of an account, without what
/// our own checks say about GuardDuty: a check must not count its own verdict.
async fn open_threats(
    connection: &mut SqliteConnection,
    account: &Account,
) -> Result<BTreeMap<Region, u64>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.region, sum(c.n) - (
             SELECT count(*) FROM finding f INDEXED BY finding_own
             WHERE f.place = p.id AND f.own = 1 AND f.source = ?1
                 AND f.state = ?3 AND f.severity <= ?4 AND f.sample = 0)
         FROM finding_cube c JOIN place p ON p.id = c.place
         WHERE c.source = ?1 AND p.account = ?2 AND c.state = ?3 AND c.severity <= ?4
           AND c.sample = 0 AND c.n > 0 GROUP BY p.id",
    )
    .bind(Source::GuardDuty.code())
    .bind(account.id.as_str())
    .bind(FindingState::Open.code())
    .bind(Severity::High.code())
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter().map(|row| Ok((Region::new(row.text(0)?), row.count(1)?))).collect()
}

/// Stores what our checks say about an account; what they no longer say is resolved.
async fn state_findings(
    connection: &mut SqliteConnection,
    known: &mut Known,
    run: RunId,
    account: &Account,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut stated = HashSet::with_capacity(findings.len());
    for finding in &findings {
        stated.insert(id_bytes(&finding.id)?);
    }
    let circumstances = Circumstances { run, at: now, visited: None, batch: None };
    finding::write(connection, known, findings, circumstances).await?;
    let rows = sqlx::query(
        "SELECT f.id, f.n FROM place p JOIN finding f ON f.place = p.id
         WHERE p.account = ?1 AND f.own = 1 AND f.state <> ?2",
    )
    .bind(account.id.as_str())
    .bind(FindingState::Resolved.code())
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    let mut gone = Vec::new();
    for row in &rows {
        if !stated.contains(row.bytes(0)?.as_slice()) {
            gone.push(row.int(1)?);
        }
    }
    sweep::resolve(connection, known, run, &gone, now).await
}

async fn evaluations(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    sqlx::query("SELECT coalesce(sum(n), 0) FROM control_count")
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .count(0)
}

/// Where a control is judged, and what the judgement gathers.
struct Bench<'a> {
    connection: &'a mut SqliteConnection,
    known: &'a mut Known,
    run: RunId,
    now: Timestamp,
    report: JudgeReport,
}

impl Bench<'_> {
    async fn controls(
        &mut self,
        catalogue: &Catalogue,
        ground: Ground<'_>,
        same_ground: bool,
    ) -> Result<(), StoreError> {
        let dirty = self.numbers("SELECT control FROM control_dirty").await?;
        let counted = self.numbers("SELECT DISTINCT control FROM control_count").await?;
        let names = Names::read(self.connection).await?;
        let mut current = HashSet::with_capacity(catalogue.controls.len());
        for control in catalogue.controls.values() {
            let number = self.known.word(self.connection, control.id.as_str()).await?;
            current.insert(number);
            if same_ground && counted.contains(&number) && !dirty.contains(&number) {
                continue;
            }
            self.report.judged += 1;
            self.control(control, number, ground, &names).await?;
        }
        // Controls that left the catalogue are not judged any more; nothing was resolved by that.
        for number in counted.difference(&current) {
            for table in ["evaluation", "control_count"] {
                sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE control = ?1")))
                    .bind(number)
                    .execute(&mut *self.connection)
                    .await
                    .doing(DOING)?;
            }
        }
        sqlx::query("DELETE FROM control_dirty")
            .execute(&mut *self.connection)
            .await
            .doing(DOING)?;
        Ok(())
    }

    async fn numbers(&mut self, sql: &'static str) -> Result<HashSet<i64>, StoreError> {
        let rows = sqlx::query(sql).fetch_all(&mut *self.connection).await.doing(DOING)?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    async fn control(
        &mut self,
        control: &Control,
        number: i64,
        ground: Ground<'_>,
        names: &Names,
    ) -> Result<(), StoreError> {
        let mut counts: BTreeMap<(i64, i64), i64> = BTreeMap::new();
        let size = answers_size(self.connection, number).await?;
        if size <= MANY || control.attestation {
            let places = Places::all(names);
            self.share(control, number, ground, &places, &mut counts).await?;
        } else {
            for account in &ground.organisation.accounts {
                let organisation =
                    Organisation { accounts: vec![account.clone()], ..ground.organisation.clone() };
                let ground = Ground { organisation: &organisation, ..ground };
                let places = Places::of(names, &account.id);
                self.share(control, number, ground, &places, &mut counts).await?;
            }
            self.forget_others(number, ground.organisation, names).await?;
        }
        sqlx::query("DELETE FROM control_count WHERE control = ?1")
            .bind(number)
            .execute(&mut *self.connection)
            .await
            .doing(DOING)?;
        let counts: Vec<_> = counts.into_iter().collect();
        COUNT
            .execute(self.connection, counts, |values, ((place, state), n)| {
                values.int(number).int(place).int(state).int(n);
            })
            .await
    }

    /// Judges a control in some places, and writes what changed there.
    async fn share(
        &mut self,
        control: &Control,
        number: i64,
        ground: Ground<'_>,
        places: &Places<'_>,
        counts: &mut BTreeMap<(i64, i64), i64>,
    ) -> Result<(), StoreError> {
        let answers = evaluation::answers(self.connection, number, places).await?;
        let evaluations = domain::judge::judge(control, &answers, ground);
        drop(answers);
        let mut before = evaluation::before(self.connection, number, places).await?;
        let mut changes = Changes::new(number, control.severity, self.run, self.now);
        for evaluation in evaluations {
            let place =
                self.known.place(self.connection, &evaluation.account, &evaluation.region).await?;
            *counts.entry((place, evaluation.state.code())).or_default() += 1;
            let kind = match evaluation.kind.as_str() {
                "" => None,
                kind => Some(self.known.word(self.connection, kind).await?),
            };
            let old = before.remove(&(place, evaluation.resource.as_str().to_owned()));
            changes.note(place, kind, evaluation, old);
        }
        let watched = |place: i64| {
            places.account(place).is_none_or(|account| {
                account.as_str() == ORGANISATION || ground.organisation.account(account).is_some()
            })
        };
        let keys: Vec<String> = before.keys().map(|(_, resource)| resource.clone()).collect();
        let gone = resource::gone(self.connection, &keys).await?;
        for ((place, resource), old) in before {
            let how = match (watched(place), gone.contains(&resource)) {
                (false, _) => Leaving::Unwatched,
                (true, true) => Leaving::Removed,
                (true, false) => Leaving::OutOfSight,
            };
            changes.gone(place, resource, old, how);
        }
        changes.write(self.connection, &mut self.report.transitions).await
    }

    /// Evaluations of accounts that are not configured any more, where the shares of the
    /// configured ones did not meet them.
    async fn forget_others(
        &mut self,
        number: i64,
        organisation: &Organisation,
        names: &Names,
    ) -> Result<(), StoreError> {
        for (place, (account, _)) in &names.places {
            if organisation.account(account).is_none() {
                sqlx::query("DELETE FROM evaluation WHERE control = ?1 AND place = ?2")
                    .bind(number)
                    .bind(place)
                    .execute(&mut *self.connection)
                    .await
                    .doing(DOING)?;
            }
        }
        Ok(())
    }
}

/// Answers of a control, as far as it matters: more than [`MANY`] are not counted.
async fn answers_size(connection: &mut SqliteConnection, control: i64) -> Result<u64, StoreError> {
    sqlx::query("SELECT count(*) FROM (SELECT 1 FROM answer WHERE control = ?1 LIMIT ?2)")
        .bind(control)
        .bind(MANY.cast_signed() + 1)
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .count(0)
}

const COUNT: Bulk = Bulk {
    head: "INSERT INTO control_count (control, place, state, n) VALUES",
    width: 4,
    tail: "",
    doing: "counting evaluations",
};
