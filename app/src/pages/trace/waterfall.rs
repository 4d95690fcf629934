//! Spans as bars over time.

use domain::telemetry::{Span, SpanStatus};
use leptos::prelude::*;

use super::{TracePage, critical};
use crate::components::{chart, mark, scroll};
use crate::pages::debug::{badge, duration};

pub(super) fn waterfall(page: &TracePage) -> AnyView {
    let spans: Vec<&Span> = page.trace.spans.iter().map(|row| &row.span).collect();
    let path = critical::path(&spans);
    let row = &page.trace.trace;
    let rows = critical::tree(&spans)
        .into_iter()
        .map(|(depth, span)| {
            let service = page
                .trace
                .spans
                .iter()
                .find(|row| row.span.id == span.id)
                .map(|row| row.service.clone());
            let bar = report::span_bar(&report::SpanBar {
                title: &span.name,
                from: span.begun_us - row.begun_us,
                lasted: span.lasted_us,
                whole: row.lasted_us.max(1),
                critical: path.contains(&span.id),
                failed: span.status == SpanStatus::Error,
            });
            let taken: u64 = span.redactions.iter().map(|one| u64::from(one.count)).sum();
            let href = format!("/debug/traces/{}?span={}#span", span.trace, span.id);
            let state = match span.status {
                SpanStatus::Error => Some(mark("fail", "Error")),
                SpanStatus::Ok | SpanStatus::Unset => None,
            };
            let name = if path.contains(&span.id) {
                view! { <strong>{span.name.clone()}</strong> }.into_any()
            } else {
                span.name.clone().into_any()
            };
            let depth = depth.min(12);
            view! {
                <tr>
                    <th scope="row" class=format!("span-name depth-{depth}")>
                        <a href=href><bdi>{name}</bdi></a>
                        <span class="below">{service} {span.phi.then_some(" · serves PHI")}</span>
                    </th>
                    <td class="span-bar">{chart(bar)}</td>
                    <td class="number nowrap">{duration(span.lasted_us.max(0).cast_unsigned())}</td>
                    <td class="nowrap">{state}</td>
                    <td class="nowrap">{badge(taken)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="waterfall">
            <caption class="hidden">"Spans in the order of the tree"</caption>
            <thead>
                <tr>
                    <th scope="col">"Span"</th>
                    <th scope="col">"When"</th>
                    <th scope="col" class="number">"Took"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Redacted"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Spans", table)
}
