//! What is judged: Config managed rules and the Security Hub controls that rest on them.
//!
//! The table in `data/checks.psv` holds one line per rule: identifiers and resource types are
//! AWS's, the sentences are ours.

use std::collections::HashMap;

use crate::kinds::Kind;

/// How bad a failure is, as Security Hub labels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grade {
    Critical,
    High,
    Medium,
    Low,
}

impl Grade {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Grade::Critical => "CRITICAL",
            Grade::High => "HIGH",
            Grade::Medium => "MEDIUM",
            Grade::Low => "LOW",
        }
    }

    /// The number that Security Hub derives from the label.
    pub(crate) fn normalized(self) -> i64 {
        match self {
            Grade::Critical => 90,
            Grade::High => 70,
            Grade::Medium => 40,
            Grade::Low => 1,
        }
    }
}

/// A kind that a check judges, and the type under which it reports (usually the same).
#[derive(Debug)]
pub(crate) struct Scope {
    pub kind: usize,
    pub reports_as: String,
}

/// One rule, with the control that rests on it.
#[derive(Debug)]
pub(crate) struct Check {
    pub rule: &'static str,
    pub identifier: &'static str,
    pub control: Option<&'static str>,
    pub grade: Grade,
    pub scopes: Vec<Scope>,
    /// All of these must be good for the resource to pass.
    pub aspects: Vec<&'static str>,
    pub bad_percent: u64,
    /// Judged in us-east-1 alone.
    pub global: bool,
    /// Runs by the clock and not by change.
    pub periodic: bool,
    /// Part of the HIPAA conformance pack.
    pub in_pack: bool,
    pub title: &'static str,
    pub annotation: &'static str,
    pub fix: &'static str,
}

impl Check {
    /// The type under which this check reports a resource of `kind`; `None` when it does not
    /// judge that kind.
    pub(crate) fn reports(&self, kind: usize) -> Option<&str> {
        self.scopes.iter().find(|scope| scope.kind == kind).map(|scope| scope.reports_as.as_str())
    }
}

/// Reads the table. Lines that cannot be read are left out; a test counts them.
pub(crate) fn load() -> Vec<Check> {
    include_str!("../data/checks.psv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(read)
        .collect()
}

/// The NIST SP 800-53 r5 requirements of each control, from `data/requirements.psv`.
pub(crate) fn requirements() -> HashMap<&'static str, Vec<&'static str>> {
    include_str!("../data/requirements.psv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('|'))
        .map(|(control, list)| (control, list.split(';').collect()))
        .collect()
}

fn read(line: &'static str) -> Option<Check> {
    let cells: Vec<&'static str> = line.split('|').collect();
    let &[rule, identifier, control, grade, kinds, aspects, bad, flags, title, annotation, fix] =
        cells.as_slice()
    else {
        return None;
    };
    let grade = match grade {
        "C" => Grade::Critical,
        "H" => Grade::High,
        "M" => Grade::Medium,
        _ => Grade::Low,
    };
    Some(Check {
        rule,
        identifier,
        control: (!control.is_empty()).then_some(control),
        grade,
        scopes: kinds.split(';').filter_map(scope).collect(),
        aspects: aspects.split('+').collect(),
        bad_percent: bad.parse().ok()?,
        global: flags.contains('g'),
        periodic: flags.contains('p'),
        in_pack: !flags.contains('n'),
        title,
        annotation,
        fix,
    })
}

fn scope(text: &str) -> Option<Scope> {
    let (code, alias) = text.split_once('>').unwrap_or((text, text));
    Some(Scope { kind: Kind::position(code)?, reports_as: crate::kinds::config_type(alias) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_line_of_the_table_is_read_and_names_a_known_kind() {
        let lines = include_str!("../data/checks.psv")
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count();
        let checks = super::load();
        assert_eq!(checks.len(), lines);
        for check in &checks {
            assert!(!check.scopes.is_empty(), "{} judges nothing", check.rule);
        }
    }
}
