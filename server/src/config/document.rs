//! From TOML text and environment variables to values that know where they came from.

use std::collections::BTreeMap;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key, OTHER_VARIABLES, SECTIONS, Section, Shape};
use super::problem::{NO_CREDENTIALS, Place, Problem, is_access_key, looks_secret};

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole or broken number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A list.
    List(Vec<Value>),
    /// Something that no key takes, described.
    Other(&'static str),
}

impl Value {
    /// The value as an operator recognises it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::shown).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Other(what) => (*what).to_owned(),
        }
    }
}

/// One table: values by key.
#[derive(Debug, Clone)]
pub struct Table {
    /// Where it begins.
    pub place: Place,
    /// Its values.
    pub values: BTreeMap<&'static str, (Place, Value)>,
}

/// The whole configuration as written.
#[derive(Debug, Default)]
pub struct Document {
    /// The tables of each section.
    pub tables: BTreeMap<&'static str, Vec<Table>>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Reads TOML. What cannot be read becomes a problem; the rest is there.
    pub fn parse(text: &str) -> Self {
        let mut document = Self::default();
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            document.problem(Place::Line(line), "", format!("not TOML: {}", error.message()));
        }
        for (name, value) in table.get_ref() {
            let line = Place::Line(line_of(text, name.span().start));
            document.section(text, name.get_ref(), line, value.get_ref());
        }
        document
    }

    fn problem(&mut self, place: Place, key: &str, message: impl Into<String>) {
        self.problems.push(Problem { place, key: key.to_owned(), message: message.into() });
    }

    fn section(&mut self, text: &str, name: &str, place: Place, value: &DeValue<'_>) {
        let Some(section) = keys::section(name) else {
            let message = if looks_secret(name) {
                NO_CREDENTIALS.to_owned()
            } else {
                format!("there is no such section or key; allowed are {}", section_names())
            };
            return self.problem(place, name, message);
        };
        match (section.repeated, value) {
            (false, DeValue::Table(table)) => self.table(text, section, place, table),
            (true, DeValue::Array(items)) => {
                for item in items {
                    let place = Place::Line(line_of(text, item.span().start));
                    match item.get_ref() {
                        DeValue::Table(table) => self.table(text, section, place, table),
                        _ => self.problem(place, name, shape_of(section)),
                    }
                }
            }
            _ => self.problem(place, name, shape_of(section)),
        }
    }

    fn table(&mut self, text: &str, section: &'static Section, place: Place, table: &DeTable<'_>) {
        let mut values = BTreeMap::new();
        for (name, value) in table {
            let line = Place::Line(line_of(text, name.span().start));
            let path = format!("{}.{}", section.name, name.get_ref());
            let Some(key) = section.key(name.get_ref()) else {
                self.problem(line, &path, unknown(section, name.get_ref()));
                continue;
            };
            let value = value_of(value);
            if contains_access_key(&value) {
                self.problem(line, &path, NO_CREDENTIALS);
                continue;
            }
            values.insert(key.name, (line, value));
        }
        self.tables.entry(section.name).or_default().push(Table { place, values });
    }

    /// Puts environment variables over the file, and refuses those that nobody knows.
    pub fn override_with(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in variables {
            if !name.starts_with("WARDROUND_") || OTHER_VARIABLES.contains(&name.as_str()) {
                continue;
            }
            let place = Place::Variable(name.clone());
            let Some((section, key)) = variable(&name) else {
                let message = if looks_secret(&name) {
                    NO_CREDENTIALS.to_owned()
                } else {
                    format!("there is no such setting; allowed are {}", variable_names())
                };
                self.problem(place, "", message);
                continue;
            };
            if is_access_key(&text) {
                self.problem(place, "", NO_CREDENTIALS);
                continue;
            }
            let tables = self.tables.entry(section.name).or_default();
            if tables.is_empty() {
                tables.push(Table { place: Place::File, values: BTreeMap::new() });
            }
            if let Some(table) = tables.first_mut() {
                table.values.insert(key.name, (place, typed(key.shape, text)));
            }
        }
    }
}

/// A variable is always text; the key says what it stands for.
fn typed(shape: Shape, text: String) -> Value {
    match shape {
        Shape::Percent | Shape::Count => {
            text.trim().parse().map_or(Value::Text(text), Value::Number)
        }
        Shape::Flag => text.trim().parse().map_or(Value::Text(text), Value::Flag),
        _ => Value::Text(text),
    }
}

fn variable(name: &str) -> Option<(&'static Section, &'static Key)> {
    SECTIONS.iter().find_map(|section| {
        let key = section.keys.iter().find(|key| key.variable == Some(name))?;
        Some((section, key))
    })
}

fn section_names() -> String {
    let names: Vec<String> = SECTIONS
        .iter()
        .map(|section| {
            if section.repeated {
                format!("[[{}]]", section.name)
            } else {
                format!("[{}]", section.name)
            }
        })
        .collect();
    names.join(", ")
}

fn variable_names() -> String {
    let names: Vec<&str> = SECTIONS
        .iter()
        .flat_map(|section| section.keys)
        .filter_map(|key| key.variable)
        .chain(OTHER_VARIABLES)
        .collect();
    names.join(", ")
}

fn shape_of(section: &Section) -> String {
    if section.repeated {
        format!("write it as a block that begins with [[{}]], once for each", section.name)
    } else {
        format!("write it as a block that begins with [{}]", section.name)
    }
}

fn unknown(section: &Section, name: &str) -> String {
    if looks_secret(name) {
        return NO_CREDENTIALS.to_owned();
    }
    let names: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
    format!("there is no such key; allowed are {}", names.join(", "))
}

fn contains_access_key(value: &Value) -> bool {
    match value {
        Value::Text(text) => is_access_key(text),
        Value::List(items) => items.iter().any(contains_access_key),
        _ => false,
    }
}

fn value_of(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number too large to read"), |number| {
                Value::Number(number as f64)
            }),
        DeValue::Float(number) => {
            number.as_str().parse().map_or(Value::Other("an unreadable number"), Value::Number)
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.iter().map(value_of).collect()),
        DeValue::Table(_) => Value::Other("a table"),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
