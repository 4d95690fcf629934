//! Payloads of our own, written from the API models, each with one oddity.

use collect::Place;
use collect::config::inventory::{Index, map_rows};
use collect::config::rules::{map_results, map_rules};
use collect::operation::config::DESCRIBE_CONFIG_RULES;
use collect::securityhub::map::{map_finding, map_findings};
use domain::resource::kind;
use domain::{Finding, FindingState, Problem, Severity, Timestamp, Verdict};
use serde_json::{Value, json};

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub fn place() -> Place {
    Place { account: "123456789012".into(), region: "us-east-1".into() }
}

/// A finding as Security Hub gives it.
pub fn asff() -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": "arn:aws:securityhub:us-east-1:123456789012:security-control/S3.8/finding/7d4c",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "ProductName": "Security Hub",
        "GeneratorId": "security-control/S3.8",
        "AwsAccountId": "123456789012",
        "Region": "us-east-1",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "CreatedAt": "2026-09-01T08:00:00.000Z",
        "UpdatedAt": "2026-09-02T08:00:00.000Z",
        "Severity": {"Label": "HIGH", "Normalized": 70, "Original": "HIGH"},
        "Title": "A bucket lets the public in",
        "Description": "Of our own making.",
        "Remediation": {"Recommendation": {"Text": "Close it.", "Url": "https://example.org/fix"}},
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::ward-notes",
            "Partition": "aws", "Region": "us-east-1"}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8",
            "RelatedRequirements": ["NIST.800-53.r5 AC-3"],
            "StatusReasons": [{"ReasonCode": "X", "Description": "Public by policy."}]},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE"
    })
}

/// A GuardDuty finding as it stands on the wire.
pub fn threat() -> Value {
    json!({
        "accountId": "123456789012", "region": "us-east-1", "partition": "aws",
        "id": "5ec1a55f00d5ec1a55f00d5ec1a55f00", "schemaVersion": "2.0",
        "arn": "arn:aws:guardduty:us-east-1:123456789012:detector/d0/finding/f0",
        "type": "Recon:EC2/PortProbeUnprotectedPort", "severity": 8.95,
        "title": "A port was probed", "description": "Of our own making.",
        "createdAt": "2026-09-01T08:00:00.000Z", "updatedAt": "2026-09-02T08:00:00.000Z",
        "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-0abc"}},
        "service": {"archived": false, "count": 3, "additionalInfo": {"value": "{}", "type": "default"}}
    })
}

/// A row of an advanced query.
pub fn row() -> Value {
    json!({
        "accountId": "123456789012", "awsRegion": "us-east-1", "arn": "arn:aws:s3:::ward-notes",
        "resourceId": "ward-notes", "resourceName": "ward-notes",
        "resourceType": "AWS::S3::Bucket", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-09-01T08:00:00.000Z",
        "tags": [{"key": "DataClass", "value": "PHI", "tag": "DataClass=PHI"}],
        "configuration": {"name": "ward-notes"},
        "supplementaryConfiguration": {"BucketPolicy": {"policyText": "{}"}}
    })
}

fn read(value: &Value) -> (Finding, Vec<Problem>) {
    let (finding, problems) = map_finding(value.to_string().as_bytes(), &place(), NOW);
    (finding.unwrap(), problems)
}

fn with(path: &str, new: Value) -> Value {
    let mut value = asff();
    *value.pointer_mut(path).unwrap() = new;
    value
}

fn without(member: &str) -> Value {
    let mut value = asff();
    value.as_object_mut().unwrap().remove(member);
    value
}

#[test]
fn an_ordinary_finding() {
    let (finding, problems) = read(&asff());
    assert_eq!(problems, []);
    assert_eq!(finding.check, "S3.8");
    assert!(finding.control.is_some());
    assert_eq!((finding.state, finding.verdict), (FindingState::Open, Verdict::Fail));
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.resources[0].kind, "AWS::S3::Bucket");
    assert_eq!(finding.resources[0].key.as_str(), "arn:aws:s3:::ward-notes");
    assert_eq!(finding.reason, "Public by policy.");
    assert_eq!(finding.remediation_url, "https://example.org/fix");
    assert_eq!(finding.requirements, ["NIST.800-53.r5 AC-3"]);
}

