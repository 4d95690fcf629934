//! From GuardDuty's JSON to findings and facts. Pure.
//!
//! The API writes members with a small first letter on the wire, its documentation and some
//! exports with a capital; both are read.

use domain::resource::kind;
use domain::{
    Finding, FindingId, FindingState, Part, Problem, Resource, ResourceKey, ResourceRef, Severity,
    Source, Timestamp, Verdict,
};
use serde_json::{Value, json};

use crate::operation::Operation;
use crate::operation::guardduty::GET_FINDINGS;
use crate::page::{self, Mapped, Page, Unreadable};
use crate::read::{self, at, bounded, get, text};
use crate::resource_name::{self, Place};
use crate::securityhub::map::{TEXT_CHARS, TITLE_CHARS};

/// Reads a list of ids: `DetectorIds` of `ListDetectors`, `FindingIds` of `ListFindings`.
pub fn map_ids(
    operation: &Operation,
    body: &[u8],
    name: &str,
) -> Result<(Vec<String>, Page), Unreadable> {
    let mut value = page::json(body)?;
    let listed = page::list(&mut value, name)?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    let mut ids = Vec::with_capacity(listed.len());
    for item in listed {
        match item {
            Value::String(id) if !id.is_empty() => ids.push(id),
            other => page.leave_out(
                operation,
                "",
                format!("{name} holds {} where an id was expected.", read::shape(&other)),
            ),
        }
    }
    Ok((ids, page))
}

/// The detector as a fact: what `GetDetector` answered, and its id.
pub fn map_detector(id: &str, mut facts: Value, place: &Place, now: Timestamp) -> Resource {
    let tags = read::tags(get(&facts, "Tags"));
    if facts.is_object() {
        facts["detectorId"] = json!(id);
    }
    Resource {
        key: ResourceKey::of(None, kind::DETECTOR, &place.account, &place.region, id),
        source: Source::GuardDuty,
        account: place.account.clone(),
        region: place.region.clone(),
        kind: kind::DETECTOR.to_owned(),
        id: id.to_owned(),
        name: "GuardDuty detector".to_owned(),
        tags,
        facts,
        recorded_at: Some(now),
    }
}

/// Reads an answer of `GetFindings`. `now` dates a finding that bears no date.
pub fn map_findings(body: &[u8], place: &Place, now: Timestamp) -> Mapped {
    let mut value = page::json(body)?;
    let mut page = Page::default();
    for finding in page::list(&mut value, "Findings")? {
        read_into(&mut page, &finding, place, now);
    }
    Ok(page)
}

/// Reads one finding in either spelling.
pub fn map_finding(
    finding: &Value,
    place: &Place,
    now: Timestamp,
) -> (Option<Finding>, Vec<Problem>) {
    let mut page = Page::default();
    read_into(&mut page, finding, place, now);
    (page.findings.pop(), page.problems)
}

/// The identity of a finding of this account and region.
pub(crate) fn identity(place: &Place, id: &str) -> FindingId {
    FindingId::of(Source::GuardDuty, &place.account, &place.region, id)
}

fn read_into(page: &mut Page, finding: &Value, place: &Place, now: Timestamp) {
    let Some(id) = text(finding, "Id").filter(|id| !id.is_empty()) else {
        page.leave_out(
            &GET_FINDINGS,
            "",
            "A finding was left out: Id, a text, is missing.".to_owned(),
        );
        return;
    };
    let home = Place {
        account: text(finding, "AccountId")
            .filter(|id| resource_name::is_account(id))
            .map_or_else(|| place.account.clone(), domain::AccountId::from),
        region: text(finding, "Region")
            .filter(|region| !region.is_empty())
            .map_or_else(|| place.region.clone(), domain::Region::from),
    };
    let (severity, severity_reported) = severity(page, finding, id);
    let created = read::time(finding, "CreatedAt");
    let updated = read::time(finding, "UpdatedAt");
    if updated.is_none() {
        page.problem(&GET_FINDINGS, id, "UpdatedAt is missing or not a time.".to_owned());
    }
    let updated_at = updated.or(created).unwrap_or(now);
    let check = read::text_or_empty(finding, "Type", 256);
    if check.is_empty() {
        page.problem(&GET_FINDINGS, id, "Type, a text, is missing.".to_owned());
    }
    let archived = at(finding, &["Service", "Archived"]) == Some(&Value::Bool(true));
    let title = read::text_or_empty(finding, "Title", TITLE_CHARS);
    page.latest = page.latest.max(Some(updated_at));
    page.findings.push(Finding {
        id: identity(&home, id),
        source: Source::GuardDuty,
        part: Part::Findings,
        native_id: bounded(id, 512),
        product: "GuardDuty".to_owned(),
        check: check.clone(),
        control: None,
        resources: resources(finding, &home),
        account: home.account,
        region: home.region,
        sample: is_sample(finding, &title),
        title: if title.is_empty() { check } else { title },
        description: read::text_or_empty(finding, "Description", TEXT_CHARS),
        severity,
        severity_reported,
        state: if archived { FindingState::Archived } else { FindingState::Open },
        compliance: at(finding, &["Service", "ResourceRole"])
            .and_then(Value::as_str)
            .map(|role| bounded(role, 16))
            .unwrap_or_default(),
        workflow: String::new(),
        verdict: Verdict::Fail,
        reason: String::new(),
        requirements: Vec::new(),
        remediation: String::new(),
        remediation_url: String::new(),
        created_at: created.unwrap_or(updated_at),
        updated_at,
    });
}

