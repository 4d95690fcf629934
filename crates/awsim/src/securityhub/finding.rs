//! One finding in the Security Finding Format, before it is written.

use std::borrow::Cow;

use crate::organisation::Place;

/// Who made a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    SecurityHub,
    GuardDuty,
    Inspector,
    AccessAnalyzer,
    /// Imported by the organisation's own scanner.
    Own,
}

impl Product {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Product::SecurityHub => "Security Hub",
            Product::GuardDuty => "GuardDuty",
            Product::Inspector => "Inspector",
            Product::AccessAnalyzer => "IAM Access Analyzer",
            Product::Own => "Default",
        }
    }

    pub(crate) fn company(self) -> &'static str {
        match self {
            Product::SecurityHub => "AWS",
            Product::Own => "Personal",
            _ => "Amazon",
        }
    }

    pub(crate) fn arn(self, place: Place) -> String {
        let region = place.region();
        let path = match self {
            Product::SecurityHub => "aws/securityhub",
            Product::GuardDuty => "aws/guardduty",
            Product::Inspector => "aws/inspector",
            Product::AccessAnalyzer => "aws/access-analyzer",
            Product::Own => {
                let account = place.account().id;
                return format!("arn:aws:securityhub:{region}:{account}:product/{account}/default");
            }
        };
        format!("arn:aws:securityhub:{region}::product/{path}")
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Severity {
    /// Old producers send the number alone.
    pub label: Option<&'static str>,
    pub normalized: i64,
    pub product: Option<f64>,
}

#[derive(Debug)]
pub(crate) struct Compliance<'a> {
    pub status: &'static str,
    /// Only where control findings are consolidated.
    pub control: Option<&'a str>,
    pub standards: Vec<&'static str>,
    pub requirements: &'a [&'static str],
    pub reason: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct About<'a> {
    pub kind: &'a str,
    pub id: Cow<'a, str>,
    pub tags: Vec<(&'static str, &'static str)>,
}

/// A finding with everything that filters and the writer look at.
#[derive(Debug)]
pub(crate) struct Finding<'a> {
    pub id: String,
    pub product: Product,
    pub place: Place,
    pub generator: Cow<'a, str>,
    pub types: &'a str,
    pub title: Cow<'a, str>,
    pub description: Cow<'a, str>,
    pub severity: Severity,
    pub compliance: Option<Compliance<'a>>,
    pub workflow: Option<&'static str>,
    pub archived: bool,
    pub first_seen: i64,
    pub updated: i64,
    pub last_seen: i64,
    pub resources: Vec<About<'a>>,
    /// Text and address of the remedy.
    pub remedy: Option<(&'a str, Cow<'a, str>)>,
    pub fields: Vec<(&'static str, String)>,
}

impl Finding<'_> {
    pub(crate) fn record_state(&self) -> &'static str {
        if self.archived { "ARCHIVED" } else { "ACTIVE" }
    }
}
