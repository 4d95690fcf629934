//! What every answer must leave true, however it is made: no reader panics, and what it gives can
//! be stored and told apart.

use collect::cloudtrail::map::Wanted;
use collect::config::inventory::Index;
use collect::operation::config as config_operations;
use collect::operation::{cloudtrail as cloudtrail_operations, guardduty as guardduty_operations};
use collect::{Mapped, Page, Place};
use domain::runbook::Template;
use domain::{Finding, Resource, Timestamp};
use std::sync::LazyLock;
use telemetry::{Encoding, Sieve};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn place() -> Place {
    Place { account: "123456789012".into(), region: "us-east-1".into() }
}

fn finding_holds(finding: &Finding) {
    assert!(!finding.native_id.is_empty(), "a finding without an id");
    assert!(!finding.resources.is_empty(), "a finding about nothing");
    assert!(finding.title.chars().count() <= 1_000, "a title without end");
    assert!(finding.created_at.0.abs() < i64::MAX / 2, "a time out of reach");
}

fn resource_holds(resource: &Resource) {
    assert!(
        !resource.key.as_str().is_empty() && !resource.kind.is_empty(),
        "nothing to know it by"
    );
}

fn page_holds(page: &Page) {
    page.findings.iter().for_each(finding_holds);
    page.resources.iter().for_each(resource_holds);
    assert!(page.left_out <= page.problems.len() as u64, "left out without a word");
    assert_ne!(page.next.as_deref(), Some(""), "an empty token is none");
}

fn holds(mapped: &Mapped) {
    if let Ok(page) = mapped {
        page_holds(page);
    }
}

/// A template of a runbook: it is read, and again the same, or each flaw has a line of the file.
pub fn runbook(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Template::parse(&text) {
        Ok(template) => {
            assert!(!template.steps.is_empty(), "a runbook without steps");
            assert_eq!(Template::parse(&template.source).as_ref(), Ok(&template));
        }
        Err(flaws) => {
            let lines = text.matches('\n').count() + 1;
            assert!(!flaws.is_empty(), "refused without a word");
            assert!(flaws.iter().all(|flaw| (1..=lines).contains(&flaw.line)), "no such line");
        }
    }
}

/// Security Hub: a page of findings, and a finding.
pub fn securityhub(data: &[u8]) {
    use collect::securityhub::map;
    holds(&map::map_findings(data, &place(), NOW));
    let (finding, problems) = map::map_finding(data, &place(), NOW);
    assert!(finding.is_some() || !problems.is_empty(), "lost without a word");
    finding.iter().for_each(finding_holds);
}

/// AWS Config: recorders, rows of the inventory, rules and their results.
pub fn config(data: &[u8]) {
    use collect::config::{inventory, recorder, rules};
    holds(&inventory::map_rows(data, &place()));
    if let Ok(recorders) = recorder::map_recorders(data) {
        page_holds(&recorder::map_facts(&recorders, &[], &place(), NOW));
    }
    let operation = config_operations::DESCRIBE_CONFIG_RULES;
    if let Ok((rules, page)) = rules::map_rules(data, &operation) {
        page_holds(&page);
        for rule in rules.iter().take(2) {
            holds(&rules::map_results(data, rule, &Index::default(), &place(), NOW));
        }
    }
}

/// GuardDuty: ids, and findings.
pub fn guardduty(data: &[u8]) {
    use collect::guardduty::map;
    holds(&map::map_findings(data, &place(), NOW));
    let operation = guardduty_operations::LIST_FINDINGS;
    if let Ok((ids, page)) = map::map_ids(&operation, data, "FindingIds") {
        page_holds(&page);
        assert!(ids.iter().all(|id| !id.is_empty()), "an id without a letter");
    }
}

/// AWS Backup: every listing.
pub fn backup(data: &[u8]) {
    use collect::backup::map;
    for listed in map::ALL {
        // Reading the same bytes for each of them for nothing would be most of the work.
        if std::str::from_utf8(data).map_or(true, |text| text.contains(listed.list)) {
            holds(&map::map_list(listed, data, &place()));
        }
    }
}

/// CloudTrail: trails and events. An event keeps nothing but what it takes to count.
pub fn cloudtrail(data: &[u8]) {
    use collect::cloudtrail::map;
    holds(&map::map_trails(data, &place(), NOW));
    for wanted in [Wanted::SignIns, Wanted::Denials] {
        let operation = cloudtrail_operations::LOOKUP_EVENTS;
        let mapped = map::map_events(wanted, &operation, data, &place());
        holds(&mapped);
        for event in mapped.iter().flat_map(|page| &page.access) {
            assert!(!event.id.is_empty() && !event.identity.is_empty(), "nothing to know it by");
            assert!(event.identity.starts_with(event.identity_kind.as_str()), "of another kind");
            assert_eq!(event.is_sign_in(), wanted == Wanted::SignIns);
            let network = event.address_net.map(|network| network.to_string());
            let coarse = |text: &String| text.ends_with(".0/24") || text.ends_with("/56");
            assert!(network.iter().all(coarse), "an address of one person");
        }
    }
}

static SIEVE: LazyLock<Sieve> = LazyLock::new(|| {
    Sieve::new(&[], [7; 32]).unwrap_or_else(|problem| panic!("the built-in rules: {problem}"))
});

/// A number that must not come out, wherever it went in.
const PLANTED: &str = "512-45-6789";

/// Whether it stands there by itself. Between other digits it is a part of another number.
fn stands(text: &str) -> bool {
    text.match_indices(PLANTED).any(|(at, _)| {
        let apart = |next: Option<char>| {
            next.is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\\'))
        };
        apart(text[..at].chars().next_back()) && apart(text[at + PLANTED.len()..].chars().next())
    })
}

/// OTLP in both encodings: nothing but a refusal or records comes of any bytes, and no record holds
/// what was planted.
pub fn otlp(data: &[u8]) {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for received in [SIEVE.traces(data, encoding), SIEVE.logs(data, encoding)] {
            match received {
                Ok(received) => assert!(!stands(&format!("{received:?}")), "it is there"),
                Err(refused) => assert!(!stands(&refused.to_string()), "it is told"),
            }
        }
    }
}

/// The redactor: what it leaves it leaves alone, and what is planted among anything is gone.
pub fn redactor(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let once = SIEVE.text(&text, None);
    assert_eq!(SIEVE.text(&once.text, None).text, once.text, "it looks twice");
    let planted = format!("{text} {PLANTED} {text}");
    assert!(!stands(&SIEVE.text(&planted, None).text), "it is there");
}
