//! From Security Hub's JSON to findings and the hub's facts. Pure.

use domain::resource::kind;
use domain::{
    Finding, FindingId, FindingState, Part, Problem, Resource, ResourceKey, ResourceRef, Severity,
    Source, Timestamp, Verdict,
};
use serde_json::{Value, json};

use super::asff::{Answer, Asff, Compliance};
use super::control::checked;
use crate::lenient::{Lenient, Text};
use crate::operation::securityhub::GET_FINDINGS;
use crate::page::{self, Mapped, Page, Unreadable};
use crate::read::{bounded, time_of_text};
use crate::resource_name::{self, place_of_arn};

use crate::resource_name::Place;

/// Characters that are kept of a title.
pub const TITLE_CHARS: usize = 1_000;
/// Characters that are kept of a description and of other long text.
pub const TEXT_CHARS: usize = 4_000;
const ID_CHARS: usize = 2_048;

/// Reads a page of `GetFindings`. `now` dates a finding that bears no date.
pub fn map_findings(body: &[u8], place: &Place, now: Timestamp) -> Mapped {
    let answer: Answer<'_> =
        serde_json::from_slice(page::without_mark(body)).map_err(|e| page::not_json(&e))?;
    let raws = match answer.findings {
        Lenient::Is(raws) => raws,
        Lenient::Absent => return Err(Unreadable("Findings is missing".to_owned())),
        Lenient::Odd(shape) => {
            return Err(Unreadable(format!("Findings: a list was expected, found {shape}")));
        }
    };
    let mut page = Page { next: answer.next_token.text().map(str::to_owned), ..Page::default() };
    page.findings.reserve(raws.len());
    for raw in raws {
        read_into(&mut page, raw.get(), place, now);
    }
    Ok(page)
}

/// Reads one finding in the AWS Security Finding Format, from anywhere.
pub fn map_finding(json: &[u8], place: &Place, now: Timestamp) -> (Option<Finding>, Vec<Problem>) {
    let mut page = Page::default();
    match std::str::from_utf8(page::without_mark(json)) {
        Ok(text) => read_into(&mut page, text, place, now),
        Err(_) => page.leave_out(&GET_FINDINGS, "", "A finding is not UTF-8 text.".to_owned()),
    }
    (page.findings.pop(), page.problems)
}

fn read_into(page: &mut Page, json: &str, place: &Place, now: Timestamp) {
    let asff: Asff<'_> = match serde_json::from_str(json) {
        Ok(asff) => asff,
        Err(error) => {
            let Unreadable(why) = page::not_json(&error);
            page.leave_out(&GET_FINDINGS, "", format!("A finding was left out: {why}."));
            return;
        }
    };
    let Some(id) = asff.id.text() else {
        page.leave_out(
            &GET_FINDINGS,
            "",
            "A finding was left out: Id, a text, is missing.".to_owned(),
        );
        return;
    };
    let mut reader = Reader { asff: &asff, id, place, now, problems: &mut page.problems };
    let finding = reader.finding();
    page.latest = page.latest.max(Some(finding.updated_at));
    page.findings.push(finding);
}

/// Reads one finding and notes what is odd about it.
struct Reader<'r> {
    asff: &'r Asff<'r>,
    id: &'r str,
    place: &'r Place,
    now: Timestamp,
    problems: &'r mut Vec<Problem>,
}

