//! The other pages of lists and details.

use app::Progress;
use app::pages::collection::CollectionPage;
use app::pages::control::ControlPage;
use app::pages::controls::{ControlCounts, ControlLine, ControlsPage, Sort};
use app::pages::run::{FixFirst, RunPage, Visited};
use app::query::Query;
use domain::id::MINUTE_MS;
use domain::{
    Catalogue, ErrorClass, Evaluation, Goal, Part, PartStatus, Reason, RunId, Scope, ScopeState,
    ScopeStatus, Severity, Source, SourceError, State, Transition, TransitionKind,
};
use store::{EvaluationRow, Run, RunState, Trigger};

use crate::render::render;
use crate::samples::{self, HOSTILE, NOW, ago, days_ago, tally};

fn lines() -> Vec<ControlLine> {
    let tallies = samples::tallies();
    Catalogue::get()
        .controls
        .values()
        .take(60)
        .map(|control| ControlLine { control, tally: tallies[&control.id] })
        .collect()
}

fn controls(query: &str, lines: Vec<ControlLine>) -> ControlsPage {
    ControlsPage {
        counts: ControlCounts {
            state: vec![("fail", 31), ("unknown", 88), ("excepted", 0)],
            category: vec![("encryption", 31), ("access-control", 41)],
            severity: vec![("critical", 12), ("high", 30)],
            source: vec![("config", 52), ("backup", 7)],
        },
        all: 211,
        any: true,
        sort: Sort::State,
        query: Query::parse(Some(query)),
        lines,
    }
}

fn evaluation(state: State, name: &str, reason: Reason, words: &str) -> EvaluationRow {
    EvaluationRow {
        evaluation: Evaluation {
            control: "s3-public-access-blocked".into(),
            account: "111111111111".into(),
            region: "us-east-1".into(),
            resource: format!("arn:aws:s3:::{name}").into(),
            kind: "AWS::S3::Bucket".to_owned(),
            state,
            reason,
            finding: (reason == Reason::Reported)
                .then(|| "0123456789abcdef0123456789abcdef".into()),
            as_of: (reason == Reason::Reported).then(|| ago(9)),
        },
        severity: Severity::Critical,
        since: days_ago(20),
        title: name.to_owned(),
        finding_reason: words.to_owned(),
    }
}

fn change(n: i64, from: Option<State>, to: Option<State>) -> Transition {
    Transition {
        id: n,
        at: ago(60 * n),
        run: RunId(12),
        control: "s3-public-access-blocked".into(),
        severity: Severity::Critical,
        account: "111111111111".into(),
        region: "us-east-1".into(),
        resource: "arn:aws:s3:::patient-intake-uploads".into(),
        kind: TransitionKind::of(from.and_then(State::certain), from, to),
        from,
        to,
        reason: Reason::Reported,
        failed_for_ms: (from == Some(State::Fail)).then_some(400 * MINUTE_MS),
    }
}

fn control(hostile: &str) -> ControlPage {
    let control = Catalogue::get().control(&"s3-public-access-blocked".into()).unwrap();
    ControlPage {
        control,
        tally: tally(52, 4, 5),
        places: vec![
            ("111111111111".into(), "us-east-1".into(), tally(22, 3, 0)),
            ("222222222222".into(), "us-east-1".into(), tally(18, 1, 0)),
            ("333333333333".into(), "us-west-2".into(), tally(12, 0, 5)),
        ],
        failing_since: Some(days_ago(20)),
        evaluations: vec![
            evaluation(
                State::Fail,
                "patient-intake-uploads",
                Reason::Reported,
                "Public access block is off for the bucket.",
            ),
            evaluation(State::Fail, hostile, Reason::Reported, hostile),
            evaluation(State::NotEvaluated, "research-export", Reason::AccessDenied, ""),
            evaluation(State::Pass, "claims-archive", Reason::Reported, ""),
        ],
        next: Some("next".to_owned()),
        changes: vec![
            change(1, Some(State::Pass), Some(State::Fail)),
            change(9, Some(State::Fail), Some(State::Pass)),
            change(30, Some(State::Pass), Some(State::NotEvaluated)),
        ],
        query: Query::default(),
    }
}

#[test]
fn controls_are_listed_with_their_counts_and_links() {
    let html = render("controls", controls("category=encryption&severity=high", lines()));
    assert!(html.contains("Remove filter "));
    assert!(html.contains("?category=encryption"));
    assert!(html.contains("?state=fail#evaluations"));
    assert!(!html.contains("style="));
}

#[test]
fn filters_that_leave_nothing_offer_the_way_back() {
    let html = render("controls-none", controls("q=zebra", Vec::new()));
    assert!(html.contains("No controls match these filters"));
    assert!(html.contains("Clear all filters"));
}

