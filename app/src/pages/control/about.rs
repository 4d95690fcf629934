//! What a control is for, how to satisfy it, and who answers it.

use domain::{Catalogue, Control, SectionId};
use leptos::prelude::*;

use crate::components::{copyable_block, prose, section};

pub(super) fn why(control: &Control) -> AnyView {
    section("why", "Why it matters", (), prose(&control.why))
}

pub(super) fn fix(control: &Control) -> AnyView {
    let title = if control.attestation { "What to do" } else { "How to fix it" };
    let prompt = (!control.attestation_prompt.is_empty()).then(|| {
        view! {
            <h3>"What is attested"</h3>
            {prose(&control.attestation_prompt)}
        }
    });
    section("fix", title, docs(control), view! { {how(control)} {prompt} })
}

/// Console and command line.
pub(crate) fn how(control: &Control) -> AnyView {
    let command = (!control.fix_cli.is_empty()).then(|| {
        view! {
            <h3>"Command line"</h3>
            {copyable_block(format!("Command for: {}", control.title), &control.fix_cli)}
        }
    });
    let console = (!control.attestation).then(|| view! { <h3>"Console"</h3> });
    view! { {console} {prose(&control.fix_console)} {command} }.into_any()
}

fn docs(control: &Control) -> AnyView {
    if !control.docs.starts_with("https://") {
        return ().into_any();
    }
    let href = control.docs.clone();
    view! { <a href=href rel="noreferrer external">"Reference"</a> }.into_any()
}

pub(super) fn sections(control: &Control) -> AnyView {
    let items = control.sections.iter().map(safeguard).collect_view();
    section("sections", "Supports", (), view! { <ul class="plain">{items}</ul> })
}

fn safeguard(section: &SectionId) -> AnyView {
    let title = Catalogue::get().safeguard(section.as_str()).map(|it| it.title.clone());
    view! {
        <li>
            <a href=format!("/safeguards/{section}")>{format!("§ {section}")}</a> " " {title}
        </li>
    }
    .into_any()
}

pub(super) fn answered_by(control: &Control) -> AnyView {
    let list = |title: &'static str, ids: &[String]| {
        let items =
            ids.iter().map(|id| view! { <li><code>{id.clone()}</code></li> }).collect_view();
        (!ids.is_empty()).then(|| {
            view! {
                <dt>{title}</dt>
                <dd><ul class="plain">{items}</ul></dd>
            }
        })
    };
    let person = control
        .attestation
        .then(|| view! { <dt>"A person"</dt><dd>"No AWS service can tell."</dd> });
    let note = (!control.mapping_note.is_empty())
        .then(|| view! { <p class="note">{control.mapping_note.clone()}</p> });
    let body = view! {
        <dl class="stack">
            {list("AWS Config rules", &control.config_rules)}
            {list("Security Hub controls", &control.securityhub)}
            {list("Security Hub controls that can only fail it", &control.securityhub_partial)}
            {list("Checks of ours", &control.checks)}
            {list("Resource types", &control.resource_types)}
            {person}
            <dt>"Placement"</dt>
            <dd>{control.mapping.clone()}</dd>
        </dl>
        {note}
    };
    section("sources", "Answered by", (), body)
}
