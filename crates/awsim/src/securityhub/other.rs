//! Findings of products other than Security Hub's own controls.

use std::borrow::Cow;

use super::finding::{About, Finding, Product, Severity};
use super::source::{HOSTILE, tags};
use crate::clock::{DAY, HOUR};
use crate::guardduty::{self, FORMS, Seen};
use crate::kinds::KINDS;
use crate::noise;
use crate::organisation::{EHR, Place};
use crate::world::World;

const PACKAGES: [(&str, &str); 6] = [
    ("CVE-2026-10001", "openssl"),
    ("CVE-2026-10044", "curl"),
    ("CVE-2026-10120", "glibc"),
    ("CVE-2025-30233", "sudo"),
    ("CVE-2025-30791", "openssh-server"),
    ("CVE-2025-31090", "python3"),
];

/// All of them for one place at a moment.
pub(crate) fn findings(world: &World, place: Place, now: i64) -> Vec<Finding<'_>> {
    let mut all = Vec::new();
    all.extend(
        guardduty::seen(world, place, now)
            .into_iter()
            .filter(|seen| !seen.sample)
            .map(|seen| imported(world, &seen)),
    );
    for (index, resource) in world.at(place) {
        if !resource.exists(now) {
            continue;
        }
        match resource.code() {
            "EC2::Instance" if resource.ordinal % 2 == 0 => all.push(package(world, index, now)),
            "IAM::Role" | "S3::Bucket" if resource.ordinal % 6 == 1 => {
                all.push(access(world, index));
            }
            _ => {}
        }
    }
    if (place == Place { account: EHR, region: 0 }) {
        all.extend(hostile(world, place));
    }
    all
}

fn blank(world: &World, index: Option<usize>, place: Place) -> Finding<'_> {
    let resources = index.map_or_else(
        || vec![About { kind: "Other", id: Cow::Borrowed("unknown"), tags: Vec::new() }],
        |index| {
            let resource = &world.resources[index];
            vec![About {
                kind: KINDS[resource.kind].asff,
                id: Cow::Borrowed(resource.arn.as_str()),
                tags: tags(resource.place, resource.kind, resource.hash),
            }]
        },
    );
    Finding {
        id: String::new(),
        product: Product::Own,
        place,
        generator: Cow::Borrowed(""),
        types: "Software and Configuration Checks",
        title: Cow::Borrowed(""),
        description: Cow::Borrowed(""),
        severity: Severity { label: None, normalized: 0, product: None },
        compliance: None,
        workflow: Some("NEW"),
        archived: false,
        first_seen: world.anchor,
        updated: world.anchor,
        last_seen: world.anchor,
        resources,
        remedy: None,
        fields: Vec::new(),
    }
}

fn imported<'a>(world: &'a World, seen: &Seen) -> Finding<'a> {
    let form = &FORMS[seen.form];
    let (label, normalized) = match form.severity {
        s if s >= 9.0 => ("CRITICAL", 90),
        s if s >= 7.0 => ("HIGH", 70),
        s if s >= 4.0 => ("MEDIUM", 40),
        _ => ("LOW", 1),
    };
    let title = seen.title(world);
    Finding {
        id: seen.arn(world.seed),
        product: Product::GuardDuty,
        generator: Cow::Owned(format!(
            "arn:aws:guardduty:{}:{}:detector/{}",
            seen.place.region(),
            seen.place.account().id,
            noise::hex(seen.hash, 8)
        )),
        types: "TTPs",
        description: Cow::Owned(format!("{title} GuardDuty reports type {}.", form.name)),
        title: Cow::Owned(title),
        severity: Severity { label: Some(label), normalized, product: Some(form.severity) },
        archived: seen.archived,
        first_seen: seen.first,
        updated: seen.updated,
        last_seen: seen.updated,
        fields: vec![
            ("aws/guardduty/service/serviceName", "guardduty".to_owned()),
            ("aws/guardduty/service/count", seen.count.to_string()),
        ],
        ..blank(world, seen.resource, seen.place)
    }
}

