//! The judge, reason by reason.

use std::collections::BTreeSet;

use domain::catalogue::Reach;
use domain::id::DAY_MS;
use domain::judge::{GLOBAL, ORGANISATION, Recording};
use domain::{
    Answer, Catalogue, Control, ErrorClass, Evaluation, Exception, ExceptionFlaw, Part, Reason,
    ResourceKey, Source, State,
};

use crate::world::{ACCOUNT, EAST, WEST, World, answer, bucket, now, resource};
use domain::Verdict::{Error, Fail, NotApplicable, Pass, Unknown};

/// A control of buckets that Config rules, Security Hub and a check of our own answer.
fn of_buckets() -> Control {
    let control = Catalogue::get().controls[&"s3-public-access-blocked".into()].clone();
    assert_eq!(control.resource_types, ["AWS::S3::Bucket"]);
    assert_eq!(control.sources(), [Source::SecurityHub, Source::Config]);
    control
}

fn about_the_account(reach: Reach) -> Control {
    Control { account_level: true, resource_types: Vec::new(), reach, ..of_buckets() }
}

fn states(evaluations: &[Evaluation]) -> Vec<(&str, State, Reason)> {
    evaluations.iter().map(|it| (it.region.as_str(), it.state, it.reason)).collect()
}

/// One bucket in the east, and answers about it.
fn one_bucket(answers: &[(Source, Part, domain::Verdict)]) -> (World, Vec<Answer>) {
    let mut world = World::read();
    let it = bucket(EAST, "charts");
    world.resources.push(it.clone());
    let answers = answers.iter().map(|&(source, part, said)| answer(&it, source, part, said));
    (world, answers.collect())
}

const RULES: (Source, Part) = (Source::Config, Part::Rules);
const HUB: (Source, Part) = (Source::SecurityHub, Part::Findings);

#[test]
fn answers_become_states() {
    for (said, state, reason) in [
        (vec![(RULES, Pass)], State::Pass, Reason::Reported),
        (vec![(RULES, Fail)], State::Fail, Reason::Reported),
        (vec![(RULES, Pass), (HUB, Fail)], State::Fail, Reason::Reported),
        (vec![(RULES, Fail), (HUB, Pass)], State::Fail, Reason::Reported),
        (vec![(RULES, Pass), (HUB, Unknown)], State::Pass, Reason::Reported),
        (vec![(RULES, Unknown)], State::NotEvaluated, Reason::SourceCannotTell),
        (vec![(RULES, Error), (HUB, Unknown)], State::Error, Reason::Unreadable),
        (vec![(RULES, NotApplicable)], State::NotApplicable, Reason::Reported),
        (vec![(RULES, NotApplicable), (HUB, Pass)], State::Pass, Reason::Reported),
        (vec![], State::NotEvaluated, Reason::ResourceNotJudged),
    ] {
        let told: Vec<_> = said.iter().map(|&((source, part), it)| (source, part, it)).collect();
        let (world, answers) = one_bucket(&told);
        let judged = world.judge(&of_buckets(), &answers);
        let west = (WEST, State::NotApplicable, Reason::NoSuchResource);
        assert_eq!(states(&judged), [(EAST, state, reason), west], "{said:?}");
        assert_eq!(judged[0].resource, world.resources[0].key);
        assert_eq!(judged[0].finding.is_some(), !said.is_empty());
    }
}

