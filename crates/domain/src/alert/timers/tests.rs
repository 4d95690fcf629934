use proptest::prelude::*;

use super::*;
use crate::Severity;
use crate::id::DAY_MS;

const T: Timestamp = Timestamp(20_000 * DAY_MS);

fn hours() -> Hours {
    Hours::usual("UTC")
}

fn set(names: &[&str]) -> BTreeSet<AlertFp> {
    names.iter().map(|name| AlertFp::stored(*name)).collect()
}

fn members(class: Class, firing: &[&str], resolved: &[&str]) -> Members {
    Members {
        firing: set(firing),
        resolved: set(resolved),
        quiet: BTreeSet::new(),
        level: Level::new(class, Severity::High),
        acknowledged: false,
        since: Since::default(),
    }
}

fn last(class: Class, firing: &[&str], resolved: &[&str]) -> LastSent {
    let Members { firing, resolved, level, .. } = members(class, firing, resolved);
    LastSent { at: T, firing, resolved, level }
}

#[test]
fn the_table_of_classes() {
    let minutes = |class| {
        let timers = timers(class).unwrap();
        let repeat = |repeat| match repeat {
            Repeat::Every(ms) => ms / MINUTE_MS,
            Repeat::Daily => -1,
            Repeat::Weekly => -7,
        };
        (
            timers.group_wait_ms / 1_000,
            timers.group_interval_ms / MINUTE_MS,
            repeat(timers.repeat),
            repeat(timers.repeat_acknowledged),
        )
    };
    assert_eq!(minutes(Class::PagePhi), (0, 1, 10, 30));
    assert_eq!(minutes(Class::PagePipe), (30, 5, 15, 60));
    assert_eq!(minutes(Class::PageSlo), (30, 5, 60, 240));
    assert_eq!(minutes(Class::Ticket), (300, 60, -1, -7));
    assert_eq!(timers(Class::Ingest), None);
}

#[test]
fn what_is_merely_kept_is_told_only_that_it_is_over() {
    let kept = members(Class::Ingest, &["a"], &[]);
    assert_eq!(needs_update(None, &kept, &hours(), T), None);
    let one = last(Class::Ticket, &["a"], &[]);
    let joined = members(Class::Ingest, &["a", "b"], &[]);
    assert_eq!(due(T, Some(&one), &joined, &hours(), T.plus(DAY_MS)), None);
    let over = members(Class::Ingest, &[], &["a"]);
    let reason = due(T, Some(&one), &over, &hours(), T.plus(HOUR_MS));
    assert_eq!(reason, Some(NotifyReason::AllResolved));
}

#[test]
fn a_repeat_is_rounded_up_to_the_interval() {
    assert_eq!([0, 1, 5, 6, 10].map(|ms| round_up(ms, 5)), [0, 5, 5, 10, 10]);
    assert_eq!(round_up(7, 0), 7);
}

#[test]
fn the_decision_table() {
    let class = Class::PagePipe;
    let soon = T.plus(1_000);
    let says = |last: Option<&LastSent>, now: &Members| needs_update(last, now, &hours(), soon);
    let one = last(class, &["a"], &[]);
    assert_eq!(says(None, &members(class, &["a"], &[])), Some(NotifyReason::First));
    assert_eq!(says(None, &members(class, &[], &["a"])), None, "what never fired is not over");
    assert_eq!(says(Some(&one), &members(class, &["a"], &[])), None);
    assert_eq!(says(Some(&one), &members(class, &["a", "b"], &[])), Some(NotifyReason::NewAlerts));
    assert_eq!(says(Some(&one), &members(class, &[], &["a"])), Some(NotifyReason::AllResolved));
    let two = last(class, &["a", "b"], &[]);
    assert_eq!(says(Some(&two), &members(class, &["a"], &["b"])), Some(NotifyReason::SomeResolved));
    let over = last(class, &[], &["a"]);
    assert_eq!(says(Some(&over), &members(class, &[], &["a"])), None, "told once");
    assert_eq!(says(Some(&over), &members(class, &["a"], &[])), Some(NotifyReason::Reopened));
    let raised = members(Class::PagePhi, &["a"], &[]);
    assert_eq!(says(Some(&one), &raised), Some(NotifyReason::LevelRaised));
    let lowered = members(Class::Ticket, &["a"], &[]);
    assert_eq!(says(Some(&one), &lowered), None, "a lower level is an update, not a resolve");
    for (since, reason) in [
        (Since { reopened: true, ..Since::default() }, NotifyReason::Reopened),
        (Since { escalated: true, ..Since::default() }, NotifyReason::Escalated),
        (Since { suppression_ended: true, ..Since::default() }, NotifyReason::SuppressionEnded),
        (Since { ack_expired: true, ..Since::default() }, NotifyReason::AckExpired),
    ] {
        let now = Members { since, ..members(class, &["a"], &[]) };
        assert_eq!(says(Some(&one), &now), Some(reason));
        assert_eq!(due(T, Some(&one), &now, &hours(), soon), Some(reason), "at once");
    }
}

