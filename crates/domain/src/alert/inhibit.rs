//! Alerts that say less than another which fires: they are kept and shown, and not told by
//! themselves.
//!
//! Two pairs only. The slow burn of an indicator says nothing that its fast burn does not (Site
//! Reliability Workbook, chapter 5). Where CloudTrail, GuardDuty or Config is off, or an audit source
//! is dead, that its parts are stale follows. What is about PHI, and what must never be muted, is
//! never inhibited either.

use super::origin::{Call, CollectionFault};
use super::suppression::matcher::exempt;
use super::{Class, Level, Origin, Signal};
use crate::sli;

/// Whether `target` says nothing that `source`, which fires at its level, does not say.
pub fn inhibits(source: (&Signal, Level), target: (&Signal, Level)) -> bool {
    let ((source, above), (target, below)) = (source, target);
    if below.class == Class::PagePhi || exempt(&target.origin, below.class).is_some() {
        return false;
    }
    // Never sideways or upwards, so that two alerts cannot silence each other.
    if above.class >= below.class || source.account != target.account {
        return false;
    }
    match (&source.origin, &target.origin) {
        (
            Origin::Indicator { sli: one, call: Call::Whole { level: sli::Level::Page } },
            Origin::Indicator { sli: other, call: Call::Whole { level: sli::Level::Ticket } },
        ) => one == other,
        (
            Origin::Collection { fault, source: Some(one) },
            Origin::Collection {
                fault: CollectionFault::Stale | CollectionFault::Dead,
                source: Some(other),
            },
        ) => {
            let dead = matches!(fault, CollectionFault::Disabled | CollectionFault::AuditDead);
            let there = source.region.is_none() || source.region == target.region;
            dead && one == other && there
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{Rules, classify};
    use crate::sli::Sli;
    use crate::{AccountId, Source, Timestamp};

    fn signal(origin: Origin, region: Option<&str>) -> (Signal, Level) {
        let mut signal = Signal::new(origin, Timestamp(0));
        signal.account = Some(AccountId::from("123456789012"));
        signal.region = region.map(Into::into);
        let level = classify(&signal, Rules::get()).level;
        (signal, level)
    }

    fn pair(one: &(Signal, Level), other: &(Signal, Level)) -> bool {
        inhibits((&one.0, one.1), (&other.0, other.1))
    }

    #[test]
    fn a_page_inhibits_the_ticket_of_the_same_indicator() {
        let burn =
            |sli, level| signal(Origin::Indicator { sli, call: Call::Whole { level } }, None);
        let page = burn(Sli::AuditLatency, sli::Level::Page);
        let ticket = burn(Sli::AuditLatency, sli::Level::Ticket);
        assert!(pair(&page, &ticket));
        assert!(!pair(&ticket, &page) && !pair(&page, &page));
        assert!(!pair(&page, &burn(Sli::AuthenticationSuccess, sli::Level::Ticket)));
    }

    #[test]
    fn a_service_that_is_off_explains_that_it_is_stale_there() {
        let fault = |fault, source, region| {
            signal(Origin::Collection { fault, source: Some(source) }, region)
        };
        let off = fault(CollectionFault::Disabled, Source::CloudTrail, Some("us-east-1"));
        let stale = |region| fault(CollectionFault::Stale, Source::CloudTrail, Some(region));
        assert!(pair(&off, &stale("us-east-1")));
        assert!(!pair(&off, &stale("us-west-2")));
        let everywhere = fault(CollectionFault::Disabled, Source::CloudTrail, None);
        assert!(pair(&everywhere, &stale("us-west-2")));
        let other = fault(CollectionFault::Stale, Source::Backup, Some("us-east-1"));
        assert!(!pair(&off, &other));
        let mut elsewhere = stale("us-east-1");
        elsewhere.0.account = Some(AccountId::from("210987654321"));
        assert!(!pair(&off, &elsewhere));
    }

    #[test]
    fn what_is_about_phi_is_never_inhibited() {
        let burn = |level| {
            signal(Origin::Indicator { sli: Sli::AuditLatency, call: Call::Whole { level } }, None)
        };
        let (page, ticket) = (burn(sli::Level::Page), burn(sli::Level::Ticket));
        let risen = Level { class: Class::PagePhi, ..ticket.1 };
        let critical = Level { class: Class::PagePhi, ..page.1 };
        assert!(!inhibits((&page.0, critical), (&ticket.0, risen)));
    }
}
