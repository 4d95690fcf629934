//! M7, M8 and M9: what the registers of vendors, incidents and drills say.

use super::{Member, PERIOD_MS, coverage, deadline};
use crate::Timestamp;
use crate::register::drill::last_success;
use crate::register::vendor::baa_coverage;
use crate::register::{Drill, Incident, Record, Registered, Vendor};

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
    let nobody = !vendors.iter().any(Registered::stands);
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
        blind: nobody.then(|| {
            "No vendor stands in the register, so nobody knows who receives PHI.".to_owned()
        }),
        none: "No registered vendor needs an agreement.".to_owned(),
    }
}

/// Incidents that stand and whose clock runs, has no known beginning, or was stopped within the
/// period. What was written down late counts for as long from then on: otherwise nothing would be
/// gained by writing it down. The title stays out, it is read under another right.
fn clocked<'a>(
    incidents: &'a [Registered<Incident>],
    now: Timestamp,
    clock: impl Fn(&Incident) -> (Option<Timestamp>, Option<Timestamp>) + 'a,
) -> impl Iterator<Item = deadline::Clocked> + 'a {
    incidents.iter().filter(|incident| incident.stands()).filter_map(move |incident| {
        let (began, stopped) = clock(&incident.record);
        let recent = |at: Timestamp| now.since(at.max(incident.added)) <= PERIOD_MS;
        let counts = began.is_none() || stopped.is_none_or(recent);
        counts.then(|| deadline::Clocked {
            key: format!("incident:{}", incident.id),
            what: format!("Incident {}", incident.id),
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
        drill: last_success(drills),
        as_of: changed(incidents).max(changed(drills)),
        blind: None,
    }
}

/// M9: from detection to containment. A drill shows that something would be noticed, not that it
/// would be contained.
pub fn containment(incidents: &[Registered<Incident>], now: Timestamp) -> deadline::Input {
    let clock = |incident: &Incident| (Some(incident.detected), incident.contained);
    deadline::Input {
        incidents: clocked(incidents, now, clock).collect(),
        drill: None,
        as_of: changed(incidents),
        blind: None,
    }
}

/// When a register last changed.
fn changed<T: Record>(register: &[Registered<T>]) -> Option<Timestamp> {
    register.iter().map(|one| one.changed).max()
}
