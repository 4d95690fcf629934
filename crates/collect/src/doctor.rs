//! Tries every call that a collector makes, once and with the smallest page.

use aws_sdk_sts::config::Builder;
use domain::{
    Account, AccountId, Clock, ErrorClass, Part, Region, Scope, ScopeStatus, Source, SourceError,
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::operation::{Operation, backup, cloudtrail, config, guardduty, operations, securityhub};
use crate::page;
use crate::visit::{Answer, Visit};
use crate::{Session, fault};

/// One call, tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The call.
    pub operation: Operation,
    /// How it went.
    pub result: CheckResult,
}

/// How a tried call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckResult {
    /// AWS answered; or it said that the thing asked for does not exist, which it says only to
    /// those who may ask.
    Ok,
    /// The service is off in this account and region.
    NotEnabled,
    /// It failed; the error names the missing action where that is why.
    Failed(SourceError),
}

/// The account that the credentials belong to. Needs no permission.
pub async fn caller_identity(
    session: &Session,
    account: &Account,
) -> Result<AccountId, SourceError> {
    const OPERATION: Operation = Operation {
        source: Source::SecurityHub,
        part: Part::Hub,
        name: "GetCallerIdentity",
        action: "sts:GetCallerIdentity",
    };
    let region = account.regions.first().cloned().unwrap_or_else(|| Region::from("us-east-1"));
    let config = session.config(account, &region).await;
    let client = aws_sdk_sts::Client::from_conf(Builder::from(&config).build());
    let answer = client.get_caller_identity().send().await;
    let identity = answer.map_err(|error| fault::classify(&OPERATION, &region, &error))?;
    identity.account().map(AccountId::from).ok_or_else(|| {
        fault::made(&OPERATION, ErrorClass::Unreadable, "", "The answer names no account.")
    })
}

/// Tries every operation of a source in an account and region.
pub async fn doctor(
    session: &Session,
    account: &Account,
    region: &Region,
    source: Source,
    clock: &dyn Clock,
) -> Vec<Check> {
    let scope = Scope { source, account: account.id.clone(), region: region.clone() };
    let never = ScopeStatus::never(scope.clone(), 0);
    // Nobody keeps what is read here: at most one answer for each call, that a service is off.
    let (out, _kept_open) = mpsc::channel(operations().len());
    let mut visit = Visit::begin(session, account, &scope, &never, clock, true, &out);
    let mut trial = Trial { visit: &mut visit, checks: Vec::new() };
    match source {
        Source::SecurityHub => trial.security_hub().await,
        Source::Config => trial.config().await,
        Source::GuardDuty => trial.guard_duty().await,
        Source::Backup => trial.backup().await,
        Source::CloudTrail => trial.cloudtrail().await,
    }
    let mut checks = trial.checks;
    let place_of =
        |check: &Check| operations().iter().position(|operation| *operation == check.operation);
    checks.sort_by_key(place_of);
    checks
}

/// A name that nothing in AWS bears: where there is nothing to ask about, asking about it still
/// shows whether one may ask.
const NOBODY: &str = "wardround-doctor-asks-for-nothing";
const NO_DETECTOR: &str = "00000000000000000000000000000000";

struct Trial<'t, 'v> {
    visit: &'t mut Visit<'v>,
    checks: Vec<Check>,
}

/// Tries one call and notes how it went; gives its answer.
macro_rules! attempt {
    ($trial:expr, $operation:expr, $request:expr) => {{
        let answer = $trial.visit.call(&$operation, || $request.send()).await;
        $trial.note(&$operation, answer)
    }};
}

impl Trial<'_, '_> {
    fn note(
        &mut self,
        operation: &Operation,
        answer: Result<Answer, SourceError>,
    ) -> Option<Value> {
        let (value, result) = match answer {
            Ok(answer) => match page::json(&answer.body) {
                Ok(value) => (Some(value), CheckResult::Ok),
                Err(page::Unreadable(why)) => {
                    let error = fault::made(operation, ErrorClass::Unreadable, "", &why);
                    (None, CheckResult::Failed(error))
                }
            },
            Err(error) if error.class == ErrorClass::NotEnabled => (None, CheckResult::NotEnabled),
            Err(error) if says_absent(&error) => (None, CheckResult::Ok),
            Err(error) => (None, CheckResult::Failed(error)),
        };
        self.checks.push(Check { operation: *operation, result });
        value
    }

    async fn security_hub(&mut self) {
        use securityhub as op;
        let client = crate::securityhub::fetch::client(self.visit.session, &self.visit.sdk().await);
        attempt!(self, op::DESCRIBE_HUB, client.describe_hub());
        attempt!(self, op::GET_ENABLED_STANDARDS, client.get_enabled_standards().max_results(1));
        let request = client.list_finding_aggregators().max_results(1);
        attempt!(self, op::LIST_FINDING_AGGREGATORS, request);
        attempt!(self, op::GET_FINDINGS, client.get_findings().max_results(1));
    }

