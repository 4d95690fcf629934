//! Whether a contact can be reached.

use domain::Timestamp;
use leptos::prelude::*;
use store::alert::notices::ContactCheck;

use super::mark;

/// What the last look at a contact found. A look that is old proves nothing.
pub fn contact_mark(check: Option<&ContactCheck>, now: Timestamp) -> AnyView {
    let (shape, word) = match check {
        None => ("not-evaluated", "Not looked at yet"),
        Some(check) if !check.reachable => ("error", "Not reachable"),
        Some(check) if check.old(now) => ("stale", "Not looked at lately"),
        Some(_) => ("pass", "Reachable"),
    };
    mark(shape, word).into_any()
}
