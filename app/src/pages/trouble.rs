//! Pages that say why there is no page, with ways out.

use leptos::prelude::*;

use crate::components::heading;
use crate::error::{Missing, PageError};

/// The title of the document.
pub fn title(error: &PageError) -> &'static str {
    match error {
        PageError::NotFound(_) => "Not found",
        PageError::Parameter { .. } => "The address has a mistake",
        PageError::Store(_) => "The data cannot be read",
    }
}

/// What went wrong, in words, and where to go.
pub fn view(error: &PageError) -> AnyView {
    let (sentence, detail) = match error {
        PageError::NotFound(missing) => (not_found(missing), None),
        PageError::Parameter { name, value, allowed } => (
            format!("The parameter “{name}” cannot be “{}”.", shortened(value)),
            Some(format!("Allowed: {allowed}.")),
        ),
        PageError::Store(_) => (
            "The database did not answer. The reason is in the server's log; nothing is lost."
                .to_owned(),
            Some("Try again in a moment, or run wardround doctor on the server.".to_owned()),
        ),
    };
    let list = match error {
        PageError::NotFound(Missing { list, .. }) if *list != "/" => Some(*list),
        _ => None,
    };
    view! {
        <div class="trouble">
            {heading(title(error), sentence, ())}
            {detail.map(|detail| view! { <p>{detail}</p> })}
            <p class="ways">
                {list.map(|href| view! { <a class="button" href=href>"To the list"</a> })}
                <a class="button" href="/">"To the overview"</a>
                <a class="button" href="/findings">"Search the findings"</a>
            </p>
        </div>
    }
    .into_any()
}

fn not_found(missing: &Missing) -> String {
    match missing.kind {
        "" => format!("There is no page at “{}”.", shortened(&missing.id)),
        kind => format!("There is no {kind} “{}”.", shortened(&missing.id)),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 120 {
        return text.to_owned();
    }
    text.chars().take(119).chain(['…']).collect()
}
