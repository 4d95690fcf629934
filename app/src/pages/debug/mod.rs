//! `/debug`: the plumbing of telemetry and collection, for engineers. Nothing here shows what
//! identifies a patient: it was taken out before anything was stored, and what AWS answered goes
//! through the redactor before it is shown.

mod answers;
mod attempts;
mod audit;
mod latency;
mod redactor;
mod sources;
mod traces;

use domain::Timestamp;
use leptos::prelude::*;
use store::Reader;

use super::{Ask, Page};
use crate::components::heading;
use crate::error::PageError;
use crate::query::{Query, words as allowed};
use crate::shell::Here;

pub(super) use traces::badge;

/// The address of this page.
const PATH: &str = "/debug";

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Requests, end to end.
    Traces,
    /// How long they take.
    Latency,
    /// Audit logs and whoever sends.
    Audit,
    /// What is taken out.
    Redactor,
    /// Who is refused.
    Attempts,
    /// Sources, backups and retention.
    Sources,
    /// What AWS answered.
    Answers,
}

impl View {
    const ALL: [Self; 7] = [
        Self::Traces,
        Self::Latency,
        Self::Audit,
        Self::Redactor,
        Self::Attempts,
        Self::Sources,
        Self::Answers,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Latency => "latency",
            Self::Audit => "audit",
            Self::Redactor => "redactor",
            Self::Attempts => "attempts",
            Self::Sources => "sources",
            Self::Answers => "answers",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Traces => "Traces",
            Self::Latency => "Latency",
            Self::Audit => "Audit pipeline",
            Self::Redactor => "Redactor",
            Self::Attempts => "Attempts",
            Self::Sources => "Sources",
            Self::Answers => "Raw answers",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == text)
    }
}

/// One view.
#[derive(Debug, Clone)]
pub struct DebugPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// What is looked at.
    pub view: View,
    /// What is seen.
    pub seen: Seen,
}

/// What is seen in each view.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Requests.
    Traces(traces::Traces),
    /// Durations.
    Latency(Vec<store::telemetry_health::DurationRow>),
    /// Audit logs and producers.
    Audit(audit::Audit),
    /// The redactor.
    Redactor(store::telemetry_health::RedactorHealth),
    /// Attempts.
    Attempts(attempts::Attempts),
    /// Sources.
    Sources(sources::Sources),
    /// Answers.
    Answers(Box<answers::Answers>),
}

impl Page for DebugPage {
    const HERE: Here = Here::Debug;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let view = ask.query.one("view", View::parse, || allowed(&View::ALL, |it| it.as_str()))?;
        let view = view.unwrap_or(View::Traces);
        let seen = match view {
            View::Traces => Seen::Traces(traces::load(reader, ask).await?),
            View::Latency => Seen::Latency(reader.durations(ask.now).await?),
            View::Audit => Seen::Audit(audit::load(reader, ask).await?),
            View::Redactor => Seen::Redactor(reader.redactor_health(ask.now).await?),
            View::Attempts => Seen::Attempts(attempts::load(reader, ask).await?),
            View::Sources => Seen::Sources(sources::load(reader, ask).await?),
            View::Answers => Seen::Answers(Box::new(answers::load(reader, ask).await?)),
        };
        Ok(Self { query: ask.query.clone(), now: ask.now, view, seen })
    }

    fn title(&self) -> String {
        format!("Debug: {}", self.view.title())
    }

    fn view(self) -> AnyView {
        let sentence = "Traces, the audit pipeline, the redactor and the sources, without a word \
                        that identifies a patient.";
        let body = match &self.seen {
            Seen::Traces(traces) => traces::view(&self, traces),
            Seen::Latency(rows) => latency::view(rows),
            Seen::Audit(audit) => audit::view(audit, self.now),
            Seen::Redactor(health) => redactor::view(health),
            Seen::Attempts(attempts) => attempts::view(&self, attempts),
            Seen::Sources(sources) => sources::view(sources, self.now),
            Seen::Answers(answers) => answers::view(&self, answers),
        };
        view! { {heading("Debug", sentence, ())} {tabs(self.view)} {body} }.into_any()
    }
}

fn tabs(here: View) -> AnyView {
    let tabs = View::ALL
        .map(|view| {
            let href = Query::default().with("view", view.as_str()).href(PATH);
            let current = (view == here).then_some("page");
            view! { <li><a href=href aria-current=current>{view.title()}</a></li> }
        })
        .into_iter()
        .collect_view();
    view! { <nav class="tabs" aria-label="Views"><ul>{tabs}</ul></nav> }.into_any()
}

/// A duration in its own unit: microseconds in, `1.2 ms` out.
pub(super) fn duration(us: u64) -> String {
    let value = us as f64;
    match us {
        0..1_000 => format!("{us}\u{202f}µs"),
        1_000..10_000 => format!("{:.1}\u{202f}ms", value / 1e3),
        10_000..1_000_000 => format!("{:.0}\u{202f}ms", value / 1e3),
        1_000_000..60_000_000 => format!("{:.1}\u{202f}s", value / 1e6),
        _ => format!("{:.0}\u{202f}min", value / 6e7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_that_fits() {
        for (us, words) in [
            (7, "7\u{202f}µs"),
            (1_250, "1.2\u{202f}ms"),
            (45_000, "45\u{202f}ms"),
            (2_500_000, "2.5\u{202f}s"),
            (120_000_000, "2\u{202f}min"),
        ] {
            assert_eq!(duration(us), words);
        }
    }

    #[test]
    fn words_of_views_come_back() {
        for view in View::ALL {
            assert_eq!(View::parse(view.as_str()), Some(view));
        }
    }
}
