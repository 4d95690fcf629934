//! Losing data can lower a score and never raise it, and never makes a safeguard met.

use domain::catalogue::Reach;
use domain::judge::Recording;
use domain::score::{Weighed, met};
use domain::{
    Answer, Catalogue, Control, ErrorClass, Evaluation, Part, Score, Source, State, Tally, Verdict,
};
use proptest::prelude::*;

use crate::world::{EAST, WEST, World, answer, bucket, resource};

/// A loss.
#[derive(Debug, Clone)]
enum Loss {
    /// Everything said about one resource is gone, though the inventory still has it.
    Answers(usize),
    /// A source was not reached for four intervals.
    Age(Source, bool),
    /// A part fails for this reason and was never read.
    Part(Source, usize, bool, ErrorClass),
    /// A part fails now; what was read an hour ago still stands.
    Failure(Source, usize, bool, ErrorClass),
    /// Config stops recording in a region.
    Recorder(bool),
    /// A type leaves the recorder of a region; what was listed of it stays in the inventory.
    Type(bool, &'static str),
    /// A service is switched off in a region.
    Off(Source, bool),
}

fn region(east: bool) -> &'static str {
    if east { EAST } else { WEST }
}

fn losses() -> impl Strategy<Value = Loss> {
    let source = || prop::sample::select(Source::ALL.to_vec());
    let class = || {
        prop::sample::select(vec![
            ErrorClass::Denied,
            ErrorClass::Throttled,
            ErrorClass::Unreachable,
            ErrorClass::NotEnabled,
        ])
    };
    prop_oneof![
        (0usize..8).prop_map(Loss::Answers),
        (source(), any::<bool>()).prop_map(|(source, east)| Loss::Age(source, east)),
        (source(), 0usize..8, any::<bool>(), class())
            .prop_map(|(source, part, east, class)| Loss::Part(source, part, east, class)),
        (source(), 0usize..8, any::<bool>(), class())
            .prop_map(|(source, part, east, class)| Loss::Failure(source, part, east, class)),
        any::<bool>().prop_map(Loss::Recorder),
        (any::<bool>(), prop::sample::select(vec!["AWS::S3::Bucket", "AWS::EC2::Volume"]))
            .prop_map(|(east, kind)| Loss::Type(east, kind)),
        (source(), any::<bool>()).prop_map(|(source, east)| Loss::Off(source, east)),
    ]
}

/// Three controls: of buckets, of recovery points, and of the account as a whole.
fn controls() -> Vec<Control> {
    let get = |id: &str| Catalogue::get().controls[&id.into()].clone();
    let buckets = get("s3-public-access-blocked");
    let account = Control {
        id: "account-wide".into(),
        account_level: true,
        resource_types: Vec::new(),
        reach: Reach::Account,
        ..buckets.clone()
    };
    vec![buckets, get("backup-recovery-points-encrypted"), account]
}

/// What one source says of one resource: nothing, or a verdict.
fn word() -> impl Strategy<Value = Option<Verdict>> {
    prop::option::weighted(0.7, prop::sample::select(Verdict::ALL.to_vec()))
}

#[derive(Debug, Clone)]
struct Case {
    world: World,
    /// By control.
    answers: Vec<Vec<Answer>>,
}

fn cases() -> impl Strategy<Value = Case> {
    let told = || prop::collection::vec((any::<bool>(), word(), word()), 0..8);
    (told(), told(), told()).prop_map(|(buckets, points, account)| {
        let mut world = World::read();
        let mut answers = vec![Vec::new(), Vec::new(), Vec::new()];
        let mut add = |control: usize, about: domain::Resource, words: [Said; 2]| {
            for (source, part, verdict) in words {
                if let Some(verdict) = verdict {
                    answers[control].push(answer(&about, source, part, verdict));
                }
            }
        };
        for (index, (east, one, two)) in buckets.into_iter().enumerate() {
            let it = bucket(region(east), &format!("bucket-{index}"));
            world.resources.push(it.clone());
            let words =
                [(Source::Config, Part::Rules, one), (Source::SecurityHub, Part::Findings, two)];
            add(0, it, words);
        }
        for (index, (east, one, two)) in points.into_iter().enumerate() {
            let kind = domain::resource::kind::RECOVERY_POINT;
            let name = format!("point-{index}");
            let it = resource(Source::Backup, kind, region(east), &name, ().into());
            world.resources.push(it.clone());
            let words =
                [(Source::Backup, Part::RecoveryPoints, one), (Source::Config, Part::Rules, two)];
            add(1, it, words);
        }
        for (east, one, two) in account {
            let kind = domain::resource::kind::ACCOUNT;
            let it = resource(Source::Config, kind, region(east), "", ().into());
            let words =
                [(Source::Config, Part::Rules, one), (Source::SecurityHub, Part::Findings, two)];
            add(2, it, words);
        }
        Case { world, answers }
    })
}

