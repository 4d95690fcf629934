//! A runbook at work: what somebody did, when, and what shows it.
//!
//! A run is a beginning that does not change and a history that only grows. How things stand is
//! computed from the history each time, so nothing that was once recorded can get lost. At its end
//! the run is sealed: SHA-256 over all of it, and nothing changes afterwards. The burden of proof
//! lies with the organisation (45 CFR 164.414(b)); records are kept (164.316(b)(1)(ii)).

mod act;
mod encode;
mod refusal;
mod rules;
mod stand;

use serde::{Deserialize, Serialize};

pub use act::{Act, Ending, Proof, ProofKind};
pub use refusal::Refusal;
pub use rules::{Change, apply};
pub use stand::{Signature, Standing, StepState};

use super::step::Step;
use super::{Template, Values, markdown};
use crate::Timestamp;

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum By {
    /// A person, by what the audit log calls them.
    Person(String),
    /// A program with a token of its own.
    Program(String),
    /// Wardround itself.
    Wardround,
}

impl By {
    /// The word for what it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Program(_) => "program",
            Self::Wardround => "wardround",
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Person(name) | Self::Program(name) => name,
            Self::Wardround => "Wardround",
        }
    }
}

/// For what a run was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Subject {
    /// An incident, by its id.
    Incident(String),
    /// An alert, by its fingerprint.
    Alert(String),
    /// On its own: an exercise, a request, a planned task.
    Alone,
}

/// The template as it was when the run was opened: later edits do not reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The id of the template.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// What stands before the first step, with the values put in.
    pub intro: Vec<markdown::Block>,
    /// The steps, with the values put in.
    pub steps: Vec<Step>,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; the first is 1, and none is left out.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// What.
    pub act: Act,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// How it ended.
    pub ending: Ending,
    /// SHA-256 over the canonical encoding of the run, in hexadecimal.
    pub sha256: String,
}

/// A runbook at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The template as it was.
    pub snapshot: Snapshot,
    /// For what it was opened.
    pub subject: Subject,
    /// When it was opened.
    pub opened: Timestamp,
    /// By whom.
    pub by: By,
    /// The values of the parameters.
    pub values: Values,
    /// What happened, in order.
    pub history: Vec<Entry>,
    /// The seal, once it is closed.
    pub seal: Option<Seal>,
}

impl Run {
    /// Opens a run. `values` come from [`Values::read`] with the same template.
    pub fn open(
        template: &Template,
        values: Values,
        subject: Subject,
        by: By,
        now: Timestamp,
    ) -> Self {
        let (mut intro, mut steps) = (template.intro.clone(), template.steps.clone());
        markdown::fill(&mut intro, &values);
        for step in &mut steps {
            markdown::fill(&mut step.body, &values);
        }
        let snapshot = Snapshot {
            id: template.id.clone(),
            version: template.version,
            title: template.title.clone(),
            sha256: template.sha256.clone(),
            intro,
            steps,
        };
        Self { snapshot, subject, opened: now, by, values, history: Vec::new(), seal: None }
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.snapshot.steps.iter().find(|step| step.id == id)
    }

    /// How things stand.
    pub fn standing(&self) -> Standing {
        Standing::of(self)
    }

    /// Whether the run is sealed and everything in it is as it was sealed.
    pub fn verifies(&self) -> bool {
        let numbered = self.history.iter().zip(1..).all(|(entry, number)| entry.number == number);
        let sealed = self.seal.as_ref().is_some_and(|seal| seal.sha256 == encode::digest(self));
        numbered && sealed
    }

    /// SHA-256 over the beginning and the history so far, in hexadecimal. A seal is the last of
    /// them; the audit log has one for each entry.
    pub fn digest(&self) -> String {
        encode::digest(self)
    }

    /// The run with the same beginning and this history, each entry applied again.
    ///
    /// # Errors
    /// The first entry that could not have happened, with the reason.
    pub fn replay(&self, history: &[Entry]) -> Result<Self, (u32, Refusal)> {
        let mut run = Self { history: Vec::new(), seal: None, ..self.clone() };
        for entry in history {
            let change = apply(&run, entry.act.clone(), entry.by.clone(), entry.at)
                .map_err(|refusal| (entry.number, refusal))?;
            run = change.run;
        }
        Ok(run)
    }
}
