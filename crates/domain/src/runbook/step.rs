//! One step of a runbook: who does it, by when, and what shows that it was done.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::fields::Fields;
use super::flaw::Flaws;
use super::front::Front;
use super::markdown::Block;
use super::parameter::ParameterKind;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::register::words;
use crate::{Role, Timestamp};

words!(
    /// Whether evidence is wanted.
    Wanted {
        /// The step cannot be done without any.
        Required = "required", "Evidence is needed";
        /// It may be added.
        Optional = "optional", "Evidence may be added";
    }
);

/// A time after the opening of a run, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Due(u32);

/// The longest time: six years, for which documents are kept (45 CFR 164.316(b)(2)(i)).
const LONGEST_MINUTES: u32 = 6 * 366 * 24 * 60;

impl Due {
    /// Reads `15m`, `4h` or `60d`.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let factor = match unit {
            "m" => 1,
            "h" => 60,
            "d" => 24 * 60,
            _ => return None,
        };
        let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let minutes = number.parse::<u32>().ok().filter(|_| plain)?.checked_mul(factor)?;
        (1..=LONGEST_MINUTES).contains(&minutes).then_some(Self(minutes))
    }

    /// The instant, for a run that was opened then.
    pub fn after(self, opened: Timestamp) -> Timestamp {
        opened.plus(i64::from(self.0) * MINUTE_MS)
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = i64::from(self.0) * MINUTE_MS;
        match ms {
            _ if ms % DAY_MS == 0 => write!(f, "{}d", ms / DAY_MS),
            _ if ms % HOUR_MS == 0 => write!(f, "{}h", ms / HOUR_MS),
            _ => write!(f, "{}m", self.0),
        }
    }
}

/// A check that a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCheck {
    /// Which one.
    pub check: Check,
    /// What it needs to know, in the order of [`Check::needs`], with the parameter that tells.
    pub with: Vec<(String, String)>,
}

/// A step of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its id, which stays when the words change.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Who does it.
    pub role: Role,
    /// By when.
    pub due: Option<Due>,
    /// The parameter of kind time from which that counts; `None` for the opening of the run.
    pub after: Option<String>,
    /// Whether evidence is wanted.
    pub evidence: Wanted,
    /// What Wardround looks up for it.
    pub check: Option<StepCheck>,
    /// Whether it may be skipped.
    pub skippable: bool,
    /// What to do.
    pub body: Vec<Block>,
}

/// What the block at the start of a step says.
#[derive(Debug)]
pub(super) struct Attributes {
    pub(super) role: Option<Role>,
    pub(super) due: Option<Due>,
    pub(super) after: Option<String>,
    pub(super) evidence: Wanted,
    pub(super) check: Option<StepCheck>,
    pub(super) skippable: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            role: None,
            due: None,
            after: None,
            evidence: Wanted::Optional,
            check: None,
            skippable: true,
        }
    }
}

/// Roles that can be asked to do something: an auditor changes nothing.
pub(super) fn working_role(text: &str) -> Option<Role> {
    Role::parse(text).filter(|role| *role != Role::Auditor)
}

pub(super) const WORKING_ROLES: [&str; 5] =
    ["executive", "on-call", "engineer", "compliance", "administrator"];

/// Reads the block `toml step` at the start of a step, whose text begins at `base`.
pub(super) fn attributes(
    text: &str,
    base: usize,
    front: &Front,
    flaws: &mut Flaws<'_>,
) -> Attributes {
    let table = super::fields::table(text, base, flaws);
    let mut fields = Fields::new(&table, base, base);
    let role = fields.word("role", working_role, &WORKING_ROLES, flaws);
    let due = fields.text("due", flaws).and_then(|text| {
        let due = Due::parse(&text.value);
        if due.is_none() {
            let right = "write a number of minutes, hours or days, such as 15m, 4h or 60d";
            flaws.at(text.at, format!("`due` is “{}”", text.value), right);
        }
        due
    });
    let after = read_after(&mut fields, due, front, flaws);
    let evidence = fields.word("evidence", Wanted::parse, &["required", "optional"], flaws);
    let check = read_check(&mut fields, front, flaws);
    let skippable = fields.flag("skippable", flaws);
    fields.finish(flaws);
    Attributes {
        role: role.map(|role| role.value),
        due,
        after,
        evidence: evidence.map_or(Wanted::Optional, |wanted| wanted.value),
        check,
        skippable: skippable.is_none_or(|flag| flag.value),
    }
}

