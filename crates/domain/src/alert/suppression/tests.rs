use proptest::prelude::*;

use super::*;
use crate::alert::dedupe::{Because, Decision, Window};
use crate::alert::escalation::{self, Chain, Progress, Situation, Step};
use crate::alert::hours::{WallTime, Weekday};
use crate::alert::origin::{AuditFault, OwnFault};
use crate::alert::rules::Rules;
use crate::alert::signal::{Affected, Phi};
use crate::alert::{Identity, Level, Origin, Signal, classify};
use crate::{AccountId, Severity, Source};

/// Monday, 2026-11-23, 09:00 UTC.
const T: Timestamp = Timestamp(1_795_424_400_000);
const ACCOUNT: &str = "123456789012";

fn utc(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn is(field: Field, value: &str) -> Matcher {
    Matcher::new(field, Op::Is, value)
}

fn proposal() -> Proposal {
    Proposal {
        matchers: vec![is(Field::Account, ACCOUNT), is(Field::Rule, "guardduty-scan")],
        starts_at: T,
        ends_at: T.plus(HOUR_MS),
        recurrence: None,
        reason: "The scanner of the new ward is tested.".to_owned(),
        change_ref: "CHG-7".to_owned(),
    }
}

fn pending(proposal: &Proposal) -> Suppression {
    proposal.submit(SuppressionId(1), "ada", Rules::get(), &Preview::default(), T).unwrap()
}

fn boss(name: &str) -> Approver<'_> {
    Approver { name, may: true }
}

fn approved(proposal: &Proposal) -> Suppression {
    let mut one = pending(proposal);
    for name in ["bob", "eve"] {
        if one.decided == Decided::Pending {
            one = one.approve(boss(name), "", &Preview::default(), T).unwrap();
        }
    }
    assert_eq!(one.decided, Decided::Approved);
    one
}

fn signal(origin: Origin) -> Signal {
    Signal { account: Some(AccountId::from(ACCOUNT)), ..Signal::new(origin, T) }
}

fn scan(phi: Phi) -> Signal {
    let origin = Origin::Finding {
        source: Source::GuardDuty,
        kind: "Recon:EC2/Portscan".to_owned(),
        control: None,
        sample: false,
        archived: false,
    };
    let mut signal = signal(origin);
    signal.severity.number = Some(5.0);
    signal.resource =
        Some(Affected { key: "arn:aws:ec2:r:1:instance/i".into(), phi, group: Some("lab".into()) });
    signal
}

fn subject(signal: &Signal) -> Subject {
    let classified = classify(signal, Rules::get());
    Subject::of(signal, &classified, classified.level)
}

fn fields(flaws: &[crate::register::Flaw]) -> Vec<&'static str> {
    flaws.iter().map(|flaw| flaw.field).collect()
}

fn flaws(change: impl FnOnce(&mut Proposal)) -> Vec<&'static str> {
    let mut one = proposal();
    change(&mut one);
    fields(&one.flaws(Rules::get(), &Preview::default(), T))
}

#[test]
fn a_proposal_says_everything_or_what_is_missing() {
    assert_eq!(flaws(|_| {}), [""; 0]);
    assert_eq!(flaws(|one| one.reason = "because".to_owned()), ["reason"]);
    assert_eq!(flaws(|one| one.change_ref = " ".to_owned()), ["change_ref"]);
    assert_eq!(flaws(|one| one.starts_at = T.plus(-HOUR_MS)), ["starts_at"]);
    assert_eq!(flaws(|one| one.ends_at = T), ["ends_at"]);
    assert_eq!(flaws(|one| one.ends_at = T.plus(7 * DAY_MS + 1)), ["ends_at"]);
    assert_eq!(flaws(|one| one.ends_at = T.plus(7 * DAY_MS)), [""; 0]);
}

