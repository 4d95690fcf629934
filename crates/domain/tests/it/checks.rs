//! The checks of our own, over facts in every shape in which AWS sends them.

use std::collections::BTreeMap;

use domain::Verdict::{Fail, NotApplicable, Pass, Unknown};
use domain::check::{Facts, recording, run_all};
use domain::id::DAY_MS;
use domain::judge::Recording;
use domain::resource::kind;
use domain::{
    Catalogue, ErrorClass, Finding, FindingState, Part, Region, Resource, Source, Verdict,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::{ACCOUNT, EAST, WEST, World, account, now, resource};

fn run_with(world: &World, check: &str, threats: Option<BTreeMap<Region, u64>>) -> Vec<Finding> {
    let account = &world.organisation.accounts[0];
    let freshness = world.freshness();
    let mut facts = Facts::new(account, world.organisation.policy, &freshness, &world.resources);
    if let Some(threats) = threats {
        facts = facts.with_open_threats(threats);
    }
    let mut found = run_all(&facts, Catalogue::get());
    found.retain(|finding| finding.check == check);
    found.sort_by(|a, b| (&a.region, &a.native_id).cmp(&(&b.region, &b.native_id)));
    found
}

fn run(world: &World, check: &str) -> Vec<Finding> {
    run_with(world, check, None)
}

/// The one finding, as verdict and reason.
#[track_caller]
fn only(world: &World, check: &str) -> (Verdict, String) {
    let found = run(world, check);
    assert_eq!(found.len(), 1, "{check}: {found:?}");
    (found[0].verdict, found[0].reason.clone())
}

fn recorded(kind: &str, facts: Value) -> Resource {
    resource(Source::Config, kind, EAST, "it", facts)
}

/// Both regions record everything.
fn with(resources: impl IntoIterator<Item = Resource>) -> World {
    bare([recorder(EAST), recorder(WEST)].into_iter().chain(resources))
}

/// Nothing is known of the recorders but what the resources say.
fn bare(resources: impl IntoIterator<Item = Resource>) -> World {
    let mut world = World::read();
    world.resources.extend(resources);
    world
}

/// A recorder that records everything, as a fact.
fn recorder(region: &str) -> Resource {
    let facts = json!({
        "recording": true, "lastStatus": "SUCCESS", "allSupported": true,
        "recordingGroup": { "includeGlobalResourceTypes": true },
    });
    resource(Source::Config, kind::RECORDER, region, "default", facts)
}

fn days_ago(days: i64) -> f64 {
    now().plus(-days * DAY_MS).0 as f64 / 1000.0
}

/// Rows of one recorded resource each: the check, the type, its facts, the verdict that must come
/// of them, and words that its reason must have.
const RECORDED: &str = include_str!("recorded.jsonl");

#[derive(Deserialize)]
struct Row {
    check: String,
    kind: String,
    facts: Value,
    verdict: Verdict,
    says: String,
}

#[test]
fn one_recorded_resource() {
    for line in RECORDED.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        let (verdict, reason) = only(&with([recorded(&row.kind, row.facts)]), &row.check);
        assert_eq!(verdict, row.verdict, "{line}: {reason}");
        assert!(reason.contains(&row.says) && reason.ends_with('.'), "{line}: {reason}");
    }
}

#[test]
fn nothing_is_said_where_the_inventory_was_not_read() {
    let volume = recorded("AWS::EC2::Volume", json!({ "configuration": { "encrypted": true } }));
    let mut world = with([volume]);
    world.forget(Source::Config, Part::Inventory, EAST);
    assert_eq!(run(&world, "ebs-encrypted"), []);
}

/// `SelectResourceConfig` goes on answering: what it says is as old as the recorder's last day.
#[test]
fn what_config_does_not_record_any_more_is_unknown() {
    let except = |kind: &str| {
        json!({ "recording": true, "recordingGroup": { "allSupported": false,
            "recordingStrategy": { "useOnly": "EXCLUSION_BY_RESOURCE_TYPES" },
            "exclusionByResourceTypes": { "resourceTypes": [kind] } } })
    };
    for line in RECORDED.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        for facts in [
            json!({ "recording": false, "allSupported": true }),
            json!({ "recording": true, "allSupported": false, "resourceTypes": ["AWS::X::Y"] }),
            except(&row.kind),
        ] {
            let recorder = resource(Source::Config, kind::RECORDER, EAST, "default", facts.clone());
            let it = recorded(&row.kind, row.facts.clone());
            let mut world = bare([recorder.clone(), it.clone()]);
            let (verdict, reason) = only(&world, &row.check);
            assert_eq!(verdict, Unknown, "{facts} {line}: {reason}");
            // Nor does anybody know where the recorder itself was not read lately.
            world = with([it]);
            world.forget(Source::Config, Part::Recorder, EAST);
            assert_eq!(only(&world, &row.check).0, Unknown, "{line}");
        }
    }
    let stopped = json!({ "recording": false, "allSupported": true });
    let stopped = || {
        [EAST, WEST].map(|region| {
            resource(Source::Config, kind::RECORDER, region, "default", stopped.clone())
        })
    };
    let world = |it: Resource| bare(stopped().into_iter().chain([it]));
    let it = trail(EAST, json!(true), json!(true));
    assert_eq!(only(&world(it), "cloudtrail-multi-region-validated").0, Unknown);
    let it = recorded("AWS::S3::Bucket", json!({}));
    assert!(run(&world(it), "hipaa-eligible-services").iter().all(|it| it.verdict == Unknown));
    let table = || recorded("AWS::DynamoDB::Table", json!({ "configuration": {} }));
    assert_eq!(only(&world(table()), "backup-resources-protected").0, Unknown);
}

