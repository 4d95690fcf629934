//! What may become an alert, gathered from everything that is known.
//!
//! Each origin is read by itself: what cannot be read is blind, and keeps its alerts as they are.

mod collection;
pub mod findings;
mod indicators;
mod own;

use domain::Timestamp;
use domain::alert::Signal;
use store::StoreError;
use store::alert::{Seen, Setting};

use super::Engine;

/// Everything that tells its whole state at each look.
pub(super) async fn standing(engine: &Engine, setting: &Setting, now: Timestamp) -> Seen {
    let mut seen = Seen::default();
    put(&mut seen, "indicator", indicators::signals(engine, now).await);
    put(&mut seen, "collection", collection::signals(engine, now).await);
    put(&mut seen, "audit-log", own::audit_log(engine, now).await);
    put(&mut seen, "redactor", Ok(own::redactor(engine, now)));
    put(&mut seen, "own", own::alerting(engine, setting, now).await);
    seen
}

fn put(seen: &mut Seen, origin: &'static str, signals: Result<Vec<Signal>, StoreError>) {
    match signals {
        Ok(signals) => {
            seen.signals.extend(signals);
            seen.whole.push(origin);
        }
        Err(error) => {
            tracing::error!(%error, origin, "what may become an alert cannot be read");
            seen.blind.push(origin);
        }
    }
}
