//! Where control findings come from: the facts of the organisation, and at scale from an index.

use std::borrow::Cow;

use super::finding::{About, Compliance, Finding, Product, Severity};
use crate::checks::Check;
use crate::clock::{DAY, HOUR};
use crate::kinds::{self, Blank, KINDS};
use crate::noise;
use crate::organisation::{EHR, Place};
use crate::schedule::REACH;
use crate::world::{Fact, Outcome, Resource, World};

const CHECK_TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards";

/// What a control says of a resource, from whichever source.
struct Statement<'a> {
    check: &'a Check,
    control: &'static str,
    place: Place,
    kind: usize,
    arn: Cow<'a, str>,
    resource_hash: u64,
    fact: Fact,
}

/// The finding of one fact; `None` where the check backs no control or does not apply.
pub(crate) fn of_fact<'a>(
    world: &'a World,
    index: usize,
    check: &'a Check,
    now: i64,
) -> Option<Finding<'a>> {
    let control = check.control?;
    let resource = &world.resources[index];
    let fact = world.fact(index, check, now)?;
    if fact.outcome == Outcome::NotApplicable {
        return None;
    }
    let mut finding = state(
        world,
        Statement {
            check,
            control,
            place: resource.place,
            kind: resource.kind,
            arn: Cow::Borrowed(&resource.arn),
            resource_hash: resource.hash,
            fact,
        },
        now,
    );
    if fact.hash.is_multiple_of(37) {
        finding.resources.extend(neighbour(world, resource));
    }
    Some(finding)
}

/// A second resource for the few findings that are about two.
fn neighbour<'a>(world: &'a World, resource: &Resource) -> Option<About<'a>> {
    let (_, vpc) = world.at(resource.place).find(|(_, other)| other.code() == "EC2::VPC")?;
    Some(About { kind: KINDS[vpc.kind].asff, id: Cow::Borrowed(&vpc.arn), tags: Vec::new() })
}

/// The checks with controls on which made-up resources are judged at scale.
pub(crate) fn scaled_checks(world: &World) -> Vec<usize> {
    (0..world.checks.len())
        .filter(|index| {
            let check = &world.checks[*index];
            check.control.is_some()
                && !check.global
                && KINDS[check.scopes[0].kind].code != "Account"
        })
        .collect()
}

/// When the `index`-th of `total` made-up findings was last updated: evenly over the time before
/// the anchor, so that the order of the index is the order of time.
pub(crate) fn scaled_updated(world: &World, index: u64, total: u64) -> i64 {
    world.anchor - REACH + (i128::from(REACH) * i128::from(index) / i128::from(total.max(1))) as i64
}

