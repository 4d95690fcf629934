//! `/runbooks/{id}/edit`: the text of a runbook.

use domain::Timestamp;
use domain::runbook::edit::{Edit, edit};
use domain::runbook::{Flaw, Shelved, Template};
use leptos::prelude::*;
use store::Reader;

use super::shelf;
use super::versions::sentences;
use crate::components::{crumbs, heading, text_area};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::shell::Here;

/// The form with the text.
#[derive(Debug, Clone)]
pub struct EditPage {
    /// The runbook that is edited.
    pub book: Shelved,
    /// The text in the form.
    pub text: String,
    /// What is wrong with it, by line.
    pub flaws: Vec<Flaw>,
    /// Why it is not taken although it can be read.
    pub refusals: Vec<String>,
    /// What it would change, once somebody looked.
    pub changes: Option<Vec<String>>,
}

impl EditPage {
    /// The form with a text that was sent: everything that is wrong with it, or what it changes.
    pub fn looked_at(book: Shelved, text: String, now: Timestamp) -> (Self, Option<Template>) {
        let mut page = Self::of(book, text);
        let template = match Template::parse(&page.text) {
            Ok(template) => template,
            Err(flaws) => {
                page.flaws = flaws;
                return (page, None);
            }
        };
        match edit(&page.book.template, &template, now) {
            Ok(edits) => {
                let mut changes: Vec<String> = edits.iter().map(Edit::sentence).collect();
                if changes.is_empty() {
                    changes.push("Only how the file is laid out changes.".to_owned());
                }
                page.changes = Some(changes);
                (page, Some(template))
            }
            Err(flaws) => {
                page.refusals = flaws.iter().map(ToString::to_string).collect();
                (page, None)
            }
        }
    }

    fn of(book: Shelved, text: String) -> Self {
        Self { book, text, flaws: Vec::new(), refusals: Vec::new(), changes: None }
    }
}

impl Page for EditPage {
    const HERE: Here = Here::Runbooks;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let shelf = shelf(reader, ask.installation).await?;
        let book = shelf.get(ask.id).cloned();
        let book = book.ok_or_else(|| PageError::missing("runbook", ask.id, "/runbooks"))?;
        let text = book.template.source.clone();
        Ok(Self::of(book, text))
    }

    fn title(&self) -> String {
        format!("Edit: {}", self.book.template.title)
    }

    fn view(self) -> AnyView {
        let template = &self.book.template;
        let path = vec![
            ("/runbooks".to_owned(), "Runbooks".to_owned()),
            (format!("/runbooks/{}", template.id), template.title.clone()),
        ];
        let sentence = "Markdown with a head in TOML. Every version is kept; runs that are open stay \
                        as they began. Write the day of your review into `reviewed`.";
        let wrong = !self.flaws.is_empty() || !self.refusals.is_empty();
        let described = wrong.then(|| "flaws".to_owned());
        let rows = u32::try_from(self.text.lines().count()).unwrap_or(40).clamp(20, 40);
        view! {
            {crumbs(path)}
            {heading(self.title(), sentence, ())}
            {flaws(&self)}
            {self.changes.clone().map(changes)}
            <form
                method="post"
                action="/runbooks/edit"
                enctype="multipart/form-data"
                class="form form-record form-table form-runbook"
                novalidate
            >
                <input type="hidden" name="id" value=template.id.clone()/>
                <input type="hidden" name="sha256" value=template.sha256.clone()/>
                <label for="text">"Text"</label>
                {text_area("text".to_owned(), "text", rows, described, wrong, &self.text)}
                <div class="form-buttons">
                    <button class="button button-primary" name="do" value="store">"Store this version"</button>
                    <button class="button" name="do" value="look">"Show what it changes"</button>
                    <a class="button" href=format!("/runbooks/{}", template.id)>"Leave it as it is"</a>
                </div>
            </form>
        }
        .into_any()
    }
}

/// What is wrong, each flaw with its line of the text.
fn flaws(page: &EditPage) -> Option<AnyView> {
    if page.flaws.is_empty() && page.refusals.is_empty() {
        return None;
    }
    let lines: Vec<&str> = page.text.lines().collect();
    let items = page
        .flaws
        .iter()
        .map(|flaw| {
            let line = lines.get(flaw.line.saturating_sub(1)).copied().unwrap_or_default();
            let shown: String = line.chars().take(120).collect();
            let shown = (!shown.trim().is_empty())
                .then(|| view! { <code class="flaw-line">{shown}</code> });
            view! { <li>{flaw.to_string()} {shown}</li> }
        })
        .collect_view();
    let refusals = page.refusals.iter().map(|it| view! { <li>{it.clone()}</li> }).collect_view();
    Some(
        view! {
            <div class="form-trouble" role="alert" id="flaws">
                <p>"Nothing was stored yet. Please look at this:"</p>
                <ul>{refusals} {items}</ul>
            </div>
        }
        .into_any(),
    )
}

fn changes(all: Vec<String>) -> AnyView {
    view! {
        <div class="form-told" role="status">
            <p>"This can be stored. It would change:"</p>
            {sentences(all)}
        </div>
    }
    .into_any()
}
