//! Requests, end to end: those that served PHI first.

use leptos::prelude::*;
use store::Reader;
use store::telemetry_page::{TraceQuery, TraceRow};

use super::{DebugPage, PATH, duration};
use crate::components::{
    Choice, Empty, Facet, ago, empty, facet, hidden_fields, listing, mark, pager, sticky,
};
use crate::error::PageError;
use crate::pages::Ask;
use crate::query::Query;
use crate::words;
use domain::Timestamp;

/// Rows on a page.
const ROWS: u32 = 50;

/// Traces and what can be chosen.
#[derive(Debug, Clone)]
pub struct Traces {
    /// The rows that the filters leave.
    pub rows: Vec<TraceRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Services that send.
    pub services: Vec<String>,
}

pub(super) async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Traces, PageError> {
    let query = ask.query;
    let slower = query.one(
        "slower",
        |text| text.parse::<i64>().ok().filter(|ms| (0..=3_600_000).contains(ms)),
        || "milliseconds, from 0 to 3600000".to_owned(),
    )?;
    let asked = TraceQuery {
        phi: !query.has("kind", "all"),
        errors: query.has("with", "errors"),
        redacted: query.has("with", "redactions"),
        service: query.get("service").map(str::to_owned),
        slower_us: slower.unwrap_or(0) * 1_000,
        limit: ROWS,
        cursor: query.get("cursor").map(str::to_owned),
    };
    let page = reader.trace_page(&asked).await?;
    let services = reader.producers().await?.into_iter().map(|producer| producer.service);
    Ok(Traces { rows: page.items, next: page.next, services: services.collect() })
}

pub(super) fn view(page: &DebugPage, traces: &Traces) -> AnyView {
    if traces.services.is_empty() {
        return nothing();
    }
    let plain = |value: &str, word: &str| Choice {
        value: value.to_owned(),
        word: word.to_owned(),
        count: None,
    };
    let kind = if page.query.get("kind").is_some() {
        page.query.clone()
    } else {
        page.query.with("kind", "phi")
    };
    let services = traces.services.iter().map(|service| plain(service, service)).collect();
    let facets = vec![
        facet(
            PATH,
            &kind,
            Facet {
                name: "kind",
                title: "Endpoints",
                choices: vec![plain("phi", "That serve PHI"), plain("all", "All")],
                many: false,
            },
        ),
        facet(
            PATH,
            &page.query,
            Facet {
                name: "with",
                title: "With",
                choices: vec![plain("errors", "Errors"), plain("redactions", "Redactions")],
                many: true,
            },
        ),
        facet(
            PATH,
            &page.query,
            Facet { name: "service", title: "Service", choices: services, many: false },
        ),
        slower(&page.query),
    ];
    let body = if traces.rows.is_empty() {
        let clear = Query::default().with("view", "traces").with("kind", "all").href(PATH);
        empty(Empty::NoMatch { things: "traces", clear })
    } else {
        view! {
            {table(&traces.rows)}
            {pager(PATH, &page.query, traces.next.clone(), traces.rows.len())}
        }
        .into_any()
    };
    listing(facets, body)
}

fn nothing() -> AnyView {
    view! {
        <div class="empty empty-no-data">
            <p class="empty-title">"No telemetry yet"</p>
            <p>
                "Any OpenTelemetry SDK or Collector can send to " <code>"/v1/traces"</code> " and "
                <code>"/v1/logs"</code> " with a token that may “send traces and logs”; "
                <a href="/account">"make one"</a> "."
            </p>
        </div>
    }
    .into_any()
}

fn slower(query: &Query) -> AnyView {
    let value = query.get("slower").unwrap_or_default().to_owned();
    view! {
        <form class="facet facet-form" action=PATH>
            {hidden_fields(query, &["slower", "cursor"])}
            <label for="slower">"At least (ms)"</label>
            <input id="slower" name="slower" inputmode="numeric" pattern="[0-9]*" value=value/>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

fn table(rows: &[TraceRow]) -> AnyView {
    let longest = rows.iter().map(|row| row.lasted_us).max().unwrap_or(1).max(1);
    let rows = rows.iter().map(|one| row(one, longest)).collect_view();
    let table = view! {
        <table class="traces">
            <caption class="hidden">"Traces, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Began"</th>
                    <th scope="col">"Request"</th>
                    <th scope="col">"Service"</th>
                    <th scope="col" class="number">"Took"</th>
                    <th scope="col" class="number">"Spans"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Redacted"</th>
                    <th scope="col">"Audit event"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Traces", table)
}

fn row(row: &TraceRow, longest: i64) -> AnyView {
    let state = if row.errors > 0 {
        mark("fail", words::counted(row.errors, "error", "errors")).into_any()
    } else {
        mark("pass", "No error").into_any()
    };
    let audited = match row.audited {
        None => view! { <span class="quiet">"not needed"</span> }.into_any(),
        Some(true) => mark("pass", "Found").into_any(),
        Some(false) => mark("fail", "Missing").into_any(),
    };
    let id = row.id.to_string();
    let share = (row.lasted_us.max(0) as f64 / longest as f64 * 100.0).ceil();
    view! {
        <tr>
            <td class="nowrap">{ago(Timestamp(row.begun_us / 1_000))}</td>
            <th scope="row" class="title">
                <a href=format!("/debug/traces/{id}")><bdi>{row.name.clone()}</bdi></a>
            </th>
            <td><bdi>{row.service.clone()}</bdi></td>
            <td class="number nowrap">
                {duration(row.lasted_us.max(0).cast_unsigned())}
                <meter class="took" min="0" max="100" value=share.to_string() aria-hidden="true"></meter>
            </td>
            <td class="number">{words::count(row.spans)}</td>
            <td class="nowrap">{state}</td>
            <td class="nowrap">{badge(row.redacted)}</td>
            <td class="nowrap">{audited}</td>
        </tr>
    }
    .into_any()
}

/// How many identifiers were taken out.
pub(in crate::pages) fn badge(redacted: u64) -> AnyView {
    if redacted == 0 {
        return view! { <span class="quiet">"none"</span> }.into_any();
    }
    view! { <span class="tag tag-redacted">{words::counted(redacted, "identifier", "identifiers")}</span> }
        .into_any()
}
