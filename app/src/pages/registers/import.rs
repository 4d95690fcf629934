//! A table into a register: what it would do, before it does it.

use domain::register::{Fate, Flaw, Line, Plan};
use leptos::prelude::*;
use store::Reader;

use super::Register;
use crate::components::{crumbs, heading, mark, scroll, section, text_area};
use crate::error::PageError;
use crate::pages::arrival::trouble_note;
use crate::pages::{Ask, Page};
use crate::shell::Here;
use crate::words;

/// Lines that are shown; more are counted.
const MOST: usize = 300;

/// A table that is to come into a register.
#[derive(Debug, Clone)]
pub struct ImportPage<T: Register> {
    /// The table as it was sent.
    pub text: String,
    /// Whether one wrong line stops all.
    pub whole: bool,
    /// What it would do.
    pub looked: Option<Looked<T>>,
    /// Why nothing was stored.
    pub trouble: Option<String>,
}

/// What a table would do, with a word for exactly that.
#[derive(Debug, Clone)]
pub struct Looked<T: Register> {
    /// Line by line.
    pub plan: Plan<T>,
    /// Comes back when it is to be done.
    pub seen: String,
}

impl<T: Register> Page for ImportPage<T> {
    const HERE: Here = Here::Registers;
    const KEPT: bool = false;

    async fn load(_: &Reader, _: &Ask<'_>) -> Result<Self, PageError> {
        Ok(Self { text: String::new(), whole: false, looked: None, trouble: None })
    }

    fn title(&self) -> String {
        format!("Import {}", T::WORDS)
    }

    fn view(self) -> AnyView {
        let path = vec![
            ("/registers".to_owned(), "Registers".to_owned()),
            (T::PATHS.list.to_owned(), T::MANY.to_owned()),
        ];
        let sentence = "A table (CSV) whose first line names the columns. You see what it would \
                        do before anything is stored. A line about a record that is there changes \
                        the columns that the table has.";
        let seen = self.looked.as_ref().map(|looked| looked.seen.clone());
        let can_store = self.looked.as_ref().is_some_and(|looked| looked.plan.does_something());
        view! {
            {crumbs(path)}
            {heading(self.title(), sentence, ())}
            {self.trouble.clone().map(trouble_note)}
            {self.looked.as_ref().map(|looked| preview(&looked.plan))}
            {form(&self, seen, can_store)}
            {section("columns", "Columns", (), columns::<T>())}
        }
        .into_any()
    }
}

fn form<T: Register>(page: &ImportPage<T>, seen: Option<String>, can_store: bool) -> AnyView {
    let look = if seen.is_some() { "Look again" } else { "Show what it would do" };
    let store = can_store.then(|| {
        view! { <button class="button button-primary" name="do" value="store">"Store this"</button> }
    });
    let hidden = seen.map(|seen| view! { <input type="hidden" name="seen" value=seen/> });
    let area = text_area(
        "table".to_owned(),
        "table",
        if page.text.is_empty() { 8 } else { 14 },
        None,
        false,
        &page.text,
    );
    view! {
        <form
            method="post"
            action=T::PATHS.import
            enctype="multipart/form-data"
            class="form form-record form-table"
        >
            {hidden}
            <label for="table">"The table"</label>
            {area}
            <label for="table_file">"Or a file of at most 1 MiB"</label>
            <input id="table_file" name="table_file" type="file" accept=".csv,.tsv,.txt,text/csv"/>
            <label class="choice">
                <input type="checkbox" name="whole" value="yes" checked=page.whole/>
                "Store nothing at all while any line is wrong"
            </label>
            <div class="form-buttons">
                {store}
                <button class="button" name="do" value="look">{look}</button>
            </div>
        </form>
    }
    .into_any()
}

fn preview<T: Register>(plan: &Plan<T>) -> AnyView {
    let counted = |n: usize, words: &str| format!("{} {words}", words::count(n as u64));
    let summary = [
        counted(plan.added(), "new"),
        counted(plan.changed(), "changed"),
        counted(plan.same(), "the same as now"),
        counted(plan.wrong(), "wrong"),
    ]
    .join(" · ");
    // What is wrong comes first, so that nobody scrolls past it.
    let wrong = plan.lines.iter().filter(|line| matches!(line.fate, Fate::Wrong(_)));
    let right =
        plan.lines.iter().filter(|line| matches!(line.fate, Fate::Add(_) | Fate::Change { .. }));
    let rows = wrong.chain(right).take(MOST).map(row::<T>).collect_view();
    let shown = plan.added() + plan.changed() + plan.wrong();
    let rest = (shown > MOST).then(
        || view! { <p class="quiet">{counted(shown - MOST, "more lines are not listed")}</p> },
    );
    let table = (shown > 0).then(|| {
        let table = view! {
            <table class="register">
                <thead>
                    <tr>
                        <th scope="col" class="number">"Line"</th>
                        <th scope="col">{T::ONE}</th>
                        <th scope="col">"Would be"</th>
                        <th scope="col">"Because"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        };
        scroll("What the table would do", table)
    });
    let body = view! {
        <p role="status"><strong>{summary}</strong> " – nothing is stored yet."</p>
        {table}
        {rest}
    };
    section("preview", "What it would do", (), body)
}

fn row<T: Register>(line: &Line<T>) -> AnyView {
    let label = |name: &str| {
        let field = T::FIELDS.iter().find(|field| field.name == name);
        field.map_or_else(|| name.to_owned(), |field| field.label.to_owned())
    };
    let flaw = |flaw: &Flaw| {
        view! { <li><code>{flaw.field}</code> ": " {flaw.sentence.clone()}</li> }
    };
    let (shape, word, why) = match &line.fate {
        Fate::Wrong(flaws) => {
            let flaws = flaws.iter().map(flaw).collect_view();
            ("fail", "left out", view! { <ul class="plain">{flaws}</ul> }.into_any())
        }
        Fate::Add(_) => ("pass", "registered", "It is not in the register.".into_any()),
        Fate::Change { fields, .. } => {
            let fields: Vec<String> = fields.iter().map(|name| label(name)).collect();
            ("stale", "changed", format!("Differs in: {}.", fields.join(", ")).into_any())
        }
        Fate::Same => ("not-applicable", "left alone", "It says the same.".into_any()),
    };
    view! {
        <tr>
            <td class="number">{line.number}</td>
            <th scope="row"><bdi>{line.title.clone()}</bdi></th>
            <td class="nowrap">{mark(shape, word)}</td>
            <td>{why}</td>
        </tr>
    }
    .into_any()
}

fn columns<T: Register>() -> AnyView {
    let rows = T::FIELDS
        .iter()
        .map(|field| {
            let needed = if field.required { "yes" } else { "" };
            view! {
                <tr>
                    <th scope="row"><code>{field.name}</code></th>
                    <td>{field.label}</td>
                    <td>{needed}</td>
                    <td class="reason">{field.takes()}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">"Column"</th>
                    <th scope="col">"Means"</th>
                    <th scope="col">"Needed"</th>
                    <th scope="col">"Takes"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Columns of the table", table)
}
