//! Sign-ins, denied calls, and trails.

use std::collections::BTreeSet;
use std::time::Instant;

use collect::{Limits, Rates};
use domain::access_event::TrailState;
use domain::resource::kind;
use domain::telemetry::{AuthCause, Judged};
use domain::{AccessOutcome, ErrorClass, IdentityKind, Part, ScopeState, Source};

use crate::ward::{EHR, HOUR, RESEARCH, Ward, assert_ok, class, limits, session};

const REGION: &str = "us-east-1";
const MINUTE: i64 = HOUR / 60;

#[tokio::test]
async fn a_first_visit_reads_sign_ins_and_denied_calls() {
    let mut ward = Ward::open().await;
    let outcome = ward.visit(Source::CloudTrail, EHR, REGION).await;
    assert_ok(&outcome);
    assert!(ward.memory.problems.is_empty(), "{:#?}", ward.memory.problems);
    let events: Vec<_> = ward.memory.access.values().collect();
    assert_eq!(
        outcome.items as usize,
        events.len() + ward.memory.of_kind(kind::TRAIL_STATUS).len()
    );
    let sign_ins: Vec<_> = events.iter().filter(|event| event.is_sign_in()).collect();
    let denied: Vec<_> = events.iter().filter(|event| !event.is_sign_in()).collect();
    assert!(sign_ins.len() > 100 && denied.len() > 10, "{} {}", sign_ins.len(), denied.len());
    for cause in [AuthCause::WrongCredential, AuthCause::SecondFactor, AuthCause::UnknownUser] {
        assert!(sign_ins.iter().any(|event| event.cause == Some(cause)), "{cause:?}");
    }
    for event in &sign_ins {
        // Nothing in the simulation fails by a fault of the system.
        assert_eq!(event.auth_fact().unwrap().judged(), Judged::Good, "{event:?}");
    }
    for event in &denied {
        assert_eq!(event.outcome, AccessOutcome::Denied);
        assert_eq!(event.identity_kind, IdentityKind::Role);
        assert!(!event.error_code.is_empty() && event.auth_fact().is_none());
    }
    let mfa: BTreeSet<_> = sign_ins.iter().map(|event| event.mfa).collect();
    assert_eq!(mfa, BTreeSet::from([None, Some(false), Some(true)]));
}

#[tokio::test]
async fn nothing_that_names_a_person_or_a_program_is_kept() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    let kept = serde_json::to_string(&ward.memory.access).unwrap();
    for evidence in &ward.memory.evidence {
        assert_ne!(evidence.operation, "LookupEvents");
    }
    for part in ["Mozilla", "aws-sdk", "@meridianvalley", "mvh-ehr-phi-archive", "not authorized"] {
        assert!(!kept.contains(part), "{part}");
    }
    for event in ward.memory.access.values() {
        let network = event.address_net.map(|net| net.to_string()).unwrap_or_default();
        assert!(network.is_empty() || network.ends_with(".0/24") || network.ends_with("/56"));
    }
    assert!(kept.contains("role/700100200302/AWSReservedSSO_ClinicalOps_3f6c1a90d2b47e58"));
    assert!(kept.contains("user/700100200302/"));
}

/// Events appear late. Visits every quarter of an hour end where one visit at the end would.
#[tokio::test]
async fn late_events_are_caught_up_with_and_counted_once() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    let first = ward.memory.access.len();
    for _ in 0..24 {
        ward.pass_time(15 * MINUTE);
        assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    }
    assert!(ward.memory.access.len() > first + 5);
    assert!(ward.memory.access_read > ward.memory.access.len(), "windows overlap");
    let mut fresh = Ward::open().await;
    fresh.pass_time(6 * HOUR);
    assert_ok(&fresh.visit(Source::CloudTrail, EHR, REGION).await);
    for (id, event) in &fresh.memory.access {
        assert_eq!(ward.memory.access.get(id), Some(event), "an event was missed");
    }
}

#[tokio::test]
async fn a_later_visit_is_small() {
    let mut ward = Ward::open().await;
    let first = ward.visit(Source::CloudTrail, EHR, REGION).await;
    ward.pass_time(15 * MINUTE);
    let second = ward.visit(Source::CloudTrail, EHR, REGION).await;
    assert!(second.calls < first.calls, "{} after {}", second.calls, first.calls);
}

