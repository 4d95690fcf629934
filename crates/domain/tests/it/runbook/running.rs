//! A run: what may be done, that nothing is lost, and that nothing changes after the seal.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::runbook::check::{Cause, Outcome};
use domain::runbook::run::{By, Ending, Proof, ProofKind, Refusal, StepState, Subject};
use domain::runbook::{Act, Run, Values, apply};
use proptest::prelude::*;

use super::small;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

pub(crate) fn open(values: Values) -> Run {
    let by = By::Person("ann".to_owned());
    Run::open(&small(), values, Subject::Incident("7".to_owned()), by, NOW)
}

fn fresh() -> Run {
    open(of_account("111122223333"))
}

fn of_account(account: &str) -> Values {
    let filled = BTreeMap::from([("account".to_owned(), account.to_owned())]);
    Values::read(&small(), &filled).unwrap_or_default()
}

fn ann() -> By {
    By::Person("ann".to_owned())
}

fn done(step: &str, evidence: bool) -> Act {
    let proof = Proof { kind: ProofKind::Reference, reference: " T-1 ".to_owned() };
    let evidence = if evidence { vec![proof] } else { Vec::new() };
    Act::Done { step: step.to_owned(), evidence, note: String::new() }
}

fn skip(step: &str, why: &str) -> Act {
    Act::Skip { step: step.to_owned(), why: why.to_owned() }
}

fn undo(step: &str) -> Act {
    Act::Undo { step: step.to_owned(), why: "a slip".to_owned() }
}

fn checked(outcome: Outcome) -> Act {
    Act::Checked { step: "look".to_owned(), outcome }
}

fn sign() -> Act {
    Act::SignOff { note: String::new() }
}

fn refused(run: &Run, act: Act, by: By) -> Refusal {
    match apply(run, act, by, NOW) {
        Ok(change) => panic!("it was not refused: {change:?}"),
        Err(refusal) => refusal,
    }
}

fn after(mut run: Run, acts: impl IntoIterator<Item = (Act, By)>) -> Run {
    for (act, by) in acts {
        run = apply(&run, act, by, NOW).unwrap_or_else(|refusal| panic!("{refusal}")).run;
    }
    run
}

#[test]
fn evidence_and_reasons_are_asked_for() {
    let run = fresh();
    assert_eq!(refused(&run, done("look", false), ann()), Refusal::EvidenceNeeded);
    assert_eq!(refused(&run, skip("look", "no time"), ann()), Refusal::MustBeDone);
    assert_eq!(refused(&run, skip("act", "  "), ann()), Refusal::ReasonNeeded);
    let program = By::Program("deploy".to_owned());
    assert_eq!(refused(&run, skip("act", "x"), program), Refusal::PersonNeeded);
    assert_eq!(refused(&run, undo("act"), ann()), Refusal::NothingToUndo);
    let nothing = Refusal::NoSuchStep("no".to_owned());
    assert_eq!(refused(&run, done("no", true), ann()), nothing);
    let bad = Proof { kind: ProofKind::File, reference: "x".to_owned() };
    let act = Act::Done { step: "act".to_owned(), evidence: vec![bad], note: String::new() };
    let refusal = refused(&run, act, ann());
    assert_eq!(refusal.to_string(), "“x” is no file (sha-256): SHA-256 has 64 hexadecimal digits.");
    let long = Act::Done { step: "act".to_owned(), evidence: Vec::new(), note: "x".repeat(4_001) };
    assert_eq!(refused(&run, long, ann()), Refusal::BadText(4_000));
    let run = after(run, [(done("act", false), ann())]);
    assert_eq!(refused(&run, done("act", false), ann()), Refusal::Settled("done"));
    assert!(matches!(run.standing().step("act"), Some(StepState::Done { .. })));
}

#[test]
fn what_wardround_found_is_evidence_unless_it_is_unknown() {
    let run = fresh();
    let yes = checked(Outcome::Yes { as_of: NOW });
    assert_eq!(refused(&run, yes.clone(), ann()), Refusal::WardroundNeeded);
    let other = Act::Checked { step: "act".to_owned(), outcome: Outcome::Yes { as_of: NOW } };
    assert_eq!(refused(&run, other, By::Wardround), Refusal::NoCheck);
    let unknown = checked(Outcome::Unknown { why: Cause::TooOld, as_of: None });
    let run = after(run, [(unknown, By::Wardround)]);
    assert_eq!(run.standing().step("look").map(StepState::as_str), Some("checked"));
    assert_eq!(refused(&run, done("look", false), ann()), Refusal::EvidenceNeeded);
    let run = after(run, [(yes, By::Wardround), (done("look", false), ann())]);
    let standing = run.standing();
    let Some(StepState::Done { checked, .. }) = standing.step("look") else { panic!("done") };
    assert_eq!(*checked, Some(Outcome::Yes { as_of: NOW }));
    assert_eq!(standing.next(), Some("act"));
}

