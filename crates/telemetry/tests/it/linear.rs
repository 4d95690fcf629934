//! The time is linear in the length, also for text that is made to be slow.

use std::time::{Duration, Instant};

use telemetry::{OperatorRule, Sieve};

use crate::sieve;

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// How much longer the whole takes than its half. The half is looked at twice in a row, so that both
/// measurements last as long and are disturbed alike by what else the machine does. They are taken
/// in turn and the best of each counts, until they have the ratio that is asked for; what is not
/// linear will not have it after twenty seconds either.
fn ratio(sieve: &Sieve, text: &str, asked: f64) -> f64 {
    let mut half = text.len() / 2;
    while !text.is_char_boundary(half) {
        half += 1;
    }
    let look = |text: &str| {
        std::hint::black_box(sieve.text(std::hint::black_box(text), None));
    };
    let begun = Instant::now();
    let (mut best, mut best_halves) = (Duration::MAX, Duration::MAX);
    for round in 0.. {
        best_halves = best_halves.min(timed(|| {
            look(&text[..half]);
            look(&text[..half]);
        }));
        best = best.min(timed(|| look(text)));
        let late = begun.elapsed() > Duration::from_secs(20);
        if round >= 4 && best * 2 <= best_halves.mul_f64(asked) || late {
            break;
        }
    }
    best.as_secs_f64() * 2.0 / best_halves.as_secs_f64()
}

/// A megabyte without a match, and texts that begin a candidate at every turn; those are short, so
/// that nothing else gets a turn while one is looked at.
fn lines() -> Vec<(&'static str, String)> {
    let fill = |unit: &str| unit.repeat((1 << 15) / unit.len());
    vec![
        ("words", "the ward is quiet and all beds are made ".repeat((1 << 20) / 40)),
        (
            "log lines",
            "at=1768471200 level=info msg=ready took=12.3ms port=8443 ".repeat((1 << 20) / 57),
        ),
        ("digits", fill("8")),
        ("groups", fill("12-34-")),
        ("spaces", fill("1 ")),
        ("at signs", fill("a@")),
        ("local parts", fill("abcdefgh.")),
        ("colons", fill("a:")),
        ("hex", fill("0af7651916cd43dd")),
        ("points", fill("1.")),
        ("plus", fill("+1")),
        ("keys", fill("mrn")),
        ("keys and quotes", fill("name=\"")),
        ("patient names", fill("patient name: ")),
        ("keys and brackets", fill("\"given\":[\"")),
        ("addresses", fill("address line ")),
        ("brackets", fill("[")),
        ("replacements", fill("[ssn]")),
        ("images", fill("data:image/")),
        ("segments", fill("PID|")),
        ("schemes", fill("://")),
        ("percent", fill("%2")),
        ("percent of percent", fill("%25")),
        ("backslashes", fill("\\")),
        ("escapes", fill("\\u00")),
        ("accents", fill("é")),
        ("no width", fill("1\u{200b}")),
        ("json", format!("{{\"a\":[{}0]}}", "1,".repeat(1 << 14))),
        ("base64", fill("QUFBQUFBQUFBQUFB")),
        ("base64 in pieces", fill("QUFBQUFBQUFBQUFB/")),
    ]
}

#[test]
fn twice_the_text_takes_at_most_a_little_more_than_twice_the_time() {
    let sieve = sieve();
    for (name, text) in lines() {
        let ratio = ratio(&sieve, &text, 2.2);
        println!("{name}: {ratio:.2}");
        assert!(ratio <= 2.2, "{name}: {ratio}");
    }
}

/// Text in text in text is looked into a few times and no more.
#[test]
fn nesting_costs_no_more_than_its_length() {
    let sieve = sieve();
    let nested = |levels: usize| {
        let mut text = "a".to_owned();
        for _ in 0..levels {
            text = serde_json::json!({ "name": text, "value": 1 }).to_string();
        }
        text
    };
    let time = |text: &str| {
        let began = std::time::Instant::now();
        for _ in 0..3 {
            std::hint::black_box(sieve.text(text, None));
        }
        began.elapsed().as_secs_f64() / text.len() as f64
    };
    let (few, many) = (time(&nested(6)), time(&nested(12)));
    assert!(many <= few * 8.0, "{many} {few} seconds for each byte");
}

#[test]
fn an_operators_pattern_cannot_make_it_slow() {
    let rule = OperatorRule {
        name: "slow".into(),
        pattern: ".*[^A-Z]|[A-Z]".into(),
        keys: vec!["never".into()],
    };
    let sieve = Sieve::new(&[rule], [0; 32]).unwrap();
    let text = "A".repeat(1 << 15);
    // Slow within a window, and so on a busy machine measured less exactly; without windows it
    // would be four.
    let ratio = ratio(&sieve, &text, 2.8);
    assert!(ratio <= 2.8, "{ratio}");
}
