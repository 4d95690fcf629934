//! The data files as they are shipped: whole, placed, and without a source that answers twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Reach, SafeguardKind};
use domain::{Catalogue, Category, Source, Verdict};
use serde::Deserialize;

/// The files themselves: the loaded catalogue would hide that two controls share an id.
const FILES: [(&str, &str); 12] = [
    ("eligible-services", include_str!("../../src/catalogue/controls/eligible-services.toml")),
    ("encryption", include_str!("../../src/catalogue/controls/encryption.toml")),
    ("access-control", include_str!("../../src/catalogue/controls/access-control.toml")),
    ("audit-logging", include_str!("../../src/catalogue/controls/audit-logging.toml")),
    ("backup-recovery", include_str!("../../src/catalogue/controls/backup-recovery.toml")),
    ("monitoring-response", include_str!("../../src/catalogue/controls/monitoring-response.toml")),
    (
        "administrative",
        include_str!("../../src/catalogue/controls/attestation-administrative.toml"),
    ),
    ("physical", include_str!("../../src/catalogue/controls/attestation-physical.toml")),
    ("technical", include_str!("../../src/catalogue/controls/attestation-technical.toml")),
    (
        "organizational",
        include_str!("../../src/catalogue/controls/attestation-organizational.toml"),
    ),
    ("documentation", include_str!("../../src/catalogue/controls/attestation-documentation.toml")),
    ("breach", include_str!("../../src/catalogue/controls/attestation-breach.toml")),
];

/// The rules of the conformance pack "Operational Best Practices for HIPAA Security".
const PACK: &str = include_str!("hipaa_pack_rules.txt");

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    control: Vec<domain::Control>,
}

fn controls() -> Vec<(&'static str, domain::Control)> {
    let mut all = Vec::new();
    for (name, text) in FILES {
        let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.extend(file.control.into_iter().map(|control| (name, control)));
    }
    all
}

fn pack() -> Vec<&'static str> {
    PACK.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

/// Fails with all offenders at once.
#[track_caller]
fn none(what: &str, offenders: impl IntoIterator<Item = String>) {
    let offenders: Vec<String> = offenders.into_iter().collect();
    assert!(offenders.is_empty(), "{what}:\n  {}", offenders.join("\n  "));
}

fn twice(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for item in items {
        *seen.entry(item).or_default() += 1;
    }
    seen.into_iter().filter(|(_, count)| *count > 1).map(|(item, _)| item).collect()
}

#[test]
fn no_control_and_no_safeguard_stands_twice() {
    none("controls twice", twice(controls().iter().map(|(_, control)| control.id.to_string())));
    let catalogue = Catalogue::get();
    let sections = catalogue.safeguards.iter().flat_map(|safeguard| {
        safeguard.aliases.iter().cloned().chain([safeguard.section.to_string()])
    });
    none("sections twice", twice(sections));
    assert_eq!(catalogue.controls.len(), controls().len());
}

#[test]
fn every_section_and_parent_exists() {
    let catalogue = Catalogue::get();
    let known: BTreeSet<&str> =
        catalogue.safeguards.iter().map(|safeguard| safeguard.section.as_str()).collect();
    none(
        "controls on sections that no safeguard has",
        controls().iter().flat_map(|(_, control)| {
            let unknown = control.sections.iter().filter(|it| !known.contains(it.as_str()));
            unknown.map(|section| format!("{} on {section}", control.id)).collect::<Vec<_>>()
        }),
    );
    none(
        "parents that no safeguard has",
        catalogue
            .safeguards
            .iter()
            .filter_map(|safeguard| safeguard.parent.as_ref())
            .filter(|parent| !known.contains(parent.as_str()))
            .map(ToString::to_string),
    );
}

#[test]
fn every_safeguard_has_a_control() {
    let catalogue = Catalogue::get();
    none(
        "safeguards without a control",
        catalogue
            .safeguards
            .iter()
            .filter(|safeguard| safeguard.kind != SafeguardKind::Section)
            .filter(|safeguard| catalogue.controls_of_section(&safeguard.section).is_empty())
            .map(|safeguard| format!("{} {}", safeguard.section, safeguard.title)),
    );
}

