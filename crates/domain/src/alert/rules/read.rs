//! Reads rules from TOML, and says what is wrong by rule and field.

use std::fmt;

use toml::{Table, Value};

use super::data::KEEP_FIRING_MS;
use super::{Rule, Rules, Runbook, data, witness};
use crate::alert::Class;
use crate::alert::glob::Glob;
use crate::alert::origin::ORIGINS;
use crate::alert::signal::Phi;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::{Catalogue, ControlId, Severity, Source};

/// The longest time that a rule may wait before it fires, or go on after it ended.
const LONGEST_MS: i64 = DAY_MS;

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFlaw {
    /// The rule, or where it stands in the file; empty where the file as a whole is meant.
    pub rule: String,
    /// The field; empty where the rule as a whole is meant.
    pub field: String,
    /// What is wrong, and what would be right.
    pub sentence: String,
}

impl fmt::Display for RuleFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rule.as_str(), self.field.as_str()) {
            ("", _) => f.write_str(&self.sentence),
            (rule, "") => write!(f, "rule {rule}: {}", self.sentence),
            (rule, field) => write!(f, "rule {rule}, field {field}: {}", self.sentence),
        }
    }
}

fn flaw(rule: &str, field: &str, sentence: impl Into<String>) -> RuleFlaw {
    RuleFlaw { rule: rule.to_owned(), field: field.to_owned(), sentence: sentence.into() }
}

/// The tables under `rule`.
pub(super) fn tables(text: &str) -> Result<Vec<Table>, RuleFlaw> {
    let file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| flaw("", "", format!("This is not TOML: {error}")))?;
    if let Some(other) = file.keys().find(|key| *key != "rule") {
        let sentence = format!("{other} is not known here; rules stand under [[rule]].");
        return Err(flaw("", other, sentence));
    }
    match file.get("rule") {
        None => Ok(Vec::new()),
        Some(Value::Array(rules)) => rules
            .iter()
            .enumerate()
            .map(|(index, rule)| match rule {
                Value::Table(table) => Ok(table.clone()),
                _ => Err(flaw(&format!("number {}", index + 1), "", "It must be a table.")),
            })
            .collect(),
        Some(_) => Err(flaw("", "rule", "Rules stand under [[rule]], with two brackets.")),
    }
}

/// The rules of some tables.
pub(super) fn rules(tables: &[Table]) -> Result<Vec<Rule>, Vec<RuleFlaw>> {
    let mut flaws = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let mut fields = Fields::of(table, index);
        let rule = fields.rule();
        flaws.append(&mut fields.flaws);
        if rules.iter().any(|before| before.id == rule.id) {
            flaws.push(flaw(&rule.id, "id", "There are two rules with this id."));
        }
        rules.push(rule);
    }
    if flaws.is_empty() { Ok(rules) } else { Err(flaws) }
}

/// The built-in rules with those of an operator.
pub(super) fn with(text: &str) -> Result<Rules, Vec<RuleFlaw>> {
    let theirs = tables(text).map_err(|flaw| vec![flaw])?;
    let mut all = data::tables();
    let mut first = Vec::new();
    for table in theirs {
        if let Some(locked) = table.get("locked") {
            let id = table.get("id").and_then(Value::as_str).unwrap_or_default();
            let sentence = format!("Only built-in rules are locked; leave out locked = {locked}.");
            return Err(vec![flaw(id, "locked", sentence)]);
        }
        let same = |ours: &&mut Table| ours.get("id") == table.get("id");
        match all.iter_mut().find(same) {
            Some(ours) => ours.extend(table),
            None => first.push(table),
        }
    }
    first.extend(all);
    let rules = Rules(rules(&first)?);
    let flaws = witness::flaws(&rules, Rules::get());
    if flaws.is_empty() { Ok(rules) } else { Err(flaws) }
}

/// Reads one rule, and gathers what is wrong.
struct Fields<'t> {
    table: &'t Table,
    id: String,
    flaws: Vec<RuleFlaw>,
}

const KNOWN: [&str; 21] = [
    "id",
    "from",
    "sources",
    "types",
    "controls",
    "severity",
    "phi",
    "changed",
    "inside",
    "set-aside",
    "class",
    "outside-hours",
    "level",
    "family",
    "title",
    "why",
    "runbook",
    "for",
    "keep-firing-for",
    "locked",
    "note",
];

impl<'t> Fields<'t> {
    fn of(table: &'t Table, index: usize) -> Self {
        let id = table.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let named = if id.is_empty() { format!("number {}", index + 1) } else { id };
        Self { table, id: named, flaws: Vec::new() }
    }

    fn wrong(&mut self, field: &str, sentence: impl Into<String>) {
        self.flaws.push(flaw(&self.id, field, sentence));
    }

