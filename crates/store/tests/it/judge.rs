use std::collections::BTreeMap;

use crate::fixture::{
    DAY, EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, control, finding, organisation, outcome,
    passed, recorder, recount, resource, scope, seen, visit_all,
};
use domain::catalogue::Class;
use domain::{
    Batch, Catalogue, Category, Exception, Finding, RunId, ScoreScope, Severity, Source, State,
    Sweep, Timestamp, TransitionKind, Verdict,
};
use sqlx::Row;
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
    page.items.iter().rev().map(|one| one.kind).collect()
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
    listed(&store, run, &one).await;
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
    unlisted(&store, second, later).await;
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

/// Config's inventory has the bucket of a finding.
async fn listed(store: &Store, run: RunId, finding: &Finding) {
    let about = &finding.resources[0];
    let mut it = resource(MAIN, EAST, &about.kind, &about.name);
    it.key = about.key.clone();
    let batch = Batch { resources: vec![it], ..Batch::default() };
    store.writer.ingest(run, &scope(Source::Config, MAIN, EAST), batch, NOW).await.unwrap();
}

/// A complete listing has no bucket any more.
async fn unlisted(store: &Store, run: RunId, at: Timestamp) {
    let seen = std::collections::HashSet::new();
    let sweep = Sweep::Resources { kinds: vec!["AWS::S3::Bucket".to_owned()], seen };
    let swept = outcome(Source::Config, at, vec![sweep]);
    let config = scope(Source::Config, MAIN, EAST);
    store.writer.scope_finish(run, &config, &swept, at.plus(HOUR)).await.unwrap();
}

#[tokio::test]
async fn an_outage_makes_no_failure_new_and_resolves_none() {
    use TransitionKind::{Confirmed, LostSight, New, Other, Regressed, Resolved};
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let one = finding(&hub, "one", "logs");
    let day = |n: i64| NOW.plus(n * DAY);
    // What the source says on a day; between two such days nobody can look.
    let told = async |n: i64, passes: bool| {
        let mut version = if passes { passed(one.clone()) } else { one.clone() };
        version.updated_at = version.updated_at.plus(n * 10_000);
        visit_all(&store, run, day(n)).await;
        store.ingest(run, &hub, vec![version]).await;
        judge(&store, run, day(n)).await;
        judge(&store, run, day(n).plus(DAY / 2)).await;
    };
    let last = async || {
        let query = DriftQuery { control: Some(control().0.id.clone()), ..DriftQuery::default() };
        let mut items = store.reader.transition_page(&query).await.unwrap().items;
        assert_eq!((items[0].kind, items[0].to), (LostSight, Some(State::Stale)));
        let one = items.swap_remove(1);
        (one.kind, one.from, one.failed_for_ms)
    };
    let since = async || {
        let rows = store.reader.evaluation_of_resource(&one.resources[0].key).await.unwrap();
        rows.iter().find(|row| row.evaluation.control == control().0.id).unwrap().since
    };
    told(0, false).await;
    assert_eq!(last().await, (New, None, None));
    told(1, false).await;
    assert_eq!(last().await, (Other, Some(State::Stale), None), "the same failure, seen again");
    visit_all(&store, run, day(2)).await;
    judge(&store, run, day(2)).await;
    assert_eq!(since().await, NOW, "it failed all the while, as far as anybody knows");
    judge(&store, run, day(2).plus(DAY / 2)).await;
    told(3, true).await;
    assert_eq!(last().await, (Resolved, Some(State::Stale), Some(3 * DAY)));
    told(4, true).await;
    assert_eq!(last().await, (Confirmed, Some(State::Stale), None));
    told(5, false).await;
    assert_eq!(last().await, (Regressed, Some(State::Stale), None));
    let summary = store.reader.drift_summary(NOW).await.unwrap();
    assert_eq!((summary[&Resolved], summary[&Regressed]), (1, 1));
    let times = store.reader.time_to_remediate(NOW).await.unwrap();
    assert_eq!(
        (times[&control().0.severity].count, times[&control().0.severity].median_ms),
        (1, 3 * DAY)
    );
}

#[tokio::test]
async fn what_nobody_speaks_of_is_not_removed() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    visit_all(&store, run, NOW).await;
    let (one, two) = (finding(&hub, "one", "logs"), finding(&hub, "two", "copies"));
    store.ingest(run, &hub, vec![one.clone(), two.clone()]).await;
    listed(&store, run, &one).await;
    judge(&store, run, NOW).await;
    // The hub falls silent about two buckets. One is known to be gone; nobody ever listed the other.
    let sweep = Sweep::Findings { part: one.part, seen: seen(&[]), spare: Vec::new() };
    let later = NOW.plus(HOUR);
    let swept = outcome(hub.source, later, vec![sweep]);
    store.writer.scope_finish(run, &hub, &swept, later.plus(HOUR)).await.unwrap();
    unlisted(&store, run, later).await;
    judge(&store, run, later).await;
    let query = DriftQuery { control: Some(control().0.id.clone()), ..DriftQuery::default() };
    let items = store.reader.transition_page(&query).await.unwrap().items;
    let of = |finding: &Finding| {
        let key = &finding.resources[0].key;
        let it = items.iter().find(|it| it.resource == *key && it.to.is_none()).unwrap();
        (it.kind, it.failed_for_ms)
    };
    assert_eq!(of(&one), (TransitionKind::Removed, Some(HOUR)));
    assert_eq!(of(&two), (TransitionKind::LostSight, None));
}