#[test]
fn a_person_signs_when_nothing_is_open_and_a_change_takes_it_back() {
    let run = after(fresh(), [(done("look", true), ann()), (skip("act", "not ours"), ann())]);
    let open = refused(&run, sign(), ann());
    assert_eq!(open, Refusal::StepsOpen(vec!["tell".to_owned()]));
    assert_eq!(open.to_string(), "One step is still open: tell.");
    assert_eq!(refused(&run, Act::Close, ann()), Refusal::NotSignedOff);
    let run = after(run, [(done("tell", false), By::Program("deploy".to_owned()))]);
    assert_eq!(refused(&run, sign(), By::Wardround), Refusal::PersonNeeded);
    let signed = after(run, [(sign(), ann())]);
    assert!(signed.standing().signed.is_some());
    let undone = after(signed.clone(), [(undo("tell"), ann())]);
    assert!(undone.standing().signed.is_none());
    assert_eq!(refused(&undone, Act::Close, ann()), Refusal::NotSignedOff);
    assert_eq!(undone.history.len(), signed.history.len() + 1, "nothing is deleted");
    let remark = Act::Remark { step: Some("act".to_owned()), text: "asked twice".to_owned() };
    let closed = after(signed, [(remark, ann()), (Act::Close, ann())]);
    assert_eq!(closed.seal.as_ref().map(|seal| seal.ending), Some(Ending::SignedOff));
    assert!(closed.verifies());
}

#[test]
fn a_run_that_was_a_mistake_ends_with_a_reason() {
    let why = |why: &str| Act::Abandon { why: why.to_owned() };
    assert_eq!(refused(&fresh(), why(""), ann()), Refusal::ReasonNeeded);
    assert_eq!(refused(&fresh(), why("x"), By::Wardround), Refusal::PersonNeeded);
    let ended = after(fresh(), [(why("opened twice"), ann())]);
    assert_eq!(ended.seal.as_ref().map(|seal| seal.ending), Some(Ending::Abandoned));
    assert!(ended.verifies());
}