/// The number as reported, and its label. What has no label is treated as high.
fn severity(page: &mut Page, finding: &Value, id: &str) -> (Severity, String) {
    let (number, reported) = match get(finding, "Severity") {
        Some(Value::Number(number)) => (number.as_f64(), number.to_string()),
        Some(Value::String(text)) => {
            page.problem(
                &GET_FINDINGS,
                id,
                "Severity: a number was expected, found text.".to_owned(),
            );
            (text.trim().parse().ok(), bounded(text, 64))
        }
        _ => (None, String::new()),
    };
    let label = number.and_then(Severity::from_guardduty);
    if label.is_none() {
        page.problem(
            &GET_FINDINGS,
            id,
            "Severity is not a number from 1 to 10; high is assumed.".to_owned(),
        );
    }
    (label.unwrap_or(Severity::High), reported)
}

/// GuardDuty makes examples on request. They say so in `Service.AdditionalInfo`, which is an
/// object, or an object written as text in a member `Value`.
fn is_sample(finding: &Value, title: &str) -> bool {
    if title.starts_with("[SAMPLE]") {
        return true;
    }
    let Some(info) = at(finding, &["Service", "AdditionalInfo"]) else { return false };
    let says_so = |value: &Value| get(value, "Sample") == Some(&Value::Bool(true));
    says_so(info)
        || text(info, "Value")
            .and_then(|inner| serde_json::from_str::<Value>(inner).ok())
            .is_some_and(|inner| says_so(&inner))
}

/// The resources that a finding is about; the account where it names none.
fn resources(finding: &Value, home: &Place) -> Vec<ResourceRef> {
    let named = get(finding, "Resource").map(|resource| named(resource, home)).unwrap_or_default();
    if named.is_empty() { vec![resource_name::the_account(home)] } else { named }
}

fn named(resource: &Value, home: &Place) -> Vec<ResourceRef> {
    let partition = resource_name::partition(&home.region);
    let (account, region) = (&home.account, &home.region);
    let arn_at = |path: &[&str], kind: &str| {
        let arn = at(resource, path)?.as_str()?;
        arn.starts_with("arn:").then(|| vec![resource_name::reference(kind, arn, None, home)])
    };
    let found: Option<Vec<ResourceRef>> = match text(resource, "ResourceType").unwrap_or_default() {
        "Instance" => {
            at(resource, &["InstanceDetails", "InstanceId"]).and_then(Value::as_str).map(|id| {
                let arn = format!("arn:{partition}:ec2:{region}:{account}:instance/{id}");
                vec![resource_name::reference("AWS::EC2::Instance", &arn, None, home)]
            })
        }
        "AccessKey" => access_key(resource, home),
        "S3Bucket" => get(resource, "S3BucketDetails").and_then(Value::as_array).map(|buckets| {
            buckets
                .iter()
                .filter_map(|bucket| text(bucket, "Arn"))
                .map(|arn| resource_name::reference("AWS::S3::Bucket", arn, None, home))
                .collect()
        }),
        "EKSCluster" | "KubernetesCluster" => {
            arn_at(&["EksClusterDetails", "Arn"], "AWS::EKS::Cluster")
        }
        "ECSCluster" => arn_at(&["EcsClusterDetails", "Arn"], "AWS::ECS::Cluster"),
        "RDSDBInstance" => {
            arn_at(&["RdsDbInstanceDetails", "DbInstanceArn"], "AWS::RDS::DBInstance")
        }
        "Lambda" => arn_at(&["LambdaDetails", "FunctionArn"], "AWS::Lambda::Function"),
        _ => None,
    };
    let mut found = found.unwrap_or_default();
    // Who did it, besides what it was done to.
    if !found.is_empty() {
        found.extend(access_key(resource, home).unwrap_or_default());
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|it| seen.insert(it.key.clone()));
    found
}

fn access_key(resource: &Value, home: &Place) -> Option<Vec<ResourceRef>> {
    let details = get(resource, "AccessKeyDetails")?;
    let partition = resource_name::partition(&home.region);
    let name = text(details, "UserName").filter(|name| !name.is_empty());
    let word = match (text(details, "UserType"), name) {
        (Some("AssumedRole" | "Role"), Some(_)) => ("role", "AWS::IAM::Role"),
        (Some("IAMUser") | None, Some(_)) => ("user", "AWS::IAM::User"),
        // Root is the account; a federated user, a directory user or a service has no resource.
        _ => return None,
    };
    let arn = format!("arn:{partition}:iam::{}:{}/{}", home.account, word.0, name?);
    Some(vec![resource_name::reference(word.1, &arn, Some("global"), home)])
}
