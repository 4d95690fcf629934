//! Spans.

use domain::telemetry::{Link, Position, Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId};

use crate::{
    conventions,
    sieve::Sieve,
    walk::Notes,
    wire::{self, Scope},
};

/// Nanoseconds as microseconds.
fn micros(nanos: u64) -> i64 {
    (nanos / 1000) as i64
}

impl Sieve {
    /// One span, or why it cannot be kept. A span that ends before it begins lasted no time; one
    /// without a beginning began when it ended.
    pub(crate) fn span(
        &self,
        span: wire::SpanRecord,
        scope: &Scope,
        notes: &mut Notes,
    ) -> Result<Span, &'static str> {
        let trace = TraceId::from_bytes(&span.trace_id)
            .ok_or("a span needs a trace id of 16 bytes that are not all zero")?;
        let id = SpanId::from_bytes(&span.span_id)
            .ok_or("a span needs an id of 8 bytes that are not all zero")?;
        let (begun, ended) = match (span.start_time_unix_nano, span.end_time_unix_nano) {
            (0, 0) => return Err("a span needs the times of its beginning and its end"),
            (0, ended) => (ended, ended),
            times => times,
        };
        let events = span.events.iter().map(|event| event.attributes.as_slice());
        let mut places = std::iter::once(span.attributes.as_slice()).chain(events);
        notes.user = places.clone().find_map(conventions::user);
        let auth = places.clone().find_map(|attributes| self.auth(attributes));
        let audit = places.find_map(|attributes| self.audit(attributes, notes));
        let phi = conventions::is_phi(&span.attributes);
        let status = span.status.unwrap_or_default();
        let text = |text, step: &str, position, notes: &mut Notes| {
            notes.within(step, |notes| self.owned(text, position, notes))
        };
        let name = text(span.name, "name", Position::SpanName, notes);
        let status_message = text(status.message, "status.message", Position::StatusMessage, notes);
        let trace_state = text(span.trace_state, "trace_state", Position::TraceState, notes);
        let scope_name = self.scope(scope, notes);
        let mut attributes = notes
            .within("attributes", |notes| self.attributes(span.attributes, Position::Value, notes));
        self.scope_attributes(scope, &mut attributes, notes);
        Ok(Span {
            trace,
            id,
            parent: SpanId::from_bytes(&span.parent_span_id),
            name,
            kind: kind(span.kind),
            begun_us: micros(begun),
            lasted_us: micros(ended).saturating_sub(micros(begun)).max(0),
            status: match status.code {
                1 => SpanStatus::Ok,
                2 => SpanStatus::Error,
                _ => SpanStatus::Unset,
            },
            status_message,
            scope: scope_name,
            trace_state,
            phi,
            attributes,
            events: self.events(span.events, notes),
            links: self.links(span.links, notes),
            redactions: std::mem::take(&mut notes.redactions),
            auth,
            audit,
        })
    }

    fn events(&self, events: Vec<wire::Event>, notes: &mut Notes) -> Vec<SpanEvent> {
        let mut kept = Vec::with_capacity(events.len());
        for (index, event) in events.into_iter().enumerate() {
            notes.item_of("events", index, |notes| {
                kept.push(SpanEvent {
                    at_us: micros(event.time_unix_nano),
                    name: notes
                        .within("name", |notes| self.owned(event.name, Position::EventName, notes)),
                    attributes: notes.within("attributes", |notes| {
                        self.attributes(event.attributes, Position::Value, notes)
                    }),
                });
            });
        }
        kept
    }

    /// Links without ids name nothing and are left out.
    fn links(&self, links: Vec<wire::Link>, notes: &mut Notes) -> Vec<Link> {
        let mut kept = Vec::with_capacity(links.len());
        for (index, link) in links.into_iter().enumerate() {
            let ids = TraceId::from_bytes(&link.trace_id).zip(SpanId::from_bytes(&link.span_id));
            let Some((trace, id)) = ids else { continue };
            notes.item_of("links", index, |notes| {
                kept.push(Link {
                    trace,
                    id,
                    trace_state: notes.within("trace_state", |notes| {
                        self.owned(link.trace_state, Position::TraceState, notes)
                    }),
                    attributes: notes.within("attributes", |notes| {
                        self.attributes(link.attributes, Position::Value, notes)
                    }),
                });
            });
        }
        kept
    }
}

/// `Span.SpanKind`.
fn kind(number: i32) -> SpanKind {
    match number {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}