type Said = (Source, Part, Option<Verdict>);

fn lose(case: &mut Case, loss: &Loss) {
    match loss {
        Loss::Answers(index) => {
            for answers in &mut case.answers {
                let gone = answers.get(*index).map(|answer| answer.resource.clone());
                answers.retain(|answer| Some(&answer.resource) != gone.as_ref());
            }
        }
        Loss::Age(source, east) => case.world.age(*source, region(*east)),
        Loss::Part(source, part, east, class) => {
            let part = source.parts()[part % source.parts().len()];
            case.world.fail(*source, part, region(*east), *class);
            case.world.forget(*source, part, region(*east));
        }
        Loss::Failure(source, part, east, class) => {
            let part = source.parts()[part % source.parts().len()];
            case.world.fail(*source, part, region(*east), *class);
        }
        Loss::Recorder(east) => {
            case.world.recording.insert(region(*east).to_owned(), Recording::Nothing);
        }
        Loss::Type(east, kind) => {
            if let Some(Recording::AllExcept(except)) = case.world.recording.get_mut(region(*east))
            {
                except.insert((*kind).to_owned());
            }
        }
        Loss::Off(source, east) => case.world.switch_off(*source, region(*east)),
    }
}

fn tally(evaluations: &[Evaluation]) -> Tally {
    let mut tally = Tally::default();
    for evaluation in evaluations {
        tally.add(evaluation.state, 1);
    }
    tally
}

/// Passes that rest on a Config rule in a region. Answers name their finding after their source.
fn passes_by_rule(case: &Case, east: bool) -> Vec<Evaluation> {
    let prefix = format!("{}/{}/", Source::Config, region(east));
    let judged = controls().into_iter().zip(&case.answers);
    let mut passes: Vec<Evaluation> =
        judged.flat_map(|(control, answers)| case.world.judge(&control, answers)).collect();
    passes.retain(|it| {
        it.state == State::Pass
            && it.finding.as_ref().is_some_and(|it| it.as_str().starts_with(&prefix))
    });
    passes
}

fn weighed(case: &Case) -> Vec<Weighed> {
    let judged = controls().into_iter().zip(&case.answers).map(|(control, answers)| Weighed {
        severity: control.severity,
        tally: tally(&case.world.judge(&control, answers)),
    });
    judged.collect()
}

/// Every scope that these controls can make: each alone, and all together.
fn scopes(weighed: &[Weighed]) -> Vec<Vec<Weighed>> {
    let alone = weighed.iter().map(|one| vec![*one]);
    alone.chain([weighed.to_vec()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_loss_raises_a_score_or_meets_a_safeguard(
        mut case in cases(),
        losses in prop::collection::vec(losses(), 1..4),
    ) {
        let mut before = weighed(&case);
        for loss in &losses {
            lose(&mut case, loss);
            let after = weighed(&case);
            for (old, new) in scopes(&before).into_iter().zip(scopes(&after)) {
                let old_score = Score::of(old.iter().copied());
                let new_score = Score::of(new.iter().copied());
                if let (Some(old), Some(new)) = (old_score, new_score) {
                    prop_assert!(new.lo <= old.lo + 1e-9, "{loss:?}: {old:?} became {new:?}");
                }
                // What was measured before may not vanish from the score.
                prop_assert!(old_score.is_none() || new_score.is_some(), "{loss:?} hid a control");
                if met(new.iter().copied()) == Some(true) {
                    prop_assert_eq!(met(old.iter().copied()), Some(true), "{:?} met it", loss);
                }
            }
            if let Loss::Recorder(east) = loss {
                prop_assert_eq!(passes_by_rule(&case, *east), vec![], "a stopped recorder passes");
            }
            before = after;
        }
    }
}
