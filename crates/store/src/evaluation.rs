//! Evaluations as they are stored, and what changed about them.

use std::collections::{BTreeMap, HashMap};

use domain::{
    AccountId, Answer, Evaluation, FindingId, Reason, ResourceKey, RunId, Severity, State,
    Timestamp, TransitionKind,
};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;
use crate::intern::Names;
use crate::transition;

const DOING: &str = "judging a control";

/// The places in which a control is judged at once.
pub(crate) struct Places<'a> {
    names: &'a Names,
    /// A condition on the column `place`; empty for all.
    condition: String,
}

impl<'a> Places<'a> {
    /// Everywhere.
    pub(crate) fn all(names: &'a Names) -> Self {
        Self { names, condition: String::new() }
    }

    /// The places of one account.
    pub(crate) fn of(names: &'a Names, account: &AccountId) -> Self {
        let numbers: Vec<String> = names
            .places
            .iter()
            .filter(|(_, (other, _))| other == account)
            .map(|(number, _)| number.to_string())
            .collect();
        Self { names, condition: format!(" AND place IN ({})", numbers.join(",")) }
    }

    /// The account of a place that was known when the judgement began.
    pub(crate) fn account(&self, place: i64) -> Option<&AccountId> {
        self.names.places.get(&place).map(|(account, _)| account)
    }
}

/// The answers to a control, in the order that the judge wants. The finding's id is its number:
/// the judge only hands it on.
pub(crate) async fn answers(
    connection: &mut SqliteConnection,
    control: i64,
    places: &Places<'_>,
) -> Result<Vec<Answer>, StoreError> {
    let sql = format!(
        "SELECT place, resource, finding, source, part, visited, kind, verdict FROM answer
         WHERE control = ?1{} ORDER BY control, place, finding, resource",
        places.condition
    );
    let mut answers = Vec::new();
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(control).fetch(connection);
    while let Some(row) = rows.try_next().await.doing(DOING)? {
        let (account, region) = places.names.place(row.int(0)?)?;
        let (_, visited_region) = places.names.place(row.int(5)?)?;
        answers.push(Answer {
            account: account.clone(),
            region: region.clone(),
            resource: ResourceKey::new(row.text(1)?),
            kind: places.names.word(row.maybe(6)?).to_owned(),
            source: row.code(3)?,
            part: row.code(4)?,
            visited_region: visited_region.clone(),
            finding: FindingId::new(row.int(2)?.to_string()),
            verdict: row.code(7)?,
        });
    }
    answers.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    Ok(answers)
}

/// An evaluation, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    kind: Option<i64>,
    state: State,
    reason: Reason,
    finding: Option<i64>,
    since: Timestamp,
    known: Option<Known>,
}

/// The last pass or failure, and since when it stood: what is remembered while nobody can look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    state: State,
    since: Timestamp,
}

impl Known {
    /// What is known after a state. That something does not apply ends what was known of it.
    fn after(before: Option<Self>, state: State, now: Timestamp) -> Option<Self> {
        match state.certain() {
            Some(state) => Some(match before {
                Some(before) if before.state == state => before,
                _ => Self { state, since: now },
            }),
            None => before.filter(|_| state.unknown()),
        }
    }
}

impl Stored {
    fn last_known(&self) -> Option<State> {
        self.known.map(|known| known.state)
    }

    /// How long it has failed, if it did when it was last known.
    fn failed_for(&self, now: Timestamp) -> Option<i64> {
        self.known.filter(|known| known.state == State::Fail).map(|known| now.since(known.since))
    }
}

/// The stored evaluations of a control, by place and resource.
pub(crate) async fn before(
    connection: &mut SqliteConnection,
    control: i64,
    places: &Places<'_>,
) -> Result<HashMap<(i64, String), Stored>, StoreError> {
    let sql = format!(
        "SELECT place, resource, kind, state, reason, finding, since, known_state, known_since
         FROM evaluation WHERE control = ?1{}",
        places.condition
    );
    let mut before = HashMap::new();
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(control).fetch(connection);
    while let Some(row) = rows.try_next().await.doing(DOING)? {
        let stored = Stored {
            kind: row.maybe(2)?,
            state: row.code(3)?,
            reason: row.code(4)?,
            finding: row.maybe(5)?,
            since: row.time(6)?,
            known: match (row.maybe(7)?, row.maybe_time(8)?) {
                (Some(state), Some(since)) => Some(Known { state: State::read(state)?, since }),
                _ => None,
            },
        };
        before.insert((row.int(0)?, row.text(1)?), stored);
    }
    Ok(before)
}

/// Why an evaluation is not made any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// A complete listing no longer has the resource: it is gone.
    Removed,
    /// Nobody speaks of it any more. It may well be there, so nothing was resolved by that.
    OutOfSight,
    /// Its account is no longer watched. Nothing was resolved by that, so it is not told.
    Unwatched,
}

