//! Incidents of the on-call queue: how one stands, in words, and what may be done with it.

use domain::Timestamp;
use domain::alert::incident::snooze_ms;
use domain::alert::{Class, Disposition, Incident, IncidentId, State};
use domain::id::MINUTE_MS;
use leptos::prelude::*;
use store::alert::queue::QueueRow;

use super::{mark, text_area};
use crate::words;

/// The page of an incident.
pub fn incident_link(id: IncidentId) -> String {
    format!("/incidents/{id}")
}

/// Where it stands, with the shape of its urgency.
pub fn incident_mark(incident: &Incident) -> AnyView {
    let shape = match &incident.state {
        State::Open if incident.class() < Class::Ticket => "fail",
        State::Open => "stale",
        State::Acknowledged { .. } => "excepted",
        State::Snoozed { .. } => "not-evaluated",
        State::Resolved(it) if it.disposition.is_none() => "stale",
        State::Resolved(_) => "not-applicable",
    };
    let word = if incident.unjudged() { "Over, not judged" } else { incident.state.title() };
    mark(shape, word).into_any()
}

/// How it stands, as a sentence.
pub fn incident_sentence(row: &QueueRow, now: Timestamp) -> String {
    let it = &row.incident;
    let firing = match row.firing {
        0 => "Nothing fires any more".to_owned(),
        1 => "One alert fires".to_owned(),
        n => format!("{} alerts fire", words::count(n)),
    };
    let muted = match row.muted {
        0 => String::new(),
        n if n == row.firing => ", all muted".to_owned(),
        n => format!(", {} muted", words::count(n)),
    };
    let whose = match &it.state {
        State::Open => ", and nobody has it".to_owned(),
        State::Acknowledged { by, until, .. } => {
            format!("; {by} has it, for {} more", words::span(until.since(now)))
        }
        State::Snoozed { by, until } => {
            format!("; {by} snoozed it for {} more", words::span(until.since(now)))
        }
        State::Resolved(end) => match end.disposition {
            Some(disposition) => {
                format!("; {} by {}", disposition.title().to_lowercase(), end.by.name())
            }
            None => "; nobody has said what it was".to_owned(),
        },
    };
    format!("{firing}{muted}{whose}.")
}

/// What the forms about an incident need.
#[derive(Debug, Clone, Copy)]
pub struct IncidentActs<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// Whether whoever looks may work on it.
    pub may_work: bool,
    /// Where to come back to.
    pub back: &'a str,
}

/// What may be done with an incident, as forms. Whoever may not is told so.
pub fn incident_acts(acts: IncidentActs<'_>) -> AnyView {
    if !acts.may_work {
        let why = "Your role may read incidents and not work on them.";
        return view! { <p class="note">{why}</p> }.into_any();
    }
    let it = acts.incident;
    let over = matches!(it.state, State::Resolved(_));
    if over {
        let judge = it.unjudged().then(|| resolve(acts, "Say what it was", true));
        return view! {
            <div class="acts">
                {judge}
                {reopen(acts)}
                {note(acts)}
            </div>
        }
        .into_any();
    }
    let acknowledge = (!it.acknowledged())
        .then(|| button(acts, "acknowledge", "Acknowledge", "a", "button button-primary"));
    let further = it.progress.taken < it.chain.steps().len();
    let escalate =
        further.then(|| button(acts, "escalate", "Call the next in line", "e", "button"));
    view! {
        <div class="acts">
            <div class="acts-first">
                {acknowledge}
                {escalate}
            </div>
            {resolve(acts, "Resolve", false)}
            {snooze(acts)}
            {assign(acts)}
            {note(acts)}
        </div>
    }
    .into_any()
}

fn hidden(acts: IncidentActs<'_>) -> AnyView {
    let it = acts.incident;
    view! {
        <input type="hidden" name="id" value=it.id.to_string()/>
        <input type="hidden" name="version" value=it.version.to_string()/>
        <input type="hidden" name="back" value=acts.back.to_owned()/>
    }
    .into_any()
}

