//! How much of the organisation could not be read. "None" is said only of what was looked at.

use domain::{ScopeState, ScopeStatus};

use crate::words;

/// Places that could not be read in full, among all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// Never visited, failed wholly or in part, or the service is off there.
    pub missing: u64,
    /// All places.
    pub all: u64,
}

impl Unread {
    /// Counts those of the sources that report findings.
    pub fn of<'a>(places: impl IntoIterator<Item = &'a ScopeStatus>) -> Self {
        let judged = places.into_iter().filter(|place| place.scope.source.judged());
        judged.fold(Self::default(), |sum, place| Self {
            missing: sum.missing + u64::from(place.state != ScopeState::Ok),
            all: sum.all + 1,
        })
    }

    /// What an empty list says: `none`, such as "No finding is open", and what that leaves open.
    pub(super) fn sentence(self, none: &str) -> String {
        match self.missing {
            0 if self.all > 0 => format!("{none} in the places that were read."),
            missing if missing == self.all => {
                "No place could be read in full, so nobody knows what there is to find.".to_owned()
            }
            missing => format!(
                "{none} in the places that were read. {} of {} places could not be read in full, \
                 so there may be some.",
                words::count(missing),
                words::count(self.all)
            ),
        }
    }
}
