//! What kind of attention something needs.

use serde::{Deserialize, Serialize};

/// The kind of attention that an alert needs. The order of the variants is the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// PHI is exposed, or there is strong reason to think so; or it is being taken away.
    PagePhi,
    /// The logs that an investigation would need are failing.
    PagePipe,
    /// An indicator spends its budget so fast that it cannot wait.
    PageSlo,
    /// Somebody should look into it within days.
    Ticket,
    /// Kept and counted, and nobody is told.
    Ingest,
}

/// How somebody hears of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Whoever is on call is woken.
    Page,
    /// It waits in the queue and is told in the daily digest.
    Ticket,
    /// Nobody is told.
    Ingest,
}

impl Class {
    /// All, most urgent first.
    pub const ALL: [Self; 5] =
        [Self::PagePhi, Self::PagePipe, Self::PageSlo, Self::Ticket, Self::Ingest];

    /// The word in URLs, JSON and rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PagePhi => "page-phi",
            Self::PagePipe => "page-pipe",
            Self::PageSlo => "page-slo",
            Self::Ticket => "ticket",
            Self::Ingest => "ingest",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::PagePhi => "PHI exposure",
            Self::PagePipe => "Log pipeline",
            Self::PageSlo => "Service level",
            Self::Ticket => "Ticket",
            Self::Ingest => "Kept only",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// How somebody hears of it.
    pub fn route(self) -> Route {
        match self {
            Self::PagePhi | Self::PagePipe | Self::PageSlo => Route::Page,
            Self::Ticket => Route::Ticket,
            Self::Ingest => Route::Ingest,
        }
    }
}
