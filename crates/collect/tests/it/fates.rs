//! What goes wrong on the way, and that the next round heals it.

use domain::{ErrorClass, Part, ScopeState, Source};

use std::time::Duration;

use collect::Limits;

use crate::ward::{EHR, HOUR, IMAGING, Ward, assert_ok, class, limits, session};

const REGION: &str = "us-east-1";

/// Visits under faults, then without, and compares the end with a visit that met none.
async fn heals(source: Source, script: &str) -> domain::Outcome {
    let mut ward = Ward::open().await;
    ward.faults(script);
    let struck = ward.visit(source, EHR, REGION).await;
    ward.faults("[]");
    assert_ok(&ward.visit(source, EHR, REGION).await);

    let mut lucky = Ward::open().await;
    assert_ok(&lucky.visit(source, EHR, REGION).await);
    assert!(ward.memory.known() == lucky.memory.known(), "not healed after {script}");
    struck
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let struck = heals(
        Source::SecurityHub,
        r#"[{"operation": "GetFindings", "fault": "throttle", "times": 2}]"#,
    )
    .await;
    assert_ok(&struck);
    assert_eq!(struck.throttled, 2);
}

#[tokio::test]
async fn throttling_without_end_is_said() {
    for source in Source::ALL {
        let mut ward = Ward::open().await;
        let script = r#"[{"service": "SERVICE", "fault": "throttle", "times": 1000}]"#;
        ward.faults(&script.replace("SERVICE", source.as_str()));
        let struck = ward.visit(source, EHR, REGION).await;
        assert_eq!(struck.state, ScopeState::Failed, "{source}");
        assert!(struck.throttled > 0 && struck.throttled == struck.calls, "{source}");
        for status in struck.parts.values() {
            assert_eq!(status.error.as_ref().unwrap().class, ErrorClass::Throttled, "{source}");
        }
    }
}

#[tokio::test]
async fn a_service_that_fails_marks_its_part() {
    let struck = heals(
        Source::Backup,
        r#"[{"operation": "ListBackupJobs", "fault": "internal", "times": 1000}]"#,
    )
    .await;
    assert_eq!(struck.state, ScopeState::Partial);
    assert_eq!(class(&struck, Part::BackupJobs), ErrorClass::ServiceFault);
    assert!(struck.parts[&Part::CopyJobs].as_of.is_some());

    let struck = heals(
        Source::Config,
        r#"[{"operation": "SelectResourceConfig", "fault": "timeout", "times": 1000}]"#,
    )
    .await;
    assert_eq!(class(&struck, Part::Inventory), ErrorClass::ServiceFault);
    // Without the inventory the results of rules would bear other names: they wait for it.
    assert_eq!(class(&struck, Part::Rules), ErrorClass::ServiceFault);
    assert!(struck.parts[&Part::Recorder].as_of.is_some());
}

#[tokio::test]
async fn a_passing_fault_is_retried_and_nobody_notices() {
    for fault in ["internal", "timeout", "disconnect", "truncate"] {
        let script = format!(r#"[{{"operation": "GetFindings", "fault": "{fault}", "after": 1}}]"#);
        assert_ok(&heals(Source::SecurityHub, &script).await);
    }
}

#[tokio::test]
async fn no_answer_is_given_up_after_a_time() {
    let mut ward = Ward::open().await;
    let patient = std::mem::replace(
        &mut ward.session,
        session(
            &ward.sim,
            Limits { attempts: 2, attempt_timeout: Duration::from_millis(700), ..limits() },
        )
        .await,
    );
    ward.faults(r#"[{"operation": "ListBackupJobs", "fault": "hang", "times": 1000}]"#);
    let struck = ward.visit(Source::Backup, EHR, REGION).await;
    assert_eq!(class(&struck, Part::BackupJobs), ErrorClass::Unreachable);
    ward.session = patient;
    ward.faults("[]");
    assert_ok(&ward.visit(Source::Backup, EHR, REGION).await);
}

#[tokio::test]
async fn a_cut_transfer_is_no_answer() {
    let struck = heals(
        Source::SecurityHub,
        r#"[{"operation": "DescribeHub", "fault": "disconnect", "times": 1000}]"#,
    )
    .await;
    assert_eq!(class(&struck, Part::Hub), ErrorClass::Unreachable);
    assert!(struck.parts[&Part::Findings].as_of.is_some());

    let struck = heals(
        Source::SecurityHub,
        r#"[{"operation": "GetFindings", "fault": "truncate", "times": 1000}]"#,
    )
    .await;
    assert_eq!(class(&struck, Part::Findings), ErrorClass::Unreachable);
    assert!(struck.parts[&Part::Hub].as_of.is_some());
}

#[tokio::test]
async fn half_a_listing_keeps_its_half_and_sweeps_nothing() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::SecurityHub, EHR, REGION).await);
    let before = ward.memory.of(Source::SecurityHub).len();
    ward.pass_time(25 * HOUR);
    ward.faults(
        r#"[{"operation": "GetFindings", "fault": "internal", "after": 1, "times": 1000}]"#,
    );
    let struck = ward.visit(Source::SecurityHub, EHR, REGION).await;
    assert_eq!(class(&struck, Part::Findings), ErrorClass::ServiceFault);
    assert!(struck.items > 0, "the first page was kept");
    assert!(!struck.full && struck.watermark.is_none());
    assert!(ward.memory.of(Source::SecurityHub).len() >= before);
    ward.faults("[]");
    let healed = ward.visit(Source::SecurityHub, EHR, REGION).await;
    assert_ok(&healed);
    assert!(healed.full, "what was cut short is read from the beginning");
}