/// A package vulnerability: open for some weeks, then patched and closed.
fn package(world: &World, index: usize, now: i64) -> Finding<'_> {
    let resource = &world.resources[index];
    let hash = noise::combine(&[resource.hash, 0xc4e]);
    let (cve, package) = PACKAGES[noise::below(hash, PACKAGES.len() as u64) as usize];
    let found = noise::between(hash, world.anchor - 60 * DAY, world.anchor - DAY);
    let patched = found + noise::between(noise::mix(hash), 10 * DAY, 120 * DAY);
    let closed = patched <= now;
    let updated = if closed { patched } else { found };
    let (label, normalized, product) =
        if hash.is_multiple_of(3) { ("CRITICAL", 90, 9.8) } else { ("HIGH", 70, 7.5) };
    Finding {
        id: format!(
            "arn:aws:inspector2:{}:{}:finding/{}",
            resource.place.region(),
            resource.place.account().id,
            noise::hex(hash, 32)
        ),
        product: Product::Inspector,
        generator: Cow::Borrowed("AWSInspector"),
        types: "Software and Configuration Checks/Vulnerabilities/CVE",
        title: Cow::Owned(format!("{cve} - {package}")),
        description: Cow::Owned(format!(
            "The installed version of {package} has a known weakness."
        )),
        severity: Severity { label: Some(label), normalized, product: Some(product) },
        archived: closed,
        first_seen: found,
        updated,
        last_seen: updated,
        remedy: Some((
            "Install the fixed version of the package.",
            Cow::Owned(format!("https://nvd.nist.gov/vuln/detail/{cve}")),
        )),
        fields: vec![("aws/inspector/ProductVersion", "2".to_owned())],
        ..blank(world, Some(index), resource.place)
    }
}

/// A policy that lets another account in.
fn access(world: &World, index: usize) -> Finding<'_> {
    let resource = &world.resources[index];
    let hash = noise::combine(&[resource.hash, 0xaa]);
    let at = noise::between(hash, world.anchor - 80 * DAY, world.anchor - HOUR);
    Finding {
        id: format!(
            "arn:aws:access-analyzer:{}:{}:analyzer/organisation/arn:{}",
            resource.place.region(),
            resource.place.account().id,
            noise::uuid(hash)
        ),
        product: Product::AccessAnalyzer,
        generator: Cow::Borrowed("aws/access-analyzer"),
        types: "Software and Configuration Checks/AWS Security Best Practices/External Access Granted",
        title: Cow::Borrowed("Another account can reach this resource"),
        description: Cow::Borrowed(
            "The resource's policy trusts a principal outside the organisation.",
        ),
        // The analyzer's older releases sent no workflow and a bare number.
        severity: Severity { label: None, normalized: 40, product: Some(4.0) },
        workflow: None,
        first_seen: at,
        updated: at,
        last_seen: at,
        ..blank(world, Some(index), resource.place)
    }
}

/// Text from outside is hostile text.
fn hostile(world: &World, place: Place) -> Option<Finding<'_>> {
    let (index, _) = world
        .at(place)
        .find(|(_, resource)| resource.code() == "S3::Bucket" && resource.ordinal == 4)?;
    let at = world.anchor - 2 * DAY + 5 * HOUR;
    let mut finding = blank(world, Some(index), place);
    for about in &mut finding.resources {
        about.tags.retain(|(key, _)| *key != "Note");
        about.tags.push(("Note", HOSTILE));
    }
    Some(Finding {
        id: format!("mvh-scanner/{}", noise::uuid(noise::combine(&[world.seed, 0xbad]))),
        product: Product::Own,
        generator: Cow::Borrowed("mvh-scanner"),
        types: "Unusual Behaviors/Data",
        title: Cow::Owned(format!("Upload named {HOSTILE}")),
        description: Cow::Owned(format!("An object's name holds markup: {HOSTILE}")),
        severity: Severity { label: Some("MEDIUM"), normalized: 40, product: None },
        first_seen: at,
        updated: at,
        last_seen: at,
        ..finding
    })
}
