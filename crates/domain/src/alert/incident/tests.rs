use proptest::prelude::*;

use super::*;
use crate::Severity;
use crate::alert::escalation::{Next, Step, next};
use crate::alert::{Origin, Rules, Signal, classify};

const T: Timestamp = Timestamp(1_000 * HOUR_MS);

fn ada() -> By {
    By::Person("ada".to_owned())
}

fn level(class: Class) -> Level {
    Level::new(class, Severity::High)
}

fn incident(class: Class) -> Incident {
    let step = |wait_ms| Step { wait_ms, contacts: vec!["bob".to_owned()] };
    let chain = Chain::new(vec![step(0), step(10 * MINUTE_MS)]).unwrap();
    let classified = classify(&Signal::new(Origin::Redactor, T), Rules::get());
    let keys = (IncidentKey::stored("k"), Scope::default());
    Incident::open(IncidentId(1), keys, &classified, level(class), chain, None, T).0
}

fn done(incident: &Incident, act: &Act, by: &By, now: Timestamp) -> Incident {
    incident.apply(act, by, now).unwrap().incident
}

fn kinds(change: &Change) -> Vec<EntryKind> {
    change.entries.iter().map(|entry| entry.kind).collect()
}

fn resolve(reason: &str) -> Act {
    Act::Resolve { disposition: Disposition::FalsePositive, reason: reason.to_owned() }
}

#[test]
fn an_acknowledgement_lasts_for_a_while_and_then_the_chain_goes_on() {
    let open = incident(Class::PagePhi);
    let taken = done(&open, &Act::Acknowledge, &ada(), T);
    assert_eq!(taken.assignee.as_deref(), Some("ada"));
    assert_eq!(taken.version, 2);
    let end = T.plus(30 * MINUTE_MS);
    assert_eq!(taken.overdue(end.plus(-1)), None);
    assert_eq!(taken.overdue(end), Some(Act::AckExpires));
    let early = taken.apply(&Act::AckExpires, &By::Clock, end.plus(-1)).unwrap();
    assert_eq!((early.entries.len(), early.incident), (0, taken.clone()));
    let back = done(&taken, &Act::AckExpires, &By::Clock, end);
    assert_eq!(back.state, State::Open);
    let step = |now| next(&back.chain, back.progress, back.situation(false), now);
    assert_eq!(step(end), Next::Step { index: 0 });
    assert_eq!(open.apply(&Act::Acknowledge, &By::Source, T), Err(Refusal::NotAPerson));
}

#[test]
fn an_acknowledgement_of_what_is_over_changes_nothing_and_says_so() {
    let received = T.plus(1_000);
    let over =
        done(&incident(Class::PagePhi), &Act::SourceResolves { received }, &By::Source, received);
    for late in [0, RACE_MS, RACE_MS + 1, DAY_MS] {
        let change = over.apply(&Act::Acknowledge, &ada(), received.plus(late)).unwrap();
        assert_eq!(change.incident, over);
        assert!(change.entries.is_empty());
        assert!(change.message.is_some_and(|message| message.contains("resolved by the source")));
    }
}

#[test]
fn a_source_that_said_over_just_before_wins_and_old_news_does_not() {
    let taken = done(&incident(Class::PagePhi), &Act::Acknowledge, &ada(), T);
    let over = |ago: i64| {
        let act = Act::SourceResolves { received: T.plus(-ago) };
        taken.apply(&act, &By::Source, T.plus(5_000)).unwrap()
    };
    assert!(over(RACE_MS).incident.resolved_at().is_some());
    assert!(over(-1_000).incident.resolved_at().is_some(), "after it, of course");
    let old = over(RACE_MS + 1);
    assert_eq!(old.incident, taken);
    assert!(old.message.is_some());
}

#[test]
fn a_snooze_is_bounded_by_the_class_and_ended_by_a_rise() {
    for (class, ms) in [
        (Class::PagePhi, 30 * MINUTE_MS),
        (Class::PagePipe, 2 * HOUR_MS),
        (Class::PageSlo, 4 * HOUR_MS),
        (Class::Ticket, 7 * DAY_MS),
    ] {
        let open = incident(class);
        let snooze = |ms| open.apply(&Act::Snooze { until: T.plus(ms) }, &ada(), T);
        assert!(snooze(ms).is_ok());
        assert!(matches!(snooze(ms + 1), Err(Refusal::SnoozeTooLong(_))), "{class:?}");
        assert_eq!(snooze(0), Err(Refusal::SnoozeInThePast));
    }
    let until = T.plus(7 * DAY_MS);
    let waits = done(&incident(Class::Ticket), &Act::Snooze { until }, &ada(), T);
    assert_eq!(waits.overdue(until), Some(Act::SnoozeEnds));
    let change = waits.apply(&Act::Level(level(Class::PagePhi)), &By::Source, T).unwrap();
    assert_eq!(kinds(&change), [EntryKind::LevelRaised, EntryKind::SnoozeEnded]);
    assert_eq!(change.incident.state, State::Open);
    let taken = done(&incident(Class::Ticket), &Act::Acknowledge, &ada(), T);
    let risen = done(&taken, &Act::Level(level(Class::PagePhi)), &By::Source, T);
    assert!(risen.acknowledged());
    assert_eq!(risen.overdue(T.plus(30 * MINUTE_MS)), Some(Act::AckExpires), "not for a week");
    let lower = Level::new(Class::Ticket, Severity::Low);
    let change = waits.apply(&Act::Level(lower), &By::Source, T).unwrap();
    assert_eq!(kinds(&change), [EntryKind::LevelLowered]);
    assert_eq!(change.incident.state, waits.state, "a fall is an update");
}

