//! What may be done with a run, and why it may be refused.

use serde::{Deserialize, Serialize};

use super::{By, Entry, Run, Seal, StepState, encode};
use crate::Timestamp;
use crate::register::words;
use crate::runbook::check::Outcome;
use crate::runbook::step::Wanted;

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

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("This run is sealed: nothing changes any more. Open another one.")]
    Sealed,
    /// No such step.
    #[error("There is no step “{0}” in this run.")]
    NoSuchStep(String),
    /// The step is done or skipped already.
    #[error("This step is {0} already. Undo it first, and say why.")]
    Settled(&'static str),
    /// The step is open.
    #[error("This step is open: there is nothing to undo.")]
    NothingToUndo,
    /// Nothing shows it.
    #[error(
        "This step asks for evidence: name a finding, a file or a ticket, or run its check. \
         A check whose answer is unknown shows nothing."
    )]
    EvidenceNeeded,
    /// A reference is not what it should be.
    #[error("“{reference}” is no {}: {right}.", .kind.title().to_lowercase())]
    BadProof {
        /// What it should be.
        kind: ProofKind,
        /// What was written.
        reference: String,
        /// What would be right.
        right: &'static str,
    },
    /// No reason.
    #[error("Say why, in a few words: an auditor will ask.")]
    ReasonNeeded,
    /// A text is too long or holds what cannot be seen.
    #[error("At most {0} characters are kept, and none that cannot be seen.")]
    BadText(usize),
    /// More than anybody reads.
    #[error("A step keeps at most 50 proofs: name the ticket or the folder that holds them.")]
    TooManyProofs,
    /// This step has to be done.
    #[error("This step cannot be skipped.")]
    MustBeDone,
    /// The step has no check.
    #[error("This step has no check.")]
    NoCheck,
    /// Only a person may.
    #[error("Only a person can do this.")]
    PersonNeeded,
    /// Only Wardround may.
    #[error("Only Wardround records what a check found.")]
    WardroundNeeded,
    /// Steps are open.
    #[error("{} still open: {}.", if .0.len() == 1 { "One step is" } else { "Some steps are" }, .0.join(", "))]
    StepsOpen(Vec<String>),
    /// Nobody signed.
    #[error("Nobody has signed this run since its last change: sign it off first.")]
    NotSignedOff,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is added to the history.
    pub entry: Entry,
    /// The run with it.
    pub run: Run,
}

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 500;
/// The longest remark, in characters.
pub const LONGEST_REMARK: usize = 4_000;
/// The most proofs of a step.
pub const MOST_PROOFS: usize = 50;

/// Does something with a run.
///
/// # Errors
/// Why it may not be done; the run stays as it is.
pub fn apply(run: &Run, act: Act, by: By, now: Timestamp) -> Result<Change, Refusal> {
    if run.seal.is_some() {
        return Err(Refusal::Sealed);
    }
    let act = tidy(act);
    let standing = run.standing();
    if let Some(id) = act.step() {
        let Some(step) = run.step(id) else { return Err(Refusal::NoSuchStep(id.to_owned())) };
        let state = standing.step(id).cloned().unwrap_or(StepState::Open);
        of_step(&act, step, &state, &by)?;
    } else {
        of_run(&act, &standing, &by)?;
    }
    let number = run.history.last().map_or(1, |entry| entry.number.saturating_add(1));
    let entry = Entry { number, at: now, by, act };
    let mut run = run.clone();
    run.history.push(entry.clone());
    let ending = match entry.act {
        Act::Close => Some(Ending::SignedOff),
        Act::Abandon { .. } => Some(Ending::Abandoned),
        _ => None,
    };
    if let Some(ending) = ending {
        let sha256 = encode::digest(&run);
        run.seal = Some(Seal { ending, sha256 });
    }
    Ok(Change { entry, run })
}

