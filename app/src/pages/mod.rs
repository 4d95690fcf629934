//! One file or folder for each URL: a struct, how it is loaded, how it is rendered.

pub mod account;
pub mod arrival;
pub mod audit;
pub mod collection;
pub mod control;
pub mod controls;
pub mod debug;
pub mod drift;
pub mod finding;
pub mod findings;
pub mod incident;
pub mod notifications;
pub mod oncall;
pub mod overview;
pub mod people;
mod place;
pub mod registers;
pub mod run;
pub mod runbooks;
pub mod safeguard;
pub mod safeguards;
mod scored;
pub mod sli;
pub mod slis;
pub mod suppressions;
pub mod system;
pub mod trace;
pub mod trouble;
mod unread;

use std::future::Future;

use domain::Timestamp;
use leptos::prelude::AnyView;
use store::Reader;

pub use account::AccountPage;
pub use audit::AuditPage;
pub use collection::CollectionPage;
pub use control::ControlPage;
pub use controls::ControlsPage;
pub use debug::DebugPage;
pub use drift::DriftPage;
pub use finding::FindingPage;
pub use findings::FindingsPage;
pub use incident::IncidentPage;
pub use notifications::NotificationsPage;
pub use oncall::OncallPage;
pub use overview::OverviewPage;
pub use people::PeoplePage;
pub use run::RunPage;
pub use safeguard::SafeguardPage;
pub use safeguards::SafeguardsPage;
pub use sli::SliPage;
pub use slis::SlisPage;
pub use system::SystemPage;
pub use trace::TracePage;
pub use unread::Unread;

use crate::access::Principal;
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;
use crate::state::{Installation, Mode, OnCall, Progress, Tools, Verified};

/// What a request asks of a page.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The parameters of the URL.
    pub query: &'a Query,
    /// The part of the path that names one thing; empty for lists.
    pub id: &'a str,
    /// The present.
    pub now: Timestamp,
    /// The present round.
    pub progress: &'a Progress,
    /// Who asks.
    pub who: &'a Principal,
    /// How this installation is set up.
    pub installation: &'a Installation,
    /// What the last look at the audit log found.
    pub verified: &'a Verified,
    /// What the debug page works with.
    pub tools: &'a Tools,
    /// Who is told of alerts.
    pub oncall: &'a OnCall,
    /// Whether the data are real.
    pub mode: Mode,
}

/// A page: loaded first, rendered then.
pub trait Page: Sized + Send {
    /// Where it belongs in the navigation.
    const HERE: Here;

    /// Whether the page is the same for everybody of a role until something is committed. Pages
    /// about a person, or about the audit log, are made anew each time.
    const KEPT: bool = true;

    /// Asks the store for everything that the page shows.
    fn load(reader: &Reader, ask: &Ask<'_>)
    -> impl Future<Output = Result<Self, PageError>> + Send;

    /// The title of the document.
    fn title(&self) -> String;

    /// The markup. Asks nobody.
    fn view(self) -> AnyView;

    /// Seconds after which to look again, while the page waits for a round to end.
    fn wait(&self) -> Option<u32> {
        None
    }

    /// Seconds after which a browser without scripts looks again, because the page shows what goes
    /// on.
    fn refresh(&self) -> Option<u32> {
        None
    }
}
