//! What a check says of one resource: a verdict and its sentence.

use super::{Facts, Judged, walk};
use crate::{Part, Resource, Source, Timestamp, Verdict};

/// A verdict with the sentence that explains it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) verdict: Verdict,
    pub(super) reason: String,
}

pub(super) fn pass(reason: impl Into<String>) -> Said {
    Said { verdict: Verdict::Pass, reason: reason.into() }
}

pub(super) fn fail(reason: impl Into<String>) -> Said {
    Said { verdict: Verdict::Fail, reason: reason.into() }
}

pub(super) fn unknown(reason: impl Into<String>) -> Said {
    Said { verdict: Verdict::Unknown, reason: reason.into() }
}

pub(super) fn not_applicable(reason: impl Into<String>) -> Said {
    Said { verdict: Verdict::NotApplicable, reason: reason.into() }
}

/// The facts lack a member, so nobody can tell.
pub(super) fn missing(member: &str) -> Said {
    unknown(format!("The recorded facts lack `{member}`."))
}

impl Said {
    /// Says it of a resource.
    pub(super) fn of(self, resource: &Resource) -> Judged {
        Judged::about(resource, self.verdict, self.reason)
    }
}

/// Judges every resource of the types that AWS Config recorded where its inventory was read.
pub(super) fn of_recorded(
    facts: &Facts<'_>,
    kinds: &[&str],
    judge: impl Fn(&Resource) -> Said,
) -> Vec<Judged> {
    recorded(facts, kinds).map(|resource| judge(resource).of(resource)).collect()
}

/// The resources of the types that AWS Config recorded where its inventory was read.
pub(super) fn recorded<'f, 'a>(
    facts: &'f Facts<'a>,
    kinds: &'f [&'f str],
) -> impl Iterator<Item = &'a Resource> {
    kinds
        .iter()
        .flat_map(|kind| facts.of(kind).iter().copied())
        .filter(|resource| resource.source == Source::Config)
        .filter(|resource| facts.read(Source::Config, Part::Inventory, &resource.region))
}

/// A member that must be true.
pub(super) fn of_flag(resource: &Resource, path: &str, yes: &str, no: &str) -> Said {
    match walk::flag(&resource.facts, path) {
        Some(true) => pass(yes),
        Some(false) => fail(no),
        None => missing(path),
    }
}

/// A count with its noun: `1 job`, `3 jobs`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The UTC day of an instant, for sentences.
pub(super) fn day(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}
