//! Sentences of ours.

use leptos::prelude::*;

/// Our own sentences, with `code` between back-ticks.
pub fn prose(text: &str) -> AnyView {
    let pieces: Vec<AnyView> = text
        .split('`')
        .enumerate()
        .map(|(index, piece)| {
            if index % 2 == 1 {
                view! { <code>{piece.to_owned()}</code> }.into_any()
            } else {
                piece.to_owned().into_any()
            }
        })
        .collect();
    view! { <p class="prose">{pieces}</p> }.into_any()
}
