//! Alerts and incidents as they are remembered: the edge cases that only a store can get wrong.

use domain::alert::suppression::{Field, Matcher, Op, Ruling};
use domain::alert::{
    Act, Affected, Chain, Disposition, EntryKind, Identity, IncidentId, Observed, Origin, Phi,
    Proposal, Reported, Signal, Step,
};
use domain::id::MINUTE_MS;
use domain::{Role, Source, Timestamp};
use store::alert::detail::AlertQuery;
use store::alert::notices::{DeliveryQuery, DeliveryRow};
use store::alert::outbox::Ended;
use store::alert::queue::QueueQuery;
use store::alert::setting::Contact;
use store::alert::{Lane, Seen, Setting, Taken};
use store::suppression::Asked;
use store::{Actor, Bounds, By, NewPerson, Origin as From, StoreError};

use crate::fixture::{HOUR, MAIN, NOW, Store};

const SECOND: i64 = 1_000;
const PAGER: &str = "Pager";
const LEAD: &str = "Lead";
const TEAM: &str = "Team";

fn setting() -> Setting {
    let contact = |name: &str| Contact { name: name.to_owned(), kind: "webhook".to_owned() };
    let step = |wait_ms, name: &str| Step { wait_ms, contacts: vec![name.to_owned()] };
    Setting {
        chain: Chain::new(vec![step(0, PAGER), step(15 * MINUTE_MS, LEAD)]).unwrap(),
        team: vec![TEAM.to_owned()],
        contacts: [PAGER, LEAD, TEAM].map(contact).to_vec(),
        ..Setting::bare("America/Chicago", NOW.plus(-HOUR))
    }
}

/// A finding of GuardDuty about somebody, with its own id.
fn finding(kind: &str, severity: f64, who: &str, id: &str, at: Timestamp) -> Signal {
    let origin = Origin::Finding {
        source: Source::GuardDuty,
        kind: kind.to_owned(),
        control: None,
        sample: false,
        archived: false,
    };
    let arn = format!("arn:aws:iam::{MAIN}:role/{who}");
    Signal {
        account: Some(MAIN.into()),
        region: Some("us-east-1".into()),
        resource: Some(Affected { key: arn.as_str().into(), phi: Phi::Unknown, group: None }),
        identity: Identity::of_arn(&arn),
        severity: Reported { text: severity.to_string(), number: Some(severity), label: None },
        link: format!("/findings/{id}"),
        event_id: Some(id.to_owned()),
        ..Signal::new(origin, at)
    }
}

fn theft(who: &str, id: &str, at: Timestamp) -> Signal {
    let kind = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS";
    finding(kind, 8.0, who, id, at)
}

/// A ticket that may be muted.
fn scan(who: &str, id: &str, at: Timestamp) -> Signal {
    finding("Discovery:S3/TorIPCaller", 5.0, who, id, at)
}

async fn take(store: &Store, signals: Vec<Signal>, now: Timestamp) -> Taken {
    store.writer.alerts_take(Seen::events(signals), &setting(), now).await.unwrap()
}

/// A look in which nothing new is said.
async fn look(store: &Store, now: Timestamp) -> Taken {
    let seen = Seen { again: true, ..Seen::default() };
    store.writer.alerts_take(seen, &setting(), now).await.unwrap()
}

/// Everything that is due is taken by its contact; answers to whom, in order.
async fn deliver(store: &Store, now: Timestamp) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let due = store.writer.deliveries_claim(50, now).await.unwrap();
        if due.is_empty() {
            told.sort();
            return told;
        }
        for one in due {
            let ended = Ended::Delivered { receipt: Some("r".to_owned()), remark: String::new() };
            store.writer.delivery_end(one.id, &ended, &setting(), now).await.unwrap();
            told.push(one.contact);
        }
    }
}

async fn deliveries(store: &Store) -> Vec<DeliveryRow> {
    let query = DeliveryQuery { limit: 200, ..DeliveryQuery::default() };
    let mut rows = store.reader.delivery_page(&query).await.unwrap().items;
    rows.reverse();
    rows
}

