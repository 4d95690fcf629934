//! How long requests take that sign people in or serve PHI.

use leptos::prelude::*;
use store::telemetry_health::DurationRow;

use super::duration;
use crate::components::{Empty, empty, scroll, section};
use crate::query::Query;
use crate::words;

pub(super) fn view(rows: &[DurationRow]) -> AnyView {
    let (sign_ins, data): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.sign_in);
    let aside = || view! { <span class="quiet">"last 24 hours; upper bounds, at most a fifth too high"</span> };
    view! {
        {section("authentication", "Authentication", aside(), table("Authentication", &sign_ins))}
        {section("data", "Services that serve PHI", aside(), table("Services that serve PHI", &data))}
    }
    .into_any()
}

fn table(caption: &'static str, rows: &[&DurationRow]) -> AnyView {
    if rows.is_empty() {
        let sentence = "No such request has been reported in the last day.".to_owned();
        return empty(Empty::Zero { sentence });
    }
    let rows = rows
        .iter()
        .map(|row| {
            let rate = row.errors as f64 / row.count.max(1) as f64;
            let traces = Query::default()
                .with("view", "traces")
                .with("kind", "all")
                .with("with", "errors")
                .with("service", &row.service)
                .href(super::PATH);
            let errors = if row.errors == 0 {
                "0".into_any()
            } else {
                view! { <a href=traces>{words::count(row.errors)}</a> }.into_any()
            };
            let [p50, p90, p99] = row.percentiles_us;
            view! {
                <tr>
                    <th scope="row"><bdi>{row.service.clone()}</bdi></th>
                    <td class="number">{words::count(row.count)}</td>
                    <td class="number">{errors}</td>
                    <td class="number">{format!("{:.2} %", rate * 100.0)}</td>
                    <td class="number">{duration(p50)}</td>
                    <td class="number">{duration(p90)}</td>
                    <td class="number">{duration(p99)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Service"</th>
                    <th scope="col" class="number">"Requests"</th>
                    <th scope="col" class="number">"Errors"</th>
                    <th scope="col" class="number">"Error rate"</th>
                    <th scope="col" class="number">"p50"</th>
                    <th scope="col" class="number">"p90"</th>
                    <th scope="col" class="number">"p99"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll(caption, table)
}