#[test]
fn a_control_says_where_it_stands_in_words() {
    let html = render("control", control("logs"));
    assert!(html.contains("Failing since 3 Nov 2026 on 4 of 61 resources."), "{html}");
    assert!(html.contains("An IAM permission is missing"));
    assert_eq!(html.matches("<h1").count(), 1);
}

#[test]
fn a_control_counts_what_its_filters_leave_and_pages_every_state() {
    let mut page = control("logs");
    page.query = Query::default().with("account", "333333333333").with("state", "unknown");
    let html = render("control-filtered", page);
    let states = html.split("class=\"states\"").nth(1).unwrap();
    let states = states.split("</section>").next().unwrap();
    let counts: Vec<&str> = states
        .split("facet-count\">")
        .skip(1)
        .filter_map(|piece| piece.split('<').next())
        .collect();
    // Fail, unknown, not evaluated, pass, excepted, not applicable.
    assert_eq!(counts, ["0", "5", "5", "12", "0", "0"], "{states}");
    assert!(states.contains("account=333333333333&amp;state=not-evaluated"), "{states}");
    assert!(html.contains("rel=\"next\""), "the unknown ones have a next page");
    assert!(html.contains("region=us-west-2&amp;state=unknown#evaluations"), "{html}");
}

#[test]
fn hostile_names_stay_text() {
    let html = render("control-hostile", control(HOSTILE));
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"));
    assert!(html.contains("&lt;script&gt;alert"));
}

fn status(source: Source, account: &str, region: &str, state: ScopeState) -> ScopeStatus {
    let scope = Scope { source, account: account.into(), region: region.into() };
    let mut status = ScopeStatus::never(scope, 15 * MINUTE_MS);
    status.state = state;
    status.last_attempt = Some(ago(6));
    status.next_due = Some(ago(-9));
    (status.items, status.calls, status.took_ms) = (1834, 41, 5_300);
    for part in source.parts() {
        status.parts.insert(*part, PartStatus { as_of: Some(ago(6)), ..PartStatus::default() });
    }
    status
}

fn denied(part: Part, operation: &str, action: &str) -> PartStatus {
    PartStatus {
        as_of: None,
        error: Some(SourceError {
            part,
            operation: operation.to_owned(),
            class: ErrorClass::Denied,
            code: "AccessDeniedException".to_owned(),
            message: "User is not authorized".to_owned(),
            missing_action: Some(action.to_owned()),
        }),
        not_enabled: false,
    }
}

fn run(id: i64, state: RunState) -> Run {
    Run {
        id: RunId(id),
        trigger: Trigger::Schedule,
        started: ago(12),
        ended: (state != RunState::Running).then(|| ago(11)),
        state,
        scopes_total: 48,
        scopes_done: if state == RunState::Running { 17 } else { 48 },
        failed: 1,
        findings_new: 214,
        findings_changed: 31,
        transitions: [
            (TransitionKind::New, 12),
            (TransitionKind::Regressed, 3),
            (TransitionKind::Resolved, 7),
        ]
        .into(),
        catalogue_version: "2026.11.1".to_owned(),
    }
}

fn collection() -> CollectionPage {
    let mut scopes = Vec::new();
    for account in ["111111111111", "222222222222", "333333333333", "444444444444"] {
        for region in ["us-east-1", "us-east-2", "us-west-2"] {
            for source in Source::ALL {
                scopes.push(status(source, account, region, ScopeState::Ok));
            }
        }
    }
    scopes[1] = status(Source::Config, "111111111111", "us-east-1", ScopeState::Partial);
    scopes[1].parts.insert(
        Part::Rules,
        denied(Part::Rules, "DescribeConfigRules", "config:DescribeConfigRules"),
    );
    scopes[57] = status(Source::GuardDuty, "444444444444", "us-west-2", ScopeState::NotEnabled);
    for status in scopes[57].parts.values_mut() {
        status.not_enabled = true;
    }
    for status in scopes[20].parts.values_mut() {
        status.as_of = Some(days_ago(2));
    }
    CollectionPage {
        all: scopes.len(),
        visited: true,
        scopes,
        problems: Vec::new(),
        runs: vec![run(12, RunState::Done), run(11, RunState::Interrupted)],
        progress: Progress::default(),
        now: NOW,
        query: Query::default(),
    }
}

