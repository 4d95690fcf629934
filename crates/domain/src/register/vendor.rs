//! Vendors: business associates, and whether an agreement covers each.
//!
//! A covered entity may let a business associate have PHI only under satisfactory assurances
//! (45 CFR 164.308(b)(1), 164.502(e)(1)), written down in a contract (164.308(b)(3), 164.504(e),
//! 164.314(a)); subcontractors of the associate are bound likewise (164.504(e)(2)(ii)(D)).

mod form;

use serde::{Deserialize, Serialize};

use super::{Day, Registered, VendorId};
use crate::Timestamp;
use crate::id::DAY_MS;

/// Days in which an agreement may be made after a vendor was registered, as long as no PHI flows.
pub const GRACE_DAYS: i64 = 14;
/// Days before its end, or its review, from which an agreement is about to run out.
pub const NOTICE_DAYS: i64 = 30;

/// A vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// What it is called.
    pub name: String,
    /// What it does for us.
    pub services: String,
    /// Whether it creates, receives, keeps or passes on PHI for us.
    pub receives_phi: bool,
    /// Since when, or from when on; `None` where nobody knows, which counts as always.
    pub phi_since: Option<Day>,
    /// Whether it needs an agreement.
    pub need: Need,
    /// The agreement, if there is one.
    pub agreement: Option<Agreement>,
    /// How its subcontractors are bound.
    pub subcontractors: String,
    /// The role with us that speaks with it; no name of a person.
    pub contact: String,
}

/// Whether a vendor needs an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// When it receives PHI.
    WithPhi,
    /// In any case.
    Always,
    /// Not even with PHI, for this reason.
    Never(String),
}

/// A business associate agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Who made it with whom.
    pub parties: String,
    /// The services that it covers.
    pub services: String,
    /// When the last party signed.
    pub signed: Day,
    /// From when on it holds, if not from its signature.
    pub effective: Option<Day>,
    /// The last day on which it holds; `None` while nobody ends it.
    pub expires: Option<Day>,
    /// When somebody must look at it again.
    pub review: Option<Day>,
    /// The name of the signed file.
    pub file: String,
    /// Its bytes.
    pub bytes: Option<i64>,
    /// Its SHA-256, small hexadecimal digits: the file itself is kept elsewhere.
    pub sha256: Option<String>,
}

impl Agreement {
    /// The first instant at which it holds. Nothing holds before it was signed.
    pub fn begins(&self) -> Timestamp {
        self.effective.unwrap_or(self.signed).max(self.signed).start()
    }

    /// The next day on which something must be done about it.
    fn due(&self) -> Option<(Due, Day)> {
        let ends = self.expires.map(|day| (Due::Expires, day));
        let review = self.review.map(|day| (Due::Review, day));
        [ends, review].into_iter().flatten().min_by_key(|due| due.1)
    }
}

/// Why an agreement wants somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// It ends.
    Expires,
    /// It is to be looked at again.
    Review,
}

/// Where a vendor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum VendorState {
    /// It receives PHI, or will, without an agreement, and the time of grace is over.
    Uncovered {
        /// When it became so.
        since: Timestamp,
    },
    /// Its agreement has ended, and so has the time in which it might be without one.
    Expired {
        /// When both had ended.
        since: Timestamp,
    },
    /// There is time left to make an agreement.
    Pending {
        /// Until when.
        until: Timestamp,
    },
    /// Covered, and something is due within thirty days, or was already.
    Expiring {
        /// What is due.
        due: Due,
        /// On which day.
        on: Day,
    },
    /// Covered.
    Covered,
    /// No agreement is needed.
    NotRequired,
    /// Not a vendor of ours any more.
    Ended,
}

impl VendorState {
    /// The words for URLs and tables, with those for people, worst first.
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("uncovered", "Uncovered"),
        ("expired", "Expired"),
        ("pending", "Pending"),
        ("expiring", "Expiring"),
        ("covered", "Covered"),
        ("not-required", "Not required"),
        ("ended", "Ended"),
    ];

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uncovered { .. } => "uncovered",
            Self::Expired { .. } => "expired",
            Self::Pending { .. } => "pending",
            Self::Expiring { .. } => "expiring",
            Self::Covered => "covered",
            Self::NotRequired => "not-required",
            Self::Ended => "ended",
        }
    }

    /// Whether an agreement holds.
    pub fn holds(self) -> bool {
        matches!(self, Self::Covered | Self::Expiring { .. })
    }

    /// Since when it is without the agreement that it needs, past any grace.
    pub fn failing_since(self) -> Option<Timestamp> {
        match self {
            Self::Uncovered { since } | Self::Expired { since } => Some(since),
            _ => None,
        }
    }
}

