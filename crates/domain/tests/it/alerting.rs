//! Alerting from signals to messages, through the public functions alone: what the store and the
//! server will do, with a store that is a map and a notifier that fails on command.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::dedupe::Window;
use domain::alert::flap::{Patience, Phase, Track, Turn};
use domain::alert::key::{alert_fp, dedupe_key, incident_key, pd_dedup_key};
use domain::alert::membership::{Candidate, Newcomer, Placement, Scope, place};
use domain::alert::suppression::{
    Approver, Field, Matcher, Muting, Op, Preview, Subject, Suppression, incident_muted, muting,
    passes, suppression_ended,
};
use domain::alert::timers::{due, held_at_start};
use domain::alert::{
    Act, Affected, AlertFp, By, Chain, Class, Classified, DedupeKey, Hours, Identity, Incident,
    IncidentId, IncidentKey, LastSent, Level, MemberNow, Members, NotifyReason, Observed, Origin,
    Phi, Proposal, Rules, Signal, Since, SuppressionId, classify,
};
use domain::id::{HOUR_MS, MINUTE_MS};
use domain::{AccountId, Severity, Source, Timestamp};

const T: Timestamp = Timestamp(1_795_424_400_000);

/// An alert as it is stored.
#[derive(Clone)]
struct Row {
    signal: Signal,
    classified: Classified,
    track: Track,
    dedupe: DedupeKey,
    key: IncidentKey,
    incident: IncidentId,
    muted_by: Vec<SuppressionId>,
}

impl Row {
    fn level(&self) -> Level {
        self.classified.level
    }
}

/// What happens to a message.
#[derive(Clone, Copy, PartialEq)]
enum Notifier {
    Works,
    /// It answers 429.
    Refuses,
    /// The message arrives, and the process dies before it can write that down.
    Kills,
}

/// Everything that is stored. A restart is a clone: nothing else is remembered.
#[derive(Clone)]
struct Ward {
    rows: BTreeMap<AlertFp, Row>,
    windows: BTreeMap<DedupeKey, Window>,
    incidents: BTreeMap<IncidentId, Incident>,
    joined: BTreeMap<IncidentId, Timestamp>,
    sent: BTreeMap<IncidentId, LastSent>,
    since: BTreeMap<IncidentId, Since>,
    suppressions: Vec<Suppression>,
    rules: Rules,
    started: Timestamp,
}

type Message = (IncidentId, NotifyReason, String);

