//! Telemetry: what is expected, how long it is kept, and what is taken out besides.

use ::telemetry::{OperatorRule, RuleProblem, Sieve};
use store::sli::Expectations;
use store::telemetry::Kept;

use super::document::Document;
use super::problem::Problem;
use super::read::{self, Reader};

/// Points of the security-regression budget for each account and quarter, unless told.
pub const QUARTER_BUDGET: f64 = 40.0;

/// Everything about telemetry and the indicators.
#[derive(Debug, Clone, PartialEq)]
pub struct Telemetry {
    /// What the indicators expect of producers.
    pub expectations: Expectations,
    /// How long events are kept.
    pub kept: Kept,
    /// The operator's own redaction rules.
    pub rules: Vec<OperatorRule>,
    /// Points of the security-regression budget for each account and quarter.
    pub quarter_budget: f64,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            expectations: Expectations::default(),
            kept: Kept::default(),
            rules: Vec::new(),
            quarter_budget: QUARTER_BUDGET,
        }
    }
}

pub(super) fn telemetry(document: &Document, problems: &mut Vec<Problem>) -> Option<Telemetry> {
    let rules = rules(document, problems);
    let mut reader = Reader::of("telemetry", document, problems)?;
    let every_ms = reader.get("expect_every", read::span);
    let traces_days = reader.get("keep_traces_days", read::days);
    let logs_days = reader.get("keep_logs_days", read::days);
    let quarter_budget =
        Reader::of("gate", document, problems)?.get("quarter_budget", read::points);
    Some(Telemetry {
        expectations: Expectations { every_ms: every_ms? },
        kept: Kept { traces_days: traces_days?, logs_days: logs_days? },
        rules: rules?,
        quarter_budget: quarter_budget?,
    })
}

fn rules(document: &Document, problems: &mut Vec<Problem>) -> Option<Vec<OperatorRule>> {
    let tables = document.tables.get("redaction").map_or(&[][..], Vec::as_slice);
    let mut rules: Vec<OperatorRule> = Vec::new();
    let mut complete = true;
    for table in tables {
        let mut reader = Reader::at("redaction", table, problems)?;
        let name = reader.get("name", read::text);
        let pattern = reader.get("pattern", read::text);
        let keys = reader.get("keys", read::words);
        let (name, pattern) = match (name, pattern) {
            (Some(name), Some(pattern)) => (name, pattern),
            (None, None) if table.values.is_empty() => continue,
            (None, _) => {
                reader.wrong("name", "a rule needs a name and a pattern");
                complete = false;
                continue;
            }
            (_, None) => {
                reader.wrong("pattern", "a rule needs a name and a pattern");
                complete = false;
                continue;
            }
        };
        let rule = OperatorRule { name, pattern, keys: keys.unwrap_or_default() };
        let usable = if rules.iter().any(|other| other.name == rule.name) {
            Err(RuleProblem::Twice(rule.name.clone()))
        } else {
            Sieve::new(std::slice::from_ref(&rule), [0; 32]).map(drop)
        };
        match usable {
            Ok(()) => rules.push(rule),
            Err(problem) => {
                let field = match problem {
                    RuleProblem::Name(_) | RuleProblem::Twice(_) => "name",
                    RuleProblem::Key(_) => "keys",
                    _ => "pattern",
                };
                reader.wrong(field, problem.to_string());
                complete = false;
            }
        }
    }
    if complete && let Err(problem) = Sieve::new(&rules, [0; 32]) {
        Reader::of("redaction", document, problems)?.wrong("name", problem.to_string());
        complete = false;
    }
    complete.then_some(rules)
}
