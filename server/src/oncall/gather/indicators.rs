//! Indicators as signals: burn rates, bad events, members past their grace, running clocks.

use domain::alert::origin::{Call, ViolationKind};
use domain::alert::{Affected, Identity, Observed, Origin, Phi, Signal};
use domain::sli::deadline::Clocked;
use domain::sli::invariant::Violation;
use domain::sli::{Kind, Level, Member, Reading, Sli, Target};
use domain::{AccountId, Timestamp};
use store::StoreError;
use store::sli::Registers;

use super::super::Engine;

/// Violations that are read of each indicator.
const MOST: u32 = 200;
/// A clock calls from this percentage of its limit on.
const FIRST_CALL: i64 = 50;

pub(super) async fn signals(engine: &Engine, now: Timestamp) -> Result<Vec<Signal>, StoreError> {
    let reader = &engine.state.reader;
    let since = reader.feed_cursor().await?.map(|cursor| cursor.since);
    let registers = Registers::of(reader, now).await?;
    let mut signals = Vec::new();
    for reading in reader.sli_readings(now).await? {
        let sli = reading.sli;
        match sli.definition().kind {
            Kind::Ratio | Kind::ThresholdRatio => signals.extend(whole(&reading, now)),
            Kind::Coverage if sli == Sli::AuditCompleteness => {
                signals.extend(whole(&reading, now));
            }
            Kind::Coverage => {
                let members = reader.sli_members(sli).await?;
                signals.extend(members.iter().map(|one| member(engine, sli, one, now)));
            }
            Kind::Deadline => {
                let members = clocks(&registers, sli);
                signals.extend(members.iter().filter_map(|one| clock(sli, one, now)));
            }
            Kind::Invariant => {
                let page = reader.violation_page(sli, MOST, None).await?;
                let open = page.items.iter().filter(|one| one.closed.is_none());
                // What had happened and was over before alerting began is shown with the indicator.
                let new = open.filter(|one| {
                    one.ended.is_none() || since.is_some_and(|since| one.at >= since)
                });
                signals.extend(new.map(|one| violation(one, now)));
            }
        }
    }
    Ok(signals)
}

fn indicator(sli: Sli, call: Call, at: Timestamp) -> Signal {
    let link = format!("/slis/{}", sli.as_str());
    Signal { link, ..Signal::new(Origin::Indicator { sli, call }, at) }
}

fn whole(reading: &Reading, now: Timestamp) -> Option<Signal> {
    if reading.level == Level::None {
        return None;
    }
    let call = Call::Whole { level: reading.level };
    let observed = match reading.frozen_since {
        Some(_) => Observed::Unobserved,
        None => Observed::Firing,
    };
    Some(Signal { observed, ..indicator(reading.sli, call, now) })
}

fn member(engine: &Engine, sli: Sli, member: &Member, now: Timestamp) -> Signal {
    let call = Call::Member { past_grace: member.overdue(now) };
    let account = account_of(&member.key);
    let phi = match sli {
        // A vendor that already receives PHI has no time of grace.
        Sli::BaaCoverage if member.grace_ms == 0 => Phi::Yes,
        Sli::BaaCoverage => Phi::No,
        _ => match account.as_ref().and_then(|id| engine.organisation.account(id)) {
            Some(account) if account.phi => Phi::Yes,
            Some(_) => Phi::No,
            None => Phi::Unknown,
        },
    };
    // Backups of one account are mended together.
    let group = match (&account, sli) {
        (Some(account), Sli::BackupEncryption) => Some(format!("backups/{account}")),
        _ => None,
    };
    let resource = Some(Affected { key: member.key.as_str().into(), phi, group });
    let link = if member.link.is_empty() {
        format!("/slis/{}", sli.as_str())
    } else {
        member.link.clone()
    };
    Signal { account, resource, link, ..indicator(sli, call, member.since) }
}

/// The account of an ARN.
fn account_of(key: &str) -> Option<AccountId> {
    let account = key.strip_prefix("arn:")?.split(':').nth(3)?;
    let whole = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| AccountId::from(account))
}

/// The clocks of incidents of the register that run.
fn clocks(registers: &Registers, sli: Sli) -> Vec<Member> {
    let input = match sli {
        Sli::TimeToDetect => &registers.detection,
        _ => &registers.containment,
    };
    let Target::Within(limit_ms) = sli.definition().target else { return Vec::new() };
    let running = input.incidents.iter().filter(|one| one.stopped.is_none()).cloned();
    let member = |one: Clocked| {
        let since = one.began?;
        Some(Member { key: one.key, what: one.what, link: one.link, since, grace_ms: limit_ms })
    };
    running.filter_map(member).collect()
}

fn clock(sli: Sli, member: &Member, now: Timestamp) -> Option<Signal> {
    let percent = now.since(member.since).max(0) * 100 / member.grace_ms.max(1);
    let percent = u32::try_from(percent).unwrap_or(u32::MAX);
    if i64::from(percent) < FIRST_CALL {
        return None;
    }
    let key = format!("{}/{}", sli.as_str(), member.key);
    let resource = Some(Affected { key: key.as_str().into(), phi: Phi::Yes, group: None });
    let signal = indicator(sli, Call::Deadline { percent }, member.since);
    Some(Signal { resource, link: member.link.clone(), ..signal })
}

fn violation(violation: &Violation, now: Timestamp) -> Signal {
    let kind = match violation.sli {
        Sli::UnredactedPhi => ViolationKind::PhiStored,
        Sli::RetentionCompliance => ViolationKind::Retention,
        _ if violation.key.starts_with("surge:") => ViolationKind::Refusals,
        _ => ViolationKind::SuccessAfterRefusals,
    };
    // `surge:role/123456789012/Nurse:492000`: the identity stands between the first and last colon.
    let who = violation.key.split_once(':').and_then(|(_, rest)| rest.rsplit_once(':'));
    let identity = match violation.sli {
        Sli::UnauthorisedAccess => who.and_then(|(who, _)| Identity::of_event(who)),
        _ => None,
    };
    let group = (violation.sli == Sli::RetentionCompliance).then(|| "retention".to_owned());
    let resource = identity.is_none().then(|| Affected {
        key: format!("violation/{}", violation.key).as_str().into(),
        phi: Phi::Unknown,
        group,
    });
    let link = if violation.link.is_empty() {
        format!("/slis/{}#violations", violation.sli.as_str())
    } else {
        violation.link.clone()
    };
    let signal = indicator(violation.sli, Call::Violation { kind }, violation.at.min(now));
    Signal { identity, resource, link, ..signal }
}
