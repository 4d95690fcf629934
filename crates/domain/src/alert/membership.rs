//! Which incident an alert belongs to.
//!
//! An alert joins where its scope is the same, wider or narrower; a value that contradicts, or a
//! scope that only overlaps, opens a new incident (OpenObserve's `DimensionRelationship`). What is
//! resolved never takes in anything new (keephq/keep #2481): within the cool-down it is reopened,
//! later a new incident refers to it. An incident does not grow for ever: an endless one swallows
//! the next burst (keep #5175). Only what fires opens one (keep #3418).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AlertFp, IncidentId, IncidentKey, Observed};
use crate::Timestamp;
use crate::id::{HOUR_MS, MINUTE_MS};
use crate::register::words;

/// An alert joins for so long after the last one that joined.
pub const JOIN_MS: i64 = 30 * MINUTE_MS;
/// An incident takes in alerts for so long after it was opened.
pub const CAP_MS: i64 = 24 * HOUR_MS;
/// An incident is reopened for so long after it was resolved.
pub const COOL_DOWN_MS: i64 = 15 * MINUTE_MS;

words!(
    /// A dimension of a scope.
    Dimension {
        /// The account.
        Account = "account", "Account";
        /// The region.
        Region = "region", "Region";
        /// The group of resources.
        Group = "group", "Resource group";
        /// The resource.
        Resource = "resource", "Resource";
        /// The identity.
        Identity = "identity", "Identity";
    }
);

/// What an alert or an incident is about. A dimension that is not there is not restricted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(pub BTreeMap<Dimension, String>);

/// How one scope stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Equal,
    /// The first names everything that the second does, and more.
    Superset,
    /// The first names less.
    Subset,
    /// A dimension has two values.
    Conflict,
    /// Each names something that the other does not.
    Partial,
}

impl Relation {
    /// Whether an alert in this relation to an incident joins it.
    pub fn joins(self) -> bool {
        matches!(self, Self::Equal | Self::Superset | Self::Subset)
    }
}

/// The last piece of an identity, an ARN or another key: a name. Untrusted text.
pub fn last_piece(key: &str) -> Option<&str> {
    key.rsplit([':', '/']).next().filter(|piece| !piece.is_empty())
}

impl Scope {
    /// The scope of a signal.
    pub fn of(signal: &super::Signal) -> Self {
        let mut scope = BTreeMap::new();
        let mut put = |dimension, value: Option<String>| {
            if let Some(value) = value {
                scope.insert(dimension, value);
            }
        };
        put(Dimension::Account, signal.account.as_ref().map(ToString::to_string));
        let resource = signal.resource.as_ref();
        // As in the key: resources of one group are one thing, whoever does it and wherever; an
        // identity is one everywhere.
        match (resource.and_then(|resource| resource.group.clone()), &signal.identity) {
            (Some(group), _) => put(Dimension::Group, Some(group)),
            (None, Some(identity)) => put(Dimension::Identity, Some(identity.to_string())),
            (None, None) => {
                put(Dimension::Region, signal.region.as_ref().map(ToString::to_string));
                put(Dimension::Resource, resource.map(|resource| resource.key.to_string()));
            }
        }
        Self(scope)
    }

    /// What it is about in a word: the last piece of the identity, the group or the resource.
    /// Untrusted text.
    pub fn thing(&self) -> Option<&str> {
        let named = [Dimension::Identity, Dimension::Group, Dimension::Resource];
        let whole = named.iter().find_map(|dimension| self.0.get(dimension))?;
        last_piece(whole)
    }

    /// How this scope stands to another.
    pub fn relation(&self, other: &Self) -> Relation {
        let mut more = false;
        for (dimension, value) in &self.0 {
            match other.0.get(dimension) {
                Some(theirs) if theirs == value => {}
                Some(_) => return Relation::Conflict,
                None => more = true,
            }
        }
        let less = other.0.keys().any(|dimension| !self.0.contains_key(dimension));
        match (more, less) {
            (false, false) => Relation::Equal,
            (true, false) => Relation::Superset,
            (false, true) => Relation::Subset,
            (true, true) => Relation::Partial,
        }
    }
}

/// An incident that an alert might join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub id: IncidentId,
    /// The keys of its alerts, under every class that they had: an incident that was opened by a
    /// ticket and has become a page takes in what pages.
    pub keys: BTreeSet<IncidentKey>,
    /// What it is about.
    pub scope: Scope,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the last alert joined.
    pub joined_at: Timestamp,
    /// When it was resolved; `None` while it is not.
    pub resolved_at: Option<Timestamp>,
    /// Its alerts.
    pub members: BTreeSet<AlertFp>,
}

