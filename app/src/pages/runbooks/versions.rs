//! Versions of a runbook that were in use here, and what each changed.

use domain::runbook::edit::{Edit, differences};
use domain::runbook::{Origin, Template};
use leptos::prelude::*;
use store::RunbookText;

use super::BookPage;
use crate::components::at;

pub(super) fn versions(page: &BookPage) -> AnyView {
    if page.versions.is_empty() {
        let told = "Nobody has edited it here. Once somebody does, each version is kept.";
        return view! { <p class="note">{told}</p> }.into_any();
    }
    let before = page.versions.iter().skip(1).map(Some).chain([None]);
    let items =
        page.versions.iter().zip(before).map(|(row, before)| one(row, before)).collect_view();
    view! { <ol class="timeline">{items}</ol> }.into_any()
}

fn one(row: &RunbookText, before: Option<&RunbookText>) -> AnyView {
    let href = format!("/runbooks/{}?kept={}", row.id, row.n);
    let whose = match row.origin {
        Origin::Edited => {
            view! { "edited by " <bdi>{row.edited_by.clone()}</bdi> ", " {at(row.at)} }.into_any()
        }
        origin => view! { {origin.title().to_lowercase()} ", kept " {at(row.at)} }.into_any(),
    };
    let changes = before.and_then(|before| changes(&before.text, &row.text));
    view! {
        <li>
            <a href=href>{format!("Version {}", row.version)}</a>
            ": "
            {whose}
            " · "
            <code title=row.sha256.clone()>{row.sha256.chars().take(12).collect::<String>()}</code>
            {changes}
        </li>
    }
    .into_any()
}

/// What a text changed of the one before; nothing where either cannot be read any more.
fn changes(before: &str, after: &str) -> Option<AnyView> {
    let (before, after) = (Template::parse(before).ok()?, Template::parse(after).ok()?);
    Some(sentences(differences(&before, &after).iter().map(Edit::sentence).collect()))
}

/// Sentences in a list.
pub(super) fn sentences(all: Vec<String>) -> AnyView {
    let items = all.into_iter().map(|it| view! { <li>{it}</li> }).collect_view();
    view! { <ul class="plain">{items}</ul> }.into_any()
}