async fn reasons(store: &Store) -> Vec<String> {
    deliveries(store).await.into_iter().map(|row| row.reason).collect()
}

async fn open(store: &Store) -> Vec<store::alert::queue::QueueRow> {
    store.reader.oncall_queue(&QueueQuery::default()).await.unwrap().items
}

async fn kinds(store: &Store, id: IncidentId) -> Vec<EntryKind> {
    let (entries, _) = store.reader.incident_timeline(id).await.unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn person(store: &Store, name: &str, role: Role, at: Timestamp) -> By {
    let new = NewPerson {
        name: name.to_owned(),
        role,
        bounds: Bounds::default(),
        external: None,
        demo: false,
    };
    let id = store.writer.person_add(&By::system(NOW), &new).await.unwrap();
    let origin = From { name: name.to_owned(), ..From::default() };
    By { at, actor: Actor::Person(id), role: Some(role), origin }
}

/// The counters, against a count of the rows.
async fn counters_hold(store: &Store) {
    let mut raw = store.raw().await;
    for count in store.reader.oncall_counts().await.unwrap() {
        let lane = Lane::ALL.iter().position(|it| *it == count.lane).unwrap() as i64;
        let n: i64 = sqlx::query_scalar("SELECT count(*) FROM oncall_incident WHERE lane = ?1")
            .bind(lane)
            .fetch_one(&mut raw)
            .await
            .unwrap();
        assert_eq!(count.incidents, n as u64, "{:?}", count.lane);
    }
}

#[tokio::test]
async fn an_attack_of_three_signals_is_one_incident_and_pages_once() {
    let store = Store::new().await;
    let taken = take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    assert_eq!((taken.opened, taken.notices), (1, 1));
    let stealth = finding("Stealth:IAMUser/CloudTrailLoggingDisabled", 2.0, "api", "f2", NOW);
    let soon = NOW.plus(2 * SECOND);
    assert_eq!(take(&store, vec![stealth], soon).await.opened, 0);
    let bulk = finding("Exfiltration:S3/AnomalousBehavior", 8.0, "api", "f3", NOW);
    let taken = take(&store, vec![bulk.clone()], NOW.plus(4 * SECOND)).await;
    assert_eq!((taken.opened, taken.notices), (0, 0), "what joins waits for the group's interval");
    let queue = open(&store).await;
    assert_eq!(queue.len(), 1);
    assert_eq!((queue[0].alerts, queue[0].firing, queue[0].lane), (3, 3, Lane::Page));
    assert_eq!(deliver(&store, NOW.plus(5 * SECOND)).await, [PAGER]);
    assert_eq!(reasons(&store).await, ["first"]);
    // Another role is another incident.
    assert_eq!(take(&store, vec![theft("other", "f4", NOW)], NOW.plus(6 * SECOND)).await.opened, 1);
    // The same finding told twice was taken in before.
    assert_eq!(take(&store, vec![bulk], NOW.plus(7 * SECOND)).await.repeated, 1);
    look(&store, NOW.plus(MINUTE_MS)).await;
    let reasons = reasons(&store).await;
    assert_eq!(reasons, ["first", "first", "new-alerts"], "the two others are told together");
    let (_, proof) = store.reader.incident_timeline(queue[0].incident.id).await.unwrap();
    assert!(proof.holds && proof.entries >= 5, "{proof:?}");
    counters_hold(&store).await;
}

#[tokio::test]
async fn a_restart_with_ten_thousand_firing_neither_sends_again_nor_forgets() {
    let Store { folder, writer, reader } = Store::new().await;
    let many =
        |at| (0..10_000).map(|n| theft(&format!("role-{n}"), &format!("f{n}"), at)).collect();
    let taken = writer.alerts_take(Seen::events(many(NOW)), &setting(), NOW).await.unwrap();
    assert_eq!((taken.opened, taken.notices), (10_000, 10_000));
    drop((writer, reader));
    let (writer, reader) = store::open(folder.path()).await.unwrap();
    let store = Store { folder, writer, reader };
    // The same again, under the same ids and with a new time: GuardDuty tells them again.
    let again = store.writer.alerts_take(Seen::events(many(NOW)), &setting(), NOW.plus(1)).await;
    assert_eq!(again.unwrap(), Taken { repeated: 10_000, ..Taken::default() });
    let later = NOW.plus(SECOND);
    let again = store.writer.alerts_take(Seen::events(many(later)), &setting(), later).await;
    assert_eq!(again.unwrap(), Taken { taken: 10_000, ..Taken::default() });
    counters_hold(&store).await;
    let claimed = store.writer.deliveries_claim(20_000, later).await.unwrap();
    assert_eq!(claimed.len(), 10_000, "what was to be told still is, once");
}

#[tokio::test]
async fn whoever_dies_between_sending_and_confirming_sends_the_same_again() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let first = store.writer.deliveries_claim(10, NOW).await.unwrap();
    assert!(store.writer.deliveries_claim(10, NOW.plus(MINUTE_MS)).await.unwrap().is_empty());
    let late = NOW.plus(2 * MINUTE_MS);
    let second = store.writer.deliveries_claim(10, late).await.unwrap();
    assert_eq!((second[0].id, second[0].notice), (first[0].id, first[0].notice));
    assert_eq!(second[0].attempts, 2);
    let ended = Ended::Delivered { receipt: None, remark: String::new() };
    store.writer.delivery_end(second[0].id, &ended, &setting(), late).await.unwrap();
    // Whoever was thought dead reports late: it counts once.
    store.writer.delivery_end(first[0].id, &ended, &setting(), late).await.unwrap();
    let told = kinds(&store, IncidentId(1)).await;
    assert_eq!(told.iter().filter(|it| **it == EntryKind::Notified).count(), 1, "{told:?}");
}

