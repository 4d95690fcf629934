//! Words that several channels share, and what keeps names from breaking out of their place.

use std::fmt::Write as _;

use domain::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::notice::{Counts, Event, Line, Notice};

/// One line: no control characters, no marks that turn the direction of writing, at most `longest`
/// characters.
pub(crate) fn line(text: &str, longest: usize) -> String {
    let clean = |character: char| if breaks(character) { ' ' } else { character };
    let flat: String = text.chars().map(clean).collect();
    let words: Vec<&str> = flat.split_whitespace().collect();
    cut(&words.join(" "), longest)
}

fn breaks(character: char) -> bool {
    let turns = matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns || matches!(character, '\u{2028}' | '\u{2029}')
}

/// At most so many characters; what is cut ends in `…`.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Replaces what HTML and Slack's markup take for the beginning of something
/// ([Slack: escaping text](https://docs.slack.dev/messaging/formatting-message-text/#escaping)).
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Printable ASCII alone; the rest becomes `?`.
pub(crate) fn ascii(text: &str) -> String {
    let safe = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
    text.replace('…', "...").replace(['–', '—'], "-").chars().map(safe).collect()
}

/// What the message is about, in one line: `[HIGH] Incident 12: title`.
pub(crate) fn summary(notice: &Notice, longest: usize) -> String {
    let title = line(&notice.title, longest);
    let state = match notice.event {
        Event::Resolved => "RESOLVED".to_owned(),
        Event::Acknowledged => "ACKNOWLEDGED".to_owned(),
        Event::Test => "TEST".to_owned(),
        Event::Digest => "DIGEST".to_owned(),
        Event::Heartbeat => "HEARTBEAT".to_owned(),
        Event::Trigger | Event::Update => notice.severity.as_str().to_uppercase(),
    };
    let about = match notice.incident {
        Some(number) => format!("[{state}] Incident {number}: {title}"),
        None => format!("[{state}] {title}"),
    };
    cut(&about, longest)
}

/// `3 firing, 1 resolved, 2 muted`; what is none is left out.
pub(crate) fn counts(counts: Counts) -> String {
    let states =
        [(counts.firing, "firing"), (counts.resolved, "resolved"), (counts.muted, "muted")];
    let some: Vec<String> = states
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, state)| format!("{number} {state}"))
        .collect();
    if some.is_empty() { "no alerts".to_owned() } else { some.join(", ") }
}

/// The first `most` of them, and how many more there are.
pub(crate) fn listed<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let mut shown: Vec<String> =
        names.iter().take(most).map(|name| line(name.as_ref(), 64)).collect();
    if names.len() > most {
        shown.push(format!("and {} more", names.len() - most));
    }
    shown.join(", ")
}

/// One rule: `2 x Title (rule-id), high, last seen …`.
pub(crate) fn rule(found: &Line) -> String {
    let mut text = format!(
        "{} x {} ({}), {}, first seen {}, last seen {}",
        found.count,
        line(&found.title, 120),
        line(&found.rule, 64),
        found.severity.as_str(),
        moment(found.first_seen),
        moment(found.last_seen)
    );
    if let Some(ended) = found.resolved_at {
        let _ = write!(text, ", ended {}", moment(ended));
    }
    text
}

/// A time for people: to the second, in UTC, as everywhere in the product.
pub(crate) fn moment(at: Timestamp) -> String {
    let full = at.rfc3339();
    match full.split_once('.') {
        Some((seconds, _)) => format!("{} UTC", seconds.replace('T', " ")),
        None => full,
    }
}

/// The message for readers of plain text: mail, SNS.
pub(crate) fn plain(notice: &Notice, most: usize) -> String {
    let mut text = format!("{}\n\n", summary(notice, 200));
    for (name, value) in facts(notice) {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !notice.lines.is_empty() {
        text.push('\n');
    }
    for found in notice.lines.iter().take(most) {
        let _ = writeln!(text, "- {}", rule(found));
    }
    if notice.lines.len() > most {
        let _ = writeln!(text, "- and {} more rules", notice.lines.len() - most);
    }
    let _ = write!(text, "\nDetails: {}\n", notice.link);
    if let Some(runbook) = &notice.runbook {
        let _ = writeln!(text, "Runbook: {runbook}");
    }
    text
}

/// Names and values that every channel for people shows, in this order.
pub(crate) fn facts(notice: &Notice) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Why now", notice.reason.words().to_owned()),
        ("Class", notice.class.title().to_owned()),
        ("Severity", notice.severity.as_str().to_owned()),
        ("Alerts", counts(notice.counts)),
    ];
    if !notice.accounts.is_empty() {
        facts.push(("Accounts", listed(&notice.accounts, 10)));
    }
    if !notice.regions.is_empty() {
        facts.push(("Regions", listed(&notice.regions, 10)));
    }
    facts.push(("Started", moment(notice.started)));
    facts.push(("Organisation", line(&notice.organisation, 100)));
    facts
}

/// The first 16 bytes of SHA-256 over length-prefixed fields, in hexadecimal.
pub(crate) fn digest(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
}