#[test]
fn a_window_of_de_duplication_holds_back_what_joins_and_nothing_else() {
    let class = Class::PagePipe;
    let one = last(class, &["a"], &[]);
    let joined = Members { quiet: set(&["b"]), ..members(class, &["a", "b"], &[]) };
    let says = |members: &Members, ms| needs_update(Some(&one), members, &hours(), T.plus(ms));
    assert_eq!(says(&joined, 1), None);
    assert_eq!(
        says(&joined, 15 * MINUTE_MS),
        Some(NotifyReason::Repeat),
        "it does not hide repeats"
    );
    let third = Members { quiet: set(&["b"]), ..members(class, &["a", "b", "c"], &[]) };
    assert_eq!(says(&third, 1), Some(NotifyReason::NewAlerts));
    let raised = Members { level: Level::new(Class::PagePhi, Severity::High), ..joined.clone() };
    assert_eq!(says(&raised, 1), Some(NotifyReason::LevelRaised));
    let untold = Members { quiet: set(&["a"]), ..members(class, &["a"], &[]) };
    assert_eq!(needs_update(None, &untold, &hours(), T), Some(NotifyReason::First));
    let passed = members(class, &["a"], &["b"]);
    assert_eq!(says(&passed, 1), None, "what was never told has no end to tell");
}

#[test]
fn a_muted_alert_that_joins_causes_nothing_and_raises_nothing() {
    let alert = |name: &str, class, muted, fires| MemberNow {
        fp: AlertFp::stored(name),
        level: Level::new(class, Severity::High),
        fires,
        muted,
        tells: true,
    };
    let otherwise = Level::new(Class::Ticket, Severity::Low);
    let of = |alerts: Vec<MemberNow>| Members::of(alerts, otherwise, false, Since::default());
    let heard = || alert("a", Class::Ticket, false, true);
    let joined = of(vec![heard(), alert("b", Class::PagePipe, true, true)]);
    assert_eq!(joined.level.class, Class::Ticket);
    let one = last(Class::Ticket, &["a"], &[]);
    assert_eq!(needs_update(Some(&one), &joined, &hours(), T.plus(1)), None);
    let louder = of(vec![heard(), alert("b", Class::PagePipe, false, true)]);
    let reason = needs_update(Some(&one), &louder, &hours(), T.plus(1));
    assert_eq!(reason, Some(NotifyReason::LevelRaised));
    assert_eq!(of(vec![alert("b", Class::PagePipe, true, true)]).level.class, Class::PagePipe);
    let over = of(vec![alert("a", Class::PagePipe, false, false)]);
    assert_eq!((over.level, over.resolved, over.firing), (otherwise, set(&["a"]), set(&[])));
}

#[test]
fn phi_is_told_at_once_and_the_rest_waits_for_its_group() {
    let first = |class| next_action_at(T, None, &members(class, &["a"], &[]), &hours(), T);
    assert_eq!(first(Class::PagePhi), Some(T));
    assert_eq!(first(Class::PagePipe), Some(T.plus(30_000)));
    assert_eq!(first(Class::Ticket), Some(T.plus(5 * MINUTE_MS)));
    assert_eq!(first(Class::Ingest), None);
}

#[test]
fn changes_wait_for_the_interval_and_repeats_for_theirs() {
    let class = Class::PagePipe;
    let one = last(class, &["a"], &[]);
    let grown = members(class, &["a", "b"], &[]);
    let at = |minutes: i64| T.plus(minutes * MINUTE_MS);
    assert_eq!(due(T, Some(&one), &grown, &hours(), at(4)), None);
    assert_eq!(due(T, Some(&one), &grown, &hours(), at(5)), Some(NotifyReason::NewAlerts));
    let same = members(class, &["a"], &[]);
    assert_eq!(due(T, Some(&one), &same, &hours(), at(14)), None);
    assert_eq!(due(T, Some(&one), &same, &hours(), at(15)), Some(NotifyReason::Repeat));
    let taken = Members { acknowledged: true, ..same };
    assert_eq!(due(T, Some(&one), &taken, &hours(), at(59)), None);
    assert_eq!(due(T, Some(&one), &taken, &hours(), at(60)), Some(NotifyReason::Repeat));
}

