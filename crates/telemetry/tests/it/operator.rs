//! Rules that an operator adds, the self-test, and callers other than OTLP.

use serde_json::json;
use telemetry::{OperatorRule, RuleProblem, Sieve};

use crate::sieve;

fn rule(name: &str, pattern: &str, keys: &[&str]) -> OperatorRule {
    OperatorRule {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

fn with(rules: &[OperatorRule]) -> Result<Sieve, RuleProblem> {
    Sieve::new(rules, [7; 32])
}

#[test]
fn they_find_what_they_say_also_in_disguise() {
    let sieve = with(&[rule("study-code", r"\bST-\d{4}\b", &[])]).unwrap();
    for text in
        ["enrolled in ST-8812 now", "enrolled in ST%2D8812 now", "enrolled in ST\\u002d8812 now"]
    {
        let cleaned = sieve.text(text, None);
        assert_eq!(cleaned.text, "enrolled in [study-code] now");
        assert_eq!(cleaned.found, [("study-code".to_owned(), 1)]);
    }
    let long = format!("{}ST-8812{}", "x ".repeat(5000), " y".repeat(5000));
    assert!(!sieve.text(&long, None).text.contains("8812"));
}

#[test]
fn keys_say_where_they_count() {
    let sieve = with(&[rule("bed", r"\d{2,3}[A-Z]", &["bed", "room"])]).unwrap();
    assert_eq!(sieve.text("Bed 12A is free", None).text, "Bed [bed] is free");
    assert_eq!(sieve.text("gate 12A is free", None).text, "gate 12A is free");
    assert_eq!(sieve.text("12A", Some("ward.room")).text, "[bed]");
}

#[test]
fn what_is_wrong_with_a_rule_is_said() {
    let problem = |rules: &[OperatorRule]| with(rules).unwrap_err().to_string();
    for name in ["", "Study", "a b", "1x", &"x".repeat(33)] {
        assert!(problem(&[rule(name, "x", &[])]).contains("small letters"), "{name}");
    }
    assert!(problem(&[rule("ssn", "x", &[])]).contains("\"ssn\""));
    assert!(problem(&[rule("a", "x", &[]), rule("a", "y", &[])]).contains("another rule"));
    assert!(problem(&[rule("open", "(", &[])]).contains("\"open\""));
    assert!(problem(&[rule("huge", r"\w{1000}{1000}", &[])]).contains("\"huge\""));
    assert!(problem(&[rule("any", "x*", &[])]).contains("empty text"));
    assert!(problem(&[rule("key", "x", &[" "])]).contains("`keys`"));
}

#[test]
fn the_version_tells_the_rules() {
    let plain = sieve();
    let one = with(&[rule("a", "x", &[])]).unwrap();
    assert_eq!(plain.version(), Sieve::new(&[], [9; 32]).unwrap().version());
    assert_ne!(plain.version(), one.version());
    assert_ne!(one.version(), with(&[rule("a", "y", &[])]).unwrap().version());
    assert!(plain.version().len() <= 16);
}

#[test]
fn the_self_test_passes_and_nothing_prints_the_key() {
    let sieve = with(&[rule("a", "zzz", &[])]).unwrap();
    sieve.check().unwrap();
    assert!(!format!("{sieve:?}").contains("7, 7"), "{sieve:?}");
}

#[test]
fn json_keeps_its_structure() {
    let mut value = json!({
        "patient": { "name": "Orla Quillfeather", "mrn": 12_345_678, "active": true },
        "rows": [{ "field": "ssn", "value": "536904399" }, { "field": "bed", "value": "12" }],
        "note 536-90-4399": 1,
        "note [ssn]": 2,
        "count": 4,
    });
    let found = sieve().json(&mut value);
    assert_eq!(
        value,
        json!({
            "patient": { "name": "[name]", "mrn": "[mrn]", "active": true },
            "rows": [{ "field": "ssn", "value": "[ssn]" }, { "field": "bed", "value": "12" }],
            "note [ssn]": 1,
            "note [ssn] 4": 2,
            "count": 4,
        })
    );
    assert_eq!(found, [("mrn".into(), 1), ("name".into(), 1), ("ssn".into(), 2)]);
}

#[test]
fn json_in_text_stays_json() {
    let text =
        r#"{"mrn":12345678,"age":97,"address":{"line":["9 Elm"],"city":"Larkspurville"},"n":1}"#;
    let cleaned = sieve().text(text, None).text;
    let value: serde_json::Value = serde_json::from_str(&cleaned).unwrap();
    assert_eq!(value["mrn"], "[mrn]");
    assert_eq!(value["n"], 1);
    assert!(!cleaned.contains("Larkspur") && !cleaned.contains("97") && !cleaned.contains("Elm"));
}
