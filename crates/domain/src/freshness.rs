//! How old what we know is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ErrorClass, Part, Region, Scope, ScopeState, Source, SourceError, Timestamp,
};

/// An answer is stale when its source was last read more than this many intervals ago.
pub const STALE_INTERVALS: i64 = 3;

/// After this many days an answer of a service that was switched off no longer stands against what
/// another source says: Security Hub and GuardDuty themselves drop findings that nobody updated for
/// 90 days (Security Hub User Guide, "Retention of findings"; GuardDuty User Guide, "Findings").
pub const FORGOTTEN_DAYS: i64 = 90;

/// The last success of one part of a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartStatus {
    /// Start of the last pull that read this part completely. A failed attempt does not move it.
    pub as_of: Option<Timestamp>,
    /// Why the last attempt failed; `None` after a success.
    pub error: Option<SourceError>,
    /// The service was off when last asked.
    #[serde(default)]
    pub not_enabled: bool,
}

/// Everything known about visits to one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeStatus {
    /// The scope.
    pub scope: Scope,
    /// How the last visit went.
    pub state: ScopeState,
    /// Part by part.
    pub parts: BTreeMap<Part, PartStatus>,
    /// Start of the last visit.
    pub last_attempt: Option<Timestamp>,
    /// Start of the last visit that read everything.
    pub last_success: Option<Timestamp>,
    /// How long the last visit took, in milliseconds.
    pub took_ms: i64,
    /// Findings and resources read by the last visit.
    pub items: u64,
    /// API calls of the last visit.
    pub calls: u64,
    /// Calls of the last visit that were throttled.
    pub throttled: u64,
    /// Problems found in the last visit's answers.
    pub problems: u64,
    /// Milliseconds between visits.
    pub interval_ms: i64,
    /// When the next visit is due.
    pub next_due: Option<Timestamp>,
    /// How far an incremental pull has come: the greatest update time that was stored.
    pub watermark: Option<Timestamp>,
    /// When the last complete pull of an incremental source began.
    pub last_full: Option<Timestamp>,
}

impl ScopeStatus {
    /// A scope that was never visited.
    pub fn never(scope: Scope, interval_ms: i64) -> Self {
        Self {
            scope,
            state: ScopeState::Never,
            parts: BTreeMap::new(),
            last_attempt: None,
            last_success: None,
            took_ms: 0,
            items: 0,
            calls: 0,
            throttled: 0,
            problems: 0,
            interval_ms,
            next_due: None,
            watermark: None,
            last_full: None,
        }
    }

    /// The oldest `as_of` among the parts of the source; `None` when a part was never read.
    pub fn oldest(&self) -> Option<Timestamp> {
        let parts = self.scope.source.parts();
        parts
            .iter()
            .map(|part| self.parts.get(part).and_then(|status| status.as_of))
            .min()
            .flatten()
    }

    /// Errors of the last visit, part by part.
    pub fn errors(&self) -> impl Iterator<Item = &SourceError> {
        self.parts.values().filter_map(|status| status.error.as_ref())
    }

    /// Whether a part of a service that is on was read once and has since grown stale.
    pub fn any_stale(&self, now: Timestamp) -> bool {
        self.parts.iter().any(|(part, status)| {
            !status.not_enabled && matches!(self.age_of(*part, now), Age::Stale(_))
        })
    }

    /// Whether a part of a service that is on was never read, or nothing was ever asked.
    pub fn any_unread(&self) -> bool {
        self.parts.is_empty()
            || self.parts.values().any(|status| !status.not_enabled && status.as_of.is_none())
    }

    /// Whether the part was read within three intervals.
    pub fn age_of(&self, part: Part, now: Timestamp) -> Age {
        let Some(status) = self.parts.get(&part) else { return Age::Never };
        match status.as_of {
            None => Age::Never,
            Some(as_of) if now.since(as_of) > STALE_INTERVALS * self.interval_ms => {
                Age::Stale(as_of)
            }
            Some(as_of) => Age::Fresh(as_of),
        }
    }
}