#[test]
fn what_was_about_phi_is_not_closed_without_a_reason() {
    let open = incident(Class::PagePhi);
    let short = Err(Refusal::ReasonTooShort(LEAST_REASON));
    assert_eq!(open.apply(&resolve("ok"), &ada(), T).map(drop), short);
    assert_eq!(open.apply(&resolve(&" ".repeat(40)), &ada(), T).map(drop), short);
    let lowered = done(&open, &Act::Level(level(Class::Ticket)), &By::Source, T);
    assert_eq!(lowered.apply(&resolve(""), &ada(), T).map(drop), short, "it was once");
    let reason = "The role belongs to the nightly export.";
    let closed = done(&open, &resolve(reason), &ada(), T);
    assert!(!closed.unjudged());
    assert_eq!(closed.apply(&resolve(reason), &ada(), T), Err(Refusal::Judged));
    assert!(incident(Class::Ticket).apply(&resolve(""), &ada(), T).is_ok());
    assert_eq!(open.apply(&resolve(reason), &By::Clock, T), Err(Refusal::NotAPerson));
}

#[test]
fn what_is_over_by_itself_waits_for_somebody_to_say_what_it_was() {
    let act = Act::SourceResolves { received: T };
    let over = done(&incident(Class::PagePhi), &act, &By::Source, T);
    assert!(over.unjudged());
    let change =
        over.apply(&resolve("The bucket was emptied by us."), &ada(), T.plus(DAY_MS)).unwrap();
    assert_eq!(kinds(&change), [EntryKind::Judged]);
    assert_eq!(change.incident.resolved_at(), Some(T), "it was over then");
    assert!(!change.incident.unjudged());
}

#[test]
fn the_chain_is_the_one_of_the_opening_and_ends() {
    let open = incident(Class::PagePipe);
    let first = open.apply(&Act::Escalate, &By::Clock, T).unwrap();
    assert_eq!(kinds(&first), [EntryKind::Escalated]);
    let second = first.incident.apply(&Act::Escalate, &ada(), T.plus(1)).unwrap();
    assert_eq!(kinds(&second), [EntryKind::Escalated, EntryKind::ChainEnded]);
    let third = second.incident.apply(&Act::Escalate, &ada(), T.plus(2));
    assert_eq!(third, Err(Refusal::NobodyFurther));
}

#[test]
fn a_snooze_keeps_quiet_what_somebody_has_seen_and_nothing_else() {
    use NotifyReason::{AllResolved, Escalated, LevelRaised, NewAlerts};
    let told = |incident: &Incident| -> Vec<NotifyReason> {
        NotifyReason::ALL.iter().copied().filter(|reason| incident.tells(*reason)).collect()
    };
    let snooze = Act::Snooze { until: T.plus(MINUTE_MS) };
    let waits = |class| done(&incident(class), &snooze, &ada(), T);
    assert_eq!(told(&waits(Class::Ticket)), [LevelRaised, AllResolved]);
    assert_eq!(told(&waits(Class::PagePhi)), [LevelRaised, NewAlerts, AllResolved]);
    let open = incident(Class::PagePhi);
    assert_eq!(told(&open).len(), NotifyReason::ALL.len());
    let taken = done(&open, &Act::Acknowledge, &ada(), T);
    assert!(!taken.tells(Escalated) && taken.tells(NewAlerts));
    let over = done(&open, &Act::SourceResolves { received: T }, &By::Source, T);
    assert_eq!(told(&over), [AllResolved]);
}

#[test]
fn a_ticket_calls_nobody() {
    let ticket = incident(Class::Ticket);
    let asked = next(&ticket.chain, ticket.progress, ticket.situation(false), T);
    assert_eq!(asked, Next::Attended);
}

