//! Through structures, with a note of what was taken out where.

use std::fmt::Write as _;

use domain::telemetry::{Position, Redaction};
use serde_json::{Map, Value};

use crate::{
    keys::Phrase,
    kind::Kind,
    sieve::{Changed, Sieve},
    wire::{Any, AnyValue, KeyValue},
};

/// What was taken out of one record.
#[derive(Default)]
pub struct Notes {
    /// The way to where we are. Names in it are clean.
    path: String,
    /// What was taken out.
    pub redactions: Vec<Redaction>,
    depth: usize,
    /// The user that the record names; gone from its other texts too.
    pub user: Option<String>,
}

/// The shortest name of a user that is looked for in other texts, in bytes. A shorter one is part
/// of too much else.
const USER: usize = 4;

impl Notes {
    /// Does something one step further down.
    pub fn within<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        let result = work(self);
        self.path.truncate(length);
        result
    }

    /// Does something one step further down a list.
    pub fn item<T>(&mut self, index: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        let _ = write!(self.path, "[{index}]");
        let result = work(self);
        self.path.truncate(length);
        result
    }

    /// Does something with one item of a list that has a name.
    pub fn item_of<T>(&mut self, list: &str, index: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        self.within(list, |notes| notes.item(index, work))
    }

    fn note(&mut self, sieve: &Sieve, position: Position, found: &[(u16, u32)]) {
        for (rule, count) in found {
            let rule = sieve.name(*rule);
            // The same place comes several times in a row, if at all.
            let known = self.redactions.iter_mut().rev().take(8).find(|redaction| {
                redaction.rule == rule
                    && redaction.position == position
                    && redaction.path == self.path
            });
            match known {
                Some(redaction) => redaction.count += count,
                None => self.redactions.push(Redaction {
                    rule: rule.to_owned(),
                    position,
                    path: self.path.clone(),
                    count: *count,
                }),
            }
        }
    }
}

/// What the names of fields on the way say about a value.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    phrase: Option<&'static Phrase>,
    key: Option<&'a str>,
    /// Within a FHIR resource that describes a person.
    person: bool,
}

/// Text within a FHIR resource about a person says something of that person; only these do not.
const NEUTRAL: &[&str] =
    &["resourceType", "use", "system", "status", "gender", "rank", "active", "unit", "url", "code"];

impl Sieve {
    /// A text on its own.
    pub(crate) fn owned(&self, text: String, position: Position, notes: &mut Notes) -> String {
        self.in_context(text, Context::default(), position, notes)
    }

    /// A text under a name.
    pub(crate) fn named(
        &self,
        text: String,
        name: &str,
        position: Position,
        notes: &mut Notes,
    ) -> String {
        let phrase = self.key_of(name);
        self.in_context(text, Context { phrase, key: Some(name), person: false }, position, notes)
    }

    fn in_context(
        &self,
        text: String,
        context: Context<'_>,
        position: Position,
        notes: &mut Notes,
    ) -> String {
        if text.is_empty() {
            return text;
        }
        let clean = match self.value_at(&text, context.phrase, context.key, notes.depth) {
            None => text,
            Some(Changed { text, found }) => {
                notes.note(self, position, &found);
                text
            }
        };
        self.without_user(clean, position, notes)
    }

    /// A text without the user that the record names in an attribute: `sign-in of jroe12 failed`.
    fn without_user(&self, text: String, position: Position, notes: &mut Notes) -> String {
        let Some(user) = notes.user.as_deref().filter(|user| user.len() >= USER) else {
            return text;
        };
        let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let mut clean = String::new();
        let (mut from, mut times) = (0, 0);
        self.pieces(&text, |start, end| {
            for at in memchr::memmem::find_iter(&bytes[start..end], user) {
                let (at, stop) = (start + at, start + at + user.len());
                let before = at.checked_sub(1).and_then(|place| bytes.get(place));
                if !word(before) && !word(bytes.get(stop)) {
                    clean.push_str(&text[from..at]);
                    clean.push_str(&self.replacement(Kind::User.index(), user));
                    from = stop;
                    times += 1;
                }
            }
        });
        if times == 0 {
            return text;
        }
        clean.push_str(&text[from..]);
        notes.note(self, position, &[(Kind::User.index(), times)]);
        clean
    }

    /// Attributes, or any other map of OTLP. `position` is that of the values.
    pub(crate) fn attributes(
        &self,
        list: Vec<KeyValue>,
        position: Position,
        notes: &mut Notes,
    ) -> Map<String, Value> {
        self.map(object(list), Context::default(), position, notes)
    }