/// An alert that looks for its incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Which.
    pub fp: AlertFp,
    /// The key of its incident, under the class that it has now.
    pub key: IncidentKey,
    /// What it is about.
    pub scope: Scope,
    /// Whether it fires.
    pub observed: Observed,
}

/// Where an alert belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "place", rename_all = "kebab-case")]
pub enum Placement {
    /// It is a member of this open incident already: an update.
    Stays {
        /// Which.
        incident: IncidentId,
    },
    /// It joins this open incident.
    Joins {
        /// Which.
        incident: IncidentId,
    },
    /// It brings this incident back, with the same keys.
    Reopens {
        /// Which.
        incident: IncidentId,
    },
    /// It opens a new one.
    Opens {
        /// The incident of the same kind before it.
        same_as_past: Option<IncidentId>,
    },
    /// It does not fire and belongs nowhere.
    Nowhere,
}

/// Where an alert belongs. The incidents may stand in any order.
pub fn place(newcomer: &Newcomer, incidents: &[Candidate], now: Timestamp) -> Placement {
    let open = |candidate: &&Candidate| candidate.resolved_at.is_none();
    // A rise in severity may give another class and so another key; it must not split the alert
    // from its incident (grafana/oncall #4421).
    let member = |candidate: &&Candidate| candidate.members.contains(&newcomer.fp);
    if let Some(incident) = newest(incidents.iter().filter(open).filter(member)) {
        return Placement::Stays { incident: incident.id };
    }
    if newcomer.observed != Observed::Firing {
        return Placement::Nowhere;
    }
    let alike = || {
        incidents.iter().filter(|candidate| {
            candidate.keys.contains(&newcomer.key)
                && newcomer.scope.relation(&candidate.scope).joins()
        })
    };
    let young = |candidate: &&Candidate| now.since(candidate.opened_at) < CAP_MS;
    let lively = |candidate: &&Candidate| now.since(candidate.joined_at) <= JOIN_MS;
    if let Some(incident) = newest(alike().filter(open).filter(young).filter(lively)) {
        return Placement::Joins { incident: incident.id };
    }
    let warm = |candidate: &&Candidate| {
        candidate.resolved_at.is_some_and(|at| now.since(at) <= COOL_DOWN_MS)
    };
    if let Some(incident) = newest(alike().filter(young).filter(warm)) {
        return Placement::Reopens { incident: incident.id };
    }
    Placement::Opens { same_as_past: newest(alike()).map(|past| past.id) }
}

