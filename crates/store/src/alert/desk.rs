//! What one transaction works on: the alerts and incidents that it loaded, and what it changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::Timestamp;
use domain::alert::dedupe::Window;
use domain::alert::flap::Track;
use domain::alert::suppression::{Subject, SuppressionId};
use domain::alert::{
    Act, AlertFp, By, Change, DedupeKey, Entry, EntryKind, Incident, IncidentId, IncidentKey,
    LastSent, Level, Refusal, Signal, Since, Suppression,
};

use super::timeline::EntryDigest;
use super::{Lane, Setting};

/// An alert as it is remembered, and as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRow {
    /// Its number.
    pub id: i64,
    /// Its fingerprint.
    pub fp: AlertFp,
    /// What its notices are counted under.
    pub dedupe: DedupeKey,
    /// Its incident.
    pub incident: Option<IncidentId>,
    /// The rule that classified it last.
    pub rule: String,
    /// The version of the rules.
    pub rules: String,
    /// How urgent it is.
    pub level: Level,
    /// What groups it.
    pub family: String,
    /// What it is called, in our words.
    pub title: String,
    /// Why it is routed so.
    pub why: String,
    /// What was seen last. Texts of sources in it are untrusted.
    pub signal: Signal,
    /// As suppressions see it.
    pub subject: Subject,
    /// Where it stands.
    pub track: Track,
    /// How often it was seen.
    pub occurrences: u64,
    /// When it was first seen, by its source's clock.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Suppressions that mute it.
    pub muted_by: Vec<SuppressionId>,
}

impl AlertRow {
    /// Whether somebody has to look again although nothing new is said: it waits, it is about to
    /// end, it comes and goes, or nobody can observe it.
    pub(crate) fn unsettled(&self) -> bool {
        use domain::alert::Observed::Resolved;
        use domain::alert::flap::Phase;
        match self.track.phase {
            Phase::Pending | Phase::Flapping => true,
            Phase::Firing => {
                self.track.last_said == Some(Resolved) || self.track.frozen_since.is_some()
            }
            Phase::Quiet | Phase::Resolved => false,
        }
    }
}

/// What an incident has to know of one of its alerts.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) fp: AlertFp,
    pub(crate) level: Level,
    pub(crate) fires: bool,
    pub(crate) muted: bool,
    pub(crate) dedupe: DedupeKey,
}

/// An incident with what is remembered besides.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) incident: Incident,
    pub(crate) keys: BTreeSet<IncidentKey>,
    pub(crate) joined_at: Timestamp,
    pub(crate) account: Option<String>,
    pub(crate) entries: i64,
    pub(crate) digest: EntryDigest,
    pub(crate) since: Since,
    pub(crate) last_sent: Option<LastSent>,
    pub(crate) firing: i64,
    pub(crate) muted: i64,
    pub(crate) alerts: i64,
    pub(crate) next_at: Option<Timestamp>,
    /// As it was counted; `None` for a new one.
    pub(crate) counted: Option<(Lane, bool)>,
    /// Not in the store yet.
    pub(crate) new_keys: Vec<IncidentKey>,
    pub(crate) new_entries: Vec<Entry>,
    /// Something about it changed, so it has to be settled and saved.
    pub(crate) touched: bool,
}

impl Loaded {
    /// Whether a suppression mutes all of what fires.
    pub(crate) fn wholly_muted(&self) -> bool {
        self.firing > 0
            && self.muted == self.firing
            && self.incident.class() != domain::alert::Class::PagePhi
    }

    /// Does something with it; what comes of it goes to its timeline.
    pub(crate) fn apply(
        &mut self,
        act: &Act,
        by: &By,
        now: Timestamp,
    ) -> Result<Option<String>, Refusal> {
        let Change { incident, entries, message } = self.incident.apply(act, by, now)?;
        self.touched |= !entries.is_empty();
        self.incident = incident;
        self.new_entries.extend(entries);
        Ok(message)
    }

    /// Writes something down.
    pub(crate) fn tell(&mut self, kind: EntryKind, by: By, text: String, at: Timestamp) {
        self.new_entries.push(Entry { at, by, kind, text });
        self.touched = true;
    }
}

/// A notice that was decided, before it has its number.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) incident: Option<IncidentId>,
    pub(crate) event: &'static str,
    pub(crate) reason: String,
    pub(crate) level: Level,
    pub(crate) contacts: Vec<String>,
    /// What is told by it, and what was told before.
    pub(crate) sent: Vec<Sent>,
    /// Windows of de-duplication that it takes.
    pub(crate) windows: Vec<(DedupeKey, domain::alert::dedupe::Told)>,
    pub(crate) asked_by: Option<String>,
}

/// What a notice tells of an incident, and what was told before: taken back if nobody gets it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sent {
    pub(crate) incident: IncidentId,
    pub(crate) told: LastSent,
    pub(crate) before: Option<LastSent>,
    pub(crate) since: Since,
}

/// A beginning of an alert.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) fp: AlertFp,
    pub(crate) counts: bool,
}

/// Everything that a transaction loaded and changed.
pub(crate) struct Desk<'s> {
    pub(crate) setting: &'s Setting,
    pub(crate) now: Timestamp,
    /// Whether people work now.
    pub(crate) business: bool,
    pub(crate) suppressions: Vec<Suppression>,
    pub(crate) alerts: HashMap<AlertFp, AlertRow>,
    /// Alerts that have to be saved whole, and those of which only the counters moved.
    pub(crate) changed: HashSet<AlertFp>,
    pub(crate) moved: HashSet<AlertFp>,
    pub(crate) incidents: BTreeMap<IncidentId, Loaded>,
    /// Incidents by key, those that were loaded.
    pub(crate) by_key: HashMap<IncidentKey, Vec<IncidentId>>,
    pub(crate) windows: HashMap<DedupeKey, Window>,
    pub(crate) windows_changed: HashSet<DedupeKey>,
    pub(crate) planned: Vec<Planned>,
    pub(crate) begun: Vec<Begun>,
    pub(crate) next_alert: i64,
    pub(crate) next_incident: i64,
}

impl<'s> Desk<'s> {
    pub(crate) fn new(
        setting: &'s Setting,
        suppressions: Vec<Suppression>,
        now: Timestamp,
    ) -> Self {
        Self {
            setting,
            now,
            business: setting.hours.business(now),
            suppressions,
            alerts: HashMap::new(),
            changed: HashSet::new(),
            moved: HashSet::new(),
            incidents: BTreeMap::new(),
            by_key: HashMap::new(),
            windows: HashMap::new(),
            windows_changed: HashSet::new(),
            planned: Vec::new(),
            begun: Vec::new(),
            next_alert: 0,
            next_incident: 0,
        }
    }

    /// Writes something to the timeline of an incident that is not over.
    pub(crate) fn tell(&mut self, id: Option<IncidentId>, kind: EntryKind, text: String) {
        let now = self.now;
        let Some(loaded) = id.and_then(|id| self.incidents.get_mut(&id)) else { return };
        if loaded.incident.resolved_at().is_none() {
            loaded.tell(kind, By::Source, text, now);
        }
    }
}
