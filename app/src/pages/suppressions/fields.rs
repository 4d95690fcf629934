//! The fields of the form. What is wrong stands beside its field.

use domain::Timestamp;
use domain::alert::Weekday;
use domain::alert::hours::{at_minute, minute_at};
use domain::alert::rules::Rules;
use domain::alert::suppression::matcher::{Field, Op, VALUE_CHARS};
use domain::alert::suppression::proposal::MOST_MATCHERS;
use domain::register::Flaw;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use super::ask::AskPage;
use super::filled::{ROWS, Row};
use super::told::instant_in;
use crate::components::text_area;

/// What is asked, in parts.
pub(super) fn fields(page: &AskPage) -> AnyView {
    view! {
        {what(page)}
        {when(page)}
        {again(page)}
        <fieldset class="fields">
            <legend>"Why"</legend>
            {reason(page)}
            {line(page, Line::new("change_ref", &page.filled.change_ref))}
        </fieldset>
    }
    .into_any()
}

/// The labels of the fields, for the list of what is wrong.
pub(super) fn label(field: &str) -> &'static str {
    match field {
        "starts_at" => "Begins",
        "ends_at" => "Ends",
        "days" => "Days",
        "at" => "A window begins at",
        "duration" => "Minutes",
        "zone" => "Time zone of the windows",
        "reason" => "Reason",
        "change_ref" => "Change or ticket",
        _ => "What is muted",
    }
}

/// The id of a field.
pub(super) fn id(name: &str) -> String {
    format!("field-{name}")
}

/// What is wrong with a field, beside it.
fn flaw(page: &AskPage, field: &str) -> Option<AnyView> {
    let told: Vec<String> = flaws(page, field).map(|flaw| flaw.sentence.clone()).collect();
    let id = format!("{}-flaw", id(field));
    (!told.is_empty())
        .then(|| view! { <p class="field-flaw" id=id>{told.join(" ")}</p> }.into_any())
}

fn flaws<'p>(page: &'p AskPage, field: &'p str) -> impl Iterator<Item = &'p Flaw> {
    page.flaws.iter().filter(move |flaw| flaw.field == field)
}

fn wrong(page: &AskPage, field: &str) -> bool {
    flaws(page, field).next().is_some()
}

/// A field of one line.
struct Line<'p> {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    text: &'p str,
    hint: Option<AnyView>,
    list: Option<&'static str>,
    most: usize,
}

impl<'p> Line<'p> {
    fn new(name: &'static str, text: &'p str) -> Self {
        Self { name, label: label(name), kind: "text", text, hint: None, list: None, most: 200 }
    }
}

fn line(page: &AskPage, line: Line<'_>) -> AnyView {
    let id = id(line.name);
    let wrong = wrong(page, line.name);
    // A browser shows nothing at all in a field of times whose text is no time: then it is text.
    let kind = if wrong && line.kind != "number" { "text" } else { line.kind };
    let hint_id = format!("{id}-hint");
    let mut described = Vec::new();
    if line.hint.is_some() {
        described.push(hint_id.clone());
    }
    if wrong {
        described.push(format!("{id}-flaw"));
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    view! {
        <div class="field">
            <label for=id.clone()>{line.label}</label>
            <input
                id=id
                name=line.name
                type=kind
                value=line.text.to_owned()
                list=line.list
                maxlength=line.most.to_string()
                autocomplete="off"
                aria-describedby=described
                aria-invalid=wrong.then_some("true")
            />
            {line.hint.map(|hint| view! { <p class="form-hint" id=hint_id>{hint}</p> })}
            {flaw(page, line.name)}
        </div>
    }
    .into_any()
}

fn what(page: &AskPage) -> AnyView {
    let accounts = page
        .accounts
        .iter()
        .map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> })
        .collect_view();
    let rules = Rules::get()
        .all()
        .iter()
        .map(|rule| view! { <option value=rule.id.clone()>{rule.title.clone()}</option> })
        .collect_view();
    let count = ROWS.max(page.filled.rows.len() + 1).min(MOST_MATCHERS);
    let rows =
        (1..=count).map(|index| condition(index, page.filled.rows.get(index - 1))).collect_view();
    let hint = view! { "Twelve digits. A suppression is about one account." }.into_any();
    let account = Line {
        label: "Account",
        list: Some("accounts"),
        hint: Some(hint),
        most: 12,
        ..Line::new("account", &page.filled.account)
    };
    view! {
        <fieldset class="fields" id=id("matchers") tabindex="-1">
            <legend>"What is muted"</legend>
            {line(page, account)}
            <div class="field-wide">
                <p class="form-hint" id="matchers-hint">
                    "All conditions must hold. Name a resource group, a rule or an identity; “is \
                     like” takes a star for anything. Empty lines do not count."
                </p>
                {flaw(page, "matchers")}
                <div class="suppression-rows">{rows}</div>
            </div>
            <datalist id="accounts">{accounts}</datalist>
            <datalist id="rules">{rules}</datalist>
        </fieldset>
    }
    .into_any()
}