impl Ward {
    fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            windows: BTreeMap::new(),
            incidents: BTreeMap::new(),
            joined: BTreeMap::new(),
            sent: BTreeMap::new(),
            since: BTreeMap::new(),
            suppressions: Vec::new(),
            rules: Rules::get().clone(),
            started: T.plus(-HOUR_MS),
        }
    }

    fn candidates(&self) -> Vec<Candidate> {
        let of = |incident: &Incident| {
            let rows = || self.rows.iter().filter(|(_, row)| row.incident == incident.id);
            Candidate {
                id: incident.id,
                keys: rows().map(|(_, row)| row.key.clone()).collect(),
                scope: incident.scope.clone(),
                opened_at: incident.opened_at,
                joined_at: self.joined[&incident.id],
                resolved_at: incident.resolved_at(),
                members: rows().map(|(fp, _)| fp.clone()).collect(),
            }
        };
        self.incidents.values().map(of).collect()
    }

    /// Takes in a signal: classify, group, count.
    fn take(&mut self, signal: &Signal, now: Timestamp) {
        let classified = classify(signal, &self.rules);
        let (fp, key) = (alert_fp(signal).key, dedupe_key(signal).key);
        let window = self.windows.remove(&key);
        let window = window.map_or_else(|| Window::first(signal.at), |one| one.seen(signal.at));
        self.windows.insert(key.clone(), window);
        let incident = incident_key(classified.class(), &classified.family, signal).key;
        let before = self.rows.get(&fp).map_or_else(|| Track::new(now), |row| row.track.clone());
        let patience = Patience {
            for_ms: classified.for_ms,
            keep_firing_ms: classified.keep_firing_ms,
            class: classified.class(),
        };
        let (track, turns) = before.observe(signal.observed, patience, now);
        let newcomer = Newcomer {
            fp: fp.clone(),
            key: incident.clone(),
            scope: Scope::of(signal),
            observed: if track.fires() { Observed::Firing } else { Observed::Resolved },
        };
        let placed = place(&newcomer, &self.candidates(), now);
        let Some(id) = self.placed(placed, &incident, &classified, signal, now) else { return };
        let muted_by = self.rows.get(&fp).map(|row| row.muted_by.clone()).unwrap_or_default();
        let row = Row {
            signal: signal.clone(),
            classified,
            track,
            dedupe: key,
            key: incident,
            incident: id,
            muted_by,
        };
        self.rows.insert(fp, row);
        if turns.contains(&Turn::Fired) {
            self.joined.insert(id, now);
        }
        self.settle(id, now);
    }

    fn placed(
        &mut self,
        placed: Placement,
        key: &IncidentKey,
        classified: &Classified,
        signal: &Signal,
        now: Timestamp,
    ) -> Option<IncidentId> {
        match placed {
            Placement::Stays { incident } | Placement::Joins { incident } => Some(incident),
            Placement::Reopens { incident } => {
                self.act(incident, &Act::Reopen { reason: "It is back.".to_owned() }, now);
                self.since.entry(incident).or_default().reopened = true;
                Some(incident)
            }
            Placement::Opens { same_as_past } => {
                let id = IncidentId(self.incidents.len() as i64 + 1);
                let keys = (key.clone(), Scope::of(signal));
                let level = classified.level;
                let chain = Chain::default();
                let (incident, _) =
                    Incident::open(id, keys, classified, level, chain, same_as_past, now);
                self.incidents.insert(id, incident);
                self.joined.insert(id, now);
                Some(id)
            }
            Placement::Nowhere => None,
        }
    }

    fn act(&mut self, id: IncidentId, act: &Act, now: Timestamp) {
        let change = self.incidents[&id].apply(act, &By::Source, now).unwrap();
        self.incidents.insert(id, change.incident);
    }

    /// The level of an incident is the highest of its alerts; without any it is over.
    fn settle(&mut self, id: IncidentId, now: Timestamp) {
        let fires = |row: &&Row| row.incident == id && row.track.fires();
        match Level::highest(self.rows.values().filter(fires).map(Row::level)) {
            Some(level) => self.act(id, &Act::Level(level), now),
            None => self.act(id, &Act::SourceResolves { received: now }, now),
        }
    }

    fn members(&mut self, id: IncidentId, now: Timestamp) -> (Members, bool) {
        let mut since = self.since.get(&id).copied().unwrap_or_default();
        let mut mutings: Vec<Muting> = Vec::new();
        let mut alerts = Vec::new();
        let incident = self.incidents[&id].clone();
        for (fp, row) in self.rows.iter_mut().filter(|(_, row)| row.incident == id) {
            let fires = row.track.fires();
            let subject = Subject::of(&row.signal, &row.classified, row.classified.level);
            let muting = muting(&subject, &self.suppressions, now);
            if suppression_ended(&row.muted_by, &muting, fires) {
                since.suppression_ended = true;
                let window = self.windows.remove(&row.dedupe).unwrap();
                self.windows.insert(row.dedupe.clone(), window.forget());
            }
            row.muted_by.clone_from(&muting.muted_by);
            let window = &self.windows[&row.dedupe];
            alerts.push(MemberNow {
                fp: fp.clone(),
                level: row.level(),
                fires,
                muted: muting.muted(),
                tells: window.decide(row.level(), incident.acknowledged(), now).tells(),
            });
            if fires {
                mutings.push(muting);
            }
        }
        self.since.insert(id, since);
        let muted = incident_muted(incident.class(), &mutings);
        (Members::of(alerts, incident.level, incident.acknowledged(), since), muted)
    }

    /// One look: sends what is due. Kills leave what was reserved as it is.
    fn look(&mut self, now: Timestamp, ready: bool, notifier: Notifier) -> Vec<Message> {
        let mut messages = Vec::new();
        let ids: Vec<IncidentId> = self.incidents.keys().copied().collect();
        for id in ids {
            let (members, muted) = self.members(id, now);
            let incident = self.incidents[&id].clone();
            let last = self.sent.get(&id);
            let hours = Hours::usual("UTC");
            let Some(reason) = due(incident.opened_at, last, &members, &hours, now) else {
                continue;
            };
            let held = held_at_start(incident.class(), self.started, ready, now);
            let passes = passes(muted, reason, last.is_some()) && incident.tells(reason);
            if held || !passes {
                continue;
            }
            self.windows_of(&members.firing, |window, level| window.reserve(level, now).0);
            if notifier != Notifier::Refuses {
                messages.push((id, reason, pd_dedup_key("ward", id)));
            }
            match notifier {
                Notifier::Works => {
                    self.windows_of(&members.firing, |window, _| match window.reserved {
                        Some(sending) => window.confirm(sending, now),
                        None => window,
                    });
                    self.since.remove(&id);
                    let Members { firing, resolved, level, .. } = members;
                    self.sent.insert(id, LastSent { at: now, firing, resolved, level });
                }
                Notifier::Refuses => {
                    self.windows_of(&members.firing, |window, _| match window.reserved {
                        Some(sending) => window.release(sending),
                        None => window,
                    });
                }
                Notifier::Kills => return messages,
            }
        }
        messages
    }

    fn windows_of(&mut self, of: &BTreeSet<AlertFp>, change: impl Fn(Window, Level) -> Window) {
        for fp in of {
            let row = &self.rows[fp];
            let window = self.windows.remove(&row.dedupe).unwrap();
            self.windows.insert(row.dedupe.clone(), change(window, row.level()));
        }
    }

    fn restarted(&self, now: Timestamp) -> Self {
        Self { started: now, ..self.clone() }
    }
}