#[test]
fn a_check_states_its_finding_with_control_and_severity() {
    let found = run(
        &with([recorded("AWS::EC2::Volume", json!({ "configuration": { "encrypted": false } }))]),
        "ebs-encrypted",
    );
    let finding = &found[0];
    assert_eq!(finding.control.as_ref().map(domain::ControlId::as_str), Some("ebs-encrypted"));
    assert_eq!((finding.source, finding.part), (Source::Config, Part::Inventory));
    assert_eq!(finding.state, FindingState::Open);
    assert_eq!(finding.account.as_str(), ACCOUNT);
    assert_eq!(finding.resources.len(), 1);
    let again = run(
        &with([recorded("AWS::EC2::Volume", json!({ "configuration": { "encrypted": true } }))]),
        "ebs-encrypted",
    );
    assert_eq!(again[0].id, finding.id, "a later answer meets its own row");
    assert_eq!(again[0].state, FindingState::Passed);
}

// ---- S3 ----

fn blocks(flags: [Value; 4]) -> Value {
    let [acls, ignore, policy, restrict] = flags;
    json!({
        "blockPublicAcls": acls, "ignorePublicAcls": ignore,
        "blockPublicPolicy": policy, "restrictPublicBuckets": restrict,
    })
}

fn guarded(block: Value) -> Resource {
    let facts =
        json!({ "supplementaryConfiguration": { "PublicAccessBlockConfiguration": block } });
    recorded("AWS::S3::Bucket", facts)
}

fn account_block(region: &str, block: Value) -> Resource {
    let kind = "AWS::S3::AccountPublicAccessBlock";
    resource(Source::Config, kind, region, ACCOUNT, json!({ "configuration": block }))
}

#[test]
fn public_access_is_blocked_by_the_bucket_or_by_the_account() {
    let check = "s3-public-access-blocked";
    let all = || [json!(true), json!("true"), json!(true), json!(1.0)];
    assert_eq!(only(&with([guarded(blocks(all()))]), check).0, Pass);

    let three = [json!(true), json!(true), json!("false"), json!(true)];
    let (verdict, reason) = only(&with([guarded(blocks(three.clone()))]), check);
    assert_eq!(verdict, Fail);
    assert!(reason.contains("blockPublicPolicy") && !reason.contains("blockPublicAcls"));

    for (bucket, verdict) in [(blocks(three), Pass), (Value::Null, Pass)] {
        let world = with([guarded(bucket), account_block(WEST, blocks(all()))]);
        assert_eq!(only(&world, check), (verdict, only(&world, check).1));
        assert!(only(&world, check).1.contains("account"));
    }
    assert_eq!(only(&with([guarded(Value::Null)]), check).0, Unknown);

    // A block that was last seen long ago covers nothing.
    let mut world = with([guarded(Value::Null), account_block(WEST, blocks(all()))]);
    world.age(Source::Config, WEST);
    assert_eq!(only(&world, check).0, Unknown);

    // Nor does one whose region no longer records it.
    let stopped = resource(
        Source::Config,
        kind::RECORDER,
        WEST,
        "default",
        json!({ "recording": false, "allSupported": true }),
    );
    let block = account_block(WEST, blocks(all()));
    assert_eq!(
        only(&bare([recorder(EAST), stopped, guarded(Value::Null), block]), check).0,
        Unknown
    );

    // The pieces of both add up, one setting at a time.
    let own = [json!(true), json!(true), json!(false), json!(false)];
    let whole = [json!(false), json!(false), json!(true), json!(true)];
    let world = with([guarded(blocks(own)), account_block("global", blocks(whole))]);
    assert_eq!(only(&world, check).0, Pass);
}