#[test]
fn a_suppression_names_an_account_and_something_in_it() {
    let with = |matchers: Vec<Matcher>| flaws(|one| one.matchers = matchers);
    assert_eq!(with(vec![]), ["matchers"; 2]);
    assert_eq!(with(vec![is(Field::Account, ACCOUNT)]), ["matchers"]);
    assert_eq!(with(vec![is(Field::Rule, "guardduty-scan")]), ["matchers"]);
    let account = || is(Field::Account, ACCOUNT);
    let like = |field, value: &str| Matcher::new(field, Op::Like, value);
    assert_eq!(with(vec![account(), like(Field::Identity, "role/*")]), [""; 0]);
    assert_eq!(with(vec![account(), like(Field::Identity, "*")]), ["matchers"; 2]);
    assert_eq!(with(vec![account(), like(Field::Identity, "*a*")]), ["matchers"; 2]);
    assert_eq!(with(vec![account(), is(Field::Group, "")]), ["matchers"; 2]);
    assert_eq!(with(vec![account(), Matcher::new(Field::Rule, Op::IsNot, "x")]), ["matchers"]);
    let loose = like(Field::Account, "12345678901*");
    assert_eq!(with(vec![loose, is(Field::Group, "lab")]), ["matchers"]);
    assert_eq!(with(vec![account(), is(Field::Rule, "redactor-down")]), ["matchers"]);
    assert_eq!(with(vec![account(), is(Field::Rule, "guardduty-exfiltration")]), ["matchers"]);
    assert_eq!(with(vec![is(Field::Account, ACCOUNT); 21]), ["matchers"; 2]);
}

#[test]
fn nobody_approves_their_own_and_long_ones_take_two() {
    let one = pending(&proposal());
    let none = Preview::default();
    let approve = |approver| one.approve(approver, "", &none, T);
    assert_eq!(approve(boss("ada")), Err(SuppressionRefusal::Own("ada".to_owned())));
    assert_eq!(approve(Approver { name: "bob", may: false }), Err(SuppressionRefusal::Role));
    let active = approve(boss("bob")).unwrap();
    assert_eq!((one.stage(T), active.stage(T)), (Stage::Pending, Stage::Active));
    assert_eq!(active.stage(T.plus(HOUR_MS)), Stage::Expired);
    let long = pending(&Proposal { ends_at: T.plus(2 * DAY_MS), ..proposal() });
    let half = long.approve(boss("bob"), "", &none, T).unwrap();
    assert_eq!(half.stage(T), Stage::Pending);
    assert_eq!(half.approve(boss("bob"), "", &none, T), Err(SuppressionRefusal::Twice));
    assert_eq!(half.approve(boss("eve"), "", &none, T).unwrap().stage(T), Stage::Active);
}

#[test]
fn an_approval_holds_only_for_what_was_approved() {
    let one = approved(&proposal());
    for changed in [
        Suppression { ends_at: T.plus(2 * HOUR_MS), ..one.clone() },
        Suppression { starts_at: T.plus(-1), ..one.clone() },
        Suppression { matchers: vec![is(Field::Account, ACCOUNT)], ..one.clone() },
        Suppression { recurrence: Some(weekly("UTC")), ..one.clone() },
        Suppression { requested_by: "bob".to_owned(), ..one.clone() },
    ] {
        assert_eq!(changed.mutes_until(T), None);
        assert_eq!(changed.stage(T), Stage::Pending);
    }
    let mut turned = one.clone();
    turned.matchers.reverse();
    assert_eq!(turned.scope_hash(), one.scope_hash(), "their order means nothing");
}

#[test]
fn a_change_ends_the_old_one_and_waits_for_its_own_approval() {
    let old = approved(&proposal());
    let same = pending(&proposal());
    assert_eq!(old.supersede(&same, T), Err(SuppressionRefusal::NothingChanged));
    let longer = Proposal { ends_at: T.plus(2 * HOUR_MS), ..proposal() };
    let new = Suppression { id: SuppressionId(2), ..approved(&longer) };
    let (old, new) = old.supersede(&new, T).unwrap();
    assert_eq!((old.stage(T), new.stage(T)), (Stage::Expired, Stage::Pending));
    assert_eq!(new.supersedes, Some(SuppressionId(1)));
    assert!(new.approvals.is_empty());
    assert_eq!(old.supersede(&new, T), Err(SuppressionRefusal::Over));
}

