//! Log records.

use domain::{
    Timestamp,
    telemetry::{EventKey, LogRecord, Position, Producer, SpanId, TraceId},
};
use prost::Message;
use serde_json::Value;

use crate::{
    conventions,
    sieve::Sieve,
    walk::Notes,
    wire::{self, KeyValueList, Scope},
};

/// Nanoseconds as milliseconds.
fn millis(nanos: u64) -> Timestamp {
    Timestamp((nanos / 1_000_000) as i64)
}

impl Sieve {
    /// One log record. It has time 0 where it says neither when it happened nor when it was
    /// observed: there is no clock here.
    pub(crate) fn log(
        &self,
        mut record: wire::LogRecord,
        scope: &Scope,
        sender: &Producer,
        notes: &mut Notes,
    ) -> LogRecord {
        let key = self.event_key(&mut record, scope, sender);
        let at = match (record.time_unix_nano, record.observed_time_unix_nano) {
            (0, observed) => observed,
            (happened, _) => happened,
        };
        notes.user = conventions::user(&record.attributes);
        let auth = self.auth(&record.attributes);
        let audit = self.audit(&record.attributes, notes);
        let severity_text = notes.within("severity_text", |notes| {
            self.owned(record.severity_text, Position::SeverityText, notes)
        });
        let body = notes.within("body", |notes| {
            match self.any(record.body.unwrap_or_default(), Position::Body, notes) {
                Value::Null => String::new(),
                Value::String(text) => text,
                // What a structure says as a whole is looked at as well.
                other => self.owned(other.to_string(), Position::Body, notes),
            }
        });
        let scope_name = self.scope(scope, notes);
        let mut attributes = notes.within("attributes", |notes| {
            self.attributes(record.attributes, Position::Value, notes)
        });
        self.scope_attributes(scope, &mut attributes, notes);
        if !record.event_name.is_empty() {
            let name = notes.within("event_name", |notes| {
                self.owned(record.event_name, Position::EventName, notes)
            });
            attributes.entry("event.name").or_insert(Value::String(name));
        }
        LogRecord {
            key,
            at: millis(at),
            severity: u8::try_from(record.severity_number).ok().filter(|n| *n <= 24).unwrap_or(0),
            severity_text,
            scope: scope_name,
            body,
            attributes,
            trace: TraceId::from_bytes(&record.trace_id),
            span: SpanId::from_bytes(&record.span_id),
            redactions: std::mem::take(&mut notes.redactions),
            auth,
            audit,
        }
    }

    /// The same for the same record, however it is sent again. Under the key of the installation:
    /// a plain digest over a line of which only nine digits are missing would give those away to
    /// whoever tries them out.
    fn event_key(
        &self,
        record: &mut wire::LogRecord,
        scope: &Scope,
        sender: &Producer,
    ) -> EventKey {
        let body = record.body.as_ref().map(Message::encode_to_vec).unwrap_or_default();
        // Taken out and put back: only a list of its own can be encoded.
        let list = KeyValueList { values: std::mem::take(&mut record.attributes) };
        let attributes = list.encode_to_vec();
        record.attributes = list.values;
        let digest = self.keyed(
            b"wardround event 1\0",
            &[
                sender.service.as_bytes(),
                sender.instance.as_bytes(),
                scope.name.as_bytes(),
                scope.version.as_bytes(),
                &record.time_unix_nano.to_le_bytes(),
                &record.observed_time_unix_nano.to_le_bytes(),
                &record.severity_number.to_le_bytes(),
                record.severity_text.as_bytes(),
                record.event_name.as_bytes(),
                &body,
                &attributes,
                &record.trace_id,
                &record.span_id,
            ],
        );
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        EventKey(key)
    }
}