#[test]
fn old_answers_are_stale_and_an_old_failure_outweighs_a_fresh_pass() {
    for (said, aged, state) in [
        (vec![(RULES, Pass)], Source::Config, State::Stale),
        (vec![(RULES, Fail)], Source::Config, State::Stale),
        (vec![(RULES, NotApplicable)], Source::Config, State::Stale),
        (vec![(RULES, Pass), (HUB, Pass)], Source::SecurityHub, State::Pass),
        (vec![(RULES, Fail), (HUB, Pass)], Source::SecurityHub, State::Fail),
        (vec![(RULES, Pass), (HUB, Fail)], Source::SecurityHub, State::Stale),
        (vec![(RULES, NotApplicable), (HUB, Pass)], Source::SecurityHub, State::Stale),
    ] {
        let told: Vec<_> = said.iter().map(|&((source, part), it)| (source, part, it)).collect();
        let (mut world, answers) = one_bucket(&told);
        world.age(aged, EAST);
        let judged = world.judge(&of_buckets(), &answers);
        assert_eq!(judged[0].state, state, "{said:?} with {aged} aged");
        if state == State::Stale {
            assert_eq!(judged[0].reason, Reason::TooOld);
            let scope = world.freshness();
            let part = if aged == Source::Config { Part::Rules } else { Part::Findings };
            let age = scope.age(aged, part, &ACCOUNT.into(), &EAST.into());
            assert_eq!(judged[0].as_of, age.as_of(), "it says how old");
        }
    }
}

#[test]
fn a_source_that_judges_nothing_changes_nothing_whatever_becomes_of_it() {
    let (before, answers) = one_bucket(&[(RULES.0, RULES.1, Pass), (HUB.0, HUB.1, Fail)]);
    let judged = before.judge(&of_buckets(), &answers);
    let mut never = before.clone();
    let mut denied = before.clone();
    let mut old = before.clone();
    for region in [EAST, WEST] {
        never.scopes.retain(|scope, _| scope.source.judged());
        for part in Source::CloudTrail.parts() {
            denied.fail(Source::CloudTrail, *part, region, ErrorClass::Denied);
            denied.forget(Source::CloudTrail, *part, region);
        }
        old.age(Source::CloudTrail, region);
    }
    for world in [never, denied, old] {
        assert_eq!(world.judge(&of_buckets(), &answers), judged);
        assert!(!world.freshness().any_stale());
        assert_eq!(world.freshness().oldest(), before.freshness().oldest());
    }
    for control in Catalogue::get().controls.values() {
        assert!(control.sources().iter().all(|source| source.judged()), "{}", control.id);
    }
}

#[test]
fn an_answer_is_as_old_as_the_visit_that_brought_it() {
    // An aggregator told about the west from the east; only the east's visit counts.
    let mut world = World::read();
    let it = bucket(WEST, "charts");
    world.resources.push(it.clone());
    let mut told = answer(&it, HUB.0, HUB.1, Pass);
    told.visited_region = EAST.into();
    world.age(Source::SecurityHub, WEST);
    assert_eq!(world.judge(&of_buckets(), &[told.clone()])[1].state, State::Pass);
    world.age(Source::SecurityHub, EAST);
    assert_eq!(world.judge(&of_buckets(), &[told])[1].state, State::Stale);
}

#[test]
fn silence_without_an_inventory_is_never_not_applicable() {
    let east = |world: &World| {
        let judged = world.judge(&of_buckets(), &[]);
        (judged[0].state, judged[0].reason)
    };
    assert_eq!(east(&World::read()), (State::NotApplicable, Reason::NoSuchResource));
    assert_eq!(east(&World::unread()), (State::NotEvaluated, Reason::NotCollected));

    for (class, reason) in [
        (ErrorClass::Denied, Reason::AccessDenied),
        (ErrorClass::NotEnabled, Reason::ServiceNotEnabled),
        (ErrorClass::Throttled, Reason::SourceFailed),
    ] {
        for part in [Part::Inventory, Part::Recorder] {
            let mut world = World::read();
            world.fail(Source::Config, part, EAST, class);
            world.forget(Source::Config, part, EAST);
            assert_eq!(east(&world), (State::NotEvaluated, reason), "{part:?} {class:?}");
        }
    }

    let mut world = World::read();
    world.age(Source::Config, EAST);
    assert_eq!(east(&world), (State::NotEvaluated, Reason::RuleAbsent));
}

