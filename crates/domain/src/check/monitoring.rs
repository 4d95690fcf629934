//! Whether the watchers watch: Config's recorder, GuardDuty and Security Hub.

use super::say::{Said, counted, fail, missing, pass, unknown};
use super::{Check, Facts, Judged, recorder, walk};
use crate::judge::Recording;
use crate::resource::kind;
use crate::{ErrorClass, Part, Region, Resource, Source};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "config-recorder-on",
        source: Source::Config,
        needs: &[Part::Recorder],
        run: recorder_on,
    },
    Check {
        id: "guardduty-on",
        source: Source::GuardDuty,
        needs: &[Part::Detector],
        run: guardduty_on,
    },
    Check {
        id: "guardduty-no-open-high",
        source: Source::GuardDuty,
        needs: &[Part::Findings, Part::Detector],
        run: guardduty_no_open_high,
    },
    Check {
        id: "securityhub-on",
        source: Source::SecurityHub,
        needs: &[Part::Hub],
        run: securityhub_on,
    },
];

fn recorder_on(facts: &Facts<'_>) -> Vec<Judged> {
    facts
        .regions_read(Source::Config, Part::Recorder)
        .map(|region| facts.say(region, recorder_in(facts, region)))
        .collect()
}

/// A recorder passes when it records every supported type, or all but those named on purpose; a
/// short list of types leaves the rest of the region unseen.
fn recorder_in(facts: &Facts<'_>, region: &Region) -> Said {
    let Some(row) = facts.of_in(kind::RECORDER, region).next() else {
        return fail("There is no configuration recorder in this region.");
    };
    let recording = recorder::recording(&row.facts);
    if recording == Some(Recording::Nothing) {
        return fail("The configuration recorder is stopped.");
    }
    if recorder::last_status(&row.facts).as_deref() == Some("FAILURE") {
        return fail("The configuration recorder runs, but its last recording failed.");
    }
    match recording {
        Some(Recording::AllExcept(except)) => match recorder::named_on_purpose(&except) {
            0 => pass("The configuration recorder records all supported resource types."),
            count => pass(format!(
                "The configuration recorder records all resource types but {count} left out by name."
            )),
        },
        Some(Recording::Only(only)) => fail(format!(
            "The configuration recorder records only {}.",
            counted(only.len(), "resource type")
        )),
        Some(Recording::Nothing) | None => missing("recording"),
    }
}

/// The detector's facts as GuardDuty tells them; Config has rows of the same type name.
fn detector<'a>(facts: &Facts<'a>, region: &Region) -> Option<&'a Resource> {
    facts.of_in(kind::DETECTOR, region).find(|row| row.source == Source::GuardDuty)
}

/// A region without a detector is a failed control, not an error.
fn guardduty_on(facts: &Facts<'_>) -> Vec<Judged> {
    facts
        .regions_read(Source::GuardDuty, Part::Detector)
        .map(|region| facts.say(region, guardduty_in(facts, region)))
        .collect()
}

fn guardduty_in(facts: &Facts<'_>, region: &Region) -> Said {
    let Some(detector) = detector(facts, region) else {
        return fail("GuardDuty has no detector in this region.");
    };
    match walk::text(&detector.facts, "Status") {
        Some(status) if status.eq_ignore_ascii_case("enabled") => pass("GuardDuty is on."),
        Some(status) => fail(format!("The GuardDuty detector is {}.", status.to_lowercase())),
        None => missing("Status"),
    }
}

/// Silence of a detector that is off proves nothing.
fn guardduty_no_open_high(facts: &Facts<'_>) -> Vec<Judged> {
    let Some(open) = facts.open_threats() else { return Vec::new() };
    facts
        .regions_read(Source::GuardDuty, Part::Findings)
        .map(|region| {
            let count = open.get(region).copied().unwrap_or(0) as usize;
            let watching = facts.fresh(Source::GuardDuty, Part::Detector, region)
                && detector(facts, region)
                    .and_then(|detector| walk::text(&detector.facts, "Status"))
                    .is_some_and(|status| status.eq_ignore_ascii_case("enabled"));
            let said = match (count, watching) {
                (0, true) => pass("No GuardDuty finding of high or critical severity is open."),
                (0, false) => unknown("GuardDuty is not known to be on here, so nobody watched."),
                (count, _) => fail(format!(
                    "{} of high or critical severity open.",
                    counted(count, "GuardDuty finding")
                )),
            };
            facts.say(region, said)
        })
        .collect()
}

fn securityhub_on(facts: &Facts<'_>) -> Vec<Judged> {
    facts
        .regions_read(Source::SecurityHub, Part::Hub)
        .map(|region| facts.say(region, securityhub_in(facts, region)))
        .collect()
}

fn securityhub_in(facts: &Facts<'_>, region: &Region) -> Said {
    let off = "Security Hub is not enabled in this region.";
    let hub = facts.of_in(kind::HUB, region).find(|row| row.source == Source::SecurityHub);
    let account = &facts.account.id;
    if facts.freshness.error(Source::SecurityHub, Part::Hub, account, region)
        == Some(ErrorClass::NotEnabled)
    {
        return fail(off);
    }
    let Some(hub) = hub else { return unknown("Nothing is known of Security Hub in this region.") };
    match walk::flag(&hub.facts, "enabled") {
        Some(true) => pass("Security Hub is enabled."),
        Some(false) => fail(off),
        None if walk::text(&hub.facts, "HubArn").is_some() => pass("Security Hub is enabled."),
        None => missing("enabled"),
    }
}