impl Vendor {
    /// Whether PHI flows at an instant. Where nobody knows since when, it does.
    pub fn phi_flows(&self, now: Timestamp) -> bool {
        self.receives_phi && self.phi_since.is_none_or(|day| day.start() <= now)
    }

    fn needs_agreement(&self) -> bool {
        match &self.need {
            Need::WithPhi => self.receives_phi,
            Need::Always => true,
            Need::Never(_) => false,
        }
    }
}

impl Registered<Vendor> {
    /// Where the vendor stands at an instant: the one place in which this is decided.
    pub fn state(&self, now: Timestamp) -> VendorState {
        let vendor = &self.record;
        if self.ended.as_ref().is_some_and(|ended| ended.at <= now) {
            return VendorState::Ended;
        }
        if !vendor.needs_agreement() {
            return VendorState::NotRequired;
        }
        let without = self.without(now);
        let agreement = vendor.agreement.as_ref().filter(|agreement| agreement.begins() <= now);
        let Some(agreement) = agreement else { return without };
        let ended = agreement.expires.map(Day::end).filter(|end| *end <= now);
        match (ended, without) {
            (None, _) => held(agreement, now),
            // One that has ended is no worse than none, so that clearing it helps nobody.
            (Some(end), VendorState::Uncovered { since }) => {
                VendorState::Expired { since: end.max(since) }
            }
            (Some(_), without) => without,
        }
    }

    /// Where it stands while no agreement holds yet. PHI ends the time of grace.
    fn without(&self, now: Timestamp) -> VendorState {
        let vendor = &self.record;
        let grace = self.added.plus(GRACE_DAYS * DAY_MS);
        let until = match (vendor.receives_phi, vendor.phi_since) {
            (false, _) => grace,
            (true, Some(day)) => day.start().min(grace),
            (true, None) => self.added,
        };
        if now < until {
            VendorState::Pending { until }
        } else {
            VendorState::Uncovered { since: until }
        }
    }
}

/// Where a vendor stands whose agreement has begun and has not ended.
fn held(agreement: &Agreement, now: Timestamp) -> VendorState {
    match agreement.due() {
        Some((due, on)) if on <= Day::of(now).plus(NOTICE_DAYS) => {
            VendorState::Expiring { due, on }
        }
        _ => VendorState::Covered,
    }
}

/// How many of the vendors that need an agreement have one (the SLI of BAA coverage).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BaaCoverage {
    /// Vendors with an agreement that holds.
    pub covered: u64,
    /// Vendors that need one: what `covered` is a part of.
    pub eligible: u64,
    /// Of those without, the ones that still have time.
    pub pending: u64,
    /// Vendors without, past any grace, longest first.
    pub failing: Vec<FailingVendor>,
    /// Vendors of which something is due within thirty days.
    pub expiring: u64,
    /// Vendors that need none.
    pub not_required: u64,
    /// When the register last changed: the age of the denominator. `None` while it is empty.
    pub changed: Option<Timestamp>,
}

/// A vendor without the agreement that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailingVendor {
    /// Which.
    pub id: VendorId,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether there was an agreement that ended.
    pub expired: bool,
}

impl BaaCoverage {
    /// The covered share; `None` when no vendor needs an agreement, which is not 100 %.
    pub fn value(&self) -> Option<f64> {
        (self.eligible > 0).then(|| self.covered as f64 / self.eligible as f64)
    }

    /// Whether a vendor past its grace is without an agreement.
    pub fn violated(&self) -> bool {
        !self.failing.is_empty()
    }
}

/// Counts the vendors of a register by [`Registered::state`].
pub fn baa_coverage(vendors: &[Registered<Vendor>], now: Timestamp) -> BaaCoverage {
    let mut sum = BaaCoverage {
        changed: vendors.iter().map(|vendor| vendor.changed).max(),
        ..BaaCoverage::default()
    };
    for vendor in vendors {
        let state = vendor.state(now);
        match state {
            VendorState::Ended => continue,
            VendorState::NotRequired => {
                sum.not_required += 1;
                continue;
            }
            VendorState::Pending { .. } => sum.pending += 1,
            VendorState::Expiring { .. } => sum.expiring += 1,
            _ => {}
        }
        sum.eligible += 1;
        sum.covered += u64::from(state.holds());
        if let Some(since) = state.failing_since() {
            sum.failing.push(FailingVendor {
                id: vendor.id,
                name: vendor.record.name.clone(),
                since,
                expired: matches!(state, VendorState::Expired { .. }),
            });
        }
    }
    sum.failing.sort_by_key(|vendor| (vendor.since, vendor.id));
    sum
}

#[cfg(test)]
mod tests;