#[test]
fn the_collection_names_the_missing_permission_and_how_to_enable() {
    let html = render("collection", collection());
    assert!(html.contains("<code>config:DescribeConfigRules</code>"), "{html}");
    assert!(
        html.contains("&quot;Action&quot;: &quot;config:DescribeConfigRules&quot;")
            || html.contains("\"Action\": \"config:DescribeConfigRules\"")
    );
    assert!(html.contains("GuardDuty is not enabled"));
    assert!(html.contains("create-detector"));
    assert!(html.contains("mark mark-stale\">Stale"));
}

#[test]
fn the_numbers_of_the_collection_lead_to_their_places() {
    let html = render("collection-numbers", collection());
    for href in [
        "/collection?state=ok",
        "/collection?state=trouble",
        "/collection?state=not-enabled",
        "/collection?state=stale",
    ] {
        assert!(html.contains(&format!("href=\"{href}\" class=\"leads\"")), "{href}: {html}");
    }
    assert!(!html.contains("href=\"/collection?state=never\""), "a zero leads nowhere");
    assert!(html.contains(
        "/findings?state=all&amp;source=securityhub&amp;account=222222222222&amp;region=us-east-1"
    ));
    assert!(!html.contains("source=backup&amp;account"), "items of AWS Backup are no list");
    let mut failed = collection();
    failed.query = Query::default().with("state", "trouble");
    let failed = render("collection-trouble", failed);
    assert_eq!(failed.matches("class=\"scope\"").count(), 1);
    assert!(failed.contains("58 read"), "the numbers count without the state: {failed}");
}

#[test]
fn before_a_visit_nothing_is_said_to_be_well() {
    let mut page = collection();
    page.visited = false;
    for status in &mut page.scopes {
        *status = ScopeStatus::never(status.scope.clone(), 15 * MINUTE_MS);
    }
    let html = render("collection-never", page.clone());
    assert!(html.contains("Nothing has been visited yet, so nobody knows what needs attention."));
    assert!(html.contains("Nothing has been visited yet, so there was no answer to read."));
    page.visited = true;
    page.scopes[0].last_attempt = Some(ago(3));
    let html = render("collection-one", page);
    assert!(html.contains("answered; 59 places have not been visited yet."), "{html}");
}

fn run_page(state: RunState) -> RunPage {
    let first = lines()
        .into_iter()
        .filter(|line| line.tally.fail > 0)
        .take(4)
        .map(|line| FixFirst {
            control: line.control,
            tally: line.tally,
            resources: vec![evaluation(
                State::Fail,
                "patient-intake-uploads",
                Reason::Reported,
                "It is open to the world.",
            )],
        })
        .collect();
    RunPage {
        run: run(12, state),
        progress: Progress {
            running: state == RunState::Running,
            run: Some(12),
            done: 17,
            total: 48,
            phase: "collecting".to_owned(),
            ..Progress::default()
        },
        overall: Some(samples::point("overall", 0.63, 0.78)),
        before: Some(samples::point("overall", 0.61, 0.79)),
        changes: vec![
            change(1, Some(State::Pass), Some(State::Fail)),
            change(2, None, Some(State::Fail)),
            change(2, Some(State::Fail), Some(State::Pass)),
        ],
        first,
        failing: 31,
        goal: Goal(0.9),
        stale: false,
        visited: Some(Visited { read: 45, off: 2, every: true }),
        now: NOW,
        query: Query::default(),
    }
}

#[test]
fn a_round_ends_on_what_changed_and_what_to_fix_first() {
    let html = render("run", run_page(RunState::Done));
    assert!(
        html.contains("What to fix first")
            && html.contains("+2.0 points")
            && html.contains("How to fix it")
    );
    assert!(!html.contains("http-equiv=\"refresh\""));
}

#[test]
fn the_tiles_of_a_round_lead_to_its_own_lists() {
    let html = render("run-tiles", run_page(RunState::Done));
    for href in [
        "/collection/runs/12?kind=regressed&amp;kind=new#changes",
        "/collection/runs/12?kind=regressed#changes",
        "/collection/runs/12?kind=resolved&amp;kind=removed#changes",
        "/collection?state=trouble",
        "/collection?state=not-enabled",
    ] {
        assert!(html.contains(&format!("href=\"{href}\"")), "{href}: {html}");
    }
    assert!(html.contains("45 of 48") && html.contains("mark-error\">Places read"), "{html}");
    assert!(html.contains("3 of 22 are listed here"), "{html}");
    let broken = render("run-broken", run_page(RunState::Interrupted));
    assert!(broken.contains("mark-stale\">Places read") && broken.contains(", interrupted"));
}

#[test]
fn a_running_round_shows_how_far_it_is() {
    let html = render("run-running", run_page(RunState::Running));
    assert!(html.contains("17 of 48 places read"));
    assert!(html.contains("http-equiv=\"refresh\""));
}