#[test]
fn an_emergency_is_short_and_asks_for_approval_afterwards() {
    let one = pending(&proposal());
    let none = Preview::default();
    let taken = one.take_in_emergency(boss("ada"), "The lab is flooded.", &none, T).unwrap();
    assert_eq!(taken.stage(T), Stage::Active);
    assert!(taken.unratified());
    assert_eq!(taken.mutes_until(T), Some(T.plus(HOUR_MS)));
    let ratified = taken.ratify(boss("bob"), "", T.plus(DAY_MS)).unwrap();
    assert!(!ratified.unratified());
    assert_eq!(taken.ratify(boss("ada"), "", T), Err(SuppressionRefusal::Own("ada".to_owned())));
    assert_eq!(ratified.ratify(boss("eve"), "", T), Err(SuppressionRefusal::NothingToRatify));
    // It was taken half an hour ahead, and nobody has approved it: half an hour is left.
    let ahead =
        Proposal { starts_at: T.plus(HOUR_MS / 2), ends_at: T.plus(3 * HOUR_MS / 2), ..proposal() };
    let ahead = pending(&ahead).take_in_emergency(boss("ada"), "Soon.", &none, T).unwrap();
    let at = |ms: i64| (ahead.stage(T.plus(ms)), ahead.mutes_until(T.plus(ms)).is_some());
    assert_eq!(at(0), (Stage::Approved, false));
    assert_eq!(at(HOUR_MS - 1), (Stage::Active, true));
    assert_eq!(at(HOUR_MS), (Stage::Expired, false));
    assert_eq!(ahead.next_change(T), Some(T.plus(HOUR_MS / 2)));
    let try_it = |one: &Suppression, name, note| {
        one.take_in_emergency(boss(name), note, &none, T).unwrap_err()
    };
    assert_eq!(try_it(&one, "bob", "x"), SuppressionRefusal::NotYours("ada".to_owned()));
    assert_eq!(try_it(&one, "ada", " "), SuppressionRefusal::NoNote);
    let long = pending(&Proposal { ends_at: T.plus(HOUR_MS + 1), ..proposal() });
    assert_eq!(try_it(&long, "ada", "x"), SuppressionRefusal::NoEmergency);
    assert_eq!(try_it(&taken, "ada", "x"), SuppressionRefusal::NotPending("Active"));
}

#[test]
fn rejected_and_revoked_ones_mute_nothing_and_drafts_neither() {
    let one = pending(&proposal());
    let rejected = one.reject(boss("bob"), "Not during rounds.", T).unwrap();
    assert_eq!((rejected.stage(T), rejected.mutes_until(T)), (Stage::Rejected, None));
    assert_eq!(one.reject(boss("bob"), "", T), Err(SuppressionRefusal::NoNote));
    let revoked = approved(&proposal()).revoke("eve", "Done early.", T).unwrap();
    assert_eq!((revoked.stage(T), revoked.mutes_until(T)), (Stage::Revoked, None));
    assert_eq!(revoked.revoke("eve", "again", T), Err(SuppressionRefusal::Over));
    let draft = Proposal { reason: String::new(), ..proposal() }.draft(SuppressionId(3), "ada", T);
    assert_eq!((draft.stage(T), draft.mutes_until(T)), (Stage::Draft, None));
    assert!(draft.hand_in(Rules::get(), &Preview::default(), T).is_err());
    let whole = proposal().draft(SuppressionId(3), "ada", T);
    let handed = whole.hand_in(Rules::get(), &Preview::default(), T).unwrap();
    assert_eq!(handed.stage(T), Stage::Pending);
    let late = pending(&proposal()).approve(boss("bob"), "", &Preview::default(), T.plus(DAY_MS));
    assert_eq!(late, Err(SuppressionRefusal::Over));
}