#[tokio::test]
async fn a_receiver_that_refuses_for_ten_minutes_is_told_once_and_nothing_is_lost() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let mut now = NOW;
    for _ in 0..5 {
        let due = store.writer.deliveries_claim(10, now).await.unwrap();
        assert_eq!(due.len(), 1);
        let at = now.plus(2 * MINUTE_MS);
        let why = "it answered 429: too many requests".to_owned();
        store
            .writer
            .delivery_end(due[0].id, &Ended::Later { at, why }, &setting(), now)
            .await
            .unwrap();
        look(&store, now.plus(SECOND)).await;
        now = at;
    }
    let sent: Vec<_> =
        deliveries(&store).await.into_iter().filter(|it| it.contact == PAGER).collect();
    assert_eq!(sent[0].attempts, 5, "one delivery, tried again and again");
    assert_eq!(deliver(&store, now).await[0], PAGER);
    let mut told: Vec<String> = Vec::new();
    for row in deliveries(&store).await {
        if row.contact == PAGER {
            told.push(row.reason);
        }
    }
    assert_eq!(told[0], "first");
    assert!(!told[1..].contains(&"first".to_owned()), "{told:?}");
}

#[tokio::test]
async fn where_nobody_takes_it_it_counts_as_if_nobody_had_tried() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let due = store.writer.deliveries_claim(10, NOW).await.unwrap();
    let why = "the key or token is not accepted".to_owned();
    store.writer.delivery_end(due[0].id, &Ended::Refused { why }, &setting(), NOW).await.unwrap();
    assert!(kinds(&store, IncidentId(1)).await.contains(&EntryKind::NotifyFailed));
    let untold = store.reader.oncall_untold(NOW.plus(MINUTE_MS)).await.unwrap();
    assert_eq!(untold.len(), 1, "the page is known to be undelivered");
    look(&store, NOW.plus(16 * MINUTE_MS)).await;
    let reasons = reasons(&store).await;
    assert_eq!(reasons[0], "first");
    assert_eq!(reasons[1], "first", "told anew: {reasons:?}");
    // Both steps of the chain are called by then.
    assert_eq!(deliver(&store, NOW.plus(16 * MINUTE_MS)).await, [LEAD, PAGER]);
}

