//! Answers: what findings say about controls, one row for each resource concerned.

use std::collections::{BTreeSet, HashMap};

use domain::{Catalogue, ControlId, FindingState, ResourceRef};
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;
use crate::intern::Known;

/// An answer, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AnswerRow {
    pub control: i64,
    pub place: i64,
    pub resource: String,
    pub finding: i64,
    pub source: i64,
    pub part: i64,
    pub visited: i64,
    pub kind: i64,
    pub verdict: i64,
}

/// Changes of answers, gathered for one write.
#[derive(Debug, Default)]
pub(crate) struct AnswerChanges {
    /// Rows to insert or replace.
    pub put: Vec<AnswerRow>,
    /// Rows to delete, by their key.
    pub drop: Vec<(i64, i64, String, i64)>,
}

impl AnswerChanges {
    /// Replaces the answers of one finding.
    pub(crate) fn replace(&mut self, old: Vec<AnswerRow>, new: Vec<AnswerRow>) {
        for row in &old {
            let key = |row: &AnswerRow| (row.control, row.place, row.resource.clone(), row.finding);
            if !new.iter().any(|other| key(other) == key(row)) {
                self.drop.push(key(row));
            }
        }
        self.put.extend(new.into_iter().filter(|row| !old.contains(row)));
    }

    /// Writes them, and marks their controls as changed.
    pub(crate) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        const DOING: &str = "storing answers";
        let dirty: BTreeSet<i64> = self
            .put
            .iter()
            .map(|row| row.control)
            .chain(self.drop.iter().map(|(control, ..)| *control))
            .collect();
        if dirty.is_empty() {
            return Ok(());
        }
        // One by one: for a list of whole keys SQLite would search by the first two columns only.
        for (control, place, resource, finding) in self.drop {
            sqlx::query(
                "DELETE FROM answer
                 WHERE control = ?1 AND place = ?2 AND resource = ?3 AND finding = ?4",
            )
            .bind(control)
            .bind(place)
            .bind(resource)
            .bind(finding)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
        }
        PUT.execute(connection, self.put, |values, row| {
            values.int(row.control).int(row.place).text(row.resource).int(row.finding);
            values.int(row.source).int(row.part).int(row.visited).int(row.kind).int(row.verdict);
        })
        .await?;
        DIRTY
            .execute(connection, dirty.into_iter().collect(), |values, control| {
                values.int(control);
            })
            .await
    }
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO answer (control, place, resource, finding, source, part, visited, kind, \
           verdict) VALUES",
    width: 9,
    tail: "ON CONFLICT (control, place, finding, resource) DO UPDATE SET source = excluded.source, \
           part = excluded.part, visited = excluded.visited, kind = excluded.kind, \
           verdict = excluded.verdict",
    doing: "storing answers",
};

const DIRTY: Bulk = Bulk {
    head: "INSERT INTO control_dirty (control) VALUES",
    width: 1,
    tail: "ON CONFLICT (control) DO NOTHING",
    doing: "marking controls as changed",
};

/// What decides the answers of a finding, besides its resources.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker {
    pub n: i64,
    pub control: Option<i64>,
    pub state: FindingState,
    pub sample: bool,
    pub source: i64,
    pub part: i64,
    pub visited: i64,
    pub verdict: i64,
}

impl Speaker {
    /// Its answers, given place, key and type of each resource. A finding that no longer speaks, a
    /// sample, and one without control give none. Suppression changes nothing.
    pub(crate) fn answers(
        self,
        resources: impl IntoIterator<Item = (i64, String, i64)>,
    ) -> Vec<AnswerRow> {
        let Some(control) = self.control else { return Vec::new() };
        if self.sample || !self.state.speaks() {
            return Vec::new();
        }
        let mut rows: Vec<AnswerRow> = Vec::new();
        for (place, resource, kind) in resources {
            if rows.iter().any(|row| row.place == place && row.resource == resource) {
                continue;
            }
            rows.push(AnswerRow {
                control,
                place,
                resource,
                finding: self.n,
                source: self.source,
                part: self.part,
                visited: self.visited,
                kind,
                verdict: self.verdict,
            });
        }
        rows
    }
}

