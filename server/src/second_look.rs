//! The second look at something stored: every text of it goes through the redactor once more, as it
//! did when it came.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::telemetry::{LogRecord, Span};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::inspection::{Inspected, InspectedRow, Leak};
use store::telemetry::Stored;
use telemetry::Sieve;

/// What was found in a stored row; `None` where all is well.
///
/// A row on which the redactor fails is left with nothing in it that anybody wrote: it must neither
/// be shown nor stop everything that comes after it.
pub fn second_look(sieve: &Sieve, what: Inspected, row: &InspectedRow) -> Option<Leak> {
    let look = || match what {
        Inspected::Spans => looked::<Span>(sieve, row, span),
        Inspected::Logs => looked::<LogRecord>(sieve, row, log),
    };
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| {
        tracing::error!(row = row.id, "the redactor failed on a stored row, which is emptied");
        Some(Leak {
            id: row.id,
            trace: row.trace.clone(),
            rules: "something unclear".to_owned(),
            clean: match what {
                Inspected::Spans => emptied::<Span>(&row.detail, empty_span),
                Inspected::Logs => emptied::<LogRecord>(&row.detail, empty_log),
            },
            name: None,
        })
    })
}

fn looked<T: DeserializeOwned + Serialize>(
    sieve: &Sieve,
    row: &InspectedRow,
    each: fn(&mut Looking<'_>, &mut T),
) -> Option<Leak> {
    let mut looking = Looking { sieve, found: BTreeSet::new(), name: None };
    let clean = if let Ok(mut stored) = serde_json::from_str::<Stored<T>>(&row.detail) {
        looking.text(&mut stored.instance);
        each(&mut looking, &mut stored.event);
        serde_json::to_string(&stored).unwrap_or_default()
    } else {
        // Not one of ours; it is looked at as it stands.
        let mut text = row.detail.clone();
        looking.text(&mut text);
        text
    };
    if looking.found.is_empty() {
        return None;
    }
    let rules = looking.found.into_iter().collect::<Vec<_>>().join(", ");
    Some(Leak { id: row.id, trace: row.trace.clone(), rules, clean, name: looking.name })
}

struct Looking<'a> {
    sieve: &'a Sieve,
    found: BTreeSet<String>,
    /// The name of a span before and after.
    name: Option<(String, String)>,
}

impl Looking<'_> {
    fn text(&mut self, text: &mut String) {
        let cleaned = self.sieve.text(text, None);
        if !cleaned.found.is_empty() {
            self.found.extend(cleaned.found.into_iter().map(|(rule, _)| rule));
            *text = cleaned.text;
        }
    }

    fn map(&mut self, map: &mut Map<String, Value>) {
        let mut value = Value::Object(std::mem::take(map));
        self.found.extend(self.sieve.json(&mut value).into_iter().map(|(rule, _)| rule));
        if let Value::Object(clean) = value {
            *map = clean;
        }
    }
}

fn span(looking: &mut Looking<'_>, span: &mut Span) {
    let name = span.name.clone();
    looking.text(&mut span.name);
    if span.name != name {
        looking.name = Some((name, span.name.clone()));
    }
    for text in [&mut span.status_message, &mut span.scope, &mut span.trace_state] {
        looking.text(text);
    }
    looking.map(&mut span.attributes);
    for event in &mut span.events {
        looking.text(&mut event.name);
        looking.map(&mut event.attributes);
    }
    for link in &mut span.links {
        looking.text(&mut link.trace_state);
        looking.map(&mut link.attributes);
    }
    rest(looking, &mut span.redactions, span.audit.as_mut());
}

fn log(looking: &mut Looking<'_>, log: &mut LogRecord) {
    for text in [&mut log.severity_text, &mut log.scope, &mut log.body] {
        looking.text(text);
    }
    looking.map(&mut log.attributes);
    rest(looking, &mut log.redactions, log.audit.as_mut());
}

/// Names of attributes stand in the places of what was taken out, too.
fn rest(
    looking: &mut Looking<'_>,
    redactions: &mut [domain::telemetry::Redaction],
    audit: Option<&mut domain::telemetry::AuditFact>,
) {
    for redaction in redactions {
        looking.text(&mut redaction.path);
    }
    if let Some(fact) = audit {
        looking.text(&mut fact.producer);
    }
}

fn emptied<T: DeserializeOwned + Serialize>(detail: &str, empty: fn(&mut T)) -> String {
    let Ok(mut stored) = serde_json::from_str::<Stored<T>>(detail) else { return "{}".to_owned() };
    stored.instance.clear();
    empty(&mut stored.event);
    serde_json::to_string(&stored).unwrap_or_else(|_| "{}".to_owned())
}

fn empty_span(span: &mut Span) {
    for text in [&mut span.name, &mut span.status_message, &mut span.scope, &mut span.trace_state] {
        text.clear();
    }
    span.attributes.clear();
    span.events.clear();
    span.links.clear();
    span.redactions.clear();
}

fn empty_log(log: &mut LogRecord) {
    for text in [&mut log.severity_text, &mut log.scope, &mut log.body] {
        text.clear();
    }
    log.attributes.clear();
    log.redactions.clear();
}