#[test]
fn replication_to_any_other_bucket_counts() {
    let judge = |rules: Value| {
        let facts = json!({ "supplementaryConfiguration":
            { "BucketReplicationConfiguration": { "roleARN": "r", "rules": rules } } });
        only(&with([recorded("AWS::S3::Bucket", facts)]), "s3-replication")
    };
    let rule = |status: &str| json!({ "status": status, "destinationConfig": { "bucketARN": "arn:aws:s3:::copy" } });
    let (verdict, reason) = judge(json!({ "one": rule("Enabled"), "two": rule("Disabled") }));
    assert_eq!(verdict, Pass, "wherever the other bucket is, as the managed rule has it");
    assert_eq!(reason, "Replicated to copy, by 1 enabled rule in all.");
    assert_eq!(judge(json!([rule("Enabled")])).0, Pass);
    assert_eq!(judge(json!({ "one": rule("Disabled") })).0, Fail);
    assert_eq!(judge(json!({ "one": { "status": "Enabled" } })).0, Unknown);
}

// ---- KMS, CloudTrail, flow logs ----

#[test]
fn only_keys_that_kms_can_rotate_are_judged() {
    let key = |member: &str, value: &str, rotates: Value| {
        let mut configuration = json!({
            "keyManager": "CUSTOMER", "keySpec": "SYMMETRIC_DEFAULT", "origin": "AWS_KMS",
            "keyState": "Enabled",
        });
        configuration[member] = json!(value);
        let facts = json!({
            "configuration": configuration,
            "supplementaryConfiguration": { "KeyRotationStatus": rotates },
        });
        only(&with([recorded("AWS::KMS::Key", facts)]), "kms-rotation").0
    };
    assert_eq!(key("keyState", "Enabled", json!(true)), Pass);
    assert_eq!(key("keyState", "Enabled", json!("true")), Pass);
    assert_eq!(key("keyState", "Enabled", json!("false")), Fail);
    assert_eq!(key("keyState", "Enabled", Value::Null), Unknown);
    assert_eq!(key("keyManager", "AWS", json!(false)), NotApplicable);
    assert_eq!(key("keySpec", "RSA_2048", json!(false)), NotApplicable);
    assert_eq!(key("origin", "EXTERNAL", json!(false)), NotApplicable);
    assert_eq!(key("keyState", "PendingDeletion", json!(false)), NotApplicable);
    let bare = recorded("AWS::KMS::Key", json!({ "configuration": { "keyManager": "CUSTOMER" } }));
    assert_eq!(only(&with([bare]), "kms-rotation").0, Unknown);
}

fn trail(region: &str, multi: Value, validated: Value) -> Resource {
    let facts = json!({ "configuration":
        { "isMultiRegionTrail": multi, "logFileValidationEnabled": validated } });
    resource(Source::Config, "AWS::CloudTrail::Trail", region, "main", facts)
}

/// What CloudTrail says in a region of the trail with that id.
fn at_work(region: &str, id: &str, status: Value) -> Resource {
    let mut it = resource(Source::CloudTrail, kind::TRAIL_STATUS, region, id, json!({}));
    it.facts = json!({ "status": status });
    it
}

#[test]
fn one_good_trail_is_enough_and_none_needs_every_region() {
    let check = "cloudtrail-multi-region-validated";
    let mut world = with([]);
    world.resources.push(trail(WEST, json!(true), json!("true")));
    world.resources.push(at_work(WEST, "main", json!({ "IsLogging": true })));
    let found = run(&world, check);
    assert_eq!((found.len(), found[0].verdict), (1, Pass));
    assert_eq!(
        found[0].resources[0].region.as_str(),
        WEST,
        "as old as the visit that saw the trail"
    );

    let mut world = with([]);
    world.resources.push(trail(EAST, json!(true), json!(false)));
    assert_eq!(only(&world, check).0, Fail);
    world.forget(Source::Config, Part::Inventory, WEST);
    let (verdict, reason) = only(&world, check);
    assert_eq!(verdict, Unknown);
    assert!(reason.contains(WEST), "{reason}");

    // Rows that Config would not have anyway say nothing by their absence.
    assert_eq!(only(&bare([recorder(EAST)]), check).0, Unknown);
    let mut world = with([]);
    world.resources.push(trail(EAST, json!(true), Value::Null));
    assert_eq!(only(&world, check).0, Unknown);

    assert_eq!(run(&World::unread(), check), []);
}

/// `Stealth:IAMUser/CloudTrailLoggingDisabled` leaves the configuration as it was.
#[test]
fn a_trail_that_was_stopped_is_no_trail() {
    let check = "cloudtrail-multi-region-validated";
    let judge = |statuses: &[Resource]| {
        let mut world = with([]);
        world.resources.push(trail(WEST, json!(true), json!(true)));
        world.resources.extend(statuses.iter().cloned());
        world
    };
    let works = at_work(EAST, "main", json!({ "IsLogging": true }));
    let stopped = at_work(WEST, "main", json!({ "IsLogging": false }));
    let failing =
        at_work(WEST, "main", json!({ "IsLogging": true, "LatestDeliveryError": "AccessDenied" }));
    let other = at_work(WEST, "another", json!({ "IsLogging": true }));
    assert_eq!(only(&judge(std::slice::from_ref(&works)), check).0, Pass);
    for bad in [stopped, failing] {
        assert_eq!(only(&judge(&[works.clone(), bad]), check).0, Fail);
    }
    for silent in [vec![], vec![other], vec![at_work(WEST, "main", json!({}))]] {
        assert_eq!(only(&judge(&silent), check).0, Unknown);
    }
    let mut world = judge(&[works]);
    world.age(Source::CloudTrail, EAST);
    assert_eq!(only(&world, check).0, Unknown, "it may have been stopped since");
}

