//! What is said around every page, whatever the page: whose data it is, how fresh it is, and how
//! much is urgent.

use domain::{FindingState, Freshness, ScopeState, Severity, Timestamp};
use store::alert::Lane;
use store::{FindingQuery, Person, Reader};

use crate::access::Principal;
use crate::setting::Setting;

/// The surroundings of all pages.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// Organisation and zone, as of the time of asking.
    pub(crate) setting: Setting,
    /// When the oldest data was read.
    pub(crate) oldest: Option<Timestamp>,
    /// Whether any data has grown stale.
    pub(crate) any_stale: bool,
    /// Scopes whose last visit failed wholly or in part.
    pub(crate) troubled: u64,
    /// Scopes of which nothing is known: never visited, or the service is off there.
    pub(crate) silent: u64,
    /// Open findings of critical and high severity.
    pub(crate) urgent: u64,
    /// Incidents that page and are not over.
    pub(crate) pages: u64,
    /// Who is signed in.
    pub(crate) person: Option<Person>,
    /// Whether the store answered everything. A page around which something is missing is not
    /// kept (decision 7).
    pub(crate) whole: bool,
}

impl Around {
    /// What somebody is told who has not signed in: nothing.
    pub(crate) fn nothing(now: Timestamp) -> Self {
        Self {
            setting: Setting::new(now, None),
            oldest: None,
            any_stale: false,
            troubled: 0,
            silent: 0,
            urgent: 0,
            pages: 0,
            person: None,
            whole: false,
        }
    }

    /// Asks the store. One that does not answer must not keep the page that says so from being
    /// shown, so failures here leave parts empty.
    pub(crate) async fn load(reader: &Reader, who: &Principal, now: Timestamp) -> Self {
        let Some(person) = who.face() else { return Self::nothing(now) };
        let organisation = reader.organisation().await;
        let freshness = reader.freshness(now).await;
        let urgent = reader.finding_counts(&urgent()).await;
        let lanes = reader.oncall_counts().await;
        let whole = organisation.is_ok() && freshness.is_ok() && urgent.is_ok() && lanes.is_ok();
        let pages = lanes
            .ok()
            .and_then(|lanes| lanes.iter().find(|it| it.lane == Lane::Page).map(|it| it.incidents));
        let freshness = freshness.ok();
        let count = |wanted: &[ScopeState]| {
            let scopes = freshness.iter().flat_map(Freshness::scopes);
            scopes.filter(|scope| wanted.contains(&scope.state)).count() as u64
        };
        Self {
            setting: Setting::new(now, organisation.ok().flatten()),
            oldest: freshness.as_ref().and_then(Freshness::oldest),
            any_stale: freshness.as_ref().is_some_and(Freshness::any_stale),
            troubled: count(&[ScopeState::Failed, ScopeState::Partial]),
            silent: count(&[ScopeState::Never, ScopeState::NotEnabled]),
            urgent: urgent.map_or(0, |counts| counts.total),
            pages: pages.unwrap_or(0),
            person: Some(person.clone()),
            whole,
        }
    }
}

/// Open findings that somebody should look at this month.
pub(crate) fn urgent() -> FindingQuery {
    FindingQuery {
        states: vec![FindingState::Open],
        severities: vec![Severity::Critical, Severity::High],
        ..FindingQuery::default()
    }
}