#[tokio::test]
async fn denied_in_one_region_is_denied_there_alone() {
    let mut ward = Ward::open().await;
    ward.faults(
        r#"[{"service": "guardduty", "region": "us-east-2", "fault": "denied", "times": 1000}]"#,
    );
    assert_ok(&ward.visit(Source::GuardDuty, EHR, "us-east-1").await);
    let denied = ward.visit(Source::GuardDuty, EHR, "us-east-2").await;
    assert_eq!(denied.state, ScopeState::Failed);
    let error = denied.parts[&Part::Detector].error.as_ref().unwrap();
    assert_eq!(error.class, ErrorClass::Denied);
    assert_eq!(error.missing_action.as_deref(), Some("guardduty:ListDetectors"));
    assert_ok(&ward.visit(Source::GuardDuty, EHR, "us-west-2").await);
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_named() {
    let mut ward = Ward::open().await;
    ward.faults(r#"[{"service": "sts", "fault": "denied", "times": 1000}]"#);
    let denied = ward.visit(Source::Backup, IMAGING, REGION).await;
    assert_eq!(denied.state, ScopeState::Failed);
    for status in denied.parts.values() {
        let error = status.error.as_ref().unwrap();
        assert_eq!(error.class, ErrorClass::Denied, "{error:?}");
        assert_eq!(error.missing_action.as_deref(), Some("sts:AssumeRole"));
    }
    ward.faults("[]");
    assert_ok(&ward.visit(Source::Backup, IMAGING, REGION).await);
}

#[tokio::test]
async fn a_wrong_clock_is_told_from_a_wrong_key() {
    for source in Source::ALL {
        let mut ward = Ward::open().await;
        let script = r#"[{"service": "SERVICE", "fault": "clock-skew", "times": 1000}]"#;
        ward.faults(&script.replace("SERVICE", source.as_str()));
        let struck = ward.visit(source, EHR, REGION).await;
        assert_eq!(struck.state, ScopeState::Failed);
        let error = struck.parts.values().next().unwrap().error.as_ref().unwrap();
        assert_eq!(error.class, ErrorClass::ClockSkew, "{error:?}");
        // One refusal is enough to know that every other call would be refused.
        assert!(struck.calls <= 6, "{source}: {}", struck.calls);
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_a_problem_and_is_kept() {
    for fault in ["malformed", "html"] {
        let mut ward = Ward::open().await;
        ward.faults(&format!(
            r#"[{{"operation": "GetFindings", "fault": "{fault}", "after": 1, "times": 1}}]"#
        ));
        let struck = ward.visit(Source::SecurityHub, EHR, REGION).await;
        assert_eq!(class(&struck, Part::Findings), ErrorClass::Unreadable, "{fault}");
        assert_eq!(struck.problems, 1);
        let problem = &ward.memory.problems[0];
        assert_eq!(problem.operation, "GetFindings");
        assert!(!problem.message.contains('<'), "no payload: {}", problem.message);
        assert_ok(&ward.visit(Source::SecurityHub, EHR, REGION).await);
    }
}

#[tokio::test]
async fn a_listing_that_goes_round_is_left() {
    for (source, operation, part) in [
        (Source::SecurityHub, "GetFindings", Part::Findings),
        (Source::Config, "SelectResourceConfig", Part::Inventory),
    ] {
        let script =
            format!(r#"[{{"operation": "{operation}", "fault": "same-token", "times": 1000000}}]"#);
        let struck = heals(source, &script).await;
        assert_eq!(class(&struck, part), ErrorClass::BadToken);
        assert!(struck.problems >= 1);
        assert!(struck.calls < 200, "{}", struck.calls);
    }
}

#[tokio::test]
async fn a_refused_token_begins_the_listing_again_once() {
    let struck = heals(
        Source::SecurityHub,
        r#"[{"operation": "GetFindings", "fault": "bad-token", "after": 1, "times": 1}]"#,
    )
    .await;
    assert_ok(&struck);
    let struck = heals(
        Source::SecurityHub,
        r#"[{"operation": "GetFindings", "fault": "bad-token", "after": 1, "times": 1},
            {"operation": "GetFindings", "fault": "bad-token", "after": 3, "times": 1000}]"#,
    )
    .await;
    assert_eq!(class(&struck, Part::Findings), ErrorClass::BadToken);
}

#[tokio::test]
async fn a_receiver_that_goes_away_stops_the_visit() {
    let ward = Ward::open().await;
    let account = crate::ward::account_of(EHR);
    let scope =
        domain::Scope { source: Source::SecurityHub, account: EHR.into(), region: REGION.into() };
    let never = domain::ScopeStatus::never(scope.clone(), HOUR);
    let (out, batches) = tokio::sync::mpsc::channel(1);
    drop(batches);
    let outcome =
        collect::visit(&ward.session, &account, &scope, &never, &ward.clock, false, &out).await;
    assert_eq!(outcome.state, ScopeState::Failed);
    assert!(outcome.watermark.is_none() && outcome.calls < 4);
}