impl Reader<'_> {
    fn finding(&mut self) -> Finding {
        let asff = self.asff;
        self.odd_members();
        let home = self.home();
        let compliance = asff.compliance.object();
        let status = compliance.and_then(|compliance| compliance.status.text());
        let workflow = asff.workflow.object().and_then(|workflow| workflow.status.text());
        let told = self.told_compliance();
        let (state, verdict) = self.standing(status, workflow, told);
        let (severity, severity_reported) = self.severity();
        let (created_at, updated_at) = self.times();
        let fields = asff.product_fields.object();
        let checked = checked(
            compliance.and_then(|compliance| compliance.security_control_id.text()),
            asff.generator_id.text(),
            fields.and_then(|fields| fields.control_id.text().or(fields.rule_id.text())),
            fields.and_then(|fields| fields.config_rule_name.text()),
            status.unwrap_or_default(),
            verdict,
        );
        let advice =
            asff.remediation.object().and_then(|remediation| remediation.recommendation.object());
        let title = asff.title.text().unwrap_or_default();
        Finding {
            id: self.identity(&home),
            source: Source::SecurityHub,
            part: Part::Findings,
            native_id: bounded(self.id, ID_CHARS),
            product: self.product(),
            check: bounded(&checked.check, 512),
            control: checked.control,
            resources: self.resources(&home),
            account: home.account,
            region: home.region,
            title: bounded(title, TITLE_CHARS),
            description: bounded(asff.description.text().unwrap_or_default(), TEXT_CHARS),
            severity,
            severity_reported,
            state,
            compliance: bounded(status.unwrap_or_default(), 64),
            workflow: bounded(workflow.unwrap_or_default(), 64),
            verdict,
            reason: compliance.map(reason).unwrap_or_default(),
            requirements: compliance.map(requirements).unwrap_or_default(),
            remediation: bounded(
                advice.and_then(|advice| advice.text.text()).unwrap_or_default(),
                TEXT_CHARS,
            ),
            remediation_url: advice
                .and_then(|advice| advice.url.text())
                .filter(|url| url.starts_with("https://"))
                .map(|url| bounded(url, ID_CHARS))
                .unwrap_or_default(),
            created_at,
            updated_at,
            sample: asff.sample == Lenient::Is(true) || title.starts_with("[SAMPLE]"),
        }
    }

    fn problem(&mut self, message: String) {
        let problem = page::problem(GET_FINDINGS.part, GET_FINDINGS.name, self.id, message);
        self.problems.push(problem);
    }

    /// Members of another shape than the format says. Their values are dropped, not the finding.
    fn odd_members(&mut self) {
        let asff = self.asff;
        for (name, member) in [
            ("ProductArn", &asff.product_arn),
            ("GeneratorId", &asff.generator_id),
            ("AwsAccountId", &asff.aws_account_id),
            ("Region", &asff.region),
            ("Title", &asff.title),
            ("Description", &asff.description),
            ("RecordState", &asff.record_state),
        ] {
            self.odd(name, member, "text");
        }
        self.odd("Severity", &asff.severity, "an object");
        self.odd("Compliance", &asff.compliance, "an object");
        self.odd("Workflow", &asff.workflow, "an object");
        self.odd("Resources", &asff.resources, "a list");
        self.odd("Remediation", &asff.remediation, "an object");
        if let Some(compliance) = asff.compliance.object() {
            self.odd("Compliance.Status", &compliance.status, "text");
            if compliance.status.is().is_some_and(|status| status.is_empty()) {
                self.problem("Compliance.Status: text was expected, found none.".to_owned());
            }
        }
    }

    fn odd<T>(&mut self, name: &str, member: &Lenient<T>, wanted: &str) {
        if let Lenient::Odd(shape) = member {
            self.problem(format!("{name}: {wanted} was expected, found {shape}."));
        }
    }

    /// The account and region of the finding itself.
    fn home(&self) -> Place {
        let asff = self.asff;
        let region = asff.region.text().or_else(|| {
            let first = asff.resources.is()?.first()?.object()?;
            first.region.text()
        });
        let region = region
            .or_else(|| asff.product_arn.text().and_then(|arn| place_of_arn(arn).1))
            .map_or_else(|| self.place.region.clone(), domain::Region::from);
        let account = asff
            .aws_account_id
            .text()
            .filter(|id| resource_name::is_account(id))
            .map_or_else(|| self.place.account.clone(), domain::AccountId::from);
        Place { account, region }
    }

    /// Security Hub tells findings apart by id and product.
    fn identity(&self, home: &Place) -> FindingId {
        let product = self.asff.product_arn.text().unwrap_or_default();
        let native = format!("{product} {}", self.id);
        FindingId::of(Source::SecurityHub, &home.account, &home.region, &native)
    }

    fn product(&self) -> String {
        let asff = self.asff;
        let of_aws = asff.product_arn.text().and_then(product_of_aws);
        let fields = asff.product_fields.object();
        of_aws
            .or_else(|| asff.product_name.text())
            .or_else(|| fields.and_then(|fields| fields.product_name.text()))
            .map_or_else(String::new, |name| bounded(name, 128))
    }

    fn severity(&mut self) -> (Severity, String) {
        let Some(severity) = self.asff.severity.object() else {
            if matches!(self.asff.severity, Lenient::Absent) {
                self.problem("Severity is missing; medium is assumed.".to_owned());
            }
            return (Severity::Medium, String::new());
        };
        let label = severity.label.text();
        let number = severity.normalized.is().or(severity.product.is()).copied();
        let reported = severity.original.text().or(label).map(|text| bounded(text, 64));
        let reported = reported.or_else(|| number.map(|number| number.to_string()));
        let known = label
            .and_then(Severity::parse)
            .or_else(|| number.filter(|n| n.is_finite()).map(Severity::from_normalized));
        if known.is_none() {
            self.problem(
                "Severity has neither a known Label nor a number; medium is assumed.".to_owned(),
            );
        }
        (known.unwrap_or(Severity::Medium), reported.unwrap_or_default())
    }

    /// Whether the finding tells compliance, in whatever shape. One of another shape still answers
    /// its control, with an error: a failure must not vanish because it became unreadable.
    fn told_compliance(&self) -> bool {
        match &self.asff.compliance {
            Lenient::Absent => false,
            Lenient::Odd(_) => true,
            Lenient::Is(compliance) => compliance.0.status != Lenient::Absent,
        }
    }

    /// Where the finding stands. A check that fails stays open whatever its workflow says, unless
    /// it was set aside; only a finding without a check can be closed by hand.
    fn standing(
        &mut self,
        status: Option<&str>,
        workflow: Option<&str>,
        told: bool,
    ) -> (FindingState, Verdict) {
        let verdict = match status {
            Some("PASSED") => Verdict::Pass,
            Some("FAILED") => Verdict::Fail,
            None if !told => Verdict::Fail,
            Some("WARNING" | "NOT_AVAILABLE") => Verdict::Unknown,
            Some(_) => {
                self.problem(
                    "Compliance.Status is none of PASSED, FAILED, WARNING and NOT_AVAILABLE."
                        .to_owned(),
                );
                Verdict::Error
            }
            // Its shape was noted as odd.
            None => Verdict::Error,
        };
        if self.asff.record_state.text() == Some("ARCHIVED") {
            return (FindingState::Archived, verdict);
        }
        let state = match (verdict, workflow) {
            (Verdict::Pass, _) => FindingState::Passed,
            (Verdict::Fail | Verdict::Unknown, Some("SUPPRESSED")) => FindingState::Suppressed,
            (Verdict::Fail, Some("RESOLVED")) if status.is_none() => FindingState::Resolved,
            (Verdict::Fail, _) => FindingState::Open,
            _ => FindingState::Unknown,
        };
        (state, verdict)
    }

    fn times(&mut self) -> (Timestamp, Timestamp) {
        let asff = self.asff;
        let read = |member: &Text<'_>| member.text().and_then(time_of_text);
        let created = read(&asff.created_at).or_else(|| read(&asff.first_observed_at));
        let updated = read(&asff.updated_at);
        if updated.is_none() {
            self.problem("UpdatedAt is missing or not a time.".to_owned());
        }
        let latest = updated.or(created).unwrap_or(self.now);
        (created.unwrap_or(latest), latest)
    }

    fn resources(&mut self, home: &Place) -> Vec<ResourceRef> {
        let listed = self.asff.resources.is().map(Vec::as_slice).unwrap_or_default();
        let mut references: Vec<ResourceRef> = Vec::with_capacity(listed.len().max(1));
        for resource in listed {
            let Some(thing) = resource.object() else {
                self.problem("Resources holds something that is not an object.".to_owned());
                continue;
            };
            let Some(id) = thing.id.text() else {
                self.problem("A resource was left out: Id, a text, is missing.".to_owned());
                continue;
            };
            let kind = resource_name::cloudformation(thing.r#type.text().unwrap_or("Other"));
            let id = bounded(id, ID_CHARS);
            let reference = resource_name::reference(&kind, &id, thing.region.text(), home);
            if !references.iter().any(|known| known.key == reference.key) {
                references.push(reference);
            }
        }
        if references.is_empty() {
            self.problem("No resource is named; the account stands for it.".to_owned());
            references.push(resource_name::the_account(home));
        }
        references
    }
}

