//! `/runbooks` and below it, and `/runbook-runs`: what to do, and what was done.

mod book;
mod edit;
mod filled;
mod library;
mod run;
mod runs;
mod start;
mod table;
mod versions;

use domain::runbook::{Origin, Shelf, review_due};
use domain::{Timestamp, runbook::Template};
use leptos::prelude::*;
use store::{Reader, StoreError};

pub use book::BookPage;
pub use edit::EditPage;
pub use filled::{Started, subject, subject_text};
pub use library::LibraryPage;
pub use run::RunbookRunPage;
pub use runs::RunsPage;

use crate::components::{day, mark};
use crate::state::Installation;

/// The runbooks that count: those that were edited here before those of the installation.
pub async fn shelf(reader: &Reader, installation: &Installation) -> Result<Shelf, StoreError> {
    let mut shelf = installation.runbooks.clone();
    for text in reader.runbook_texts().await? {
        shelf.put(&text.id, &text.text, Origin::Edited);
    }
    Ok(shelf)
}

/// When a runbook is to be reviewed, in words with a mark.
fn review(template: &Template, now: Timestamp) -> AnyView {
    let review = review_due(template, now);
    let due = day(review.due.start());
    if review.overdue {
        view! { {mark("stale", "Review overdue")} " since " {due} }.into_any()
    } else {
        view! { "Review due " {due} }.into_any()
    }
}
