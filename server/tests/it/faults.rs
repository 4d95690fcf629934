//! Sources that fail: nothing else suffers, nothing is lost, and no score rises.

use std::collections::BTreeMap;

use domain::id::{HOUR_MS, MINUTE_MS};
use domain::{Clock, ErrorClass, ScopeState, ScopeStatus, Source};
use serde_json::Value;
use store::AccessQuery;

use crate::setup::{Bench, now};

async fn statuses(bench: &Bench) -> Vec<ScopeStatus> {
    bench.rounds.reader.scope_statuses().await.unwrap()
}

/// Every score of the API by name.
async fn scores(bench: &Bench) -> BTreeMap<String, (f64, f64)> {
    let answer = bench.json("/api/v1/scores").await;
    let interval = |score: &Value| {
        // Nothing to score is the widest interval.
        score["lo"].as_f64().zip(score["hi"].as_f64()).unwrap_or((0.0, 1.0))
    };
    let mut all = BTreeMap::from([("overall".to_owned(), interval(&answer["overall"]))]);
    for (list, name) in [("categories", "id"), ("safeguards", "section")] {
        for one in answer[list].as_array().unwrap() {
            all.insert(one[name].as_str().unwrap().to_owned(), interval(&one["score"]));
        }
    }
    all
}

#[tokio::test]
async fn a_denied_region_leaves_the_rest_alone_and_the_next_round_heals_it() {
    let bench = Bench::collected().await;
    let before = statuses(&bench).await;
    let account = awsim::organisation()[1].id;
    bench.faults(&format!(
        r#"[{{"service":"guardduty","account":"{account}","region":"us-east-2","fault":"denied","times":1000}}]"#
    ));
    bench.later(10 * MINUTE_MS);
    let run = bench.go().await;
    let during = statuses(&bench).await;
    let struck = |status: &ScopeStatus| {
        status.scope.source == Source::GuardDuty
            && status.scope.account.as_str() == account
            && status.scope.region.as_str() == "us-east-2"
    };
    for (old, new) in before.iter().zip(&during) {
        assert_eq!(old.scope, new.scope);
        if struck(new) {
            assert_eq!(new.state, ScopeState::Failed);
            let error = new.errors().next().unwrap();
            assert_eq!(error.class, ErrorClass::Denied);
            assert!(error.missing_action.as_ref().unwrap().starts_with("guardduty:"), "{error:?}");
            for (part, status) in &new.parts {
                assert_eq!(status.as_of, old.parts[part].as_of, "the older time is kept");
            }
        } else {
            assert_eq!(new.state, old.state, "{}", new.scope);
            assert_eq!(new.last_attempt, Some(now().plus(10 * MINUTE_MS)), "{}", new.scope);
        }
    }
    let failed = |statuses: &[ScopeStatus]| {
        let bad = |status: &&ScopeStatus| {
            matches!(status.state, ScopeState::Failed | ScopeState::Partial)
        };
        statuses.iter().filter(bad).count() as u64
    };
    assert_eq!(run.failed, failed(&during));
    assert_eq!(failed(&during), failed(&before) + 1);

    bench.faults("[]");
    bench.later(10 * MINUTE_MS);
    bench.go().await;
    let after = statuses(&bench).await;
    assert_eq!(failed(&after), failed(&before));
    assert!(after.iter().filter(|status| struck(status)).all(|one| one.state == ScopeState::Ok));
}

