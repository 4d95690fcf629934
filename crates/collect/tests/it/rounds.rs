//! First rounds, later rounds, and what is off.

use std::collections::BTreeSet;

use domain::resource::kind;
use domain::{FindingState, Part, ScopeState, Source, Verdict};

use crate::ward::{self, EHR, HOUR, IMAGING, RESEARCH, SHARED, Ward, assert_ok};

#[tokio::test]
async fn a_first_round_reads_everything_once() {
    let mut ward = Ward::open().await;
    let outcomes = ward
        .round(&[
            (SHARED, "us-west-2"),
            (EHR, "us-east-1"),
            (IMAGING, "us-west-2"),
            (RESEARCH, "us-west-2"),
        ])
        .await;
    for (scope, outcome) in &outcomes {
        let expected = match (scope.source, scope.account.as_str(), scope.region.as_str()) {
            (Source::SecurityHub, RESEARCH, "us-west-2")
            | (Source::GuardDuty, IMAGING, "us-west-2") => ScopeState::NotEnabled,
            (Source::Backup, SHARED, "us-west-2") => ScopeState::Partial,
            _ => ScopeState::Ok,
        };
        assert_eq!(outcome.state, expected, "{scope}: {:#?}", outcome.parts);
    }
    let memory = &ward.memory;
    assert!(memory.problems.is_empty(), "{:#?}", memory.problems.first());
    for source in [Source::SecurityHub, Source::Config, Source::GuardDuty] {
        assert!(memory.of(source).len() > 10, "{source}: {}", memory.of(source).len());
    }
    for kind in [
        kind::HUB,
        kind::RECORDER,
        kind::CONFIG_RULE,
        kind::CONFORMANCE_PACK,
        kind::DETECTOR,
        kind::VAULT,
        kind::PLAN,
        kind::RECOVERY_POINT,
        kind::BACKUP_JOB,
        kind::COPY_JOB,
        kind::RESTORE_JOB,
        kind::RESTORE_TESTING_PLAN,
        kind::PROTECTED_RESOURCE,
        kind::TRAIL_STATUS,
        "AWS::S3::Bucket",
        "AWS::RDS::DBInstance",
        "AWS::KMS::Key",
    ] {
        assert!(!memory.of_kind(kind).is_empty(), "no {kind}");
    }
    // The identity of a finding is its own: nothing is there twice under another name.
    let natives: BTreeSet<_> = memory
        .findings
        .values()
        .map(|finding| (finding.source, &finding.account, &finding.region, &finding.native_id))
        .collect();
    assert_eq!(natives.len(), memory.findings.len());
}

#[tokio::test]
async fn facts_stand_where_the_checks_look() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::Config, EHR, "us-east-1").await);
    let buckets = ward.memory.of_kind("AWS::S3::Bucket");
    assert!(buckets.iter().all(|bucket| bucket.key.as_str().starts_with("arn:aws:s3:::")));
    assert!(buckets.iter().all(|bucket| bucket.facts["supplementaryConfiguration"].is_object()));
    let volumes = ward.memory.of_kind("AWS::EC2::Volume");
    assert!(!volumes.is_empty());
    assert!(volumes.iter().all(|volume| volume.facts["configuration"]["encrypted"].is_boolean()));
    // Results of rules name the same resources as the inventory does.
    let known = |finding: &&domain::Finding| {
        finding.resources.iter().all(|resource| ward.memory.resources.contains_key(&resource.key))
    };
    let results: Vec<_> = ward.memory.of(Source::Config);
    let on_buckets: Vec<_> =
        results.iter().filter(|f| f.resources[0].kind == "AWS::S3::Bucket").copied().collect();
    assert!(!on_buckets.is_empty());
    assert!(on_buckets.iter().all(known));
    assert!(results.iter().any(|finding| finding.control.is_some()));
}

/// Visits again and again while time passes, and compares with a first visit at the end.
async fn ends_where_a_first_visit_would(sources: &[Source], account: &str, region: &str) {
    let mut ward = Ward::open().await;
    for source in sources {
        let first = ward.visit(*source, account, region).await;
        assert_ok(&first);
        assert_eq!(first.full, *source != Source::Backup, "{source}");
    }
    for _ in 0..2 {
        ward.pass_time(3 * HOUR);
        for source in sources {
            let later = ward.visit(*source, account, region).await;
            assert_ok(&later);
            assert!(!later.full, "{source}");
        }
    }
    let mut fresh = Ward::open().await;
    fresh.pass_time(6 * HOUR);
    for source in sources {
        assert_ok(&fresh.visit(*source, account, region).await);
    }
    let (kept, read) = (ward.memory.known(), fresh.memory.known());
    assert!(!read.0.is_empty() || sources == [Source::Backup]);
    for (id, finding) in &read.0 {
        assert_eq!(kept.0.get(id), Some(finding), "a change was missed");
    }
    // Jobs are kept longer than AWS lists them.
    let lasting = |key: &&domain::ResourceKey| !key.as_str().contains("Job/");
    let kept: Vec<_> = kept.1.keys().filter(lasting).collect();
    let read: Vec<_> = read.1.keys().filter(lasting).collect();
    assert_eq!(kept, read);
}

#[tokio::test]
async fn later_rounds_end_where_a_first_one_would() {
    let sources = [Source::SecurityHub, Source::GuardDuty, Source::Backup];
    ends_where_a_first_visit_would(&sources, EHR, "us-east-1").await;
}

#[tokio::test]
async fn later_rounds_of_config_end_where_a_first_one_would() {
    ends_where_a_first_visit_would(&[Source::Config], IMAGING, "us-east-2").await;
}

