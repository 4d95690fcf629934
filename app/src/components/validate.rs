//! The button that starts a round.

use leptos::prelude::*;

use crate::state::Progress;

/// The button; while a round is under way, the way to it and why the button cannot be pressed.
pub fn validate(progress: &Progress) -> AnyView {
    if progress.running {
        let href = progress
            .run
            .map_or_else(|| "/collection".to_owned(), |run| format!("/collection/runs/{run}"));
        let words = format!("A round is under way: {} of {} read", progress.done, progress.total);
        return view! { <a class="button button-busy" href=href>{words}</a> }.into_any();
    }
    view! {
        <form method="post" action="/actions/validate" class="validate">
            <button class="button button-primary">"Validate compliance"</button>
        </form>
    }
    .into_any()
}