fn button(
    acts: IncidentActs<'_>,
    verb: &str,
    words: &'static str,
    key: &'static str,
    class: &'static str,
) -> AnyView {
    view! {
        <form method="post" action=format!("/incidents/{verb}")>
            {hidden(acts)}
            <button class=class data-key=key>{words}</button>
        </form>
    }
    .into_any()
}

fn resolve(acts: IncidentActs<'_>, summary: &'static str, open: bool) -> AnyView {
    let phi = acts.incident.peak.class == Class::PagePhi;
    let hint = if phi {
        "It was about PHI at some time, so a reason of at least 20 characters is needed. Never write \
         about a patient here."
    } else {
        "A reason is needed for an accepted risk and a duplicate. Never write about a patient here."
    };
    let options = Disposition::ALL
        .iter()
        .map(|one| view! { <option value=one.as_str()>{one.title()}</option> })
        .collect_view();
    let id = format!("reason-{}", acts.incident.id);
    let label = id.clone();
    view! {
        <details class="change" open=open>
            <summary data-key="d">{summary}</summary>
            <form method="post" action="/incidents/resolve" class="form">
                {hidden(acts)}
                <label>
                    "What it turned out to be"
                    <select name="disposition" required>{options}</select>
                </label>
                <label class="form-wide" for=label>"Reason"</label>
                {text_area(id, "reason", 2, None, false, "")}
                <button class="button">"Resolve the incident"</button>
                <p class="note">{hint}</p>
            </form>
        </details>
    }
    .into_any()
}

fn snooze(acts: IncidentActs<'_>) -> AnyView {
    let longest = snooze_ms(acts.incident.class()) / MINUTE_MS;
    let choices: [(i64, &str); 6] = [
        (10, "10 minutes"),
        (30, "30 minutes"),
        (120, "2 hours"),
        (240, "4 hours"),
        (1_440, "a day"),
        (10_080, "a week"),
    ];
    let options = choices
        .into_iter()
        .filter(|one| one.0 <= longest)
        .map(|(minutes, words)| view! { <option value=minutes.to_string()>{words}</option> })
        .collect_view();
    view! {
        <details class="change">
            <summary>"Snooze"</summary>
            <form method="post" action="/incidents/snooze" class="form">
                {hidden(acts)}
                <label>"For" <select name="minutes" required>{options}</select></label>
                <button class="button">"Snooze it"</button>
                <p class="note">"A rise in urgency ends it, and so does its time."</p>
            </form>
        </details>
    }
    .into_any()
}

fn assign(acts: IncidentActs<'_>) -> AnyView {
    let now = acts.incident.assignee.clone().unwrap_or_default();
    view! {
        <details class="change">
            <summary>"Assign"</summary>
            <form method="post" action="/incidents/assign" class="form">
                {hidden(acts)}
                <label>
                    "To whom"
                    <input name="to" required maxlength="100" autocomplete="off" value=now/>
                </label>
                <button class="button">"Assign it"</button>
            </form>
        </details>
    }
    .into_any()
}

fn reopen(acts: IncidentActs<'_>) -> AnyView {
    view! {
        <details class="change">
            <summary>"Reopen"</summary>
            <form method="post" action="/incidents/reopen" class="form">
                {hidden(acts)}
                <label class="form-wide">
                    "Why" <input name="reason" required maxlength="500" autocomplete="off"/>
                </label>
                <button class="button">"Reopen the incident"</button>
            </form>
        </details>
    }
    .into_any()
}

fn note(acts: IncidentActs<'_>) -> AnyView {
    let it = acts.incident;
    let id = format!("note-{}", it.id);
    let label = id.clone();
    view! {
        <details class="change">
            <summary>"Write something down"</summary>
            <form method="post" action="/incidents/note" class="form">
                <input type="hidden" name="id" value=it.id.to_string()/>
                <input type="hidden" name="back" value=acts.back.to_owned()/>
                <label class="form-wide" for=label>"For the timeline"</label>
                {text_area(id, "text", 2, None, false, "")}
                <button class="button">"Add it"</button>
                <p class="note">"It stays as it is. Never write about a patient here."</p>
            </form>
        </details>
    }
    .into_any()
}
