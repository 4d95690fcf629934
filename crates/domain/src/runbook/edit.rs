//! What an edit of a template changed, and whether it may be taken.
//!
//! Procedures are reviewed and updated (45 CFR 164.316(b)(2)(iii)), and each version is kept
//! (164.316(b)(2)(i)): a version names one text of the steps, so another text needs another.

use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use super::step::Step;
use super::template::Template;
use crate::Timestamp;
use crate::register::Day;

/// One thing that an edit changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Edit {
    /// A field of the head.
    Head {
        /// Its name.
        field: String,
    },
    /// A new parameter.
    ParameterAdded {
        /// Its name.
        name: String,
    },
    /// A parameter is gone.
    ParameterRemoved {
        /// Its name.
        name: String,
    },
    /// A parameter takes something else.
    ParameterChanged {
        /// Its name.
        name: String,
    },
    /// What stands before the first step.
    Intro,
    /// A new step.
    StepAdded {
        /// Its id.
        id: String,
    },
    /// A step is gone.
    StepRemoved {
        /// Its id.
        id: String,
    },
    /// A step says something else.
    StepChanged {
        /// Its id.
        id: String,
        /// What of it: `title`, `role`, `due`, `evidence`, `check`, `skippable`, `text`.
        what: Vec<String>,
    },
    /// Steps that stayed come in another order.
    StepsReordered,
}

impl Edit {
    /// Whether it changes what people do, so that the version has to rise.
    pub fn weighs(&self) -> bool {
        !matches!(self, Self::Head { .. })
    }

    /// A sentence for the audit log and the page.
    pub fn sentence(&self) -> String {
        match self {
            Self::Head { field } => format!("The {field} changed."),
            Self::ParameterAdded { name } => format!("Parameter {name} is new."),
            Self::ParameterRemoved { name } => format!("Parameter {name} is gone."),
            Self::ParameterChanged { name } => format!("Parameter {name} changed."),
            Self::Intro => "What stands before the steps changed.".to_owned(),
            Self::StepAdded { id } => format!("Step {id} is new."),
            Self::StepRemoved { id } => format!("Step {id} is gone."),
            Self::StepChanged { id, what } => {
                format!("Step {id} changed its {}.", what.join(", "))
            }
            Self::StepsReordered => "The steps come in another order.".to_owned(),
        }
    }
}

/// Why an edit is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditFlaw {
    /// Another id is another template.
    #[error("The id is “{0}” and stays so: another id makes another runbook.")]
    OtherId(String),
    /// Nothing changed.
    #[error("Nothing changed.")]
    Nothing,
    /// The version has to rise.
    #[error("The steps changed: write `version = {0}`.")]
    VersionMustRise(u32),
    /// The version fell.
    #[error("The version was {0} and cannot fall.")]
    VersionFell(u32),
    /// The review lies in the future.
    #[error("The review on {0} has not been yet: write the day on which somebody reviewed it.")]
    ReviewedAhead(Day),
    /// The review moved back.
    #[error("It was reviewed on {0}: a later review cannot be earlier.")]
    ReviewedBack(Day),
}

/// What an edit changed.
///
/// # Errors
/// Everything for which it is not taken.
pub fn edit(
    before: &Template,
    after: &Template,
    now: Timestamp,
) -> Result<Vec<Edit>, Vec<EditFlaw>> {
    let edits = differences(before, after);
    let mut flaws = Vec::new();
    if before.id != after.id {
        flaws.push(EditFlaw::OtherId(before.id.clone()));
    }
    if edits.is_empty() && before.source == after.source {
        flaws.push(EditFlaw::Nothing);
    }
    if after.version < before.version {
        flaws.push(EditFlaw::VersionFell(before.version));
    } else if after.version == before.version && edits.iter().any(Edit::weighs) {
        flaws.push(EditFlaw::VersionMustRise(before.version.saturating_add(1)));
    }
    if after.reviewed > Day::of(now) {
        flaws.push(EditFlaw::ReviewedAhead(after.reviewed));
    } else if after.reviewed < before.reviewed {
        flaws.push(EditFlaw::ReviewedBack(before.reviewed));
    }
    if flaws.is_empty() { Ok(edits) } else { Err(flaws) }
}

/// All differences, in the order of the file. Only how the file is laid out may differ without one.
pub fn differences(before: &Template, after: &Template) -> Vec<Edit> {
    let mut edits = head(before, after);
    edits.extend(parameters(&before.parameters, &after.parameters));
    if before.intro != after.intro {
        edits.push(Edit::Intro);
    }
    edits.extend(steps(before, after));
    edits
}

fn head(before: &Template, after: &Template) -> Vec<Edit> {
    let fields = [
        ("title", before.title != after.title),
        ("version", before.version != after.version),
        ("reviewed", before.reviewed != after.reviewed),
        ("owner", before.owner != after.owner),
        ("summary", before.summary != after.summary),
        ("safeguards", before.safeguards != after.safeguards),
        ("purpose", before.purpose != after.purpose),
    ];
    let changed = fields.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(field, _)| Edit::Head { field: field.to_owned() }).collect()
}

fn parameters(before: &[Parameter], after: &[Parameter]) -> Vec<Edit> {
    let find = |list: &[Parameter], name: &str| list.iter().find(|it| it.name == name).cloned();
    let removed = before.iter().filter(|it| find(after, &it.name).is_none());
    let removed = removed.map(|it| Edit::ParameterRemoved { name: it.name.clone() });
    let others = after.iter().filter_map(|it| {
        let name = it.name.clone();
        match find(before, &it.name) {
            None => Some(Edit::ParameterAdded { name }),
            Some(old) if old != *it => Some(Edit::ParameterChanged { name }),
            Some(_) => None,
        }
    });
    removed.chain(others).collect()
}

fn steps(before: &Template, after: &Template) -> Vec<Edit> {
    let mut edits = Vec::new();
    for step in before.steps.iter().filter(|step| after.step(&step.id).is_none()) {
        edits.push(Edit::StepRemoved { id: step.id.clone() });
    }
    for step in &after.steps {
        let id = step.id.clone();
        match before.step(&step.id) {
            None => edits.push(Edit::StepAdded { id }),
            Some(old) => {
                let what = step_differences(old, step);
                if !what.is_empty() {
                    edits.push(Edit::StepChanged { id, what });
                }
            }
        }
    }
    let kept = |of: &Template, other: &Template| {
        let kept = of.steps.iter().filter(|step| other.step(&step.id).is_some());
        kept.map(|step| step.id.clone()).collect::<Vec<_>>()
    };
    if kept(before, after) != kept(after, before) {
        edits.push(Edit::StepsReordered);
    }
    edits
}

fn step_differences(before: &Step, after: &Step) -> Vec<String> {
    let parts = [
        ("title", before.title != after.title),
        ("role", before.role != after.role),
        ("due", before.due != after.due || before.after != after.after),
        ("evidence", before.evidence != after.evidence),
        ("check", before.check != after.check),
        ("skippable", before.skippable != after.skippable),
        ("text", before.body != after.body),
    ];
    let changed = parts.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(part, _)| part.to_owned()).collect()
}
