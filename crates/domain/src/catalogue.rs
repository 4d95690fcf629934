//! What the law wants and how it is checked: safeguards, controls, categories.
//!
//! The data files beside this module are ours; the facts in them come from 45 CFR part 164 and
//! from the published identifiers of AWS Config and Security Hub.

mod load;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{ControlId, SectionId, Severity, Source, Verdict};

/// The version of the catalogue; a score stores the version it was computed with.
/// Rises with every change of the data files that can change a score.
pub const VERSION: &str = "2026.11.3";

/// The six categories that people speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Only services that the AWS BAA covers hold PHI.
    EligibleServices,
    /// Encryption at rest and in transit.
    Encryption,
    /// Who can reach what.
    AccessControl,
    /// What is recorded, and whether it can be trusted.
    AuditLogging,
    /// Backup and disaster recovery.
    BackupRecovery,
    /// Monitoring and incident response.
    MonitoringResponse,
}

impl Category {
    /// All six, in the order of the score strip.
    pub const ALL: [Self; 6] = [
        Self::EligibleServices,
        Self::Encryption,
        Self::AccessControl,
        Self::AuditLogging,
        Self::BackupRecovery,
        Self::MonitoringResponse,
    ];

    /// The word in URLs, JSON and data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EligibleServices => "eligible-services",
            Self::Encryption => "encryption",
            Self::AccessControl => "access-control",
            Self::AuditLogging => "audit-logging",
            Self::BackupRecovery => "backup-recovery",
            Self::MonitoringResponse => "monitoring-response",
        }
    }

    /// The title on screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::EligibleServices => "HIPAA-eligible services",
            Self::Encryption => "Encryption",
            Self::AccessControl => "Access control",
            Self::AuditLogging => "Audit logging",
            Self::BackupRecovery => "Backup and disaster recovery",
            Self::MonitoringResponse => "Monitoring and incident response",
        }
    }

    /// The inverse of [`Category::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

/// The classes of safeguards in 45 CFR part 164.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// 164.308.
    Administrative,
    /// 164.310.
    Physical,
    /// 164.312.
    Technical,
    /// 164.314.
    Organizational,
    /// 164.316.
    Documentation,
    /// Subpart D, 164.404 to 164.414.
    Breach,
}

impl Class {
    /// All six, in the order of the regulation.
    pub const ALL: [Self; 6] = [
        Self::Administrative,
        Self::Physical,
        Self::Technical,
        Self::Organizational,
        Self::Documentation,
        Self::Breach,
    ];

    /// The word in URLs, JSON and data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::Physical => "physical",
            Self::Technical => "technical",
            Self::Organizational => "organizational",
            Self::Documentation => "documentation",
            Self::Breach => "breach",
        }
    }

    /// The title on screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Administrative => "Administrative safeguards",
            Self::Physical => "Physical safeguards",
            Self::Technical => "Technical safeguards",
            Self::Organizational => "Organizational requirements",
            Self::Documentation => "Policies and documentation",
            Self::Breach => "Breach notification",
        }
    }

    /// The inverse of [`Class::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

/// Where a safeguard stands in the regulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafeguardKind {
    /// A section such as 164.312.
    Section,
    /// A standard such as 164.312(b).
    Standard,
    /// An implementation specification such as 164.312(a)(2)(iv).
    Specification,
    /// A provision without a specification of its own, such as 164.412.
    Provision,
}

/// Whether the regulation requires it or wants it addressed (45 CFR 164.306(d)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// Must be implemented.
    Required,
    /// Must be implemented if reasonable, else documented and replaced.
    Addressable,
}

impl Requirement {
    /// The word of the regulation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Addressable => "addressable",
        }
    }
}

/// A standard or implementation specification of 45 CFR part 164.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguard {
    /// The section number.
    pub section: SectionId,
    /// The title in the regulation.
    pub title: String,
    /// Its class.
    pub class: Class,
    /// Where it stands.
    pub kind: SafeguardKind,
    /// Required or addressable; `None` for bare sections.
    #[serde(default)]
    pub requirement: Option<Requirement>,
    /// The standard or section above it.
    #[serde(default)]
    pub parent: Option<SectionId>,
    /// Other ways to write the same number.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One line in our own words.
    pub explanation: String,
    /// A remark, or empty.
    #[serde(default)]
    pub note: String,
}