#[test]
fn denied_is_told_before_not_enabled_before_failed() {
    let mut world = World::unread();
    world.fail(Source::Config, Part::Rules, EAST, ErrorClass::ServiceFault);
    let east = |world: &World| world.judge(&of_buckets(), &[])[0].reason;
    assert_eq!(east(&world), Reason::SourceFailed);
    world.fail(Source::SecurityHub, Part::Hub, EAST, ErrorClass::NotEnabled);
    assert_eq!(east(&world), Reason::ServiceNotEnabled);
    world.fail(Source::Config, Part::Inventory, EAST, ErrorClass::Denied);
    assert_eq!(east(&world), Reason::AccessDenied);
}

#[test]
fn what_config_does_not_record_is_unknown() {
    let only = |kinds: &[&str]| {
        Recording::Only(kinds.iter().map(|&kind| kind.to_owned()).collect::<BTreeSet<_>>())
    };
    let except = Recording::AllExcept(BTreeSet::from(["AWS::S3::Bucket".to_owned()]));
    for (recording, state) in [
        (except, State::NotEvaluated),
        (only(&["AWS::EC2::Volume"]), State::NotEvaluated),
        (only(&["AWS::S3::Bucket"]), State::NotApplicable),
        (Recording::Nothing, State::NotEvaluated),
    ] {
        let mut world = World::read();
        world.recording.insert(EAST.to_owned(), recording.clone());
        let judged = world.judge(&of_buckets(), &[]);
        assert_eq!(judged[0].state, state, "{recording:?}");
        if state == State::NotEvaluated {
            assert_eq!(judged[0].reason, Reason::NotRecorded);
        }
    }
    // No recorder was ever seen.
    let mut world = World::read();
    world.recording.clear();
    assert_eq!(world.judge(&of_buckets(), &[])[0].reason, Reason::NotRecorded);
}

#[test]
fn what_config_cannot_record_is_never_absent() {
    let control =
        Control { resource_types: vec!["AWS::Logs::LogGroup".to_owned()], ..of_buckets() };
    let judged = World::read().judge(&control, &[]);
    assert_eq!(judged[0].state, State::NotEvaluated);
    assert_eq!(judged[0].reason, Reason::RuleAbsent);
}

#[test]
fn backup_lists_its_own_resources() {
    let control = Catalogue::get().control(&"backup-vault-locked".into()).unwrap();
    let mut world = World::read();
    assert_eq!(world.judge(control, &[])[0].reason, Reason::NoSuchResource);
    // Config's inventory is whole, and still says nothing of vaults that Backup would not list.
    world.fail(Source::Backup, Part::Vaults, EAST, ErrorClass::Denied);
    world.forget(Source::Backup, Part::Vaults, EAST);
    let judged = world.judge(control, &[]);
    assert_eq!((judged[0].state, judged[0].reason), (State::NotEvaluated, Reason::AccessDenied));
}

#[test]
fn a_resource_that_nobody_judged_is_unknown_beside_those_that_were() {
    let mut world = World::read();
    let (judged, forgotten) = (bucket(EAST, "a-judged"), bucket(EAST, "b-forgotten"));
    world.resources = vec![judged.clone(), forgotten.clone()];
    let answers = [answer(&judged, RULES.0, RULES.1, Pass)];
    let found = world.judge(&of_buckets(), &answers);
    assert_eq!(
        states(&found)[..2],
        [
            (EAST, State::Pass, Reason::Reported),
            (EAST, State::NotEvaluated, Reason::ResourceNotJudged),
        ]
    );
    assert_eq!(found[1].resource, forgotten.key);

    world.fail(Source::Config, Part::Rules, EAST, ErrorClass::Denied);
    world.forget(Source::Config, Part::Inventory, EAST);
    assert_eq!(world.judge(&of_buckets(), &answers)[1].reason, Reason::AccessDenied);
}