    /// A name without what identifies, and without losing another of the same name.
    fn key_name(&self, key: &str, map: &Map<String, Value>, notes: &mut Notes) -> String {
        let name = match self.value_at(key, None, None, notes.depth) {
            None => key.to_owned(),
            Some(changed) => {
                let step = changed.text.clone();
                notes.within(&step, |notes| notes.note(self, Position::Key, &changed.found));
                changed.text
            }
        };
        free(self.without_user(name, Position::Key, notes), map)
    }

    /// What the text next to a value announces, once that is clean.
    fn sibling(&self, text: &str, depth: usize) -> Option<&'static Phrase> {
        let clean = self.value_at(text, None, None, depth);
        self.key_of(clean.as_ref().map_or(text, |clean| &clean.text))
    }

    /// What a name within another announces: `name` within `patient`, or what the outer one did.
    fn inner_phrase(
        &self,
        name: &str,
        raw: &str,
        outer: Context<'_>,
        sibling: Option<&'static Phrase>,
    ) -> Option<&'static Phrase> {
        // The clean name first: looking at the result again must come to the same.
        let own = self.key_of(name);
        if own.is_some() {
            return own;
        }
        let key = name;
        if raw != name
            && let Some(own) = self.key_of(raw)
        {
            return Some(own);
        }
        if is_value(key) && sibling.is_some() {
            return sibling;
        }
        if let Some(outer) = outer.key
            && outer.len() + key.len() < 200
            && let Some(joined) = self.key_of(&format!("{outer}.{key}"))
            && joined.words.contains(' ')
        {
            return Some(joined);
        }
        outer
            .phrase
            .filter(|phrase| !phrase.words.starts_with("patient") || phrase.words.contains(' '))
    }

    /// Any value of OTLP.
    pub(crate) fn any(&self, value: AnyValue, position: Position, notes: &mut Notes) -> Value {
        let mut value = plain(value);
        self.json_in(&mut value, Context::default(), position, notes);
        value
    }

    /// A number: its digits are looked at too.
    fn number(
        &self,
        number: serde_json::Number,
        context: Context<'_>,
        position: Position,
        notes: &mut Notes,
    ) -> Value {
        let large = number.as_i64().is_none_or(|number| number.unsigned_abs() > 99_999_999);
        if context.phrase.is_none() && !large && !self.has_operator_rules() {
            return Value::Number(number);
        }
        let text = number.to_string();
        let clean = self.in_context(text.clone(), context, position, notes);
        if clean == text { Value::Number(number) } else { Value::String(clean) }
    }

    /// Takes out of a JSON value what identifies; which rules found something, and how often.
    pub fn json(&self, value: &mut Value) -> Vec<(String, u32)> {
        let mut notes = Notes::default();
        self.json_in(value, Context::default(), Position::Value, &mut notes);
        let mut found: Vec<(String, u32)> = Vec::new();
        for Redaction { rule, count, .. } in notes.redactions {
            match found.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, total)) => *total += count,
                None => found.push((rule, count)),
            }
        }
        found.sort();
        found
    }

    fn json_in(
        &self,
        value: &mut Value,
        context: Context<'_>,
        position: Position,
        notes: &mut Notes,
    ) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                *value = self.number(number.clone(), context, position, notes);
            }
            Value::String(text) => {
                *text = self.in_context(std::mem::take(text), context, position, notes);
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    notes.item(index, |notes| {
                        self.json_in(item, context, position, notes);
                    });
                }
            }
            Value::Object(map) => {
                *map = self.map(std::mem::take(map), context, position, notes);
            }
        }
    }

    fn map(
        &self,
        map: Map<String, Value>,
        outer: Context<'_>,
        position: Position,
        notes: &mut Notes,
    ) -> Map<String, Value> {
        let person = outer.person
            || matches!(
                map.get("resourceType").and_then(Value::as_str),
                Some("Patient" | "Person" | "RelatedPerson")
            );
        let sibling = sibling_name(map.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            .and_then(|name| self.sibling(name, notes.depth));
        let mut clean = Map::with_capacity(map.len());
        for (key, mut value) in map {
            let name = self.key_name(&key, &clean, notes);
            let phrase = self.inner_phrase(&name, &key, outer, sibling);
            let context = Context { phrase, key: Some(&name), person };
            notes.within(&name, |notes| {
                let text = matches!(value, Value::String(_) | Value::Number(_));
                if person && text && !NEUTRAL.contains(&key.as_str()) {
                    self.of_person(&mut value, context, position, notes);
                } else {
                    self.json_in(&mut value, context, position, notes);
                }
            });
            clean.insert(name, value);
        }
        clean
    }

    /// A text of a FHIR resource about a person.
    fn of_person(
        &self,
        value: &mut Value,
        context: Context<'_>,
        position: Position,
        notes: &mut Notes,
    ) {
        self.json_in(value, context, position, notes);
        let untouched = match &*value {
            Value::String(text) => !text.is_empty() && !self.is_replaced(text),
            _ => true,
        };
        if untouched {
            notes.note(self, position, &[(Kind::Fhir.index(), 1)]);
            *value = Value::String(format!("[{}]", Kind::Fhir.name()));
        }
    }

    /// Text that is JSON, with its structure: `None` when it is none or nothing is to change.
    pub(crate) fn json_text(&self, text: &str, depth: usize) -> Option<Changed> {
        let trimmed = text.trim();
        let framed = trimmed.starts_with('{') && trimmed.ends_with('}')
            || trimmed.starts_with('[') && trimmed.ends_with(']');
        if !framed {
            return None;
        }
        let mut value: Value = serde_json::from_str(trimmed).ok()?;
        let mut notes = Notes { depth: depth + 1, ..Notes::default() };
        self.json_in(&mut value, Context::default(), Position::Value, &mut notes);
        if notes.redactions.is_empty() {
            return None;
        }
        let mut found = Vec::new();
        for Redaction { rule, count, .. } in &notes.redactions {
            Changed::count(&mut found, self.rule_number(rule), *count);
        }
        Some(Changed { text: serde_json::to_string(&value).ok()?, found })
    }
}

