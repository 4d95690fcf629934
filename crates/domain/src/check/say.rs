//! What a check says of one resource: a verdict and its sentence.

use super::{Facts, Judged, recorder, walk};
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

/// Judges every resource of the types that AWS Config listed. Of what it no longer records nobody
/// knows how it is today, whatever the listing says.
pub(super) fn of_recorded(
    facts: &Facts<'_>,
    kinds: &[&str],
    judge: impl Fn(&Resource) -> Said,
) -> Vec<Judged> {
    listed(facts, kinds).map(|resource| as_of_today(facts, resource, &judge)).collect()
}

/// Judges a resource that Config listed, if what it lists is the present.
pub(super) fn as_of_today(
    facts: &Facts<'_>,
    resource: &Resource,
    judge: impl Fn(&Resource) -> Said,
) -> Judged {
    let said = if is_recorded(facts, resource) {
        judge(resource)
    } else {
        unknown("Config is not known to record this type here, so what it lists may be long past.")
    };
    said.of(resource)
}

fn is_recorded(facts: &Facts<'_>, resource: &Resource) -> bool {
    recorder::records(facts, &resource.region, &resource.kind)
}

/// The resources of the types that AWS Config records and whose inventory was read.
pub(super) fn recorded<'f, 'a>(
    facts: &'f Facts<'a>,
    kinds: &'f [&'f str],
) -> impl Iterator<Item = &'a Resource> {
    listed(facts, kinds).filter(|resource| is_recorded(facts, resource))
}

/// The resources of the types that AWS Config listed where its inventory was read.
pub(super) fn listed<'f, 'a>(
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