/// An approved suppression of scans, for an hour from NOW.
async fn muted(store: &Store) {
    let asker = person(store, "asker", Role::OnCall, NOW).await;
    let other = person(store, "approver", Role::Compliance, NOW).await;
    let proposal = Proposal {
        matchers: vec![
            Matcher::new(Field::Account, Op::Is, MAIN),
            Matcher::new(Field::Rule, Op::Is, "guardduty-scan"),
        ],
        starts_at: NOW,
        ends_at: NOW.plus(HOUR),
        recurrence: None,
        reason: "Our own tester scans.".to_owned(),
        change_ref: "CHG-1".to_owned(),
    };
    let asked = store.writer.suppression_ask(&asker, &proposal, false).await.unwrap();
    let Asked::Kept(id) = asked else { panic!("{asked:?}") };
    store.writer.suppression_decide(&other, (id, 1), Ruling::Approve, "").await.unwrap();
}

#[tokio::test]
async fn what_still_fires_when_a_suppression_ends_is_told_at_once() {
    let store = Store::new().await;
    muted(&store).await;
    take(&store, vec![scan("tester", "f1", NOW)], NOW).await;
    let row = &open(&store).await[0];
    assert_eq!((row.firing, row.muted), (1, 1));
    let counts = store.reader.oncall_counts().await.unwrap();
    assert_eq!(counts[1].muted, 1, "muting is shown, never hidden");
    look(&store, NOW.plus(30 * MINUTE_MS)).await;
    assert!(deliveries(&store).await.is_empty());
    let alerts = store.reader.alert_page(&AlertQuery::default()).await.unwrap().items;
    assert_eq!(alerts[0].muted_by.len(), 1);
    look(&store, NOW.plus(HOUR)).await;
    assert_eq!(deliver(&store, NOW.plus(HOUR)).await, [TEAM]);
    let kinds = kinds(&store, row.incident.id).await;
    assert!(kinds.contains(&EntryKind::MuteEnded), "{kinds:?}");
}

#[tokio::test]
async fn a_resolve_passes_a_suppression_that_began_after_the_trigger() {
    let store = Store::new().await;
    let before = NOW.plus(-10 * MINUTE_MS);
    take(&store, vec![scan("tester", "f1", before)], before).await;
    look(&store, NOW.plus(-4 * MINUTE_MS)).await;
    assert_eq!(deliver(&store, NOW.plus(-4 * MINUTE_MS)).await, [TEAM]);
    muted(&store).await;
    let over = |at| Signal { observed: Observed::Resolved, ..scan("tester", "f1", at) };
    take(&store, vec![over(NOW.plus(MINUTE_MS))], NOW.plus(MINUTE_MS)).await;
    assert_eq!(open(&store).await[0].muted, 1);
    for minutes in [2, 3, 70] {
        look(&store, NOW.plus(minutes * MINUTE_MS)).await;
    }
    assert!(open(&store).await.is_empty(), "two observations in a row end it");
    assert!(reasons(&store).await.contains(&"all-resolved".to_owned()));
}

#[tokio::test]
async fn a_severity_that_goes_up_and_down_is_told_once_for_each_height() {
    let store = Store::new().await;
    let level = |severity: f64, n: i64| {
        let at = NOW.plus(n * SECOND);
        (finding("Backdoor:EC2/Spambot", severity, "host", "f1", at), at)
    };
    for (severity, n) in [(8.0, 0), (9.5, 1), (8.0, 2), (9.5, 3), (8.0, 4), (9.5, 5)] {
        let (signal, at) = level(severity, n);
        take(&store, vec![signal], at).await;
        deliver(&store, at).await;
    }
    assert_eq!(open(&store).await.len(), 1);
    assert_eq!(reasons(&store).await, ["first", "level-raised"]);
}