    async fn config(&mut self) {
        use config as op;
        let client = crate::config::fetch::client(self.visit.session, &self.visit.sdk().await);
        let request = client.describe_configuration_recorders();
        let recorders = attempt!(self, op::DESCRIBE_CONFIGURATION_RECORDERS, request);
        if recorders.is_some_and(|answer| first(&answer, "ConfigurationRecorders").is_none())
            && let Some(check) = self.checks.last_mut()
        {
            check.result = CheckResult::NotEnabled;
        }
        let request = client.describe_configuration_recorder_status();
        attempt!(self, op::DESCRIBE_CONFIGURATION_RECORDER_STATUS, request);
        let request = client.select_resource_config().expression("SELECT resourceId").limit(1);
        attempt!(self, op::SELECT_RESOURCE_CONFIG, request);
        let rules = attempt!(self, op::DESCRIBE_CONFIG_RULES, client.describe_config_rules());
        let rule = name_in(rules, "ConfigRules", "ConfigRuleName");
        let request = client.describe_config_rule_evaluation_status().config_rule_names(&rule);
        attempt!(self, op::DESCRIBE_CONFIG_RULE_EVALUATION_STATUS, request);
        let request = client.describe_compliance_by_config_rule().config_rule_names(&rule);
        attempt!(self, op::DESCRIBE_COMPLIANCE_BY_CONFIG_RULE, request);
        let request =
            client.get_compliance_details_by_config_rule().config_rule_name(&rule).limit(1);
        attempt!(self, op::GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE, request);
        let request = client.describe_conformance_packs().limit(1);
        let packs = attempt!(self, op::DESCRIBE_CONFORMANCE_PACKS, request);
        let pack = name_in(packs, "ConformancePackDetails", "ConformancePackName");
        let request =
            client.describe_conformance_pack_compliance().conformance_pack_name(pack).limit(1);
        attempt!(self, op::DESCRIBE_CONFORMANCE_PACK_COMPLIANCE, request);
    }

    async fn guard_duty(&mut self) {
        use guardduty as op;
        let client = crate::guardduty::fetch::client(self.visit.session, &self.visit.sdk().await);
        let listed = attempt!(self, op::LIST_DETECTORS, client.list_detectors().max_results(1));
        let none = listed.as_ref().is_some_and(|answer| first(answer, "DetectorIds").is_none());
        if none && let Some(check) = self.checks.last_mut() {
            check.result = CheckResult::NotEnabled;
        }
        let id = listed
            .and_then(|answer| first(&answer, "DetectorIds")?.as_str().map(str::to_owned))
            .unwrap_or_else(|| NO_DETECTOR.to_owned());
        attempt!(self, op::GET_DETECTOR, client.get_detector().detector_id(&id));
        let request = client.list_findings().detector_id(&id).max_results(1);
        let listed = attempt!(self, op::LIST_FINDINGS, request);
        let finding = listed
            .and_then(|answer| first(&answer, "FindingIds")?.as_str().map(str::to_owned))
            .unwrap_or_else(|| NO_DETECTOR.to_owned());
        let request = client.get_findings().detector_id(&id).finding_ids(finding);
        attempt!(self, op::GET_FINDINGS, request);
    }

    async fn backup(&mut self) {
        use backup as op;
        let client = crate::backup::fetch::client(self.visit.session, &self.visit.sdk().await);
        let request = client.list_backup_vaults().max_results(1);
        let vaults = attempt!(self, op::LIST_BACKUP_VAULTS, request);
        let vault = name_in(vaults, "BackupVaultList", "BackupVaultName");
        let request = client.describe_backup_vault().backup_vault_name(&vault);
        attempt!(self, op::DESCRIBE_BACKUP_VAULT, request);
        let request =
            client.list_recovery_points_by_backup_vault().backup_vault_name(&vault).max_results(1);
        attempt!(self, op::LIST_RECOVERY_POINTS, request);
        let plans =
            attempt!(self, op::LIST_BACKUP_PLANS, client.list_backup_plans().max_results(1));
        let plan = name_in(plans, "BackupPlansList", "BackupPlanId");
        attempt!(self, op::GET_BACKUP_PLAN, client.get_backup_plan().backup_plan_id(plan));
        let request = client.list_restore_testing_plans().max_results(1);
        attempt!(self, op::LIST_RESTORE_TESTING_PLANS, request);
        attempt!(self, op::LIST_BACKUP_JOBS, client.list_backup_jobs().max_results(1));
        attempt!(self, op::LIST_COPY_JOBS, client.list_copy_jobs().max_results(1));
        attempt!(self, op::LIST_RESTORE_JOBS, client.list_restore_jobs().max_results(1));
        let request = client.list_protected_resources().max_results(1);
        attempt!(self, op::LIST_PROTECTED_RESOURCES, request);
    }

    async fn cloudtrail(&mut self) {
        use cloudtrail as op;
        let client = crate::cloudtrail::fetch::client(self.visit.session, &self.visit.sdk().await);
        let request = client.describe_trails().include_shadow_trails(true);
        let trails = attempt!(self, op::DESCRIBE_TRAILS, request);
        let trail = name_in(trails, "TrailList", "TrailARN");
        attempt!(self, op::GET_TRAIL_STATUS, client.get_trail_status().name(&trail));
        attempt!(self, op::GET_EVENT_SELECTORS, client.get_event_selectors().trail_name(trail));
        let only = crate::cloudtrail::fetch::sign_ins().map(|only| vec![only]);
        let request = client.lookup_events().set_lookup_attributes(only).max_results(1);
        attempt!(self, op::LOOKUP_EVENTS, request);
    }
}

/// Whether the error says that the thing asked for does not exist.
fn says_absent(error: &SourceError) -> bool {
    error.class == ErrorClass::Gone
        || matches!(
            error.code.as_str(),
            // GuardDuty says so of a detector, Backup of a plan or vault.
            "BadRequestException" | "InvalidParameterValueException"
        )
}

fn first<'v>(answer: &'v Value, list: &str) -> Option<&'v Value> {
    crate::read::get(answer, list)?.as_array()?.first()
}

fn name_in(answer: Option<Value>, list: &str, member: &str) -> String {
    answer
        .and_then(|answer| crate::read::text(first(&answer, list)?, member).map(str::to_owned))
        .unwrap_or_else(|| NOBODY.to_owned())
}
