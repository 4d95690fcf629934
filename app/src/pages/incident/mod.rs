//! `/incidents/{id}`: one incident: where it stands, whose it is, what happened, and what shows it.

mod evidence;
mod link;
mod tabs;
mod timeline;

use domain::alert::membership::Dimension;
use domain::alert::{Entry, IncidentId};
use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::alert::AlertRow;
use store::alert::detail::AlertQuery;
use store::alert::notices::{DeliveryQuery, DeliveryRow};
use store::alert::queue::QueueRow;
use store::alert::timeline::Proof;
use store::{Page as Rows, Reader, RunbookRun};

use super::{Ask, Page};
use crate::components::{
    IncidentActs, ago, crumbs, heading, incident_acts, incident_link, incident_mark,
    incident_sentence, section, severity_mark,
};
use crate::error::PageError;
use crate::islands::OncallKeys;
use crate::query::Query;
use crate::setting::Setting;
use crate::shell::Here;

pub(crate) use evidence::delivery_mark;
pub(crate) use link::start_link;

/// Alerts on one page.
const ALERTS: u32 = 50;
/// Deliveries that are shown.
const DELIVERIES: u32 = 50;
/// Earlier incidents that are shown.
const ALIKE: u32 = 20;
/// A browser without scripts looks again after so many seconds.
const AGAIN: u32 = 30;

/// The parts of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What happened, in order.
    Timeline,
    /// Its alerts.
    Alerts,
    /// What to do, and what was done.
    Runbook,
    /// What shows it.
    Evidence,
    /// Earlier ones of the same kind.
    Similar,
}

impl Tab {
    const ALL: [Self; 5] =
        [Self::Timeline, Self::Alerts, Self::Runbook, Self::Evidence, Self::Similar];

    fn as_str(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Alerts => "alerts",
            Self::Runbook => "runbook",
            Self::Evidence => "evidence",
            Self::Similar => "similar",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Alerts => "Alerts",
            Self::Runbook => "Runbook",
            Self::Evidence => "Evidence",
            Self::Similar => "Similar past incidents",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }
}

/// One incident.
#[derive(Debug, Clone)]
pub struct IncidentPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// The incident.
    pub row: QueueRow,
    /// The part that is shown.
    pub tab: Tab,
    /// What happened, oldest first.
    pub timeline: Vec<Entry>,
    /// Whether the audit log proves that.
    pub proof: Proof,
    /// Its alerts, those that were seen last first.
    pub alerts: Rows<AlertRow>,
    /// Runs of runbooks for it, newest first.
    pub runs: Vec<RunbookRun>,
    /// What was told of it, newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Earlier incidents of the same kind.
    pub alike: Vec<QueueRow>,
    /// Whether whoever looks may work on it.
    pub may_work: bool,
    /// Whether whoever looks may work through runbooks.
    pub may_run: bool,
}

impl Page for IncidentPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let missing = || PageError::missing("incident", ask.id, "/oncall");
        let id = ask.id.parse().map(IncidentId).map_err(|_| missing())?;
        let Some(row) = reader.oncall_incident(id).await? else { return Err(missing()) };
        let tabs = || Tab::ALL.map(Tab::as_str).join(", ");
        let tab = ask.query.one("tab", Tab::parse, tabs)?.unwrap_or(Tab::Timeline);
        let (timeline, proof) = reader.incident_timeline(id).await?;
        let alerts = AlertQuery {
            incident: Some(id),
            limit: ALERTS,
            cursor: ask.query.get("cursor").map(str::to_owned),
            ..AlertQuery::default()
        };
        let deliveries =
            DeliveryQuery { incident: Some(id), limit: DELIVERIES, ..DeliveryQuery::default() };
        let subject = domain::runbook::run::Subject::Incident(id.to_string());
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            row,
            tab,
            timeline,
            proof,
            alerts: reader.alert_page(&alerts).await?,
            runs: reader.runbook_runs_for(&subject).await?,
            deliveries: reader.delivery_page(&deliveries).await?.items,
            alike: reader.incidents_alike(id, ALIKE).await?,
            may_work: ask.who.may(Action::WorkIncidents),
            may_run: ask.who.may(Action::WorkRunbooks),
        })
    }

    fn title(&self) -> String {
        format!("Incident {}: {}", self.row.incident.id, self.row.incident.title)
    }

    fn refresh(&self) -> Option<u32> {
        Some(AGAIN)
    }

    fn view(self) -> AnyView {
        let it = &self.row.incident;
        let marks = view! {
            <span class="heading-marks">
                {incident_mark(it)} {severity_mark(it.level.severity)}
            </span>
        };
        view! {
            {crumbs(vec![("/oncall".to_owned(), "On call".to_owned())])}
            {heading(it.title.clone(), incident_sentence(&self.row, self.now), marks)}
            <div class="columns">
                <div class="column-main">
                    {strip(&self)}
                    {tabs::tab(&self)}
                </div>
                <div class="column-side">
                    {acts(&self)}
                    {facts(&self)}
                </div>
            </div>
            <OncallKeys/>
        }
        .into_any()
    }
}

