//! `/debug/traces/{id}`: one request, span by span, with what was taken out of each.

mod critical;
mod detail;
mod waterfall;

use domain::telemetry::TraceId;
use leptos::prelude::*;
use store::Reader;
use store::telemetry_page::{MOST_SPANS, TraceDetail};

use super::debug::duration;
use super::{Ask, Page};
use crate::components::{at, crumbs, heading, mark, section};
use crate::error::PageError;
use crate::shell::Here;
use crate::words;
use domain::Timestamp;

/// One trace.
#[derive(Debug, Clone)]
pub struct TracePage {
    /// All that is known of it.
    pub trace: TraceDetail,
    /// The span that is looked at, in hexadecimal digits.
    pub span: Option<String>,
}

impl Page for TracePage {
    const HERE: Here = Here::Debug;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let id = TraceId::parse(ask.id);
        let trace = match id {
            Some(id) => reader.trace_get(id).await?,
            None => None,
        };
        let Some(trace) = trace else {
            return Err(PageError::missing("trace", ask.id, "/debug"));
        };
        Ok(Self { trace, span: ask.query.get("span").map(str::to_owned) })
    }

    fn title(&self) -> String {
        format!("Trace {}", self.trace.trace.id)
    }

    fn view(self) -> AnyView {
        let row = &self.trace.trace;
        let audited = match row.audited {
            None => None,
            Some(true) => Some(mark("pass", "An audit event names it").into_any()),
            Some(false) => Some(mark("fail", "No audit event names it").into_any()),
        };
        let sentence = view! {
            {row.service.clone()} ", " {at(Timestamp(row.begun_us / 1_000))} ", "
            {duration(row.lasted_us.max(0).cast_unsigned())} ", "
            {words::counted(row.spans, "span", "spans")} ", "
            {words::counted(row.redacted, "identifier taken out", "identifiers taken out")} ". "
            {audited}
        };
        let cut = (row.spans > u64::from(MOST_SPANS)).then(|| {
            view! { <p class="note">{format!("Only the first {MOST_SPANS} spans are shown.")}</p> }
        });
        view! {
            {crumbs(vec![("/debug".to_owned(), "Debug".to_owned()), ("/debug?view=traces".to_owned(), "Traces".to_owned())])}
            {heading(row.name.clone(), sentence, view! { <code class="quiet">{row.id.to_string()}</code> })}
            {cut}
            {section("waterfall", "Spans", legend(), waterfall::waterfall(&self))}
            {detail::detail(&self)}
            {detail::logs(&self)}
        }
        .into_any()
    }
}

fn legend() -> AnyView {
    view! { <span class="quiet">"bold: the critical path, which the request waited for"</span> }
        .into_any()
}
