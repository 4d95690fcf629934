//! From page to page by keyset; the state of the list stays in the URL.

use leptos::prelude::*;

use crate::query::Query;

/// Links to the first and the next page; nothing when everything is on this one.
pub fn pager(path: &str, query: &Query, next: Option<String>, shown: usize) -> AnyView {
    let first = query.get("cursor").is_some().then(|| query.without("cursor").href(path));
    if first.is_none() && next.is_none() {
        return ().into_any();
    }
    let next = next.map(|cursor| query.with("cursor", &cursor).href(path));
    view! {
        <nav class="pager" aria-label="Pages">
            {first.map(|href| view! { <a class="button" href=href>"First page"</a> })}
            <span class="pager-shown">{format!("{shown} on this page")}</span>
            {next
                .map(|href| view! { <a class="button" rel="next" href=href>"Next page"</a> })}
        </nav>
    }
    .into_any()
}
