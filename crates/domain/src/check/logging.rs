//! CloudTrail and VPC flow logs, over what AWS Config recorded and what CloudTrail says of trails.

use super::say::{Said, fail, missing, of_recorded, pass, recorded, unknown};
use super::{Check, Facts, Judged, recorder, walk};
use crate::access_event::TrailState;
use crate::resource::kind;
use crate::{Part, Region, Resource, Source, Verdict};

const TRAIL: &str = "AWS::CloudTrail::Trail";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "cloudtrail-multi-region-validated",
        source: Source::Config,
        needs: &[Part::Inventory, Part::Recorder],
        run: cloudtrail,
    },
    Check {
        id: "vpc-flow-logs",
        source: Source::Config,
        needs: &[Part::Inventory, Part::Recorder],
        run: vpc_flow_logs,
    },
];

/// One trail anywhere is enough, if it records: how a trail is configured says nothing of whether
/// somebody has stopped it. That there is none can only be said when the inventory of every region
/// was read and its recorder records trails.
fn cloudtrail(facts: &Facts<'_>) -> Vec<Judged> {
    let good = recorded(facts, &[TRAIL])
        .filter(|trail| {
            walk::flag(&trail.facts, "configuration.isMultiRegionTrail") == Some(true)
                && walk::flag(&trail.facts, "configuration.logFileValidationEnabled") == Some(true)
        })
        .map(|trail| (trail, at_work(facts, trail)))
        .max_by_key(|(trail, said)| {
            (rank(said), facts.fresh(Source::Config, Part::Inventory, &trail.region))
        });
    if let Some((trail, said)) = good {
        return vec![facts.say_of_all(&trail.region, said)];
    }
    let Some(visited) = facts.oldest_region(Source::Config, Part::Inventory) else {
        return Vec::new();
    };
    vec![facts.say_of_all(visited, without_trail(facts))]
}

/// Whether a trail that is configured as it should be records and delivers, by what CloudTrail says
/// of it (`GetTrailStatus`) in any region in which it was asked lately.
fn at_work(facts: &Facts<'_>, trail: &Resource) -> Said {
    let organization = walk::flag(&trail.facts, "configuration.isOrganizationTrail") == Some(true);
    let whose = if organization { "organization trail" } else { "trail" };
    let name = &trail.name;
    let states: Vec<TrailState> = facts
        .of(kind::TRAIL_STATUS)
        .iter()
        .filter(|status| status.id == trail.id || status.id == trail.key.as_str())
        .filter(|status| facts.fresh(Source::CloudTrail, Part::Trails, &status.region))
        .filter_map(|status| TrailState::of(status))
        .collect();
    if states.iter().any(|state| state.logging == Some(false)) {
        return fail(format!(
            "The {whose} {name} is configured, but was stopped: it records nothing."
        ));
    }
    if states.iter().any(|state| state.delivery_fails) {
        return fail(format!("The {whose} {name} cannot deliver its log files."));
    }
    if states.iter().any(|state| state.logging == Some(true)) {
        return pass(format!(
            "The {whose} {name} is multi-Region, validates its log files and records."
        ));
    }
    unknown(format!(
        "The {whose} {name} is multi-Region and validates its log files, but CloudTrail has not \
         said lately whether it records."
    ))
}

fn without_trail(facts: &Facts<'_>) -> Said {
    for region in &facts.account.regions {
        if !facts.read(Source::Config, Part::Inventory, region) {
            return unknown(format!(
                "No such trail is known, but the inventory of {region} has not been read."
            ));
        }
        if !recorder::records(facts, region, TRAIL) {
            return unknown(format!(
                "No such trail is known, but Config is not known to record trails in {region}."
            ));
        }
    }
    let unclear = recorded(facts, &[TRAIL]).find(|trail| {
        ["configuration.isMultiRegionTrail", "configuration.logFileValidationEnabled"]
            .iter()
            .any(|path| walk::flag(&trail.facts, path).is_none())
            && walk::flag(&trail.facts, "configuration.isMultiRegionTrail") != Some(false)
            && walk::flag(&trail.facts, "configuration.logFileValidationEnabled") != Some(false)
    });
    if let Some(trail) = unclear {
        return unknown(format!("What is recorded of the trail {} is incomplete.", trail.name));
    }
    fail(
        "No trail in the account's inventory is multi-Region with log file validation. \
         Config does not show a trail of the organization's management account.",
    )
}

/// Every VPC needs an active flow log of all its traffic: rejected packets alone do not show who
/// reached what (45 CFR 164.312(b) asks for activity to be recorded).
fn vpc_flow_logs(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::EC2::VPC"], |vpc| {
        let logs: Vec<Said> = recorded(facts, &[FLOW_LOG])
            .filter(|log| log.region == vpc.region)
            .filter(|log| {
                walk::text(&log.facts, "configuration.resourceId").as_deref() == Some(&vpc.id)
            })
            .map(flow_log)
            .collect();
        if !logs.is_empty() {
            return best(logs);
        }
        let nameless = recorded(facts, &[FLOW_LOG]).any(|log| {
            log.region == vpc.region && walk::text(&log.facts, "configuration.resourceId").is_none()
        });
        if nameless {
            missing("configuration.resourceId")
        } else {
            without_flow_log(facts, &vpc.region)
        }
    })
}

fn flow_log(log: &Resource) -> Said {
    let (status, traffic) = ("configuration.flowLogStatus", "configuration.trafficType");
    let delivery = walk::text(&log.facts, "configuration.deliverLogsStatus");
    let Some(status) = walk::text(&log.facts, status) else { return missing(status) };
    if !status.eq_ignore_ascii_case("active") {
        return fail(format!("The flow log {} is not active: {status}.", log.id));
    }
    if delivery.is_some_and(|delivery| delivery.eq_ignore_ascii_case("failed")) {
        return fail(format!("The flow log {} cannot deliver its records.", log.id));
    }
    match walk::text(&log.facts, traffic) {
        Some(traffic) if traffic.eq_ignore_ascii_case("all") => {
            pass(format!("The flow log {} records all traffic.", log.id))
        }
        Some(traffic) => fail(format!("The flow log {} records only {traffic} traffic.", log.id)),
        None => missing(traffic),
    }
}

/// One good flow log is enough; an unreadable one leaves the question open.
fn best(logs: Vec<Said>) -> Said {
    let best = logs.into_iter().max_by_key(rank);
    best.unwrap_or_else(|| missing("configuration.resourceId"))
}

fn rank(said: &Said) -> u8 {
    match said.verdict {
        Verdict::Pass => 2,
        Verdict::Unknown => 1,
        _ => 0,
    }
}

fn without_flow_log(facts: &Facts<'_>, region: &Region) -> Said {
    if recorder::records(facts, region, FLOW_LOG) {
        fail("No flow log is attached to the VPC.")
    } else {
        unknown(format!(
            "No flow log is known, but Config is not known to record flow logs in {region}."
        ))
    }
}
