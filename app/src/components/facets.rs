//! Filters: facets with counts on the left, what is applied as chips above the list.

use leptos::prelude::*;

use crate::query::Query;
use crate::words;

/// One value that a facet offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In the URL.
    pub value: String,
    /// On the screen.
    pub word: String,
    /// How many rows it leaves; `None` where nobody counts.
    pub count: Option<u64>,
}

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The parameter.
    pub name: &'static str,
    /// On the screen.
    pub title: &'static str,
    /// Its values.
    pub choices: Vec<Choice>,
    /// Whether several values can be chosen at once.
    pub many: bool,
}

/// A list with its facets beside it.
pub fn listing(facets: Vec<AnyView>, body: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="with-facets">
            <div class="facets" role="group" aria-label="Filters">{facets}</div>
            <div class="listing">{body.into_any()}</div>
        </div>
    }
    .into_any()
}

/// A facet as a list of links. A chosen value is marked and leads back.
pub fn facet(path: &str, query: &Query, facet: Facet) -> AnyView {
    facet_settled(path, query, facet, |query| query)
}

/// The same for a list that filters unless it is told not to: `settle` turns the state that a link
/// would lead to into one that says so.
pub fn facet_settled(
    path: &str,
    query: &Query,
    facet: Facet,
    settle: impl Fn(Query) -> Query,
) -> AnyView {
    let Facet { name, title, choices, many } = facet;
    let items = choices
        .into_iter()
        .map(|choice| {
            let chosen = query.has(name, &choice.value);
            let next = match (chosen, many) {
                (true, _) => query.without_value(name, &choice.value),
                (false, true) => query.and(name, &choice.value),
                (false, false) => query.with(name, &choice.value),
            };
            let next = settle(next);
            let class = if chosen { "facet-link facet-chosen" } else { "facet-link" };
            let note = chosen.then(|| view! { <span class="hidden">" (chosen; remove)"</span> });
            let empty = choice.count == Some(0) && !chosen;
            let row = view! {
                <span class="facet-word">{choice.word}{note}</span>
                <span class="facet-count">{choice.count.map(words::count)}</span>
            };
            if empty {
                view! { <li><span class="facet-link facet-empty">{row}</span></li> }.into_any()
            } else {
                view! { <li><a class=class href=next.href(path)>{row}</a></li> }.into_any()
            }
        })
        .collect_view();
    view! {
        <section class="facet">
            <h2 class="facet-title">{title}</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

/// The applied filters, each with a way to take it off. `word` turns a parameter and its value
/// into words; `None` leaves a parameter out, such as the order.
pub fn chips(
    path: &str,
    query: &Query,
    word: impl Fn(&str, &str) -> Option<(String, String)>,
) -> AnyView {
    chips_settled(path, query, word, |query| query)
}

/// The same for a list that filters unless it is told not to, as [`facet_settled`].
pub fn chips_settled(
    path: &str,
    query: &Query,
    word: impl Fn(&str, &str) -> Option<(String, String)>,
    settle: impl Fn(Query) -> Query,
) -> AnyView {
    let chips: Vec<AnyView> = query
        .pairs()
        .filter_map(|(name, value)| {
            let (title, shown) = word(name, value)?;
            let href = settle(query.without_value(name, value)).href(path);
            Some(
                view! {
                    <li>
                        <a class="chip" href=href>
                            <span class="hidden">"Remove filter "</span>
                            <span class="chip-name">{title}</span>
                            " "
                            {shown}
                            <span class="chip-cross" aria-hidden="true">"×"</span>
                        </a>
                    </li>
                }
                .into_any(),
            )
        })
        .collect();
    if chips.is_empty() {
        return ().into_any();
    }
    let all = (chips.len() > 1).then(|| {
        view! { <li><a class="chip chip-clear" href=path.to_owned()>"Clear all"</a></li> }
    });
    view! { <ul class="chips" aria-label="Applied filters">{chips}{all}</ul> }.into_any()
}

/// The state of the page as hidden fields of a form, without the parameters that the form sets.
pub fn hidden_fields(query: &Query, but: &[&str]) -> AnyView {
    query
        .pairs()
        .filter(|(name, _)| !but.contains(name) && *name != "cursor")
        .map(|(name, value)| {
            view! { <input type="hidden" name=name.to_owned() value=value.to_owned()/> }
        })
        .collect_view()
        .into_any()
}

/// A search field that keeps the other filters.
pub fn search_field(path: &str, query: &Query, label: &'static str) -> AnyView {
    let value = query.get("q").unwrap_or_default().to_owned();
    view! {
        <form class="search" method="get" action=path.to_owned() role="search">
            {hidden_fields(query, &["q"])}
            <label class="hidden" for="q">{label}</label>
            <input type="search" id="q" name="q" value=value placeholder=label maxlength="200"/>
            <button class="button">"Search"</button>
        </form>
    }
    .into_any()
}
