//! Which operation a request asks for, by each service's protocol.

use crate::answer::Service;

/// The operation of a rest-json request, from its method and path segments (no empty ones).
pub(crate) fn rest(service: Service, method: &str, path: &[&str]) -> Option<&'static str> {
    match service {
        Service::SecurityHub => security_hub(method, path),
        Service::GuardDuty => guardduty(method, path),
        Service::Backup => backup(method, path),
        Service::Config | Service::CloudTrail | Service::Sts => None,
    }
}

fn security_hub(method: &str, path: &[&str]) -> Option<&'static str> {
    Some(match (method, path) {
        ("GET", ["accounts"]) => "DescribeHub",
        ("POST", ["findings"]) => "GetFindings",
        ("POST", ["standards", "get"]) => "GetEnabledStandards",
        ("GET", ["findingAggregator", "list"]) => "ListFindingAggregators",
        ("GET", ["findingAggregator", "get", ..]) => "GetFindingAggregator",
        _ => return None,
    })
}

fn guardduty(method: &str, path: &[&str]) -> Option<&'static str> {
    Some(match (method, path) {
        ("GET", ["detector"]) => "ListDetectors",
        ("GET", ["detector", _]) => "GetDetector",
        ("POST", ["detector", _, "findings"]) => "ListFindings",
        ("POST", ["detector", _, "findings", "get"]) => "GetFindings",
        _ => return None,
    })
}

fn backup(method: &str, path: &[&str]) -> Option<&'static str> {
    if method != "GET" {
        return None;
    }
    Some(match path {
        ["backup-vaults"] => "ListBackupVaults",
        ["backup-vaults", _] => "DescribeBackupVault",
        ["backup-vaults", _, "recovery-points"] => "ListRecoveryPointsByBackupVault",
        ["backup", "plans"] => "ListBackupPlans",
        ["backup", "plans", _] => "GetBackupPlan",
        ["backup-jobs"] => "ListBackupJobs",
        ["copy-jobs"] => "ListCopyJobs",
        ["restore-jobs"] => "ListRestoreJobs",
        ["resources"] => "ListProtectedResources",
        ["restore-testing", "plans"] => "ListRestoreTestingPlans",
        ["restore-testing", "plans", _, "selections"] => "ListRestoreTestingSelections",
        _ => return None,
    })
}

const CONFIG: [&str; 10] = [
    "DescribeConfigurationRecorders",
    "DescribeConfigurationRecorderStatus",
    "DescribeConfigRules",
    "DescribeConfigRuleEvaluationStatus",
    "DescribeComplianceByConfigRule",
    "GetComplianceDetailsByConfigRule",
    "DescribeConformancePacks",
    "DescribeConformancePackCompliance",
    "GetConformancePackComplianceDetails",
    "SelectResourceConfig",
];

const CLOUDTRAIL: [&str; 4] =
    ["DescribeTrails", "GetTrailStatus", "GetEventSelectors", "LookupEvents"];

/// The operation of a JSON 1.1 request, from `X-Amz-Target`. Some clients write CloudTrail's
/// target with its package, others without.
pub(crate) fn target(service: Service, target: &str) -> Option<&'static str> {
    let (interface, name) = target.rsplit_once('.')?;
    let known: &[&'static str] = match (service, interface) {
        (Service::Config, "StarlingDoveService") => &CONFIG,
        (
            Service::CloudTrail,
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" | "CloudTrail_20131101",
        ) => &CLOUDTRAIL,
        _ => return None,
    };
    known.iter().copied().find(|known| *known == name)
}

/// The operation of a query request, from `Action`.
pub(crate) fn action(action: &str) -> Option<&'static str> {
    ["AssumeRole", "GetCallerIdentity"].into_iter().find(|known| *known == action)
}
