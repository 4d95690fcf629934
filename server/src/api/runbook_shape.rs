//! The shapes of runs in the API.

use std::collections::BTreeMap;

use domain::runbook::run::{By, Entry, Proof, Subject};
use domain::runbook::{Act, Outcome};
use serde::Serialize;
use store::{RunbookRow, RunbookRun};
use utoipa::ToSchema;

/// For what a run was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct About {
    /// incident, alert or alone.
    pub kind: String,
    /// The id of the incident, or the fingerprint of the alert.
    pub id: Option<String>,
}

impl About {
    fn of(subject: &Subject) -> Self {
        let (kind, id) = match subject {
            Subject::Incident(id) => ("incident", Some(id.clone())),
            Subject::Alert(id) => ("alert", Some(id.clone())),
            Subject::Alone => ("alone", None),
        };
        Self { kind: kind.to_owned(), id }
    }
}

/// A run in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunItem {
    /// Its number.
    pub id: i64,
    /// The id of the runbook.
    pub runbook: String,
    /// The version of the runbook.
    pub version: u32,
    /// The title as it was.
    pub title: String,
    /// For what it was opened.
    pub subject: About,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub opened: String,
    /// By whom. Text of a person.
    pub opened_by: String,
    /// How many steps it has.
    pub steps: u64,
    /// Steps that are done or skipped.
    pub settled: u64,
    /// The title of the first open step.
    pub next_step: Option<String>,
    /// When the first of the open steps is due.
    #[schema(format = DateTime)]
    pub due: Option<String>,
    /// open, signed-off or abandoned.
    pub state: String,
    /// When it was sealed.
    #[schema(format = DateTime)]
    pub sealed: Option<String>,
    /// SHA-256 over all of it, once it is sealed.
    pub seal: Option<String>,
}

impl RunItem {
    pub(super) fn of(row: RunbookRow) -> Self {
        Self {
            id: row.id.0,
            runbook: row.template,
            version: row.version,
            title: row.title,
            subject: About::of(&row.subject),
            opened: row.opened_at.rfc3339(),
            opened_by: row.opened_by,
            steps: row.steps,
            settled: row.settled,
            next_step: row.next_step,
            due: row.due_at.map(domain::Timestamp::rfc3339),
            state: row.ending.map_or("open", |ending| ending.as_str()).to_owned(),
            sealed: row.ended_at.map(domain::Timestamp::rfc3339),
            seal: row.seal,
        }
    }
}

/// A run with its whole history. Texts are of people: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDetail {
    /// Its number.
    pub id: i64,
    /// The id of the runbook.
    pub runbook: String,
    /// The version of the runbook.
    pub version: u32,
    /// SHA-256 of the text of the runbook.
    pub runbook_sha256: String,
    /// The title as it was.
    pub title: String,
    /// For what it was opened.
    pub subject: About,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub opened: String,
    /// By whom.
    pub opened_by: ActorItem,
    /// The values of the parameters.
    pub values: BTreeMap<String, String>,
    /// The steps in order.
    pub steps: Vec<StepItem>,
    /// What happened, in order.
    pub history: Vec<EntryItem>,
    /// The seal, once it is closed.
    pub seal: Option<SealItem>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorItem {
    /// person, program or wardround.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// A step of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepItem {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Who does it.
    pub role: String,
    /// By when.
    #[schema(format = DateTime)]
    pub due: Option<String>,
    /// open, checked, done or skipped.
    pub state: String,
}

/// One line of the history.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryItem {
    /// Its number; none is left out.
    pub number: u32,
    /// When.
    #[schema(format = DateTime)]
    pub when: String,
    /// Who.
    pub by: ActorItem,
    /// done, skip, checked, undo, remark, sign-off, close or abandon.
    pub act: String,
    /// The id of the step that it is about.
    pub step: Option<String>,
    /// A remark or a reason.
    pub text: Option<String>,
    /// What shows it.
    pub evidence: Vec<ProofItem>,
    /// What a check found: yes, no or unknown.
    pub outcome: Option<String>,
    /// The time of the facts that it rests on.
    #[schema(format = DateTime)]
    pub facts_of: Option<String>,
    /// Why nobody can tell.
    pub why_unknown: Option<String>,
}

/// Something that shows that a step was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofItem {
    /// finding, evidence, audit-entry, file or reference.
    pub kind: String,
    /// Where it is.
    pub reference: String,
}

/// The end of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealItem {
    /// signed-off or abandoned.
    pub ending: String,
    /// SHA-256 over the run.
    pub sha256: String,
    /// Whether the run is as it was sealed: computed for this answer.
    pub verifies: bool,
}

impl RunDetail {
    pub(super) fn of(of: &RunbookRun) -> Self {
        let run = &of.run;
        let standing = run.standing();
        let steps = run.snapshot.steps.iter().map(|step| StepItem {
            id: step.id.clone(),
            title: step.title.clone(),
            role: step.role.as_str().to_owned(),
            due: run.due(step).map(domain::Timestamp::rfc3339),
            state: standing.step(&step.id).map_or("open", |state| state.as_str()).to_owned(),
        });
        let values = run.values.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            id: of.id.0,
            runbook: run.snapshot.id.clone(),
            version: run.snapshot.version,
            runbook_sha256: run.snapshot.sha256.clone(),
            title: run.snapshot.title.clone(),
            subject: About::of(&run.subject),
            opened: run.opened.rfc3339(),
            opened_by: who(&run.by),
            values: values.collect(),
            steps: steps.collect(),
            history: run.history.iter().map(entry).collect(),
            seal: run.seal.as_ref().map(|seal| SealItem {
                ending: seal.ending.as_str().to_owned(),
                sha256: seal.sha256.clone(),
                verifies: run.verifies(),
            }),
        }
    }
}

fn who(by: &By) -> ActorItem {
    ActorItem { kind: by.kind().to_owned(), name: by.name().to_owned() }
}

fn entry(entry: &Entry) -> EntryItem {
    let text = match &entry.act {
        Act::Done { note: text, .. }
        | Act::SignOff { note: text }
        | Act::Remark { text, .. }
        | Act::Skip { why: text, .. }
        | Act::Undo { why: text, .. }
        | Act::Abandon { why: text } => Some(text),
        Act::Checked { .. } | Act::Close => None,
    };
    let evidence: &[Proof] = match &entry.act {
        Act::Done { evidence, .. } => evidence,
        _ => &[],
    };
    let outcome = match &entry.act {
        Act::Checked { outcome, .. } => Some(outcome),
        _ => None,
    };
    EntryItem {
        number: entry.number,
        when: entry.at.rfc3339(),
        by: who(&entry.by),
        act: entry.act.as_str().to_owned(),
        step: entry.act.step().map(str::to_owned),
        text: text.filter(|text| !text.is_empty()).cloned(),
        evidence: evidence
            .iter()
            .map(|proof| ProofItem {
                kind: proof.kind.as_str().to_owned(),
                reference: proof.reference.clone(),
            })
            .collect(),
        outcome: outcome.map(|it| it.as_str().to_owned()),
        facts_of: outcome.and_then(Outcome::as_of).map(domain::Timestamp::rfc3339),
        why_unknown: outcome.and_then(|it| match it {
            Outcome::Unknown { why, .. } => Some(why.as_str().to_owned()),
            Outcome::Yes { .. } | Outcome::No { .. } => None,
        }),
    }
}