#[test]
fn where_a_finding_stands() {
    let cases = [
        ("PASSED", "NEW", "ACTIVE", FindingState::Passed, Verdict::Pass),
        ("PASSED", "SUPPRESSED", "ACTIVE", FindingState::Passed, Verdict::Pass),
        ("FAILED", "NEW", "ACTIVE", FindingState::Open, Verdict::Fail),
        ("FAILED", "NOTIFIED", "ACTIVE", FindingState::Open, Verdict::Fail),
        ("FAILED", "SUPPRESSED", "ACTIVE", FindingState::Suppressed, Verdict::Fail),
        // Closed by hand, and the check still fails.
        ("FAILED", "RESOLVED", "ACTIVE", FindingState::Open, Verdict::Fail),
        ("WARNING", "NEW", "ACTIVE", FindingState::Unknown, Verdict::Unknown),
        ("NOT_AVAILABLE", "NEW", "ACTIVE", FindingState::Unknown, Verdict::Unknown),
        ("FAILED", "NEW", "ARCHIVED", FindingState::Archived, Verdict::Fail),
    ];
    for (status, workflow, record, state, verdict) in cases {
        let mut value = asff();
        value["Compliance"]["Status"] = json!(status);
        value["Workflow"]["Status"] = json!(workflow);
        value["RecordState"] = json!(record);
        let (finding, problems) = read(&value);
        assert_eq!(problems, []);
        assert_eq!((finding.state, finding.verdict), (state, verdict), "{status} {workflow}");
        assert_eq!(finding.workflow, workflow);
    }
    let (finding, problems) = read(&with("/Compliance/Status", json!("PERHAPS")));
    assert_eq!((finding.state, finding.verdict), (FindingState::Unknown, Verdict::Error));
    assert_eq!(problems.len(), 1);
}

#[test]
fn a_finding_of_a_product_without_checks() {
    let mut value = without("Compliance");
    value["ProductArn"] = json!("arn:aws:securityhub:us-east-1::product/aws/guardduty");
    value["GeneratorId"] = json!("arn:aws:guardduty:us-east-1:123456789012:detector/d0");
    let (finding, problems) = read(&value);
    assert_eq!(problems, []);
    assert_eq!((finding.product.as_str(), finding.control.as_ref()), ("GuardDuty", None));
    assert_eq!((finding.state, finding.verdict), (FindingState::Open, Verdict::Fail));
    value["Workflow"]["Status"] = json!("RESOLVED");
    assert_eq!(read(&value).0.state, FindingState::Resolved);
}

#[test]
fn severity_in_all_its_forms() {
    let of = |severity: Value| {
        let (finding, problems) = read(&with("/Severity", severity));
        (finding.severity, problems.len())
    };
    assert_eq!(of(json!({"Label": "CRITICAL", "Normalized": 1})), (Severity::Critical, 0));
    assert_eq!(of(json!({"Normalized": 40})), (Severity::Medium, 0));
    assert_eq!(of(json!({"Normalized": 89.5})), (Severity::High, 0));
    assert_eq!(of(json!({"Product": 0})), (Severity::Informational, 0));
    assert_eq!(of(json!({"Label": "DIRE", "Normalized": 90})), (Severity::Critical, 0));
    assert_eq!(of(json!({"Label": "DIRE"})), (Severity::Medium, 1));
    assert_eq!(of(json!("HIGH")), (Severity::Medium, 1));
    assert_eq!(read(&without("Severity")).0.severity, Severity::Medium);
}

#[test]
fn members_of_another_shape_are_dropped_and_said() {
    for (path, shape) in [
        ("/AwsAccountId", json!(123_456_789_012_u64)),
        ("/Title", json!(["a"])),
        ("/Compliance", json!("FAILED")),
        ("/Resources", json!({"Type": "AwsS3Bucket"})),
        ("/Workflow", json!(true)),
        ("/RecordState", json!(1)),
    ] {
        let (finding, problems) = read(&with(path, shape));
        assert!(!problems.is_empty(), "{path}");
        assert_eq!(finding.account.as_str(), "123456789012");
        assert!(!finding.resources.is_empty());
        for problem in problems {
            assert!(problem.message.contains("expected") || problem.message.contains("account"));
            assert!(!problem.message.contains("123456789012"), "values stay out of problems");
        }
    }
}

