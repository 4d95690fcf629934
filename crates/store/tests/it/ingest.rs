use crate::fixture::{
    DAY, EAST, HOUR, MAIN, NOW, Store, bucket, finding, passed, recount, resource, scope,
};
use domain::{Batch, FindingState, Part, Problem, Source, Verdict};
use sqlx::Row;

#[tokio::test]
async fn a_finding_comes_back_as_it_was_stored() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let mut one = finding(&hub, "one", "logs");
    one.resources.push(bucket(MAIN, "us-west-2", "copies"));
    one.title = "<script>alert('x')</script> \u{0} \u{202e} \"quoted\"".into();
    store.ingest(run, &hub, vec![one.clone()]).await;
    let detail = store.reader.finding_get(&one.id).await.unwrap().unwrap();
    assert_eq!(detail.finding, one);
    assert_eq!(detail.first_seen, NOW);
    assert_eq!(detail.state_since, one.created_at);
    assert_eq!(detail.last_seen_run, run);
    assert!(store.reader.finding_get(&"no such id".into()).await.unwrap().is_none());
    recount(&mut store.raw().await).await;
}

#[tokio::test]
async fn the_later_update_stays_whatever_the_order() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let (old, new) = (finding(&hub, "one", "logs"), passed(finding(&hub, "one", "logs")));
    for order in [[&old, &new], [&new, &old]] {
        for finding in order {
            store.ingest(run, &hub, vec![finding.clone()]).await;
        }
        let detail = store.reader.finding_get(&new.id).await.unwrap().unwrap();
        assert_eq!(detail.finding, new);
    }
    let detail = store.reader.finding_get(&new.id).await.unwrap().unwrap();
    assert_eq!(detail.changes.len(), 1);
    assert_eq!(detail.changes[0].from_state, FindingState::Open);
    assert_eq!(detail.changes[0].to_state, FindingState::Passed);
    recount(&mut store.raw().await).await;
}

#[tokio::test]
async fn what_is_known_is_not_written_again() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let batch = || Batch {
        findings: (0..700).map(|n| finding(&hub, &format!("{n}"), &format!("b{n}"))).collect(),
        ..Batch::default()
    };
    let report = store.writer.ingest(run, &hub, batch(), NOW).await.unwrap();
    assert_eq!((report.inserted, report.updated, report.unchanged), (700, 0, 0));
    let report = store.writer.ingest(run, &hub, batch(), NOW.plus(1)).await.unwrap();
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 0, 700));
    let run = store.reader.run_get(run).await.unwrap().unwrap();
    assert_eq!((run.findings_new, run.findings_changed), (700, 0));
    recount(&mut store.raw().await).await;
}

#[tokio::test]
async fn who_speaks_and_who_is_silent() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let mut all = Vec::new();
    let mut add = |native: &str, change: fn(&mut domain::Finding)| {
        let mut one = finding(&hub, native, native);
        change(&mut one);
        all.push(one);
    };
    add("open", |_| {});
    add("suppressed", |one| one.state = FindingState::Suppressed);
    add("archived", |one| one.state = FindingState::Archived);
    add("resolved", |one| one.state = FindingState::Resolved);
    add("sample", |one| one.sample = true);
    add("stray", |one| one.control = None);
    add("two", |one| one.resources.push(bucket(MAIN, EAST, "second")));
    add("nothing", |one| one.resources.clear());
    store.ingest(run, &hub, all).await;
    let mut raw = store.raw().await;
    let rows = sqlx::query("SELECT resource, verdict FROM answer ORDER BY resource")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    let answers: Vec<(String, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let fails = |key: &str| (key.to_owned(), 1);
    assert_eq!(
        answers,
        [
            fails("account/111111111111"),
            fails("arn:aws:s3:::open"),
            fails("arn:aws:s3:::second"),
            fails("arn:aws:s3:::suppressed"),
            fails("arn:aws:s3:::two"),
        ]
    );
    recount(&mut raw).await;
    // A changed set of resources changes the answers.
    let mut two = finding(&hub, "two", "two");
    two.verdict = Verdict::Pass;
    two.updated_at = two.updated_at.plus(5);
    store.ingest(run, &hub, vec![two]).await;
    let n: i64 =
        sqlx::query("SELECT count(*) FROM answer WHERE resource LIKE '%second' OR verdict = 0")
            .fetch_one(&mut raw)
            .await
            .unwrap()
            .get(0);
    assert_eq!(n, 1);
    recount(&mut raw).await;
}

#[tokio::test]
async fn problems_are_counted_and_resources_keep_the_latest_facts() {
    let (store, run) = Store::begun().await;
    let config = scope(Source::Config, MAIN, EAST);
    let problem = Problem {
        part: Part::Rules,
        operation: "DescribeConfigRules".into(),
        subject: "rule".into(),
        message: "`Source` must be an object".into(),
    };
    let new = resource(MAIN, EAST, "AWS::EC2::Volume", "vol-1");
    let mut old = new.clone();
    old.recorded_at = Some(NOW.plus(-DAY));
    old.name = "older".into();
    for resource in [&old, &new, &old] {
        let batch = Batch {
            resources: vec![resource.clone()],
            problems: vec![problem.clone()],
            ..Batch::default()
        };
        store.writer.ingest(run, &config, batch, NOW.plus(HOUR)).await.unwrap();
    }
    assert_eq!(store.reader.resource_get(&new.key).await.unwrap(), Some(new.clone()));
    let counts = store.reader.resource_counts().await.unwrap();
    assert_eq!(counts, [("AWS::EC2::Volume".to_owned(), MAIN.into(), 1)]);
    let page = store.reader.resource_page("AWS::EC2::Volume", None, 10).await.unwrap();
    assert_eq!(page, [new]);
    let page = store.reader.problem_page(10, None).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!((&page.items[0].problem, page.items[0].count), (&problem, 3));
    assert_eq!(page.items[0].scope, config);
    assert_eq!(page.next, None);
}