/// What a new line is about, unless somebody chooses.
const USUAL: [Field; 5] =
    [Field::Rule, Field::Group, Field::Identity, Field::Region, Field::Resource];

fn condition(index: usize, row: Option<&Row>) -> AnyView {
    let usual = USUAL.get(index - 1).copied().unwrap_or(Field::EventType);
    let usual = Row {
        field: usual.as_str().to_owned(),
        op: Op::Is.as_str().to_owned(),
        value: String::new(),
    };
    let row = row.unwrap_or(&usual);
    let select = |name: &str, title: &str, choices: &[(&'static str, &'static str)], text: &str| {
        let options = choices
            .iter()
            .map(|(word, title)| {
                let chosen = *word == text;
                view! { <option value={*word} selected=chosen>{*title}</option> }
            })
            .collect_view();
        view! {
            <select name=format!("{name}-{index}") aria-label=format!("{title} {index}")>
                {options}
            </select>
        }
        .into_any()
    };
    view! {
        <div class="suppression-row">
            {select("field", "Condition", Field::CHOICES, &row.field)}
            {select("op", "Comparison", Op::CHOICES, &row.op)}
            <input
                name=format!("value-{index}")
                value=row.value.clone()
                list="rules"
                maxlength=VALUE_CHARS.to_string()
                autocomplete="off"
                spellcheck="false"
                aria-label=format!("Value {index}")
                aria-describedby="matchers-hint"
            />
        </div>
    }
    .into_any()
}

fn when(page: &AskPage) -> AnyView {
    let starts = Line {
        kind: "datetime-local",
        hint: Some(echo(page, &page.filled.starts, "Leave it empty to begin at once.")),
        ..Line::new("starts_at", &page.filled.starts)
    };
    let ends = Line {
        kind: "datetime-local",
        hint: Some(echo(page, &page.filled.ends, "One person can approve a day, two seven days.")),
        ..Line::new("ends_at", &page.filled.ends)
    };
    view! {
        <fieldset class="fields">
            <legend>{format!("When, by the clock of {}", page.zone_name)}</legend>
            {line(page, starts)}
            {line(page, ends)}
        </fieldset>
    }
    .into_any()
}

/// The instant that a minute of the wall is, in the zone and in UTC; a hint where none is typed.
fn echo(page: &AskPage, text: &str, otherwise: &'static str) -> AnyView {
    match at_minute(&page.zone_name, text) {
        Some(at) => {
            let zone = TimeZone::get(&page.zone_name).unwrap_or(TimeZone::UTC);
            view! { {instant_in(at, &zone)} {missing(page, text, at)} }.into_any()
        }
        None => otherwise.into_any(),
    }
}

/// A minute that the clock leaves out.
fn missing(page: &AskPage, text: &str, at: Timestamp) -> Option<AnyView> {
    let told = minute_at(&page.zone_name, at);
    (text.get(..16) != Some(told.as_str())).then(|| {
        let words = "The clock is put forward over the minute that was written; this is the \
                     change itself.";
        view! { <span class="below">{words}</span> }.into_any()
    })
}

fn again(page: &AskPage) -> AnyView {
    let days = Weekday::ALL
        .iter()
        .map(|day| {
            let chosen = page.filled.days.iter().any(|word| word == day.as_str());
            view! {
                <label class="choice">
                    <input type="checkbox" name="days" value=day.as_str() checked=chosen/>
                    {day.title()}
                </label>
            }
        })
        .collect_view();
    let hint = view! { "In this zone, also when clocks are changed." }.into_any();
    let zone = Line { hint: Some(hint), ..Line::new("zone", &page.filled.zone) };
    let minutes = view! { "Elapsed time, twelve hours at most." }.into_any();
    let minutes =
        Line { kind: "number", hint: Some(minutes), ..Line::new("duration", &page.filled.minutes) };
    let open = page.filled.comes_back()
        || ["days", "at", "duration", "zone"].iter().any(|it| wrong(page, it));
    view! {
        <details class="change suppression-again" open=open>
            <summary>"It comes back"</summary>
            <fieldset class="fields">
                <legend>"Windows between beginning and end; two persons must approve"</legend>
                <div class="field-wide" id=id("days") tabindex="-1" role="group" aria-label="Days">
                    <div class="suppression-days">{days}</div>
                    {flaw(page, "days")}
                </div>
                {line(page, Line { kind: "time", ..Line::new("at", &page.filled.at) })}
                {line(page, minutes)}
                {line(page, zone)}
            </fieldset>
        </details>
    }
    .into_any()
}

fn reason(page: &AskPage) -> AnyView {
    let id = id("reason");
    let wrong = wrong(page, "reason");
    let described = if wrong { format!("{id}-hint {id}-flaw") } else { format!("{id}-hint") };
    let text = text_area(id.clone(), "reason", 3, Some(described), wrong, &page.filled.reason);
    view! {
        <div class="field field-wide">
            <label for=id.clone()>"Reason"</label>
            {text}
            <p class="form-hint" id=format!("{id}-hint")>
                "What is done, and why its alerts say nothing new. Never write about a patient \
                 here."
            </p>
            {flaw(page, "reason")}
        </div>
    }
    .into_any()
}
