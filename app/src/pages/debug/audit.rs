//! Audit logs: what came, how late, and what is missing; and everybody who sends.

use domain::Timestamp;
use domain::id::MINUTE_MS;
use leptos::prelude::*;
use store::Reader;
use store::telemetry_health::{AuditSourceRow, ProducerRow};

use crate::components::{Empty, ago, empty, mark, scroll, section};
use crate::error::PageError;
use crate::pages::Ask;
use crate::words;

/// The pipeline.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Audit logs.
    pub sources: Vec<AuditSourceRow>,
    /// Services that send.
    pub producers: Vec<ProducerRow>,
    /// Whether whoever looks may say that a producer is gone.
    pub may_retire: bool,
}

pub(super) async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Audit, PageError> {
    Ok(Audit {
        sources: reader.audit_sources(ask.now).await?,
        producers: reader.producers().await?,
        may_retire: ask.who.may(domain::Action::KeepTelemetry),
    })
}

pub(super) fn view(audit: &Audit, now: Timestamp) -> AnyView {
    let completeness = view! { <a href="/slis/audit-completeness">"M2 Audit-log completeness"</a> };
    view! {
        {section("audit-logs", "Audit logs", completeness, sources(&audit.sources))}
        {section("producers", "Producers", (), producers(audit, now))}
    }
    .into_any()
}

fn sources(rows: &[AuditSourceRow]) -> AnyView {
    if rows.is_empty() {
        let sentence = "No application has sent an audit event (audit.producer, audit.seq).";
        return empty(Empty::Zero { sentence: sentence.to_owned() });
    }
    let rows = rows.iter().map(source).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Audit logs"</caption>
            <thead>
                <tr>
                    <th scope="col">"Log"</th>
                    <th scope="col">"Last event"</th>
                    <th scope="col" class="number">"Events"</th>
                    <th scope="col" class="number">"Unnumbered"</th>
                    <th scope="col" class="number">"Repeated"</th>
                    <th scope="col" class="number">"Lag p50"</th>
                    <th scope="col" class="number">"Lag p99"</th>
                    <th scope="col">"Gaps"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Audit logs", table)
}

fn lag(ms: Option<u64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| super::duration(ms * 1_000))
}

fn source(row: &AuditSourceRow) -> AnyView {
    let gaps = if row.unnumbered == row.events {
        mark("not-evaluated", "Cannot be told").into_any()
    } else if row.gaps == 0 {
        mark("pass", "None").into_any()
    } else {
        let words = format!(
            "{} ({} missing)",
            words::counted(row.gaps, "gap", "gaps"),
            words::count(row.missing)
        );
        view! { <a href="/slis/audit-completeness#members">{mark("fail", words)}</a> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <bdi>{row.name.clone()}</bdi> <span class="below">"from " {row.service.clone()}</span>
            </th>
            <td class="nowrap">{ago(row.last_event)}</td>
            <td class="number">{words::count(row.events)}</td>
            <td class="number">{words::count(row.unnumbered)}</td>
            <td class="number">{words::count(row.repeated)}</td>
            <td class="number nowrap">{lag(row.p50_ms)}</td>
            <td class="number nowrap">{lag(row.p99_ms)}</td>
            <td class="nowrap">{gaps}</td>
        </tr>
    }
    .into_any()
}

fn producers(audit: &Audit, now: Timestamp) -> AnyView {
    if audit.producers.is_empty() {
        return empty(Empty::Zero { sentence: "Nobody has sent anything yet.".to_owned() });
    }
    let rows =
        audit.producers.iter().map(|one| producer(one, audit.may_retire, now)).collect_view();
    let change = audit.may_retire.then(|| view! { <th scope="col">"Change"</th> });
    let table = view! {
        <table>
            <caption class="hidden">"Producers of telemetry"</caption>
            <thead>
                <tr>
                    <th scope="col">"Service"</th>
                    <th scope="col">"Heard"</th>
                    <th scope="col" class="number">"Spans"</th>
                    <th scope="col" class="number">"Log records"</th>
                    <th scope="col" class="number">"Sign-ins"</th>
                    <th scope="col" class="number">"Audit events"</th>
                    <th scope="col" class="number">"Repeated"</th>
                    <th scope="col">"Clock"</th>
                    {change}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Producers of telemetry", table)
}

fn producer(row: &ProducerRow, may_retire: bool, now: Timestamp) -> AnyView {
    let heard = match row.retired {
        Some(at) => view! { {mark("not-applicable", "Gone")} " since " {ago(at)} }.into_any(),
        None if now.since(row.last_seen) > 45 * MINUTE_MS => {
            view! { {mark("stale", "Silent")} " since " {ago(row.last_seen)} }.into_any()
        }
        None => ago(row.last_seen).into_any(),
    };
    let clock = if row.skewed == 0 {
        mark("pass", "Right").into_any()
    } else {
        let words = format!("{} from the future", words::counted(row.skewed, "event", "events"));
        mark("stale", words).into_any()
    };
    let change = may_retire.then(|| {
        let form = row.retired.is_none().then(|| {
            view! {
                <form method="post" action="/debug/producers/retire">
                    <input type="hidden" name="id" value=row.id.to_string()/>
                    <button class="button">"Say that it is gone"</button>
                </form>
            }
        });
        view! { <td>{form}</td> }
    });
    view! {
        <tr>
            <th scope="row"><bdi>{row.service.clone()}</bdi></th>
            <td class="nowrap">{heard}</td>
            <td class="number">{words::count(row.spans)}</td>
            <td class="number">{words::count(row.logs)}</td>
            <td class="number">{words::count(row.sign_ins)}</td>
            <td class="number">{words::count(row.audits)}</td>
            <td class="number">{words::count(row.repeated)}</td>
            <td class="nowrap">{clock}</td>
            {change}
        </tr>
    }
    .into_any()
}