#[test]
fn every_control_can_be_answered_by_machines_or_by_a_person() {
    none(
        "controls with both or neither",
        controls().iter().filter_map(|(_, control)| {
            let sources =
                control.config_rules.len() + control.securityhub.len() + control.checks.len();
            let fine = control.attestation == (sources == 0)
                && control.attestation != control.attestation_prompt.is_empty()
                && !control.sections.is_empty();
            (!fine).then(|| control.id.to_string())
        }),
    );
}

#[test]
fn a_machine_control_names_what_it_judges() {
    none(
        "controls without resource types that are not about the account",
        controls().iter().filter_map(|(_, control)| {
            let named = control.attestation
                || control.account_level
                || !control.resource_types.is_empty()
                // Judges every resource there is.
                || control.id.as_str() == "hipaa-eligible-services";
            (!named).then(|| control.id.to_string())
        }),
    );
}

/// A region owes no answer about what is global in AWS: such a control is answered per account.
#[test]
fn controls_about_global_resources_are_answered_once_per_account() {
    let global = ["AWS::IAM::", "AWS::CloudFront::", "AWS::Route53::", "AWS::GlobalAccelerator::"];
    none(
        "controls about global resources with scope region",
        controls().iter().filter_map(|(_, control)| {
            let about_global = control
                .resource_types
                .iter()
                .any(|kind| global.iter().any(|prefix| kind.starts_with(prefix)));
            (about_global && control.reach != Reach::Account).then(|| control.id.to_string())
        }),
    );
}

#[test]
fn every_source_key_answers_one_control() {
    let keys = controls().into_iter().flat_map(|(_, control)| {
        let rules = control.config_rules.into_iter().map(|key| format!("config {key}"));
        let hub = control.securityhub.into_iter().chain(control.securityhub_partial);
        let hub = hub.map(|key| format!("securityhub {key}"));
        let checks = control.checks.into_iter().map(|key| format!("check {key}"));
        rules.chain(hub).chain(checks).map(|key| key.to_lowercase()).collect::<Vec<_>>()
    });
    none("source keys with two controls", twice(keys));
}

/// A control whose parts alone are checked could fail and never pass.
#[test]
fn a_part_is_checked_beside_the_whole() {
    none(
        "controls with parts and no whole, or without a word why",
        controls().iter().filter_map(|(_, control)| {
            let whole =
                control.config_rules.len() + control.checks.len() + control.securityhub.len();
            let fine = control.securityhub_partial.is_empty()
                || (whole > 0 && !control.mapping_note.is_empty());
            (!fine).then(|| control.id.to_string())
        }),
    );
}

#[test]
fn a_finding_is_filed_under_the_control_that_it_answers() {
    let hub = Source::SecurityHub;
    let of = |source, check: &str, compliance: &str, verdict| {
        let control = Catalogue::get().control_of(source, check, compliance, verdict);
        control.map(domain::ControlId::as_str)
    };
    for verdict in Verdict::ALL {
        assert_eq!(of(hub, "S3.8", "FAILED", verdict), Some("s3-public-access-blocked"));
        // A product that checks nothing says nothing of compliance; what is unreadable stays.
        let unreadable = (verdict == Verdict::Error).then_some("s3-public-access-blocked");
        assert_eq!(of(hub, "s3.8", "", verdict), unreadable, "{verdict:?}");
        let good = matches!(verdict, Verdict::Pass | Verdict::NotApplicable);
        // Security Hub hands on results of Config rules under their names. Anybody can give a rule
        // of his own such a name, so it can raise a doubt and prove nothing.
        let doubted = (!good).then_some("s3-versioning");
        for rule in [
            "S3_BUCKET_VERSIONING_ENABLED",
            "s3-bucket-versioning-enabled",
            "s3-bucket-versioning-enabled-conformance-pack-x1y2z3",
        ] {
            assert_eq!(of(hub, rule, "PASSED", verdict), doubted, "{rule}");
        }
        // Config names a managed rule by its identifier; a rule of one's own may have any name.
        assert_eq!(of(Source::Config, "s3-bucket-versioning-enabled", "COMPLIANT", verdict), None);
        let rule = "S3_BUCKET_VERSIONING_ENABLED";
        assert_eq!(of(Source::Config, rule, "COMPLIANT", verdict), Some("s3-versioning"));
        assert_eq!(of(Source::Config, "s3-versioning", "PASS", verdict), Some("s3-versioning"));
        assert_eq!(of(hub, "Nothing.1", "FAILED", verdict), None);
        assert_eq!(of(Source::GuardDuty, "S3.8", "", verdict), None);
        // One kind of character is no strong password policy.
        let password = (!good).then_some("iam-password-policy");
        assert_eq!(of(hub, "IAM.11", "FAILED", verdict), password, "{verdict:?}");
        assert_eq!(of(hub, "Redshift.4", "PASSED", verdict), Some("redshift-audit-logging"));
    }
}