fn at(minutes: i64) -> Timestamp {
    T.plus(minutes * MINUTE_MS)
}

fn guardduty(kind: &str, number: f64, phi: Phi, resource: &str, now: Timestamp) -> Signal {
    let origin = Origin::Finding {
        source: Source::GuardDuty,
        kind: kind.to_owned(),
        control: None,
        sample: false,
        archived: false,
    };
    let account = AccountId::from("123456789012");
    let mut signal = Signal::new(origin, now);
    signal.identity = Some(Identity::root(&account));
    signal.account = Some(account);
    signal.severity.number = Some(number);
    signal.resource = Some(Affected { key: resource.into(), phi, group: None });
    signal.event_id = Some(format!("{kind}/{resource}"));
    signal
}

fn intrusion(number: f64, now: Timestamp) -> Signal {
    guardduty("Persistence:IAMUser/AnomalousBehavior", number, Phi::Yes, "arn:x", now)
}

fn reasons(messages: &[Message]) -> Vec<NotifyReason> {
    messages.iter().map(|(_, reason, _)| *reason).collect()
}

#[test]
fn a_severity_that_comes_and_goes_stays_one_incident() {
    let mut ward = Ward::new();
    let mut told = Vec::new();
    // Medium is a ticket, high is a page; the finding is published again and again.
    for (minute, number) in [(0, 5.0), (6, 8.0), (12, 5.0), (18, 8.0), (24, 8.95), (30, 5.0)] {
        ward.take(&intrusion(number, at(minute)), at(minute));
        let messages = ward.look(at(minute), true, Notifier::Works);
        told.extend(messages.into_iter().map(|(id, reason, _)| (minute, id, reason)));
    }
    assert_eq!(ward.incidents.len(), 1);
    assert_eq!(ward.rows.len(), 1);
    let incident = &ward.incidents[&IncidentId(1)];
    assert_eq!(incident.level.class, Class::Ticket, "the present one");
    assert_eq!(incident.peak.class, Class::PagePhi);
    assert!(incident.resolved_at().is_none(), "less urgent is not over");
    let one = IncidentId(1);
    assert_eq!(told[0], (6, one, NotifyReason::First), "the ticket's group waits five minutes");
    assert!(told.iter().all(|(_, id, reason)| *id == one && *reason != NotifyReason::AllResolved));
}