#[test]
fn a_failure_that_becomes_unreadable_still_answers_its_control() {
    let known = read(&asff()).0.control;
    for (path, shape) in [
        ("/Compliance", json!("FAILED")),
        ("/Compliance/Status", json!(["FAILED"])),
        ("/Compliance/Status", json!("")),
    ] {
        let (finding, problems) = read(&with(path, shape));
        assert_eq!(finding.control, known, "{path}");
        assert_eq!((finding.state, finding.verdict), (FindingState::Unknown, Verdict::Error));
        assert!(!problems.is_empty(), "{path}");
    }
}

#[test]
fn resources_of_two_accounts_each_once() {
    let mut value = asff();
    value["Resources"] = json!([
        {"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::ward-notes", "Region": "us-east-1"},
        {"Type": "AwsAccount", "Id": "AWS::::Account:210987654321", "Region": "us-west-2"},
        {"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::ward-notes", "Region": "us-east-1"},
        {"Type": "AwsEc2Instance"}, 7
    ]);
    let (finding, problems) = read(&value);
    assert_eq!(problems.len(), 2);
    let [bucket, account] = &finding.resources[..] else { panic!("{:?}", finding.resources) };
    assert_eq!(bucket.account.as_str(), "123456789012");
    assert_eq!(account.kind, kind::ACCOUNT);
    assert_eq!(account.key.as_str(), "account/210987654321");
    assert_eq!(account.region.as_str(), "us-west-2");
}

#[test]
fn one_bad_finding_does_not_spoil_its_page() {
    let body = format!(
        "\u{feff}{{\"Findings\": [{}, {{\"Title\": \"no id\"}}, 7, {{\"Id\": \"a\", \"Id\": \"b\"}}, {}], \"NextToken\": \"\"}}",
        asff(),
        with("/Id", json!("x'); DROP TABLE findings;--")),
    );
    let page = map_findings(body.as_bytes(), &place(), NOW).unwrap();
    assert_eq!(page.findings.len(), 2);
    assert_eq!((page.problems.len(), page.left_out), (3, 3));
    assert_eq!(page.next, None, "an empty token is none");
    assert_eq!(page.findings[1].native_id, "x'); DROP TABLE findings;--");
    assert!(map_findings(b"{}", &place(), NOW).is_err(), "no list is not an empty list");
    assert!(map_findings(b"<html>", &place(), NOW).is_err());
}

#[test]
fn long_text_is_cut_and_only_https_is_followed() {
    let mut value = with("/Title", json!("é".repeat(5000)));
    value["Remediation"]["Recommendation"]["Url"] = json!("javascript:alert(1)");
    let (finding, _) = read(&value);
    assert_eq!(finding.title.chars().count(), 1000);
    assert_eq!(finding.remediation_url, "");
}

#[test]
fn the_identity_survives_an_update() {
    let mut later = asff();
    later["Severity"]["Label"] = json!("LOW");
    later["UpdatedAt"] = json!("2026-10-02T08:00:00.000Z");
    later["Compliance"]["Status"] = json!("PASSED");
    assert_eq!(read(&asff()).0.id, read(&later).0.id);
    assert_ne!(read(&asff()).0.id, read(&with("/ProductArn", json!("arn:other"))).0.id);
    assert_ne!(read(&asff()).0.id, read(&with("/AwsAccountId", json!("210987654321"))).0.id);
}

#[test]
fn a_threat_in_both_spellings() {
    let capital = |value: &Value| -> Value { serde_json::from_str(&capitalised(value)).unwrap() };
    let read = |value: &Value| collect::guardduty::map::map_finding(value, &place(), NOW);
    let (small, problems) = read(&threat());
    assert_eq!(problems, []);
    let (large, _) = read(&capital(&threat()));
    assert_eq!(small, large);
    let small = small.unwrap();
    assert_eq!((small.severity, small.severity_reported.as_str()), (Severity::High, "8.95"));
    assert_eq!(
        small.resources[0].key.as_str(),
        "arn:aws:ec2:us-east-1:123456789012:instance/i-0abc"
    );
    for (severity, label, odd) in [
        (json!(9), Severity::Critical, 0),
        (json!(3.99), Severity::Low, 0),
        (json!(11), Severity::High, 1),
        (json!("5"), Severity::Medium, 1),
        (json!(null), Severity::High, 1),
    ] {
        let mut value = threat();
        value["severity"] = severity;
        let (finding, problems) = read(&value);
        assert_eq!((finding.unwrap().severity, problems.len()), (label, odd));
    }
}

