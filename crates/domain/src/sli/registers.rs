//! M7, M8 and M9: what the registers of vendors, incidents and drills say.

use super::{Member, PERIOD_MS, coverage, deadline};
use crate::Timestamp;
use crate::register::drill::last_success;
use crate::register::vendor::baa_coverage;
use crate::register::{Day, Drill, Incident, Registered, Vendor};

/// M7: vendors with the agreement that they need.
pub fn agreements(vendors: &[Registered<Vendor>], now: Timestamp) -> coverage::Input {
    let counted = baa_coverage(vendors, now);
    let members = counted
        .failing
        .iter()
        .map(|vendor| Member {
            key: format!("vendor:{}", vendor.id),
            what: if vendor.expired {
                format!("The agreement with {} has expired.", vendor.name)
            } else {
                format!("There is no agreement with {}.", vendor.name)
            },
            link: format!("/registers/vendors/{}", vendor.id),
            since: vendor.since,
            grace_ms: 0,
        })
        .collect();
    coverage::Input {
        covered: counted.covered,
        unknown: 0,
        uncovered: counted.eligible - counted.covered,
        members,
        denominator: format!(
            "Vendors of the register that need an agreement; {} need none, {} expire within 30 days",
            counted.not_required, counted.expiring
        ),
        as_of: counted.changed,
        blind: vendors
            .is_empty()
            .then(|| "No vendor is registered, so nobody knows who receives PHI.".to_owned()),
        none: "No registered vendor needs an agreement.".to_owned(),
    }
}

/// Incidents that stand and whose clock runs, or was stopped within the period.
fn clocked<'a>(
    incidents: &'a [Registered<Incident>],
    now: Timestamp,
    clock: impl Fn(&Incident) -> (Option<Timestamp>, Option<Timestamp>) + 'a,
) -> impl Iterator<Item = deadline::Clocked> + 'a {
    incidents.iter().filter(|incident| incident.stands()).filter_map(move |incident| {
        let (began, stopped) = clock(&incident.record);
        let recent = stopped.is_none_or(|at| now.since(at) <= PERIOD_MS);
        recent.then(|| deadline::Clocked {
            key: format!("incident:{}", incident.id),
            what: incident.record.title.clone(),
            link: format!("/registers/incidents/{}", incident.id),
            began,
            stopped,
        })
    })
}

/// M8: from the first evidence to detection. What was registered was detected.
pub fn detection(
    incidents: &[Registered<Incident>],
    drills: &[Registered<Drill>],
    now: Timestamp,
) -> deadline::Input {
    let clock = |incident: &Incident| (incident.occurred, Some(incident.detected));
    deadline::Input {
        incidents: clocked(incidents, now, clock).collect(),
        drill: proved(drills),
        as_of: changed(incidents, drills),
    }
}

/// M9: from detection to containment.
pub fn containment(
    incidents: &[Registered<Incident>],
    drills: &[Registered<Drill>],
    now: Timestamp,
) -> deadline::Input {
    let clock = |incident: &Incident| (Some(incident.detected), incident.contained);
    deadline::Input {
        incidents: clocked(incidents, now, clock).collect(),
        drill: proved(drills),
        as_of: changed(incidents, drills),
    }
}

fn proved(drills: &[Registered<Drill>]) -> Option<Timestamp> {
    last_success(drills).map(Day::start)
}

/// When either register last changed.
fn changed(incidents: &[Registered<Incident>], drills: &[Registered<Drill>]) -> Option<Timestamp> {
    let incidents = incidents.iter().map(|incident| incident.changed);
    incidents.chain(drills.iter().map(|drill| drill.changed)).max()
}
