//! How a run stands, computed from its history.

use serde::{Deserialize, Serialize};

use super::{Act, By, Entry, Proof, Run};
use crate::Timestamp;
use crate::runbook::check::Outcome;
use crate::runbook::step::Step;

/// How a step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum StepState {
    /// Nobody has done anything.
    Open,
    /// Wardround has looked; somebody has still to say that it is done.
    Checked {
        /// What it found, with the time of the facts.
        outcome: Outcome,
        /// When it looked.
        at: Timestamp,
    },
    /// It is done.
    Done {
        /// By whom.
        by: By,
        /// When.
        at: Timestamp,
        /// What shows it.
        evidence: Vec<Proof>,
        /// A remark, or empty.
        note: String,
        /// What the last check before it found.
        checked: Option<Outcome>,
    },
    /// It was left out.
    Skipped {
        /// By whom.
        by: By,
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
}

impl StepState {
    /// The word in JSON and in classes of style.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Checked { .. } => "checked",
            Self::Done { .. } => "done",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Whether nothing is left to do.
    pub fn settled(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Skipped { .. })
    }
}

/// Who signed, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// A remark, or empty.
    pub note: String,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The steps in order, by id.
    pub steps: Vec<(String, StepState)>,
    /// Who signed since the last change of a step.
    pub signed: Option<Signature>,
}

impl Standing {
    pub(super) fn of(run: &Run) -> Self {
        let open = |step: &Step| (step.id.clone(), StepState::Open);
        let steps = run.snapshot.steps.iter().map(open).collect();
        let mut standing = Self { steps, signed: None };
        run.history.iter().for_each(|entry| standing.take(entry));
        standing
    }

    fn take(&mut self, entry: &Entry) {
        let (by, at) = (entry.by.clone(), entry.at);
        match &entry.act {
            Act::Done { step, evidence, note } => {
                let checked = match self.step(step) {
                    Some(StepState::Checked { outcome, .. }) => Some(*outcome),
                    _ => None,
                };
                let (evidence, note) = (evidence.clone(), note.clone());
                self.set(step, StepState::Done { by, at, evidence, note, checked });
            }
            Act::Skip { step, why } => {
                self.set(step, StepState::Skipped { by, at, why: why.clone() });
            }
            Act::Checked { step, outcome } => {
                self.set(step, StepState::Checked { outcome: *outcome, at });
            }
            Act::Undo { step, .. } => self.set(step, StepState::Open),
            Act::SignOff { note } => {
                self.signed = Some(Signature { by, at, note: note.clone() });
            }
            Act::Remark { .. } | Act::Close | Act::Abandon { .. } => {}
        }
    }

    /// A step that changes takes the signature away: it was given for something else.
    fn set(&mut self, id: &str, state: StepState) {
        self.signed = None;
        if let Some(step) = self.steps.iter_mut().find(|(step, _)| step == id) {
            step.1 = state;
        }
    }

    /// How a step stands.
    pub fn step(&self, id: &str) -> Option<&StepState> {
        self.steps.iter().find(|(step, _)| step == id).map(|(_, state)| state)
    }

    /// The ids of the steps that are neither done nor skipped.
    pub fn open(&self) -> Vec<String> {
        let open = self.steps.iter().filter(|(_, state)| !state.settled());
        open.map(|(step, _)| step.clone()).collect()
    }

    /// The first step that is neither done nor skipped: where to go on.
    pub fn next(&self) -> Option<&str> {
        self.steps.iter().find(|(_, state)| !state.settled()).map(|(step, _)| step.as_str())
    }
}

impl Run {
    /// By when a step is to be done. Where it counts from a time that was filled in, a later one
    /// than the opening does not put it off.
    pub fn due(&self, step: &Step) -> Option<Timestamp> {
        let named = step.after.as_ref().and_then(|name| self.values.get(name));
        let from = named.and_then(Timestamp::parse).unwrap_or(self.opened).min(self.opened);
        step.due.map(|due| due.after(from))
    }

    /// The steps that are neither done nor skipped and should have been by now.
    pub fn overdue(&self, now: Timestamp) -> Vec<&Step> {
        let open = self.standing().open();
        let late =
            |step: &&Step| self.due(step).is_some_and(|due| now > due) && open.contains(&step.id);
        self.snapshot.steps.iter().filter(late).collect()
    }
}
