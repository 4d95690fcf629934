//! The head of a page and of its sections.

use leptos::prelude::*;

/// The path to this page. The last piece is the page itself and stands in the heading.
pub fn crumbs(path: Vec<(String, String)>) -> AnyView {
    let items = path
        .into_iter()
        .map(|(href, word)| view! { <li><a href=href>{word}</a></li> })
        .collect_view();
    view! { <nav class="crumbs" aria-label="Path"><ol>{items}</ol></nav> }.into_any()
}

/// The one `h1` of a page, a sentence below it, and what can be done on the right.
pub fn heading(
    title: impl Into<String>,
    sentence: impl IntoView + 'static,
    actions: impl IntoView + 'static,
) -> AnyView {
    view! {
        <header class="heading">
            <div class="heading-words">
                <h1>{title.into()}</h1>
                <p class="heading-sentence">{sentence.into_any()}</p>
            </div>
            <div class="heading-actions">{actions.into_any()}</div>
        </header>
    }
    .into_any()
}

/// A part of a page with a heading of its own; `aside` stands on the right of the heading.
pub fn section(
    id: &'static str,
    title: impl Into<String>,
    aside: impl IntoView + 'static,
    body: impl IntoView + 'static,
) -> AnyView {
    let heading = format!("{id}-title");
    let named_by = heading.clone();
    view! {
        <section class=format!("section section-{id}") id=id aria-labelledby=named_by>
            <div class="section-head">
                <h2 id=heading>{title.into()}</h2>
                <div class="section-aside">{aside.into_any()}</div>
            </div>
            {body.into_any()}
        </section>
    }
    .into_any()
}
