use std::collections::BTreeMap;

use crate::fixture::{
    DAY, EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, control, finding, organisation, outcome,
    passed, recorder, recount, resource, scope, seen, visit_all,
};
use domain::catalogue::Class;
use domain::{
    Batch, Catalogue, Category, RunId, ScoreScope, Source, State, Sweep, Timestamp, TransitionKind,
};
use store::{DriftQuery, JudgeReport, Trigger};

async fn judge(store: &Store, run: RunId, now: Timestamp) -> JudgeReport {
    let report = store.writer.judge(run, &organisation(), Catalogue::get(), now).await.unwrap();
    recount(&mut store.raw().await).await;
    report
}

/// What happened to the control that the findings of these tests answer, oldest first.
async fn log(store: &Store) -> Vec<TransitionKind> {
    let control = Some(control().0.id.clone());
    let query = DriftQuery { control, ..DriftQuery::default() };
    let page = store.reader.transition_page(&query).await.unwrap();
    page.items.iter().rev().map(|one| TransitionKind::of(one.from, one.to)).collect()
}

#[tokio::test]
async fn nothing_known_is_no_score_of_a_hundred() {
    let (store, run) = Store::begun().await;
    let report = judge(&store, run, NOW).await;
    let overall = report.overall.unwrap();
    assert!(overall.lo.abs() < 1e-12 && (overall.hi - 1.0).abs() < 1e-12);
    assert!(overall.coverage.abs() < 1e-12);
    assert!(report.transitions.is_empty(), "a first look is no change");
    let scores = store.reader.scores_latest().await.unwrap();
    let catalogue = Catalogue::get();
    for scope in ["overall", "account:111111111111", "account:222222222222"] {
        assert!(scores.contains_key(scope), "{scope}");
    }
    for category in Category::ALL {
        assert_eq!(scores[&ScoreScope::Category(category).to_string()].met, Some(false));
    }
    for class in Class::ALL {
        assert!(scores.contains_key(&ScoreScope::Class(class).to_string()));
    }
    for safeguard in &catalogue.safeguards {
        let scope = ScoreScope::Section(safeguard.section.clone());
        let point = &scores[&scope.to_string()];
        assert_eq!(point.catalogue_version, catalogue.version);
        assert_eq!(point.oldest_as_of, None);
    }
    let overall = store.reader.score_latest(&ScoreScope::Overall).await.unwrap().unwrap();
    assert!(overall.controls > 0 && overall.controls <= catalogue.controls.len() as u64);
}

