//! `/oncall`: what is urgent, what to do about it, and whether anybody would notice the next thing.

mod queue;
mod selected;
mod side;

use domain::alert::{Class, IncidentId};
use domain::sli::{Reading, Sli};
use domain::{Action, Freshness, ScopeState, Timestamp};
use leptos::prelude::*;
use store::alert::detail::AlertQuery;
use store::alert::notices::ContactCheck;
use store::alert::queue::{LaneCount, QueueQuery, QueueRow};
use store::alert::{AlertRow, Lane, Setting};
use store::telemetry_health::AuditSourceRow;
use store::{Page as Rows, Reader, RunbookRun};

use super::{Ask, Page};
use crate::components::heading;
use crate::error::PageError;
use crate::islands::OncallKeys;
use crate::query::{self, Query};
use crate::shell::Here;
use crate::state::Mode;

/// Its address.
pub(crate) const PATH: &str = "/oncall";

/// Rows of the queue on one page.
const ROWS: u32 = 15;
/// Recent alerts that touch PHI.
const RECENT: u32 = 6;
/// Alerts of the incident that is looked at.
const ALERTS: u32 = 5;
/// A browser without scripts looks again after so many seconds.
const AGAIN: u32 = 30;

/// The states of an incident that is not over, by their words.
const STATES: [(&str, &str); 3] =
    [("open", "Open"), ("acknowledged", "Acknowledged"), ("snoozed", "Snoozed")];

/// The dashboard of whoever is on call.
#[derive(Debug, Clone)]
pub struct OncallPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// How many incidents there are in each lane.
    pub counts: Vec<LaneCount>,
    /// The queue.
    pub rows: Rows<QueueRow>,
    /// The incident that is looked at.
    pub selected: Option<Selected>,
    /// Alerts that may touch PHI, newest first.
    pub phi: Vec<AlertRow>,
    /// Sign-ins, completeness, latency, attempts.
    pub readings: Vec<Reading>,
    /// How sources stand.
    pub visits: Visits,
    /// Audit logs that applications send.
    pub sources: Vec<AuditSourceRow>,
    /// What the last look at each contact found.
    pub checks: Vec<ContactCheck>,
    /// Who is told.
    pub setting: std::sync::Arc<Setting>,
    /// When alerting began, if it has.
    pub since: Option<Timestamp>,
    /// Whether whoever looks may work on incidents.
    pub may_work: bool,
    /// Whether an attack can be simulated.
    pub demo: bool,
}

/// How the sources that are on stand, in their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visits {
    /// All of them.
    pub on: u64,
    /// Those of which something was never read.
    pub unread: u64,
    /// Those whose last visit is old.
    pub stale: u64,
}

impl Visits {
    fn of(freshness: &Freshness) -> Self {
        let mut visits = Self::default();
        for scope in freshness.scopes().filter(|scope| scope.state != ScopeState::NotEnabled) {
            visits.on += 1;
            visits.unread += u64::from(scope.any_unread());
            visits.stale += u64::from(scope.any_stale(freshness.now()));
        }
        visits
    }
}

/// The incident that is looked at.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The incident.
    pub row: QueueRow,
    /// The alerts that were seen last.
    pub alerts: Vec<AlertRow>,
    /// Its runbook at work, if somebody has opened one.
    pub run: Option<RunbookRun>,
    /// Who took a notice of it.
    pub told: Vec<String>,
}

impl Page for OncallPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let query = queue_query(ask.query)?;
        let rows = reader.oncall_queue(&query).await?;
        let at = ask.query.one("at", |it| it.parse().ok(), || "an incident's number".to_owned())?;
        let id = at.map(IncidentId).or_else(|| rows.items.first().map(|row| row.incident.id));
        let selected = match id {
            Some(id) => selected(reader, id).await?,
            None => None,
        };
        let phi = AlertQuery { phi: true, limit: RECENT, ..AlertQuery::default() };
        let mut readings = Vec::new();
        for sli in [
            Sli::AuthenticationSuccess,
            Sli::UnauthorisedAccess,
            Sli::AuditCompleteness,
            Sli::AuditLatency,
        ] {
            readings.push(reader.sli_reading(sli, ask.now).await?);
        }
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            counts: reader.oncall_counts().await?,
            rows,
            selected,
            phi: reader.alert_page(&phi).await?.items,
            readings,
            visits: Visits::of(&reader.freshness(ask.now).await?),
            sources: reader.audit_sources(ask.now).await?,
            checks: reader.contact_checks().await?,
            setting: std::sync::Arc::clone(&ask.oncall.setting),
            since: reader.feed_cursor().await?.map(|cursor| cursor.since),
            may_work: ask.who.may(Action::WorkIncidents),
            demo: ask.mode == Mode::Demo,
        })
    }

    fn title(&self) -> String {
        "On call".to_owned()
    }

    fn refresh(&self) -> Option<u32> {
        Some(AGAIN)
    }

    fn view(self) -> AnyView {
        let sentence = "What needs somebody now, who is told, and whether the next thing would be \
                        noticed.";
        // On a phone what somebody chose stands before the queue.
        let picked = self.query.get("at").is_some();
        let class = if picked { "oncall oncall-picked" } else { "oncall" };
        view! {
            {heading("On call", sentence, links(&self))}
            {queue::lanes(&self)}
            <div class=class>
                <div class="oncall-queue">{queue::queue(&self)}</div>
                <div class="oncall-detail">{selected::selected(&self)}</div>
            </div>
            {side::panels(&self)}
            <OncallKeys/>
        }
        .into_any()
    }
}

async fn selected(reader: &Reader, id: IncidentId) -> Result<Option<Selected>, PageError> {
    let Some(row) = reader.oncall_incident(id).await? else {
        return Err(PageError::missing("incident", id.to_string(), PATH));
    };
    let query = AlertQuery { incident: Some(id), limit: ALERTS, ..AlertQuery::default() };
    let subject = domain::runbook::run::Subject::Incident(id.to_string());
    Ok(Some(Selected {
        row,
        alerts: reader.alert_page(&query).await?.items,
        run: reader.runbook_runs_for(&subject).await?.into_iter().next(),
        told: reader.contacts_told(id).await?,
    }))
}

fn queue_query(query: &Query) -> Result<QueueQuery, PageError> {
    let lane = |word: &str| Lane::parse(word);
    let state = |word: &str| STATES.iter().find(|it| it.0 == word).map(|it| it.0.to_owned());
    let all = || STATES.map(|it| it.0).join(", ");
    Ok(QueueQuery {
        lanes: query.many("lane", lane, || query::words(&Lane::ALL, |it| it.as_str()))?,
        classes: query
            .many("class", Class::parse, || query::words(&Class::ALL, |it| it.as_str()))?,
        states: query.many("state", state, all)?,
        accounts: query.all("account").map(str::to_owned).collect(),
        unjudged: query.has("unjudged", "yes"),
        presumed: query.has("breach", "presumed"),
        limit: ROWS,
        cursor: query.get("cursor").map(str::to_owned),
    })
}

fn links(page: &OncallPage) -> AnyView {
    let attack = (page.demo && page.may_work).then(|| {
        view! {
            <form method="post" action="/oncall/attack">
                <button class="button">"Simulate an attack"</button>
            </form>
        }
    });
    view! {
        {attack}
        <a class="button" href="/runbooks">"Runbooks"</a>
        <a class="button" href="/suppressions">"Suppressions"</a>
        <a class="button" href="/notifications">"Notifications"</a>
    }
    .into_any()
}