#[test]
fn what_fits_too_much_is_refused() {
    let broad = vec![is(Field::Account, ACCOUNT), is(Field::Group, "lab")];
    let fits = subject(&scan(Phi::No));
    let other = Subject { account: Some("210987654321".to_owned()), ..fits.clone() };
    let past = |fitting: usize, others: usize| -> Vec<Subject> {
        vec![fits.clone(); fitting].into_iter().chain(vec![other.clone(); others]).collect()
    };
    let preview = Preview::of(&broad, [&fits], &past(5, 20));
    assert_eq!((preview.firing, preview.past, preview.all), (1, 5, 25));
    assert_eq!((preview.share(), preview.refusal()), (Some(0.2), None), "a fifth is permitted");
    let preview = Preview::of(&broad, [&fits], &past(5, 15));
    let refusal = preview.refusal().unwrap();
    assert!(refusal.contains("25 %") && refusal.contains("5 of 20"), "{refusal}");
    assert_eq!(fields(&proposal().flaws(Rules::get(), &preview, T)), ["matchers"]);
    let one = pending(&proposal());
    let refused = one.approve(boss("bob"), "", &preview, T);
    assert!(matches!(refused, Err(SuppressionRefusal::TooBroad(_))), "it may have grown since");
    assert_eq!(Preview::of(&broad, [], []).refusal(), None);
    let exempt = Subject { exempt: Some(Exempt::Redactor), ..fits.clone() };
    let mut past = past(0, 19);
    past.push(exempt.clone());
    past.extend(vec![exempt.clone(); 5]);
    let preview = Preview::of(&broad, [&exempt], &past);
    assert_eq!((preview.firing, preview.past, preview.exempt), (0, 0, 6));
    assert!(preview.refusal().is_some());
}

/// An installation that was quiet for a month has a handful of alerts, and each is a large share.
#[test]
fn a_share_of_a_handful_is_not_judged() {
    let narrow = vec![is(Field::Account, ACCOUNT), is(Field::Group, "lab")];
    let fits = subject(&scan(Phi::No));
    let preview = |count: usize| Preview::of(&narrow, [], &vec![fits.clone(); count]);
    assert_eq!(preview(19).share(), Some(1.0), "it is shown");
    assert_eq!(preview(19).refusal(), None);
    assert!(preview(20).refusal().is_some());
}

#[test]
fn windows_to_come_are_told_and_an_end_by_its_instant() {
    let one = approved(&proposal());
    assert_eq!(one.windows(T, 5).len(), 1);
    assert_eq!((one.windows(one.ends_at, 5), one.over_at()), (vec![], one.ends_at));
    let (starts, ends) = (utc("2027-03-01T00:00:00Z"), utc("2027-04-01T00:00:00Z"));
    let weekly = recurring(weekly("America/Chicago"), starts, ends);
    let windows = weekly.windows(utc("2027-03-07T09:00:00Z"), 2);
    let starts: Vec<String> = windows.iter().map(|one| one.starts.rfc3339()).collect();
    assert_eq!(starts, ["2027-03-07T08:30:00.000Z", "2027-03-14T08:00:00.000Z"]);
    let ahead =
        Proposal { starts_at: T.plus(HOUR_MS / 2), ends_at: T.plus(3 * HOUR_MS / 2), ..proposal() };
    let taken = pending(&ahead).take_in_emergency(boss("ada"), "Soon.", &Preview::default(), T);
    let taken = taken.unwrap();
    assert_eq!(taken.over_at(), T.plus(HOUR_MS));
    assert_eq!(taken.windows(T, 5)[0].ends, T.plus(HOUR_MS), "not an hour from its beginning");
    assert_eq!(taken.revoke("bob", "Dry.", T).unwrap().windows(T, 5), [], "ended early");
}

#[test]
fn an_alert_says_what_mutes_it() {
    let one = approved(&proposal());
    let alert = subject(&scan(Phi::No));
    let now = muting(&alert, std::slice::from_ref(&one), T);
    assert_eq!(now.muted_by, [SuppressionId(1)]);
    let other = Subject { rule: "guardduty-medium".to_owned(), ..alert.clone() };
    assert!(!muting(&other, std::slice::from_ref(&one), T).muted());
    assert!(!muting(&alert, std::slice::from_ref(&one), T.plus(HOUR_MS)).muted());
    assert!(!muting(&alert, &[pending(&proposal())], T).muted(), "not before it is approved");
}

