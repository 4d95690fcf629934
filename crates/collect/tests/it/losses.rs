//! What cannot be seen any more is not gone: nothing is swept on the word of an answer that was
//! not understood, or of a recorder that does not look.

use std::collections::BTreeSet;

use domain::resource::kind;
use domain::{ErrorClass, Part, ResourceKey, Source};

use crate::ward::{EHR, IMAGING, RESEARCH, Ward, assert_ok, class};

const REGION: &str = "us-east-1";
/// Where the recorder records five types: a small inventory, and so a quick visit.
const SMALL: &str = "us-east-2";
const BUCKET: &str = "AWS::S3::Bucket";
const VOLUME: &str = "AWS::EC2::Volume";
const TABLE: &str = "AWS::DynamoDB::Table";

fn keys(ward: &Ward) -> BTreeSet<ResourceKey> {
    ward.memory.resources.keys().cloned().collect()
}

fn strike(ward: &Ward, operation: &str, containing: &str, fault: &str) {
    ward.faults(&format!(
        r#"[{{"operation": "{operation}", "containing": "{containing}", "fault": "{fault}",
            "times": 100000}}]"#
    ));
}

/// Reads everything, then everything again with the first item of each page of a listing
/// unreadable; nothing may have vanished, and the problem is said.
async fn odd_items_sweep_nothing(source: Source, operations: &[&str]) {
    let (account, region) = if source == Source::Config { (IMAGING, SMALL) } else { (EHR, REGION) };
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(source, account, region).await);
    let (resources, findings) = (keys(&ward), ward.memory.of(source).len());
    for operation in operations {
        strike(&ward, operation, "", "odd-item");
        let before = ward.memory.problems.len();
        ward.visit_in(source, account, region, true).await;
        assert!(ward.memory.gone.is_empty(), "{operation}: {}", ward.memory.gone.len());
        assert_eq!(ward.memory.of(source).len(), findings, "{operation}");
        assert!(keys(&ward).is_superset(&resources), "{operation}");
        assert!(ward.memory.problems.len() > before, "{operation}");
        for problem in &ward.memory.problems[before..] {
            assert_eq!(problem.operation, *operation);
        }
    }
}

#[tokio::test]
async fn an_unreadable_finding_of_security_hub_is_not_a_deleted_one() {
    odd_items_sweep_nothing(Source::SecurityHub, &["GetFindings"]).await;
}

#[tokio::test]
async fn an_unreadable_finding_of_guard_duty_is_not_a_deleted_one() {
    let operations = ["ListDetectors", "ListFindings", "GetFindings"];
    odd_items_sweep_nothing(Source::GuardDuty, &operations).await;
    let mut ward = Ward::open().await;
    strike(&ward, "ListDetectors", "", "odd-item");
    let struck = ward.visit(Source::GuardDuty, EHR, REGION).await;
    assert_eq!(class(&struck, Part::Detector), ErrorClass::Unreadable, "not off");
}

#[tokio::test]
async fn an_unreadable_row_or_result_of_config_is_not_a_deleted_one() {
    let operations = [
        "DescribeConfigurationRecorders",
        "SelectResourceConfig",
        "DescribeConfigRules",
        "DescribeConfigRuleEvaluationStatus",
        "GetComplianceDetailsByConfigRule",
        "DescribeConformancePacks",
    ];
    odd_items_sweep_nothing(Source::Config, &operations).await;
}

#[tokio::test]
async fn an_unreadable_item_of_backup_is_not_a_deleted_one() {
    let operations = [
        "ListBackupVaults",
        "ListRecoveryPointsByBackupVault",
        "ListBackupPlans",
        "ListRestoreTestingPlans",
        "ListProtectedResources",
    ];
    odd_items_sweep_nothing(Source::Backup, &operations).await;
}

#[tokio::test]
async fn a_rule_without_a_readable_status_is_asked() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    let asked = |ward: &Ward| {
        let calls = ward.sim.calls();
        let details =
            |call: &&awsim::CallCount| call.operation == "GetComplianceDetailsByConfigRule";
        calls.iter().filter(details).map(|call| call.calls).sum::<u64>()
    };
    let first = asked(&ward);
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    let second = asked(&ward) - first;
    strike(&ward, "DescribeConfigRuleEvaluationStatus", "", "odd-item");
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    assert!(second < first, "most rules did not move");
    assert_eq!(asked(&ward) - first - second, first);
}

#[tokio::test]
async fn what_leaves_the_recorder_is_still_expected() {
    let mut ward = Ward::open().await;
    // Here the recorder records buckets and not tables.
    let bucket = ward.memory.plant_resource(BUCKET, IMAGING, SMALL);
    let table = ward.memory.plant_resource(TABLE, IMAGING, SMALL);
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    assert!(!ward.memory.resources.contains_key(&bucket), "a bucket would have been seen");
    assert!(ward.memory.resources.contains_key(&table), "a table would not");

    // Here it is stopped.
    let bucket = ward.memory.plant_resource(BUCKET, RESEARCH, "us-east-2");
    assert_ok(&ward.visit(Source::Config, RESEARCH, "us-east-2").await);
    assert!(ward.memory.resources.contains_key(&bucket));

    // Here nobody may know.
    let bucket = ward.memory.plant_resource(BUCKET, IMAGING, SMALL);
    for operation in ["DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus"] {
        strike(&ward, operation, "", "denied");
        let struck = ward.visit(Source::Config, IMAGING, SMALL).await;
        assert_eq!(class(&struck, Part::Recorder), ErrorClass::Denied);
        assert!(struck.parts[&Part::Inventory].as_of.is_some());
        assert!(ward.memory.resources.contains_key(&bucket), "{operation}");
    }
    ward.faults("[]");
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    assert!(!ward.memory.resources.contains_key(&bucket));
}

