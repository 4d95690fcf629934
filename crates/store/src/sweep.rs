//! What a complete listing no longer contains is gone: resolved, and silent from then on.

use std::collections::HashSet;

use domain::{FindingState, Part, ResourceKey, RunId, Scope, Sweep, Timestamp};
use futures::TryStreamExt;
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::answer::{AnswerChanges, answers_of};
use crate::bulk::{Columns, id_bytes};
use crate::code::Code;
use crate::error::Doing;
use crate::finding_cube::{Cube, changes_write};
use crate::intern::Known;

const DOING: &str = "sweeping a complete listing";
/// Findings that leave in one step.
const STEP: usize = 1_000;

/// Applies one sweep of a visit to `scope`, whose place has the number `visited`.
pub(crate) async fn apply(
    connection: &mut SqliteConnection,
    known: &mut Known,
    run: RunId,
    scope: &Scope,
    visited: i64,
    sweep: &Sweep,
    at: Timestamp,
) -> Result<(), StoreError> {
    match sweep {
        Sweep::Findings { part, seen, spare } => {
            let mut keep = HashSet::with_capacity(seen.len());
            for id in seen {
                keep.insert(id_bytes(id)?);
            }
            let gone = unseen(connection, scope, visited, *part, &keep, spare).await?;
            resolve(connection, known, run, &gone, at).await?;
            sqlx::query(
                "INSERT INTO scope_sweep (source, visited, part, run) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (source, visited, part) DO UPDATE SET run = excluded.run",
            )
            .bind(scope.source.code())
            .bind(visited)
            .bind(part.code())
            .bind(run.0)
            .execute(connection)
            .await
            .doing(DOING)?;
            Ok(())
        }
        Sweep::Resources { kinds, seen } => {
            for kind in kinds {
                let kind = known.word(connection, kind).await?;
                let keys: Vec<&str> = seen.iter().map(ResourceKey::as_str).collect();
                sqlx::query(
                    "UPDATE resource SET gone_at = ?4, run = ?5
                     WHERE visited = ?1 AND source = ?2 AND kind = ?3 AND gone_at IS NULL
                       AND key NOT IN (SELECT value FROM json_each(?6))",
                )
                .bind(visited)
                .bind(scope.source.code())
                .bind(kind)
                .bind(at.0)
                .bind(run.0)
                .bind(serde_json::to_string(&keys).doing(DOING)?)
                .execute(&mut *connection)
                .await
                .doing(DOING)?;
            }
            Ok(())
        }
    }
}

/// Findings of the scope and part that still speak and were not seen.
async fn unseen(
    connection: &mut SqliteConnection,
    scope: &Scope,
    visited: i64,
    part: Part,
    keep: &HashSet<[u8; 16]>,
    spare: &[String],
) -> Result<Vec<i64>, StoreError> {
    let mut gone = Vec::new();
    let mut rows = sqlx::query(
        "SELECT f.id, f.n, CASE WHEN ?4 THEN f.native_id ELSE '' END FROM scope_place s
         JOIN finding f ON f.place = s.place AND f.source = s.source
         WHERE s.source = ?1 AND s.visited = ?2 AND f.visited = ?2 AND f.part = ?3 AND f.own = 0
           AND f.state IN (0, 1, 2, 3, 6)",
    )
    .bind(scope.source.code())
    .bind(visited)
    .bind(part.code())
    .bind(!spare.is_empty())
    .fetch(connection);
    while let Some(row) = rows.try_next().await.doing(DOING)? {
        let id = row.bytes(0)?;
        if keep.contains(id.as_slice()) {
            continue;
        }
        let native_id = row.text(2)?;
        if !spare.iter().any(|prefix| native_id.starts_with(prefix)) {
            gone.push(row.int(1)?);
        }
    }
    Ok(gone)
}

/// Marks findings as resolved and takes their answers away.
pub(crate) async fn resolve(
    connection: &mut SqliteConnection,
    known: &mut Known,
    run: RunId,
    gone: &[i64],
    at: Timestamp,
) -> Result<(), StoreError> {
    for step in gone.chunks(STEP) {
        let mut answers = AnswerChanges::default();
        for (_, (_, old)) in answers_of(connection, known, step).await? {
            answers.replace(old, Vec::new());
        }
        answers.write(connection).await?;
        let numbers = serde_json::to_string(step).doing(DOING)?;
        count_out(connection, &numbers, at).await?;
        sqlx::query(
            "UPDATE finding SET state = ?2, state_since = ?3, gone_at = ?3, run = ?4
             WHERE n IN (SELECT value FROM json_each(?1))",
        )
        .bind(&numbers)
        .bind(FindingState::Resolved.code())
        .bind(at.0)
        .bind(run.0)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    Ok(())
}

async fn count_out(
    connection: &mut SqliteConnection,
    numbers: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT n, source, place, state, severity, sample FROM finding
         WHERE n IN (SELECT value FROM json_each(?1))",
    )
    .bind(numbers)
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    let mut cube = Cube::default();
    let mut changes = Vec::with_capacity(rows.len());
    let resolved = FindingState::Resolved;
    for row in &rows {
        let (source, place) = (row.int(1)?, row.int(2)?);
        let state: FindingState = row.code(3)?;
        let (severity, sample) = (row.int(4)?, row.int(5)?);
        cube.add((source, place, state.code(), severity, sample), -1);
        cube.add((source, place, resolved.code(), severity, sample), 1);
        changes.push((row.int(0)?, at, state, resolved));
    }
    cube.write(connection).await?;
    changes_write(connection, changes).await
}
