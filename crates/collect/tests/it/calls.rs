//! The list of operations is the truth: nothing is called that is not in it, and everything in it
//! is called.

use std::collections::BTreeSet;

use collect::{CheckResult, operations};
use domain::Source;

use crate::ward::{self, EHR, IMAGING, RESEARCH, SHARED, Ward};

fn called(ward: &Ward) -> BTreeSet<(String, String)> {
    ward.sim
        .calls()
        .into_iter()
        .filter(|call| call.service != "sts")
        .map(|call| (call.service, call.operation))
        .collect()
}

fn listed() -> BTreeSet<(String, String)> {
    operations()
        .iter()
        .map(|operation| (operation.source.as_str().to_owned(), operation.name.to_owned()))
        .collect()
}

#[tokio::test]
async fn the_collectors_make_exactly_the_listed_calls() {
    let mut ward = Ward::open().await;
    for source in Source::ALL {
        ward.visit(source, EHR, "us-east-1").await;
    }
    assert_eq!(called(&ward), listed());
}

#[tokio::test]
async fn the_doctor_tries_exactly_the_listed_calls() {
    let ward = Ward::open().await;
    let account = ward::account_of(EHR);
    let mut checks = Vec::new();
    for source in Source::ALL {
        let region = "us-east-1".into();
        checks.extend(collect::doctor(&ward.session, &account, &region, source, &ward.clock).await);
    }
    assert_eq!(called(&ward), listed());
    let tried: Vec<_> = checks.iter().map(|check| check.operation).collect();
    assert_eq!(tried, operations());
    for check in checks {
        assert_eq!(check.result, CheckResult::Ok, "{}", check.operation.name);
    }
}

#[tokio::test]
async fn the_doctor_names_what_is_missing_and_what_is_off() {
    let ward = Ward::open().await;
    let look = async |account, region: &str, source| {
        let account = ward::account_of(account);
        collect::doctor(&ward.session, &account, &region.into(), source, &ward.clock).await
    };
    let failed: Vec<_> = look(SHARED, "us-west-2", Source::Backup)
        .await
        .into_iter()
        .filter(|check| check.result != CheckResult::Ok)
        .collect();
    let [check] = &failed[..] else { panic!("{failed:#?}") };
    let CheckResult::Failed(error) = &check.result else { panic!("{check:?}") };
    assert_eq!(error.missing_action.as_deref(), Some("backup:ListCopyJobs"));

    let hub = look(RESEARCH, "us-west-2", Source::SecurityHub).await;
    assert!(hub.iter().all(|check| check.result == CheckResult::NotEnabled), "{hub:#?}");
    let detector = look(IMAGING, "us-west-2", Source::GuardDuty).await;
    assert_eq!(detector[0].result, CheckResult::NotEnabled);
}

#[tokio::test]
async fn the_credentials_say_whose_they_are() {
    let ward = Ward::open().await;
    let identity = collect::caller_identity(&ward.session, &ward::account_of(IMAGING)).await;
    assert_eq!(identity.unwrap().as_str(), IMAGING);
}

#[test]
fn the_policy_allows_the_listed_calls_and_nothing_that_writes() {
    let policy = collect::iam_policy();
    let allowed: Vec<String> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    let wanted: Vec<&str> = operations().iter().map(|operation| operation.action).collect();
    assert_eq!(allowed, wanted);
    for action in allowed {
        let (_, name) = action.split_once(':').unwrap();
        assert!(
            ["Get", "List", "Describe", "Select", "Lookup"]
                .iter()
                .any(|verb| name.starts_with(verb)),
            "{action}"
        );
    }
}