/// A listing without end, as a large account has it: each page leads to another.
#[tokio::test]
async fn what_was_not_looked_at_is_said() {
    let mut ward = Ward::with(awsim::Options { seed: 1, ..awsim::Options::default() }).await;
    let scope =
        domain::Scope { source: Source::CloudTrail, account: EHR.into(), region: REGION.into() };
    // Silent for three weeks: some 10,000 events since.
    let mut status = domain::ScopeStatus::never(scope.clone(), HOUR);
    let long_ago = domain::Clock::now(&ward.clock).plus(-21 * 24 * HOUR);
    status.parts.insert(
        Part::Denials,
        domain::PartStatus { as_of: Some(long_ago), ..domain::PartStatus::default() },
    );
    ward.memory.statuses.insert(scope, status);
    let outcome = ward.visit(Source::CloudTrail, EHR, REGION).await;
    assert_ok(&outcome);
    let [problem] = &ward.memory.problems[..] else { panic!("{:#?}", ward.memory.problems) };
    assert_eq!((problem.part, problem.operation.as_str()), (Part::Denials, "LookupEvents"));
    assert!(problem.message.contains("40 pages of 50"), "{}", problem.message);
    let [gap] = &ward.memory.access_gaps[..] else { panic!("{:#?}", ward.memory.access_gaps) };
    assert_eq!(gap.part, Part::Denials);
    // From twenty minutes before the last visit, because events appear late, to the second of the
    // oldest event that was seen.
    assert_eq!(gap.since, long_ago.plus(-20 * MINUTE));
    let denied = ward.memory.access.values().filter(|event| !event.is_sign_in());
    let known: BTreeSet<_> = denied.map(|event| event.id.clone()).collect();
    let oldest = ward.memory.access.values().filter(|event| !event.is_sign_in());
    let oldest = oldest.map(|event| event.at).min().unwrap();
    assert!(gap.until > gap.since && gap.until <= oldest.plus(1_000));
    // Visits that leave nothing out see nothing after the gap that this one did not see.
    let mut patient = Ward::with(awsim::Options { seed: 1, ..awsim::Options::default() }).await;
    let day = 24 * HOUR;
    let now = domain::Clock::now(&patient.clock);
    patient.pass_time(-20 * day);
    for _ in 0..=40 {
        assert_ok(&patient.visit(Source::CloudTrail, EHR, REGION).await);
        patient.pass_time(day / 2);
    }
    assert!(patient.memory.access_gaps.is_empty());
    let missed: Vec<_> = patient
        .memory
        .access
        .values()
        .filter(|event| !event.is_sign_in() && event.at <= now && !known.contains(&event.id))
        .map(|event| event.at)
        .collect();
    assert!(missed.len() > 10 && missed.iter().all(|at| (gap.since..gap.until).contains(at)));
}

/// A first visit looks at the period of the indicators, and no further.
#[tokio::test]
async fn a_first_visit_looks_back_thirty_days() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    let oldest = ward.memory.access.values().map(|event| event.at).min().unwrap();
    let days = domain::Clock::now(&ward.clock).since(oldest) as f64 / (24 * HOUR) as f64;
    assert!((29.0..=30.0).contains(&days), "{days}");
    assert!(ward.memory.access_gaps.is_empty(), "all sign-ins of that time were seen");
}

/// What CloudTrail allows all callers of an account and region together is two a second.
#[tokio::test]
async fn cloudtrail_is_asked_twice_a_second_at_most() {
    let mut ward = Ward::open().await;
    ward.session = session(&ward.sim, as_aws_allows()).await;
    let begun = Instant::now();
    let outcome = ward.visit(Source::CloudTrail, RESEARCH, "us-west-2").await;
    assert_ok(&outcome);
    let least = (outcome.calls as f64 - 2.0) / 2.0;
    assert!(outcome.calls > 4 && begun.elapsed().as_secs_f64() >= least - 0.1);
}

/// What AWS allows, and short pauses.
fn as_aws_allows() -> Limits {
    Limits { rates: Some(Rates::default()), ..limits() }
}

#[tokio::test]
async fn after_more_than_ninety_days_the_past_is_unknown() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::CloudTrail, RESEARCH, "us-west-2").await);
    ward.pass_time(100 * 24 * HOUR);
    assert_ok(&ward.visit(Source::CloudTrail, RESEARCH, "us-west-2").await);
    let parts: BTreeSet<_> = ward.memory.access_gaps.iter().map(|gap| gap.part).collect();
    assert_eq!(parts, BTreeSet::from([Part::SignIns, Part::Denials]));
}

