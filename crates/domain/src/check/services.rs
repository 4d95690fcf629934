//! Which services and which tenancy an account uses, over what AWS Config recorded.

use super::say::{
    Said, as_of_today, counted, fail, missing, not_applicable, of_recorded, pass, unknown,
};
use super::{Check, Facts, Judged, recorder, walk};
use crate::catalogue::Eligibility;
use crate::judge::Recording;
use crate::{Catalogue, Part, Region, Resource, Source};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "hipaa-eligible-services",
        source: Source::Config,
        needs: &[Part::Inventory, Part::Recorder],
        run: eligible_services,
    },
    Check::of_inventory("ec2-dedicated-tenancy", dedicated_tenancy),
];

/// The AWS BAA covers PHI only in listed services, so only accounts that hold PHI are limited.
fn eligible_services(facts: &Facts<'_>) -> Vec<Judged> {
    let mut judged = Vec::new();
    let mut regions = facts.regions_read(Source::Config, Part::Inventory).peekable();
    // What is global in AWS is recorded in one region; the account's first stands for it.
    let Some(first) = regions.peek().copied() else { return judged };
    for region in regions {
        if !facts.account.phi {
            let said = not_applicable("This account is configured as holding no PHI.");
            judged.push(facts.say(region, said));
            continue;
        }
        let here = |resource: &&Resource| {
            resource.region == *region
                || (region == first && !facts.account.regions.contains(&resource.region))
        };
        let before = judged.len();
        for resource in facts.all().filter(|it| counts(it)).filter(here) {
            let mut one = as_of_today(facts, resource, |it| eligibility(&it.kind));
            one.region = region.clone();
            one.resource.region = region.clone();
            judged.push(one);
        }
        if let Some(said) = blind_spot(facts, region, judged.len() == before) {
            judged.push(facts.say(region, said));
        }
    }
    judged
}

/// Rows of Config's own results, and fact records of the other sources, are not resources that
/// hold data.
fn counts(resource: &Resource) -> bool {
    resource.source == Source::Config
        && !resource.kind.starts_with("AWS::Config::")
        && !resource.kind.starts_with("AWS::Backup::")
}

fn eligibility(name: &str) -> Said {
    let service = name.rsplit_once("::").map_or(name, |(service, _)| service);
    match Catalogue::get().eligibility(name) {
        Some(Eligibility::Eligible) => pass(format!("{service} is on AWS's HIPAA list.")),
        Some(Eligibility::FeatureOfListed) => {
            pass(format!("{service} is a feature of a service on AWS's HIPAA list."))
        }
        Some(Eligibility::Tooling) => pass(format!("{service} manages accounts and holds no PHI.")),
        Some(Eligibility::NotListed) => fail(format!("{service} is not on AWS's HIPAA list.")),
        Some(Eligibility::Unclear) => {
            unknown(format!("Whether AWS's HIPAA list covers {service} is not settled."))
        }
        None => unknown(format!("{service} is not known to the catalogue.")),
    }
}

/// What the inventory cannot show of a region, if anything.
fn blind_spot(facts: &Facts<'_>, region: &Region, empty: bool) -> Option<Said> {
    let recording = facts
        .fresh(Source::Config, Part::Recorder, region)
        .then(|| facts.recordings(region).next())
        .flatten();
    match recording {
        Some(Recording::AllExcept(except)) if recorder::named_on_purpose(except) > 0 => {
            Some(unknown(format!(
                "Config leaves out {} here by name, so their use would not be seen.",
                counted(recorder::named_on_purpose(except), "resource type")
            )))
        }
        Some(Recording::AllExcept(_)) if empty => {
            Some(not_applicable("Config records this region and knows no resource in it."))
        }
        Some(Recording::AllExcept(_)) => None,
        Some(Recording::Only(only)) => Some(unknown(format!(
            "Config records only {} resource types here: other services would not be seen.",
            only.len()
        ))),
        Some(Recording::Nothing) | None => {
            Some(unknown("Config is not known to record here: services in use would not be seen."))
        }
    }
}

/// Asked only where the organisation demands it: AWS has not required dedicated hardware for PHI
/// since 2017.
fn dedicated_tenancy(facts: &Facts<'_>) -> Vec<Judged> {
    if !facts.policy.dedicated_tenancy {
        return Vec::new();
    }
    of_recorded(facts, &["AWS::EC2::Instance"], |instance| {
        let state = walk::text(&instance.facts, "configuration.state.name").unwrap_or_default();
        if ["terminated", "shutting-down"].iter().any(|gone| state.eq_ignore_ascii_case(gone)) {
            return not_applicable("The instance is being terminated.");
        }
        let path = "configuration.placement.tenancy";
        match walk::text(&instance.facts, path).map(|tenancy| tenancy.to_lowercase()).as_deref() {
            Some(tenancy @ ("dedicated" | "host")) => pass(format!("The tenancy is {tenancy}.")),
            Some("default") => fail("The tenancy is default: the hardware is shared."),
            Some(other) => unknown(format!("The tenancy {other} is not known.")),
            None => missing(path),
        }
    })
}