/// The age of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Never read.
    Never,
    /// Read, but longer than three intervals ago.
    Stale(Timestamp),
    /// Read within three intervals.
    Fresh(Timestamp),
}

impl Age {
    /// Whether it is fresh.
    pub fn fresh(self) -> bool {
        matches!(self, Self::Fresh(_))
    }

    /// When it was read.
    pub fn as_of(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::Stale(at) | Self::Fresh(at) => Some(at),
        }
    }
}

/// How far what a part once said still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// It was read within three intervals.
    Fresh,
    /// It was read longer ago, or never.
    Old,
    /// It is a result of a Config rule, and the recorder that the rule rests on does not run.
    Unrecorded,
    /// The service is off now, so it will never be asked again.
    Off,
    /// The service has been off for so long that it would itself have dropped what it said.
    Forgotten,
}

impl Voice {
    /// Whether it speaks of the present.
    pub fn fresh(self) -> bool {
        self == Self::Fresh
    }
}

/// The age of everything, at one instant.
#[derive(Debug, Clone)]
pub struct Freshness {
    now: Timestamp,
    scopes: BTreeMap<Scope, ScopeStatus>,
}

impl Freshness {
    /// Takes the statuses of all scopes and the present instant.
    pub fn new(now: Timestamp, scopes: impl IntoIterator<Item = ScopeStatus>) -> Self {
        let scopes = scopes.into_iter().map(|status| (status.scope.clone(), status)).collect();
        Self { now, scopes }
    }

    /// The instant at which ages are judged.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The status of a scope.
    pub fn scope(
        &self,
        source: Source,
        account: &AccountId,
        region: &Region,
    ) -> Option<&ScopeStatus> {
        self.scopes.get(&Scope { source, account: account.clone(), region: region.clone() })
    }

    /// All scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &ScopeStatus> {
        self.scopes.values()
    }

    /// The age of a part of a scope.
    pub fn age(&self, source: Source, part: Part, account: &AccountId, region: &Region) -> Age {
        self.scope(source, account, region)
            .map_or(Age::Never, |status| status.age_of(part, self.now))
    }

    /// The failure class of a part's last attempt, if it failed.
    pub fn error(
        &self,
        source: Source,
        part: Part,
        account: &AccountId,
        region: &Region,
    ) -> Option<ErrorClass> {
        let status = self.scope(source, account, region)?.parts.get(&part)?;
        if status.not_enabled {
            return Some(ErrorClass::NotEnabled);
        }
        status.error.as_ref().map(|error| error.class)
    }

    /// How far what a part of a scope once said still counts. A service that was switched off is
    /// silent at once, however lately it was read.
    pub fn voice(&self, source: Source, part: Part, account: &AccountId, region: &Region) -> Voice {
        let Some(status) = self.scope(source, account, region) else { return Voice::Old };
        let age = status.age_of(part, self.now);
        let off = status.parts.get(&part).is_some_and(|status| status.not_enabled);
        let forgotten =
            |as_of: Timestamp| self.now.since(as_of) > FORGOTTEN_DAYS * crate::id::DAY_MS;
        match age {
            _ if off && age.as_of().is_some_and(forgotten) => Voice::Forgotten,
            _ if off => Voice::Off,
            Age::Fresh(_) => Voice::Fresh,
            Age::Stale(_) | Age::Never => Voice::Old,
        }
    }

    /// Whether anything that controls rest on was read once and has since grown stale. What
    /// belongs to a service that is off is not stale: it will not be read again, and the judge
    /// counts it as not evaluated.
    pub fn any_stale(&self) -> bool {
        self.judged().any(|status| status.any_stale(self.now))
    }

    /// The scopes of the sources that controls rest on.
    fn judged(&self) -> impl Iterator<Item = &ScopeStatus> {
        self.scopes.values().filter(|status| status.scope.source.judged())
    }

    /// The oldest read part of what controls rest on.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.judged()
            .flat_map(|status| status.parts.values())
            .filter(|status| !status.not_enabled)
            .filter_map(|status| status.as_of)
            .min()
    }
}