#[tokio::test]
async fn losing_a_source_never_raises_a_score_and_healing_restores_it() {
    let bench = Bench::collected().await;
    let whole = scores(&bench).await;
    for service in ["securityhub", "config", "guardduty", "backup"] {
        bench.faults(&format!(
            r#"[{{"service":"{service}","fault":"internal","times":100000000}}]"#
        ));
        // Longer than three intervals: what was read before does not count any more.
        bench.later(HOUR_MS);
        bench.go().await;
        let less = scores(&bench).await;
        assert_ne!(whole, less, "{service} is missed");
        for (name, (lo, hi)) in &less {
            let (whole_lo, whole_hi) = whole[name];
            assert!(*lo <= whole_lo + 1e-9, "{service} lost, {name}: {lo} > {whole_lo}");
            assert!(*hi >= whole_hi - 1e-9, "{service} lost, {name}: {hi} < {whole_hi}");
        }
        bench.faults("[]");
        bench.go().await;
        let healed = scores(&bench).await;
        for (name, (lo, hi)) in &healed {
            let (whole_lo, whole_hi) = whole[name];
            let same = (lo - whole_lo).abs() < 1e-9 && (hi - whole_hi).abs() < 1e-9;
            assert!(same, "{service} back, {name}: {lo} {hi}, was {whole_lo} {whole_hi}");
        }
    }
}

#[tokio::test]
async fn losing_sight_of_attempts_at_access_changes_no_score() {
    let bench = Bench::collected().await;
    let whole = scores(&bench).await;
    let reader = &bench.rounds.reader;
    let attempts = async || {
        let rows = reader.attempts(None, bench.clock.now()).await.unwrap();
        rows.iter().map(|row| row.refused + row.allowed).sum::<u64>()
    };
    let query = AccessQuery::default();
    let before = reader.access_event_page(&query).await.unwrap().items;
    assert!(!before.is_empty() && attempts().await > 0);
    bench.faults(r#"[{"operation":"LookupEvents","fault":"denied","times":100000000}]"#);
    // Longer than three intervals.
    bench.later(HOUR_MS);
    bench.go().await;
    assert_eq!(scores(&bench).await, whole);
    for status in statuses(&bench).await {
        let denied: Vec<&str> = status.errors().map(|error| error.operation.as_str()).collect();
        if status.scope.source == Source::CloudTrail {
            assert_eq!((status.state, denied), (ScopeState::Partial, vec!["LookupEvents"; 2]));
        } else {
            assert!(!denied.contains(&"LookupEvents"), "{}", status.scope);
        }
    }
    assert!(!reader.freshness(bench.clock.now()).await.unwrap().any_stale());
    assert_eq!(reader.access_event_page(&query).await.unwrap().items, before);
    bench.faults("[]");
    bench.sim.set_now(Some(bench.clock.now().0));
    bench.go().await;
    let after = reader.access_event_page(&query).await.unwrap().items;
    assert!(after[0].at > before[0].at, "the hour that nobody saw is caught up with");
}

#[tokio::test]
async fn surprising_answers_harm_nobody_and_the_next_round_completes_the_picture() {
    let bench = Bench::collected().await;
    let whole = scores(&bench).await;
    let findings =
        bench.rounds.reader.finding_counts(&store::FindingQuery::default()).await.unwrap();
    bench.faults(
        r#"[
            {"service":"securityhub","operation":"GetFindings","region":"us-east-1","fault":"malformed","after":1,"times":3},
            {"service":"config","region":"us-east-2","fault":"html","after":2,"times":5},
            {"service":"backup","fault":"truncate","after":3,"times":9},
            {"service":"guardduty","region":"us-east-2","fault":"disconnect","times":9},
            {"service":"securityhub","region":"us-east-2","fault":"same-token","times":4},
            {"service":"config","region":"us-east-1","fault":"throttle","times":40}
        ]"#,
    );
    bench.later(5 * MINUTE_MS);
    bench.go().await;
    for (name, (lo, _)) in scores(&bench).await {
        assert!(lo <= whole[&name].0 + 1e-9, "{name}");
    }
    bench.faults("[]");
    bench.later(5 * MINUTE_MS);
    bench.go().await;
    assert_eq!(scores(&bench).await, whole);
    let again = bench.rounds.reader.finding_counts(&store::FindingQuery::default()).await.unwrap();
    assert_eq!(again, findings, "nothing lost, nothing doubled");
}