#[tokio::test]
async fn a_changed_configuration_leaves_nobody_with_an_open_incident() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    deliver(&store, NOW).await;
    let mut changed = setting();
    changed.chain = Chain::default();
    changed.team = vec![LEAD.to_owned()];
    let by = person(&store, "nurse", Role::OnCall, NOW.plus(SECOND)).await;
    let reason = "The role was rotated and nothing was read.".to_owned();
    let resolve = Act::Resolve { disposition: Disposition::Confirmed, reason };
    store.writer.incident_act(&by, IncidentId(1), None, resolve, &changed).await.unwrap();
    store.writer.alerts_take(Seen::default(), &changed, NOW.plus(2 * MINUTE_MS)).await.unwrap();
    let told = deliveries(&store).await;
    let last = told.last().unwrap();
    assert_eq!((last.contact.as_str(), last.event.as_str()), (PAGER, "resolved"));
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_tells_once_more_at_most() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    deliver(&store, NOW).await;
    let by = person(&store, "nurse", Role::OnCall, NOW.plus(SECOND)).await;
    store
        .writer
        .incident_act(&by, IncidentId(1), None, Act::Acknowledge, &setting())
        .await
        .unwrap();
    deliver(&store, NOW.plus(SECOND)).await;
    let before = reasons(&store).await.len();
    for ms in [HOUR, -HOUR + MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS] {
        look(&store, NOW.plus(ms)).await;
        deliver(&store, NOW.plus(ms)).await;
    }
    let told = reasons(&store).await;
    // The acknowledgement runs out by the wrong clock, and the next in line is called.
    assert!(told.len() - before <= 3, "{told:?}");
    counters_hold(&store).await;
}

#[tokio::test]
async fn silence_ends_nothing_and_two_good_looks_do() {
    let store = Store::new().await;
    let origin = Origin::Redactor;
    let down = |at| Signal { link: "/debug".to_owned(), ..Signal::new(origin.clone(), at) };
    let whole = async |signals: Vec<Signal>, now| {
        let seen = Seen { signals, whole: vec!["redactor"], ..Seen::default() };
        store.writer.alerts_take(seen, &setting(), now).await.unwrap()
    };
    whole(vec![down(NOW)], NOW).await;
    assert_eq!(open(&store).await.len(), 1);
    for minutes in [1, 8, 16] {
        let blind = Seen { blind: vec!["redactor"], ..Seen::default() };
        let now = NOW.plus(minutes * MINUTE_MS);
        store.writer.alerts_take(blind, &setting(), now).await.unwrap();
    }
    let rows = open(&store).await;
    assert_eq!(rows.len(), 2, "a page that nobody can observe is a failure of the pipeline");
    assert!(rows.iter().all(|row| row.firing == 1));
    let alerts = store.reader.alert_page(&AlertQuery::default()).await.unwrap().items;
    assert!(alerts.iter().any(|alert| alert.track.frozen_since.is_some()));
    whole(Vec::new(), NOW.plus(17 * MINUTE_MS)).await;
    assert!(open(&store).await.iter().any(|row| row.incident.family == "redactor"));
    whole(Vec::new(), NOW.plus(30 * MINUTE_MS)).await;
    assert!(!open(&store).await.iter().any(|row| row.incident.family == "redactor"));
}