#[test]
fn what_cannot_be_judged_is_not_muted_and_is_counted() {
    let matchers = vec![
        is(Field::Account, ACCOUNT),
        is(Field::Rule, "guardduty-scan"),
        Matcher::new(Field::Identity, Op::IsNot, "role/1/Nurse"),
    ];
    let one = approved(&Proposal { matchers, ..proposal() });
    let mut alert = subject(&scan(Phi::No));
    let now = muting(&alert, std::slice::from_ref(&one), T);
    assert_eq!((now.muted(), now.errors.len()), (false, 1));
    alert.identity = Some("role/1/Doctor".to_owned());
    assert!(muting(&alert, std::slice::from_ref(&one), T).muted());
    let empty = Suppression { matchers: vec![], ..one };
    assert_eq!(matcher::all_hold(&empty.matchers, &alert), Err(MatchError::NoMatcher));
    let long = Matcher::new(Field::Rule, Op::Like, "a".repeat(300));
    assert!(long.holds(&alert).is_err());
    let unknown = "{\"field\":\"ward\",\"op\":\"is\",\"value\":\"x\"}";
    assert!(serde_json::from_str::<Matcher>(unknown).is_err());
}

#[test]
fn some_alerts_are_never_muted() {
    let own = |fault| Origin::Own { fault, class: None };
    for (origin, exempt) in [
        (Origin::Redactor, Exempt::Redactor),
        (Origin::AuditLog { fault: AuditFault::ChainBroken }, Exempt::AuditLog),
        (own(OwnFault::Suppression), Exempt::Suppression),
        (own(OwnFault::Watchdog), Exempt::Watchdog),
    ] {
        assert_eq!(subject(&signal(origin)).exempt, Some(exempt));
    }
    // A ticket that may be muted becomes a page about PHI: it may not any more, and it is told.
    let quiet = scan(Phi::No);
    let classified = classify(&quiet, Rules::get());
    let risen = Subject::of(&quiet, &classified, Level::new(Class::PagePhi, Severity::High));
    let one = approved(&proposal());
    let before = muting(&subject(&quiet), std::slice::from_ref(&one), T);
    let now = muting(&risen, std::slice::from_ref(&one), T);
    assert_eq!((now.muted(), now.exempt), (false, Some(Exempt::PossibleExposure)));
    assert!(suppression_ended(&before.muted_by, &now, true));
}

#[test]
fn an_incident_is_muted_when_all_that_fires_is() {
    let muted = Muting { muted_by: vec![SuppressionId(1)], ..Muting::default() };
    let heard = Muting::default();
    assert!(incident_muted(Class::Ticket, [&muted, &muted]));
    assert!(!incident_muted(Class::Ticket, [&muted, &heard]));
    assert!(!incident_muted(Class::Ticket, []));
    assert!(!incident_muted(Class::PagePhi, [&muted]), "whatever its alerts say");
}

#[test]
fn a_resolve_passes_where_the_trigger_was_delivered() {
    for reason in NotifyReason::ALL {
        let resolve = matches!(reason, NotifyReason::AllResolved | NotifyReason::SomeResolved);
        assert!(passes(false, *reason, true));
        assert!(passes(false, *reason, false));
        assert_eq!(passes(true, *reason, true), resolve, "{reason:?}");
        assert!(!passes(true, *reason, false));
    }
}