/// Four buckets regress. One is mended, one is mended and then deleted, one is deleted as it is, and
/// of the last nobody speaks any more.
#[tokio::test]
async fn a_regression_lasts_until_it_is_seen_to_be_over_and_stays_spent() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let names = ["mended", "mended-and-gone", "gone", "unseen"];
    let broken: Vec<_> = names.map(|name| finding(&hub, name, name)).into();
    let told = async |hour: i64, findings: Vec<Finding>| {
        let at = NOW.plus(hour * HOUR);
        visit_all(&store, run, at).await;
        let later = |mut finding: Finding| {
            finding.updated_at = finding.updated_at.plus(hour * 10_000);
            finding
        };
        store.ingest(run, &hub, findings.into_iter().map(later).collect()).await;
        judge(&store, run, at).await;
        let gate = store.reader.gate(&MAIN.into(), 1_000.0, at).await.unwrap().unwrap();
        let spent: f64 = gate.regressions.iter().map(|one| one.severity.weight()).sum();
        assert!((gate.spent - spent).abs() < 1e-9 && (gate.left + spent - 1_000.0).abs() < 1e-9);
        let name = |it: &str| it.rsplit(':').next().unwrap_or(it).to_owned();
        let lasting = gate.regressions.iter().filter(|one| one.lasts);
        let mut lasting: Vec<_> = lasting.map(|one| name(&one.resource)).collect();
        lasting.sort_unstable();
        (gate.regressions.len(), lasting)
    };
    let all = |findings: &[Finding]| findings.iter().cloned().map(passed).collect();
    assert_eq!(told(0, all(&broken)).await, (0, vec![]));
    for one in &broken[..3] {
        listed(&store, run, one).await;
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(
        told(1, broken.clone()).await,
        (4, sorted.iter().map(ToString::to_string).collect())
    );
    let lasting = vec!["gone".to_owned(), "unseen".to_owned()];
    assert_eq!(told(2, all(&broken[..2])).await, (4, lasting));
    // The hub speaks of the first alone. The others are known to be gone, but for the last, which
    // nobody ever listed.
    let kept = seen(&[&broken[0]]);
    let sweep = Sweep::Findings { part: broken[0].part, seen: kept, spare: Vec::new() };
    let at = NOW.plus(3 * HOUR);
    let swept = outcome(hub.source, at, vec![sweep]);
    store.writer.scope_finish(run, &hub, &swept, at.plus(HOUR)).await.unwrap();
    unlisted(&store, run, at).await;
    assert_eq!(told(3, vec![]).await, (4, vec!["unseen".to_owned()]), "out of sight is not over");
    // Nobody was heard for days: what fails may be mended by now, and what was mended is not broken.
    let late = NOW.plus(4 * DAY);
    judge(&store, run, late).await;
    let gate = store.reader.gate(&MAIN.into(), 1_000.0, late).await.unwrap().unwrap();
    let lasting: Vec<_> = gate.regressions.iter().filter(|one| one.lasts).collect();
    assert!(lasting.len() == 1 && lasting[0].resource.ends_with("unseen"), "{lasting:?}");
    assert_eq!(log(&store).await.last(), Some(&TransitionKind::LostSight), "it is out of sight");
}

