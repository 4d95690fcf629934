//! What checks of runbooks find, from what is stored.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::register::{Known, Record as _, Vendor};
use domain::runbook::check::Cause;
use domain::runbook::{Check, Outcome, StepCheck, Template, Values};
use domain::telemetry::SpanStatus;
use domain::{
    AccessEvent, AccessOutcome, Batch, Catalogue, IdentityKind, Resource, ResourceKey, Source,
};
use serde_json::json;
use store::By;
use store::runbook_check::Present;

use crate::fixture::{
    EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, finding, organisation, passed, scope, visit_all,
};
use crate::telemetry::{add, span};

const PRESENT: Present = Present { data: NOW, people: NOW };

/// Asks one check, with values for what it needs.
async fn ask(store: &Store, check: Check, told: &[(&str, &str)]) -> Outcome {
    let mut text = "+++\nid = \"x\"\ntitle = \"X\"\nversion = 1\nreviewed = 2026-01-01\n\
                    owner = \"engineer\"\nsummary = \"X\"\nsafeguards = [\"164.312(b)\"]\n"
        .to_owned();
    for need in check.needs() {
        let kind = need.kind.as_str();
        let name = need.name;
        write!(text, "[[parameter]]\nname = \"{name}\"\ntitle = \"X\"\nkind = \"{kind}\"\n")
            .unwrap();
    }
    let check = check.as_str();
    write!(
        text,
        "+++\n## One {{#one}}\n```toml step\nrole = \"engineer\"\ncheck = \"{check}\"\n```\nX\n"
    )
    .unwrap();
    let template = Template::parse(&text).unwrap();
    let filled: BTreeMap<String, String> =
        told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let values = Values::read(&template, &filled).unwrap();
    let asked: &StepCheck = template.steps[0].check.as_ref().unwrap();
    store.reader.runbook_check(asked, &values, PRESENT).await.unwrap()
}

fn why(outcome: Outcome) -> Option<Cause> {
    match outcome {
        Outcome::Unknown { why, .. } => Some(why),
        Outcome::Yes { .. } | Outcome::No { .. } => None,
    }
}

#[tokio::test]
async fn a_judged_resource_answers_and_anything_else_is_unknown() {
    let (store, run) = Store::begun().await;
    let closed = "s3-public-access-blocked";
    let control = Catalogue::get().control(&closed.into()).unwrap();
    let check = control.securityhub[0].clone();
    let here = scope(Source::SecurityHub, MAIN, EAST);
    let about = |name: &str| domain::Finding {
        check: check.clone(),
        control: Some(closed.into()),
        ..finding(&here, name, name)
    };
    visit_all(&store, run, NOW).await;
    store.ingest(run, &here, vec![about("open"), passed(about("closed"))]).await;
    store.writer.judge(run, &organisation(), Catalogue::get(), NOW).await.unwrap();

    let bucket = async |name: &str| {
        ask(&store, Check::PublicAccessBlocked, &[("resource", &format!("arn:aws:s3:::{name}"))])
            .await
    };
    assert_eq!(bucket("open").await, Outcome::No { as_of: NOW });
    assert_eq!(bucket("closed").await, Outcome::Yes { as_of: NOW });
    assert_eq!(why(bucket("elsewhere").await), Some(Cause::NotJudged));
    let silent = ask(&store, Check::PublicAccessBlocked, &[]).await;
    assert_eq!(why(silent), Some(Cause::NotTold));
    let encrypted = ask(&store, Check::EncryptionOn, &[("resource", "arn:aws:s3:::closed")]).await;
    assert!(!encrypted.known(), "another question, which nobody answered");
}

fn trail(account: &str, region: &str, logging: bool) -> Resource {
    let arn = format!("arn:aws:cloudtrail:{region}:{account}:trail/main");
    let kind = domain::resource::kind::TRAIL_STATUS;
    Resource {
        key: ResourceKey::new(format!("{kind}/{account}/{region}/{arn}")),
        source: Source::CloudTrail,
        account: account.into(),
        region: region.into(),
        kind: kind.to_owned(),
        name: "main".to_owned(),
        id: arn,
        tags: Vec::new(),
        facts: json!({"status": {"IsLogging": logging}}),
        recorded_at: Some(NOW),
    }
}

