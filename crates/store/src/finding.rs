//! Ingest: what a collector hands over becomes rows, answers and counters in one transaction.

use std::collections::HashMap;

use domain::resource::kind::ACCOUNT;
use domain::{Batch, Finding, FindingState, ResourceKey, ResourceRef, RunId, Scope, Timestamp};
use sqlx::{Connection, SqliteConnection};

use crate::answer::{AnswerChanges, Speaker, answers_of};
use crate::bulk::{Bulk, Columns, id_bytes};
use crate::code::Code;
use crate::digest::Digest;
use crate::error::Doing;
use crate::finding_cube::{Cube, changes_write};
use crate::intern::{Known, prose_digest};
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer, access_event, evidence, problem, resource};

/// What one batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IngestReport {
    /// Findings that were not known before.
    pub inserted: u64,
    /// Findings whose content changed.
    pub updated: u64,
    /// Findings that were known as they are, or newer.
    pub unchanged: u64,
}

/// Under which circumstances findings are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// The round.
    pub run: RunId,
    /// When they were read.
    pub at: Timestamp,
    /// The place that was visited; `None` for checks of our own, whose resources name it.
    pub visited: Option<i64>,
    /// The evidence that they were read from.
    pub batch: Option<i64>,
}

impl Writer {
    /// Stores a batch in one transaction: findings, answers, resources, problems, evidence,
    /// attempts at access, counters. Idempotent; of two versions of a finding the one with the later update time
    /// stays, in whichever order they come. Larger batches cost less: up to a few thousand rows.
    ///
    /// The commit survives a kill at once and a power cut with the next [`Writer::scope_finish`];
    /// a power cut before takes back this batch and everything after it, never a part of it.
    pub async fn ingest(
        &self,
        run: RunId,
        scope: &Scope,
        batch: Batch,
        at: Timestamp,
    ) -> Result<IngestReport, StoreError> {
        const DOING: &str = "storing a batch";
        let packed = evidence::pack(batch.evidence).await?;
        let mut inner = self.lock(Durability::Kill).await?;
        let inner = &mut *inner;
        let mut known = std::mem::take(&mut inner.known);
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let place = known.place(&mut tx, &scope.account, &scope.region).await?;
        let used = evidence::write(&mut tx, run, scope, place, packed).await?;
        let circumstances = Circumstances { run, at, visited: Some(place), batch: used };
        let report = write(&mut tx, &mut known, batch.findings, circumstances).await?;
        resource::write(&mut tx, &mut known, batch.resources, circumstances).await?;
        problem::write(&mut tx, scope, place, batch.problems, circumstances).await?;
        access_event::write(&mut tx, batch.access, at).await?;
        access_event::gaps_write(&mut tx, scope, batch.access_gaps).await?;
        if report.inserted + report.updated > 0 {
            sqlx::query(
                "UPDATE run SET findings_new = findings_new + ?2,
                     findings_changed = findings_changed + ?3 WHERE id = ?1",
            )
            .bind(run.0)
            .bind(report.inserted.cast_signed())
            .bind(report.updated.cast_signed())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)?;
        inner.known = known;
        Ok(report)
    }
}

/// A finding on its way in.
struct Incoming {
    id: [u8; 16],
    finding: Finding,
    prose: [u8; 16],
    digest: i64,
}

/// What is known of a finding before.
struct Before {
    n: i64,
    digest: i64,
    updated_at: i64,
    created_at: i64,
    state: FindingState,
    cell: (i64, i64, i64, i64, i64),
    state_since: i64,
    gone: bool,
}

/// Writes findings with their answers and counters.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    known: &mut Known,
    findings: Vec<Finding>,
    circumstances: Circumstances,
) -> Result<IngestReport, StoreError> {
    let own = circumstances.visited.is_none();
    let incoming = incoming(findings, own)?;
    let before = before(connection, &incoming).await?;
    let mut report = IngestReport::default();
    let mut changed = Vec::new();
    for one in incoming {
        match before.get(&one.id) {
            None => report.inserted += 1,
            Some(old) if !replaces(&one, old, own) => {
                report.unchanged += 1;
                continue;
            }
            Some(_) => report.updated += 1,
        }
        changed.push(one);
    }
    if !changed.is_empty() {
        store(connection, known, changed, &before, circumstances).await?;
    }
    Ok(report)
}