/// A name that is not taken yet. Numbers go on from how many there are: a thousand of the same name
/// must not be counted through a thousand times.
fn free(name: String, map: &Map<String, Value>) -> String {
    if !map.contains_key(&name) {
        return name;
    }
    (map.len() + 1..)
        .take(8)
        .map(|number| format!("{name} {number}"))
        .find(|name| !map.contains_key(name))
        .unwrap_or(name)
}

/// A map of OTLP as one of JSON: both are walked through in the same way.
fn object(list: Vec<KeyValue>) -> Map<String, Value> {
    let mut map = Map::with_capacity(list.len());
    for KeyValue { key, value } in list {
        map.insert(free(key, &map), plain(value.unwrap_or_default()));
    }
    map
}

fn plain(value: AnyValue) -> Value {
    match value.value {
        None => Value::Null,
        Some(Any::Text(text)) => Value::String(text),
        Some(Any::Bool(yes)) => Value::Bool(yes),
        Some(Any::Int(number)) => Value::Number(number.into()),
        Some(Any::Double(number)) => serde_json::Number::from_f64(number)
            .map_or_else(|| Value::String(number.to_string()), Value::Number),
        Some(Any::List(list)) => Value::Array(list.values.into_iter().map(plain).collect()),
        Some(Any::Map(map)) => Value::Object(object(map.values)),
        Some(Any::Bytes(bytes)) => Value::String(text_of_bytes(bytes)),
    }
}

/// The fewest letters and digits in a row that could say something.
const SAYS: usize = 4;

/// Bytes as the text that they are; in base64, as OTLP/JSON writes them, only where they say nothing
/// that people could read.
fn text_of_bytes(bytes: Vec<u8>) -> String {
    let says = bytes
        .split(|byte| !byte.is_ascii_alphanumeric() && !byte.is_ascii_punctuation())
        .any(|run| run.len() >= SAYS);
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if says => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        Err(error) => data_encoding::BASE64.encode(error.as_bytes()),
    }
}

/// `{"name": "mrn", "value": "1"}`: the text that names the value next to it.
fn sibling_name<'a>(
    pairs: impl Iterator<Item = (&'a str, Option<&'a str>)> + Clone,
) -> Option<&'a str> {
    if !pairs.clone().any(|(key, _)| is_value(key)) {
        return None;
    }
    pairs
        .filter(|(key, _)| {
            ["name", "key", "field", "label", "type", "code", "attribute", "parameter", "column"]
                .iter()
                .any(|known| key.eq_ignore_ascii_case(known))
        })
        .find_map(|(_, value)| value)
}

fn is_value(key: &str) -> bool {
    key.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("value"))
}
