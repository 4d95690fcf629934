//! How many findings a second one core maps: `cargo run --release -p collect --example mapping_speed`.

use std::time::{Duration, Instant};

use collect::Place;
use collect::securityhub::map::map_findings;
use domain::Timestamp;
use serde_json::{Value, json};

fn finding(number: u32) -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("arn:aws:securityhub:us-east-1:123456789012:security-control/S3.8/finding/{number:08}"),
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "ProductName": "Security Hub", "CompanyName": "AWS", "Region": "us-east-1",
        "GeneratorId": "security-control/S3.8", "AwsAccountId": "123456789012",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "FirstObservedAt": "2026-09-01T08:00:00.000Z",
        "LastObservedAt": "2026-09-02T08:00:00.000Z",
        "CreatedAt": "2026-09-01T08:00:00.000Z", "UpdatedAt": "2026-09-02T08:00:00.000Z",
        "Severity": {"Label": "HIGH", "Normalized": 70, "Original": "HIGH"},
        "Title": "A bucket lets the public in",
        "Description": "Of our own making, and about as long as such a text is: it says what the \
            control looks at, in which cases it passes, and in which it does not.",
        "Remediation": {"Recommendation": {"Text": "Close it, as the page of the control says.",
            "Url": "https://docs.aws.amazon.com/console/securityhub/S3.8/remediation"}},
        "ProductFields": {"RelatedAWSResources:0/name": "a-rule-of-security-hub",
            "RelatedAWSResources:0/type": "AWS::Config::ConfigRule",
            "aws/securityhub/ProductName": "Security Hub",
            "Resources:0/Id": "arn:aws:s3:::ward-notes",
            "aws/securityhub/FindingId": format!("arn:aws:securityhub:us-east-1::product/aws/securityhub/{number}")},
        "Resources": [{"Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::ward-notes-{number}"),
            "Partition": "aws", "Region": "us-east-1", "Tags": {"DataClass": "PHI"},
            "Details": {"AwsS3Bucket": {"OwnerId": "0123456789abcdef", "CreatedAt": "2026-01-01T00:00:00.000Z"}}}],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "S3.8",
            "RelatedRequirements": ["NIST.800-53.r5 AC-3", "NIST.800-53.r5 AC-6", "NIST.800-53.r5 SC-7"],
            "AssociatedStandards": [{"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"}]},
        "WorkflowState": "NEW", "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
        "FindingProviderFields": {"Severity": {"Label": "HIGH", "Original": "HIGH"},
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"]}
    })
}

fn main() {
    let body = json!({ "Findings": (0..100).map(finding).collect::<Vec<_>>() }).to_string();
    let place = Place { account: "123456789012".into(), region: "us-east-1".into() };
    let (began, mut findings) = (Instant::now(), 0_usize);
    while began.elapsed() < Duration::from_secs(5) {
        match map_findings(body.as_bytes(), &place, Timestamp(0)) {
            Ok(page) => findings += page.findings.len(),
            Err(unreadable) => {
                println!("{}", unreadable.0);
                return;
            }
        }
    }
    let per_second = findings as f64 / began.elapsed().as_secs_f64();
    println!("{per_second:.0} findings a second, {} bytes each", body.len() / 100);
}