#[test]
fn what_still_fires_at_the_end_is_told_at_once() {
    let one = approved(&proposal());
    let alert = subject(&scan(Phi::No));
    let during = muting(&alert, std::slice::from_ref(&one), T);
    let end = one.next_change(T).unwrap();
    assert_eq!(end, T.plus(HOUR_MS));
    let after = muting(&alert, std::slice::from_ref(&one), end);
    assert!(!suppression_ended(&during.muted_by, &during, true), "not while it lasts");
    assert!(suppression_ended(&during.muted_by, &after, true));
    assert!(!suppression_ended(&during.muted_by, &after, false), "what is over is over");
    assert!(!suppression_ended(&[], &after, true));
    // The window of de-duplication would have kept it quiet for hours.
    let level = Level::new(Class::Ticket, Severity::Low);
    let (window, sending) = Window::first(T).reserve(level, T);
    let window = window.confirm(sending, T);
    assert!(matches!(window.decide(level, false, end), Decision::Quiet { .. }));
    assert_eq!(window.forget().decide(level, false, end), Decision::Notify(Because::First));
}

#[test]
fn every_step_of_a_chain_asks() {
    let step = |wait_ms| Step { wait_ms, contacts: vec!["bob".to_owned()] };
    let chain = Chain::new(vec![step(0), step(10 * MINUTE_MS)]).unwrap();
    let one = approved(&Proposal { starts_at: T.plus(MINUTE_MS), ..proposal() });
    let alert = subject(&scan(Phi::No));
    let asked = |taken, minutes: i64| {
        let now = T.plus(minutes * MINUTE_MS);
        let muted = muting(&alert, std::slice::from_ref(&one), now).muted();
        let situation = Situation { unattended: true, muted, last_activity: T };
        escalation::next(&chain, Progress { taken, at: T }, situation, now)
    };
    assert_eq!(asked(0, 0), escalation::Next::Step { index: 0 });
    assert_eq!(asked(1, 10), escalation::Next::Muted, "the second one too");
    assert_eq!(asked(1, 60), escalation::Next::Step { index: 1 }, "and it is not forgotten");
}

fn weekly(zone: &str) -> Recurrence {
    Recurrence {
        zone: zone.to_owned(),
        days: vec![Weekday::Sunday],
        at: WallTime::parse("02:30").unwrap(),
        duration_ms: 2 * HOUR_MS,
    }
}

fn recurring(recurrence: Recurrence, starts_at: Timestamp, ends_at: Timestamp) -> Suppression {
    Suppression {
        recurrence: Some(recurrence),
        starts_at,
        ends_at,
        decided: Decided::Pending,
        ..pending(&proposal())
    }
    .approve(boss("bob"), "", &Preview::default(), starts_at)
    .and_then(|one| one.approve(boss("eve"), "", &Preview::default(), starts_at))
    .unwrap()
}

#[test]
fn a_window_that_comes_back_keeps_its_time_of_the_wall_through_the_changes_of_the_clock() {
    // 2027-03-14, 02:30 does not exist in Chicago: the change itself, 08:00 UTC.
    let limits = (utc("2027-03-01T00:00:00Z"), utc("2027-04-01T00:00:00Z"));
    let windows = weekly("America/Chicago").between(limits, limits.0, limits.1);
    let starts: Vec<String> = windows.iter().map(|one| one.starts.rfc3339()).collect();
    assert_eq!(
        starts,
        [
            "2027-03-07T08:30:00.000Z",
            "2027-03-14T08:00:00.000Z",
            "2027-03-21T07:30:00.000Z",
            "2027-03-28T07:30:00.000Z",
        ]
    );
    assert!(windows.iter().all(|one| one.ends.since(one.starts) == 2 * HOUR_MS), "elapsed time");
    // 2026-11-01, 01:30 exists twice: the first, and two hours are two hours.
    let twice = Recurrence { at: WallTime::parse("01:30").unwrap(), ..weekly("America/Chicago") };
    let limits = (utc("2026-10-26T00:00:00Z"), utc("2026-11-05T00:00:00Z"));
    let windows = twice.between(limits, limits.0, limits.1);
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0].starts, utc("2026-11-01T06:30:00Z"));
    assert_eq!(windows[0].ends, utc("2026-11-01T08:30:00Z"));
}