fn replaces(one: &Incoming, old: &Before, own: bool) -> bool {
    if old.digest == one.digest && !old.gone {
        return false;
    }
    own || one.finding.updated_at.0 >= old.updated_at
}

/// Each finding once, the latest version of each.
fn incoming(findings: Vec<Finding>, own: bool) -> Result<Vec<Incoming>, StoreError> {
    let mut index: HashMap<[u8; 16], usize> = HashMap::with_capacity(findings.len());
    let mut unique: Vec<Incoming> = Vec::with_capacity(findings.len());
    for finding in findings {
        let id = id_bytes(&finding.id)?;
        let prose = prose_digest(&finding);
        let digest = content_digest(&finding, prose, own);
        let one = Incoming { id, finding, prose, digest };
        match index.get(&id).and_then(|position| unique.get_mut(*position)) {
            Some(other) if one.finding.updated_at >= other.finding.updated_at => *other = one,
            Some(_) => {}
            None => {
                index.insert(id, unique.len());
                unique.push(one);
            }
        }
    }
    Ok(unique)
}

/// The digest of everything that a source can change. Checks of our own are stated anew each
/// round; their times say when they changed, and are no change themselves.
fn content_digest(finding: &Finding, prose: [u8; 16], own: bool) -> i64 {
    let mut digest = Digest::new();
    digest.bytes(&prose);
    digest.text(&finding.product).text(&finding.check).text(&finding.title);
    digest.text(finding.control.as_ref().map_or("", |control| control.as_str()));
    digest.int(finding.severity.code()).int(finding.state.code()).int(finding.verdict.code());
    digest.text(&finding.severity_reported).text(&finding.compliance).text(&finding.workflow);
    digest.text(&finding.reason).int(finding.part.code()).int(i64::from(finding.sample));
    if !own {
        digest.int(finding.created_at.0).int(finding.updated_at.0);
    }
    for resource in &finding.resources {
        digest.text(resource.key.as_str()).text(&resource.kind).text(&resource.name);
        digest.text(resource.account.as_str()).text(resource.region.as_str());
    }
    digest.short()
}

const BEFORE: Bulk = Bulk {
    head: "SELECT id, n, digest, updated_at, created_at, state, source, place, severity, sample, \
           state_since, gone_at FROM finding WHERE id IN ",
    width: 1,
    tail: "",
    doing: "looking for known findings",
};

async fn before(
    connection: &mut SqliteConnection,
    incoming: &[Incoming],
) -> Result<HashMap<[u8; 16], Before>, StoreError> {
    let ids: Vec<[u8; 16]> = incoming.iter().map(|one| one.id).collect();
    let mut known = HashMap::new();
    BEFORE
        .select(connection, &ids, |row| {
            let mut id = [0; 16];
            for (to, from) in id.iter_mut().zip(row.bytes(0)?) {
                *to = from;
            }
            let state: FindingState = row.code(5)?;
            let before = Before {
                n: row.int(1)?,
                digest: row.int(2)?,
                updated_at: row.int(3)?,
                created_at: row.int(4)?,
                state,
                cell: (row.int(6)?, row.int(7)?, state.code(), row.int(8)?, row.int(9)?),
                state_since: row.int(10)?,
                gone: row.maybe(11)?.is_some(),
            };
            known.insert(id, before);
            Ok(())
        })
        .await?;
    Ok(known)
}

/// A finding as it is stored.
struct FindingStored {
    n: i64,
    id: [u8; 16],
    place: i64,
    visited: i64,
    control: Option<i64>,
    prose: i64,
    resource_kind: i64,
    resource_place: i64,
    more_resources: Option<String>,
    state_since: i64,
    created_at: i64,
    digest: i64,
    finding: Finding,
}