/// The parts as links; the state is in the URL.
fn strip(page: &IncidentPage) -> AnyView {
    let path = incident_link(page.row.incident.id);
    let counts = |tab: Tab| match tab {
        Tab::Timeline => page.timeline.len() as u64,
        Tab::Alerts => page.row.alerts,
        Tab::Runbook => page.runs.len() as u64,
        Tab::Evidence => page.deliveries.len() as u64,
        Tab::Similar => page.alike.len() as u64,
    };
    let items = Tab::ALL
        .into_iter()
        .map(|tab| {
            let href = Query::default().with("tab", tab.as_str()).href(&path);
            let current = (tab == page.tab).then_some("page");
            let key = (tab == Tab::Runbook).then_some("r");
            let count = (tab != Tab::Evidence).then(|| format!(" {}", counts(tab)));
            view! {
                <li>
                    <a href=href aria-current=current data-key=key>
                        {tab.title()} <span class="quiet">{count}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Parts of the incident"><ul>{items}</ul></nav> }.into_any()
}

fn acts(page: &IncidentPage) -> AnyView {
    let it = &page.row.incident;
    let back = page.query.href(&incident_link(it.id));
    let acts = IncidentActs { incident: it, may_work: page.may_work, back: &back };
    section("acts", "What you can do", (), incident_acts(acts))
}

fn facts(page: &IncidentPage) -> AnyView {
    let it = &page.row.incident;
    let fact = |title: &'static str, value: AnyView| {
        view! { <dt>{title}</dt> <dd>{value}</dd> }.into_any()
    };
    let words = |text: String| view! { <bdi>{text}</bdi> }.into_any();
    let account = page
        .row
        .account
        .as_ref()
        .map(|id| fact("Account", words(Setting::here().account_name(&id.as_str().into()))));
    let scope = it
        .scope
        .0
        .iter()
        .filter(|(dimension, _)| **dimension != Dimension::Account)
        .map(|(dimension, value)| fact(dimension.title(), words(value.clone())))
        .collect_view();
    let chain = match it.chain.steps() {
        [] => "Nobody stands in its chain.".to_owned(),
        steps => {
            let step = |(index, step): (usize, &domain::alert::Step)| {
                let done = if index < it.progress.taken { "called" } else { "not called" };
                format!("{} ({done})", step.contacts.join(", "))
            };
            steps.iter().enumerate().map(step).collect::<Vec<_>>().join(", then ")
        }
    };
    let past = it.same_as_past.map(|past| {
        let link = view! { <a href=incident_link(past)>{format!("Incident {past}")}</a> };
        fact("The one before it", link.into_any())
    });
    let whose = it.assignee.clone().unwrap_or_else(|| "nobody".to_owned());
    let body = view! {
        <dl class="stack">
            {fact("Number", words(it.id.to_string()))}
            {fact("Class", words(it.level.class.title().to_owned()))}
            {fact("Highest so far", words(it.peak.to_string()))}
            {fact("Opened", ago(it.opened_at).into_any())}
            {fact("Last activity", ago(it.last_activity).into_any())}
            {fact("Whose", words(whose))}
            {account}
            {scope}
            {fact("Chain", words(chain))}
            {past}
        </dl>
    };
    section("facts", "Facts", (), body)
}