#[tokio::test]
async fn trails_say_whether_they_guard_a_region() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::CloudTrail, RESEARCH, "us-west-2").await);
    let trails = ward.memory.of_kind(kind::TRAIL_STATUS);
    // Its own, which was stopped, and that of the organisation.
    assert_eq!(trails.len(), 2);
    let logging: BTreeSet<_> =
        trails.iter().map(|trail| TrailState::of(trail).unwrap().logging).collect();
    assert_eq!(logging, BTreeSet::from([Some(false), Some(true)]));
    for trail in trails {
        assert!(trail.facts["selectors"]["EventSelectors"].is_array());
    }
}

#[tokio::test]
async fn a_denied_part_leaves_the_others() {
    for (operation, part) in [("DescribeTrails", Part::Trails), ("GetTrailStatus", Part::Trails)] {
        let mut ward = Ward::open().await;
        ward.faults(&format!(
            r#"[{{"operation": "{operation}", "fault": "denied", "times": 1000}}]"#
        ));
        let struck = ward.visit(Source::CloudTrail, EHR, REGION).await;
        assert_eq!(struck.state, ScopeState::Partial);
        assert_eq!(class(&struck, part), ErrorClass::Denied);
        let error = struck.parts[&part].error.as_ref().unwrap();
        assert_eq!(error.missing_action.clone().unwrap(), format!("cloudtrail:{operation}"));
        assert!(struck.parts[&Part::SignIns].as_of.is_some());
        assert!(struck.parts[&Part::Denials].as_of.is_some());
        let guards = ward.memory.of_kind(kind::TRAIL_STATUS);
        assert!(guards.iter().all(|trail| !TrailState::of(trail).unwrap().guards()));
    }
    let mut ward = Ward::open().await;
    ward.faults(r#"[{"operation": "GetEventSelectors", "fault": "denied", "times": 1000}]"#);
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    let [problem] = &ward.memory.problems[..] else { panic!("{:#?}", ward.memory.problems) };
    assert!(problem.message.contains("cloudtrail:GetEventSelectors"));

    let mut ward = Ward::open().await;
    ward.faults(r#"[{"operation": "LookupEvents", "fault": "denied", "times": 1000}]"#);
    let struck = ward.visit(Source::CloudTrail, EHR, REGION).await;
    assert_eq!(class(&struck, Part::SignIns), ErrorClass::Denied);
    assert_eq!(class(&struck, Part::Denials), ErrorClass::Denied);
    assert!(struck.parts[&Part::Trails].as_of.is_some());
    assert!(ward.memory.access.is_empty());
    // What was missed is read once the permission is there.
    ward.pass_time(2 * HOUR);
    ward.faults("[]");
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    assert!(ward.memory.access.len() > 100);
}

#[tokio::test]
async fn a_listing_of_events_survives_what_others_survive() {
    for (fault, times, wanted) in [
        ("throttle", 2, None),
        ("bad-token", 1, None),
        ("same-token", 1_000_000, Some(ErrorClass::BadToken)),
        ("malformed", 1, Some(ErrorClass::Unreadable)),
    ] {
        let mut ward = Ward::open().await;
        // The second page of the sign-ins.
        ward.faults(&format!(
            r#"[{{"operation": "LookupEvents", "containing": "ConsoleLogin", "after": 1,
                "fault": "{fault}", "times": {times}}}]"#
        ));
        let struck = ward.visit(Source::CloudTrail, EHR, REGION).await;
        match wanted {
            None => assert_ok(&struck),
            Some(wanted) => assert_eq!(class(&struck, Part::SignIns), wanted, "{fault}"),
        }
        assert!(struck.parts[&Part::Denials].as_of.is_some(), "{fault}");
        ward.faults("[]");
        assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
        let mut lucky = Ward::open().await;
        assert_ok(&lucky.visit(Source::CloudTrail, EHR, REGION).await);
        assert_eq!(ward.memory.access, lucky.memory.access, "{fault}");
    }
    let mut ward = Ward::open().await;
    ward.faults(r#"[{"operation": "LookupEvents", "fault": "odd-item", "times": 1000}]"#);
    assert_ok(&ward.visit(Source::CloudTrail, EHR, REGION).await);
    assert!(!ward.memory.problems.is_empty() && !ward.memory.access.is_empty());
}
