//! The versions of a record, and what differs between them.

use domain::Timestamp;
use domain::register::{Filled, differences};
use leptos::prelude::*;

use super::Register;
use super::record::{RecordPage, value};
use crate::components::at;

/// A version: number, when, what it said.
type Version<'a, T> = (i64, Timestamp, &'a T);

pub(super) fn history<T: Register>(page: &RecordPage<T>) -> AnyView {
    let mut versions: Vec<Version<'_, T>> =
        page.earlier.iter().map(|one| (one.version, one.changed, &one.record)).collect();
    versions.push((page.one.version, page.one.changed, &page.one.record));
    let mut items: Vec<AnyView> = versions
        .windows(2)
        .filter_map(|pair| Some(changed(page, *pair.first()?, *pair.last()?)))
        .collect();
    items.reverse();
    let log = page.may_audit.then(|| {
        let href = format!("/audit?object={}:{}", T::WORD, page.one.id);
        view! { <p><a href=href>"Who did that: the entries of the audit log"</a></p> }
    });
    view! {
        <ol class="timeline">
            {items}
            <li>"Registered " {at(page.one.added)}</li>
        </ol>
        {log}
    }
    .into_any()
}

fn changed<T: Register>(
    page: &RecordPage<T>,
    before: Version<'_, T>,
    after: Version<'_, T>,
) -> AnyView {
    if let Some(ended) = page.one.ended.as_ref().filter(|_| after.0 == page.one.version) {
        let reason = ended.reason.clone();
        return view! {
            <li>{format!("Version {}, ended ", after.0)} {at(ended.at)} ": " <bdi>{reason}</bdi></li>
        }
        .into_any();
    }
    let names = differences(before.2, after.2, &page.known);
    let (old, new) = (before.2.write(&page.known), after.2.write(&page.known));
    let lines = T::FIELDS
        .iter()
        .filter(|field| names.contains(&field.name))
        .map(|field| {
            let side = |filled: &Filled| match filled.get(field.name) {
                "" => view! { <span class="quiet">"nothing"</span> }.into_any(),
                text => value(field, text, &page.known),
            };
            view! {
                <li>
                    <span class="quiet">{field.label} ": "</span>
                    <del>{side(&old)}</del> " → " <ins>{side(&new)}</ins>
                </li>
            }
        })
        .collect_view();
    view! {
        <li>
            {format!("Version {}, ", after.0)} {at(after.1)}
            <ul class="plain">{lines}</ul>
        </li>
    }
    .into_any()
}