#[test]
fn killed_between_sending_and_confirming_it_is_sent_again_under_the_same_key() {
    let mut ward = Ward::new();
    ward.take(&intrusion(9.5, T), T);
    let first = ward.look(T, true, Notifier::Kills);
    assert_eq!(reasons(&first), [NotifyReason::First]);
    let mut ward = ward.restarted(at(1));
    let again = ward.look(at(1), true, Notifier::Works);
    assert_eq!(reasons(&again), [NotifyReason::First], "nobody knows whether it arrived");
    assert_eq!(first[0].2, again[0].2, "the receiver sees one incident");
    assert_eq!(ward.look(at(2), true, Notifier::Works), []);
}

#[test]
fn a_notifier_that_refuses_for_ten_minutes_loses_nothing() {
    let mut ward = Ward::new();
    ward.take(&intrusion(9.5, T), T);
    for minute in 0..10 {
        ward.take(&intrusion(9.5, at(minute)), at(minute));
        assert_eq!(ward.look(at(minute), true, Notifier::Refuses), []);
    }
    let messages = ward.look(at(10), true, Notifier::Works);
    assert_eq!(reasons(&messages), [NotifyReason::First]);
    let window = ward.windows.values().next().unwrap();
    assert_eq!(window.occurrences, 11, "every event is counted");
}

#[test]
fn a_restart_with_many_alerts_sends_nothing_again_and_forgets_nothing() {
    let mut ward = Ward::new();
    for n in 0..400 {
        let resource = format!("arn:aws:s3:::bucket-{n}");
        let mut signal = guardduty("Exfiltration:S3/X", 8.0, Phi::Yes, &resource, T);
        signal.identity = None;
        ward.take(&signal, T);
    }
    assert_eq!(ward.look(T, true, Notifier::Works).len(), 400);
    let new = guardduty("Trojan:EC2/DropPoint", 8.0, Phi::Yes, "arn:new", at(1));
    ward.take(&new, at(1));
    let mut ward = ward.restarted(at(1));
    let messages = ward.look(at(1), false, Notifier::Works);
    assert_eq!(reasons(&messages), [NotifyReason::First], "only what was not told");
}

#[test]
fn after_a_start_everything_but_phi_waits_for_the_suppressions() {
    let mut ward = Ward::new();
    ward.take(&Signal::new(Origin::Redactor, T), T);
    ward.take(&intrusion(9.5, T), T);
    let mut ward = ward.restarted(at(1));
    let messages = ward.look(at(1), false, Notifier::Works);
    assert_eq!(messages.len(), 1);
    assert_eq!(ward.incidents[&messages[0].0].class(), Class::PagePhi);
    assert_eq!(ward.look(at(2), false, Notifier::Works).len(), 1, "for a minute at most");
}

fn quiet_account(from: i64, to: i64) -> Suppression {
    let proposal = Proposal {
        matchers: vec![
            Matcher::new(Field::Account, Op::Is, "123456789012"),
            Matcher::new(Field::Identity, Op::Like, "root/*"),
        ],
        starts_at: at(from),
        ends_at: at(to),
        recurrence: None,
        reason: "The lab is rebuilt tonight.".to_owned(),
        change_ref: "CHG-9".to_owned(),
    };
    let none = Preview::default();
    let rules = Rules::get();
    let one = proposal.submit(SuppressionId(1), "ada", rules, &none, at(from)).unwrap();
    one.approve(Approver { name: "bob", may: true }, "", &none, at(from)).unwrap()
}

