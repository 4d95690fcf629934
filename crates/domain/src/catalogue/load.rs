//! Reads the embedded data files. A broken file is a broken build: the tests below read them all.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::{Catalogue, Class, Control, Eligibility, Safeguard, Service, VERSION};
use crate::{ControlId, SectionId, Source};

const SAFEGUARDS: &str = include_str!("safeguards.toml");
const SERVICES: &str = include_str!("services.toml");
const NAMESPACES: &str = include_str!("namespaces.toml");
const CONTROLS: [(&str, &str); 12] = [
    ("eligible-services", include_str!("controls/eligible-services.toml")),
    ("encryption", include_str!("controls/encryption.toml")),
    ("access-control", include_str!("controls/access-control.toml")),
    ("audit-logging", include_str!("controls/audit-logging.toml")),
    ("backup-recovery", include_str!("controls/backup-recovery.toml")),
    ("monitoring-response", include_str!("controls/monitoring-response.toml")),
    ("attestation-administrative", include_str!("controls/attestation-administrative.toml")),
    ("attestation-physical", include_str!("controls/attestation-physical.toml")),
    ("attestation-technical", include_str!("controls/attestation-technical.toml")),
    ("attestation-organizational", include_str!("controls/attestation-organizational.toml")),
    ("attestation-documentation", include_str!("controls/attestation-documentation.toml")),
    ("attestation-breach", include_str!("controls/attestation-breach.toml")),
];

#[derive(Deserialize)]
struct SafeguardFile {
    safeguard: Vec<Safeguard>,
}

#[derive(Deserialize)]
struct ControlFile {
    #[serde(default)]
    control: Vec<Control>,
}

#[derive(Deserialize)]
struct ServiceFile {
    service: Vec<Service>,
}

#[derive(Deserialize)]
struct NamespaceFile {
    namespace: Vec<Namespace>,
}

#[derive(Deserialize)]
struct Namespace {
    name: String,
    status: Eligibility,
}

fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> T {
    match toml::from_str(text) {
        Ok(value) => value,
        // The files are part of the program and the tests read every one of them.
        Err(error) => panic!("the built-in catalogue file {name} is broken: {error}"),
    }
}

pub(super) fn embedded() -> Catalogue {
    let safeguards = read::<SafeguardFile>("safeguards", SAFEGUARDS).safeguard;
    let mut controls = BTreeMap::new();
    for (name, text) in CONTROLS {
        for control in read::<ControlFile>(name, text).control {
            controls.insert(control.id.clone(), control);
        }
    }
    let services = read::<ServiceFile>("services", SERVICES).service;
    let namespaces = read::<NamespaceFile>("namespaces", NAMESPACES)
        .namespace
        .into_iter()
        .map(|namespace| (namespace.name, namespace.status))
        .collect();
    let by_check = index_checks(&controls);
    let partial = controls
        .values()
        .flat_map(|control| &control.securityhub_partial)
        .map(|id| (Source::SecurityHub, id.to_ascii_lowercase()))
        .collect::<HashSet<_>>();
    let by_section = index_sections(&safeguards, &controls);
    let by_class = index_classes(&safeguards, &controls);
    Catalogue {
        version: VERSION,
        safeguards,
        controls,
        services,
        namespaces,
        by_check,
        partial,
        by_section,
        by_class,
    }
}

fn index_checks(controls: &BTreeMap<ControlId, Control>) -> HashMap<(Source, String), ControlId> {
    let mut index = HashMap::new();
    for control in controls.values() {
        for rule in &control.config_rules {
            index.insert((Source::Config, rule.to_ascii_lowercase()), control.id.clone());
        }
        for id in control.securityhub.iter().chain(&control.securityhub_partial) {
            index.insert((Source::SecurityHub, id.to_ascii_lowercase()), control.id.clone());
        }
        for id in &control.checks {
            if let Some(check) = crate::check::by_id(id) {
                index.insert((check.source, id.to_ascii_lowercase()), control.id.clone());
            }
        }
    }
    index
}

/// A control supports the classes of the sections on which it is placed.
fn index_classes(
    safeguards: &[Safeguard],
    controls: &BTreeMap<ControlId, Control>,
) -> BTreeMap<Class, Vec<ControlId>> {
    let mut index = BTreeMap::new();
    for class in Class::ALL {
        let sections: HashSet<&SectionId> =
            safeguards.iter().filter(|it| it.class == class).map(|it| &it.section).collect();
        let of_class = controls
            .values()
            .filter(|control| control.sections.iter().any(|section| sections.contains(section)));
        index.insert(class, of_class.map(|control| control.id.clone()).collect());
    }
    index
}

/// A standard answers for its specifications, a section for its standards.
fn index_sections(
    safeguards: &[Safeguard],
    controls: &BTreeMap<ControlId, Control>,
) -> BTreeMap<SectionId, Vec<ControlId>> {
    let parents: HashMap<&SectionId, Option<&SectionId>> = safeguards
        .iter()
        .map(|safeguard| (&safeguard.section, safeguard.parent.as_ref()))
        .collect();
    let mut index: BTreeMap<SectionId, Vec<ControlId>> =
        safeguards.iter().map(|safeguard| (safeguard.section.clone(), Vec::new())).collect();
    for control in controls.values() {
        for section in &control.sections {
            let mut next = Some(section);
            while let Some(section) = next {
                let list = index.entry(section.clone()).or_default();
                if list.last() != Some(&control.id) {
                    list.push(control.id.clone());
                }
                next = parents.get(section).copied().flatten();
            }
        }
    }
    index
}