/// The same JSON with member names in PascalCase.
fn capitalised(value: &Value) -> String {
    fn walk(value: &Value) -> Value {
        match value {
            Value::Object(map) => map
                .iter()
                .map(|(name, inner)| {
                    let mut name = name.clone();
                    if let Some(first) = name.get_mut(..1) {
                        first.make_ascii_uppercase();
                    }
                    (name, walk(inner))
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(walk).collect(),
            other => other.clone(),
        }
    }
    walk(value).to_string()
}

#[test]
fn examples_of_guard_duty_are_marked() {
    let sample = |change: &dyn Fn(&mut Value)| {
        let mut value = threat();
        change(&mut value);
        collect::guardduty::map::map_finding(&value, &place(), NOW).0.unwrap().sample
    };
    assert!(!sample(&|_| {}));
    assert!(sample(&|value| value["title"] = json!("[SAMPLE] A port was probed")));
    assert!(sample(&|value| value["service"]["additionalInfo"] = json!({"sample": true})));
    assert!(sample(&|value| {
        value["service"]["additionalInfo"]["value"] = json!("{\"sample\":true}");
    }));
}

#[test]
fn inventory_rows_that_surprise() {
    let deleted = {
        let mut row = row();
        row["configurationItemStatus"] = json!("ResourceDeleted");
        row
    };
    let body = json!({"Results": [
        row().to_string(), "{not json", "\"just text\"", "null",
        json!({"resourceId": "a"}).to_string(), deleted.to_string(),
        json!({"resourceType": "AWS::Config::ResourceCompliance", "resourceId": "b"}).to_string(),
    ]});
    let page = map_rows(body.to_string().as_bytes(), &place()).unwrap();
    assert_eq!(page.resources.len(), 1);
    assert_eq!((page.problems.len(), page.left_out), (4, 4));
    let bucket = &page.resources[0];
    assert_eq!(bucket.tags, [("DataClass".to_owned(), "PHI".to_owned())]);
    assert_eq!(bucket.facts["configuration"]["name"], "ward-notes");
    assert!(bucket.facts["supplementaryConfiguration"]["BucketPolicy"].is_object());
}

#[test]
fn results_of_rules_meet_the_inventory() {
    let rules = json!({"ConfigRules": [
        {"ConfigRuleName": "buckets-versioned-conformance-pack-ab12", "Source":
            {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}},
        {"ConfigRuleName": "our-rule-conformance-pack-ab12", "Source":
            {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "arn:aws:lambda:::function:x"}},
        {"Source": {}}
    ]});
    let (rules, page) = map_rules(rules.to_string().as_bytes(), &DESCRIBE_CONFIG_RULES).unwrap();
    assert_eq!(page.problems.len(), 1);
    assert_eq!(rules[0].check, "S3_BUCKET_VERSIONING_ENABLED");
    assert_eq!(rules[1].check, "custom:our-rule");
    assert_eq!(page.left_out, 1);

    let mut index = Index::default();
    let mut user = row();
    for (member, value) in [
        ("resourceType", "AWS::IAM::User"),
        ("resourceId", "AIDAEXAMPLE"),
        ("resourceName", "night-shift"),
        ("arn", "arn:aws:iam::123456789012:user/night-shift"),
        ("awsRegion", "global"),
    ] {
        user[member] = json!(value);
    }
    let rows = json!({"Results": [user.to_string()]}).to_string();
    index.add(&map_rows(rows.as_bytes(), &place()).unwrap().resources);

    let result = |kind: &str, id: &str, compliance: &str| {
        json!({"EvaluationResultIdentifier": {"OrderingTimestamp": 1_790_000_000.5,
            "EvaluationResultQualifier": {"ConfigRuleName": "x", "ResourceType": kind,
                "ResourceId": id}},
            "ComplianceType": compliance, "ResultRecordedTime": 1_790_000_001.25,
            "ConfigRuleInvokedTime": 1_790_000_000.0, "Annotation": "Off."})
    };
    let body = json!({"EvaluationResults": [
        result("AWS::IAM::User", "AIDAEXAMPLE", "NON_COMPLIANT"),
        result("AWS::S3::Bucket", "ward-notes", "COMPLIANT"),
        result("AWS::::Account", "123456789012", "INSUFFICIENT_DATA"),
        result("AWS::EC2::Snapshot", "snap-1", "NOT_APPLICABLE"),
        result("AWS::Odd::Thing", "odd", "MAYBE"),
        {"ComplianceType": "COMPLIANT"}
    ], "NextToken": "more"});
    let page = map_results(body.to_string().as_bytes(), &rules[0], &index, &place(), NOW).unwrap();
    assert_eq!(page.next.as_deref(), Some("more"));
    // The result without a qualifier is left out; that of an odd type of compliance is not.
    assert_eq!((page.problems.len(), page.left_out), (2, 1));
    let said: Vec<_> = page
        .findings
        .iter()
        .map(|finding| (finding.resources[0].key.as_str(), finding.verdict))
        .collect();
    assert_eq!(
        said,
        [
            ("arn:aws:iam::123456789012:user/night-shift", Verdict::Fail),
            ("arn:aws:s3:::ward-notes", Verdict::Pass),
            ("account/123456789012", Verdict::Unknown),
            ("arn:aws:ec2:us-east-1:123456789012:snapshot/snap-1", Verdict::NotApplicable),
            ("AWS::Odd::Thing/123456789012/us-east-1/odd", Verdict::Error),
        ]
    );
    assert_eq!(page.findings[0].created_at, Timestamp(1_790_000_001_250));
    assert!(page.findings[0].control.is_some());
    assert_eq!(page.findings[0].reason, "Off.");
}

/// Whoever writes a rule names it. A name must not make it evidence for a control, whatever id of
/// AWS or of ours it copies.
#[test]
fn a_rule_of_ones_own_answers_no_control() {
    let mut names = vec!["ebs-encrypted".to_owned(), "EBS-Encrypted".to_owned()];
    for control in domain::Catalogue::get().controls.values() {
        names.extend(control.config_rules.iter().cloned());
        names.extend(control.checks.iter().cloned());
    }
    let result = json!({"EvaluationResults": [{"EvaluationResultIdentifier":
        {"EvaluationResultQualifier": {"ResourceType": "AWS::EC2::Volume", "ResourceId": "vol-1"}},
        "ComplianceType": "COMPLIANT"}]});
    for name in &names {
        for owner in [json!("CUSTOM_LAMBDA"), json!("CUSTOM_POLICY"), json!(null), json!(7)] {
            let body = json!({"ConfigRules": [{"ConfigRuleName": name,
                "Source": {"Owner": owner, "SourceIdentifier": name}}]});
            let (rules, _) =
                map_rules(body.to_string().as_bytes(), &DESCRIBE_CONFIG_RULES).unwrap();
            assert_eq!(rules[0].check, format!("custom:{name}"));
            let body = result.to_string();
            let index = Index::default();
            let page = map_results(body.as_bytes(), &rules[0], &index, &place(), NOW).unwrap();
            assert_eq!(page.findings[0].control, None, "{name} of {owner}");
            assert_eq!(page.findings[0].title, *name, "it stays visible");
        }
    }
}

#[test]
fn recorders_say_what_the_judge_reads() {
    use domain::judge::Recording;
    let recorded = |group: Value, status: Value| {
        let recorder = json!({"name": "default", "recordingGroup": group});
        let page = collect::config::recorder::map_facts(&[recorder], &[status], &place(), NOW);
        domain::check::recording(&page.resources[0].facts)
    };
    let on = || json!({"name": "default", "recording": true, "lastStatus": "SUCCESS"});
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();

    let all = json!({"allSupported": true, "includeGlobalResourceTypes": true});
    assert_eq!(recorded(all.clone(), on()), Some(Recording::AllExcept(names(&[]))));
    let Some(Recording::AllExcept(except)) = recorded(json!({"allSupported": true}), on()) else {
        panic!("everything but global types");
    };
    assert!(except.contains("AWS::IAM::User"));
    let some = json!({"allSupported": false, "resourceTypes": ["AWS::S3::Bucket"],
        "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}});
    assert_eq!(recorded(some, on()), Some(Recording::Only(names(&["AWS::S3::Bucket"]))));
    let but = json!({"allSupported": false, "resourceTypes": [],
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Volume"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}});
    assert_eq!(recorded(but, on()), Some(Recording::AllExcept(names(&["AWS::EC2::Volume"]))));
    // Stopped, or of unknown status: nothing is recorded.
    let stopped = json!({"name": "default", "recording": false});
    assert_eq!(recorded(all.clone(), stopped), Some(Recording::Nothing));
    assert_eq!(recorded(all, json!({"name": "another"})), Some(Recording::Nothing));
}
