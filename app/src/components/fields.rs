//! The fields of a record in a form: each with its hint and with what is wrong with it.

use domain::register::{Field, FieldKind, Filled, Flaw, Known};
use leptos::prelude::*;

use super::text_area;

/// What a form asks and what was answered.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The fields.
    pub fields: &'static [Field],
    /// What is filled in.
    pub filled: &'a Filled,
    /// What is wrong with it.
    pub flaws: &'a [Flaw],
    /// What records may refer to.
    pub known: &'a Known,
}

/// All fields, in the parts of the form; `also` stands at the end of the part of that name.
pub fn fields(asked: Asked<'_>, also: Option<(&'static str, AnyView)>) -> AnyView {
    let mut groups: Vec<&'static str> = Vec::new();
    for field in asked.fields {
        if !groups.contains(&field.group) {
            groups.push(field.group);
        }
    }
    let mut also = also;
    let parts = groups
        .into_iter()
        .map(|group| {
            let inside = asked.fields.iter().filter(|field| field.group == group);
            let body = inside.map(|one| field(asked, one)).collect_view();
            let more = also.take_if(|both| both.0 == group).map(|both| both.1);
            if group.is_empty() {
                view! { <div class="fields">{body}{more}</div> }.into_any()
            } else {
                view! {
                    <fieldset class="fields">
                        <legend>{group}</legend>
                        {body}
                        {more}
                    </fieldset>
                }
                .into_any()
            }
        })
        .collect_view();
    parts.into_any()
}

/// What is wrong, above the form, each with a link to its field.
pub fn flaws_told(fields: &'static [Field], flaws: &[Flaw]) -> AnyView {
    if flaws.is_empty() {
        return ().into_any();
    }
    let items = flaws
        .iter()
        .map(|flaw| {
            let label = fields.iter().find(|field| field.name == flaw.field);
            let label = label.map_or(flaw.field, |field| field.label);
            view! {
                <li><a href=format!("#{}", id(flaw.field))>{label}</a> ": " {flaw.sentence.clone()}</li>
            }
        })
        .collect_view();
    view! {
        <div class="form-trouble" role="alert">
            <p>"Nothing was stored yet. Please look at this:"</p>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

fn id(name: &str) -> String {
    format!("field-{name}")
}

fn field(asked: Asked<'_>, field: &'static Field) -> AnyView {
    let flaws: Vec<&Flaw> = asked.flaws.iter().filter(|flaw| flaw.field == field.name).collect();
    let hint_id = format!("{}-hint", id(field.name));
    let flaw_id = format!("{}-flaw", id(field.name));
    let described: Vec<&str> = [
        (!field.hint.is_empty()).then_some(hint_id.as_str()),
        (!flaws.is_empty()).then_some(flaw_id.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let wide = matches!(field.kind, FieldKind::Text(_) | FieldKind::Digest);
    let class = if wide { "field field-wide" } else { "field" };
    let hint = (!field.hint.is_empty())
        .then(|| view! { <p class="form-hint" id=hint_id.clone()>{field.hint}</p> });
    let told: Vec<String> = flaws.iter().map(|flaw| flaw.sentence.clone()).collect();
    let told = (!told.is_empty())
        .then(|| view! { <p class="field-flaw" id=flaw_id.clone()>{told.join(" ")}</p> });
    let needed = field.required.then(|| view! { <span class="field-needed">" · needed"</span> });
    view! {
        <div class=class>
            <label for=id(field.name)>{field.label}{needed}</label>
            {control(asked, field, described, !flaws.is_empty())}
            {hint}
            {told}
        </div>
    }
    .into_any()
}

fn control(
    asked: Asked<'_>,
    field: &'static Field,
    described: Option<String>,
    wrong: bool,
) -> AnyView {
    let text = asked.filled.get(field.name).to_owned();
    let names = |list: Vec<String>| list.into_iter().map(|name| (name.clone(), name)).collect();
    let choices: Vec<(String, String)> = match field.kind {
        FieldKind::Text(_) => {
            return text_area(id(field.name), field.name, 3, described, wrong, &text);
        }
        FieldKind::Choice(choices) => {
            choices.iter().map(|(word, title)| ((*word).to_owned(), (*title).to_owned())).collect()
        }
        FieldKind::Vendor => names(asked.known.vendors.iter().map(|it| it.1.clone()).collect()),
        FieldKind::System => names(asked.known.systems.iter().map(|it| it.1.clone()).collect()),
        _ => return input(field, text, described, wrong),
    };
    let options = choices
        .into_iter()
        .map(|(value, title)| {
            let chosen = value == text;
            view! { <option value=value selected=chosen>{title}</option> }
        })
        .collect_view();
    let invalid = wrong.then_some("true");
    view! {
        <select
            id=id(field.name)
            name=field.name
            required=field.required
            aria-describedby=described
            aria-invalid=invalid
        >
            <option value="">"—"</option>
            {options}
        </select>
    }
    .into_any()
}

fn input(field: &'static Field, text: String, described: Option<String>, wrong: bool) -> AnyView {
    let (kind, most, mode) = match field.kind {
        FieldKind::Line(most) => ("text", Some(most), None),
        FieldKind::Day => ("date", None, None),
        FieldKind::Minute => ("datetime-local", None, None),
        FieldKind::Number => ("text", Some(13), Some("numeric")),
        FieldKind::Digest => ("text", Some(64), None),
        FieldKind::Account => ("text", Some(12), Some("numeric")),
        _ => ("text", Some(1_000), None),
    };
    // A browser shows nothing at all in a date field whose text is no date: then it is shown as text.
    let dated = matches!(field.kind, FieldKind::Day | FieldKind::Minute);
    let kind = if dated && wrong { "text" } else { kind };
    let invalid = wrong.then_some("true");
    view! {
        <input
            id=id(field.name)
            name=field.name
            type=kind
            value=text
            required=field.required
            maxlength=most.map(|most| most.to_string())
            inputmode=mode
            autocomplete="off"
            aria-describedby=described
            aria-invalid=invalid
        />
    }
    .into_any()
}
