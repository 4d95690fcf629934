//! What a suppression would mute, in numbers and by name.

use domain::alert::suppression::preview::{FEWEST, MOST};
use leptos::prelude::*;
use store::{MutedAlert, SuppressionPreview};

use super::ask::few;
use crate::components::{ago, scroll, severity_mark};
use crate::words;

/// The numbers, the alerts that fire, and what is told nevertheless.
pub(super) fn preview(looked: &SuppressionPreview) -> AnyView {
    let counts = &looked.counts;
    let alerts = |n| words::counted(n, "alert", "alerts");
    let share = match counts.share() {
        Some(share) => format!(
            "{} of {} in 30 days",
            words::percent(share),
            words::counted(counts.all, "alert", "alerts")
        ),
        None => "no alert is known of 30 days".to_owned(),
    };
    let limit = if few(counts) {
        format!("The share is not judged: fewer than {FEWEST} alerts are known of 30 days.")
    } else {
        format!("At most {:.0} % of all alerts may be muted at once.", MOST * 100.0)
    };
    let errors = (counts.errors > 0).then(|| {
        let told = alerts(counts.errors);
        view! { <p class="note">{format!("{told} could not be judged and would be told.")}</p> }
    });
    view! {
        <dl class="suppression-numbers">
            <div><dt>"Would mute now"</dt><dd>{alerts(counts.firing)}</dd></div>
            <div><dt>"Would have muted in 30 days"</dt><dd>{alerts(counts.past)}</dd></div>
            <div><dt>"Share"</dt><dd>{share}</dd></div>
            <div><dt>"Fits, and is told in any case"</dt><dd>{alerts(counts.exempt)}</dd></div>
        </dl>
        <p class="note">{limit}</p>
        {errors}
        {exempt(looked)}
        {named("Fires now, and would be muted", &looked.firing)}
        {named("Fires now, and is told in any case", &looked.told)}
    }
    .into_any()
}

fn named(title: &'static str, alerts: &[MutedAlert]) -> Option<AnyView> {
    let table = (!alerts.is_empty()).then(|| alerts_table(alerts))?;
    Some(view! { <h3>{title}</h3> {table} }.into_any())
}

fn exempt(looked: &SuppressionPreview) -> Option<AnyView> {
    if looked.exempt.is_empty() {
        return None;
    }
    let items = looked
        .exempt
        .iter()
        .map(|(why, n)| view! { <li>{words::counted(*n, "alert", "alerts")} ": " {*why}</li> })
        .collect_view();
    Some(view! { <h3>"Told in any case, because"</h3> <ul class="plain">{items}</ul> }.into_any())
}

/// Alerts by name.
pub(super) fn alerts_table(alerts: &[MutedAlert]) -> AnyView {
    let rows = alerts
        .iter()
        .map(|one| {
            let why =
                one.subject.exempt.map(|why| view! { <span class="below">{why.title()}</span> });
            let title = one.title.clone();
            let title = match &one.incident {
                Some(incident) => {
                    let href = format!("/incidents/{incident}");
                    view! { <a href=href><bdi>{title}</bdi></a> }.into_any()
                }
                None => view! { <bdi>{title}</bdi> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row" class="title">{title} {why}</th>
                    <td class="nowrap">{one.class.title()}</td>
                    <td class="nowrap">{severity_mark(one.severity)}</td>
                    <td><code>{one.rule.clone()}</code></td>
                    <td class="nowrap">{ago(one.last_seen)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="compact">
            <thead>
                <tr>
                    <th scope="col">"Alert"</th>
                    <th scope="col">"Class"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Rule"</th>
                    <th scope="col">"Last seen"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Alerts", table)
}