#[test]
fn an_account_rule_owes_an_answer_in_every_region() {
    let control = about_the_account(Reach::Region);
    let world = World::read();
    let account = resource(Source::Config, domain::resource::kind::ACCOUNT, EAST, "", ().into());
    let told = [answer(&account, RULES.0, RULES.1, Pass)];
    assert_eq!(
        states(&world.judge(&control, &told)),
        [(EAST, State::Pass, Reason::Reported), (WEST, State::NotEvaluated, Reason::RuleAbsent),]
    );
    // A list of types that it looks at adds nothing, and takes nothing away.
    let looking = Control { resource_types: vec!["AWS::S3::Bucket".to_owned()], ..control };
    let mut world = world;
    world.resources.push(bucket(WEST, "charts"));
    assert_eq!(
        states(&world.judge(&looking, &told)),
        [(EAST, State::Pass, Reason::Reported), (WEST, State::NotEvaluated, Reason::RuleAbsent),]
    );
}

#[test]
fn what_is_global_needs_one_answer_per_account() {
    let control = about_the_account(Reach::Account);
    let mut world = World::read();
    let said = |region: &str, verdict| {
        let about =
            resource(Source::Config, domain::resource::kind::ACCOUNT, region, "", ().into());
        answer(&about, RULES.0, RULES.1, verdict)
    };
    let judge = |world: &World, answers: &[Answer]| {
        let judged = world.judge(&control, answers);
        assert_eq!(judged.len(), 1, "{judged:?}");
        assert_eq!(judged[0].region.as_str(), GLOBAL);
        (judged[0].state, judged[0].reason)
    };
    assert_eq!(judge(&world, &[said(WEST, Pass)]), (State::Pass, Reason::Reported));
    let both = [said(EAST, Fail), said(WEST, Pass)];
    assert_eq!(judge(&world, &both), (State::Fail, Reason::Reported));
    assert_eq!(judge(&world, &[]), (State::NotEvaluated, Reason::RuleAbsent));
    world.fail(Source::Config, Part::Rules, WEST, ErrorClass::Denied);
    assert_eq!(judge(&world, &[]), (State::NotEvaluated, Reason::AccessDenied));
}

#[test]
fn global_resources_are_judged_wherever_they_are_recorded() {
    let users = "AWS::IAM::User".to_owned();
    let control =
        Control { reach: Reach::Account, resource_types: vec![users.clone()], ..of_buckets() };
    let mut world = World::read();
    let no_users = Recording::AllExcept(BTreeSet::from([users]));
    world.recording.insert(WEST.to_owned(), no_users.clone());
    assert_eq!(world.judge(&control, &[])[0].reason, Reason::NoSuchResource, "the east records");

    world.recording.insert(EAST.to_owned(), no_users);
    assert_eq!(world.judge(&control, &[])[0].reason, Reason::NotRecorded);

    let user = resource(Source::Config, "AWS::IAM::User", GLOBAL, "AIDA1", ().into());
    world.resources.push(user.clone());
    assert_eq!(world.judge(&control, &[])[0].reason, Reason::ResourceNotJudged);

    // The rule names the user in the region that it was asked in.
    let mut told = answer(&user, RULES.0, RULES.1, Fail);
    told.region = EAST.into();
    told.visited_region = EAST.into();
    let judged = world.judge(&control, &[told]);
    assert_eq!(states(&judged), [(GLOBAL, State::Fail, Reason::Reported)]);
    assert_eq!(judged[0].resource, user.key);
}

#[test]
fn what_policy_does_not_demand_is_not_applicable() {
    let control = Catalogue::get().control(&"ec2-dedicated-tenancy".into()).unwrap();
    let mut world = World::read();
    let it = resource(Source::Config, "AWS::EC2::Instance", EAST, "i-1", ().into());
    world.resources.push(it.clone());
    let told = [answer(&it, Source::Config, Part::Inventory, Fail)];
    assert_eq!(
        states(&world.judge(control, &told)),
        [(GLOBAL, State::NotApplicable, Reason::NotDemanded)]
    );
    world.organisation.policy.dedicated_tenancy = true;
    assert_eq!(world.judge(control, &told)[0].state, State::Fail);
}