async fn store(
    connection: &mut SqliteConnection,
    known: &mut Known,
    changed: Vec<Incoming>,
    before: &HashMap<[u8; 16], Before>,
    circumstances: Circumstances,
) -> Result<(), StoreError> {
    let numbers: Vec<i64> =
        changed.iter().filter_map(|one| before.get(&one.id)).map(|old| old.n).collect();
    let mut old_answers = answers_of(connection, known, &numbers).await?;
    let mut next = next_number(connection).await?;
    let mut rows = Vec::with_capacity(changed.len());
    let mut answers = AnswerChanges::default();
    let mut cube = Cube::default();
    let mut changes = Vec::new();
    for one in changed {
        let old = before.get(&one.id);
        let n = old.map_or(next, |old| old.n);
        next += i64::from(old.is_none());
        let (row, new) = prepared(connection, known, one, n, old, circumstances).await?;
        let was = old_answers.remove(&n).map(|(_, was)| was).unwrap_or_default();
        answers.replace(was, new);
        if let Some(old) = old {
            cube.add(old.cell, -1);
            if old.state != row.finding.state {
                changes.push((n, circumstances.at, old.state, row.finding.state));
            }
        }
        cube.add(cell(&row), 1);
        rows.push(row);
    }
    scope_places(connection, &rows, circumstances).await?;
    put(connection, rows, circumstances).await?;
    answers.write(connection).await?;
    cube.write(connection).await?;
    changes_write(connection, changes).await
}

fn cell(row: &FindingStored) -> (i64, i64, i64, i64, i64) {
    let finding = &row.finding;
    let sample = i64::from(finding.sample);
    (finding.source.code(), row.place, finding.state.code(), finding.severity.code(), sample)
}

async fn next_number(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    sqlx::query("SELECT coalesce(max(n), 0) + 1 FROM finding")
        .fetch_one(connection)
        .await
        .doing("numbering findings")?
        .int(0)
}

/// Numbers everything that the row refers to, and derives its answers.
async fn prepared(
    connection: &mut SqliteConnection,
    known: &mut Known,
    one: Incoming,
    n: i64,
    old: Option<&Before>,
    circumstances: Circumstances,
) -> Result<(FindingStored, Vec<crate::answer::AnswerRow>), StoreError> {
    let mut finding = one.finding;
    if finding.resources.is_empty() {
        finding.resources.push(account_ref(&finding));
    }
    let place = known.place(connection, &finding.account, &finding.region).await?;
    // A made-up example answers no control.
    let control = match finding.control.as_ref().filter(|_| !finding.sample) {
        Some(control) => Some(known.word(connection, control.as_str()).await?),
        None => None,
    };
    let prose = known.prose(connection, &finding, one.prose).await?;
    let mut resources = Vec::with_capacity(finding.resources.len());
    for resource in &finding.resources {
        let place = known.place(connection, &resource.account, &resource.region).await?;
        let kind = known.word(connection, &resource.kind).await?;
        resources.push((place, resource.key.as_str().to_owned(), kind));
    }
    let (resource_place, _, resource_kind) = resources[0];
    let visited = circumstances.visited.unwrap_or(resource_place);
    let more_resources = match finding.resources.get(1..) {
        Some(more) if !more.is_empty() => {
            Some(serde_json::to_string(more).doing("storing a finding's resources")?)
        }
        _ => None,
    };
    let speaker = Speaker {
        n,
        control,
        state: finding.state,
        sample: finding.sample,
        source: finding.source.code(),
        part: finding.part.code(),
        visited,
        verdict: finding.verdict.code(),
    };
    let state_since = match old {
        Some(old) if old.state == finding.state => old.state_since,
        None if finding.state == FindingState::Open => finding.created_at.0,
        _ => finding.updated_at.0,
    };
    let created_at = match old {
        Some(old) if circumstances.visited.is_none() => old.created_at,
        _ => finding.created_at.0,
    };
    let row = FindingStored {
        n,
        id: one.id,
        place,
        visited,
        control,
        prose,
        resource_kind,
        resource_place,
        more_resources,
        state_since,
        created_at,
        digest: one.digest,
        finding,
    };
    Ok((row, speaker.answers(resources)))
}

