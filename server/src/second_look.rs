//! The second look at something stored: every text of it goes through the redactor once more.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use telemetry::Sieve;

/// Fields that hold ids and words of ours, and no text of a producer's.
const OURS: [&str; 9] =
    ["trace", "id", "parent", "key", "span", "kind", "status", "redactions", "auth"];

/// What is left of a stored row, and the rules that found something in it. `None` where all is
/// well. What cannot be read is looked at as one text.
pub fn second_look(sieve: &Sieve, detail: &str) -> Option<(String, String)> {
    let mut found = BTreeSet::new();
    let clean = match serde_json::from_str::<Map<String, Value>>(detail) {
        Ok(mut fields) => {
            for (name, value) in &mut fields {
                if !OURS.contains(&name.as_str()) {
                    walk(sieve, None, value, &mut found);
                }
            }
            Value::Object(fields).to_string()
        }
        Err(_) => text(sieve, None, detail, &mut found).unwrap_or_default(),
    };
    if found.is_empty() {
        return None;
    }
    let rules = found.into_iter().collect::<Vec<_>>().join(", ");
    Some((clean, rules))
}

/// `key` is the name of the attribute that holds the value, if it has one.
fn walk(sieve: &Sieve, key: Option<&str>, value: &mut Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(held) => {
            if let Some(clean) = text(sieve, key, held, found) {
                *held = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(sieve, key, item, found)),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                walk(sieve, Some(name), value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text(
    sieve: &Sieve,
    key: Option<&str>,
    held: &str,
    found: &mut BTreeSet<String>,
) -> Option<String> {
    let cleaned = sieve.text(held, key);
    if cleaned.found.is_empty() {
        return None;
    }
    found.extend(cleaned.found.into_iter().map(|(rule, _)| rule));
    Some(cleaned.text)
}