/// The stored findings with these numbers, with their answers as stored.
pub(crate) async fn answers_of(
    connection: &mut SqliteConnection,
    known: &mut Known,
    findings: &[i64],
) -> Result<HashMap<i64, (Speaker, Vec<AnswerRow>)>, StoreError> {
    let mut read = Vec::with_capacity(findings.len());
    SPEAKERS
        .select(connection, findings, |row| {
            let speaker = Speaker {
                n: row.int(0)?,
                control: row.maybe(1)?,
                state: row.code(2)?,
                sample: row.int(3)? != 0,
                source: row.int(4)?,
                part: row.int(5)?,
                visited: row.int(6)?,
                verdict: row.int(7)?,
            };
            let first = (row.int(8)?, row.text(9)?, row.int(10)?);
            read.push((speaker, first, row.maybe_text(11)?));
            Ok(())
        })
        .await?;
    let mut all = HashMap::with_capacity(read.len());
    for (speaker, first, more) in read {
        let mut resources = vec![first];
        if let Some(more) = more {
            let more: Vec<ResourceRef> =
                serde_json::from_str(&more).doing("reading a finding's resources")?;
            for resource in more {
                let place = known.place(connection, &resource.account, &resource.region).await?;
                let kind = known.word(connection, &resource.kind).await?;
                resources.push((place, resource.key.as_str().to_owned(), kind));
            }
        }
        all.insert(speaker.n, (speaker, speaker.answers(resources)));
    }
    Ok(all)
}

const SPEAKERS: Bulk = Bulk {
    head: "SELECT n, control, state, sample, source, part, visited, verdict, resource_place, \
           resource, resource_kind, more_resources FROM finding WHERE n IN ",
    width: 1,
    tail: "",
    doing: "reading findings",
};

/// Files all findings under the controls of another catalogue, by the rule by which collectors file
/// them. What moved loses its digest, so that the next ingest writes the whole row anew.
pub(crate) async fn refile(
    connection: &mut SqliteConnection,
    known: &mut Known,
    catalogue: &Catalogue,
) -> Result<(), StoreError> {
    const DOING: &str = "filing findings under the catalogue's controls";
    let mut last = 0;
    loop {
        let rows = sqlx::query(
            "SELECT f.n, f.source, f.check_id, f.compliance, f.verdict, w.text FROM finding f
             LEFT JOIN word w ON w.id = f.control WHERE f.n > ?1 AND f.sample = 0 ORDER BY f.n LIMIT 2000",
        )
        .bind(last)
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.int(0)?;
        let mut moved = Vec::new();
        for row in &rows {
            let (check, compliance) = (row.text(2)?, row.text(3)?);
            let control = catalogue.control_of(row.code(1)?, &check, &compliance, row.code(4)?);
            if control.map(ControlId::as_str) != row.maybe_text(5)?.as_deref() {
                let control = match control {
                    Some(control) => Some(known.word(connection, control.as_str()).await?),
                    None => None,
                };
                moved.push((row.int(0)?, control));
            }
        }
        let numbers: Vec<i64> = moved.iter().map(|(n, _)| *n).collect();
        let before = answers_of(connection, known, &numbers).await?;
        for (n, control) in &moved {
            sqlx::query("UPDATE finding SET control = ?2, digest = 0 WHERE n = ?1")
                .bind(n)
                .bind(control)
                .execute(&mut *connection)
                .await
                .doing(DOING)?;
        }
        let mut after = answers_of(connection, known, &numbers).await?;
        let mut changes = AnswerChanges::default();
        for (n, (_, old)) in before {
            let new = after.remove(&n).map(|(_, new)| new).unwrap_or_default();
            changes.replace(old, new);
        }
        changes.write(connection).await?;
    }
}