#[test]
fn a_window_that_comes_back_mutes_in_its_windows_and_never_between() {
    let (starts, ends) = (utc("2027-03-01T00:00:00Z"), utc("2027-03-20T00:00:00Z"));
    let one = recurring(weekly("Europe/Vienna"), starts, ends);
    let mutes = |text: &str| one.mutes_until(utc(text));
    assert_eq!(mutes("2027-03-07T01:29:59Z"), None);
    assert_eq!(mutes("2027-03-07T01:30:00Z"), Some(utc("2027-03-07T03:30:00Z")));
    assert_eq!(mutes("2027-03-07T03:30:00Z"), None);
    assert_eq!(mutes("2027-03-10T02:00:00Z"), None, "Wednesday");
    assert_eq!(one.stage(utc("2027-03-10T02:00:00Z")), Stage::Approved);
    assert_eq!(one.next_change(utc("2027-03-07T02:00:00Z")), Some(utc("2027-03-07T03:30:00Z")));
    assert_eq!(one.next_change(utc("2027-03-07T04:00:00Z")), Some(utc("2027-03-14T01:30:00Z")));
    assert_eq!(one.next_change(utc("2027-03-14T04:00:00Z")), None, "that was the last");
    assert_eq!(one.stage(ends), Stage::Expired);
    let before = one.next_change(utc("2027-01-01T00:00:00Z"));
    assert_eq!(before, Some(starts), "far ahead: somebody looks again at its first day");
}

#[test]
fn a_night_window_reaches_over_midnight() {
    let night = Recurrence {
        days: vec![Weekday::Saturday],
        at: WallTime::parse("22:00").unwrap(),
        duration_ms: 6 * HOUR_MS,
        ..weekly("UTC")
    };
    let one = recurring(night, utc("2026-11-23T00:00:00Z"), utc("2026-12-23T00:00:00Z"));
    assert!(one.mutes_until(utc("2026-11-29T03:00:00Z")).is_some(), "Sunday night");
    assert!(one.mutes_until(utc("2026-11-29T04:00:00Z")).is_none());
    let cut = Suppression { ends_at: utc("2026-11-29T01:00:00Z"), ..one };
    let window = cut.window(utc("2026-11-29T00:30:00Z")).unwrap();
    assert_eq!(window.ends, cut.ends_at, "cut at the last day");
}

#[test]
fn a_recurrence_that_cannot_work_is_refused() {
    let with = |change: fn(&mut Recurrence)| {
        flaws(|one| {
            let mut recurrence = weekly("UTC");
            change(&mut recurrence);
            one.recurrence = Some(recurrence);
            one.ends_at = T.plus(30 * DAY_MS);
        })
    };
    assert_eq!(with(|_| {}), [""; 0]);
    assert_eq!(with(|one| one.zone = "Mars/Olympus".to_owned()), ["zone"]);
    assert_eq!(with(|one| one.days.clear()), ["days"]);
    assert_eq!(with(|one| one.duration_ms = 13 * HOUR_MS), ["duration"]);
    assert_eq!(with(|one| one.duration_ms = 0), ["duration"]);
    let short = flaws(|one| one.recurrence = Some(weekly("UTC")));
    assert_eq!(short, ["ends_at"], "no Sunday within an hour of Monday");
    let endless = flaws(|one| {
        one.recurrence = Some(weekly("UTC"));
        one.ends_at = T.plus(91 * DAY_MS);
    });
    assert_eq!(endless, ["ends_at"]);
    // A zone that is no longer known mutes nothing.
    let one = recurring(weekly("UTC"), T, T.plus(30 * DAY_MS));
    let lost = Suppression { recurrence: Some(weekly("Mars/Olympus")), ..one };
    assert!((0..30).all(|day| lost.window(T.plus(day * DAY_MS)).is_none()));
    assert_eq!(weekly("UTC").sentence(), "Sunday at 02:30 (UTC) for 120 minutes");
}

fn any_origin() -> impl Strategy<Value = Signal> {
    let own = (0..OwnFault::ALL.len())
        .prop_map(|fault| Origin::Own { fault: OwnFault::ALL[fault], class: None });
    let audit = (0..AuditFault::ALL.len())
        .prop_map(|fault| Origin::AuditLog { fault: AuditFault::ALL[fault] });
    prop_oneof![
        own.prop_map(signal),
        audit.prop_map(signal),
        Just(signal(Origin::Redactor)),
        (0..3_usize).prop_map(|phi| scan(Phi::ALL[phi])),
    ]
}