fn of_step(
    act: &Act,
    step: &crate::runbook::Step,
    state: &StepState,
    by: &By,
) -> Result<(), Refusal> {
    let open = || match state {
        StepState::Done { .. } => Err(Refusal::Settled("done")),
        StepState::Skipped { .. } => Err(Refusal::Settled("skipped")),
        StepState::Open | StepState::Checked { .. } => Ok(()),
    };
    match act {
        Act::Done { evidence, note, .. } => {
            open()?;
            text(note, LONGEST_REMARK)?;
            evidence.iter().try_for_each(proof)?;
            if evidence.len() > MOST_PROOFS {
                return Err(Refusal::TooManyProofs);
            }
            let checked = matches!(state, StepState::Checked { outcome, .. } if outcome.known());
            if step.evidence == Wanted::Required && evidence.is_empty() && !checked {
                return Err(Refusal::EvidenceNeeded);
            }
            Ok(())
        }
        Act::Skip { why, .. } => {
            open()?;
            person(by)?;
            if step.skippable { reason(why) } else { Err(Refusal::MustBeDone) }
        }
        Act::Checked { .. } => {
            open()?;
            match (&step.check, by) {
                (None, _) => Err(Refusal::NoCheck),
                (Some(_), By::Wardround) => Ok(()),
                (Some(_), _) => Err(Refusal::WardroundNeeded),
            }
        }
        Act::Undo { why, .. } => match state {
            StepState::Done { .. } | StepState::Skipped { .. } => {
                person(by)?;
                reason(why)
            }
            StepState::Open | StepState::Checked { .. } => Err(Refusal::NothingToUndo),
        },
        Act::Remark { text: words, .. } => remark(words),
        Act::SignOff { .. } | Act::Close | Act::Abandon { .. } => Ok(()),
    }
}

fn of_run(act: &Act, standing: &super::Standing, by: &By) -> Result<(), Refusal> {
    match act {
        Act::SignOff { note } => {
            person(by)?;
            text(note, LONGEST_REMARK)?;
            let open = standing.open();
            if open.is_empty() { Ok(()) } else { Err(Refusal::StepsOpen(open)) }
        }
        Act::Close => {
            person(by)?;
            if standing.signed.is_some() { Ok(()) } else { Err(Refusal::NotSignedOff) }
        }
        Act::Abandon { why } => {
            person(by)?;
            reason(why)
        }
        Act::Remark { text: words, .. } => remark(words),
        _ => Ok(()),
    }
}

fn person(by: &By) -> Result<(), Refusal> {
    if matches!(by, By::Person(_)) { Ok(()) } else { Err(Refusal::PersonNeeded) }
}

fn text(words: &str, most: usize) -> Result<(), Refusal> {
    let unseen = |it: char| it.is_control() && it != '\n' && it != '\t';
    if words.chars().count() > most || words.contains(unseen) {
        return Err(Refusal::BadText(most));
    }
    Ok(())
}

fn reason(why: &str) -> Result<(), Refusal> {
    if why.is_empty() { Err(Refusal::ReasonNeeded) } else { text(why, LONGEST_REASON) }
}

fn remark(words: &str) -> Result<(), Refusal> {
    if words.is_empty() { Err(Refusal::ReasonNeeded) } else { text(words, LONGEST_REMARK) }
}

fn proof(proof: &Proof) -> Result<(), Refusal> {
    let it = proof.reference.as_str();
    let digits = |length: usize| {
        it.len() == length && it.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let line = !it.is_empty() && it.chars().count() <= 200 && !it.contains(char::is_control);
    let (fits, right) = match proof.kind {
        ProofKind::Finding => (digits(32), "its id has 32 hexadecimal digits"),
        ProofKind::File => (digits(64), "SHA-256 has 64 hexadecimal digits"),
        ProofKind::AuditEntry => {
            (it.parse::<i64>().is_ok_and(|number| number >= 0), "write the number of the entry")
        }
        ProofKind::Evidence | ProofKind::Reference => {
            (line, "write one line of 1 to 200 characters")
        }
    };
    if fits {
        return Ok(());
    }
    let reference = it.chars().filter(|it| !it.is_control()).take(60).collect();
    Err(Refusal::BadProof { kind: proof.kind, reference, right })
}

/// Without the space around what people wrote.
fn tidy(act: Act) -> Act {
    let trim = |text: String| text.replace("\r\n", "\n").trim().to_owned();
    match act {
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