/// A transition, as stored.
pub(crate) struct TransitionRow {
    pub place: i64,
    pub resource: String,
    pub kind: TransitionKind,
    pub from: Option<State>,
    pub to: Option<State>,
    pub reason: Reason,
    pub failed_for: Option<i64>,
}

/// What a judgement changes about one control.
pub(crate) struct Changes {
    control: i64,
    severity: Severity,
    run: RunId,
    now: Timestamp,
    put: Vec<(i64, String, Stored)>,
    drop: BTreeMap<i64, Vec<String>>,
    transitions: Vec<TransitionRow>,
}

impl Changes {
    /// Nothing yet.
    pub(crate) fn new(control: i64, severity: Severity, run: RunId, now: Timestamp) -> Self {
        Self {
            control,
            severity,
            run,
            now,
            put: Vec::new(),
            drop: BTreeMap::new(),
            transitions: Vec::new(),
        }
    }

    /// Compares an evaluation with the stored one. The first evaluation of a resource is no
    /// change worth telling, unless it fails. A time in which nobody could look changes nothing
    /// about since when something passes or fails.
    pub(crate) fn note(
        &mut self,
        place: i64,
        kind: Option<i64>,
        evaluation: Evaluation,
        old: Option<Stored>,
    ) {
        let same_state = old.filter(|old| old.state == evaluation.state);
        let known = Known::after(old.and_then(|old| old.known), evaluation.state, self.now);
        let new = Stored {
            kind,
            state: evaluation.state,
            reason: evaluation.reason,
            finding: evaluation.finding.and_then(|finding| finding.as_str().parse().ok()),
            since: match (same_state, known) {
                (Some(old), _) => old.since,
                (None, Some(known)) if known.state == evaluation.state => known.since,
                (None, _) => self.now,
            },
            known,
        };
        if old == Some(new) {
            return;
        }
        let resource = evaluation.resource.as_str().to_owned();
        let from = old.map(|old| old.state);
        if same_state.is_none() && (from.is_some() || new.state == State::Fail) {
            let last_known = old.and_then(|old| old.last_known());
            let resolved = new.state == State::Pass;
            self.transitions.push(TransitionRow {
                place,
                resource: resource.clone(),
                kind: TransitionKind::of(last_known, from, Some(new.state)),
                from,
                to: Some(new.state),
                reason: new.reason,
                failed_for: old.filter(|_| resolved).and_then(|old| old.failed_for(self.now)),
            });
        }
        self.put.push((place, resource, new));
    }

    /// An evaluation that is not made any more.
    pub(crate) fn gone(&mut self, place: i64, resource: String, old: Stored, how: Leaving) {
        let removed = how == Leaving::Removed;
        if how != Leaving::Unwatched {
            self.transitions.push(TransitionRow {
                place,
                resource: resource.clone(),
                kind: if removed {
                    TransitionKind::of(old.last_known(), Some(old.state), None)
                } else {
                    TransitionKind::out_of_sight(old.state)
                },
                from: Some(old.state),
                to: None,
                reason: if removed { Reason::NoSuchResource } else { Reason::RuleAbsent },
                failed_for: if removed { old.failed_for(self.now) } else { None },
            });
        }
        self.drop.entry(place).or_default().push(resource);
    }

    /// Writes everything, and adds the transitions to the counts of the round.
    pub(crate) async fn write(
        self,
        connection: &mut SqliteConnection,
        counts: &mut BTreeMap<TransitionKind, u64>,
    ) -> Result<(), StoreError> {
        let control = self.control;
        for (place, resources) in self.drop {
            sqlx::query(
                "DELETE FROM evaluation WHERE control = ?1 AND place = ?2
                   AND resource IN (SELECT value FROM json_each(?3))",
            )
            .bind(control)
            .bind(place)
            .bind(serde_json::to_string(&resources).doing(DOING)?)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
        }
        PUT.execute(connection, self.put, |values, (place, resource, stored)| {
            values.int(control).int(place).text(resource).maybe(stored.kind);
            values.int(stored.state.code()).int(stored.reason.code()).maybe(stored.finding);
            values.int(stored.since.0).maybe(stored.known.map(|known| known.state.code()));
            values.maybe(stored.known.map(|known| known.since.0));
        })
        .await?;
        for row in &self.transitions {
            *counts.entry(row.kind).or_default() += 1;
        }
        let log = transition::Log { control, severity: self.severity, run: self.run, at: self.now };
        log.write(connection, self.transitions).await
    }
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO evaluation (control, place, resource, kind, state, reason, finding, since, \
           known_state, known_since) VALUES",
    width: 10,
    tail: "ON CONFLICT (control, place, resource) DO UPDATE SET kind = excluded.kind, \
           state = excluded.state, reason = excluded.reason, finding = excluded.finding, \
           since = excluded.since, known_state = excluded.known_state, \
           known_since = excluded.known_since",
    doing: "storing evaluations",
};
