use crate::fixture::{
    EAST, HOUR, MAIN, NOW, Store, WEST, finding, outcome, recount, resource, scope, seen,
};
use domain::{Batch, ErrorClass, FindingState, Part, ScopeState, Source, SourceError, Sweep};
use store::Trigger;

#[tokio::test]
async fn what_a_complete_listing_lacks_is_resolved_there_and_nowhere_else() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let west = scope(Source::SecurityHub, MAIN, WEST);
    let (stays, goes) = (finding(&hub, "stays", "a"), finding(&hub, "goes", "b"));
    let spared = finding(&hub, "rule/x/1", "c");
    let elsewhere = finding(&west, "goes", "d");
    let mut other_part = finding(&hub, "other", "e");
    other_part.part = Part::Hub;
    // A finding of another region that this scope reported belongs to this scope's listing.
    let mut remote = finding(&west, "remote", "f");
    remote.account = MAIN.into();
    let ours =
        vec![stays.clone(), goes.clone(), spared.clone(), other_part.clone(), remote.clone()];
    store.ingest(run, &hub, ours).await;
    store.ingest(run, &west, vec![elsewhere.clone()]).await;
    let second = store.writer.run_begin(Trigger::Schedule, 1, NOW.plus(HOUR)).await.unwrap();
    let sweep = Sweep::Findings {
        part: Part::Findings,
        seen: seen(&[&stays]),
        spare: vec!["rule/x/".into()],
    };
    let ended = outcome(hub.source, NOW.plus(HOUR), vec![sweep]);
    store.writer.scope_finish(second, &hub, &ended, NOW.plus(2 * HOUR)).await.unwrap();
    let (open, gone) = (FindingState::Open, FindingState::Resolved);
    let mut states = Vec::new();
    for one in [&stays, &goes, &spared, &elsewhere, &other_part, &remote] {
        let detail = store.reader.finding_get(&one.id).await.unwrap().unwrap();
        states.push(detail.finding.state);
        assert_eq!(detail.gone_at.is_some(), detail.finding.state == FindingState::Resolved);
    }
    assert_eq!(states, [open, gone, open, open, open, gone]);
    let seen_again = store.reader.finding_get(&stays.id).await.unwrap().unwrap();
    assert_eq!(seen_again.last_seen_run, second);
    recount(&mut store.raw().await).await;
    // Listed again, it is open again, though nothing about it changed.
    store.ingest(second, &hub, vec![goes.clone()]).await;
    let back = store.reader.finding_get(&goes.id).await.unwrap().unwrap();
    assert_eq!((back.finding.state, back.gone_at), (open, None));
    assert_eq!(back.changes.len(), 2);
    recount(&mut store.raw().await).await;
}

#[tokio::test]
async fn resources_that_are_gone_are_gone_and_come_back() {
    let (store, run) = Store::begun().await;
    let config = scope(Source::Config, MAIN, EAST);
    let a = resource(MAIN, EAST, "AWS::EC2::Volume", "vol-a");
    let b = resource(MAIN, EAST, "AWS::EC2::Volume", "vol-b");
    let batch = || Batch { resources: vec![a.clone(), b.clone()], ..Batch::default() };
    store.writer.ingest(run, &config, batch(), NOW).await.unwrap();
    let sweep = Sweep::Resources {
        kinds: vec!["AWS::EC2::Volume".into(), "AWS::S3::Bucket".into()],
        seen: [a.key.clone()].into(),
    };
    let ended = outcome(Source::Config, NOW, vec![sweep]);
    store.writer.scope_finish(run, &config, &ended, NOW.plus(HOUR)).await.unwrap();
    let page = store.reader.resource_page("AWS::EC2::Volume", None, 10).await.unwrap();
    assert_eq!(page, std::slice::from_ref(&a));
    store.writer.ingest(run, &config, batch(), NOW).await.unwrap();
    let page = store.reader.resource_page("AWS::EC2::Volume", Some(&a.key), 10).await.unwrap();
    assert_eq!(page, std::slice::from_ref(&b));
}

#[tokio::test]
async fn a_part_that_failed_keeps_its_age() {
    let (store, run) = Store::begun().await;
    let backup = scope(Source::Backup, MAIN, EAST);
    let good = outcome(Source::Backup, NOW, Vec::new());
    store.writer.scope_finish(run, &backup, &good, NOW.plus(HOUR)).await.unwrap();
    let mut bad = outcome(Source::Backup, NOW.plus(HOUR), Vec::new());
    bad.state = ScopeState::Partial;
    bad.watermark = None;
    bad.full = false;
    let copies = bad.parts.get_mut(&Part::CopyJobs).unwrap();
    copies.as_of = None;
    copies.error = Some(SourceError {
        part: Part::CopyJobs,
        operation: "ListCopyJobs".into(),
        class: ErrorClass::Denied,
        code: "AccessDeniedException".into(),
        message: "no".into(),
        missing_action: Some("backup:ListCopyJobs".into()),
    });
    bad.parts.remove(&Part::Plans);
    store.writer.scope_finish(run, &backup, &bad, NOW.plus(2 * HOUR)).await.unwrap();
    let all = store.reader.scope_statuses().await.unwrap();
    assert_eq!(all.len(), 20);
    let status = all.iter().find(|status| status.scope == backup).unwrap();
    assert_eq!(status.state, ScopeState::Partial);
    assert_eq!(status.parts[&Part::CopyJobs].as_of, Some(NOW));
    assert_eq!(status.parts[&Part::Plans].as_of, Some(NOW));
    assert_eq!(status.parts[&Part::Vaults].as_of, Some(NOW.plus(HOUR)));
    assert_eq!(status.last_success, Some(NOW));
    assert_eq!((status.watermark, status.last_full), (Some(NOW), Some(NOW)));
    assert_eq!(status.errors().count(), 1);
    let fresh = store.reader.freshness(NOW.plus(3 * HOUR + 1)).await.unwrap();
    assert!(fresh.any_stale());
}