#[tokio::test]
async fn an_exception_stands_beside_the_score_until_it_expires() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let one = finding(&hub, "one", "logs");
    let two = passed(finding(&hub, "two", "copies"));
    visit_all(&store, run, NOW).await;
    store.ingest(run, &hub, vec![one.clone(), two]).await;
    judge(&store, run, NOW).await;
    let tally =
        async || store.reader.control_tallies(Some(&MAIN.into())).await.unwrap()[&control().0.id];
    let before = tally().await;
    assert_eq!((before.pass, before.fail, before.excepted), (1, 1, 0));

    let exception = Exception {
        control: control().0.id.clone(),
        account: MAIN.into(),
        region: Some(EAST.into()),
        resource: Some(one.resources[0].key.clone()),
        reason: "Replaced in spring.".into(),
        approved_by: "Security officer".into(),
        approved_at: NOW,
        expires: NOW.plus(2 * HOUR),
    };
    let refused = Exception { reason: String::new(), ..exception.clone() };
    let error = store.writer.exception_approve(&refused).await.unwrap_err();
    assert!(error.to_string().contains("say why"), "{error}");
    store.writer.exception_approve(&exception).await.unwrap();
    assert_eq!(store.reader.exceptions(NOW).await.unwrap(), [exception]);

    let report = judge(&store, run, NOW.plus(HOUR)).await;
    assert_eq!(report.transitions, BTreeMap::from([(TransitionKind::Other, 1)]));
    let covered = tally().await;
    assert_eq!((covered.pass, covered.fail, covered.excepted), (1, 0, 1));
    // It ends by itself: the failure is as old as it was, and nothing new.
    let report = judge(&store, run, NOW.plus(2 * HOUR)).await;
    assert_eq!(report.transitions, BTreeMap::from([(TransitionKind::Other, 1)]));
    assert_eq!(tally().await, before);
    let since = store.reader.evaluation_of_resource(&one.resources[0].key).await.unwrap();
    assert!(since.iter().any(|row| row.evaluation.state == State::Fail && row.since == NOW));
    assert_eq!(store.reader.exceptions(NOW.plus(2 * HOUR)).await.unwrap(), []);
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
    let mut parts = 0;
    for severity in Severity::ALL {
        let severities = vec![severity];
        let mut query = DriftQuery { severities, limit: 200, ..DriftQuery::default() };
        loop {
            let page = store.reader.transition_page(&query).await.unwrap();
            assert!(page.items.iter().all(|one| one.severity == severity));
            parts += page.items.len();
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    assert_eq!(parts, all, "the severities share the log without a rest");
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

/// Filing anew gives what reading everything anew would give, whatever the older catalogue held.
#[tokio::test]
async fn findings_filed_anew_answer_like_fresh_ones() {
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let made = |native: &str, check: &str, compliance: &str, verdict: Verdict| {
        let mut one = finding(&hub, native, native);
        (one.check, one.compliance, one.verdict) = (check.into(), compliance.into(), verdict);
        one.state = match verdict {
            Verdict::Pass => domain::FindingState::Passed,
            _ => domain::FindingState::Open,
        };
        let (catalogue, source) = (Catalogue::get(), Source::SecurityHub);
        one.control = catalogue.control_of(source, check, compliance, verdict).cloned();
        one
    };
    let fresh = vec![
        made("hub", "S3.8", "FAILED", Verdict::Fail),
        made("rule", "S3_BUCKET_VERSIONING_ENABLED", "FAILED", Verdict::Fail),
        made("name", "s3-bucket-versioning-enabled", "FAILED", Verdict::Fail),
        made("called", "s3-bucket-versioning-enabled", "PASSED", Verdict::Pass),
        made("none", "S3.8", "", Verdict::Fail),
        made("part", "IAM.11", "PASSED", Verdict::Pass),
        made("whole", "IAM.11", "FAILED", Verdict::Fail),
        made("stray", "Nothing.1", "FAILED", Verdict::Fail),
    ];
    let answers = async |store: &Store| {
        let rows = sqlx::query(
            "SELECT w.text, a.resource, a.verdict FROM answer a JOIN word w ON w.id = a.control
             ORDER BY 2, 1",
        )
        .fetch_all(&mut store.raw().await)
        .await
        .unwrap();
        let answer = |row: &sqlx::sqlite::SqliteRow| {
            (row.get::<String, _>(0), row.get::<String, _>(1), row.get::<i64, _>(2))
        };
        rows.iter().map(answer).collect::<Vec<_>>()
    };
    let (plain, run) = Store::begun().await;
    plain.ingest(run, &hub, fresh.clone()).await;
    let wanted = answers(&plain).await;
    assert_eq!(wanted.len(), 4, "{wanted:?}");

    let (store, run) = Store::begun().await;
    // An older catalogue placed all of them elsewhere, or nowhere.
    for (index, older) in [None, Some("s3-acl-prohibited".into())].into_iter().enumerate() {
        let mut old = fresh.clone();
        for one in &mut old {
            one.updated_at = one.updated_at.plus(index as i64);
            one.control.clone_from(&older);
        }
        store.ingest(run, &hub, old.clone()).await;
        let mut raw = store.raw().await;
        sqlx::query("UPDATE meta SET value = 'older' WHERE key = 'catalogue'")
            .execute(&mut raw)
            .await
            .unwrap();
        store.adopt(&organisation()).await;
        recount(&mut raw).await;
        assert_eq!(answers(&store).await, wanted);
        // The next round says the same, and changes no answer.
        let mut again = fresh.clone();
        for one in &mut again {
            one.updated_at = one.updated_at.plus(index as i64);
        }
        store.ingest(run, &hub, again).await;
        recount(&mut raw).await;
        assert_eq!(answers(&store).await, wanted);
    }
}
