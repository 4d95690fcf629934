//! The rules of a run: what may be done when, and by whom.

use super::{
    Act, By, Ending, Entry, Proof, ProofKind, Refusal, Run, Seal, Standing, StepState, encode,
};
use crate::Timestamp;
use crate::runbook::step::{Step, Wanted};

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
    let act = act.tidy();
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

fn of_step(act: &Act, step: &Step, state: &StepState, by: &By) -> Result<(), Refusal> {
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

fn of_run(act: &Act, standing: &Standing, by: &By) -> Result<(), Refusal> {
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