#[tokio::test]
async fn samples_and_archived_findings_tell_nobody_and_no_severity_falls_through() {
    let store = Store::new().await;
    let aside = |sample, archived, id: &str| {
        let mut signal = theft(id, id, NOW);
        if let Origin::Finding { sample: one, archived: other, .. } = &mut signal.origin {
            (*one, *other) = (sample, archived);
        }
        signal
    };
    take(&store, vec![aside(true, false, "s"), aside(false, true, "a")], NOW).await;
    assert!(open(&store).await.is_empty());
    let kept = store.reader.alert_page(&AlertQuery::default()).await.unwrap().items;
    assert_eq!(kept.len(), 2, "kept, and counted");
    let odd = finding("Backdoor:EC2/Spambot", 8.95, "host", "o", NOW);
    take(&store, vec![odd], NOW).await;
    assert_eq!(open(&store).await[0].incident.level.severity, domain::Severity::High);
    let flaws = store.reader.alert_flaws().await.unwrap();
    assert_eq!((flaws.fallbacks, flaws.unread), (0, 0));
    // Whatever cannot be read counts as high, is an alert by itself, and is counted.
    let mut unread = finding("Backdoor:EC2/Spambot", 80.0, "host", "u", NOW);
    (unread.resource, unread.identity) = (None, None);
    take(&store, vec![unread], NOW).await;
    let flaws = store.reader.alert_flaws().await.unwrap();
    assert_eq!((flaws.fallbacks, flaws.unread), (1, 1));
}

#[tokio::test]
async fn a_person_acts_on_what_they_saw_and_says_why_where_it_was_about_phi() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let by = person(&store, "nurse", Role::OnCall, NOW.plus(SECOND)).await;
    let (writer, id) = (&store.writer, IncidentId(1));
    let version = open(&store).await[0].incident.version;
    writer.incident_act(&by, id, Some(version), Act::Acknowledge, &setting()).await.unwrap();
    let stale = writer.incident_act(&by, id, Some(version), Act::Escalate, &setting()).await;
    assert!(matches!(stale, Err(StoreError::Conflict(why)) if why.contains("in the meantime")));
    let short = Act::Resolve { disposition: Disposition::Benign, reason: "fine".to_owned() };
    let refused = writer.incident_act(&by, id, None, short, &setting()).await;
    assert!(matches!(refused, Err(StoreError::Refused(why)) if why.contains("at least 20")));
    let reason = "Credentials rotated; the log shows that nothing was read.".to_owned();
    let resolve = Act::Resolve { disposition: Disposition::Confirmed, reason };
    let acted = writer.incident_act(&by, id, None, resolve, &setting()).await.unwrap();
    assert!(acted.incident.resolved_at().is_some());
    let late = writer.incident_act(&by, id, None, Act::Acknowledge, &setting()).await.unwrap();
    assert!(late.message.unwrap().contains("nothing to acknowledge"));
    let acts = store.reader.audit_after(0, 1_000).await.unwrap();
    let acts: Vec<String> = acts
        .into_iter()
        .map(|row| row.link.entry)
        .filter(|entry| entry.object == "incident:1" && entry.actor != "system")
        .map(|entry| entry.action)
        .collect();
    assert_eq!(acts, ["acknowledge-incident", "resolve-incident", "acknowledge-incident"]);
    assert!(store.reader.incident_timeline(id).await.unwrap().1.holds);
    counters_hold(&store).await;
}

#[tokio::test]
async fn what_is_about_phi_is_presumed_a_breach_until_somebody_says_what_it_was() {
    let store = Store::new().await;
    let nothing = store.reader.presumed_breaches().await.unwrap();
    assert_eq!((nothing.all(), nothing.discovered), (0, None));
    let later = NOW.plus(HOUR);
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    take(&store, vec![theft("batch", "f2", later)], later).await;
    let by = person(&store, "nurse", Role::OnCall, later.plus(SECOND)).await;
    let counted = || async {
        let it = store.reader.presumed_breaches().await.unwrap();
        let query = QueueQuery { presumed: true, ..QueueQuery::default() };
        let listed = store.reader.oncall_queue(&query).await.unwrap().items.len() as u64;
        assert_eq!(listed, it.all(), "the number leads to what it counts");
        (it.undecided, it.confirmed, it.discovered)
    };
    assert_eq!(counted().await, (2, 0, Some(NOW)));
    let say = |disposition| {
        let reason = "The log shows what was read, and by whom.".to_owned();
        Act::Resolve { disposition, reason }
    };
    let setting = setting();
    let act = |id, act| store.writer.incident_act(&by, IncidentId(id), None, act, &setting);
    act(1, say(Disposition::Confirmed)).await.unwrap();
    assert_eq!(counted().await, (1, 1, Some(NOW)));
    // What is less urgent by now was about PHI all the same.
    let mut raw = store.raw().await;
    sqlx::query("UPDATE oncall_incident SET class = 3").execute(&mut raw).await.unwrap();
    assert_eq!(counted().await, (1, 1, Some(NOW)));
    act(2, say(Disposition::FalsePositive)).await.unwrap();
    assert_eq!(counted().await, (0, 1, Some(NOW)));
}

