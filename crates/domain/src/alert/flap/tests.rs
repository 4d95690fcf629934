use proptest::prelude::*;

use super::*;
use Observed::{Firing, Resolved, Unobserved};

const T: Timestamp = Timestamp(1_000 * HOUR_MS);

const PATIENCE: Patience =
    Patience { for_ms: 0, keep_firing_ms: 5 * MINUTE_MS, class: Class::PagePhi };

/// Observations at these minutes, one after the other.
fn run(patience: Patience, steps: &[(i64, Observed)]) -> (Track, Vec<Turn>) {
    let mut track = Track::new(T);
    let mut turns = Vec::new();
    for (minute, said) in steps {
        let (next, mut new) = track.observe(*said, patience, T.plus(minute * MINUTE_MS));
        track = next;
        turns.append(&mut new);
    }
    (track, turns)
}

#[test]
fn it_ends_after_two_good_observations_and_the_time_to_keep_firing() {
    let (track, turns) = run(PATIENCE, &[(0, Firing), (1, Resolved), (2, Resolved)]);
    assert_eq!((track.phase, turns), (Phase::Firing, vec![Turn::Fired]), "not before five minutes");
    let (track, _) = run(PATIENCE, &[(0, Firing), (6, Resolved)]);
    assert_eq!(track.phase, Phase::Firing, "one is not two");
    let (track, turns) = run(PATIENCE, &[(0, Firing), (4, Resolved), (5, Resolved)]);
    assert_eq!((track.phase, turns), (Phase::Resolved, vec![Turn::Fired, Turn::Resolved]));
    let (track, _) = run(PATIENCE, &[(0, Firing), (5, Resolved), (6, Unobserved), (7, Resolved)]);
    assert_eq!(track.phase, Phase::Firing, "silence between is not good");
}

#[test]
fn it_fires_after_it_has_lasted() {
    let slow = Patience { for_ms: 10 * MINUTE_MS, ..PATIENCE };
    let (track, turns) = run(slow, &[(0, Firing), (9, Firing)]);
    assert_eq!((track.phase, turns), (Phase::Pending, vec![Turn::Waits]));
    let (track, turns) = run(slow, &[(0, Firing), (9, Firing), (10, Firing)]);
    assert_eq!((track.phase, turns), (Phase::Firing, vec![Turn::Waits, Turn::Fired]));
    let (track, turns) = run(slow, &[(0, Firing), (9, Resolved), (10, Firing)]);
    assert_eq!(track.phase, Phase::Pending);
    assert_eq!(turns, [Turn::Waits, Turn::Passed, Turn::Waits], "it begins anew");
}

#[test]
fn what_comes_and_goes_is_held_open_and_told_once() {
    let steps: Vec<(i64, Observed)> =
        (0..12).map(|n| (n * 2, if n % 2 == 0 { Firing } else { Resolved })).collect();
    let (track, turns) = run(PATIENCE, &steps);
    assert_eq!(track.phase, Phase::Flapping);
    assert_eq!(turns.iter().filter(|turn| **turn == Turn::Flaps).count(), 1);
    assert!(!turns.contains(&Turn::Resolved));
    // An hour without a change, and it ends like any other.
    let mut long = steps;
    long.extend([(85, Resolved), (86, Resolved)]);
    let (track, turns) = run(PATIENCE, &long);
    assert_eq!(track.phase, Phase::Resolved);
    assert!(turns.ends_with(&[Turn::Settled, Turn::Resolved]), "{turns:?}");
}

#[test]
fn a_page_that_nobody_can_observe_stays_and_pages_as_pipeline_once() {
    let steps =
        [(0, Firing), (1, Unobserved), (10, Unobserved), (16, Unobserved), (90, Unobserved)];
    let (track, turns) = run(PATIENCE, &steps);
    assert_eq!(turns, [Turn::Fired, Turn::Froze, Turn::PagesAsPipe]);
    assert!(track.fires());
    assert_eq!(track.frozen_since, Some(T.plus(MINUTE_MS)));
    let ticket = Patience { class: Class::Ticket, ..PATIENCE };
    assert_eq!(run(ticket, &steps).1, [Turn::Fired, Turn::Froze]);
    let (track, turns) = run(PATIENCE, &[(0, Firing), (1, Unobserved), (2, Firing)]);
    assert_eq!(turns, [Turn::Fired, Turn::Froze, Turn::Thawed]);
    assert_eq!(track.frozen_since, None);
}

/// An hour without a single sign-in (N = 0) is no observation, so it neither fires nor ends.
#[test]
fn an_hour_without_events_ends_nothing_and_begins_nothing() {
    let (track, turns) = run(PATIENCE, &[(0, Unobserved), (60, Unobserved)]);
    assert_eq!((track.phase, turns), (Phase::Quiet, vec![]));
    let (track, _) = run(PATIENCE, &[(0, Firing), (60, Unobserved), (120, Unobserved)]);
    assert!(track.fires());
}

#[test]
fn a_clock_that_jumps_an_hour_ends_nothing_by_itself_and_keeps_nothing_for_an_hour() {
    let (track, _) = run(PATIENCE, &[(0, Firing), (61, Resolved)]);
    assert!(track.fires(), "put forward: still two good observations");
    let (track, _) = run(PATIENCE, &[(60, Firing), (0, Resolved), (4, Resolved), (5, Resolved)]);
    assert_eq!(track.phase, Phase::Resolved, "put back: five minutes of the new time");
}

proptest! {
    #[test]
    fn an_alert_ends_only_by_two_good_observations_and_always_by_an_hour_of_them(
        steps in prop::collection::vec((0_i64..20, 0_usize..3), 0..60),
        for_minutes in 0_i64..20,
    ) {
        let patience = Patience { for_ms: for_minutes * MINUTE_MS, ..PATIENCE };
        let mut track = Track::new(T);
        let mut now = T;
        let mut last = Vec::new();
        for (minutes, said) in steps {
            now = now.plus(minutes * MINUTE_MS);
            let said = Observed::ALL[said];
            let stored = serde_json::to_string(&track).unwrap();
            let again: Track = serde_json::from_str(&stored).unwrap();
            let (next, turns) = track.observe(said, patience, now);
            prop_assert_eq!(again.observe(said, patience, now), (next.clone(), turns.clone()));
            last.push(said);
            if turns.contains(&Turn::Resolved) {
                prop_assert!(last.ends_with(&[Resolved, Resolved]));
            }
            prop_assert!(next.changes.len() <= FLAPS);
            track = next;
        }
        for _ in 0..62 {
            now = now.plus(MINUTE_MS);
            track = track.observe(Resolved, patience, now).0;
        }
        prop_assert!(!track.fires());
    }
}
