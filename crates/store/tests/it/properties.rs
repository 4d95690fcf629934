//! Laws that hold for any sequence of batches, sweeps, failures and time.

use std::collections::BTreeMap;

use crate::fixture::{
    EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, finding, organisation, outcome, recorder, recount,
    resource, scope, visit_all,
};
use domain::{
    Batch, Catalogue, Finding, FindingState, Outcome, Part, PartStatus, Resource, Scope,
    ScopeState, Severity, Source, Sweep, Verdict,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use store::ScorePoint;

/// A step of a collector.
#[derive(Debug, Clone)]
enum Step {
    /// A batch of findings for a scope.
    Ingest(u8, Vec<Told>),
    /// A complete listing of a scope that contained these.
    Sweep(u8, Vec<u8>),
    /// A judgement.
    Judge,
}

/// What a source says about the finding with a number.
#[derive(Debug, Clone)]
struct Told {
    number: u8,
    version: u8,
    state: u8,
    severity: u8,
    resources: u8,
    sample: bool,
    filed: bool,
}

fn told() -> impl Strategy<Value = Told> {
    (
        0..12_u8,
        0..6_u8,
        0..7_u8,
        0..5_u8,
        0..3_u8,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(number, version, state, severity, resources, sample, filed)| Told {
            number,
            version,
            state,
            severity,
            resources,
            sample,
            filed,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_u8, prop::collection::vec(told(), 0..20)).prop_map(|(s, all)| Step::Ingest(s, all)),
        2 => (0..3_u8, prop::collection::vec(0..12_u8, 0..12)).prop_map(|(s, all)| Step::Sweep(s, all)),
        1 => Just(Step::Judge),
    ]
}

fn place(number: u8) -> Scope {
    let (account, region) = [(MAIN, EAST), (MAIN, WEST), (OTHER, EAST)][usize::from(number)];
    scope(Source::SecurityHub, account, region)
}

fn stated(scope: &Scope, told: &Told) -> Finding {
    let mut one = finding(scope, &format!("n{}", told.number), &format!("b{}", told.number));
    one.updated_at = one.updated_at.plus(i64::from(told.version));
    one.state = FindingState::ALL[usize::from(told.state)];
    one.verdict = match one.state {
        FindingState::Passed => Verdict::Pass,
        FindingState::Unknown => Verdict::Unknown,
        FindingState::NotApplicable => Verdict::NotApplicable,
        _ => Verdict::Fail,
    };
    one.severity = Severity::from_rank(i64::from(told.severity));
    one.sample = told.sample;
    if !told.filed {
        one.control = None;
    }
    for extra in 0..told.resources {
        let (account, region) = (scope.account.as_str(), scope.region.as_str());
        one.resources.push(crate::fixture::bucket(account, region, &format!("extra{extra}")));
    }
    one
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn few() -> Config {
    Config { cases: 24, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn counters_equal_a_recount_after_anything(steps in prop::collection::vec(step(), 1..12)) {
        block(async {
            let (store, run) = Store::begun().await;
            for step in &steps {
                match step {
                    Step::Ingest(at, told) => {
                        let scope = place(*at);
                        let findings: Vec<Finding> =
                            told.iter().map(|one| stated(&scope, one)).collect();
                        let batch = Batch { findings, ..Batch::default() };
                        store.writer.ingest(run, &scope, batch.clone(), NOW).await.unwrap();
                        // The same page once more changes nothing at all.
                        let again = store.writer.ingest(run, &scope, batch, NOW).await.unwrap();
                        assert_eq!((again.inserted, again.updated), (0, 0));
                    }
                    Step::Sweep(at, numbers) => {
                        let scope = place(*at);
                        let id = |number: &u8| {
                            finding(&scope, &format!("n{number}"), "").id
                        };
                        let seen = numbers.iter().map(id).collect();
                        let sweep = Sweep::Findings { part: Part::Findings, seen, spare: vec![] };
                        let ended = outcome(scope.source, NOW, vec![sweep]);
                        let next = NOW.plus(HOUR);
                        store.writer.scope_finish(run, &scope, &ended, next).await.unwrap();
                    }
                    Step::Judge => {
                        let organisation = organisation();
                        let catalogue = Catalogue::get();
                        store.writer.judge(run, &organisation, catalogue, NOW).await.unwrap();
                    }
                }
                recount(&mut store.raw().await).await;
            }
        });
    }

    #[test]
    fn two_updates_in_either_order_are_the_same(a in told(), b in told()) {
        let mut b = b;
        b.number = a.number;
        prop_assume!(a.version != b.version);
        let scope = place(0);
        let (a, b) = (stated(&scope, &a), stated(&scope, &b));
        let after = |order: Vec<Finding>| block(async {
            let (store, run) = Store::begun().await;
            let id = order[0].id.clone();
            for one in order {
                store.ingest(run, &scope, vec![one]).await;
            }
            recount(&mut store.raw().await).await;
            store.reader.finding_get(&id).await.unwrap().unwrap().finding
        });
        prop_assert_eq!(after(vec![a.clone(), b.clone()]), after(vec![b, a]));
    }

    #[test]
    fn losing_data_never_raises_a_stored_score(
        told in prop::collection::vec(told(), 1..30),
        lost in prop::collection::vec((0..16_usize, prop::bool::ANY), 1..8),
    ) {
        let all = block(scores_after(&told, &[]));
        let some = block(scores_after(&told, &lost));
        for (scope, point) in some {
            let (Some(old), Some(new)) = (all[&scope].score, point.score) else { continue };
            let fine = new.lo <= old.lo + 1e-12 && new.coverage <= old.coverage + 1e-12;
            prop_assert!(fine, "{}: {:?} became {:?}", scope, old, new);
        }
    }
}

/// What happens to a recorder.
#[derive(Debug, Clone, Copy)]
enum Recorder {
    Stops,
    LeavesOut(&'static str),
    IsDeleted,
}

const KINDS: [&str; 2] = ["AWS::EC2::Volume", "AWS::EFS::FileSystem"];

proptest! {
    #![proptest_config(few())]

    #[test]
    fn narrowing_a_recorder_never_raises_a_stored_score(
        encrypted in prop::collection::vec((0..2_usize, prop::bool::ANY, prop::bool::ANY), 1..12),
        happens in prop::sample::select(vec![
            Recorder::Stops,
            Recorder::LeavesOut(KINDS[0]),
            Recorder::LeavesOut(KINDS[1]),
            Recorder::IsDeleted,
        ]),
    ) {
        let (before, after) = block(scores_around(&encrypted, happens));
        for (scope, point) in after {
            let (old, new) = (before[&scope].score, point.score);
            prop_assert!(old.is_none() || new.is_some(), "{} lost its score", scope);
            let (Some(old), Some(new)) = (old, new) else { continue };
            prop_assert!(new.lo <= old.lo + 1e-12, "{}: {:?} became {:?}", scope, old, new);
        }
    }
}

type Scores = BTreeMap<String, ScorePoint>;

/// The scores before and after something happens to the recorder of a region with volumes and file
/// systems, encrypted or not, of which the inventory goes on telling.
async fn scores_around(things: &[(usize, bool, bool)], happens: Recorder) -> (Scores, Scores) {
    let (store, run) = Store::begun().await;
    visit_all(&store, run, NOW).await;
    let config = scope(Source::Config, MAIN, EAST);
    let mut resources = vec![recorder(MAIN, EAST)];
    for (index, (kind, encrypted, _)) in things.iter().enumerate() {
        let mut it = resource(MAIN, EAST, KINDS[*kind], &format!("it-{index}"));
        it.facts = serde_json::json!({"configuration": {"encrypted": encrypted}});
        resources.push(it);
    }
    let rules = things.iter().zip(&resources[1..]).filter(|((_, _, ruled), _)| *ruled);
    let findings = rules.map(|((kind, encrypted, _), it)| by_rule(&config, *kind, *encrypted, it));
    let batch =
        Batch { findings: findings.collect(), resources: resources.clone(), ..Batch::default() };
    store.writer.ingest(run, &config, batch, NOW).await.unwrap();
    let (organisation, catalogue) = (organisation(), Catalogue::get());
    store.writer.judge(run, &organisation, catalogue, NOW).await.unwrap();
    let before = store.reader.scores_latest().await.unwrap().as_ref().clone();

    let later = NOW.plus(HOUR);
    visit_all(&store, run, later).await;
    let mut changed = resources.swap_remove(0);
    let group = |kind: &str| {
        serde_json::json!({"recording": true, "recordingGroup": {"allSupported": false,
            "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
            "exclusionByResourceTypes": {"resourceTypes": [kind]}}})
    };
    let mut ended = outcome(Source::Config, later, vec![]);
    match happens {
        Recorder::Stops => changed.facts = serde_json::json!({"recording": false}),
        Recorder::LeavesOut(kind) => changed.facts = group(kind),
        Recorder::IsDeleted => {
            ended.sweeps = vec![Sweep::Resources {
                kinds: vec![domain::resource::kind::RECORDER.to_owned()],
                seen: std::collections::HashSet::new(),
            }];
            for part in [Part::Inventory, Part::Rules] {
                let off = PartStatus { as_of: None, error: None, not_enabled: true };
                ended.parts.insert(part, off);
            }
        }
    }
    changed.recorded_at = Some(later);
    let batch = Batch { resources: vec![changed], ..Batch::default() };
    store.writer.ingest(run, &config, batch, later).await.unwrap();
    store.writer.scope_finish(run, &config, &ended, later.plus(HOUR)).await.unwrap();
    store.writer.judge(run, &organisation, catalogue, later).await.unwrap();
    recount(&mut store.raw().await).await;
    (before, store.reader.scores_latest().await.unwrap().as_ref().clone())
}

/// The result of a managed rule for a resource.
fn by_rule(config: &Scope, kind: usize, passes: bool, about: &Resource) -> Finding {
    let check = ["ENCRYPTED_VOLUMES", "EFS_ENCRYPTED_CHECK"][kind];
    let mut one = finding(config, &format!("rule/{}", about.id), &about.name);
    one.part = Part::Rules;
    one.check = check.into();
    one.control = Catalogue::get().control_for(Source::Config, check).cloned();
    one.state = if passes { FindingState::Passed } else { FindingState::Open };
    one.verdict = if passes { Verdict::Pass } else { Verdict::Fail };
    one.resources[0].key = about.key.clone();
    one.resources[0].kind = about.kind.clone();
    one
}

/// The scores of a second round that lost some scopes: the visit failed aloud, or never took place.
async fn scores_after(told: &[Told], lost: &[(usize, bool)]) -> BTreeMap<String, ScorePoint> {
    let (store, run) = Store::begun().await;
    visit_all(&store, run, NOW).await;
    for (index, one) in told.iter().enumerate() {
        let scope = place((index % 3) as u8);
        store.ingest(run, &scope, vec![stated(&scope, one)]).await;
    }
    let (organisation, catalogue) = (organisation(), Catalogue::get());
    store.writer.judge(run, &organisation, catalogue, NOW).await.unwrap();
    let later = NOW.plus(4 * HOUR);
    let statuses = store.reader.scope_statuses().await.unwrap();
    for (index, status) in statuses.iter().enumerate() {
        let fate = lost.iter().find(|(scope, _)| *scope == index).map(|(_, loud)| *loud);
        let ended = match fate {
            None => outcome(status.scope.source, later, vec![]),
            Some(true) => failed(&status.scope, later),
            Some(false) => continue,
        };
        let next = later.plus(HOUR);
        store.writer.scope_finish(run, &status.scope, &ended, next).await.unwrap();
    }
    store.writer.judge(run, &organisation, catalogue, later).await.unwrap();
    recount(&mut store.raw().await).await;
    store.reader.scores_latest().await.unwrap().as_ref().clone()
}

fn failed(scope: &Scope, at: domain::Timestamp) -> Outcome {
    let mut failed = outcome(scope.source, at, vec![]);
    failed.state = ScopeState::Failed;
    for (part, status) in &mut failed.parts {
        status.as_of = None;
        status.error = Some(domain::SourceError {
            part: *part,
            operation: "Any".into(),
            class: domain::ErrorClass::Unreachable,
            code: String::new(),
            message: String::new(),
            missing_action: None,
        });
    }
    failed
}