#[test]
fn attestations_wait_for_a_person() {
    let catalogue = Catalogue::get();
    let control = catalogue.controls.values().find(|control| control.attestation).unwrap();
    let judged = World::read().judge(control, &[]);
    assert_eq!(states(&judged), [(GLOBAL, State::NotEvaluated, Reason::AttestationMissing)]);
    assert_eq!(judged[0].account.as_str(), ORGANISATION);
}

#[test]
fn reasons_and_states_keep_their_words() {
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), reason);
        assert!(reason.sentence().ends_with('.'));
    }
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Some(state));
    }
    assert_eq!(Reason::parse("something new"), Reason::Unreadable);
    assert_eq!(domain::Verdict::parse("something new"), Error, "never a pass");
}

#[test]
fn resources_beside_the_one_that_a_finding_is_about_are_not_judged() {
    let (world, mut answers) = one_bucket(&[(HUB.0, HUB.1, Fail)]);
    let network = resource(Source::Config, "AWS::EC2::VPC", EAST, "vpc-1", serde_json::json!({}));
    let mut beside = answer(&network, HUB.0, HUB.1, Fail);
    beside.finding = answers[0].finding.clone();
    answers.push(beside.clone());
    answers.sort_by(|a, b| a.resource.cmp(&b.resource));
    let judged = world.judge(&of_buckets(), &answers);
    assert!(judged.iter().all(|it| it.resource != network.key), "{judged:?}");
    // A finding that names nothing of the control's types is all there is: it is kept.
    beside.finding = "another".into();
    let judged = world.judge(&of_buckets(), &[beside]);
    assert!(judged.iter().any(|it| it.resource == network.key && it.state == State::Fail));
}

#[test]
fn results_of_rules_end_with_the_recorder() {
    let (mut world, answers) = one_bucket(&[(RULES.0, RULES.1, Pass)]);
    let east = |world: &World, answers: &[Answer]| {
        let judged = world.judge(&of_buckets(), answers);
        (judged[0].state, judged[0].reason)
    };
    assert_eq!(east(&world, &answers), (State::Pass, Reason::Reported));
    let unknown = (State::NotEvaluated, Reason::NotRecorded);
    for recording in [Some(Recording::Nothing), None] {
        world.recording.remove(EAST);
        world.recording.extend(recording.map(|it| (EAST.to_owned(), it)));
        assert_eq!(east(&world, &answers), unknown);
        // Its failure passes nothing, and keeps another source's pass from passing.
        let (_, failing) = one_bucket(&[(RULES.0, RULES.1, Fail)]);
        assert_eq!(east(&world, &failing), unknown);
        let (_, both) = one_bucket(&[(RULES.0, RULES.1, Fail), (HUB.0, HUB.1, Pass)]);
        assert_eq!(east(&world, &both), unknown);
        let (_, both) = one_bucket(&[(RULES.0, RULES.1, Pass), (HUB.0, HUB.1, Pass)]);
        assert_eq!(east(&world, &both), (State::Pass, Reason::Reported));
    }
    // Nobody knows whether a recorder runs that was not read lately.
    let (mut world, answers) = one_bucket(&[(RULES.0, RULES.1, Pass)]);
    world.forget(Source::Config, Part::Recorder, EAST);
    assert_eq!(east(&world, &answers), unknown);
}