#[tokio::test]
async fn a_timeline_that_somebody_changed_is_noticed() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let mut raw = store.raw().await;
    for sql in ["UPDATE oncall_entry SET text = 'x'", "DELETE FROM oncall_entry"] {
        assert!(sqlx::query(sql).execute(&mut raw).await.is_err(), "{sql}");
    }
    sqlx::query("DROP TRIGGER oncall_entry_no_update").execute(&mut raw).await.unwrap();
    sqlx::query("UPDATE oncall_entry SET text = 'x' WHERE number = 1")
        .execute(&mut raw)
        .await
        .unwrap();
    assert!(!store.reader.incident_timeline(IncidentId(1)).await.unwrap().1.holds);
}

#[tokio::test]
async fn a_resolved_incident_takes_nothing_in_and_is_reopened_only_while_warm() {
    let store = Store::new().await;
    take(&store, vec![theft("api", "f1", NOW)], NOW).await;
    let by = person(&store, "nurse", Role::OnCall, NOW.plus(SECOND)).await;
    let reason = "Credentials rotated; nothing was read.".to_owned();
    let resolve = Act::Resolve { disposition: Disposition::Confirmed, reason };
    store.writer.incident_act(&by, IncidentId(1), None, resolve, &setting()).await.unwrap();
    let bulk = |id: &str, at| finding("Exfiltration:S3/AnomalousBehavior", 8.0, "api", id, at);
    let warm = NOW.plus(5 * MINUTE_MS);
    assert_eq!(take(&store, vec![bulk("f2", warm)], warm).await.opened, 0);
    assert_eq!(open(&store).await[0].incident.id, IncidentId(1), "it is back, under its number");
    let by = By { at: warm.plus(SECOND), ..by };
    let reason = "Another attempt with the same key.".to_owned();
    let resolve = Act::Resolve { disposition: Disposition::Confirmed, reason };
    store.writer.incident_act(&by, IncidentId(1), None, resolve, &setting()).await.unwrap();
    let cold = warm.plus(HOUR);
    let kind = "Impact:S3/AnomalousBehavior.Delete";
    assert_eq!(take(&store, vec![finding(kind, 8.0, "api", "f3", cold)], cold).await.opened, 1);
    let next = &open(&store).await[0].incident;
    assert_eq!(next.id, IncidentId(2));
    assert!(next.same_as_past.is_none_or(|past| past == IncidentId(1)));
}

#[tokio::test]
async fn the_queue_is_in_order_and_every_page_of_it_is_another() {
    let store = Store::new().await;
    let mut signals: Vec<Signal> =
        (0..7).map(|n| scan(&format!("t{n}"), &format!("t{n}"), NOW)).collect();
    signals.extend((0..5).map(|n| theft(&format!("p{n}"), &format!("p{n}"), NOW)));
    take(&store, signals, NOW).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = QueueQuery { limit: 4, cursor, ..QueueQuery::default() };
        let page = store.reader.oncall_queue(&query).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 12);
    let order: Vec<_> = seen
        .iter()
        .map(|row| {
            let it = &row.incident;
            (row.lane, it.level.class, it.level.severity, -it.opened_at.0, -it.id.0)
        })
        .collect();
    assert!(order.is_sorted(), "{order:?}");
    let over = QueueQuery { lanes: vec![Lane::Over], ..QueueQuery::default() };
    assert!(store.reader.oncall_queue(&over).await.unwrap().items.is_empty());
    counters_hold(&store).await;
}