fn malware(phi: Phi, observed: Observed, now: Timestamp) -> Signal {
    let kind = "CryptoCurrency:EC2/BitcoinTool.B";
    Signal { observed, ..guardduty(kind, 8.0, phi, "arn:lab", now) }
}

#[test]
fn what_still_fires_when_a_suppression_ends_is_told_then() {
    let mut ward = Ward::new();
    ward.suppressions = vec![quiet_account(0, 60)];
    for minute in 0..60 {
        ward.take(&malware(Phi::No, Observed::Firing, at(minute)), at(minute));
        assert_eq!(ward.look(at(minute), true, Notifier::Works), [], "{minute}");
    }
    assert_eq!(ward.rows.values().next().unwrap().muted_by, [SuppressionId(1)], "shown, not lost");
    assert_eq!(ward.windows.values().next().unwrap().occurrences, 60);
    let messages = ward.look(at(60), true, Notifier::Works);
    assert_eq!(reasons(&messages), [NotifyReason::First]);
    assert_eq!(ward.look(at(61), true, Notifier::Works), []);
}

#[test]
fn one_that_was_told_before_is_told_again_at_the_end_with_the_reason() {
    let mut ward = Ward::new();
    ward.take(&malware(Phi::No, Observed::Firing, T), T);
    assert_eq!(reasons(&ward.look(at(5), true, Notifier::Works)), [NotifyReason::First]);
    ward.suppressions = vec![quiet_account(10, 70)];
    for minute in 10..70 {
        ward.take(&malware(Phi::No, Observed::Firing, at(minute)), at(minute));
        assert_eq!(ward.look(at(minute), true, Notifier::Works), []);
    }
    let messages = ward.look(at(70), true, Notifier::Works);
    assert_eq!(reasons(&messages), [NotifyReason::SuppressionEnded]);
}

#[test]
fn a_resolve_during_a_suppression_is_told_where_the_trigger_was() {
    let resolve = |ward: &mut Ward, from: i64| {
        let mut told = Vec::new();
        for minute in from..from + 8 {
            ward.take(&malware(Phi::No, Observed::Resolved, at(minute)), at(minute));
            told.extend(ward.look(at(minute), true, Notifier::Works));
        }
        // A ticket's changes are told each hour.
        told.extend(ward.look(at(from + 60), true, Notifier::Works));
        reasons(&told)
    };
    let mut told = Ward::new();
    told.take(&malware(Phi::No, Observed::Firing, T), T);
    told.look(at(5), true, Notifier::Works);
    told.suppressions = vec![quiet_account(6, 126)];
    assert_eq!(resolve(&mut told, 10), [NotifyReason::AllResolved]);
    let mut untold = Ward::new();
    untold.suppressions = vec![quiet_account(0, 120)];
    untold.take(&malware(Phi::No, Observed::Firing, T), T);
    assert_eq!(untold.look(at(5), true, Notifier::Works), []);
    assert_eq!(resolve(&mut untold, 10), [], "nobody knew");
}

#[test]
fn phi_is_told_through_every_suppression() {
    let mut ward = Ward::new();
    ward.suppressions = vec![quiet_account(0, 60)];
    ward.take(&malware(Phi::Unknown, Observed::Firing, T), T);
    assert_eq!(reasons(&ward.look(T, true, Notifier::Works)), [NotifyReason::First]);
}