/// A finding about nothing in particular is about its account.
fn account_ref(finding: &Finding) -> ResourceRef {
    ResourceRef {
        key: ResourceKey::account(&finding.account),
        kind: ACCOUNT.to_owned(),
        name: finding.account.as_str().to_owned(),
        account: finding.account.clone(),
        region: finding.region.clone(),
    }
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO finding (n, id, source, place, visited, part, own, sample, state, severity, \
           verdict, control, updated_at, created_at, state_since, first_seen, run, batch, digest, \
           prose, resource_kind, resource_place, resource_count, check_id, product, title, \
           resource, resource_name, native_id, severity_reported, compliance, workflow, reason, \
           more_resources) VALUES",
    width: 34,
    tail: "ON CONFLICT (n) DO UPDATE SET visited = excluded.visited, part = excluded.part, \
           sample = excluded.sample, state = excluded.state, severity = excluded.severity, \
           verdict = excluded.verdict, control = excluded.control, \
           updated_at = excluded.updated_at, created_at = excluded.created_at, \
           state_since = excluded.state_since, gone_at = NULL, run = excluded.run, \
           batch = excluded.batch, digest = excluded.digest, prose = excluded.prose, \
           resource_kind = excluded.resource_kind, resource_place = excluded.resource_place, \
           resource_count = excluded.resource_count, check_id = excluded.check_id, \
           product = excluded.product, title = excluded.title, resource = excluded.resource, \
           resource_name = excluded.resource_name, \
           severity_reported = excluded.severity_reported, compliance = excluded.compliance, \
           workflow = excluded.workflow, reason = excluded.reason, \
           more_resources = excluded.more_resources",
    doing: "storing findings",
};

async fn put(
    connection: &mut SqliteConnection,
    rows: Vec<FindingStored>,
    circumstances: Circumstances,
) -> Result<(), StoreError> {
    let own = i64::from(circumstances.visited.is_none());
    PUT.execute(connection, rows, |values, row| {
        let mut finding = row.finding;
        let count = finding.resources.len() as i64;
        let first = finding.resources.swap_remove(0);
        values.int(row.n).bytes(row.id).int(finding.source.code()).int(row.place);
        values.int(row.visited).int(finding.part.code()).int(own).int(i64::from(finding.sample));
        values.int(finding.state.code()).int(finding.severity.code());
        values.int(finding.verdict.code()).maybe(row.control).int(finding.updated_at.0);
        values.int(row.created_at).int(row.state_since).int(circumstances.at.0);
        values.int(circumstances.run.0).maybe(circumstances.batch).int(row.digest);
        values.int(row.prose).int(row.resource_kind).int(row.resource_place).int(count);
        values.text(finding.check).text(finding.product).text(finding.title);
        values.text(first.key.as_str()).text(first.name).text(finding.native_id);
        values.text(finding.severity_reported).text(finding.compliance).text(finding.workflow);
        values.text(finding.reason).maybe_text(row.more_resources);
    })
    .await
}

/// Remembers where the findings of a scope are filed, for its sweeps.
async fn scope_places(
    connection: &mut SqliteConnection,
    rows: &[FindingStored],
    circumstances: Circumstances,
) -> Result<(), StoreError> {
    let Some(visited) = circumstances.visited else { return Ok(()) };
    let mut places: Vec<(i64, i64)> =
        rows.iter().map(|row| (row.finding.source.code(), row.place)).collect();
    places.sort_unstable();
    places.dedup();
    SCOPE_PLACES
        .execute(connection, places, |values, (source, place)| {
            values.int(source).int(visited).int(place);
        })
        .await
}

const SCOPE_PLACES: Bulk = Bulk {
    head: "INSERT INTO scope_place (source, visited, place) VALUES",
    width: 3,
    tail: "ON CONFLICT (source, visited, place) DO NOTHING",
    doing: "noting where a scope's findings are",
};