#[test]
fn a_service_that_is_off_passes_nothing_and_does_not_accuse_for_ever() {
    let off = (State::NotEvaluated, Reason::ServiceNotEnabled);
    let pass = (State::Pass, Reason::Reported);
    let east = |said: &[(Source, Part, domain::Verdict)], days: i64| {
        let (mut world, answers) = one_bucket(said);
        world.silent_for(HUB.0, HUB.1, EAST, days * DAY_MS);
        world.switch_off(Source::SecurityHub, EAST);
        assert!(!world.freshness().any_stale(), "it will not be read again");
        let judged = world.judge(&of_buckets(), &answers);
        (judged[0].state, judged[0].reason)
    };
    // At once, though it was read a moment ago, and for ever.
    for days in [0, 1, 89, 91, 1000] {
        for said in [Pass, Fail, NotApplicable, Unknown] {
            assert_eq!(east(&[(HUB.0, HUB.1, said)], days), off, "{said:?} {days}");
        }
        for said in [Pass, NotApplicable, Unknown] {
            let both = [(HUB.0, HUB.1, said), (RULES.0, RULES.1, Pass)];
            assert_eq!(east(&both, days), pass, "{said:?} {days}");
        }
        let both = [(HUB.0, HUB.1, Pass), (RULES.0, RULES.1, Fail)];
        assert_eq!(east(&both, days), (State::Fail, Reason::Reported));
    }
    // Its failure stands against the pass of another source as long as AWS would have kept it.
    let both = [(HUB.0, HUB.1, Fail), (RULES.0, RULES.1, Pass)];
    assert_eq!(east(&both, 0), off);
    assert_eq!(east(&both, 90), off);
    assert_eq!(east(&both, 91), pass);
}

#[test]
fn an_exception_covers_a_failure_and_nothing_else() {
    let exception = |region: Option<&str>, resource: Option<&ResourceKey>| Exception {
        control: of_buckets().id,
        account: ACCOUNT.into(),
        region: region.map(Into::into),
        resource: resource.cloned(),
        reason: "The lab's old scanner speaks nothing else.".to_owned(),
        approved_by: "Security officer".to_owned(),
        approved_at: now().plus(-DAY_MS),
        expires: now().plus(DAY_MS),
    };
    let judge = |said, exception: Exception| {
        let (mut world, answers) = one_bucket(&[(RULES.0, RULES.1, said)]);
        world.exceptions = vec![exception];
        let judged = world.judge(&of_buckets(), &answers);
        (judged[0].state, judged[0].reason)
    };
    let key = bucket(EAST, "charts").key;
    let covered = (State::Excepted, Reason::ExceptionApproved);
    let fails = (State::Fail, Reason::Reported);
    assert_eq!(judge(Fail, exception(Some(EAST), Some(&key))), covered);
    assert_eq!(judge(Fail, exception(None, None)), covered);
    assert_eq!(judge(Fail, exception(Some(WEST), None)), fails);
    assert_eq!(judge(Fail, exception(None, Some(&"another".into()))), fails);
    let change = |change: &dyn Fn(&mut Exception)| {
        let mut exception = exception(None, None);
        change(&mut exception);
        judge(Fail, exception)
    };
    assert_eq!(change(&|it| it.control = "another".into()), fails);
    assert_eq!(change(&|it| it.account = "999999999999".into()), fails);
    assert_eq!(change(&|it| it.expires = now()), fails, "it is over");
    assert_eq!(change(&|it| it.approved_at = now().plus(1)), fails, "not yet");
    for said in [Pass, Unknown, Error, NotApplicable] {
        let without = judge(said, Exception { account: "x".into(), ..exception(None, None) });
        assert_eq!(judge(said, exception(None, None)), without, "{said:?}");
    }

    let flaw = |change: &dyn Fn(&mut Exception)| {
        let mut exception = exception(None, None);
        change(&mut exception);
        exception.complete()
    };
    assert_eq!(flaw(&|_| {}), Ok(()));
    assert_eq!(flaw(&|it| it.reason = " ".to_owned()), Err(ExceptionFlaw::NoReason));
    assert_eq!(flaw(&|it| it.approved_by.clear()), Err(ExceptionFlaw::NoApprover));
    assert_eq!(flaw(&|it| it.expires = it.approved_at), Err(ExceptionFlaw::NeverStands));
}
