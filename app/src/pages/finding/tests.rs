use domain::id::DAY_MS;
use domain::{
    Catalogue, ControlId, Finding, FindingId, FindingState, Part, ResourceKey, ResourceRef, RunId,
    Severity, Source, Verdict,
};
use store::{EvidenceRow, FindingChange, FindingDetail};

use super::{FindingPage, kind_words};
use crate::pages::Page;
use crate::pages::findings::tests::{HOSTILE, harmless, html, now, one_heading};

fn detail() -> FindingDetail {
    let began = now().plus(-20 * DAY_MS);
    FindingDetail {
        finding: Finding {
            id: FindingId::from("0123456789abcdef0123456789abcdef"),
            source: Source::SecurityHub,
            part: Part::Findings,
            native_id: "arn:aws:securityhub:us-east-1:111122223333:finding/1".to_owned(),
            product: "Security Hub".to_owned(),
            check: "S3.8".to_owned(),
            control: Some(ControlId::from("s3-default-encryption")),
            account: "111122223333".into(),
            region: "us-east-1".into(),
            title: "The bucket does not encrypt".to_owned(),
            description: "This bucket stores objects in clear.".to_owned(),
            severity: Severity::Critical,
            severity_reported: "CRITICAL".to_owned(),
            state: FindingState::Open,
            compliance: "FAILED".to_owned(),
            workflow: "NEW".to_owned(),
            verdict: Verdict::Fail,
            reason: "No default encryption.".to_owned(),
            requirements: vec!["NIST.800-53.r5 SC-28".to_owned()],
            resources: vec![ResourceRef {
                key: ResourceKey::from("arn:aws:s3:::charts"),
                kind: "AWS::S3::Bucket".to_owned(),
                name: "charts".to_owned(),
                account: "111122223333".into(),
                region: "us-east-1".into(),
            }],
            remediation: "Turn encryption on.".to_owned(),
            remediation_url: "https://docs.example.com/fix".to_owned(),
            created_at: began,
            updated_at: began,
            sample: false,
        },
        first_seen: began,
        state_since: began,
        last_seen_run: RunId(7),
        gone_at: None,
        evidence: vec![EvidenceRow {
            hash: "ab".repeat(32),
            part: Part::Findings,
            operation: "GetFindings".to_owned(),
            request_id: "r-1".to_owned(),
            taken_at: now(),
            size: 1234,
        }],
        changes: Vec::new(),
    }
}

fn page(detail: FindingDetail) -> FindingPage {
    let control = detail.finding.control.as_ref().and_then(|id| Catalogue::get().control(id));
    FindingPage { detail, control }
}

fn text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn a_finding_says_what_is_wrong_why_and_how_to_fix_it() {
    let html = html(page(detail()));
    one_heading(&html);
    let text = text(&html);
    assert!(text.contains("Failing since 3 Nov 2026 in EHR Production, us-east-1."), "{text}");
    for words in [
        "This bucket stores objects in clear.",
        "No default encryption.",
        "put-bucket-encryption",
        "Turn encryption on.",
        "overdue 13 days",
        "GetFindings",
        "NIST.800-53.r5 SC-28",
        "Its state has not changed",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(html.contains("href=\"/safeguards/164.312(a)(2)(iv)\""));
    assert!(html.contains("href=\"/controls/s3-default-encryption\""));
    assert!(html.contains("href=\"/collection/runs/7\""));
    assert!(html.contains("rel=\"noreferrer noopener\""));
    assert!(html.contains(&"ab".repeat(32)));
}

#[test]
fn only_https_addresses_are_links() {
    for url in ["javascript:alert(1)", "http://example.com", "https://a b"] {
        let mut detail = detail();
        detail.finding.remediation_url = url.to_owned();
        assert!(!html(page(detail)).contains("noopener"), "{url}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let mut detail = detail();
    let finding = &mut detail.finding;
    for text in [
        &mut finding.title,
        &mut finding.description,
        &mut finding.reason,
        &mut finding.remediation,
        &mut finding.native_id,
        &mut finding.product,
        &mut finding.check,
        &mut finding.compliance,
        &mut finding.workflow,
        &mut finding.severity_reported,
    ] {
        HOSTILE.clone_into(text);
    }
    finding.requirements = vec![HOSTILE.to_owned()];
    finding.remediation_url = format!("https://{HOSTILE}");
    finding.resources[0].name = HOSTILE.to_owned();
    finding.resources[0].key = ResourceKey::from(HOSTILE);
    finding.resources[0].kind = HOSTILE.to_owned();
    detail.evidence[0].request_id = HOSTILE.to_owned();
    let html = html(page(detail));
    harmless(&html);
    one_heading(&html);
}

#[test]
fn every_state_has_its_sentence() {
    let said = |state, gone: bool| {
        let mut detail = detail();
        detail.finding.state = state;
        detail.gone_at = gone.then(now);
        text(&html(page(detail)))
    };
    assert!(said(FindingState::Suppressed, false).contains("Suppressed in Security Hub since"));
    assert!(said(FindingState::Suppressed, false).contains("still counts as failing"));
    assert!(said(FindingState::Unknown, false).contains("Nobody knows whether it passes."));
    assert!(said(FindingState::Passed, false).contains("Passing since"));
    assert!(said(FindingState::Resolved, true).contains("Gone from Security Hub since 23 Nov"));
    assert!(said(FindingState::Archived, false).contains("nothing about the present"));
    assert!(!said(FindingState::Passed, false).contains("overdue"));
}

#[test]
fn changes_are_told_newest_first() {
    let mut detail = detail();
    let change = |days: i64, from_state, to_state| FindingChange {
        at: now().plus(-days * DAY_MS),
        from_state,
        to_state,
    };
    detail.changes = vec![
        change(9, FindingState::Open, FindingState::Passed),
        change(2, FindingState::Passed, FindingState::Open),
    ];
    detail.state_since = now().plus(-2 * DAY_MS);
    let text = text(&html(page(detail)));
    assert!(text.contains("Failing since 21 Nov 2026"), "{text}");
    assert!(text.find("21 Nov 2026, 09:00").unwrap() < text.find("14 Nov 2026, 09:00").unwrap());
}

#[test]
fn what_is_missing_is_said() {
    let mut detail = detail();
    detail.finding.control = None;
    detail.finding.title = String::new();
    detail.finding.description = String::new();
    detail.finding.reason = String::new();
    detail.finding.remediation = String::new();
    detail.finding.remediation_url = String::new();
    detail.finding.sample = true;
    detail.evidence = Vec::new();
    let page = page(detail);
    assert_eq!(page.title(), "S3.8");
    let text = text(&html(page));
    for words in [
        "The source says no more than the title.",
        "changes no score",
        "Neither the catalogue nor the source says how.",
        "No raw answer is kept",
        "A made-up example of Security Hub",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn kinds_are_told_in_words() {
    assert_eq!(kind_words("AWS::S3::Bucket"), "S3 Bucket");
    assert_eq!(kind_words("AWS::::Account"), "Account");
    assert_eq!(kind_words(""), "");
}