#[tokio::test]
async fn a_failure_appears_is_resolved_regresses_and_is_removed() {
    use TransitionKind::{New, Other, Regressed, Removed, Resolved};
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let one = finding(&hub, "one", "logs");
    let mut version = one.clone();
    visit_all(&store, run, NOW).await;
    store.ingest(run, &hub, vec![version.clone()]).await;
    judge(&store, run, NOW).await;
    assert_eq!(log(&store).await, [TransitionKind::New]);

    // Fixed a day later: two hours of checks in between change nothing.
    let quiet = judge(&store, run, NOW.plus(HOUR)).await;
    assert_eq!((&quiet.transitions, quiet.judged), (&BTreeMap::new(), 0), "nothing to judge");
    let later = NOW.plus(DAY);
    let second = store.writer.run_begin(Trigger::Schedule, 16, later).await.unwrap();
    visit_all(&store, second, later).await;
    version = passed(version);
    store.ingest(second, &hub, vec![version.clone()]).await;
    let fixed = judge(&store, second, later).await;
    assert_eq!(fixed.transitions, BTreeMap::from([(TransitionKind::Resolved, 1)]));
    assert!(fixed.judged >= 1 && fixed.judged < 20, "only what changed: {}", fixed.judged);

    let page = store.reader.transition_page(&DriftQuery::default()).await.unwrap();
    assert_eq!(page.items[0].failed_for_ms, Some(DAY));
    assert_eq!((page.items[0].from, page.items[0].to), (Some(State::Fail), Some(State::Pass)));
    let (control, _) = control();
    assert_eq!(page.items[0].control, control.id);
    let times = store.reader.time_to_remediate(NOW).await.unwrap();
    assert_eq!((times[&control.severity].count, times[&control.severity].median_ms), (1, DAY));

    // Broken again, then the bucket is deleted.
    let mut broken = one.clone();
    broken.updated_at = version.updated_at.plus(1);
    store.ingest(second, &hub, vec![broken]).await;
    let again = judge(&store, second, later.plus(1)).await;
    assert_eq!(again.transitions.get(&TransitionKind::Regressed), Some(&1));
    let sweep = Sweep::Findings { part: one.part, seen: seen(&[]), spare: Vec::new() };
    let swept = outcome(hub.source, later, vec![sweep]);
    store.writer.scope_finish(second, &hub, &swept, later.plus(HOUR)).await.unwrap();
    let removed = judge(&store, second, later.plus(2)).await;
    assert_eq!(removed.transitions.get(&TransitionKind::Removed), Some(&1));
    let mut told = log(&store).await;
    told.retain(|kind| *kind != Other);
    assert_eq!(told, [New, Resolved, Regressed, Removed]);
    let summary = store.reader.drift_summary(NOW).await.unwrap();
    assert_eq!((summary[&Regressed], summary[&Resolved], summary[&Removed]), (1, 1, 1));
    let daily = store.reader.drift_daily(NOW).await.unwrap();
    assert_eq!(daily.iter().map(|day| day.failed).sum::<u64>(), 1 + summary[&New]);
    assert_eq!(daily.iter().map(|day| day.resolved).sum::<u64>(), 2);
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let (store, run) = Store::begun().await;
    visit_all(&store, run, NOW).await;
    for account in [MAIN, OTHER] {
        let hub = scope(Source::SecurityHub, account, WEST);
        let made = (0..30).map(|n| finding(&hub, &format!("{n}"), &format!("{account}-{n}")));
        store.ingest(run, &hub, made.collect()).await;
    }
    judge(&store, run, NOW).await;
    let walk = async |mut query: DriftQuery| {
        let mut ids = Vec::new();
        loop {
            let page = store.reader.transition_page(&query).await.unwrap();
            ids.extend(page.items.iter().map(|one| one.id));
            query.cursor = page.next;
            if query.cursor.is_none() {
                assert!(ids.windows(2).all(|pair| pair[0] > pair[1]));
                return ids.len();
            }
        }
    };
    let any = DriftQuery { limit: 7, ..DriftQuery::default() };
    // Our own checks fail as well where nothing is set up.
    let told = store.reader.drift_summary(NOW).await.unwrap();
    let all = usize::try_from(told[&TransitionKind::New]).unwrap();
    assert!(all > 60);
    assert_eq!(walk(any.clone()).await, all);
    let new = vec![TransitionKind::New, TransitionKind::Resolved];
    assert_eq!(walk(DriftQuery { kinds: new.clone(), ..any.clone() }).await, all);
    let lost = vec![TransitionKind::LostSight];
    assert_eq!(walk(DriftQuery { kinds: lost, ..any.clone() }).await, 0);
    let account = Some(OTHER.into());
    assert_eq!(walk(DriftQuery { account, kinds: new.clone(), ..any.clone() }).await, all / 2);
    let (account, control) = (Some(MAIN.into()), Some(control().0.id.clone()));
    assert_eq!(walk(DriftQuery { account, control, kinds: new, ..any.clone() }).await, 30);
    let since = Some(NOW.plus(1));
    assert_eq!(walk(DriftQuery { since, ..any }).await, 0);
}

#[tokio::test]
async fn silence_ages_a_pass_and_never_helps() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    visit_all(&store, run, NOW).await;
    store.ingest(run, &hub, vec![passed(finding(&hub, "one", "logs"))]).await;
    let fresh = judge(&store, run, NOW).await.overall.unwrap();
    let late = NOW.plus(4 * HOUR);
    let report = judge(&store, run, late).await;
    let stale = report.overall.unwrap();
    assert!(report.transitions[&TransitionKind::LostSight] >= 1);
    assert!(stale.lo < fresh.lo && stale.coverage < fresh.coverage);
    let point = store.reader.score_latest(&ScoreScope::Overall).await.unwrap().unwrap();
    assert!(point.any_stale);
    assert_eq!(point.oldest_as_of, Some(NOW));
    assert!(point.tally.stale >= 1);
}

