//! Why something may not be done with a run.

use super::ProofKind;

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
