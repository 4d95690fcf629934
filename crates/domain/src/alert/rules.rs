//! The classification: which signal gets which class, and why.
//!
//! The rules are data with a version, `rules.toml` beside this module; AWS changes its severities,
//! and a mapping in code would not tell when ours changed. What a finding is stands before how
//! severe its source calls it. An operator may change fields of a rule and put rules of their own
//! before ours, in a file of the same form.

mod data;
mod read;
#[cfg(test)]
mod tests;
mod witness;

use std::sync::LazyLock;

use serde::Serialize;

pub use read::RuleFlaw;

use super::band::band;
use super::glob::Glob;
use super::origin::Origin;
use super::signal::{Phi, Signal, UNKNOWN_LEVEL};
use super::{Class, Level};
use crate::register::words;
use crate::{ControlId, Severity, Source};

/// The version of the built-in rules; an alert stores the version that classified it.
/// Rises with every change of the data that can move a class.
pub const VERSION: &str = "2026.11.1";

words!(
    /// What to do about an alert, step by step.
    Runbook {
        /// Who queried a table with PHI.
        DynamodbPhiQuery = "dynamodb-phi-query", "Query of a DynamoDB table with PHI";
        /// A bucket is public.
        PublicBucket = "public-bucket", "Public bucket";
        /// A credential is in the wrong hands.
        LeakedCredential = "leaked-credential", "Leaked credential";
        /// The record has a gap.
        AuditLogGap = "audit-log-gap", "Gap in the audit log";
        /// GuardDuty says that data are taken away.
        GuarddutyExfiltration = "guardduty-exfiltration", "Exfiltration";
        /// Data are deleted or locked away.
        Ransomware = "ransomware", "Ransomware";
        /// A backup failed.
        FailedBackup = "failed-backup", "Failed backup";
        /// A device is gone.
        LostDevice = "lost-device", "Lost or stolen device";
        /// Somebody inside looks where they should not.
        InsiderAccess = "insider-access", "Access by an insider";
        /// A vendor has no agreement.
        VendorWithoutBaa = "vendor-without-baa", "Vendor without an agreement";
        /// Access in an emergency.
        BreakGlassAccess = "break-glass-access", "Emergency access";
        /// Everything else.
        HipaaIncidentChecklist = "hipaa-incident-checklist", "HIPAA incident checklist";
    }
);

/// One rule. A condition that is empty or `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// A stable slug.
    pub id: String,
    /// The word of the origin: one of [`super::origin::ORIGINS`].
    pub from: &'static str,
    /// Findings of one of these sources.
    pub sources: Vec<Source>,
    /// One of these types; see [`Origin::kind`].
    pub types: Vec<Glob>,
    /// Findings about one of these controls.
    pub controls: Vec<ControlId>,
    /// One of these severities.
    pub severity: Vec<Severity>,
    /// One of these answers to whether PHI is at stake.
    pub phi: Vec<Phi>,
    /// Whether an approved change or test explains it.
    pub changed: Option<bool>,
    /// Whether our resource is the one that acts.
    pub inside: Option<bool>,
    /// Only samples and what is archived; without it neither, so that no rule tells of them by
    /// accident.
    pub set_aside: bool,
    /// The class it gives.
    pub class: Class,
    /// The class outside business hours, where it differs.
    pub outside_hours: Option<Class>,
    /// The severity is at least this.
    pub level: Option<Severity>,
    /// What groups alerts of several rules.
    pub family: String,
    /// What an alert is called, in our own words.
    pub title: String,
    /// Why it is routed so, a sentence.
    pub why: String,
    /// What to do.
    pub runbook: Runbook,
    /// How long it must last before it fires, in milliseconds.
    pub for_ms: i64,
    /// How long it goes on firing after it was last seen, in milliseconds.
    pub keep_firing_ms: i64,
    /// An operator's file cannot overrule it with a lower class.
    pub locked: bool,
}

/// What a signal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Classified {
    /// The rule that decided.
    pub rule: String,
    /// The version of the built-in rules.
    pub version: &'static str,
    /// The class and the severity.
    pub level: Level,
    /// The class outside business hours, where it differs.
    pub outside_hours: Option<Class>,
    /// What groups alerts of several rules.
    pub family: String,
    /// What the alert is called.
    pub title: String,
    /// What to do.
    pub runbook: Runbook,
    /// The sentences that explain the route.
    pub why: String,
    /// How long it must last before it fires, in milliseconds.
    pub for_ms: i64,
    /// How long it goes on firing after it was last seen, in milliseconds.
    pub keep_firing_ms: i64,
    /// The severity could not be read and counts as high; count it.
    pub parse_error: bool,
    /// A sample, or archived: shown with that word.
    pub set_aside: bool,
}

impl Classified {
    /// The class.
    pub fn class(&self) -> Class {
        self.level.class
    }

    /// The level at an instant: some classes are lower outside business hours.
    pub fn level_at(&self, business_hours: bool) -> Level {
        match self.outside_hours {
            Some(class) if !business_hours => Level { class, ..self.level },
            _ => self.level,
        }
    }
}