/// Where a control is answered: once per region, or once per account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Every region of an account owes an answer.
    #[default]
    Region,
    /// One answer anywhere in the account is enough (IAM, the root user).
    Account,
}

/// One checkable statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// A stable slug.
    pub id: ControlId,
    /// The statement, in the present tense.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it in the console, or what a person does.
    pub fix_console: String,
    /// How to fix it on the command line; empty for attestations.
    #[serde(default)]
    pub fix_cli: String,
    /// Its weight in scores.
    pub severity: Severity,
    /// Its category.
    pub category: Category,
    /// The sections of the regulation that it supports.
    pub sections: Vec<SectionId>,
    /// Where its placement comes from.
    pub mapping: String,
    /// Why it is placed there, where that is our own judgement.
    #[serde(default)]
    pub mapping_note: String,
    /// The resource types that it judges.
    #[serde(default)]
    pub resource_types: Vec<String>,
    /// Whether it judges the account and not resources in it.
    #[serde(default)]
    pub account_level: bool,
    /// Where it is answered.
    #[serde(default, rename = "scope")]
    pub reach: Reach,
    /// AWS Config managed rules that answer it, by source identifier.
    #[serde(default)]
    pub config_rules: Vec<String>,
    /// Security Hub controls that answer it.
    #[serde(default)]
    pub securityhub: Vec<String>,
    /// Security Hub controls that look at a part of it: where one fails so does the whole, and
    /// that one passes proves nothing.
    #[serde(default)]
    pub securityhub_partial: Vec<String>,
    /// Checks of our own that answer it.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Only a person can answer it.
    #[serde(default)]
    pub attestation: bool,
    /// What the person attests.
    #[serde(default)]
    pub attestation_prompt: String,
    /// Judged unless the organisation says otherwise.
    #[serde(default = "yes")]
    pub default_on: bool,
    /// Where AWS or the regulation explains more.
    #[serde(default)]
    pub docs: String,
}

fn yes() -> bool {
    true
}

impl Control {
    /// The sources that can answer it.
    pub fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        if !self.securityhub.is_empty() || !self.securityhub_partial.is_empty() {
            sources.push(Source::SecurityHub);
        }
        if !self.config_rules.is_empty() {
            sources.push(Source::Config);
        }
        for check in &self.checks {
            if let Some(check) = crate::check::by_id(check)
                && !sources.contains(&check.source)
            {
                sources.push(check.source);
            }
        }
        sources
    }
}

/// An AWS service and its standing under the BAA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The name of the service.
    pub name: String,
    /// Its IAM prefixes.
    #[serde(default)]
    pub iam_prefixes: Vec<String>,
    /// Its CloudFormation namespaces.
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// Limits of eligibility, or empty.
    #[serde(default)]
    pub restriction: String,
}

/// What is known of a CloudFormation namespace: is what it names HIPAA-eligible?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eligibility {
    /// On AWS's list.
    Eligible,
    /// A feature of a listed service.
    FeatureOfListed,
    /// Tooling that holds no customer data.
    Tooling,
    /// The list does not say.
    Unclear,
    /// Not on the list.
    NotListed,
}

/// The whole catalogue.
#[derive(Debug)]
pub struct Catalogue {
    /// The version.
    pub version: &'static str,
    /// Every safeguard, in the order of the regulation.
    pub safeguards: Vec<Safeguard>,
    /// Every control, by id.
    pub controls: BTreeMap<ControlId, Control>,
    /// Services on AWS's HIPAA list.
    pub services: Vec<Service>,
    /// Eligibility by CloudFormation namespace.
    pub namespaces: BTreeMap<String, Eligibility>,
    by_check: HashMap<(Source, String), ControlId>,
    partial: HashSet<(Source, String)>,
    by_section: BTreeMap<SectionId, Vec<ControlId>>,
    /// Each list sorted.
    by_class: BTreeMap<Class, Vec<ControlId>>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(load::embedded);

/// The name of a Config rule without what a conformance pack appends to it.
pub fn without_pack(rule: &str) -> &str {
    rule.split_once("-conformance-pack-").map_or(rule, |(name, _)| name)
}

impl Catalogue {
    /// The catalogue that is built in.
    pub fn get() -> &'static Self {
        &CATALOGUE
    }