#[test]
fn a_vpc_needs_an_active_flow_log_of_all_traffic() {
    let check = "vpc-flow-logs";
    let log = |id: &str, vpc: &str, status: &str, traffic: &str| {
        let facts = json!({ "configuration": { "resourceId": vpc, "flowLogStatus": status,
            "trafficType": traffic, "deliverLogsStatus": "SUCCESS" } });
        resource(Source::Config, "AWS::EC2::FlowLog", EAST, id, facts)
    };
    let judge = |logs: Vec<Resource>| {
        let vpc = resource(Source::Config, "AWS::EC2::VPC", EAST, "vpc-1", json!({}));
        let mut world = with([vpc]);
        world.resources.extend(logs);
        only(&world, check)
    };
    assert_eq!(judge(vec![log("fl-1", "vpc-1", "ACTIVE", "ALL")]).0, Pass);
    let (verdict, reason) = judge(vec![log("fl-1", "vpc-1", "ACTIVE", "REJECT")]);
    assert_eq!(verdict, Fail);
    assert!(reason.contains("REJECT"), "{reason}");
    assert_eq!(judge(vec![log("fl-1", "vpc-1", "INACTIVE", "ALL")]).0, Fail);
    assert_eq!(judge(vec![log("fl-1", "vpc-2", "ACTIVE", "ALL")]).0, Fail);
    let two = vec![log("a", "vpc-1", "ACTIVE", "ALL"), log("b", "vpc-1", "ACTIVE", "REJECT")];
    assert_eq!(judge(two).0, Pass);
    let mut nameless = log("fl-1", "vpc-1", "ACTIVE", "ALL");
    nameless.facts = json!({});
    assert_eq!(judge(vec![nameless]).0, Unknown, "nobody knows whose flow log it is");

    let vpc = resource(Source::Config, "AWS::EC2::VPC", EAST, "vpc-1", json!({}));
    let only_vpcs =
        json!({ "recording": true, "allSupported": false, "resourceTypes": ["AWS::EC2::VPC"] });
    let recorder = resource(Source::Config, kind::RECORDER, EAST, "default", only_vpcs);
    assert_eq!(only(&bare([recorder, vpc]), check).0, Unknown, "flow logs are not recorded");
}

// ---- services and tenancy ----

#[test]
fn services_are_judged_where_phi_may_be() {
    let check = "hipaa-eligible-services";
    let kinds =
        ["AWS::S3::Bucket", "AWS::AppRunner::Service", "AWS::Nonsense::Thing", "AWS::IAM::User"];
    let mut world = with([]);
    for kind in kinds {
        let region = if kind.contains("IAM") { "global" } else { EAST };
        world.resources.push(resource(Source::Config, kind, region, kind, json!({})));
    }
    // Facts of Backup and Config's own rows are not services in use.
    world.resources.push(resource(Source::Backup, kind::VAULT, EAST, "v", json!({})));
    world.resources.push(resource(Source::Config, kind::CONFIG_RULE, EAST, "r", json!({})));

    let found = run(&world, check);
    let of = |kind: &str| {
        let one = found.iter().find(|it| it.resources[0].kind == kind).unwrap();
        (one.verdict, one.region.as_str())
    };
    assert_eq!(of("AWS::S3::Bucket"), (Pass, EAST));
    assert_eq!(of("AWS::AppRunner::Service"), (Fail, EAST));
    assert_eq!(of("AWS::Nonsense::Thing"), (Unknown, EAST));
    assert_eq!(of("AWS::IAM::User").1, EAST, "what is global stands under one region");
    assert_eq!(of(kind::ACCOUNT), (NotApplicable, WEST), "nothing at all in the west");
    assert_eq!(found.len(), 5);

    world.organisation.accounts = vec![account(false)];
    let verdicts: Vec<_> = run(&world, check).iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [NotApplicable, NotApplicable]);

    // Types that are left out by name leave services unseen, and that is said; IAM's types are
    // recorded in another region.
    let except = |kinds: &[&str]| {
        let facts = json!({ "recording": true, "recordingGroup": { "allSupported": false,
            "recordingStrategy": { "useOnly": "EXCLUSION_BY_RESOURCE_TYPES" },
            "exclusionByResourceTypes": { "resourceTypes": kinds } } });
        let recorder = resource(Source::Config, kind::RECORDER, EAST, "default", facts);
        let mut world = bare([recorder, recorded("AWS::S3::Bucket", json!({}))]);
        world.organisation.accounts[0].regions = vec![EAST.into()];
        run(&world, check).into_iter().map(|it| it.verdict).collect::<Vec<_>>()
    };
    assert_eq!(except(&["AWS::IAM::User"]), [Pass]);
    let mut verdicts = except(&["AWS::AppRunner::Service"]);
    verdicts.sort();
    assert_eq!(verdicts, [Pass, Unknown]);

    // A recorder of a few types leaves services unseen, and that is said.
    let short =
        json!({ "recording": true, "allSupported": false, "resourceTypes": ["AWS::S3::Bucket"] });
    let mut world = bare([resource(Source::Config, kind::RECORDER, EAST, "default", short)]);
    world.organisation.accounts[0].regions = vec![EAST.into()];
    let (verdict, reason) = only(&world, check);
    assert_eq!(verdict, Unknown);
    assert!(reason.contains("only 1"), "{reason}");
}

