//! Payloads that others recorded, read where they lie and never copied. What is expected of each
//! is worked out here from its raw JSON, by rules written down a second time.

use std::fs;
use std::path::{Path, PathBuf};

use collect::Place;
use collect::backup::map as backup;
use collect::cloudtrail::map::Wanted;
use collect::config::{inventory, recorder, rules};
use collect::operation::config::{DESCRIBE_CONFIG_RULE_EVALUATION_STATUS, DESCRIBE_CONFIG_RULES};
use collect::operation::guardduty::LIST_FINDINGS;
use collect::{cloudtrail, guardduty, securityhub};
use domain::telemetry::Judged;
use domain::{AccessOutcome, FindingState, IdentityKind, Severity, Timestamp, Verdict};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const VARIABLE: &str = "WARDROUND_SAMPLES";

fn place() -> Place {
    Place { account: "123456789012".into(), region: "us-east-1".into() }
}

fn folder() -> PathBuf {
    std::env::var_os(VARIABLE).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/samples"),
        PathBuf::from,
    )
}

/// Why there is nothing to read, if so. A folder that somebody named has to be there.
pub fn absent() -> Option<String> {
    let folder = folder();
    (std::env::var_os(VARIABLE).is_none() && !folder.is_dir())
        .then(|| format!("no samples in {}; {VARIABLE} may name another folder", folder.display()))
}

/// Name and bytes of the files of a sub-folder, in order.
fn files(sub: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join(sub);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{sub} is empty");
    files
}

fn parsed(sub: &str) -> Vec<(String, Value)> {
    files(sub)
        .into_iter()
        .map(|(name, bytes)| {
            let value = serde_json::from_slice(&bytes).unwrap();
            (name, value)
        })
        .collect()
}

