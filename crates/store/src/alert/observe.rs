//! One observation: what it makes of an alert, and where the alert belongs.

use domain::alert::flap::{Patience, Turn};
use domain::alert::membership::{Candidate, Newcomer, Placement, Scope, place};
use domain::alert::origin::CollectionFault;
use domain::alert::strength::{Piece, strength};
use domain::alert::suppression::{Subject, muting};
use domain::alert::{
    AlertFp, By, Class, EntryKind, Incident, IncidentId, IncidentKey, Observed, Origin, Signal,
};
use sqlx::SqliteConnection;

use super::desk::{AlertRow, Begun, Desk, Loaded};
use super::take::Prepared;
use super::timeline::GENESIS;
use crate::StoreError;

impl Desk<'_> {
    /// Takes in one observation.
    pub(crate) fn observe(&mut self, one: Prepared) {
        let firing = one.signal.observed == Observed::Firing;
        if !self.alerts.contains_key(&one.fp) {
            // What never fired has no end.
            if !firing {
                return;
            }
            self.alerts.insert(one.fp.clone(), one.row(self.next_alert, self.now));
            self.next_alert += 1;
            self.changed.insert(one.fp.clone());
        }
        let raised = self.raised(&one);
        let patience = Patience {
            for_ms: one.classified.for_ms,
            keep_firing_ms: one.classified.keep_firing_ms,
            class: raised.class,
        };
        let now = self.now;
        let Some(row) = self.alerts.get_mut(&one.fp) else { return };
        let (track, turns) = row.track.observe(one.signal.observed, patience, now);
        let quiet = turns.is_empty() && track.last_said == row.track.last_said;
        row.track = track;
        let before = row.level;
        if firing {
            // What Wardround finds itself it says anew at each look: that is no other occurrence.
            let event = one.signal.origin.as_str() == "finding" || turns.contains(&Turn::Fired);
            if !one.again {
                row.occurrences += u64::from(event);
                row.first_seen = row.first_seen.min(one.signal.at);
                row.last_seen = row.last_seen.max(one.signal.at);
                self.moved.insert(one.fp.clone());
            }
            row.level = raised;
        }
        if firing && (row.level != before || !turns.is_empty() || row.rule != one.classified.rule) {
            row.rule.clone_from(&one.classified.rule);
            one.classified.version.clone_into(&mut row.rules);
            row.family.clone_from(&one.classified.family);
            row.title.clone_from(&one.classified.title);
            row.why.clone_from(&one.classified.why);
            row.signal = one.signal.clone();
            row.subject = Subject::of(&one.signal, &one.classified, row.level);
            row.muted_by = muting(&row.subject, &self.suppressions, now).muted_by;
            self.changed.insert(one.fp.clone());
        }
        if quiet && row.level == before && row.track.frozen_since.is_none() {
            return;
        }
        self.changed.insert(one.fp.clone());
        let (incident, fires) = (row.incident, row.track.fires());
        if turns.contains(&Turn::Fired) {
            self.begun.push(Begun { fp: one.fp.clone(), counts: one.counts() });
        }
        if fires && raised.class != Class::Ingest && self.homeless(&one, &turns) {
            self.join(&one);
        }
        self.tell_turns(incident, &one, &turns);
        self.touch(&one.fp);
    }

    fn touch(&mut self, fp: &AlertFp) {
        let id = self.alerts.get(fp).and_then(|row| row.incident);
        if let Some(loaded) = id.and_then(|id| self.incidents.get_mut(&id)) {
            loaded.touched = true;
        }
    }

    /// The level of a signal, with what else speaks of the same attack.
    fn raised(&self, one: &Prepared) -> domain::alert::Level {
        if one.signal.observed != Observed::Firing {
            return self.alerts.get(&one.fp).map_or(one.level, |row| row.level);
        }
        if one.attack.is_none() {
            return one.level;
        }
        strength(&self.pieces(one)).raise(one.level, one.signal.phi())
    }

    /// What speaks of the same attack: this signal, and alerts that fire in incidents of its scope.
    fn pieces(&self, one: &Prepared) -> Vec<Piece> {
        let own = Piece::of(&one.signal, &one.classified, one.fp.clone());
        let ids = one.attack.as_ref().and_then(|key| self.by_key.get(key));
        let ids: &[IncidentId] = ids.map_or(&[], Vec::as_slice);
        let others = self.alerts.values().filter(|row| {
            row.fp != one.fp
                && row.track.fires()
                && row.incident.is_some_and(|id| ids.contains(&id))
        });
        let other = |row: &AlertRow| {
            let speaks = row.signal.is_event() && row.level.severity <= domain::Severity::Medium;
            let event_type = row.signal.event_type().filter(|_| speaks)?;
            let severity = row.level.severity;
            Some(Piece { fp: row.fp.clone(), event_type, at: row.signal.at, severity })
        };
        own.into_iter().chain(others.filter_map(other)).collect()
    }

    /// Whether an alert needs an incident: it has none, it fires anew, or it has become more urgent
    /// than what somebody has resolved.
    fn homeless(&self, one: &Prepared, turns: &[Turn]) -> bool {
        let Some(row) = self.alerts.get(&one.fp) else { return false };
        let Some(home) = row.incident.and_then(|id| self.incidents.get(&id)) else { return true };
        let over = home.incident.resolved_at().is_some();
        turns.contains(&Turn::Fired) || (over && row.level > home.incident.peak)
    }

    /// Finds the incident of an alert, or opens one.
    fn join(&mut self, one: &Prepared) {
        let strong = strength(&self.pieces(one)).strong();
        let attack = one.attack.as_ref().filter(|_| strong);
        let scope = Scope::of(&one.signal);
        let mut found = None;
        let keys = attack.into_iter().chain([&one.key]);
        for key in keys {
            let newcomer = Newcomer {
                fp: one.fp.clone(),
                key: key.clone(),
                scope: scope.clone(),
                observed: Observed::Firing,
            };
            let placement = place(&newcomer, &self.candidates(one, key), self.now);
            let opens = matches!(placement, Placement::Opens { .. } | Placement::Nowhere);
            if !opens || found.is_none() {
                found = Some(placement);
            }
            if !opens {
                break;
            }
        }
        let id = match found {
            Some(Placement::Stays { incident } | Placement::Joins { incident }) => incident,
            Some(Placement::Reopens { incident }) => {
                self.reopen(incident);
                incident
            }
            Some(Placement::Opens { same_as_past }) => self.open(one, scope, same_as_past),
            Some(Placement::Nowhere) | None => return,
        };
        self.belongs(one, id);
    }

    fn candidates(&self, one: &Prepared, key: &IncidentKey) -> Vec<Candidate> {
        let home = self.alerts.get(&one.fp).and_then(|row| row.incident);
        let by_key = self.by_key.get(key).map_or(&[][..], Vec::as_slice);
        let ids = by_key.iter().copied().chain(home.filter(|id| !by_key.contains(id)));
        let candidate = |id: IncidentId| {
            let loaded = self.incidents.get(&id)?;
            Some(Candidate {
                id,
                keys: loaded.keys.clone(),
                scope: loaded.incident.scope.clone(),
                opened_at: loaded.incident.opened_at,
                joined_at: loaded.joined_at,
                resolved_at: loaded.incident.resolved_at(),
                members: (home == Some(id)).then(|| one.fp.clone()).into_iter().collect(),
            })
        };
        ids.filter_map(candidate).collect()
    }

    fn reopen(&mut self, id: IncidentId) {
        let now = self.now;
        let Some(loaded) = self.incidents.get_mut(&id) else { return };
        let reason = "It fires again.".to_owned();
        // It is resolved, and a reason is given: nothing is left to refuse.
        if loaded.apply(&domain::alert::Act::Reopen { reason }, &By::Source, now).is_ok() {
            loaded.since.reopened = true;
        }
    }

    fn open(&mut self, one: &Prepared, scope: Scope, past: Option<IncidentId>) -> IncidentId {
        let id = IncidentId(self.next_incident);
        self.next_incident += 1;
        let level = self.alerts.get(&one.fp).map_or(one.level, |row| row.level);
        let (incident, entries) = Incident::open(
            id,
            (one.key.clone(), scope),
            &one.classified,
            level,
            self.setting.chain.clone(),
            past,
            self.now,
        );
        let loaded = Loaded {
            incident,
            keys: std::collections::BTreeSet::new(),
            joined_at: self.now,
            account: one.signal.account.as_ref().map(ToString::to_string),
            entries: 0,
            digest: GENESIS,
            since: domain::alert::Since::default(),
            last_sent: None,
            firing: 0,
            muted: 0,
            alerts: 0,
            next_at: None,
            counted: None,
            new_keys: Vec::new(),
            new_entries: entries,
            touched: true,
        };
        self.incidents.insert(id, loaded);
        id
    }

    /// Makes an alert a member.
    fn belongs(&mut self, one: &Prepared, id: IncidentId) {
        let Some(row) = self.alerts.get_mut(&one.fp) else { return };
        row.incident = Some(id);
        let who = one.signal.who().unwrap_or_else(|| "whom it is about is not known".to_owned());
        let text = format!("{}: {who}.", row.title);
        let Some(loaded) = self.incidents.get_mut(&id) else { return };
        loaded.joined_at = self.now;
        loaded.incident.last_activity = self.now;
        for key in [Some(&one.key), one.attack.as_ref()].into_iter().flatten() {
            if loaded.keys.insert(key.clone()) {
                loaded.new_keys.push(key.clone());
                self.by_key.entry(key.clone()).or_default().push(id);
            }
        }
        self.tell(Some(id), EntryKind::AlertJoined, text);
    }

    fn tell_turns(&mut self, incident: Option<IncidentId>, one: &Prepared, turns: &[Turn]) {
        let title = &one.classified.title;
        for turn in turns {
            let (kind, text) = match turn {
                Turn::Resolved => (EntryKind::AlertEnded, format!("{title}.")),
                Turn::Froze => (EntryKind::Frozen, format!("{title}: nobody can observe it.")),
                Turn::Thawed => (EntryKind::Thawed, format!("{title}.")),
                Turn::Flaps => {
                    (EntryKind::Flapping, format!("{title}: it comes and goes, and is held open."))
                }
                _ => continue,
            };
            self.tell(incident, kind, text);
        }
    }

    /// A page that nobody can observe for a quarter of an hour is a failure of the pipeline.
    pub(crate) async fn page_frozen(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let frozen = self.alerts.values().filter(|row| row.track.paged_as_pipe);
        let signals: Vec<Signal> = frozen.map(frozen_signal).collect();
        for signal in signals {
            let one = Prepared::of(signal, self.setting, self.business, false);
            let key = one.key.as_str().to_owned();
            self.load_alerts(connection, &[one.fp.as_str().to_owned()]).await?;
            self.load_by_key(connection, vec![key]).await?;
            self.observe(one);
        }
        Ok(())
    }
}

fn frozen_signal(row: &AlertRow) -> Signal {
    let source = match &row.signal.origin {
        Origin::Finding { source, .. } => Some(*source),
        Origin::Collection { source, .. } => *source,
        _ => None,
    };
    let origin = Origin::Collection { fault: CollectionFault::PageFrozen, source };
    Signal {
        account: row.signal.account.clone(),
        region: row.signal.region.clone(),
        link: row.signal.link.clone(),
        ..Signal::new(origin, row.last_seen)
    }
}