#[test]
fn steps_are_late_by_the_time_of_opening() {
    let run = fresh();
    let late = |run: &Run, minutes: i64| {
        let late = run.overdue(NOW.plus(minutes * 60_000));
        late.into_iter().map(|step| step.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(late(&run, 15), Vec::<String>::new());
    assert_eq!(late(&run, 16), ["look"]);
    assert_eq!(late(&after(run, [(done("look", true), ann())]), 16), Vec::<String>::new());
}

#[test]
fn the_clock_of_a_breach_does_not_wait_for_the_runbook() {
    let opened = |discovered: &str| {
        let filled = [("account", "111122223333"), ("discovered", discovered)];
        let filled = filled.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let run = open(Values::read(&small(), &BTreeMap::from(filled)).unwrap());
        run.step("tell").and_then(|step| run.due(step)).unwrap()
    };
    let day = 86_400_000;
    let before = NOW.plus(-20 * day).rfc3339();
    assert_eq!(opened(&before), NOW.plus(40 * day));
    // A time after the opening is a slip of the hand, and puts nothing off.
    assert_eq!(opened(&NOW.plus(9 * day).rfc3339()), NOW.plus(60 * day));
    assert_eq!(opened(""), NOW.plus(60 * day));
}

#[test]
fn any_change_of_a_sealed_run_shows() {
    let closed = after(
        fresh(),
        [
            (done("look", true), ann()),
            (skip("act", "a"), ann()),
            (done("tell", false), ann()),
            (sign(), ann()),
            (Act::Close, ann()),
        ],
    );
    assert!(closed.verifies());
    assert!(!fresh().verifies(), "what is not sealed does not verify");
    let changed = |change: &dyn Fn(&mut Run)| {
        let mut run = closed.clone();
        change(&mut run);
        assert_ne!(run, closed);
        assert!(!run.verifies());
    };
    changed(&|run| run.opened = NOW.plus(1));
    changed(&|run| run.by = By::Program("ann".to_owned()));
    changed(&|run| run.subject = Subject::Alert("7".to_owned()));
    changed(&|run| run.values = Values::default());
    changed(&|run| run.values = of_account("444455556666"));
    changed(&|run| run.snapshot.version = 2);
    changed(&|run| run.snapshot.sha256 = "0".repeat(64));
    changed(&|run| run.snapshot.steps[0].skippable = true);
    changed(&|run| run.snapshot.steps[0].due = None);
    changed(&|run| run.snapshot.steps[2].after = None);
    changed(&|run| run.snapshot.steps[1].body.clear());
    changed(&|run| run.history[1].act = skip("act", "b"));
    changed(&|run| run.history[0].at = NOW.plus(-1));
    changed(&|run| run.history[2].by = By::Wardround);
    changed(&|run| drop(run.history.remove(1)));
    changed(&|run| run.history.swap(0, 2));
    changed(&|run| run.seal = None);
    // What lies on either side of a border between fields is not taken for one another.
    changed(&|run| {
        run.snapshot.id.push('A');
        run.snapshot.title.remove(0);
    });
}

#[test]
fn a_later_edit_of_the_template_does_not_reach_a_run() {
    let before = fresh();
    let json = serde_json::to_string(&before).unwrap();
    let back: Run = serde_json::from_str(&json).unwrap();
    assert_eq!(back, before);
    assert_eq!(before.snapshot.sha256, small().sha256);
    assert_eq!(before.snapshot.sha256.len(), 64);
}

fn any_act() -> impl Strategy<Value = (Act, By)> {
    let step = prop::sample::select(vec!["look", "act", "tell", "none"]);
    let by = prop::sample::select(vec![ann(), By::Program("p".to_owned()), By::Wardround]);
    let outcome = prop::sample::select(vec![
        Outcome::Yes { as_of: NOW },
        Outcome::No { as_of: NOW },
        Outcome::Unknown { why: Cause::NotJudged, as_of: None },
    ]);
    (step, by, outcome, any::<bool>(), 0..9_u8).prop_map(|(step, by, outcome, flag, which)| {
        let act = match which {
            0..=2 => done(step, flag),
            3 => skip(step, if flag { "a reason" } else { "" }),
            4 => Act::Checked { step: step.to_owned(), outcome },
            5 => undo(step),
            6 => Act::Remark { step: flag.then(|| step.to_owned()), text: "a word".to_owned() },
            7 => sign(),
            _ if flag => Act::Close,
            _ => Act::Abandon { why: "enough".to_owned() },
        };
        (act, by)
    })
}

proptest! {
    #[test]
    fn the_history_only_grows_and_a_sealed_run_never_changes(
        acts in prop::collection::vec(any_act(), 0..60),
    ) {
        let mut run = fresh();
        for (act, by) in acts {
            let before = run.clone();
            let sealed = before.seal.is_some();
            match apply(&run, act, by, NOW) {
                Ok(change) => {
                    prop_assert!(!sealed, "a sealed run changed");
                    run = change.run;
                    prop_assert_eq!(&run.history[..before.history.len()], &before.history[..]);
                    prop_assert_eq!(run.history.len(), before.history.len() + 1);
                    prop_assert_eq!(run.history.last(), Some(&change.entry));
                    prop_assert_eq!(&run.snapshot, &before.snapshot);
                    prop_assert_eq!(&run.values, &before.values);
                }
                Err(refusal) => {
                    prop_assert!(!refusal.to_string().is_empty());
                    prop_assert!(!sealed || refusal == Refusal::Sealed);
                }
            }
            prop_assert_eq!(&before.replay(&before.history), &Ok(before));
        }
        prop_assert_eq!(run.verifies(), run.seal.is_some());
        if run.seal.as_ref().is_some_and(|seal| seal.ending == Ending::SignedOff) {
            let standing = run.standing();
            prop_assert!(standing.open().is_empty());
            prop_assert!(standing.signed.is_some_and(|it| matches!(it.by, By::Person(_))));
            let look = standing.steps.iter().find(|(id, _)| id == "look").map(|(_, state)| state);
            let shown = matches!(look, Some(StepState::Done { evidence, checked, .. })
                if !evidence.is_empty() || checked.is_some_and(|it| it.known()));
            prop_assert!(shown, "done without evidence");
        }
    }
}
