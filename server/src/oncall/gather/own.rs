//! What Wardround says of itself: its audit log, its redactor, its alerting.

use domain::Timestamp;
use domain::alert::origin::{AuditFault, OwnFault};
use domain::alert::surge::{self, judge};
use domain::alert::{Affected, Class, Origin, Phi, Signal};
use domain::id::MINUTE_MS;
use domain::register::drill;
use store::StoreError;
use store::alert::Setting;

use super::super::Engine;

/// A witness that has nothing new for so long is late.
const ANCHOR_LATE_MS: i64 = 15 * MINUTE_MS;
/// A page that nobody has taken for so long is undelivered.
const UNDELIVERED_MS: i64 = 5 * MINUTE_MS;

pub(super) async fn audit_log(engine: &Engine, now: Timestamp) -> Result<Vec<Signal>, StoreError> {
    let mut signals = Vec::new();
    let log = |fault| {
        let link = "/system".to_owned();
        Signal { link, ..Signal::new(Origin::AuditLog { fault }, now) }
    };
    if engine.state.verified.borrow().fault.is_some() {
        signals.push(log(AuditFault::ChainBroken));
    }
    let tried = engine.state.reader.anchors().await?;
    let late = |target: &str| {
        let of_target = || tried.iter().filter(|it| it.target == target);
        let failed = of_target().any(|it| it.error.is_some());
        let last = of_target().filter(|it| it.error.is_none()).map(|it| it.at).max();
        failed && last.is_none_or(|last| now.since(last) > ANCHOR_LATE_MS)
    };
    if engine.state.installation.anchors.iter().any(|target| late(target)) {
        signals.push(log(AuditFault::AnchorLate));
    }
    Ok(signals)
}

pub(super) fn redactor(engine: &Engine, now: Timestamp) -> Vec<Signal> {
    let down = engine.intake.blocked();
    let signal = Signal { link: "/debug".to_owned(), ..Signal::new(Origin::Redactor, now) };
    down.then_some(signal).into_iter().collect()
}

pub(super) async fn alerting(
    engine: &Engine,
    setting: &Setting,
    now: Timestamp,
) -> Result<Vec<Signal>, StoreError> {
    let reader = &engine.state.reader;
    let mut signals = Vec::new();
    let own = |fault, class, link: &str| Signal {
        link: link.to_owned(),
        ..Signal::new(Origin::Own { fault, class }, now)
    };
    let untold = reader.oncall_untold(now.plus(-UNDELIVERED_MS)).await?;
    for class in Class::ALL {
        if let Some(one) = untold.iter().find(|one| one.class() == class) {
            let link = format!("/incidents/{}", one.id);
            signals.push(own(OwnFault::Undelivered, Some(class), &link));
        }
    }
    if let Some(cursor) = reader.feed_cursor().await? {
        for class in [Class::PagePhi, Class::PagePipe, Class::PageSlo, Class::Ticket] {
            let window_ms = setting.surge.window_ms;
            let volume = reader.alert_volume(class, window_ms, cursor.since, now).await?;
            let judged = judge(&volume, &setting.surge);
            signals.extend(surge::signal(class, &judged, "/oncall", now));
        }
    }
    for one in reader.suppressions_unratified(now).await? {
        let id = one.id;
        let key = format!("suppression/{id}");
        let link = format!("/suppressions/{id}");
        let resource = Some(Affected { key: key.as_str().into(), phi: Phi::No, group: None });
        signals.push(Signal { resource, ..own(OwnFault::Suppression, None, &link) });
    }
    if drill::is_overdue(&reader.drill_list().await?, now) {
        signals.push(own(OwnFault::DutyDue, None, "/registers/drills"));
    }
    Ok(signals)
}