#[test]
fn tenancy_is_asked_only_where_it_is_demanded() {
    let check = "ec2-dedicated-tenancy";
    let instance = |tenancy: Value, state: &str| {
        let facts = json!({ "configuration":
            { "placement": { "tenancy": tenancy }, "state": { "name": state } } });
        let mut world = with([recorded("AWS::EC2::Instance", facts)]);
        world.organisation.policy.dedicated_tenancy = true;
        world
    };
    assert_eq!(only(&instance(json!("dedicated"), "running"), check).0, Pass);
    assert_eq!(only(&instance(json!("host"), "running"), check).0, Pass);
    assert_eq!(only(&instance(json!("default"), "running"), check).0, Fail);
    assert_eq!(only(&instance(json!("default"), "terminated"), check).0, NotApplicable);
    assert_eq!(only(&instance(Value::Null, "running"), check).0, Unknown);
    let mut world = instance(json!("default"), "running");
    world.organisation.policy.dedicated_tenancy = false;
    assert_eq!(run(&world, check), []);
}

// ---- monitoring ----

/// Verdicts in the east and the west.
#[track_caller]
fn by_region(found: &[Finding]) -> (Verdict, Verdict) {
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].region.as_str(), EAST);
    (found[0].verdict, found[1].verdict)
}

#[test]
fn a_recorder_must_run_and_record_everything() {
    let check = "config-recorder-on";
    let row = |facts: Value| resource(Source::Config, kind::RECORDER, EAST, "default", facts);
    for (facts, verdict) in [
        (json!({ "recording": true, "allSupported": true }), Pass),
        (
            json!({ "status": { "recording": "true" }, "recordingGroup": { "allSupported": true } }),
            Pass,
        ),
        (json!({ "recording": false, "allSupported": true }), Fail),
        (json!({ "recording": true, "lastStatus": "Failure", "allSupported": true }), Fail),
        (
            json!({ "recording": true, "allSupported": false, "resourceTypes": ["AWS::S3::Bucket"] }),
            Fail,
        ),
        (
            json!({ "recording": true, "recordingGroup": { "allSupported": false,
                "recordingStrategy": { "useOnly": "EXCLUSION_BY_RESOURCE_TYPES" },
                "exclusionByResourceTypes": { "resourceTypes": ["AWS::EC2::Subnet"] } } }),
            Pass,
        ),
        (json!({ "allSupported": true }), Unknown),
        (json!({ "recording": true }), Unknown),
    ] {
        let found = run(&bare([row(facts.clone())]), check);
        assert_eq!(by_region(&found), (verdict, Fail), "{facts}: {}", found[0].reason);
    }
}

