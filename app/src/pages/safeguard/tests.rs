use domain::{Catalogue, Evaluation, FindingId, Goal, Reason, Safeguard, Severity, State, Tally};
use report::Point;
use store::EvaluationRow;

use super::{Choice, ControlLine, Group, SafeguardPage, explanation, head};
use crate::error::PageError;
use crate::pages::Page;
use crate::pages::findings::tests::{HOSTILE, harmless, html, now, one_heading};
use crate::pages::safeguards::{Met, SafeguardRow, tests::point};
use crate::query::Query;

fn safeguard(section: &str) -> &'static Safeguard {
    Catalogue::get().safeguard(section).unwrap()
}

/// Every technical control has one pass, one failure and one stale answer; nobody has attested.
fn page(section: &str) -> SafeguardPage {
    let safeguard = safeguard(section);
    let catalogue = Catalogue::get();
    let controls: Vec<ControlLine> = catalogue
        .controls_of_section(&safeguard.section)
        .iter()
        .map(|id| {
            let control = catalogue.control(id).unwrap();
            let tally = if control.attestation {
                Tally { not_evaluated: 1, ..Tally::default() }
            } else {
                Tally { pass: 1, fail: 1, stale: 1, ..Tally::default() }
            };
            ControlLine { control, tally }
        })
        .collect();
    let sum = controls.iter().fold(Tally::default(), |mut sum, line| {
        sum.merge(&line.tally);
        sum
    });
    let point = point(safeguard.section.as_str(), Some(false), sum);
    SafeguardPage {
        asked: section.to_owned(),
        safeguard,
        query: Query::default(),
        now: now(),
        goal: Goal(0.9),
        stale: false,
        history: vec![Point { at: now(), lo: 0.6, hi: 0.7 }],
        explanation: explanation(safeguard, Some(&point), &controls),
        point: Some(point),
        controls,
        below: catalogue
            .safeguards
            .iter()
            .filter(|it| it.parent.as_ref() == Some(&safeguard.section))
            .map(|it| SafeguardRow::new(it, None))
            .collect(),
        choice: Choice::InTheWay,
        groups: vec![Group {
            state: State::Fail,
            total: 12,
            rows: vec![evaluation(State::Fail)],
            next: Some("e00".to_owned()),
        }],
    }
}

fn evaluation(state: State) -> EvaluationRow {
    EvaluationRow {
        evaluation: Evaluation {
            control: "s3-default-encryption".into(),
            account: "111122223333".into(),
            region: "us-east-1".into(),
            resource: "arn:aws:s3:::charts".into(),
            kind: "AWS::S3::Bucket".to_owned(),
            state,
            reason: Reason::Reported,
            finding: Some(FindingId::from("0123456789abcdef0123456789abcdef")),
            as_of: Some(now()),
        },
        severity: Severity::High,
        since: now(),
        title: "charts".to_owned(),
        finding_reason: "No default encryption.".to_owned(),
    }
}

#[test]
fn a_safeguard_tells_its_score_and_what_stands_in_the_way() {
    let html = html(page("164.312(a)(2)(iv)"));
    one_heading(&html);
    assert!(html.contains("href=\"/findings/0123456789abcdef0123456789abcdef\""));
    assert!(html.contains("No default encryption."));
    assert!(html.contains("href=\"/findings?state=all&amp;control=s3-default-encryption\""));
    assert!(html.contains("href=\"/controls/s3-default-encryption\""));
    assert!(html.contains("section-164.312#p-164.312(a)(2)(iv)"));
    assert!(html.contains("href=\"/safeguards/164.312\""), "the way up");
    assert!(html.contains("Addressable does not mean optional"));
    assert!(html.contains("All 12 evaluations"));
    let unverified = "href=\"/safeguards/164.312(a)(2)(iv)?state=unknown#evaluations\"";
    assert!(html.contains(&format!("up to <strong><a {unverified}")), "{html}");
    assert!(html.contains("<a href=\"#controls\"><span class=\"leading-number\">62"), "{html}");
}

