//! Walks facts as AWS really sends them.
//!
//! The same member is `Encrypted` in one resource type and `encrypted` in the next, booleans
//! arrive as text, integers as floats, whole objects as JSON in a string, and times as seconds,
//! milliseconds or RFC 3339. A member that is `null` counts as absent.

use std::borrow::Cow;

use serde_json::Value;

use crate::Timestamp;

/// Numbers above this are milliseconds: as seconds they would lie after the year 5100.
const MILLISECONDS_FROM: f64 = 1e11;

/// The value at a dotted path, in any letter case; `None` when absent or `null`.
pub(super) fn get<'a>(value: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    let mut here = Cow::Borrowed(value);
    for name in path.split('.').filter(|name| !name.is_empty()) {
        here = match opened(here) {
            Cow::Borrowed(value) => Cow::Borrowed(member(value, name)?),
            Cow::Owned(value) => Cow::Owned(member(&value, name)?.clone()),
        };
    }
    let here = opened(here);
    (!here.is_null()).then_some(here)
}

/// Whether an object, even an empty one, stands at the path.
pub(super) fn present(value: &Value, path: &str) -> bool {
    get(value, path).is_some_and(|value| value.is_object())
}

/// Text that is not empty. Numbers and booleans are written out.
pub(super) fn text(value: &Value, path: &str) -> Option<String> {
    match get(value, path)?.as_ref() {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A boolean, also as the text `"true"` or `"False"`, or as 1 or 0.
pub(super) fn flag(value: &Value, path: &str) -> Option<bool> {
    match get(value, path)?.as_ref() {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
        Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
        _ => None,
    }
}

/// A finite number, also as text.
pub(super) fn number(value: &Value, path: &str) -> Option<f64> {
    let number = match get(value, path)?.as_ref() {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A time: RFC 3339, seconds or milliseconds since 1970.
pub(super) fn time(value: &Value, path: &str) -> Option<Timestamp> {
    if let Value::String(text) = get(value, path)?.as_ref()
        && let Some(time) = Timestamp::parse(text)
    {
        return Some(time);
    }
    let number = number(value, path)?;
    let seconds = number.abs() < MILLISECONDS_FROM;
    Some(Timestamp((if seconds { number * 1000.0 } else { number }).round() as i64))
}

/// The elements of a list, or the values of a map whose keys are ids; empty when absent.
pub(super) fn list(value: &Value, path: &str) -> Vec<Value> {
    match get(value, path).map(Cow::into_owned) {
        Some(Value::Array(items)) => items,
        Some(Value::Object(members)) => members.into_iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}

/// Parses an object or list that stands in a string; leaves everything else alone.
fn opened(value: Cow<'_, Value>) -> Cow<'_, Value> {
    let Value::String(text) = value.as_ref() else { return value };
    let text = text.trim();
    if !(text.starts_with(['{', '[']) || text == "null") {
        return value;
    }
    match serde_json::from_str(text) {
        Ok(parsed) => Cow::Owned(parsed),
        Err(_) => value,
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| {
        let found = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_strings_and_floats_are_read() {
        let facts = json!({
            "configuration": "{\"Encrypted\": \"True\", \"Size\": 8.0, \"Key\": null}",
            "supplementaryConfiguration": { "Rules": { "one": { "a": 1 }, "two": { "a": 2 } } },
        });
        assert_eq!(flag(&facts, "configuration.encrypted"), Some(true));
        assert_eq!(number(&facts, "Configuration.size"), Some(8.0));
        assert_eq!(text(&facts, "configuration.key"), None);
        assert!(present(&facts, "configuration"));
        assert!(!present(&json!({ "configuration": "null" }), "configuration"));
        assert_eq!(list(&facts, "supplementaryConfiguration.rules").len(), 2);
        assert_eq!(get(&facts, "configuration.nothing.at.all"), None);
    }

    #[test]
    fn times_come_in_three_shapes() {
        let expected = Timestamp::parse("2026-11-20T10:00:00.500Z");
        let facts = json!({
            "text": "2026-11-20T10:00:00.500Z",
            "seconds": 1_795_168_800.5,
            "milliseconds": 1_795_168_800_500_i64,
            "digits": "1795168800.5",
            "wrong": "yesterday",
        });
        for member in ["text", "seconds", "milliseconds", "digits"] {
            assert_eq!(time(&facts, member), expected, "{member}");
        }
        assert_eq!(time(&facts, "wrong"), None);
    }
}