#[test]
fn a_recorder_says_what_its_silence_means() {
    let except = |facts: Value| match recording(&facts) {
        Some(Recording::AllExcept(except)) => except.into_iter().collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let global = |include: bool| {
        json!({ "recording": true, "recordingGroup":
            { "allSupported": true, "includeGlobalResourceTypes": include } })
    };
    assert!(except(global(true)).is_empty());
    assert_eq!(except(global(false)).len(), 4, "IAM's types are recorded elsewhere");
    assert_eq!(recording(&json!({ "recording": false })), Some(Recording::Nothing));
    assert_eq!(recording(&json!({})), None);
    assert_eq!(recording(&json!("nonsense")), None);
}

#[test]
fn guardduty_must_be_on_in_every_region_that_was_read() {
    let check = "guardduty-on";
    let detector = |facts: Value| resource(Source::GuardDuty, kind::DETECTOR, EAST, "d", facts);
    let found = |facts: Value| run(&with([detector(facts)]), check);
    assert_eq!(by_region(&found(json!({ "Status": "ENABLED" }))), (Pass, Fail));
    assert_eq!(by_region(&found(json!({ "status": "DISABLED" }))), (Fail, Fail));
    assert_eq!(by_region(&found(json!({}))), (Unknown, Fail));
    // Config's row of the same type is not GuardDuty's word.
    let row = resource(Source::Config, kind::DETECTOR, EAST, "d", json!({ "Status": "ENABLED" }));
    assert_eq!(by_region(&run(&with([row]), check)), (Fail, Fail));
    let mut world = with([detector(json!({ "Status": "ENABLED" }))]);
    world.forget(Source::GuardDuty, Part::Detector, WEST);
    assert_eq!(only(&world, check).0, Pass);
}

#[test]
fn open_threats_fail_and_silence_passes_only_where_somebody_watched() {
    let check = "guardduty-no-open-high";
    let on =
        || resource(Source::GuardDuty, kind::DETECTOR, EAST, "d", json!({ "Status": "ENABLED" }));
    let world = with([on()]);
    assert_eq!(run(&world, check), [], "nobody counted");
    let none = run_with(&world, check, Some(BTreeMap::new()));
    assert_eq!(by_region(&none), (Pass, Unknown));
    let two = run_with(&world, check, Some(BTreeMap::from([(EAST.into(), 2), (WEST.into(), 1)])));
    assert_eq!(by_region(&two), (Fail, Fail));
    assert!(two[0].reason.starts_with("2 GuardDuty findings"), "{}", two[0].reason);
}

#[test]
fn security_hub_is_on_or_off_or_unknown() {
    let check = "securityhub-on";
    let hub = |facts: Value| resource(Source::SecurityHub, kind::HUB, EAST, "hub", facts);
    let found = |facts: Value| by_region(&run(&with([hub(facts)]), check));
    assert_eq!(found(json!({ "enabled": true })), (Pass, Unknown));
    assert_eq!(found(json!({ "enabled": "false" })), (Fail, Unknown));
    assert_eq!(
        found(json!({ "HubArn": "arn:aws:securityhub:us-east-1:1:hub/default" })),
        (Pass, Unknown)
    );
    assert_eq!(found(json!({})), (Unknown, Unknown));
    let mut world = with([hub(json!({ "enabled": true }))]);
    world.fail(Source::SecurityHub, Part::Hub, EAST, ErrorClass::NotEnabled);
    assert_eq!(by_region(&run(&world, check)), (Fail, Unknown));
}

// ---- backup ----

fn told(kind: &str, region: &str, id: &str, facts: Value) -> Resource {
    resource(Source::Backup, kind, region, id, facts)
}

#[test]
fn recovery_points_are_encrypted_one_by_one() {
    let check = "backup-recovery-points-encrypted";
    for (facts, verdict) in [
        (json!({ "Status": "COMPLETED", "IsEncrypted": true }), Pass),
        (json!({ "Status": "COMPLETED", "IsEncrypted": "false" }), Fail),
        (json!({ "Status": "COMPLETED" }), Unknown),
        (json!({ "Status": "EXPIRED", "IsEncrypted": false }), NotApplicable),
        (json!({ "Status": "Deleting", "IsEncrypted": false }), NotApplicable),
    ] {
        let world = with([told(kind::RECOVERY_POINT, EAST, "p", facts.clone())]);
        assert_eq!(only(&world, check).0, verdict, "{facts}");
    }
}

#[test]
fn a_vault_is_locked_in_one_of_two_ways() {
    let check = "backup-vault-locked";
    for (facts, verdict, words) in [
        (json!({ "Locked": true }), Pass, "governance"),
        (json!({ "Locked": true, "LockDate": days_ago(10) }), Pass, "final since 2026-11-13"),
        (json!({ "Locked": "true", "LockDate": "2027-01-01T00:00:00Z" }), Pass, "2027-01-01"),
        (json!({ "Locked": false }), Fail, "not locked"),
        (json!({}), Unknown, "Locked"),
        (json!({ "VaultType": "RESTORE_ACCESS_BACKUP_VAULT" }), NotApplicable, ""),
    ] {
        let (found, reason) = only(&with([told(kind::VAULT, EAST, "v", facts.clone())]), check);
        assert_eq!(found, verdict, "{facts}");
        assert!(reason.contains(words), "{reason}");
    }
}

fn vault(region: &str) -> String {
    format!("arn:aws:backup:{region}:{ACCOUNT}:backup-vault:main")
}

fn copy(to: &str, state: &str, days: i64) -> Resource {
    let facts = json!({ "State": state, "CompletionDate": days_ago(days),
        "SourceBackupVaultArn": vault(EAST), "DestinationBackupVaultArn": vault(to) });
    told(kind::COPY_JOB, EAST, "job", facts)
}

#[test]
fn a_copy_must_reach_another_region_lately() {
    let check = "backup-cross-region-copy";
    let (verdict, reason) = only(&with([copy(WEST, "COMPLETED", 20)]), check);
    assert_eq!(verdict, Pass);
    assert!(reason.contains("from us-east-1 to us-west-2"), "{reason}");
    assert_eq!(only(&with([copy(WEST, "COMPLETED", 36)]), check).0, Fail);
    assert_eq!(only(&with([copy(WEST, "FAILED", 1)]), check).0, Fail);
    assert_eq!(only(&with([copy(EAST, "COMPLETED", 1)]), check).0, Fail);
    assert_eq!(only(&World::read(), check).0, Fail);

    let arrived = json!({ "Status": "COMPLETED", "CreationDate": days_ago(3),
        "SourceBackupVaultArn": vault(EAST) });
    let point = || told(kind::RECOVERY_POINT, WEST, "p", arrived.clone());
    assert_eq!(only(&with([point()]), check).0, Pass);
    let mut world = with([point()]);
    world.forget(Source::Backup, Part::CopyJobs, WEST);
    let found = run(&world, check);
    assert_eq!((found[0].verdict, found[0].resources[0].region.as_str()), (Pass, EAST));

    // Old recovery points do not borrow the age of fresh copy jobs.
    let mut world = with([point()]);
    world.age(Source::Backup, WEST);
    assert_eq!(only(&world, check).0, Unknown);
}

/// Rounds end in one region before the other, and not always in the same one.
#[test]
fn a_statement_about_the_whole_account_stays_itself_whichever_region_was_read_first() {
    for (check, source) in [
        ("cloudtrail-multi-region-validated", Source::Config),
        ("backup-cross-region-copy", Source::Backup),
        ("backup-restore-tested", Source::Backup),
    ] {
        let stated = [EAST, WEST].map(|oldest| {
            let mut world = World::read();
            world.succeed(source, oldest, 2 * domain::id::HOUR_MS);
            let found = run(&world, check);
            assert_eq!(found.len(), 1, "{check}: {found:?}");
            let one = found.into_iter().next().unwrap();
            assert_eq!(one.resources[0].region.as_str(), oldest, "{check}: its age is that of");
            (one.id, one.region)
        });
        assert_eq!(stated[0], stated[1], "{check}");
    }
}

#[test]
fn what_was_denied_is_named_and_never_a_failure() {
    for (check, part) in [
        ("backup-cross-region-copy", Part::CopyJobs),
        ("backup-cross-region-copy", Part::RecoveryPoints),
        ("backup-restore-tested", Part::RestoreJobs),
    ] {
        let mut world = World::read();
        world.fail(Source::Backup, part, WEST, ErrorClass::Denied);
        world.forget(Source::Backup, part, WEST);
        let (verdict, reason) = only(&world, check);
        assert_eq!(verdict, Unknown, "{check} {part:?}");
        assert!(reason.contains(WEST) && reason.contains("service:ListThings"), "{reason}");

        let mut world = World::read();
        world.forget(Source::Backup, part, WEST);
        assert_eq!(only(&world, check).0, Unknown, "{check} {part:?}");
    }
    assert_eq!(run(&World::unread(), "backup-restore-tested"), []);
}

#[test]
fn a_restore_must_have_worked_within_ninety_days() {
    let check = "backup-restore-tested";
    let job = |facts: Value| only(&with([told(kind::RESTORE_JOB, WEST, "r", facts)]), check);
    let (verdict, reason) = job(json!({ "Status": "COMPLETED", "CompletionDate": days_ago(89),
        "ValidationStatus": "SUCCESSFUL", "CreatedBy": { "RestoreTestingPlanArn": "arn:x" } }));
    assert_eq!(verdict, Pass);
    assert!(reason.starts_with("A restore test"), "{reason}");
    let iso = "2026-11-20T10:00:00.000Z";
    assert_eq!(job(json!({ "Status": "COMPLETED", "CompletionDate": iso })).0, Pass);
    assert_eq!(job(json!({ "Status": "COMPLETED", "CompletionDate": days_ago(91) })).0, Fail);
    assert_eq!(job(json!({ "Status": "FAILED", "CompletionDate": iso })).0, Fail);
    assert_eq!(job(json!({ "Status": "COMPLETED" })).0, Fail, "nobody knows when");
    let of = |validation: &str| {
        job(json!({ "Status": "COMPLETED", "CompletionDate": iso, "ValidationStatus": validation }))
    };
    for undecided in ["FAILED", "TIMED_OUT", "VALIDATING"] {
        assert_eq!(of(undecided).0, Fail, "{undecided}");
    }
    assert_eq!(of("SUCCESSFUL").0, Pass);
}

#[test]
fn every_resource_worth_keeping_was_backed_up_lately() {
    let check = "backup-resources-protected";
    let table = "arn:aws:dynamodb:us-east-1:111122223333:table/visits";
    let visits = || {
        let mut it = recorded("AWS::DynamoDB::Table", json!({ "configuration": {} }));
        it.key = table.into();
        it
    };
    let row = |arn: &str, at: Value| {
        told(
            kind::PROTECTED_RESOURCE,
            EAST,
            arn,
            json!({ "ResourceArn": arn, "LastBackupTime": at }),
        )
    };
    assert_eq!(only(&with([visits(), row(table, json!(days_ago(2)))]), check).0, Pass);
    assert_eq!(only(&with([visits(), row(table, json!(days_ago(40)))]), check).0, Fail);
    assert_eq!(only(&with([visits(), row(table, Value::Null)]), check).0, Unknown);
    let (verdict, reason) = only(&with([visits()]), check);
    assert_eq!(verdict, Fail);
    assert!(reason.contains("never"), "{reason}");

    // A volume is in the image of its instance.
    let facts = json!({ "configuration": { "attachments": [{ "instanceId": "i-1" }] } });
    let volume = resource(Source::Config, "AWS::EC2::Volume", EAST, "vol-1", facts);
    let image = row("arn:aws:ec2:us-east-1:111122223333:instance/i-1", json!(days_ago(1)));
    assert_eq!(only(&with([volume, image]), check).0, Pass);

    let member = json!({ "configuration": { "dBClusterIdentifier": "aurora" } });
    let member = recorded("AWS::RDS::DBInstance", member);
    assert_eq!(only(&with([member]), check).0, NotApplicable);

    let mut world = with([visits()]);
    world.forget(Source::Backup, Part::ProtectedResources, EAST);
    assert_eq!(run(&world, check), [], "an unread list protects nothing and accuses nobody");
}

#[test]
fn backup_jobs_of_a_week_succeed() {
    let check = "backup-jobs-succeed";
    let job = |id: &str, state: &str, days: i64| {
        told(kind::BACKUP_JOB, EAST, id, json!({ "State": state, "CreationDate": days_ago(days) }))
    };
    let found = |jobs: Vec<Resource>| {
        let found = run(&with(jobs), check);
        assert_eq!(by_region(&found).1, Unknown, "no job in the west");
        (found[0].verdict, found[0].reason.clone())
    };
    assert_eq!(found(vec![job("a", "COMPLETED", 1)]).0, Pass);
    let (verdict, reason) = found(vec![job("a", "COMPLETED", 1), job("b", "PARTIAL", 2)]);
    assert_eq!(verdict, Fail);
    assert!(reason.starts_with("1 of 2"), "{reason}");
    assert_eq!(found(vec![job("a", "COMPLETED", 1), job("b", "FAILED", 9)]).0, Pass);
    assert_eq!(found(vec![job("a", "RUNNING", 0)]).0, Unknown);
    assert_eq!(found(vec![]).0, Unknown);
}

/// No shape of facts whatever makes a check panic, and nonsense never passes.
#[test]
fn nonsense_never_passes() {
    let nonsense = [
        json!(null),
        json!([]),
        json!("{"),
        json!(7.5),
        json!({ "configuration": [] }),
        json!({ "configuration": "{broken", "supplementaryConfiguration": 3 }),
        json!({ "configuration": { "encrypted": {}, "storageEncrypted": [], "EncryptionAtRestOptions": "x" } }),
    ];
    let kinds = [
        "AWS::S3::Bucket",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBSnapshot",
        "AWS::RDS::DBClusterSnapshot",
        "AWS::Redshift::Cluster",
        "AWS::OpenSearch::Domain",
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::Kinesis::Stream",
        "AWS::KMS::Key",
        "AWS::CloudTrail::Trail",
        "AWS::EC2::VPC",
        "AWS::EC2::FlowLog",
        kind::RECORDER,
    ];
    let backup = [
        kind::VAULT,
        kind::RECOVERY_POINT,
        kind::BACKUP_JOB,
        kind::COPY_JOB,
        kind::RESTORE_JOB,
        kind::PROTECTED_RESOURCE,
    ];
    for facts in nonsense {
        let mut world = with(kinds.map(|kind| recorded(kind, facts.clone())));
        world.resources.extend(backup.map(|kind| told(kind, EAST, "it", facts.clone())));
        world.resources.push(resource(Source::GuardDuty, kind::DETECTOR, EAST, "d", facts.clone()));
        world.resources.push(resource(Source::SecurityHub, kind::HUB, EAST, "h", facts.clone()));
        // Once with sane recorders, so that checks look into the nonsense, once with nonsense alone.
        let mut alone = world.clone();
        alone.resources.retain(|row| row.facts == facts);
        for check in domain::check::all().filter(|it| it.id != "hipaa-eligible-services") {
            let mut found = run(&alone, check.id);
            if check.id != "config-recorder-on" {
                found.extend(run(&world, check.id));
            }
            for finding in found {
                assert_ne!(finding.verdict, Pass, "{} over {facts}", check.id);
            }
        }
    }
}