#[test]
fn our_own_placements_give_their_reason() {
    none(
        "own mappings without a note",
        controls().iter().filter_map(|(_, control)| {
            let silent = control.mapping.is_empty()
                || (control.mapping == "own" && control.mapping_note.trim().is_empty());
            silent.then(|| control.id.to_string())
        }),
    );
}

#[test]
fn the_whole_conformance_pack_is_placed() {
    let rules = pack();
    assert_eq!(rules.len(), 130);
    let catalogue = Catalogue::get();
    none(
        "rules of the pack that no control has",
        rules
            .into_iter()
            .filter(|rule| catalogue.control_for(Source::Config, rule).is_none())
            .map(ToOwned::to_owned),
    );
}

#[test]
fn every_check_serves_one_control_and_every_named_check_exists() {
    let used: Vec<String> =
        controls().into_iter().flat_map(|(_, control)| control.checks).collect();
    let built: Vec<String> = domain::check::all().map(|check| check.id.to_owned()).collect();
    none("checks twice", twice(built.iter().cloned()));
    none("checks unused", built.iter().filter(|id| !used.contains(id)).cloned());
    none("checks unknown", used.iter().filter(|id| !built.contains(id)).cloned());
    for check in domain::check::all() {
        assert!(!check.needs.is_empty(), "{} needs no part", check.id);
        assert!(check.source.parts().contains(&check.needs[0]), "{}", check.id);
    }
}

#[test]
fn texts_are_short_and_links_are_https() {
    let bounds = |control: &domain::Control| {
        let prose = |text: &str, most: usize| (10..=most).contains(&text.chars().count());
        prose(&control.title, 100)
            && prose(&control.why, 400)
            && prose(&control.fix_console, 500)
            && (control.attestation || prose(&control.fix_cli, 600))
            && control.mapping_note.chars().count() <= 400
            && (!control.attestation || prose(&control.attestation_prompt, 400))
            && control.docs.starts_with("https://")
            && !control.title.ends_with('.')
    };
    none(
        "texts out of bounds",
        controls().iter().filter(|(_, it)| !bounds(it)).map(|(_, it)| it.id.to_string()),
    );
    none(
        "safeguards without an explanation",
        Catalogue::get()
            .safeguards
            .iter()
            .filter(|it| !(10..=500).contains(&it.explanation.chars().count()))
            .map(|it| it.section.to_string()),
    );
}

#[test]
fn a_control_stands_in_the_file_of_its_category() {
    none(
        "controls in the wrong file",
        controls().iter().filter_map(|(file, control)| {
            let wrong = Category::parse(file).is_some_and(|category| category != control.category);
            wrong.then(|| format!("{} in {file}", control.id))
        }),
    );
    for category in Category::ALL {
        let count = Catalogue::get().controls_of_category(category).count();
        assert!(count > 0, "no control in {}", category.title());
    }
}

#[test]
fn a_standard_answers_for_its_specifications_each_control_once() {
    let catalogue = Catalogue::get();
    let standard = "164.312(a)(1)".into();
    let mine = catalogue.controls_of_section(&standard);
    let unique: BTreeSet<_> = mine.iter().collect();
    assert_eq!(mine.len(), unique.len(), "a control counts twice");
    let below = catalogue
        .safeguards
        .iter()
        .filter(|safeguard| safeguard.parent.as_ref() == Some(&standard));
    for specification in below {
        for control in catalogue.controls_of_section(&specification.section) {
            assert!(mine.contains(control), "{control} of {}", specification.section);
        }
    }
}