/// All rules, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

static RULES: LazyLock<Rules> = LazyLock::new(data::embedded);

impl Rules {
    /// The rules that are built in.
    pub fn get() -> &'static Self {
        &RULES
    }

    /// The built-in rules with an operator's file: a rule whose id is built in changes the fields
    /// that it names; any other stands before all of ours, in the order of the file.
    ///
    /// # Errors
    /// Everything that is wrong, each with the rule and the field.
    pub fn with(text: &str) -> Result<Self, Vec<RuleFlaw>> {
        read::with(text)
    }

    /// The rules, in order.
    pub fn all(&self) -> &[Rule] {
        &self.0
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id == id)
    }

    /// The rule that decides.
    fn deciding(&self, signal: &Signal, severity: Severity) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.matches(signal, severity))
    }
}

/// What a signal is. Always answers: what no rule knows is a ticket, never nothing.
pub fn classify(signal: &Signal, rules: &Rules) -> Classified {
    let (severity, parse_error) = severity(signal);
    let set_aside = set_aside(&signal.origin);
    let Some(rule) = rules.deciding(signal, severity) else {
        return Classified {
            rule: "unclassified".to_owned(),
            version: VERSION,
            level: Level { severity: UNKNOWN_LEVEL.severity.min(severity), ..UNKNOWN_LEVEL },
            outside_hours: None,
            family: "unclassified".to_owned(),
            title: "Something that no rule knows".to_owned(),
            runbook: Runbook::HipaaIncidentChecklist,
            why: "No rule speaks of it, so somebody has to look.".to_owned(),
            for_ms: 0,
            keep_firing_ms: data::KEEP_FIRING_MS,
            parse_error,
            set_aside,
        };
    };
    Classified {
        rule: rule.id.clone(),
        version: VERSION,
        level: Level::new(rule.class, rule.raised(severity)),
        outside_hours: rule.outside_hours,
        family: rule.family.clone(),
        title: rule.title.clone(),
        runbook: rule.runbook,
        why: rule.sentence(signal, severity, parse_error),
        for_ms: rule.for_ms,
        keep_firing_ms: rule.keep_firing_ms,
        parse_error,
        set_aside,
    }
}

/// The severity as reported, and whether it could not be read. Without one a finding is high, and
/// what we found ourselves is as severe as its rule says.
fn severity(signal: &Signal) -> (Severity, bool) {
    match &signal.origin {
        Origin::Finding { source: Source::GuardDuty, .. } => {
            let band = band(signal.severity.number);
            (band.severity, band.parse_error)
        }
        Origin::Finding { .. } => match signal.severity.label {
            Some(severity) => (severity, false),
            None => (Severity::High, true),
        },
        _ => (signal.severity.label.unwrap_or(Severity::Informational), false),
    }
}

fn set_aside(origin: &Origin) -> bool {
    matches!(origin, Origin::Finding { sample, archived, .. } if *sample || *archived)
}

impl Rule {
    fn matches(&self, signal: &Signal, severity: Severity) -> bool {
        let finding = match &signal.origin {
            Origin::Finding { source, control, .. } => {
                let of = |control: &ControlId| self.controls.contains(control);
                (self.sources.is_empty() || self.sources.contains(source))
                    && (self.controls.is_empty() || control.as_ref().is_some_and(of))
            }
            _ => true,
        };
        let kind = || signal.origin.kind();
        signal.origin.as_str() == self.from
            && finding
            && self.set_aside == set_aside(&signal.origin)
            && self.changed.is_none_or(|wanted| wanted == signal.change_ref.is_some())
            && self.inside.is_none_or(|wanted| wanted == signal.inside)
            && (self.phi.is_empty() || self.phi.contains(&signal.phi()))
            && (self.severity.is_empty() || self.severity.contains(&severity))
            && (self.types.is_empty() || self.types.iter().any(|glob| glob.matches(&kind())))
    }

    /// The severity with the rule's floor. The smaller one is the more urgent.
    fn raised(&self, severity: Severity) -> Severity {
        self.level.map_or(severity, |level| level.min(severity))
    }

    fn sentence(&self, signal: &Signal, severity: Severity, parse_error: bool) -> String {
        let mut why = self.why.clone();
        if parse_error {
            why.push_str(" Its severity could not be read and counts as high.");
        } else if !self.severity.is_empty() {
            why.push_str(" Its severity was reported as ");
            why.push_str(severity.as_str());
            why.push('.');
        }
        if !self.phi.is_empty() {
            why.push_str(match signal.phi() {
                Phi::Yes => " PHI is at stake.",
                Phi::Unknown => " Nobody has said whether PHI is at stake, so it is assumed.",
                Phi::No => " PHI is known not to be at stake.",
            });
        }
        if self.changed == Some(true)
            && let Some(change) = &signal.change_ref
        {
            why.push_str(" Change: ");
            why.push_str(change);
            why.push('.');
        }
        why
    }
}