#[test]
fn tickets_are_told_with_the_digest() {
    let one = last(Class::Ticket, &["a"], &[]);
    let same = members(Class::Ticket, &["a"], &[]);
    let next = |members: &Members| next_action_at(T, Some(&one), members, &hours(), T.plus(1));
    assert_eq!(next(&same), Some(T.plus(9 * HOUR_MS)), "nine o'clock of the same day");
    let taken = Members { acknowledged: true, ..same };
    assert_eq!(next(&taken), Some(T.plus(7 * DAY_MS + 9 * HOUR_MS)));
}

#[test]
fn a_clock_put_back_delays_nothing_by_more_than_its_interval() {
    let ahead = LastSent { at: T.plus(HOUR_MS), ..last(Class::PagePipe, &["a"], &[]) };
    let same = members(Class::PagePipe, &["a"], &[]);
    assert_eq!(due(T, Some(&ahead), &same, &hours(), T), Some(NotifyReason::Repeat));
    let first = next_action_at(T.plus(HOUR_MS), None, &same, &hours(), T);
    assert_eq!(first, Some(T.plus(30_000)));
}

#[test]
fn the_barrier_at_the_start_ends_and_never_holds_phi() {
    let held = |class, ready, ms| held_at_start(class, T, ready, T.plus(ms));
    assert!(held(Class::PagePipe, false, 0));
    assert!(held(Class::Ticket, false, 59_999));
    assert!(!held(Class::Ticket, false, 60_000));
    assert!(!held(Class::Ticket, true, 0));
    assert!(!held(Class::PagePhi, false, 0));
    assert!(!held(Class::Ticket, false, -HOUR_MS), "the clock was put back");
}

#[test]
fn words_come_back() {
    for reason in NotifyReason::ALL {
        assert_eq!(NotifyReason::parse(reason.as_str()), Some(*reason));
        let json = serde_json::to_value(reason).unwrap();
        assert_eq!(json, reason.as_str());
    }
}

proptest! {
    /// Ten thousand restarts between two looks change nothing: what is due rests on what is stored.
    #[test]
    fn a_restart_neither_sends_again_nor_forgets(
        steps in prop::collection::vec((prop::collection::btree_set(0_u8..6, 0..6), 0_i64..20), 1..30),
        class in 0_usize..5,
    ) {
        let class = Class::ALL[class];
        let name = |n: &u8| AlertFp::stored(n.to_string());
        let mut last: Option<LastSent> = None;
        let mut now = T;
        let mut ever: BTreeSet<AlertFp> = BTreeSet::new();
        let mut told: BTreeSet<AlertFp> = BTreeSet::new();
        for (firing, minutes) in steps {
            now = now.plus(minutes * MINUTE_MS);
            let firing: BTreeSet<AlertFp> = firing.iter().map(name).collect();
            ever.extend(firing.iter().cloned());
            let resolved = ever.difference(&firing).cloned().collect();
            let members = Members { firing: firing.clone(), resolved, ..members(class, &[], &[]) };
            let reason = due(T, last.as_ref(), &members, &hours(), now);
            let stored = serde_json::to_string(&last).unwrap();
            let again: Option<LastSent> = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(due(T, again.as_ref(), &members, &hours(), now), reason);
            if reason.is_some() {
                let Members { firing, resolved, level, .. } = members.clone();
                told.extend(firing.iter().cloned());
                last = Some(LastSent { at: now, firing, resolved, level });
                prop_assert_eq!(due(T, last.as_ref(), &members, &hours(), now), None, "not twice");
            }
            if class == Class::PagePhi && !firing.is_empty() {
                prop_assert!(!told.is_empty(), "nothing delays the first page");
            }
            // What fires and was not told is due by itself within an interval.
            if let Some(timers) = timers(class) && !firing.is_subset(&told) {
                let at = next_action_at(T, last.as_ref(), &members, &hours(), now);
                prop_assert!(at.is_some_and(|at| at.since(now) <= timers.group_interval_ms));
            }
        }
    }
}
