//! The list of a register.

use domain::Timestamp;
use domain::register::{Known, Registered};
use leptos::prelude::*;
use store::Reader;

use super::{Register, in_state};
use crate::components::{
    Choice, Empty, Facet, Way, chips, crumbs, empty, facet, heading, scroll, search_field,
};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::query::Query;
use crate::shell::Here;
use crate::words;

/// A register.
#[derive(Debug, Clone)]
pub struct ListPage<T: Register> {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// Everything.
    pub all: Vec<Registered<T>>,
    /// The states that are asked for; empty for all but the ended.
    pub states: Vec<&'static str>,
    /// What records refer to.
    pub known: Known,
    /// Whether whoever looks may change it.
    pub may_keep: bool,
}

impl<T: Register> Page for ListPage<T> {
    const HERE: Here = Here::Registers;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let words: Vec<&'static str> = T::STATES.iter().map(|state| state.0).collect();
        let parse = |text: &str| words.iter().copied().find(|word| *word == text);
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            states: ask.query.many("state", parse, || words.join(", "))?,
            all: reader.register().await?,
            known: reader.register_known::<T>(ask.now).await?,
            may_keep: ask.who.may(T::KEEP),
        })
    }

    fn title(&self) -> String {
        T::MANY.to_owned()
    }

    fn view(self) -> AnyView {
        let path = vec![("/registers".to_owned(), "Registers".to_owned())];
        let keep = self.may_keep.then(|| {
            view! {
                <a class="button button-primary" href=T::PATHS.new>
                    {format!("Register {} {}", article(T::ONE), T::WORD)}
                </a>
                <a class="button" href=T::PATHS.import>"Import a table"</a>
            }
        });
        let actions = view! { {keep} <a class="button" href=T::PATHS.export>"Export (CSV)"</a> };
        view! {
            {crumbs(path)}
            {heading(T::MANY, T::PURPOSE, actions)}
            {T::lead(&self.all, self.now).view()}
            {body(&self)}
        }
        .into_any()
    }
}

/// `a vendor`, `an incident`.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

fn body<T: Register>(page: &ListPage<T>) -> AnyView {
    if page.all.is_empty() {
        let way = page.may_keep.then(|| Way {
            href: T::PATHS.new.to_owned(),
            words: format!("Register the first {}", T::WORD),
        });
        return empty(Empty::Unwritten {
            title: "Nothing is registered yet",
            sentence: T::EMPTY,
            way,
        });
    }
    let shown: Vec<&Registered<T>> = page.all.iter().filter(|one| wanted(page, one)).collect();
    let total = words::counted(shown.len() as u64, T::WORD, T::WORDS);
    let rows = if shown.is_empty() {
        empty(Empty::NoMatch { things: T::WORDS, clear: T::PATHS.list.to_owned() })
    } else {
        table(page, &shown)
    };
    let word = |name: &str, value: &str| match name {
        "state" => {
            let title = T::STATES.iter().find(|state| state.0 == value)?.1;
            Some(("State".to_owned(), title.to_owned()))
        }
        "q" => Some(("Text".to_owned(), value.to_owned())),
        _ => None,
    };
    view! {
        <div class="states">{states(page)}</div>
        <div class="listing-head">
            <p class="listing-total">{total}</p>
            {search_field(T::PATHS.list, &page.query, "Search names")}
        </div>
        {chips(T::PATHS.list, &page.query, word)}
        {rows}
    }
    .into_any()
}

fn wanted<T: Register>(page: &ListPage<T>, one: &Registered<T>) -> bool {
    let state = T::state_of(one, page.now);
    let in_state = match page.states.as_slice() {
        [] => one.stands(),
        states => states.contains(&state),
    };
    let text = page.query.get("q").unwrap_or_default().trim().to_lowercase();
    in_state && one.record.title().to_lowercase().contains(&text)
}

fn states<T: Register>(page: &ListPage<T>) -> AnyView {
    let choice = |(word, title): &(&'static str, &'static str)| Choice {
        value: (*word).to_owned(),
        word: (*title).to_owned(),
        count: Some(in_state(&page.all, word, page.now)),
    };
    let choices = T::STATES.iter().map(choice).collect();
    facet(T::PATHS.list, &page.query, Facet { name: "state", title: "State", choices, many: true })
}

fn table<T: Register>(page: &ListPage<T>, shown: &[&Registered<T>]) -> AnyView {
    let heads = T::HEADS.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view();
    let rows = shown
        .iter()
        .map(|one| {
            let cells = T::cells(one, &page.known)
                .into_iter()
                .map(|cell| view! { <td>{cell}</td> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="title">
                        <a href=T::address(one.id)><bdi>{one.record.title().to_owned()}</bdi></a>
                    </th>
                    <td class="nowrap">{T::state_mark(one, page.now)}</td>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="register">
            <thead>
                <tr>
                    <th scope="col">{T::ONE}</th>
                    <th scope="col">"State"</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll(T::MANY, table)
}