#[tokio::test]
async fn trails_answer_for_their_own_region_once_it_was_read() {
    let (store, run) = Store::begun().await;
    let place =
        |account: &'static str, region: &'static str| [("account", account), ("region", region)];
    let ask = async |told: &[(&str, &str)]| ask(&store, Check::TrailLogging, told).await;
    assert_eq!(why(ask(&place(MAIN, EAST)).await), Some(Cause::NotCollected));
    for (account, region, logging) in [(MAIN, EAST, true), (MAIN, WEST, false)] {
        let batch = Batch { resources: vec![trail(account, region, logging)], ..Batch::default() };
        let scope = scope(Source::CloudTrail, account, region);
        store.writer.ingest(run, &scope, batch, NOW).await.unwrap();
    }
    visit_all(&store, run, NOW).await;
    assert_eq!(ask(&place(MAIN, EAST)).await, Outcome::Yes { as_of: NOW });
    assert_eq!(ask(&place(MAIN, WEST)).await, Outcome::No { as_of: NOW });
    assert_eq!(ask(&place(OTHER, EAST)).await, Outcome::No { as_of: NOW }, "read, and empty");
    let unwatched = [("account", "333333333333"), ("region", EAST)];
    assert_eq!(why(ask(&unwatched).await), Some(Cause::NotCollected));
}

#[tokio::test]
async fn vendors_are_found_by_name_in_whatever_case() {
    let store = Store::new().await;
    let filled = domain::register::Filled::default()
        .with("name", "Imaging archive")
        .with("services", "Keeps images")
        .with("receives_phi", "yes")
        .with("phi_since", "2026-01-02");
    let vendor = Vendor::read(&filled, &Known { now: NOW, ..Known::default() }).unwrap();
    store.writer.record_add(&By::system(NOW), &vendor).await.unwrap();
    let named = async |name: &str| ask(&store, Check::AgreementInForce, &[("vendor", name)]).await;
    assert_eq!(named("IMAGING archive").await, Outcome::No { as_of: NOW });
    assert_eq!(why(named("Nobody").await), Some(Cause::NotJudged));
}

#[tokio::test]
async fn calls_to_a_table_are_counted_and_those_to_others_are_not() {
    let store = Store::new().await;
    let table = "arn:aws:dynamodb:us-east-1:111111111111:table/visits";
    let ask = async || ask(&store, Check::ThrottlesOccurring, &[("resource", table)]).await;
    let call = |id: u8, table: serde_json::Value, error: &str| {
        let mut span = span(9, id, NOW);
        span.attributes.insert("aws.dynamodb.table_names".to_owned(), table);
        if !error.is_empty() {
            span.status = SpanStatus::Error;
            span.attributes.insert("error.type".to_owned(), error.into());
        }
        span
    };
    let throttled = "ProvisionedThroughputExceededException";
    // The name stands in the span, but the call was to another table.
    add(&store, vec![call(1, json!(["visits-archive"]), throttled)], Vec::new()).await;
    assert_eq!(why(ask().await), Some(Cause::NothingSeen));
    add(&store, vec![call(2, json!(["visits"]), "")], Vec::new()).await;
    assert_eq!(ask().await, Outcome::No { as_of: NOW });
    add(&store, vec![call(3, json!("visits"), "AccessDeniedException")], Vec::new()).await;
    assert_eq!(ask().await, Outcome::No { as_of: NOW });
    add(&store, vec![call(4, json!([table]), throttled)], Vec::new()).await;
    assert_eq!(ask().await, Outcome::Yes { as_of: NOW });
}

#[tokio::test]
async fn use_of_an_identity_is_a_yes_and_its_absence_is_never_a_no() {
    let (store, run) = Store::begun().await;
    let identity = format!("role/{MAIN}/clinician");
    let event = |id: &str, ago: i64, outcome| AccessEvent {
        id: id.to_owned(),
        at: NOW.plus(-ago),
        account: MAIN.into(),
        region: EAST.into(),
        service: "s3".to_owned(),
        action: "GetBucketPolicy".to_owned(),
        outcome,
        cause: None,
        identity: identity.clone(),
        identity_kind: IdentityKind::Role,
        address_net: None,
        mfa: None,
        error_code: String::new(),
    };
    let access =
        vec![event("a", 5 * HOUR, AccessOutcome::Allowed), event("b", HOUR, AccessOutcome::Denied)];
    let batch = Batch { access, ..Batch::default() };
    store.writer.ingest(run, &scope(Source::CloudTrail, MAIN, EAST), batch, NOW).await.unwrap();
    let since = async |ago: i64| {
        let since = NOW.plus(-ago).rfc3339();
        let told = [("identity", identity.as_str()), ("since", since.as_str())];
        ask(&store, Check::CredentialLastUsed, &told).await
    };
    assert!(matches!(since(6 * HOUR).await, Outcome::Yes { .. }));
    let nothing = Outcome::Unknown { why: Cause::NothingSeen, as_of: None };
    assert_eq!(since(2 * HOUR).await, nothing, "a refusal is no use");
    visit_all(&store, run, NOW).await;
    let read = Outcome::Unknown { why: Cause::NothingSeen, as_of: Some(NOW) };
    assert_eq!(since(2 * HOUR).await, read, "and it says how far was read");
}
