//! What every part of a page may need to know: the present, the zone, who is watched.

use std::sync::Arc;

use domain::{AccountId, Goal, Organisation, Timestamp};
use jiff::tz::TimeZone;
use leptos::prelude::use_context;

/// The circumstances of a page, given to components through the context.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The present.
    pub now: Timestamp,
    /// The organisation's time zone.
    pub zone: TimeZone,
    /// Who is watched; `None` before the configuration was read for the first time.
    pub organisation: Option<Arc<Organisation>>,
}

impl Setting {
    /// The circumstances at `now`; an unknown zone reads as UTC.
    pub fn new(now: Timestamp, organisation: Option<Arc<Organisation>>) -> Self {
        let zone = organisation
            .as_ref()
            .and_then(|organisation| TimeZone::get(&organisation.time_zone).ok())
            .unwrap_or(TimeZone::UTC);
        Self { now, zone, organisation }
    }

    /// The circumstances of the page that is being rendered.
    pub fn here() -> Self {
        use_context().unwrap_or_else(|| Self::new(Timestamp(0), None))
    }

    /// The name of an account, or its id.
    pub fn account_name(&self, id: &AccountId) -> String {
        if id.as_str() == domain::judge::ORGANISATION {
            return "Organisation".to_owned();
        }
        self.organisation
            .as_ref()
            .map_or_else(|| id.to_string(), |organisation| organisation.account_name(id).to_owned())
    }

    /// The beginning of a day that is written year-month-day, in UTC as all records are.
    pub fn day(text: &str) -> Option<Timestamp> {
        let date: jiff::civil::Date = text.parse().ok()?;
        let start = date.to_zoned(TimeZone::UTC).ok()?;
        Some(Timestamp(start.timestamp().as_millisecond()))
    }

    /// The score that the organisation wants to reach.
    pub fn goal(&self) -> Goal {
        self.organisation.as_ref().map_or(Goal(0.9), |organisation| organisation.goal)
    }
}