pub fn security_hub_findings() {
    let all = parsed("securityhub");
    for (name, raw) in &all {
        let body = json!({"Findings": [raw]}).to_string();
        let page = securityhub::map::map_findings(body.as_bytes(), &place(), NOW).unwrap();
        let [finding] = &page.findings[..] else { panic!("{name}: {page:?}") };
        assert_eq!(finding.native_id, raw["Id"].as_str().unwrap(), "{name}");
        assert_eq!(finding.account.as_str(), raw["AwsAccountId"].as_str().unwrap(), "{name}");
        assert_eq!(finding.severity, expected_severity(raw), "{name}");
        assert_eq!((finding.state, finding.verdict), expected_standing(raw), "{name}");
        if let Some(check) = expected_check(raw) {
            assert_eq!(finding.check, check, "{name}");
        }
        if raw["Compliance"]["Status"].is_null() {
            assert_eq!(finding.control, None, "{name}");
        }
        let mut ids: Vec<&str> = raw["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|resource| resource["Id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(finding.resources.len(), ids.len(), "{name}");
        for resource in &finding.resources {
            let key = resource.key.as_str();
            assert!(
                ids.contains(&key)
                    || key.starts_with("account/")
                    || ids.iter().any(|id| key.ends_with(id)),
                "{name}: {key}"
            );
        }
        let year = finding.updated_at.rfc3339();
        assert_eq!(year[..10], raw["UpdatedAt"].as_str().unwrap()[..10], "{name}");
    }
    assert_eq!(all.len(), 50);
}

fn expected_severity(raw: &Value) -> Severity {
    let severity = &raw["Severity"];
    match severity["Label"].as_str() {
        Some("CRITICAL") => return Severity::Critical,
        Some("HIGH") => return Severity::High,
        Some("MEDIUM") => return Severity::Medium,
        Some("LOW") => return Severity::Low,
        Some("INFORMATIONAL") => return Severity::Informational,
        _ => {}
    }
    let number = severity["Normalized"].as_f64().or(severity["Product"].as_f64());
    match number.map(|number| number as i64) {
        Some(0) => Severity::Informational,
        Some(1..=39) => Severity::Low,
        Some(70..=89) => Severity::High,
        Some(90..=100) => Severity::Critical,
        _ => Severity::Medium,
    }
}

fn expected_standing(raw: &Value) -> (FindingState, Verdict) {
    let verdict = match raw["Compliance"]["Status"].as_str() {
        Some("PASSED") => Verdict::Pass,
        Some("FAILED") | None => Verdict::Fail,
        Some("WARNING" | "NOT_AVAILABLE") => Verdict::Unknown,
        Some(_) => Verdict::Error,
    };
    let state = if raw["RecordState"] == "ARCHIVED" {
        FindingState::Archived
    } else if verdict == Verdict::Pass {
        FindingState::Passed
    } else if verdict == Verdict::Error {
        FindingState::Unknown
    } else if raw["Workflow"]["Status"] == "SUPPRESSED" {
        FindingState::Suppressed
    } else if verdict == Verdict::Unknown {
        FindingState::Unknown
    } else if raw["Workflow"]["Status"] == "RESOLVED" && raw["Compliance"]["Status"].is_null() {
        FindingState::Resolved
    } else {
        FindingState::Open
    };
    (state, verdict)
}

/// The control's id, for the forms that name one.
fn expected_check(raw: &Value) -> Option<String> {
    if let Some(id) = raw["Compliance"]["SecurityControlId"].as_str() {
        return Some(id.to_owned());
    }
    let generator = raw["GeneratorId"].as_str()?;
    let last = generator.rsplit('/').next()?.to_owned();
    if generator.contains("cis-aws-foundations-benchmark") {
        return Some(format!("CIS.{last}"));
    }
    ["security-control/", "aws-foundational-security-best-practices/", "pci-dss/"]
        .iter()
        .any(|begin| generator.starts_with(begin))
        .then_some(last)
}

pub fn guard_duty_findings() {
    let all = parsed("guardduty");
    assert_eq!(all.len(), 21);
    for (name, raw) in all {
        let member = |large: &str, small: &str| {
            if raw[large].is_null() { raw[small].clone() } else { raw[large].clone() }
        };
        let body = json!({"findings": [raw]}).to_string();
        let page = guardduty::map::map_findings(body.as_bytes(), &place(), NOW).unwrap();
        let [finding] = &page.findings[..] else { panic!("{name}: {page:?}") };
        assert_eq!(finding.check, member("Type", "type"), "{name}");
        assert_eq!(finding.account.as_str(), member("AccountId", "accountId"), "{name}");
        let number = member("Severity", "severity").as_f64().unwrap();
        let label = if number < 4.0 {
            Severity::Low
        } else if number < 7.0 {
            Severity::Medium
        } else if number < 9.0 {
            Severity::High
        } else {
            Severity::Critical
        };
        assert_eq!(finding.severity, label, "{name}");
        let text = raw.to_string();
        let archived = text.contains("\"Archived\":true") || text.contains("\"archived\":true");
        assert_eq!(finding.state == FindingState::Archived, archived, "{name}");
        let sample = text.contains("\"sample\":true")
            || text.contains("\"Sample\":true")
            || text.contains("\\\"sample\\\":true")
            || member("Title", "title").as_str().is_some_and(|t| t.starts_with("[SAMPLE]"));
        assert_eq!(finding.sample, sample, "{name}");
        assert!(!finding.resources.is_empty() && finding.control.is_none(), "{name}");
        let dated = [member("UpdatedAt", "updatedAt"), member("CreatedAt", "createdAt")];
        match dated.iter().find_map(Value::as_str) {
            Some(date) => assert_eq!(finding.updated_at.rfc3339()[..10], date[..10], "{name}"),
            None => assert!(!page.problems.is_empty(), "{name}"),
        }
    }
}

pub fn results_of_config_rules() {
    let all = parsed("config-compliance");
    assert_eq!(all.len(), 6);
    for (name, raw) in all {
        let qualifier = &raw["EvaluationResultIdentifier"]["EvaluationResultQualifier"];
        let rule = qualifier["ConfigRuleName"].as_str().unwrap();
        let rule = json!({"ConfigRules": [{"ConfigRuleName": rule}]}).to_string();
        let (rules, _) = rules::map_rules(rule.as_bytes(), &DESCRIBE_CONFIG_RULES).unwrap();
        let body = json!({"EvaluationResults": [raw]}).to_string();
        let index = inventory::Index::default();
        let page = rules::map_results(body.as_bytes(), &rules[0], &index, &place(), NOW).unwrap();
        let [finding] = &page.findings[..] else { panic!("{name}: {page:?}") };
        assert_eq!(page.problems, [], "{name}");
        assert_eq!(finding.compliance, raw["ComplianceType"].as_str().unwrap(), "{name}");
        assert_eq!(finding.verdict == Verdict::Fail, raw["ComplianceType"] == "NON_COMPLIANT");
        assert_eq!(finding.verdict == Verdict::Pass, raw["ComplianceType"] == "COMPLIANT");
        // Nobody says that AWS wrote these rules, so their names prove nothing.
        assert!(finding.control.is_none() && finding.check.starts_with(rules::CUSTOM), "{name}");
        assert_eq!(finding.resources[0].kind, qualifier["ResourceType"].as_str().unwrap());
    }
}

pub fn configuration_items_as_rows() {
    let all = parsed("config-items");
    assert_eq!(all.len(), 45);
    for (name, mut raw) in all {
        // A configuration item has the members of a row; some recorders spell the ARN in capitals.
        if let Some(arn) = raw.as_object_mut().unwrap().remove("ARN") {
            raw["arn"] = arn;
        }
        let body = json!({"Results": [raw.to_string()]}).to_string();
        let page = inventory::map_rows(body.as_bytes(), &place()).unwrap();
        let status = raw["configurationItemStatus"].as_str().unwrap_or_default();
        if status.starts_with("ResourceDeleted") {
            assert!(page.resources.is_empty(), "{name}");
            continue;
        }
        let [resource] = &page.resources[..] else { panic!("{name}: {page:?}") };
        assert_eq!(resource.kind, raw["resourceType"].as_str().unwrap(), "{name}");
        if let Some(arn) = raw["arn"].as_str() {
            assert_eq!(resource.key.as_str(), arn, "{name}");
        }
        if !raw["configuration"].is_null() {
            assert_eq!(resource.facts["configuration"], raw["configuration"], "{name}");
        }
        // One source wrote its times as Python prints them; AWS does not.
        let time = raw["configurationItemCaptureTime"].as_str().unwrap_or_default();
        let is_time = time.starts_with("20");
        assert!(!is_time || resource.recorded_at.is_some(), "{name}");
    }
}

pub fn backup_items() {
    let all = parsed("backup");
    assert_eq!(all.len(), 14);
    for (name, raw) in all {
        let listed = if raw.get("RestoreJobId").is_some() {
            backup::RESTORE_JOBS
        } else if raw.get("BackupJobId").is_some() {
            backup::BACKUP_JOBS
        } else {
            backup::RECOVERY_POINTS
        };
        let resource = backup::map_item(&listed, raw.clone(), &place()).expect(&name);
        assert_eq!(resource.facts, raw, "{name}");
        assert_eq!(resource.id, raw[listed.id].as_str().unwrap(), "{name}");
        assert!(resource.recorded_at.is_some(), "{name}");
    }
}

pub fn console_sign_ins() {
    let all = parsed("cloudtrail-consolelogin");
    assert_eq!(all.len(), 19);
    for (name, raw) in all {
        let inner = raw["CloudTrailEvent"].as_str().map(|text| serde_json::from_str(text).unwrap());
        let record: Value = inner.unwrap_or_else(|| raw.clone());
        let (event, problems) = cloudtrail::map::map_event(Wanted::SignIns, &raw, &place());
        let Some(event) = event else {
            // Without an id it cannot be told apart from itself, and is left out with a problem.
            assert!(record["eventID"].is_null() && problems.len() == 1, "{name}: {problems:?}");
            continue;
        };
        assert!(problems.is_empty(), "{name}: {problems:?}");
        assert!(event.is_sign_in(), "{name}");
        let success = record["responseElements"]["ConsoleLogin"] == "Success";
        assert_eq!(event.outcome == AccessOutcome::Allowed, success, "{name}");
        // A failure that gives no reason is neither a refusal nor a fault.
        let told = success || record["errorMessage"].is_string();
        let judged = if told { Judged::Good } else { Judged::Unclear };
        assert_eq!(event.auth_fact().unwrap().judged(), judged, "{name}");
        let root = record["userIdentity"]["type"] == "Root";
        assert_eq!(event.identity_kind == IdentityKind::Root, root, "{name}");
        let kept = serde_json::to_string(&event).unwrap();
        for member in ["userAgent", "sourceIPAddress"] {
            let text = record[member].as_str().unwrap_or("Mozilla");
            // A network may begin with the address that a sample was given.
            assert!(!kept.contains(&format!("{text}\"")), "{name}: {text}");
        }
        assert!(!kept.contains('@'), "{name}: {kept}");
    }
}

pub fn whole_answers() {
    let mut read = 0;
    for (name, bytes) in files("api-responses") {
        let raw: Value = serde_json::from_slice(&bytes).unwrap();
        let length = |list: &str| raw[list].as_array().map(Vec::len);
        let simple = name.replace('-', "");
        let begins = |word: &str| simple.starts_with(word);
        let count = if begins("configselectresourceconfig") {
            // Rows that were asked for without their type cannot be placed, and are said.
            let page = inventory::map_rows(&bytes, &place()).unwrap();
            (page.resources.len() + page.problems.len(), length("Results"))
        } else if begins("configdescribeconfigrules") || begins("configservicedescribeconfigrules")
        {
            let (rules, _) = rules::map_rules(&bytes, &DESCRIBE_CONFIG_RULES).unwrap();
            (rules.len(), length("ConfigRules"))
        } else if begins("configdescribeconfigurationrecorders0")
            || begins("configdescribeconfigurationrecorders") && !simple.contains("status")
        {
            let recorders = recorder::map_recorders(&bytes).unwrap();
            let facts = recorder::map_facts(&recorders, &[], &place(), NOW);
            (facts.resources.len(), length("ConfigurationRecorders"))
        } else if simple.contains("getcompliancedetailsbyconfigrule") {
            let index = inventory::Index::default();
            let page = rules::map_results(&bytes, &any_rule(), &index, &place(), NOW).unwrap();
            (page.findings.len(), length("EvaluationResults"))
        } else if begins("cloudtraildescribetrails") {
            let page = cloudtrail::map::map_trails(&bytes, &place(), NOW).unwrap();
            (page.resources.len(), length("trailList"))
        } else if begins("cloudtraillookupevents") {
            let operation = collect::operation::cloudtrail::LOOKUP_EVENTS;
            let wanted = Wanted::SignIns;
            let page = cloudtrail::map::map_events(wanted, &operation, &bytes, &place()).unwrap();
            (page.access.len(), length("Events"))
        } else if begins("guarddutygetfindings") {
            let page = guardduty::map::map_findings(&bytes, &place(), NOW).unwrap();
            (page.findings.len(), length("Findings"))
        } else if simple.contains("recorderstatus") {
            let status = recorder::map_status(&bytes).unwrap();
            let recorder = json!({"name": status[0]["name"]});
            let facts = recorder::map_facts(&[recorder], &status, &place(), NOW);
            assert_eq!(facts.resources[0].facts["recording"], status[0]["recording"], "{name}");
            (status.len(), length("ConfigurationRecordersStatus"))
        } else if begins("configservicedescribeconfigruleevaluationstatus") {
            let operation = &DESCRIBE_CONFIG_RULE_EVALUATION_STATUS;
            let list = "ConfigRulesEvaluationStatus";
            (rules::map_by_rule(&bytes, operation, list).unwrap().0.len(), length(list))
        } else if begins("guarddutylistdetectors") || begins("guarddutylistfindings__") {
            let detectors = begins("guarddutylistdetectors");
            let list = if detectors { "DetectorIds" } else { "FindingIds" };
            let (ids, page) = guardduty::map::map_ids(&LIST_FINDINGS, &bytes, list).unwrap();
            assert_eq!(page.next.as_deref(), raw["NextToken"].as_str(), "{name}");
            (ids.len(), length(list))
        } else if begins("guarddutygetdetector") {
            let detector = guardduty::map::map_detector("d", raw.clone(), &place(), NOW);
            assert_eq!(detector.facts["Status"], raw["Status"], "{name}");
            (1, Some(1))
        } else if begins("securityhubdescribehub") {
            let hub = securityhub::map::map_hub(Some(&raw), &[], &[], &place(), NOW);
            assert_eq!(
                (&hub.facts["HubArn"], &hub.facts["enabled"]),
                (&raw["HubArn"], &json!(true))
            );
            (1, Some(1))
        } else if begins("backupgetbackupplan") {
            let mut plan = json!({"BackupPlanName": "listed", "BackupPlanId": "listed"});
            backup::merge(&mut plan, raw.clone());
            assert_eq!(plan["BackupPlan"], raw["BackupPlan"], "{name}");
            (1, Some(1))
        } else if let Some(listed) = listed_by(&simple) {
            let page = backup::map_list(&listed, &bytes, &place()).unwrap();
            assert_eq!(page.next.as_deref(), raw["NextToken"].as_str(), "{name}");
            (page.resources.len(), length(listed.list))
        } else {
            assert!(NOT_ASKED.iter().any(|other| begins(other)), "{name} is read by nobody");
            continue;
        };
        assert_eq!(Some(count.0), count.1, "{name}");
        read += 1;
    }
    assert_eq!(read, 42);
}

/// Answers to what the collectors do not ask.
const NOT_ASKED: [&str; 16] = [
    "backuplistframeworks",
    "backuplisttags",
    // Facts as they are.
    "cloudtrailget",
    "configdescribeaggregationauthorizations",
    "configdescribedeliverychannels",
    "configdescriberemediationconfigurations",
    "configservicedescribecompliancebyresource",
    "configservicedescribedeliverychannelstatus",
    "configservicegetcompliancesummary",
    "configservicelistdiscoveredresources",
    // The criteria of a request, not an answer.
    "guarddutylistfindings3",
    "guarddutylistmembers",
    "securityhubbatchupdatefindings",
    "securityhubdescribestandardscontrols",
    "securityhubgetfindinghistory",
    "securityhubbatchgetsecuritycontrols",
];

fn listed_by(name: &str) -> Option<backup::Listed> {
    [
        ("backuplistbackupvaults", backup::VAULTS),
        ("backuplistbackupplans", backup::PLANS),
        ("backuplistcopyjobs", backup::COPY_JOBS),
        ("backuplistrestorejobs", backup::RESTORE_JOBS),
        ("backuplistprotectedresources", backup::PROTECTED_RESOURCES),
        ("backuplistrestoretestingplans", backup::RESTORE_TESTING_PLANS),
        ("backuplistrecoverypoints", backup::RECOVERY_POINTS),
    ]
    .into_iter()
    .find_map(|(begin, listed)| name.starts_with(begin).then_some(listed))
}

pub fn malformed_payloads() {
    for (name, bytes) in files("malformed") {
        if name.starts_with("asff-") || name == "bom.json" || name == "truncated.json" {
            let (finding, problems) = securityhub::map::map_finding(&bytes, &place(), NOW);
            let whole = !matches!(name.as_str(), "asff-no-id.json" | "truncated.json");
            assert_eq!(finding.is_some(), whole, "{name}");
            let clean = matches!(
                name.as_str(),
                "asff-offset-timestamp.json"
                    | "asff-quote-in-id.json"
                    | "asff-script-in-title.json"
                    | "asff-severity-normalized-only.json"
                    | "asff-two-resources-two-accounts.json"
                    | "bom.json"
            );
            assert_eq!(problems.is_empty(), clean, "{name}: {problems:?}");
            let Some(finding) = finding else { continue };
            match name.as_str() {
                "asff-severity-normalized-only.json" => {
                    assert_eq!(finding.severity, Severity::High);
                }
                "asff-two-resources-two-accounts.json" => assert_eq!(finding.resources.len(), 2),
                "asff-offset-timestamp.json" => {
                    assert_eq!(finding.updated_at.rfc3339(), "2026-10-02T00:00:00.000Z");
                }
                "asff-unknown-compliance-status.json" => {
                    assert_eq!(finding.verdict, Verdict::Error);
                }
                _ => {}
            }
        } else if name == "config-select-row-not-json.json" {
            let page = inventory::map_rows(&bytes, &place()).unwrap();
            assert_eq!((page.resources.len(), page.problems.len()), (0, 4), "{name}");
            assert_eq!(page.left_out, 4, "{name}");
        } else if name == "guardduty-severity-string.json" {
            let raw = serde_json::from_slice(&bytes).unwrap();
            let (finding, problems) = guardduty::map::map_finding(&raw, &place(), NOW);
            assert_eq!((finding.unwrap().severity, problems.len()), (Severity::High, 1));
        } else if name == "config-page-same-token.json" {
            let index = inventory::Index::default();
            let page = rules::map_results(&bytes, &any_rule(), &index, &place(), NOW).unwrap();
            assert_eq!((page.findings.len(), page.next.as_deref()), (0, Some("AAAA")), "{name}");
        } else {
            // As AWS's own examples print it: not JSON.
            assert_eq!(name, "securityhub-batch-get-security-controls-01.txt");
            assert!(serde_json::from_slice::<Value>(&bytes).is_err(), "{name}");
            assert!(securityhub::map::map_findings(&bytes, &place(), NOW).is_err(), "{name}");
        }
    }
}

fn any_rule() -> rules::Rule {
    let body = json!({"ConfigRules": [{"ConfigRuleName": "r"}]}).to_string();
    rules::map_rules(body.as_bytes(), &DESCRIBE_CONFIG_RULES).unwrap().0.remove(0)
}

/// Whatever the file holds and whichever mapper gets it: an error at most.
pub fn every_payload_through_every_mapper() {
    let subs = [
        "securityhub",
        "guardduty",
        "config-items",
        "config-compliance",
        "backup",
        "cloudtrail-consolelogin",
        "api-responses",
        "malformed",
    ];
    let mut count = 0;
    for (_, bytes) in subs.into_iter().flat_map(files) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let wrapped = |list: &str| format!("{{\"{list}\": [{text}]}}").into_bytes();
        for body in [bytes.clone(), wrapped("Events")] {
            let operation = collect::operation::cloudtrail::LOOKUP_EVENTS;
            for wanted in [Wanted::SignIns, Wanted::Denials] {
                let _ = cloudtrail::map::map_events(wanted, &operation, &body, &place());
            }
        }
        for body in [bytes.clone(), wrapped("Findings"), wrapped("Results")] {
            let _ = securityhub::map::map_findings(&body, &place(), NOW);
            let _ = guardduty::map::map_findings(&body, &place(), NOW);
            let _ = inventory::map_rows(&body, &place());
            let _ = recorder::map_recorders(&body);
            let _ = cloudtrail::map::map_trails(&body, &place(), NOW);
            let _ = backup::map_list(&backup::PROTECTED_RESOURCES, &body, &place());
        }
        let (finding, problems) = securityhub::map::map_finding(&bytes, &place(), NOW);
        assert!(finding.is_some() || !problems.is_empty());
        count += 1;
    }
    assert_eq!(count, 235);
}