#[tokio::test]
async fn conformance_packs_that_cannot_be_seen_age_no_result() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    let packs = ward.memory.of_kind(kind::CONFORMANCE_PACK).len();
    assert!(packs > 0);
    for operation in ["DescribeConformancePacks", "DescribeConformancePackCompliance"] {
        let before = ward.memory.problems.len();
        strike(&ward, operation, "", "denied");
        assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
        let [problem] = &ward.memory.problems[before..] else { panic!("{operation}") };
        assert_eq!((problem.part, problem.operation.as_str()), (Part::Rules, operation));
        assert!(problem.message.contains(&format!("config:{operation}")), "{}", problem.message);
        assert_eq!(ward.memory.of_kind(kind::CONFORMANCE_PACK).len(), packs);
    }
}

#[tokio::test]
async fn one_refused_query_makes_one_type_unknown() {
    for fault in ["refused", "malformed"] {
        let mut ward = Ward::open().await;
        assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
        let before = keys(&ward);
        let bucket = ward.memory.plant_resource(BUCKET, IMAGING, SMALL);
        let volume = ward.memory.plant_resource(VOLUME, IMAGING, SMALL);
        strike(&ward, "SelectResourceConfig", "resourceType = 'AWS::S3::Bucket'", fault);
        let problems = ward.memory.problems.len();
        let struck = ward.visit(Source::Config, IMAGING, SMALL).await;
        assert_ok(&struck);
        assert!(struck.parts[&Part::Inventory].as_of.is_some(), "the other types were read");
        let said = &ward.memory.problems[problems..];
        assert!(said.iter().any(|problem| problem.subject == BUCKET), "{said:#?}");

        // Its rows stay, and say nothing of how the buckets are configured now.
        assert!(keys(&ward).is_superset(&before));
        let buckets = ward.memory.of_kind(BUCKET);
        assert!(buckets.len() > 1);
        for row in buckets.iter().filter(|row| row.key != bucket) {
            assert!(row.facts.get("configuration").is_none(), "{}", row.key.as_str());
            assert!(row.facts.get("supplementaryConfiguration").is_none());
        }
        assert!(ward.memory.resources.contains_key(&bucket), "not swept");
        assert!(!ward.memory.resources.contains_key(&volume), "swept, as ever");
        let volumes = ward.memory.of_kind(VOLUME);
        assert!(!volumes.is_empty());
        assert!(volumes.iter().all(|row| row.facts["configuration"]["encrypted"].is_boolean()));

        ward.faults("[]");
        assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
        assert_eq!(keys(&ward), before, "healed");
        let buckets = ward.memory.of_kind(BUCKET);
        assert!(buckets.iter().all(|row| row.facts["supplementaryConfiguration"].is_object()));
    }
}

#[tokio::test]
async fn an_unreadable_row_of_one_type_loses_its_facts_alone() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    let before = keys(&ward);
    strike(&ward, "SelectResourceConfig", "resourceType = 'AWS::S3::Bucket'", "odd-item");
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    assert_eq!(keys(&ward), before);
    let buckets = ward.memory.of_kind(BUCKET);
    let bare = buckets.iter().filter(|row| row.facts.get("supplementaryConfiguration").is_none());
    assert_eq!(bare.count(), 1);
}

/// The ids that rules give are not those of the inventory: without it the same resources would
/// appear once more under other names.
#[tokio::test]
async fn results_keep_their_names_when_the_inventory_is_denied() {
    let mut ward = Ward::open().await;
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    let named = ward.memory.named(Source::Config);
    let fresh = named.values().flatten().filter(|key| key.as_str().starts_with("arn:")).count();
    assert!(fresh > 0);
    strike(&ward, "SelectResourceConfig", "", "denied");
    let struck = ward.visit_in(Source::Config, IMAGING, SMALL, true).await;
    assert_eq!(class(&struck, Part::Inventory), ErrorClass::Denied);
    assert_eq!(class(&struck, Part::Rules), ErrorClass::Denied);
    assert!(struck.parts[&Part::Recorder].as_of.is_some());
    assert_eq!(ward.memory.named(Source::Config), named);
    ward.faults("[]");
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);
    assert_eq!(ward.memory.named(Source::Config), named);
}

#[tokio::test]
async fn results_get_the_names_of_an_inventory_that_comes_later() {
    let mut ward = Ward::open().await;
    strike(&ward, "SelectResourceConfig", "", "denied");
    for _ in 0..2 {
        let struck = ward.visit(Source::Config, IMAGING, SMALL).await;
        assert_eq!(class(&struck, Part::Inventory), ErrorClass::Denied);
        assert!(struck.parts[&Part::Rules].as_of.is_some(), "results do without");
    }
    let bare = ward.memory.named(Source::Config);
    ward.faults("[]");
    assert_ok(&ward.visit(Source::Config, IMAGING, SMALL).await);

    let mut lucky = Ward::open().await;
    assert_ok(&lucky.visit(Source::Config, IMAGING, SMALL).await);
    let named = lucky.memory.named(Source::Config);
    assert_ne!(bare, named, "there are ids that only the inventory can resolve");
    assert_eq!(ward.memory.named(Source::Config), named);
    assert!(ward.memory.known() == lucky.memory.known());
}
