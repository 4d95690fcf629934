//! What a round has read, told apart from where it found the service off.

use domain::{ScopeState, ScopeStatus, Timestamp};
use leptos::prelude::*;
use store::{Run, RunState};

use crate::components::leads;
use crate::words;

/// How the visits of a round went. A place remembers its last visit alone, so this is known until
/// a later round visits one of the places again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visited {
    /// Places that were read in full.
    pub read: u64,
    /// Places where the service is off.
    pub off: u64,
    /// Whether the round visited every place there is, so that the collection page lists the same.
    pub every: bool,
}

impl Visited {
    /// Reads it from the last visits of all places, if these are the visits of this round.
    pub(super) fn of(run: &Run, places: &[ScopeStatus]) -> Option<Self> {
        let ended = run.ended?;
        let within = |at: Timestamp| at >= run.started && at <= ended;
        let visits = || places.iter().filter(|place| place.last_attempt.is_some_and(within));
        let count = |state| visits().filter(|place| place.state == state).count() as u64;
        let all = visits().count();
        (all > 0 && all as u64 == run.scopes_done).then(|| Self {
            read: count(ScopeState::Ok),
            off: count(ScopeState::NotEnabled),
            every: all == places.len(),
        })
    }
}

/// Shape, number and word for the places of a round. Green only where it ended and read everything.
pub(super) fn places(run: &Run, visited: Option<Visited>) -> (&'static str, String, &'static str) {
    let whole = run.scopes_total > 0 && visited.is_some_and(|it| it.read == run.scopes_total);
    let shape = match (run.state, run.failed) {
        (RunState::Interrupted, _) => "stale",
        (_, 1..) => "error",
        (RunState::Done, 0) if whole => "pass",
        (_, 0) if visited.is_some() => "not-evaluated",
        _ => "not-applicable",
    };
    let (n, word) = match visited {
        Some(visited) => (visited.read, "Places read"),
        None => (run.scopes_done, "Places visited"),
    };
    let number = format!("{} of {}", words::count(n), words::count(run.scopes_total));
    (shape, number, word)
}

/// What the number leaves out: failures, services that are off, and the rest of a broken round.
pub(super) fn left_out(run: &Run, visited: Option<Visited>) -> AnyView {
    let listed = |n: u64, state: &str| {
        let every = visited.is_some_and(|it| it.every);
        (every && n > 0, format!("/collection?state={state}"))
    };
    let (any, href) = listed(run.failed, "trouble");
    let failed = leads(any, href, format!("{} failed", words::count(run.failed)));
    let off = visited.map(|it| {
        let (any, href) = listed(it.off, "not-enabled");
        view! { ", " {leads(any, href, format!("{} not enabled", words::count(it.off)))} }
    });
    let broken = (run.state == RunState::Interrupted).then_some(", interrupted");
    view! { {failed} {off} {broken} }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::{RunId, Scope, Source};
    use store::Trigger;

    use super::*;

    fn run(state: RunState, failed: u64) -> Run {
        Run {
            id: RunId(7),
            trigger: Trigger::Schedule,
            started: Timestamp(1_000),
            ended: Some(Timestamp(2_000)),
            state,
            scopes_total: 4,
            scopes_done: 4,
            failed,
            findings_new: 0,
            findings_changed: 0,
            transitions: [].into(),
            catalogue_version: String::new(),
        }
    }

    fn statuses(states: [ScopeState; 4]) -> Vec<ScopeStatus> {
        let status = |(source, state): (Source, ScopeState)| {
            let scope = Scope { source, account: "1".into(), region: "r".into() };
            let last_attempt = Some(Timestamp(1_500));
            ScopeStatus { state, last_attempt, ..ScopeStatus::never(scope, 1) }
        };
        Source::ALL.into_iter().zip(states).map(status).collect()
    }

    #[test]
    fn green_is_only_what_ended_and_was_read() {
        use ScopeState::{Failed, NotEnabled, Ok};
        let told = |run: &Run, states| {
            let visited = Visited::of(run, &statuses(states));
            let (shape, number, word) = places(run, visited);
            (shape, format!("{word}: {number}"))
        };
        let done = run(RunState::Done, 0);
        assert_eq!(told(&done, [Ok; 4]), ("pass", "Places read: 4 of 4".to_owned()));
        let off = told(&done, [Ok, Ok, Ok, NotEnabled]);
        assert_eq!(off, ("not-evaluated", "Places read: 3 of 4".to_owned()));
        let failed = told(&run(RunState::Done, 1), [Ok, Ok, Failed, NotEnabled]);
        assert_eq!(failed, ("error", "Places read: 2 of 4".to_owned()));
        let interrupted = told(&run(RunState::Interrupted, 0), [Ok; 4]);
        assert_eq!(interrupted.0, "stale");
    }

    #[test]
    fn what_a_later_round_visited_again_is_not_claimed() {
        let done = run(RunState::Done, 0);
        let mut later = statuses([ScopeState::Ok; 4]);
        later[0].last_attempt = Some(Timestamp(9_000));
        assert_eq!(Visited::of(&done, &later), None);
        let (shape, number, word) = places(&done, None);
        assert_eq!((shape, number.as_str(), word), ("not-applicable", "4 of 4", "Places visited"));
    }
}
