//! Reading JSON that may surprise: spellings, shapes of times, numbers as text.

use domain::Timestamp;
use serde_json::Value;

/// A member by name, in PascalCase or with a small first letter: AWS writes both, sometimes in
/// two places of the same service.
pub(crate) fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| object.get(&lower_first(name))).filter(|found| !found.is_null())
}

/// Takes a member out.
pub(crate) fn take(value: &mut Value, name: &str) -> Option<Value> {
    let object = value.as_object_mut()?;
    let found = match object.get_mut(name) {
        Some(found) => found,
        None => object.get_mut(&lower_first(name))?,
    };
    Some(found.take()).filter(|taken| !taken.is_null())
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A member along a path.
pub(crate) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| get(value, name))
}

/// A text member.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    get(value, name)?.as_str()
}

/// A text member, owned, at most `chars` long, empty when absent.
pub(crate) fn text_or_empty(value: &Value, name: &str, chars: usize) -> String {
    bounded(text(value, name).unwrap_or_default(), chars)
}

/// A time member in any shape that AWS uses.
pub(crate) fn time(value: &Value, name: &str) -> Option<Timestamp> {
    match get(value, name)? {
        Value::String(text) => time_of_text(text),
        Value::Number(number) => number.as_f64().and_then(time_of_number),
        _ => None,
    }
}

/// RFC 3339; the same with a space for the `T` and without a zone (UTC); or a number as text.
pub(crate) fn time_of_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    if let Ok(number) = text.parse::<f64>() {
        return time_of_number(number);
    }
    let mut iso = text.replacen(' ', "T", 1);
    let clock = iso.find('T').map_or("", |at| &iso[at..]);
    if !clock.contains(['Z', 'z', '+', '-']) {
        iso.push('Z');
    } else if let Some((_, zone)) = iso.rsplit_once(['+', '-'])
        && zone.len() == 4
        && zone.bytes().all(|byte| byte.is_ascii_digit())
    {
        // +0000, as Java writes it. Four digits are four bytes, so this is between two of them.
        iso.insert(iso.len() - 2, ':');
    }
    Timestamp::parse(&iso)
}

/// Seconds since 1970, or milliseconds when the number is too great for seconds.
pub(crate) fn time_of_number(number: f64) -> Option<Timestamp> {
    let ms = if number.abs() < 100_000_000_000.0 { number * 1000.0 } else { number };
    // Years 1 to 9999.
    (-62_135_596_800_000.0..253_402_300_800_000.0)
        .contains(&ms)
        .then(|| Timestamp(ms.round() as i64))
}

/// The text, cut after so many characters; a cut shows as an ellipsis.
pub(crate) fn bounded(text: &str, chars: usize) -> String {
    if text.len() <= chars {
        return text.to_owned();
    }
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some((end, _)) => {
            let mut cut = text[..end].to_owned();
            cut.pop();
            cut.push('…');
            cut
        }
    }
}

/// What kind of JSON value it is, in words.
pub(crate) fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Tags in any of the shapes that AWS uses: a list of `{key, value}`, or an object.
pub(crate) fn tags(value: Option<&Value>) -> Vec<(String, String)> {
    let pair = |key: &str, value: &str| (bounded(key, 128), bounded(value, 256));
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| Some(pair(text(item, "Key")?, text(item, "Value").unwrap_or(""))))
            .collect(),
        Some(Value::Object(object)) => object
            .iter()
            .map(|(key, value)| pair(key, value.as_str().unwrap_or_default()))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_in_every_shape_agree() {
        let wanted = Timestamp::parse("2024-05-23T20:49:02Z");
        assert!(wanted.is_some());
        for text in [
            "2024-05-23T20:49:02.000Z",
            "2024-05-23 20:49:02.000000000",
            "2024-05-23T22:49:02+02:00",
            "2024-05-23T20:49:02.000+0000",
            "2024-05-23T20:49:02",
            "1716497342",
            "1716497342000",
        ] {
            assert_eq!(time_of_text(text), wanted, "{text}");
        }
        assert_eq!(time(&json!({"at": 1_716_497_342.0}), "At"), wanted);
        for text in [
            "",
            "soon",
            "2024-13-40T00:00:00Z",
            "1e400",
            "NaN",
            "2026-11-20T10:00:00+0é0",
            "2026-11-20T10:00:00-é00",
            "2026-11-20T10:00:00+00é",
            "2026-11-20 10:00:00+\u{1F550}",
            "é+0000",
            "T-",
        ] {
            assert_eq!(time_of_text(text), None, "{text}");
        }
    }

    #[test]
    fn cutting_respects_letters() {
        assert_eq!(bounded("ééé", 3), "ééé");
        assert_eq!(bounded("éééé", 3), "éé…");
        assert_eq!(bounded("", 0), "");
    }

    #[test]
    fn members_are_found_in_both_spellings() {
        assert_eq!(text(&json!({"DetectorId": "a"}), "DetectorId"), Some("a"));
        assert_eq!(text(&json!({"detectorId": "a"}), "DetectorId"), Some("a"));
        assert_eq!(text(&json!({"DetectorId": null}), "DetectorId"), None);
    }
}