#[test]
fn the_formula_has_the_numbers_of_every_control() {
    let html = html(page("164.312(a)(2)(iv)"));
    assert!(html.contains("Control by control"));
    // High weighs 5: one of three passes, one of three is unknown.
    assert!(html.contains(">1/3<") && html.contains(">1.67<"), "{html}");
}

#[test]
fn reasons_name_failures_gaps_and_missing_attestations() {
    let page = page("164.312(b)");
    let said: Vec<String> =
        head::reasons(&page, Met::No).into_iter().map(|reason| reason.1).collect();
    let said = said.join(" ");
    assert!(said.contains("fail on"), "{said}");
    assert!(said.contains("could not be verified"), "{said}");
    let people = page.controls.iter().any(|line| line.control.attestation);
    assert_eq!(said.contains("missing"), people, "{said}");
}

#[test]
fn what_only_a_person_can_tell_says_so() {
    let mut page = page("164.310(a)(1)");
    page.groups = Vec::new();
    for line in &mut page.controls {
        line.tally = Tally { not_evaluated: 1, ..Tally::default() };
    }
    page.controls.retain(|line| line.control.attestation);
    let said = head::reasons(&page, Met::Unknown);
    assert!(said.iter().any(|reason| reason.1.contains("missing")), "{said:?}");
    assert!(html(page).contains("not evaluated: needs attestation"));
}

#[test]
fn another_way_to_write_the_number_is_explained() {
    let html = html(page("164.308(a)(3)(i)"));
    assert!(html.contains("164.308(a)(3)(i) is another way to write 164.308(a)(3)."));
    assert!(html.contains("Standards and specifications below"));
}

#[test]
fn hostile_text_stays_text() {
    let mut row = evaluation(State::Fail);
    row.title = HOSTILE.to_owned();
    row.finding_reason = HOSTILE.to_owned();
    row.evaluation.resource = HOSTILE.into();
    row.evaluation.kind = HOSTILE.to_owned();
    let mut page = page("164.312(a)(2)(iv)");
    page.groups[0].rows = vec![row];
    harmless(&html(page));
}

#[test]
fn unknown_evaluations_are_grouped_and_a_gap_names_no_resource() {
    let mut gap = evaluation(State::NotEvaluated);
    gap.evaluation.kind = String::new();
    gap.evaluation.finding = None;
    gap.evaluation.reason = Reason::ServiceNotEnabled;
    gap.finding_reason = String::new();
    let mut page = page("164.312(b)");
    page.groups.push(Group { state: State::NotEvaluated, total: 1, rows: vec![gap], next: None });
    let html = html(page);
    assert!(html.contains("no resource named"));
    assert!(html.contains(Reason::ServiceNotEnabled.sentence()));
}

#[test]
fn each_emptiness_has_its_own_words() {
    let empty = |change: fn(&mut SafeguardPage)| {
        let mut page = page("164.312(b)");
        page.groups = Vec::new();
        change(&mut page);
        html(page)
    };
    assert!(empty(|_| ()).contains("No evaluation fails and none is unknown."));
    let unmeasured = empty(|page| {
        page.point = None;
        page.history = Vec::new();
    });
    assert!(unmeasured.contains("No data yet") && unmeasured.contains("No history yet"));
    assert!(unmeasured.contains("Nothing has been judged yet."));
    let filtered = empty(|page| page.choice = Choice::One(State::Excepted));
    assert!(filtered.contains("No evaluations match these filters"));
    let nothing = empty(|page| {
        if let Some(point) = &mut page.point {
            point.score = None;
            point.met = None;
        }
    });
    assert!(nothing.contains("there is nothing to score"));
    assert!(nothing.contains("Nothing that it is about exists in scope."));
}

#[test]
fn a_state_chooses_the_list() {
    let read = |raw| Choice::read(&Query::parse(Some(raw)));
    assert_eq!(read("").unwrap(), Choice::InTheWay);
    assert_eq!(read("state=pass").unwrap(), Choice::One(State::Pass));
    assert_eq!(read("state=unknown").unwrap().states().len(), 3);
    assert!(matches!(read("state=x"), Err(PageError::Parameter { name: "state", .. })));
}

#[test]
fn the_title_names_the_section() {
    assert!(page("164.312(b)").title().starts_with("§ 164.312(b)"));
}