    /// The control with this id.
    pub fn control(&self, id: &ControlId) -> Option<&Control> {
        self.controls.get(id)
    }

    /// The control that a source's check answers: a Security Hub control id, a Config rule's
    /// source identifier, or the id of one of our checks. Letter case does not matter: AWS itself
    /// writes `AutoScaling.5` and `Autoscaling.5`.
    pub fn control_for(&self, source: Source, check: &str) -> Option<&ControlId> {
        self.by_check.get(&(source, check.to_ascii_lowercase()))
    }

    /// The control that a statement answers: the one rule for whoever files findings, at ingest and
    /// when the catalogue changes.
    ///
    /// `compliance` is the source's own word. Products that hand their findings to Security Hub
    /// without one have checked nothing, so such a finding answers no control; one whose compliance
    /// was there and unreadable answers with an error. Security Hub also hands on results of Config
    /// rules under the name of the rule. A check of a part of a control never passes the whole.
    pub fn control_of(
        &self,
        source: Source,
        check: &str,
        compliance: &str,
        verdict: Verdict,
    ) -> Option<&ControlId> {
        let hub = source == Source::SecurityHub;
        if hub && compliance.is_empty() && verdict != Verdict::Error {
            return None;
        }
        let key = (source, check.to_ascii_lowercase());
        let good = matches!(verdict, Verdict::Pass | Verdict::NotApplicable);
        if good && self.partial.contains(&key) {
            return None;
        }
        let direct = self.by_check.get(&key);
        // A rule's name is what somebody called it: enough to doubt, not enough to prove. The
        // Config collector brings the pass of a managed rule under its identifier.
        if direct.is_some() || !hub || good {
            return direct;
        }
        self.control_for(Source::Config, &self.managed_rule(check)?)
    }

    /// The source identifier of the managed Config rule with this name, if a control has it. By
    /// custom such a rule is named after its identifier, in small letters with hyphens; a
    /// conformance pack appends something of its own.
    pub fn managed_rule(&self, name: &str) -> Option<String> {
        let identifier = without_pack(name).replace('-', "_").to_ascii_uppercase();
        self.control_for(Source::Config, &identifier).map(|_| identifier)
    }

    /// The safeguard with this number, also by another way to write it.
    pub fn safeguard(&self, section: &str) -> Option<&Safeguard> {
        self.safeguards.iter().find(|safeguard| {
            safeguard.section.as_str() == section
                || safeguard.aliases.iter().any(|alias| alias == section)
        })
    }

    /// The controls that support a section or anything below it, each once.
    pub fn controls_of_section(&self, section: &SectionId) -> &[ControlId] {
        self.by_section.get(section).map_or(&[], Vec::as_slice)
    }

    /// The controls placed on a section itself.
    pub fn controls_on(&self, section: &SectionId) -> impl Iterator<Item = &Control> {
        let section = section.clone();
        self.controls.values().filter(move |control| control.sections.contains(&section))
    }

    /// The controls of a category.
    pub fn controls_of_category(&self, category: Category) -> impl Iterator<Item = &Control> {
        self.controls.values().filter(move |control| control.category == category)
    }

    /// The controls that support a class of safeguards, each once.
    pub fn controls_of_class(&self, class: Class) -> impl Iterator<Item = &Control> {
        let ids = self.by_class.get(&class).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.control(id))
    }

    /// Whether a control supports a class of safeguards.
    pub fn supports(&self, control: &ControlId, class: Class) -> bool {
        self.by_class.get(&class).is_some_and(|ids| ids.binary_search(control).is_ok())
    }

    /// Whether a resource type belongs to a HIPAA-eligible service; `None` when its namespace is
    /// unknown to us.
    pub fn eligibility(&self, kind: &str) -> Option<Eligibility> {
        let namespace = kind.rsplit_once("::").map_or(kind, |(namespace, _)| namespace);
        self.namespaces.get(kind).or_else(|| self.namespaces.get(namespace)).copied()
    }
}