    fn rule(&mut self) -> Rule {
        for key in self.table.keys() {
            if !KNOWN.contains(&key.as_str()) {
                self.wrong(key, format!("It is not known; known are {}.", KNOWN.join(", ")));
            }
        }
        let id = self.text("id");
        let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !id.is_empty() && !id.chars().all(slug) {
            self.wrong("id", "Use small letters, digits and hyphens.");
        }
        let from = self
            .one_of("from", "finding", |word| ORIGINS.into_iter().find(|origin| *origin == word));
        let rule = Rule {
            id,
            from,
            sources: self.each("sources", Source::parse),
            types: self.list("types").into_iter().map(Glob::new).collect(),
            controls: self.each("controls", control),
            severity: self.each("severity", Severity::parse),
            phi: self.each("phi", Phi::parse),
            changed: self.flag("changed"),
            inside: self.flag("inside"),
            set_aside: self.flag("set-aside").unwrap_or(false),
            class: self.one_of("class", Class::Ticket, Class::parse),
            outside_hours: self.maybe("outside-hours", Class::parse),
            level: self.maybe("level", Severity::parse),
            family: self.text("family"),
            title: self.text("title"),
            why: self.text("why"),
            runbook: self.one_of("runbook", Runbook::HipaaIncidentChecklist, Runbook::parse),
            for_ms: self.duration("for", 0),
            keep_firing_ms: self.duration("keep-firing-for", KEEP_FIRING_MS),
            locked: self.flag("locked").unwrap_or(false),
        };
        if from != "finding" {
            for field in ["sources", "controls", "severity", "set-aside", "inside"] {
                if self.table.contains_key(field) {
                    self.wrong(field, format!("Only findings have it, and this is from {from}."));
                }
            }
        }
        if rule.outside_hours.is_some_and(|class| class <= rule.class) {
            self.wrong(
                "outside-hours",
                "It must be less urgent than the class; else leave it out.",
            );
        }
        if !rule.why.is_empty() && !rule.why.ends_with('.') {
            self.wrong("why", "It must be a sentence, with a full stop.");
        }
        rule
    }

    /// A text that must be there.
    fn text(&mut self, field: &str) -> String {
        match self.table.get(field) {
            Some(Value::String(text)) if !text.trim().is_empty() => {
                if text.chars().count() > 400 {
                    self.wrong(field, "It is longer than 400 characters.");
                }
                text.trim().to_owned()
            }
            Some(Value::String(_)) => {
                self.wrong(field, "It is empty.");
                String::new()
            }
            Some(_) => {
                self.wrong(field, "It must be text, in quotes.");
                String::new()
            }
            None => {
                self.wrong(field, "It is missing.");
                String::new()
            }
        }
    }

    fn one_of<T>(&mut self, field: &str, other: T, parse: impl Fn(&str) -> Option<T>) -> T {
        let word = self.text(field);
        if word.is_empty() {
            return other;
        }
        parse(&word).unwrap_or_else(|| {
            self.wrong(field, format!("{word:?} is not one of {}.", choices(field)));
            other
        })
    }

    fn maybe<T>(&mut self, field: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.table.get(field)?;
        let word = self.text(field);
        let value = parse(&word);
        if value.is_none() && !word.is_empty() {
            self.wrong(field, format!("{word:?} is not one of {}.", choices(field)));
        }
        value
    }

    /// A list of texts. A list that is there must not be empty: it would match nothing.
    fn list(&mut self, field: &str) -> Vec<String> {
        let Some(value) = self.table.get(field) else { return Vec::new() };
        let texts: Option<Vec<String>> = value.as_array().and_then(|all| {
            all.iter()
                .map(|one| one.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
                .collect()
        });
        match texts {
            Some(texts) if !texts.is_empty() => texts,
            _ => {
                let sentence = "It must be a list of texts, such as [\"a\", \"b\"]; leave it out \
                                where it does not matter.";
                self.wrong(field, sentence);
                Vec::new()
            }
        }
    }

    fn each<T>(&mut self, field: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut values = Vec::new();
        for word in self.list(field) {
            match parse(&word) {
                Some(value) => values.push(value),
                None => self.wrong(field, format!("{word:?} is not one of {}.", choices(field))),
            }
        }
        values
    }

    fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.table.get(field)?;
        if value.as_bool().is_none() {
            self.wrong(field, "It must be true or false.");
        }
        value.as_bool()
    }

    fn duration(&mut self, field: &str, other: i64) -> i64 {
        if !self.table.contains_key(field) {
            return other;
        }
        let text = self.text(field);
        match duration_ms(&text) {
            Some(ms) if ms <= LONGEST_MS => ms,
            Some(_) => {
                self.wrong(field, "It must not be longer than a day.");
                other
            }
            None => {
                self.wrong(field, "It must be a number with s, m or h, such as \"15m\".");
                other
            }
        }
    }
}

fn control(word: &str) -> Option<ControlId> {
    let id = ControlId::from(word);
    Catalogue::get().control(&id).map(|control| control.id.clone())
}

fn choices(field: &str) -> String {
    let join = |words: Vec<&'static str>| words.join(", ");
    match field {
        "from" => ORIGINS.join(", "),
        "sources" => join(Source::ALL.iter().map(|one| one.as_str()).collect()),
        "severity" | "level" => join(Severity::ALL.iter().map(|one| one.as_str()).collect()),
        "phi" => join(Phi::ALL.iter().map(|one| one.as_str()).collect()),
        "class" | "outside-hours" => join(Class::ALL.iter().map(|one| one.as_str()).collect()),
        "runbook" => join(Runbook::ALL.iter().map(|one| one.as_str()).collect()),
        "controls" => "the controls of the catalogue".to_owned(),
        _ => "what is known".to_owned(),
    }
}

/// A number with `s`, `m`, `h` or `d`, in milliseconds.
pub(crate) fn duration_ms(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
    let factor = match unit {
        's' => 1_000,
        'm' => MINUTE_MS,
        'h' => HOUR_MS,
        'd' => DAY_MS,
        _ => return None,
    };
    if number < 0 {
        return None;
    }
    number.checked_mul(factor)
}
