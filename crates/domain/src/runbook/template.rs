//! A template: a runbook as it is written.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::flaw::Flaw;
use super::markdown::Block;
use super::parameter::Parameter;
use super::step::Step;
use crate::alert::Class;
use crate::register::Day;
use crate::{Role, SectionId, Timestamp};

/// Days after which a template is reviewed again. Our own choice: procedures are reviewed
/// periodically and updated as needed (45 CFR 164.316(b)(2)(iii)), and the regulation names no
/// period.
pub const REVIEW_DAYS: i64 = 90;

/// A runbook as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// A stable slug.
    pub id: String,
    /// Rises with every change of steps or parameters.
    pub version: u32,
    /// What it is for, in a line.
    pub title: String,
    /// When to use it, in a sentence or two.
    pub summary: String,
    /// Who keeps it right.
    pub owner: Role,
    /// The day of the last review.
    pub reviewed: Day,
    /// The sections of 45 CFR part 164 that it serves.
    pub safeguards: Vec<SectionId>,
    /// For which alerts it is.
    pub purpose: Purpose,
    /// What it wants to know.
    pub parameters: Vec<Parameter>,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// The steps; there is at least one.
    pub steps: Vec<Step>,
    /// SHA-256 of [`Self::source`], in hexadecimal: what `sha256sum` says of the file.
    pub sha256: String,
    /// The file as it was read, with line ends of one character.
    pub source: String,
}

/// For which alerts a template is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// Classes of alerts.
    pub classes: Vec<Class>,
    /// Families of alerts.
    pub families: Vec<String>,
    /// Types of GuardDuty's findings; `*` stands for anything.
    pub findings: Vec<String>,
}

/// What is known of an alert, to find a runbook for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signal<'a> {
    /// Its class.
    pub class: Option<Class>,
    /// Its family.
    pub family: Option<&'a str>,
    /// The type of GuardDuty's finding.
    pub finding: Option<&'a str>,
}

/// When a template is to be reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The last day on which a review is in time.
    pub due: Day,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Days left; negative when it is overdue.
    pub days_left: i64,
}

/// When a template is to be reviewed: ninety days after it was reviewed last.
pub fn review_due(template: &Template, now: Timestamp) -> Review {
    let due = template.reviewed.plus(REVIEW_DAYS);
    let days_left = due.0.saturating_sub(Day::of(now).0);
    Review { due, overdue: days_left < 0, days_left }
}

impl Template {
    /// Reads a template. Total: whatever the text is, there is a template or at least one flaw.
    ///
    /// # Errors
    /// Everything that is wrong, by line.
    pub fn parse(text: &str) -> Result<Self, Vec<Flaw>> {
        super::parse::parse(text)
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

impl Purpose {
    /// How well it fits: a named type of finding before a family before a class; nought is not at
    /// all. A longer pattern says more than a shorter one.
    pub fn fit(&self, signal: Signal<'_>) -> usize {
        let fits = |pattern: &&String| signal.finding.is_some_and(|it| matches(pattern, it));
        let longest = self.findings.iter().filter(fits).map(String::len).max();
        if let Some(length) = longest {
            return 10 + length;
        }
        let family = |it: &str| self.families.iter().any(|family| family == it);
        if signal.family.is_some_and(family) {
            return 2;
        }
        usize::from(signal.class.is_some_and(|class| self.classes.contains(&class)))
    }
}

/// Whether a text is as a pattern says, in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// SHA-256 of a text, in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_types() {
        assert!(matches("Exfiltration:S3/*", "Exfiltration:S3/AnomalousBehavior"));
        assert!(matches("Impact:S3/*Delete*", "Impact:S3/ObjectDelete.Unusual"));
        assert!(matches("*", ""));
        assert!(matches("a*b", "ab"));
        assert!(!matches("a*ab", "ab"));
        assert!(!matches("Exfiltration:S3/*", "Stealth:S3/ServerAccessLoggingDisabled"));
        assert!(!matches("Policy:S3/X", "Policy:S3/XY"));
    }

    #[test]
    fn what_is_named_exactly_fits_best() {
        let purpose = Purpose {
            classes: vec![Class::PagePhi],
            families: vec!["exfiltration".to_owned()],
            findings: vec!["Exfiltration:*".to_owned()],
        };
        let (class, family) = (Some(Class::PagePhi), Some("exfiltration"));
        let finding = Some("Exfiltration:S3/AnomalousBehavior");
        let fit = |class, family, finding| purpose.fit(Signal { class, family, finding });
        assert!(fit(None, None, finding) > fit(class, family, None));
        assert!(fit(None, family, None) > fit(class, None, None));
        assert!(fit(class, None, None) > fit(None, None, Some("Recon:EC2/Portscan")));
        assert_eq!(fit(None, None, None), 0);
    }
}
