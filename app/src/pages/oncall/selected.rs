//! The incident that is looked at: what it is, what to do, the runbook beside it.

use leptos::prelude::*;
use store::RunbookRun;
use store::alert::AlertRow;
use store::alert::queue::QueueRow;

use super::{OncallPage, PATH, Selected};
use crate::components::runbook::runbook_beside;
use crate::components::{
    IncidentActs, ago, incident_acts, incident_link, incident_mark, incident_sentence, mark,
    severity_mark,
};
use crate::pages::incident::start_link;
use crate::setting::Setting;

pub(super) fn selected(page: &OncallPage) -> AnyView {
    let Some(one) = &page.selected else {
        return view! { <p class="quiet">"No incident is chosen."</p> }.into_any();
    };
    let it = &one.row.incident;
    let back = page.query.with("at", &it.id.to_string()).href(PATH);
    let acts = IncidentActs { incident: it, may_work: page.may_work, back: &back };
    view! {
        <article class="chosen" aria-labelledby="chosen-title" data-version=version(one)>
            <p class="chosen-marks">
                {incident_mark(it)} {severity_mark(it.level.severity)}
                <span class="quiet">{it.level.class.title()}</span>
            </p>
            <h2 id="chosen-title"><a href=incident_link(it.id)>{it.title.clone()}</a></h2>
            <p>{incident_sentence(&one.row, page.now)}</p>
            <p class="quiet">
                "Incident " {it.id.to_string()} ", opened " {ago(it.opened_at)} ". " {told(one)}
            </p>
            {incident_acts(acts)}
            {alerts(one)}
            {runbook(page, one, &back)}
        </article>
    }
    .into_any()
}

/// Changes with whatever is shown of it.
fn version(one: &Selected) -> String {
    let QueueRow { incident, firing, muted, alerts, .. } = &one.row;
    let run = one.run.as_ref().map_or(0, RunbookRun::entries);
    format!("{}-{firing}-{muted}-{alerts}-{run}", incident.version)
}

fn told(one: &Selected) -> String {
    match one.told.as_slice() {
        [] => "No contact has taken a notification of it yet.".to_owned(),
        names => format!("Told: {}.", names.join(", ")),
    }
}

fn alerts(one: &Selected) -> AnyView {
    let rows = one.alerts.iter().map(alert).collect_view();
    let rest = one.row.alerts.saturating_sub(one.alerts.len() as u64);
    let href = format!("{}?tab=alerts", incident_link(one.row.incident.id));
    let more = (rest > 0).then(|| view! { <p><a href=href>{format!("{rest} more")}</a></p> });
    view! {
        <section aria-labelledby="chosen-alerts">
            <h3 id="chosen-alerts">"Alerts"</h3>
            <ul class="alerts">{rows}</ul>
            {more}
        </section>
    }
    .into_any()
}

/// One alert, with where it is shown.
pub(super) fn alert(alert: &AlertRow) -> AnyView {
    let state = if !alert.muted_by.is_empty() {
        mark("not-evaluated", "Muted").into_any()
    } else if alert.track.frozen_since.is_some() {
        mark("stale", "Cannot be observed").into_any()
    } else if alert.track.fires() {
        mark("fail", "Fires").into_any()
    } else {
        mark("not-applicable", "Over").into_any()
    };
    let who = alert.signal.who().unwrap_or_default();
    let account = alert.signal.account.as_ref().map(|id| Setting::here().account_name(id));
    let link = alert.signal.link.clone();
    let title = if link.is_empty() {
        view! { <span>{alert.title.clone()}</span> }.into_any()
    } else {
        view! { <a href=link>{alert.title.clone()}</a> }.into_any()
    };
    view! {
        <li>
            {state} " " {title}
            <span class="below">
                <bdi class="clip-middle">{who}</bdi> {account.map(|name| format!(" · {name}"))} " · "
                {ago(alert.last_seen)} {(alert.occurrences > 1)
                    .then(|| format!(" · seen {} times", alert.occurrences))}
            </span>
        </li>
    }
    .into_any()
}

/// The runbook beside it: at work, or the way to start it.
fn runbook(page: &OncallPage, one: &Selected, back: &str) -> AnyView {
    let it = &one.row.incident;
    let body = if let Some(run) = &one.run {
        runbook_beside(run, page.now, page.may_work, back)
    } else {
        let href = start_link(it, one.alerts.first(), back);
        let words = format!("Start “{}”", it.runbook.title());
        view! {
            <p><a class="button" href=href data-key="r">{words}</a></p>
        }
        .into_any()
    };
    view! {
        <section class="chosen-runbook" aria-labelledby="chosen-runbook" id="runbook">
            <h3 id="chosen-runbook" tabindex="-1">"Runbook"</h3>
            {body}
        </section>
    }
    .into_any()
}