fn reason(compliance: &Compliance<'_>) -> String {
    let reasons = compliance.status_reasons.is().map(Vec::as_slice).unwrap_or_default();
    let said: Vec<&str> = reasons
        .iter()
        .filter_map(|reason| {
            let reason = reason.object()?;
            reason.description.text().or(reason.reason_code.text())
        })
        .collect();
    bounded(&said.join(" "), TEXT_CHARS)
}

fn requirements(compliance: &Compliance<'_>) -> Vec<String> {
    let related = compliance.related_requirements.is().map(Vec::as_slice).unwrap_or_default();
    related.iter().filter_map(|text| text.text()).map(|text| bounded(text, 256)).take(200).collect()
}

/// AWS's own products, by the end of their ARN.
fn product_of_aws(arn: &str) -> Option<&'static str> {
    let (_, product) = arn.split_once(":product/aws/")?;
    Some(match product {
        "securityhub" => "Security Hub",
        "guardduty" => "GuardDuty",
        "inspector" => "Inspector",
        "macie" => "Macie",
        "access-analyzer" => "IAM Access Analyzer",
        "config" => "AWS Config",
        "firewall-manager" => "Firewall Manager",
        "health" => "AWS Health",
        _ => return None,
    })
}

/// The hub as a fact: what `DescribeHub` answered, or that it is off.
pub fn map_hub(
    hub: Option<&Value>,
    standards: &[Value],
    aggregators: &[Value],
    place: &Place,
    now: Timestamp,
) -> Resource {
    let mut facts = hub.cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
    facts["enabled"] = json!(hub.is_some());
    facts["standards"] = json!(standards);
    facts["findingAggregators"] = json!(aggregators);
    Resource {
        key: ResourceKey::of(None, kind::HUB, &place.account, &place.region, "default"),
        source: Source::SecurityHub,
        account: place.account.clone(),
        region: place.region.clone(),
        kind: kind::HUB.to_owned(),
        id: "default".to_owned(),
        name: "Security Hub".to_owned(),
        tags: Vec::new(),
        facts,
        recorded_at: Some(now),
    }
}
