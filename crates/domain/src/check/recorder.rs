//! What a configuration recorder records: without that, an absent row says nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Facts, walk};
use crate::judge::Recording;
use crate::{Part, Region, Source};

/// The IAM types that a recorder leaves out unless it includes global types
/// (AWS Config API, `RecordingGroup.includeGlobalResourceTypes`).
const GLOBAL_TYPES: [&str; 4] =
    ["AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"];

/// What a recorder with these facts records; `None` when they do not say.
///
/// Reads `recording` and `lastStatus` beside the members or below `status`, and `allSupported`,
/// `resourceTypes`, `exclusionByResourceTypes`, `recordingStrategy` and
/// `includeGlobalResourceTypes` beside them or below `recordingGroup`.
pub fn recording(facts: &Value) -> Option<Recording> {
    if !either(facts, "status", "recording", walk::flag)? {
        return Some(Recording::Nothing);
    }
    let strategy = either(facts, "recordingGroup", "recordingStrategy.useOnly", walk::text);
    let excluded = types(facts, "exclusionByResourceTypes.resourceTypes");
    let included = types(facts, "resourceTypes");
    let all = either(facts, "recordingGroup", "allSupported", walk::flag);
    match (strategy.as_deref(), all) {
        (Some("EXCLUSION_BY_RESOURCE_TYPES"), _) => Some(Recording::AllExcept(excluded)),
        (Some("INCLUSION_BY_RESOURCE_TYPES"), _) => Some(Recording::Only(included)),
        (Some("ALL_SUPPORTED_RESOURCE_TYPES"), _) | (None, Some(true)) => {
            let path = "includeGlobalResourceTypes";
            let global = either(facts, "recordingGroup", path, walk::flag) == Some(true);
            let left_out = if global { &[][..] } else { &GLOBAL_TYPES[..] };
            Some(Recording::AllExcept(left_out.iter().map(|&name| name.to_owned()).collect()))
        }
        (_, Some(false)) if !included.is_empty() => Some(Recording::Only(included)),
        (_, Some(false)) if !excluded.is_empty() => Some(Recording::AllExcept(excluded)),
        _ => None,
    }
}

/// The last delivery's status, in upper case.
pub(super) fn last_status(facts: &Value) -> Option<String> {
    either(facts, "status", "lastStatus", walk::text).map(|status| status.to_ascii_uppercase())
}

fn either<T>(
    facts: &Value,
    below: &str,
    path: &str,
    read: impl Fn(&Value, &str) -> Option<T>,
) -> Option<T> {
    read(facts, path).or_else(|| read(facts, &format!("{below}.{path}")))
}

fn types(facts: &Value, path: &str) -> BTreeSet<String> {
    let mut names = walk::list(facts, path);
    if names.is_empty() {
        names = walk::list(facts, &format!("recordingGroup.{path}"));
    }
    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Whether rows of a type are the present of a region: its recorder was read, runs, and records
/// the type. Without that an absent row proves nothing, and a present one may be months old:
/// `SelectResourceConfig` goes on answering after the recorder stopped. What is global in AWS is
/// recorded in some region of the account.
pub(super) fn records(facts: &Facts<'_>, region: &Region, wanted: &str) -> bool {
    let here = |region: &Region| {
        facts.fresh(Source::Config, Part::Recorder, region)
            && facts.recordings(region).any(|recording| recording.records(wanted))
    };
    let regions = &facts.account.regions;
    if regions.contains(region) { here(region) } else { regions.iter().any(here) }
}

/// How many types were left out by name. IAM's global types are left out by default and recorded
/// in one region: that is no gap.
pub(super) fn named_on_purpose(except: &BTreeSet<String>) -> usize {
    except.iter().filter(|name| !name.starts_with("AWS::IAM::")).count()
}
