//! How the collection goes, as signals: sources that are stale, silent or off, and clocks.

use std::collections::BTreeSet;

use domain::alert::origin::CollectionFault;
use domain::alert::{Affected, Origin, Phi, Signal};
use domain::freshness::Age;
use domain::id::MINUTE_MS;
use domain::{ScopeStatus, Source, Timestamp};
use store::StoreError;

use super::super::Engine;

/// Beyond so many of its intervals a source counts as dead.
const DEAD_INTERVALS: i64 = 10;
/// A clock that is ahead by more than this is wrong.
const SKEW_MS: i64 = 5 * MINUTE_MS;

pub(super) async fn signals(engine: &Engine, now: Timestamp) -> Result<Vec<Signal>, StoreError> {
    let reader = &engine.state.reader;
    // Ages are those of the data's own clock.
    let freshness = reader.freshness(engine.state.clock.now()).await?;
    let mut signals: Vec<Signal> =
        freshness.scopes().filter_map(|scope| of_scope(scope, freshness.now())).collect();
    let silent = engine.expectations.silent_before(now);
    let producers = reader.producers().await?;
    let standing: Vec<_> = producers.iter().filter(|one| one.retired.is_none()).collect();
    let gone: BTreeSet<&str> = producers
        .iter()
        .filter(|one| one.retired.is_some())
        .map(|one| one.service.as_str())
        .collect();
    for source in reader.audit_sources(now).await? {
        if source.last_seen < silent && !gone.contains(source.service.as_str()) {
            signals.push(named(CollectionFault::AuditDead, &source.name, source.last_seen));
        }
    }
    let skewed: Vec<_> = standing.iter().filter(|one| one.ahead_ms > SKEW_MS).collect();
    if skewed.len() >= 2 && skewed.len() == standing.len() {
        let origin = Origin::Collection { fault: CollectionFault::ClockSkewAll, source: None };
        signals.push(Signal { link: "/debug".to_owned(), ..Signal::new(origin, now) });
    } else {
        let one = |it: &&&store::telemetry_health::ProducerRow| {
            named(CollectionFault::ClockSkew, &it.service, it.last_seen)
        };
        signals.extend(skewed.iter().map(one));
    }
    Ok(signals)
}

fn named(fault: CollectionFault, name: &str, at: Timestamp) -> Signal {
    let key = format!("producer/{name}");
    Signal {
        resource: Some(Affected { key: key.as_str().into(), phi: Phi::Unknown, group: None }),
        link: "/debug".to_owned(),
        ..Signal::new(Origin::Collection { fault, source: None }, at)
    }
}

/// The worst that is wrong with a scope.
fn of_scope(status: &ScopeStatus, now: Timestamp) -> Option<Signal> {
    let source = status.scope.source;
    let watched = matches!(source, Source::CloudTrail | Source::GuardDuty | Source::Config);
    // Off, and it was on: what was never on is a failing control, and no event.
    let off = status.parts.values().find(|part| part.not_enabled && part.as_of.is_some());
    if let Some(as_of) = off.filter(|_| watched).and_then(|part| part.as_of) {
        return Some(scope_signal(CollectionFault::Disabled, status, as_of));
    }
    let oldest =
        status.parts.iter().filter(|(_, part)| !part.not_enabled).filter_map(|(part, _)| {
            match status.age_of(*part, now) {
                Age::Stale(as_of) => Some(as_of),
                Age::Never | Age::Fresh(_) => None,
            }
        });
    let as_of = oldest.min()?;
    let dead = now.since(as_of) > DEAD_INTERVALS * status.interval_ms;
    let fault = match (dead, source) {
        (false, _) => CollectionFault::Stale,
        (true, Source::CloudTrail) => CollectionFault::AuditDead,
        (true, _) => CollectionFault::Dead,
    };
    Some(scope_signal(fault, status, as_of))
}

fn scope_signal(fault: CollectionFault, status: &ScopeStatus, at: Timestamp) -> Signal {
    let origin = Origin::Collection { fault, source: Some(status.scope.source) };
    Signal {
        account: Some(status.scope.account.clone()),
        region: Some(status.scope.region.clone()),
        link: "/collection".to_owned(),
        ..Signal::new(origin, at)
    }
}