#[tokio::test]
async fn our_checks_state_findings_that_keep_their_times_and_leave_with_their_resource() {
    let (store, run) = Store::begun().await;
    let config = scope(Source::Config, MAIN, EAST);
    let mut volume = resource(MAIN, EAST, "AWS::EC2::Volume", "vol-1");
    volume.facts = serde_json::json!({"configuration": {"encrypted": false}});
    let batch = Batch { resources: vec![recorder(MAIN, EAST), volume.clone()], ..Batch::default() };
    store.writer.ingest(run, &config, batch, NOW).await.unwrap();
    visit_all(&store, run, NOW).await;
    judge(&store, run, NOW).await;
    let rows = async || {
        let query = store::FindingQuery { q: Some("vol".into()), ..store::FindingQuery::default() };
        store.reader.finding_page(&query).await.unwrap().items
    };
    let first = rows().await;
    assert!(first.iter().any(|row| row.check == "ebs-encrypted"), "{first:?}");
    assert!(first.iter().all(|row| row.product == domain::check::PRODUCT));
    judge(&store, run, NOW.plus(HOUR)).await;
    assert_eq!(rows().await, first, "stated again, and nothing changed");

    // A complete listing of Config's rules has no say about findings of our own.
    let part = domain::Part::Inventory;
    let sweep = Sweep::Findings { part, seen: seen(&[]), spare: Vec::new() };
    let swept = outcome(Source::Config, NOW.plus(HOUR), vec![sweep]);
    store.writer.scope_finish(run, &config, &swept, NOW.plus(2 * HOUR)).await.unwrap();
    assert_eq!(rows().await, first);

    let kinds = vec!["AWS::EC2::Volume".to_owned()];
    let sweep = Sweep::Resources { kinds, seen: std::collections::HashSet::new() };
    let swept = outcome(Source::Config, NOW.plus(HOUR), vec![sweep]);
    store.writer.scope_finish(run, &config, &swept, NOW.plus(2 * HOUR)).await.unwrap();
    let report = judge(&store, run, NOW.plus(HOUR)).await;
    assert!(report.transitions[&TransitionKind::Removed] >= 1);
    let resolved = rows().await;
    assert!(resolved.iter().all(|row| row.state == domain::FindingState::Resolved));
}

#[tokio::test]
async fn history_has_a_point_a_day_and_all_of_the_newest() {
    let store = Store::new().await;
    store.adopt(&organisation()).await;
    let start = Timestamp(NOW.day() * DAY);
    for offset in [0, 3, 9, 24, 25, 49, 50, 51] {
        let at = start.plus(offset * HOUR);
        let run = store.writer.run_begin(Trigger::Schedule, 1, at).await.unwrap();
        let report = judge(&store, run, at).await;
        store.writer.run_finish(run, at, &report).await.unwrap();
    }
    let history = store.reader.score_history(&ScoreScope::Overall, start).await.unwrap();
    let hours: Vec<i64> = history.iter().map(|point| point.at.since(start) / HOUR).collect();
    assert_eq!(hours, [9, 25, 49, 50, 51]);
    let before = store.reader.score_at(&ScoreScope::Overall, start.plus(9 * HOUR)).await.unwrap();
    assert_eq!(before.unwrap().at, start.plus(3 * HOUR));
    let none = store.reader.score_at(&ScoreScope::Overall, start).await.unwrap();
    assert_eq!(none, None);
}

#[tokio::test]
async fn an_account_that_leaves_resolves_nothing() {
    let (store, run) = Store::begun().await;
    visit_all(&store, run, NOW).await;
    for account in [MAIN, OTHER] {
        let hub = scope(Source::SecurityHub, account, EAST);
        store.ingest(run, &hub, vec![finding(&hub, "one", account)]).await;
    }
    judge(&store, run, NOW).await;
    let mut smaller = organisation();
    smaller.accounts.truncate(1);
    store.adopt(&smaller).await;
    let report = store.writer.judge(run, &smaller, Catalogue::get(), NOW).await.unwrap();
    assert_eq!(report.transitions, BTreeMap::new());
    recount(&mut store.raw().await).await;
    let tallies = store.reader.control_account_tallies(&control().0.id).await.unwrap();
    assert!(tallies.iter().all(|(account, ..)| account.as_str() == MAIN));
}

#[tokio::test]
async fn a_new_catalogue_files_findings_anew() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let mut strayed = finding(&hub, "one", "logs");
    strayed.control = None;
    let mut lost = finding(&hub, "two", "copies");
    lost.check = "Nothing.1".into();
    store.ingest(run, &hub, vec![strayed.clone(), lost.clone()]).await;
    let mut raw = store.raw().await;
    sqlx::query("UPDATE meta SET value = 'older' WHERE key = 'catalogue'")
        .execute(&mut raw)
        .await
        .unwrap();
    store.adopt(&organisation()).await;
    recount(&mut raw).await;
    let control_of = async |finding: &domain::Finding| {
        store.reader.finding_get(&finding.id).await.unwrap().unwrap().finding.control
    };
    assert_eq!(control_of(&strayed).await.as_ref(), Some(&control().0.id));
    assert_eq!(control_of(&lost).await, None);
}
