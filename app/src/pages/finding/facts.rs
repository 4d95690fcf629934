//! How we know: resources, evidence, history, and the source's own fields.

use domain::{Finding, ResourceRef};
use leptos::prelude::*;
use store::{EvidenceRow, FindingChange, FindingDetail};

use crate::components::{at, copyable, finding_mark, scroll};
use crate::setting::Setting;
use crate::words;

/// Resources listed; a finding with more says so.
const MOST: usize = 100;

pub(super) fn resources(finding: &Finding) -> AnyView {
    let all = finding.resources.len();
    let rows = finding.resources.iter().take(MOST).map(resource).collect_view();
    let rest = (all > MOST).then(|| {
        let told = format!("{} more are not listed here.", words::count((all - MOST) as u64));
        view! { <p class="quiet">{told}</p> }
    });
    let table = view! {
        <table>
            <caption class="hidden">"Resources that the finding is about"</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"Account, region"</th>
                    <th scope="col">"Identity"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! { {scroll("Resources", table)} {rest} }.into_any()
}

fn resource(resource: &ResourceRef) -> AnyView {
    let name = match resource.name.trim() {
        "" => resource.key.short(),
        name => name,
    };
    let place = Setting::here().account_name(&resource.account);
    view! {
        <tr>
            <th scope="row"><bdi>{name.to_owned()}</bdi></th>
            <td>{super::kind_words(&resource.kind)}</td>
            <td>{format!("{place}, {}", resource.region)}</td>
            <td>{copyable(resource.key.as_str())}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn evidence(detail: &FindingDetail) -> AnyView {
    if detail.evidence.is_empty() {
        let told = "No raw answer is kept for this finding: it is a result of our own check over \
                    stored facts, or was read before answers were kept.";
        return view! { <p class="quiet">{told}</p> }.into_any();
    }
    let rows = detail.evidence.iter().map(piece).collect_view();
    let table = view! {
        <table>
            <caption>
                "The answers of AWS that this finding was last read from, kept unchanged for six \
                 years and addressed by their SHA-256."
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Taken at"</th>
                    <th scope="col">"Operation"</th>
                    <th scope="col">"Request id"</th>
                    <th scope="col" class="number">"Bytes"</th>
                    <th scope="col">"SHA-256"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Evidence", table)
}

fn piece(row: &EvidenceRow) -> AnyView {
    let request = match row.request_id.as_str() {
        "" => "none given",
        id => id,
    };
    view! {
        <tr>
            <td class="nowrap">{at(row.taken_at)}</td>
            <th scope="row">{row.operation.clone()}</th>
            <td class="mono">{request.to_owned()}</td>
            <td class="number">{words::count(row.size)}</td>
            <td>{copyable(&row.hash)}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn changes(detail: &FindingDetail) -> AnyView {
    if detail.changes.is_empty() {
        return view! {
            <p class="quiet">
                "Its state has not changed since it was first read, " {at(detail.first_seen)} "."
            </p>
        }
        .into_any();
    }
    let rows = detail.changes.iter().rev().map(change).collect_view();
    view! { <ol class="timeline">{rows}</ol> }.into_any()
}

fn change(change: &FindingChange) -> AnyView {
    view! {
        <li>
            {at(change.at)} " " {finding_mark(change.from_state)}
            <span class="arrow" aria-hidden="true">" → "</span>
            <span class="hidden">" became "</span> {finding_mark(change.to_state)}
        </li>
    }
    .into_any()
}

pub(super) fn raw(detail: &FindingDetail) -> AnyView {
    let finding = &detail.finding;
    let text = |name: &'static str, value: &str| {
        let value = value.trim().to_owned();
        (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd dir="auto">{value}</dd> })
    };
    let requirements = finding.requirements.join(", ");
    let run = detail.last_seen_run;
    view! {
        <dl class="stack">
            {text("Source", finding.source.title())}
            {text("Product", &finding.product)}
            {text("Check", &finding.check)}
            {text("Compliance", &finding.compliance)}
            {text("Workflow", &finding.workflow)}
            {text("Severity, as reported", &finding.severity_reported)}
            {text("Requirements", &requirements)}
            <dt>"Native id"</dt><dd>{copyable(&finding.native_id)}</dd>
            <dt>"Created in the source"</dt><dd>{at(finding.created_at)}</dd>
            <dt>"Updated in the source"</dt><dd>{at(finding.updated_at)}</dd>
            <dt>"First read"</dt><dd>{at(detail.first_seen)}</dd>
            <dt>"Last seen"</dt>
            <dd><a href=format!("/collection/runs/{run}")>{format!("Round {run}")}</a></dd>
            {detail
                .gone_at
                .map(|gone| {
                    view! { <dt>"Gone from the listing"</dt><dd>{at(gone)}</dd> }
                })}
        </dl>
    }
    .into_any()
}