#[tokio::test]
async fn an_incremental_round_is_small() {
    let mut ward = Ward::open().await;
    let first = ward.visit(Source::SecurityHub, EHR, "us-east-1").await;
    ward.pass_time(60_000);
    let second = ward.visit(Source::SecurityHub, EHR, "us-east-1").await;
    assert_ok(&second);
    assert!(second.items * 4 < first.items, "{} after {}", second.items, first.items);
    // After a day everything is read again, so that what vanished is noticed.
    ward.pass_time(25 * HOUR);
    assert!(ward.visit(Source::SecurityHub, EHR, "us-east-1").await.full);
}

#[tokio::test]
async fn what_vanished_is_swept_by_a_full_round() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::GuardDuty, EHR, "us-east-1").await);
    let before = ward.memory.of(Source::GuardDuty).len();
    let invented = {
        let mut finding = ward.memory.of(Source::GuardDuty)[0].clone();
        finding.id = "deleted-in-aws".into();
        finding.native_id = "deleted-in-aws".to_owned();
        finding
    };
    ward.memory.plant(invented, Source::GuardDuty, EHR, "us-east-1");
    assert_ok(&ward.visit_in(Source::GuardDuty, EHR, "us-east-1", true).await);
    assert_eq!(ward.memory.of(Source::GuardDuty).len(), before);
}

#[tokio::test]
async fn a_service_that_is_off_is_a_fact_and_no_error() {
    let mut ward = Ward::open().await;
    let hub = ward.visit(Source::SecurityHub, RESEARCH, "us-west-2").await;
    assert_eq!(hub.state, ScopeState::NotEnabled);
    assert!(hub.parts[&Part::Hub].as_of.is_some());
    assert!(hub.parts[&Part::Findings].not_enabled);
    assert_eq!(ward.memory.of_kind(kind::HUB)[0].facts["enabled"], false);
    assert_eq!(ward.memory.evidence.len(), 1, "the refusal itself is the evidence");

    let detector = ward.visit(Source::GuardDuty, IMAGING, "us-west-2").await;
    assert_eq!(detector.state, ScopeState::NotEnabled);
    assert!(detector.parts[&Part::Detector].as_of.is_some());
    assert!(detector.parts[&Part::Findings].not_enabled);
    assert!(ward.memory.of_kind(kind::DETECTOR).is_empty());
}

#[tokio::test]
async fn a_denied_part_names_the_missing_action_and_spares_the_others() {
    let mut ward = Ward::open().await;
    let outcome = ward.visit(Source::Backup, SHARED, "us-west-2").await;
    assert_eq!(outcome.state, ScopeState::Partial);
    let error = outcome.parts[&Part::CopyJobs].error.as_ref().unwrap();
    assert_eq!(error.class, domain::ErrorClass::Denied);
    assert_eq!(error.missing_action.as_deref(), Some("backup:ListCopyJobs"));
    let others = outcome.parts.iter().filter(|(part, _)| **part != Part::CopyJobs);
    assert!(
        others.clone().count() == 6 && others.clone().all(|(_, status)| status.error.is_none())
    );
}

#[tokio::test]
async fn states_verdicts_and_severities_are_consistent() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::SecurityHub, EHR, "us-east-1").await);
    assert_ok(&ward.visit(Source::SecurityHub, RESEARCH, "us-east-1").await);
    let findings = ward.memory.of(Source::SecurityHub);
    for finding in &findings {
        match finding.compliance.as_str() {
            "PASSED" => assert_eq!(finding.verdict, Verdict::Pass),
            "FAILED" => assert_eq!(finding.verdict, Verdict::Fail),
            "WARNING" | "NOT_AVAILABLE" => assert_eq!(finding.verdict, Verdict::Unknown),
            other => assert_eq!((other, &finding.control), ("", &None)),
        }
        if finding.workflow == "SUPPRESSED" && finding.compliance == "FAILED" {
            assert!(matches!(finding.state, FindingState::Suppressed | FindingState::Archived));
        }
        assert!(!finding.resources.is_empty());
        assert_eq!(finding.account, ward::id(finding.account.as_str()));
    }
    assert!(findings.iter().any(|finding| finding.state == FindingState::Suppressed));
    let controls = findings.iter().filter(|finding| finding.control.is_some()).count();
    assert!(controls > 50, "{controls}");
    // Per standard or per control, the names are the same.
    let old: BTreeSet<_> = findings
        .iter()
        .filter(|finding| finding.account.as_str() == RESEARCH)
        .filter_map(|finding| finding.control.clone())
        .collect();
    assert!(!old.is_empty());
}

/// Calls whose answers are not kept: what everybody did is more than is asked for.
fn lookups(ward: &Ward) -> u64 {
    let calls = ward.sim.calls();
    calls.iter().filter(|call| call.operation == "LookupEvents").map(|call| call.calls).sum()
}

#[tokio::test]
async fn every_answer_is_kept_as_evidence() {
    let mut ward = Ward::open().await;
    for source in Source::ALL {
        let before = ward.memory.evidence.len();
        let outcome = ward.visit(source, EHR, "us-east-2").await;
        assert_ok(&outcome);
        let kept = ward.memory.evidence.len() - before;
        let events = if source == Source::CloudTrail { lookups(&ward) } else { 0 };
        assert_eq!(kept as u64 + events, outcome.calls, "{source}");
    }
    for evidence in &ward.memory.evidence {
        assert!(!evidence.request_id.is_empty(), "{}", evidence.operation);
        assert_eq!(evidence.taken_at, ward::start());
        let value: serde_json::Value = serde_json::from_slice(&evidence.body).unwrap();
        assert!(value.is_object());
    }
}
