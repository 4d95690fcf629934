//! A span of a trace as a bar within the time of the whole.

use crate::draw::{along, sheet};
use crate::ink::Ink;
use crate::svg::{Svg, Words};

/// Where a span lies within its trace.
#[derive(Debug, Clone, Copy)]
pub struct SpanBar<'a> {
    /// What it did.
    pub title: &'a str,
    /// From the beginning of the trace, in any unit.
    pub from: i64,
    /// How long it took, in the same unit.
    pub lasted: i64,
    /// How long the trace took.
    pub whole: i64,
    /// Whether the trace waited for it.
    pub critical: bool,
    /// Whether it failed.
    pub failed: bool,
}

const SIZE: (u32, u32) = (400, 10);

/// At least two pixels wide, so that nothing short is lost.
pub fn span_bar(span: &SpanBar<'_>) -> Svg {
    let words = Words { kind: "bar", id: "", title: span.title, desc: "" };
    sheet(SIZE, words, |sheet| {
        let (width, height) = (SIZE.0 as i32, SIZE.1 as i32);
        let place = |at: i64| along(at as f64 / span.whole.max(1) as f64, 0, width - 2);
        let (from, to) = (place(span.from), place(span.from.saturating_add(span.lasted)));
        let ink = match (span.failed, span.critical) {
            (true, _) => Ink::Bad,
            (false, true) => Ink::Line,
            (false, false) => Ink::Unknown,
        };
        sheet.bar(Ink::Track, (0, height / 2), (width, height / 2 + 1));
        sheet.bar(ink, (from, 1), (to.max(from + 2), height - 1));
    })
}