fn newest<'c>(candidates: impl Iterator<Item = &'c Candidate>) -> Option<&'c Candidate> {
    candidates.max_by_key(|candidate| (candidate.opened_at, candidate.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Timestamp = Timestamp(1_000 * HOUR_MS);

    fn scope(pairs: &[(Dimension, &str)]) -> Scope {
        Scope(pairs.iter().map(|(dimension, value)| (*dimension, (*value).to_owned())).collect())
    }

    fn account() -> Scope {
        scope(&[(Dimension::Account, "1")])
    }

    fn incident(id: i64) -> Candidate {
        Candidate {
            id: IncidentId(id),
            keys: [IncidentKey::stored("k")].into(),
            scope: account(),
            opened_at: T,
            joined_at: T,
            resolved_at: None,
            members: [AlertFp::stored("old")].into(),
        }
    }

    fn alert(fp: &str) -> Newcomer {
        Newcomer {
            fp: AlertFp::stored(fp),
            key: IncidentKey::stored("k"),
            scope: account(),
            observed: Observed::Firing,
        }
    }

    fn placed(incidents: &[Candidate], minutes: i64) -> Placement {
        place(&alert("new"), incidents, T.plus(minutes * MINUTE_MS))
    }

    #[test]
    fn scopes_stand_to_each_other_in_five_ways() {
        use Dimension::{Account, Identity, Region};
        let one = scope(&[(Account, "1"), (Region, "r")]);
        let relation = |pairs: &[(Dimension, &str)]| one.relation(&scope(pairs));
        assert_eq!(relation(&[(Account, "1"), (Region, "r")]), Relation::Equal);
        assert_eq!(relation(&[(Account, "1")]), Relation::Superset);
        assert_eq!(relation(&[(Account, "1"), (Region, "r"), (Identity, "i")]), Relation::Subset);
        assert_eq!(relation(&[(Account, "2")]), Relation::Conflict);
        assert_eq!(relation(&[(Account, "1"), (Identity, "i")]), Relation::Partial);
    }

    #[test]
    fn the_window_slides_and_ends() {
        let open = incident(1);
        assert_eq!(
            placed(std::slice::from_ref(&open), 30),
            Placement::Joins { incident: IncidentId(1) }
        );
        let past = Placement::Opens { same_as_past: Some(IncidentId(1)) };
        assert_eq!(placed(std::slice::from_ref(&open), 31), past);
        let slid = Candidate { joined_at: T.plus(CAP_MS), ..open };
        assert_eq!(placed(&[slid], 24 * 60), past, "not after a day, however lively");
    }

    #[test]
    fn other_keys_conflicts_and_overlaps_open_their_own() {
        let other = Candidate { keys: [IncidentKey::stored("other")].into(), ..incident(1) };
        assert_eq!(placed(&[other], 1), Placement::Opens { same_as_past: None });
        for pairs in [[(Dimension::Account, "2")], [(Dimension::Region, "r")]] {
            let candidate = Candidate { scope: scope(&pairs), ..incident(1) };
            assert_eq!(placed(&[candidate], 1), Placement::Opens { same_as_past: None });
        }
    }

    #[test]
    fn what_is_resolved_takes_in_nothing_and_comes_back_only_for_a_while() {
        let resolved = Candidate { resolved_at: Some(T.plus(MINUTE_MS)), ..incident(1) };
        let back = Placement::Reopens { incident: IncidentId(1) };
        assert_eq!(placed(std::slice::from_ref(&resolved), 2), back);
        assert_eq!(placed(std::slice::from_ref(&resolved), 16), back);
        let past = Placement::Opens { same_as_past: Some(IncidentId(1)) };
        assert_eq!(placed(std::slice::from_ref(&resolved), 17), past);
        let open = Candidate { opened_at: T.plus(-1), ..incident(2) };
        let joins = Placement::Joins { incident: IncidentId(2) };
        assert_eq!(placed(&[resolved, open], 2), joins, "what is open comes first");
    }

    #[test]
    fn only_what_fires_opens_and_a_member_stays() {
        for observed in [Observed::Resolved, Observed::Unobserved] {
            let quiet = Newcomer { observed, ..alert("new") };
            assert_eq!(place(&quiet, &[], T), Placement::Nowhere);
            assert_eq!(place(&quiet, &[incident(1)], T), Placement::Nowhere);
            let member = Newcomer { observed, ..alert("old") };
            assert_eq!(
                place(&member, &[incident(1)], T),
                Placement::Stays { incident: IncidentId(1) }
            );
        }
        let keys = ["k", "page"].map(IncidentKey::stored).into();
        let both = Candidate { keys, ..incident(1) };
        let pages = Newcomer { key: IncidentKey::stored("page"), ..alert("new") };
        assert_eq!(place(&pages, &[both], T), Placement::Joins { incident: IncidentId(1) });
        let risen = Newcomer { key: IncidentKey::stored("page"), ..alert("old") };
        let later = T.plus(10 * CAP_MS);
        assert_eq!(
            place(&risen, &[incident(1)], later),
            Placement::Stays { incident: IncidentId(1) }
        );
    }

    proptest! {
        #[test]
        fn nothing_joins_what_is_resolved_and_a_firing_alert_is_always_somewhere(
            incidents in prop::collection::vec(
                (0_i64..3_000, 0_i64..3_000, prop::option::of(0_i64..3_000), any::<bool>()), 0..6,
            ),
            now in 0_i64..6_000,
        ) {
            let at = |minutes: i64| T.plus(minutes * MINUTE_MS);
            let all: Vec<Candidate> = incidents
                .iter()
                .enumerate()
                .map(|(index, (opened, joined, resolved, member))| Candidate {
                    opened_at: at(*opened),
                    joined_at: at(*joined),
                    resolved_at: resolved.map(at),
                    members: if *member { [AlertFp::stored("new")].into() } else { [].into() },
                    ..incident(index as i64)
                })
                .collect();
            match placed(&all, now) {
                Placement::Stays { incident } | Placement::Joins { incident } => {
                    let chosen = all.iter().find(|one| one.id == incident).unwrap();
                    prop_assert!(chosen.resolved_at.is_none());
                }
                Placement::Reopens { incident } => {
                    let chosen = all.iter().find(|one| one.id == incident).unwrap();
                    prop_assert!(chosen.resolved_at.is_some());
                }
                Placement::Opens { .. } => {}
                Placement::Nowhere => prop_assert!(false, "it fires"),
            }
        }
    }
}