#[test]
fn it_comes_back_under_the_same_key_for_a_while_and_then_as_another() {
    let mut ward = Ward::new();
    let step = |ward: &mut Ward, minute: i64, observed| {
        ward.take(&malware(Phi::Yes, observed, at(minute)), at(minute));
        reasons(&ward.look(at(minute), true, Notifier::Works))
    };
    assert_eq!(step(&mut ward, 0, Observed::Firing), [NotifyReason::First]);
    assert_eq!(step(&mut ward, 6, Observed::Resolved), []);
    assert_eq!(step(&mut ward, 7, Observed::Resolved), [NotifyReason::AllResolved]);
    assert_eq!(step(&mut ward, 20, Observed::Firing), [NotifyReason::Reopened]);
    assert_eq!(ward.incidents.len(), 1);
    step(&mut ward, 26, Observed::Resolved);
    assert_eq!(step(&mut ward, 27, Observed::Resolved), [NotifyReason::AllResolved]);
    assert_eq!(step(&mut ward, 60, Observed::Firing), [NotifyReason::First]);
    assert_eq!(ward.incidents.len(), 2);
    assert_eq!(ward.incidents[&IncidentId(2)].same_as_past, Some(IncidentId(1)));
    let track = &ward.rows.values().next().unwrap().track;
    assert_eq!(track.phase, Phase::Flapping, "four changes within an hour: from now on held open");
    assert_eq!(ward.incidents[&IncidentId(1)].peak.severity, Severity::High);
}

#[test]
fn a_change_of_the_rules_orphans_no_open_incident() {
    let mut ward = Ward::new();
    ward.take(&intrusion(8.0, T), T);
    let first = ward.look(T, true, Notifier::Works);
    let text = "[[rule]]\nid = \"guardduty-high-phi\"\nfamily = \"ours\"\nclass = \"page-pipe\"";
    ward.rules = Rules::with(text).unwrap();
    let mut ward = ward.restarted(at(1));
    for minute in 1..10 {
        ward.take(&intrusion(8.0, at(minute)), at(minute));
        assert_eq!(ward.look(at(minute), true, Notifier::Works), [], "{minute}");
    }
    assert_eq!((ward.incidents.len(), ward.rows.len()), (1, 1));
    let mut told = Vec::new();
    for minute in 10..20 {
        let mut over = intrusion(8.0, at(minute));
        over.observed = Observed::Resolved;
        ward.take(&over, at(minute));
        told.extend(ward.look(at(minute), true, Notifier::Works));
    }
    let key = first[0].2.clone();
    let expected = [(first[0].0, NotifyReason::AllResolved, key)];
    assert_eq!(told, expected, "the resolve meets its trigger");
}

#[test]
fn a_clock_that_jumps_an_hour_neither_floods_nor_silences() {
    for jump in [60, -60] {
        let mut ward = Ward::new();
        let mut told = Vec::new();
        for minute in 0..60 {
            // After a quarter of an hour the clock is put forward or back.
            let now = if minute < 15 { at(minute) } else { at(minute + jump) };
            ward.take(&intrusion(9.5, now), now);
            told.extend(ward.look(now, true, Notifier::Works).into_iter().map(|_| minute));
        }
        // Told each ten minutes, and at most once more for the jump.
        assert!((6..=7).contains(&told.len()), "{jump}: {told:?}");
        assert!(told.windows(2).all(|pair| pair[1] - pair[0] <= 10), "{jump}: {told:?}");
        assert_eq!(ward.incidents.len(), 1);
    }
}

#[test]
fn the_same_identity_doing_the_same_to_a_hundred_buckets_is_told_once_and_shown_whole() {
    let mut ward = Ward::new();
    let mut told = Vec::new();
    for n in 0..100 {
        let resource = format!("arn:aws:s3:::bucket-{n}");
        let now = T.plus(n * 3_000);
        ward.take(&guardduty("Exfiltration:S3/X", 8.0, Phi::Yes, &resource, now), now);
        told.extend(reasons(&ward.look(now, true, Notifier::Works)));
    }
    assert_eq!(told, [NotifyReason::First]);
    assert_eq!(ward.incidents.len(), 1);
    let repeat = ward.look(at(10), true, Notifier::Works);
    assert_eq!(reasons(&repeat), [NotifyReason::Repeat]);
    assert_eq!(ward.sent[&IncidentId(1)].firing.len(), 100);
    assert_eq!(ward.windows.values().next().unwrap().occurrences, 100);
}