proptest! {
    /// Nothing that must be heard is muted, by any suppression, at any time, at any level.
    #[test]
    fn what_must_be_heard_is_never_muted(
        signal in any_origin(), class in 0..5_usize, severity in 0..5_usize, ms in 0..HOUR_MS,
    ) {
        let level = Level::new(Class::ALL[class], Severity::ALL[severity]);
        let mut signal = signal;
        signal.identity = Some(Identity::root(&AccountId::from(ACCOUNT)));
        let classified = classify(&signal, Rules::get());
        let subject = Subject::of(&signal, &classified, level);
        // As broad as can be stored: every field that the alert has.
        let matchers = vec![
            is(Field::Account, ACCOUNT),
            Matcher::new(Field::Rule, Op::Like, "*"),
            Matcher::new(Field::Identity, Op::Like, "root/*"),
        ];
        let mut one = Suppression { matchers, ..pending(&proposal()) };
        one = one.approve(boss("bob"), "", &Preview::default(), T).unwrap();
        let now = muting(&subject, &[one], T.plus(ms));
        let must = class == 0 || exempt_of(&signal);
        prop_assert_eq!(now.muted(), !must);
        prop_assert_eq!(now.exempt.is_some(), must);
    }

    /// Whatever is proposed, approved and changed: from its end on it mutes nothing, and what comes
    /// back leaves a time between in which alerts are heard.
    #[test]
    fn a_suppression_always_ends(
        days in prop::collection::btree_set(0..7_usize, 1..7),
        hour in 0_i8..24, minute in 0_i8..60, duration in 1_i64..=720,
        length in 1_i64..=90 * 24, comes_back in any::<bool>(), zone in 0..4_usize,
        probe in prop::collection::vec(0_i64..100 * DAY_MS, 20),
    ) {
        let zone = ["America/Chicago", "Europe/Vienna", "Australia/Lord_Howe", "UTC"][zone];
        let recurrence = Recurrence {
            zone: zone.to_owned(),
            days: days.iter().map(|day| Weekday::ALL[*day]).collect(),
            at: WallTime::new(hour, minute).unwrap(),
            duration_ms: duration * MINUTE_MS,
        };
        let asked = Proposal {
            ends_at: T.plus(length * HOUR_MS),
            recurrence: comes_back.then_some(recurrence),
            ..proposal()
        };
        let none = Preview::default();
        let Ok(one) = asked.submit(SuppressionId(1), "ada", Rules::get(), &none, T) else {
            return Ok(());
        };
        let mut one = one.approve(boss("bob"), "", &none, T).unwrap();
        if one.decided == Decided::Pending {
            one = one.approve(boss("eve"), "", &none, T).unwrap();
        }
        let longest = if comes_back { recurrence::LONGEST_MS } else { DOUBLE_MS };
        for ms in probe {
            let now = T.plus(ms);
            if let Some(until) = one.mutes_until(now) {
                prop_assert!(now < one.ends_at && until <= one.ends_at);
                prop_assert!(until.since(now) <= longest);
                prop_assert_eq!(one.mutes_until(until), None, "a time in which it is heard");
                prop_assert_eq!(one.next_change(now), Some(until));
            }
        }
        prop_assert_eq!(one.mutes_until(one.ends_at), None);
        prop_assert_eq!(one.next_change(one.ends_at), None);
        prop_assert_eq!(one.stage(one.ends_at), Stage::Expired);
        let stored = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(serde_json::from_str::<Suppression>(&stored).unwrap(), one);
    }
}

fn exempt_of(signal: &Signal) -> bool {
    match &signal.origin {
        Origin::Redactor | Origin::AuditLog { .. } => true,
        Origin::Own { fault, .. } => matches!(fault, OwnFault::Suppression | OwnFault::Watchdog),
        _ => false,
    }
}
