//! How long a failure has been open, and until when it should be fixed.

use domain::Timestamp;

use crate::draw::{along, sheet};
use crate::ink::Ink;
use crate::svg::{Svg, Words};

/// A failure on the way to its due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it should be fixed; `None` when nothing demands it.
    pub due: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// One row of a timeline: a dot at first sight, a line to the present, a tick at the due date; what
/// lies beyond it is drawn as overdue. All rows of a table share `from` and `to`.
pub fn remediation(title: &str, deadline: Deadline, from: Timestamp, to: Timestamp) -> Svg {
    const SIZE: (u32, u32) = (180, 14);
    let words = Words { kind: "strip", id: "", title, desc: "" };
    let span = to.since(from).max(1) as f64;
    let x = |at: Timestamp| along(at.since(from) as f64 / span, 4, SIZE.0 as i32 - 4);
    sheet(SIZE, words, |sheet| {
        let (seen, now) = (x(deadline.first_seen), x(deadline.now));
        sheet.line(Ink::Grid, vec![(0, 7), (SIZE.0 as i32, 7)]);
        let late = deadline.due.filter(|due| *due < deadline.now).map(x);
        sheet.bar(Ink::Warning, (seen, 6), (late.unwrap_or(now).max(seen + 1), 9));
        if let Some(late) = late {
            sheet.bar(Ink::Bad, (late.max(seen), 5), (now, 10));
        }
        sheet.dot(if late.is_some() { Ink::Bad } else { Ink::Warning }, (seen, 7), 3);
        if let Some(due) = deadline.due.filter(|due| *due <= to && *due >= from) {
            sheet.bar(Ink::Label, (x(due) - 1, 1), (x(due) + 1, 14));
        }
        sheet.line(Ink::Now, vec![(now, 0), (now, 14)]);
    })
}
