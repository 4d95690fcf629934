//! Why the log can be believed: what was verified, what was signed, and what is kept elsewhere.

use domain::Timestamp;
use leptos::prelude::*;
use store::Anchored;

use super::AuditPage;
use crate::components::{ago, mark};
use crate::words;

pub(super) fn proof(page: &AuditPage) -> AnyView {
    view! {
        <div class="tiles">
            <div class="tile">
                <a href="#entries">
                    <span class="tile-number">{words::count(page.head)}</span>
                    "entries"
                    <span class="tile-rest">{bounds(page)}</span>
                </a>
            </div>
            <div class="tile">{verified(page)}</div>
            <div class="tile">{signed(page)}</div>
            <div class="tile">{anchored(page)}</div>
        </div>
    }
    .into_any()
}

fn bounds(page: &AuditPage) -> &'static str {
    if page.bounds.from.is_some() {
        "you see those of your period"
    } else {
        "gap-free, none ever changed or removed"
    }
}

fn verified(page: &AuditPage) -> AnyView {
    let told = &page.verified;
    match (&told.fault, told.at) {
        (Some(fault), _) => view! {
            {mark("fail", "Does not verify")}
            <span class="tile-rest">{fault.clone()}</span>
        }
        .into_any(),
        (None, None) => view! {
            {mark("not-evaluated", "Not verified yet")}
            <span class="tile-rest">"the server looks in a moment"</span>
        }
        .into_any(),
        (None, Some(at)) => view! {
            {mark("pass", "Verified")} " " {ago(at)}
            <span class="tile-rest">
                {format!("all {} entries, each hash recomputed", words::count(told.entries))}
            </span>
        }
        .into_any(),
    }
}

fn signed(page: &AuditPage) -> AnyView {
    let Some(last) = &page.checkpoint else {
        return view! {
            {mark("not-evaluated", "Not signed yet")}
            <span class="tile-rest">"the first checkpoint comes in a moment"</span>
        }
        .into_any();
    };
    let at = Timestamp(last.at_us.div_euclid(1_000));
    view! {
        {mark("pass", "Signed")} " " {ago(at)}
        <span class="tile-rest">
            {format!("up to no. {} by key {}", words::count(last.seq), last.key_id)}
        </span>
    }
    .into_any()
}

/// A chain without a witness can be rewritten as a whole by whoever owns the machine.
fn anchored(page: &AuditPage) -> AnyView {
    if page.installation.anchors.is_empty() {
        return view! {
            {mark("stale", "Not anchored outside")}
            <span class="tile-rest">
                "set [audit] anchors: without a witness, whoever owns this machine can rewrite all"
            </span>
        }
        .into_any();
    }
    let arrived = page.anchors.iter().filter(|it| it.error.is_none()).max_by_key(|it| it.at);
    let failing = failing(&page.anchors);
    let last = match arrived {
        Some(last) => view! {
            {mark("pass", "Last anchored")} " " {ago(last.at)}
            <span class="tile-rest">{format!("up to no. {}", words::count(last.seq))}</span>
        }
        .into_any(),
        None => mark("not-evaluated", "Never anchored yet").into_any(),
    };
    let failing = failing.map(|one| {
        view! {
            <span class="tile-rest">
                {mark("error", "Failing")} " " <bdi>{one.target.clone()}</bdi> ": "
                {one.error.clone()}
            </span>
        }
    });
    view! { {last} {failing} }.into_any()
}

/// A target whose last attempt failed. The last attempt of each comes first.
fn failing(anchors: &[Anchored]) -> Option<&Anchored> {
    anchors.iter().enumerate().find_map(|(index, one)| {
        let first = !anchors[..index].iter().any(|earlier| earlier.target == one.target);
        (first && one.error.is_some()).then_some(one)
    })
}

/// Takes away what the period of the filters has, with its checkpoints.
pub(super) fn export(page: &AuditPage) -> AnyView {
    let value = |name: &str| page.query.get(name).unwrap_or_default().to_owned();
    view! {
        <form method="post" action="/audit/export">
            <input type="hidden" name="from" value=value("from")/>
            <input type="hidden" name="to" value=value("to")/>
            <button class="button button-primary">"Export with proof"</button>
        </form>
    }
    .into_any()
}
