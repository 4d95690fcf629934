//! The form that starts a run.

use domain::Organisation;
use domain::runbook::{Parameter, ParameterKind, Template};
use leptos::prelude::*;

use super::filled::Started;
use crate::setting::Setting;

/// What a form to start a run is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    pub(super) template: &'a Template,
    pub(super) started: &'a Started,
    /// For what, as the address says it.
    pub(super) subject: &'a str,
    /// Where to go afterwards, instead of to the run.
    pub(super) back: Option<&'a str>,
}

pub(super) fn form(start: Start<'_>) -> AnyView {
    let template = start.template;
    let fields = template.parameters.iter().map(|one| field(start.started, one)).collect_view();
    let back =
        start.back.map(|back| view! { <input type="hidden" name="back" value=back.to_owned()/> });
    let subject = (!start.subject.is_empty())
        .then(|| view! { <input type="hidden" name="subject" value=start.subject.to_owned()/> });
    let setting = Setting::here();
    view! {
        {trouble(start.template, start.started)}
        <form method="post" action="/runbook-runs" class="form form-record" novalidate>
            <input type="hidden" name="runbook" value=template.id.clone()/>
            <input type="hidden" name="sha256" value=template.sha256.clone()/>
            {subject}
            {back}
            <div class="fields">{fields}</div>
            {setting.organisation.as_deref().map(known)}
            <button class="button button-primary">"Start"</button>
        </form>
    }
    .into_any()
}

fn trouble(template: &Template, started: &Started) -> Option<AnyView> {
    if started.flaws.is_empty() && started.trouble.is_none() {
        return None;
    }
    let items = started
        .flaws
        .iter()
        .map(|flaw| {
            let title =
                template.parameter(&flaw.name).map_or(flaw.name.clone(), |it| it.title.clone());
            view! {
                <li>
                    <a href=format!("#p-{}", flaw.name)>{title}</a> ": " {flaw.sentence.clone()}
                </li>
            }
        })
        .collect_view();
    let why =
        started.trouble.clone().unwrap_or("Nothing was started. Please look at this:".to_owned());
    Some(
        view! {
            <div class="form-trouble" role="alert">
                <p>{why}</p>
                <ul>{items}</ul>
            </div>
        }
        .into_any(),
    )
}

fn field(started: &Started, parameter: &Parameter) -> AnyView {
    let id = format!("p-{}", parameter.name);
    let (hint_id, flaw_id) = (format!("{id}-hint"), format!("{id}-flaw"));
    let flaw = started.flaw(&parameter.name).map(str::to_owned);
    let hint = if parameter.hint.is_empty() {
        parameter.kind.takes().to_owned()
    } else {
        parameter.hint.clone()
    };
    let described = match &flaw {
        Some(_) => format!("{hint_id} {flaw_id}"),
        None => hint_id.clone(),
    };
    let value = started.values.get(&parameter.name).cloned().unwrap_or_default();
    let wrong = flaw.is_some();
    let (kind, mode, list) = match parameter.kind {
        ParameterKind::Account => ("text", Some("numeric"), Some("known-accounts")),
        ParameterKind::Region => ("text", None, Some("known-regions")),
        ParameterKind::Number => ("text", Some("numeric"), None),
        // A browser shows nothing at all in a field for times whose text is none.
        ParameterKind::Time if !wrong => ("datetime-local", None, None),
        ParameterKind::Resource | ParameterKind::Text | ParameterKind::Time => ("text", None, None),
    };
    let wide = matches!(parameter.kind, ParameterKind::Resource | ParameterKind::Text);
    let needed =
        parameter.required.then(|| view! { <span class="field-needed">" · needed"</span> });
    view! {
        <div class=if wide { "field field-wide" } else { "field" }>
            <label for=id.clone()>{parameter.title.clone()} {needed}</label>
            <input
                id=id.clone()
                name=id
                type=kind
                value=value
                inputmode=mode
                list=list
                maxlength="600"
                required=parameter.required
                autocomplete="off"
                spellcheck="false"
                aria-describedby=described
                aria-invalid=wrong.then_some("true")
            />
            <p class="form-hint" id=hint_id>{hint}</p>
            {flaw.map(|flaw| view! { <p class="field-flaw" id=flaw_id>{flaw}</p> })}
        </div>
    }
    .into_any()
}

/// Accounts and regions that are watched, for browsers to offer.
fn known(organisation: &Organisation) -> AnyView {
    let accounts = organisation
        .accounts
        .iter()
        .map(|it| view! { <option value=it.id.to_string()>{it.name.clone()}</option> })
        .collect_view();
    let mut regions: Vec<String> =
        organisation.accounts.iter().flat_map(|it| &it.regions).map(ToString::to_string).collect();
    regions.sort();
    regions.dedup();
    let regions = regions.into_iter().map(|it| view! { <option value=it></option> }).collect_view();
    view! {
        <datalist id="known-accounts">{accounts}</datalist>
        <datalist id="known-regions">{regions}</datalist>
    }
    .into_any()
}