#[test]
fn it_is_reopened_with_the_same_keys_and_begins_anew() {
    let open = incident(Class::PagePhi);
    let reopen = Act::Reopen { reason: "It fires again.".to_owned() };
    assert_eq!(open.apply(&reopen, &By::Source, T), Err(Refusal::NotResolved));
    let escalated = done(&open, &Act::Escalate, &By::Clock, T);
    let over = done(&escalated, &Act::SourceResolves { received: T }, &By::Source, T);
    let back = done(&over, &reopen, &By::Source, T.plus(MINUTE_MS));
    assert_eq!((back.id, &back.key, &back.state), (open.id, &open.key, &State::Open));
    assert_eq!(back.progress.taken, 0);
    let nothing = Act::Reopen { reason: " ".to_owned() };
    assert_eq!(over.apply(&nothing, &ada(), T), Err(Refusal::ReasonTooShort(1)));
}

#[test]
fn assigning_and_writing_down() {
    let open = incident(Class::Ticket);
    let to = |name: &str| Act::Assign { to: name.to_owned() };
    let theirs = done(&open, &to(" eve "), &ada(), T);
    assert_eq!(theirs.assignee.as_deref(), Some("eve"));
    assert!(theirs.apply(&to("eve"), &ada(), T).unwrap().message.is_some());
    assert_eq!(open.apply(&to(" "), &ada(), T), Err(Refusal::NoAssignee));
    let note = |text: &str| open.apply(&Act::Note { text: text.to_owned() }, &ada(), T);
    assert_eq!(kinds(&note("looked").unwrap()), [EntryKind::Note]);
    assert!(note("").is_err());
}

#[test]
fn a_clock_put_back_makes_nothing_last_for_ever() {
    let taken = done(&incident(Class::PagePhi), &Act::Acknowledge, &ada(), T.plus(HOUR_MS));
    assert_eq!(taken.overdue(T), Some(Act::AckExpires));
    let until = T.plus(HOUR_MS + 30 * MINUTE_MS);
    let waits = done(&incident(Class::PagePhi), &Act::Snooze { until }, &ada(), T.plus(HOUR_MS));
    assert_eq!(waits.overdue(T), Some(Act::SnoozeEnds));
}

#[test]
fn states_and_words_come_back() {
    let open = incident(Class::PagePhi);
    let json = serde_json::to_value(&open).unwrap();
    assert_eq!(json["state"]["state"], "open");
    assert_eq!(serde_json::from_value::<Incident>(json).unwrap(), open);
    for kind in EntryKind::ALL {
        assert_eq!(EntryKind::parse(kind.as_str()), Some(*kind));
    }
    assert_eq!(Disposition::ALL.len(), 5);
}

fn any_act() -> impl Strategy<Value = Act> {
    let any_level = (0..5_usize, 0..5_usize)
        .prop_map(|(class, severity)| Level::new(Class::ALL[class], Severity::ALL[severity]));
    prop_oneof![
        Just(Act::Acknowledge),
        Just(Act::Assign { to: "eve".to_owned() }),
        (0_i64..10 * DAY_MS).prop_map(|ms| Act::Snooze { until: T.plus(ms) }),
        Just(Act::Escalate),
        "[a-z ]{0,40}".prop_map(|reason| resolve(&reason)),
        (0_i64..DAY_MS).prop_map(|ms| Act::SourceResolves { received: T.plus(ms) }),
        Just(Act::Reopen { reason: "again".to_owned() }),
        any_level.prop_map(Act::Level),
        Just(Act::AckExpires),
        Just(Act::SnoozeEnds),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_leaves_a_trace_and_nothing_stays_quiet_for_ever(
        acts in prop::collection::vec((any_act(), 0_usize..3, 0_i64..4 * HOUR_MS), 0..40),
    ) {
        let mut incident = incident(Class::PagePhi);
        let mut now = T;
        for (act, by, step) in acts {
            now = now.plus(step);
            let by = [ada(), By::Source, By::Clock][by].clone();
            let Ok(change) = incident.apply(&act, &by, now) else { continue };
            let changed = change.incident != incident;
            prop_assert_eq!(changed, !change.entries.is_empty());
            prop_assert_eq!(change.incident.version, incident.version + u64::from(changed));
            prop_assert!(change.incident.peak >= incident.peak);
            prop_assert!(change.incident.peak >= change.incident.level);
            if act == Act::Acknowledge && incident.resolved_at().is_some() {
                prop_assert!(!changed, "an acknowledgement brings nothing back");
            }
            if change.incident.resolved_at().is_none() {
                let later = now.plus(snooze_ms(Class::Ticket));
                let expired = match change.incident.overdue(later) {
                    Some(act) => done(&change.incident, &act, &By::Clock, later),
                    None => change.incident.clone(),
                };
                prop_assert_eq!(&expired.state, &State::Open);
            }
            incident = change.incident;
        }
    }
}