/// The time from which a step is due: that of discovery, for the clocks of 45 CFR 164.404(b), which
/// do not wait for somebody to open a runbook.
fn read_after(
    fields: &mut Fields<'_, '_>,
    due: Option<Due>,
    front: &Front,
    flaws: &mut Flaws<'_>,
) -> Option<String> {
    let after = fields.text("after", flaws)?;
    let found = front.parameters.iter().find(|(parameter, _)| parameter.name == after.value);
    if found.is_none_or(|(parameter, _)| parameter.kind != ParameterKind::Time) {
        let wrong = format!("no parameter of kind time is called `{}`", after.value);
        flaws.at(after.at, wrong, "name one, or leave `after` out to count from the opening");
    } else if due.is_none() && !flaws.told(after.at) {
        flaws.at(after.at, "`after` stands without a `due`", "write `due` too, or leave it out");
    }
    Some(after.value)
}

fn read_check(
    fields: &mut Fields<'_, '_>,
    front: &Front,
    flaws: &mut Flaws<'_>,
) -> Option<StepCheck> {
    let words: Vec<&str> = Check::ALL.iter().map(|check| check.as_str()).collect();
    let check = fields.word("check", Check::parse, &words, flaws);
    let given = fields.pairs("with", flaws);
    let Some(check) = check else {
        if let Some((_, first)) = given.first() {
            flaws.at(
                first.at,
                "`with` stands without a `check`",
                "name the check, or leave it out",
            );
        }
        return None;
    };
    let needs = check.value.needs();
    for (slot, place) in &given {
        if !needs.iter().any(|need| need.name == slot) {
            let names: Vec<&str> = needs.iter().map(|need| need.name).collect();
            let right = format!("it takes {}", names.join(", "));
            flaws.at(place.at, format!("{} takes no `{slot}`", check.value.as_str()), right);
        }
    }
    let mut with = Vec::new();
    for need in needs {
        let given = given.iter().find(|(slot, _)| slot == need.name).map(|(_, place)| place);
        let name = given.map_or(need.name, |place| place.value.as_str());
        let at = given.map_or(check.at, |place| place.at);
        let kind = front.parameters.iter().find(|(parameter, _)| parameter.name == name);
        match kind.map(|(parameter, _)| parameter.kind) {
            Some(kind) if kind == need.kind => with.push((need.name.to_owned(), name.to_owned())),
            Some(kind) => {
                let right = format!("`{}` takes {}", need.name, need.kind.as_str());
                flaws.at(at, format!("parameter `{name}` is of kind {}", kind.as_str()), right);
            }
            None => flaws.at(at, format!("no parameter is called `{name}`"), declare(need.kind)),
        }
    }
    Some(StepCheck { check: check.value, with })
}

fn declare(kind: ParameterKind) -> String {
    format!("declare one of kind {} under [[parameter]], or name one in `with`", kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_and_print() {
        for (text, minutes) in [("15m", 15), ("4h", 240), ("60d", 86_400), ("90m", 90)] {
            let due = Due::parse(text).unwrap();
            assert_eq!(due, Due(minutes));
            assert_eq!(due.to_string(), text);
            assert_eq!(due.after(Timestamp(5)).0, 5 + i64::from(minutes) * MINUTE_MS);
        }
        assert_eq!(Due::parse("120m").unwrap().to_string(), "2h");
        for wrong in ["", "m", "0m", "15", "15 m", "+5m", "1.5h", "99999d", "5µ", "4w"] {
            assert_eq!(Due::parse(wrong), None, "{wrong}");
        }
    }
}