/// The first index whose time is at least `moment`.
pub(crate) fn scaled_index(world: &World, moment: i64, total: u64) -> u64 {
    let (mut low, mut high) = (0, total);
    while low < high {
        let middle = u64::midpoint(low, high);
        if scaled_updated(world, middle, total) < moment {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The `index`-th of `total` made-up findings of a place.
pub(crate) fn scaled<'a>(
    world: &'a World,
    checks: &[usize],
    place: Place,
    index: u64,
    total: u64,
    now: i64,
) -> Finding<'a> {
    let hash =
        noise::combine(&[world.seed, place.account as u64, place.region as u64, index, 0x5ca1e]);
    let check = &world.checks[checks[noise::below(hash, checks.len() as u64) as usize]];
    let kind = check.scopes[0].kind;
    // A resource is judged by several controls, so each made-up one occurs about eight times.
    let resource_hash = noise::combine(&[
        world.seed,
        place.account as u64,
        place.region as u64,
        index / 8,
        kind as u64,
    ]);
    let blank = Blank { place, ordinal: (index / 8) as usize + 100, hash: resource_hash };
    let form = &KINDS[kind];
    let name = kinds::fill(form.name, blank, "", "", "");
    let id = if form.arn.contains("{i}") {
        kinds::fill(form.id, blank, &name, "", "")
    } else {
        String::new()
    };
    let arn = kinds::fill(form.arn, blank, &name, &id, "");
    let updated = scaled_updated(world, index, total);
    let draw = noise::below(noise::mix(hash), 1000);
    let outcome = match draw {
        0..=189 => Outcome::Bad,
        190..=199 => Outcome::Unknown,
        _ => Outcome::Good,
    };
    let first_seen = updated - noise::between(hash, HOUR, 200 * DAY);
    let fact = Fact {
        outcome,
        since: updated,
        stated: updated,
        first_seen,
        fixed: outcome == Outcome::Good && draw.is_multiple_of(5),
        gone: draw.is_multiple_of(50).then_some(updated),
        hash,
    };
    let control = check.control.unwrap_or_default();
    let arn = Cow::Owned(arn);
    state(world, Statement { check, control, place, kind, arn, resource_hash, fact }, now)
}

fn state<'a>(world: &'a World, it: Statement<'a>, now: i64) -> Finding<'a> {
    let Statement { check, control, place, kind, arn, resource_hash, fact } = it;
    let consolidated = place.consolidated_findings();
    let (status, reason) = match fact.outcome {
        Outcome::Good => ("PASSED", None),
        Outcome::Bad => ("FAILED", None),
        Outcome::Unknown if fact.hash.is_multiple_of(2) => {
            ("WARNING", Some("CONFIG_EVALUATIONS_EMPTY"))
        }
        _ => ("NOT_AVAILABLE", Some("CONFIG_RETURNS_NOT_APPLICABLE")),
    };
    let uuid = noise::uuid(noise::combine(&[fact.hash, 0x1d]));
    let (id, generator) = identity(place, control, fact.hash, &uuid);
    let url = format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation");
    let mut finding = Finding {
        id,
        product: Product::SecurityHub,
        place,
        types: CHECK_TYPE,
        title: if consolidated {
            Cow::Borrowed(check.title)
        } else {
            Cow::Owned(format!("{control} {}", check.title))
        },
        description: Cow::Borrowed(check.annotation),
        severity: severity(check, &fact),
        compliance: Some(Compliance {
            status,
            control: consolidated.then_some(control),
            standards: if consolidated {
                vec![
                    "standards/aws-foundational-security-best-practices/v/1.0.0",
                    "standards/nist-800-53/v/5.0.0",
                ]
            } else {
                Vec::new()
            },
            requirements: world.requirements(control),
            reason,
        }),
        workflow: (!fact.hash.is_multiple_of(89)).then(|| workflow(&fact)),
        archived: fact.gone.is_some(),
        first_seen: fact.first_seen,
        updated: fact.stated,
        last_seen: fact.gone.unwrap_or_else(|| fact.stated.max(now - now.rem_euclid(12 * HOUR))),
        resources: vec![About {
            kind: KINDS[kind].asff,
            tags: tags(place, kind, resource_hash),
            id: arn,
        }],
        remedy: Some((check.fix, Cow::Owned(url))),
        fields: vec![
            (
                "RelatedAWSResources:0/name",
                format!("securityhub-{}-{}", check.rule, noise::hex(fact.hash, 8)),
            ),
            ("RelatedAWSResources:0/type", "AWS::Config::ConfigRule".to_owned()),
        ],
        generator: Cow::Owned(generator),
    };
    if !consolidated {
        finding.fields.push(("ControlId", control.to_owned()));
    }
    finding
}

/// Consolidated findings name the control; older ones the standard, in several spellings.
fn identity(place: Place, control: &str, hash: u64, uuid: &str) -> (String, String) {
    let root = format!("arn:aws:securityhub:{}:{}", place.region(), place.account().id);
    if place.consolidated_findings() {
        let generator = format!("security-control/{control}");
        return (format!("{root}:{generator}/finding/{uuid}"), generator);
    }
    let legacy = match (control, noise::below(hash, 3)) {
        ("S3.3" | "S3.4" | "RDS.1" | "RDS.2" | "CloudTrail.2" | "Lambda.1", 0 | 1) => {
            let number = control.split('.').nth(1).unwrap_or("1");
            let service = control.split('.').next().unwrap_or_default();
            format!("pci-dss/v/3.2.1/PCI.{service}.{number}")
        }
        ("IAM.3", _) => {
            let rule = "cis-aws-foundations-benchmark/v/1.2.0";
            return (
                format!("{root}:subscription/{rule}/1.4/finding/{uuid}"),
                format!("arn:aws:securityhub:::ruleset/{rule}/rule/1.4"),
            );
        }
        _ => format!("aws-foundational-security-best-practices/v/1.0.0/{control}"),
    };
    (format!("{root}:subscription/{legacy}/finding/{uuid}"), legacy)
}

fn severity(check: &Check, fact: &Fact) -> Severity {
    let passed = fact.outcome == Outcome::Good;
    let normalized = if passed { 0 } else { check.grade.normalized() };
    let label = if passed { "INFORMATIONAL" } else { check.grade.label() };
    let bare = fact.hash.is_multiple_of(83);
    Severity {
        label: (!bare).then_some(label),
        normalized,
        product: bare.then_some(normalized as f64),
    }
}

fn workflow(fact: &Fact) -> &'static str {
    match (fact.outcome, noise::below(noise::mix(fact.hash ^ 0x30), 100)) {
        (Outcome::Good, _) if fact.fixed => "RESOLVED",
        (Outcome::Bad, 0..=3) => "SUPPRESSED",
        (Outcome::Bad, 4..=19) => "NOTIFIED",
        _ => "NEW",
    }
}

/// The value of a tag that tries to leave its element, run, and reverse the text after it.
pub(crate) const HOSTILE: &str =
    "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}gnp.exe";

/// The tags of a resource, in findings and in configuration items alike.
pub(crate) fn tags(place: Place, kind: usize, hash: u64) -> Vec<(&'static str, &'static str)> {
    let phi = place.account().holds_phi;
    let owner = ["clinical-systems", "platform-team", "imaging-team", "research-it"]
        [noise::below(hash, 4) as usize];
    match KINDS[kind].code {
        "Account" => Vec::new(),
        "S3::Bucket" if place == (Place { account: EHR, region: 0 }) && hash.is_multiple_of(5) => {
            vec![("DataClass", "PHI"), ("Owner", owner), ("Note", HOSTILE)]
        }
        _ => vec![("DataClass", if phi { "PHI" } else { "Internal" }), ("Owner", owner)],
    }
}
