//! What may be done with a run.

use serde::{Deserialize, Serialize};

use crate::register::words;
use crate::runbook::check::Outcome;

words!(
    /// What shows that something was done.
    ProofKind {
        /// A finding, by its id.
        Finding = "finding", "Finding";
        /// A raw answer of AWS that Wardround keeps.
        Evidence = "evidence", "Evidence";
        /// An entry of the audit log, by its number.
        AuditEntry = "audit-entry", "Entry of the audit log";
        /// A file, by its SHA-256.
        File = "file", "File (SHA-256)";
        /// A ticket or document elsewhere.
        Reference = "reference", "Ticket or document";
    }
);

words!(
    /// How a run ends.
    Ending {
        /// Every step is done or skipped, and a person signed.
        SignedOff = "signed-off", "Signed off";
        /// It was opened by mistake, or another took its place.
        Abandoned = "abandoned", "Abandoned";
    }
);

/// Something that shows that a step was done; never PHI itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it is.
    pub kind: ProofKind,
    /// Where it is: an id, a number, a digest, or the name of a ticket.
    pub reference: String,
}

/// Something that is done with a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// A step is done.
    Done {
        /// Which.
        step: String,
        /// What shows it.
        evidence: Vec<Proof>,
        /// A remark, or empty.
        note: String,
    },
    /// A step is left out.
    Skip {
        /// Which.
        step: String,
        /// Why.
        why: String,
    },
    /// Wardround looked something up for a step.
    Checked {
        /// Which.
        step: String,
        /// What it found.
        outcome: Outcome,
    },
    /// A step is open again. What was recorded of it stays in the history.
    Undo {
        /// Which.
        step: String,
        /// Why.
        why: String,
    },
    /// A remark, also on a step.
    Remark {
        /// On which step.
        step: Option<String>,
        /// The words.
        text: String,
    },
    /// A person answers for all of it.
    SignOff {
        /// A remark, or empty.
        note: String,
    },
    /// It is closed and sealed.
    Close,
    /// It is closed and sealed unfinished.
    Abandon {
        /// Why.
        why: String,
    },
}

impl Act {
    /// The word in JSON and in the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Skip { .. } => "skip",
            Self::Checked { .. } => "checked",
            Self::Undo { .. } => "undo",
            Self::Remark { .. } => "remark",
            Self::SignOff { .. } => "sign-off",
            Self::Close => "close",
            Self::Abandon { .. } => "abandon",
        }
    }

    /// The step that it is about.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Done { step, .. }
            | Self::Skip { step, .. }
            | Self::Checked { step, .. }
            | Self::Undo { step, .. } => Some(step),
            Self::Remark { step, .. } => step.as_deref(),
            Self::SignOff { .. } | Self::Close | Self::Abandon { .. } => None,
        }
    }
}

impl Act {
    /// Without the space around what people wrote.
    pub(super) fn tidy(self) -> Self {
        let trim = |text: String| text.replace("\r\n", "\n").trim().to_owned();
        match self {
            Act::Done { step, evidence, note } => {
                let trimmed = |it: Proof| Proof { reference: trim(it.reference), ..it };
                let evidence = evidence.into_iter().map(trimmed).collect();
                Act::Done { step, evidence, note: trim(note) }
            }
            Act::Skip { step, why } => Act::Skip { step, why: trim(why) },
            Act::Undo { step, why } => Act::Undo { step, why: trim(why) },
            Act::Remark { step, text } => Act::Remark { step, text: trim(text) },
            Act::SignOff { note } => Act::SignOff { note: trim(note) },
            Act::Abandon { why } => Act::Abandon { why: trim(why) },
            act @ (Act::Checked { .. } | Act::Close) => act,
        }
    }
}
