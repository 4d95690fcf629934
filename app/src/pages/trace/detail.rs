//! One span's attributes, and the log records of the trace.

use domain::telemetry::{Redaction, Span};
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::TracePage;
use crate::components::{at, scroll, section};
use domain::Timestamp;

/// The chosen span, else the root.
pub(super) fn detail(page: &TracePage) -> AnyView {
    let rows = &page.trace.spans;
    let chosen = page
        .span
        .as_ref()
        .and_then(|id| rows.iter().find(|row| row.span.id.to_string() == *id))
        .or_else(|| rows.iter().find(|row| row.span.parent.is_none()))
        .or_else(|| rows.first());
    let Some(row) = chosen else { return ().into_any() };
    let span = &row.span;
    let words = (!span.status_message.is_empty())
        .then(|| view! { <p class="untrusted">{span.status_message.clone()}</p> });
    let events = span
        .events
        .iter()
        .map(|event| {
            view! {
                <li>
                    <strong><bdi>{event.name.clone()}</bdi></strong> " "
                    <span class="quiet">{offset(event.at_us - span.begun_us)}</span>
                    {attributes(&event.attributes)}
                </li>
            }
        })
        .collect_view();
    let events = (!span.events.is_empty())
        .then(|| view! { <h3>"Events"</h3> <ul class="plain">{events}</ul> });
    let body = view! {
        {words}
        <h3>"Attributes"</h3>
        {attributes(&span.attributes)}
        {events}
        {redactions(&span.redactions)}
    };
    let aside = view! { <span class="quiet">
        {row.service.clone()} " " {row.instance.clone()} " · " {kind(span)}
    </span> };
    section("span", span.name.clone(), aside, body)
}

fn kind(span: &Span) -> String {
    format!("{} span {}", span.kind.as_str(), span.id)
}

fn offset(us: i64) -> String {
    format!("+{}", crate::pages::debug::duration(us.max(0).cast_unsigned()))
}

fn attributes(attributes: &Map<String, Value>) -> AnyView {
    if attributes.is_empty() {
        return view! { <p class="quiet">"None."</p> }.into_any();
    }
    let rows = attributes
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            view! {
                <tr>
                    <th scope="row"><code>{key.clone()}</code></th>
                    <td class="untrusted">{value}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <table class="compact attributes"><tbody>{rows}</tbody></table> }.into_any()
}

fn redactions(redactions: &[Redaction]) -> AnyView {
    if redactions.is_empty() {
        return ().into_any();
    }
    let items = redactions
        .iter()
        .map(|one| {
            view! {
                <li>
                    <code>{one.rule.clone()}</code> {format!(" × {} in ", one.count)}
                    <code>{one.path.clone()}</code>
                </li>
            }
        })
        .collect_view();
    view! { <h3>"Taken out"</h3> <ul class="plain">{items}</ul> }.into_any()
}

/// What was logged within the trace.
pub(super) fn logs(page: &TracePage) -> AnyView {
    if page.trace.logs.is_empty() {
        return ().into_any();
    }
    let rows = page
        .trace
        .logs
        .iter()
        .map(|row| {
            let log = &row.log;
            let audit = log.audit.as_ref().map(|fact| {
                let number = fact.seq.map(|seq| format!(" {seq}")).unwrap_or_default();
                view! { <span class="tag">{format!("audit event{number} of {}", fact.producer)}</span> }
            });
            view! {
                <tr>
                    <td class="nowrap">{at(Timestamp(log.at.0))}</td>
                    <td><bdi>{row.service.clone()}</bdi></td>
                    <td class="nowrap">{log.severity_text.clone()}</td>
                    <th scope="row" class="untrusted reason">{log.body.clone()} " " {audit}</th>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Log records of this trace"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Service"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Text"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("logs", "Log records", (), scroll("Log records", table))
}
