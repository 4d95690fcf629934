//! The runbooks that ship are complete, correct as far as a program can see, and embedded.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use domain::alert::Class;
use domain::runbook::markdown::{Block, Inline};
use domain::runbook::{Signal, Step, Template, Wanted, library, review_due};
use domain::{Catalogue, Timestamp};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../runbooks")
}

/// Every file, read without a flaw.
fn all() -> Vec<Template> {
    let read = |(id, text): &(&str, &str)| {
        Template::parse(text).unwrap_or_else(|flaws| {
            let told: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            panic!("runbooks/{id}.md:\n{}", told.join("\n"))
        })
    };
    library::FILES.iter().map(read).collect()
}

#[test]
fn every_file_of_the_folder_is_embedded_and_reads_without_a_flaw() {
    let mut in_folder = BTreeSet::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "README.md" {
            in_folder.insert(name.trim_end_matches(".md").to_owned());
        }
    }
    let listed: BTreeSet<String> = library::FILES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(in_folder, listed, "name each file in runbook/library.rs");
    assert_eq!(listed.len(), library::FILES.len(), "each once");
    for (template, (id, text)) in all().iter().zip(library::FILES) {
        assert_eq!(template.id, *id, "a file is called after its id");
        assert_eq!(template.source, *text);
        assert_eq!(library::by_id(id), Some(template));
    }
    assert_eq!(library::shipped().len(), library::FILES.len());
}

#[test]
fn each_has_what_a_tired_person_needs() {
    for template in all() {
        let id = &template.id;
        let count = template.steps.len();
        assert!((8..=18).contains(&count), "{id} has {count} steps");
        assert!(!template.intro.is_empty(), "{id} begins without a word");
        assert!(!template.purpose.families.is_empty(), "{id} belongs nowhere");
        assert!(template.steps.iter().any(|step| !step.skippable), "{id} can be skipped whole");
        assert!(template.steps.iter().any(|step| step.evidence == Wanted::Required), "{id}");
        for step in &template.steps {
            assert!(step.due.is_some(), "{id}#{} says not by when", step.id);
            assert!(step.title.chars().count() <= 60, "{id}#{} has a long heading", step.id);
        }
        let checks = template.steps.iter().filter(|step| step.check.is_some()).count();
        assert!(checks > 0, "{id} checks nothing");
    }
}

#[test]
fn lines_are_short_and_end_where_they_seem_to() {
    for (id, text) in library::FILES {
        for (line, number) in text.lines().zip(1..) {
            let length = line.chars().count();
            assert!(length <= 120, "runbooks/{id}.md:{number} has {length} characters");
            assert_eq!(line, line.trim_end(), "runbooks/{id}.md:{number} ends in space");
        }
    }
}

fn links<'t>(blocks: &'t [Block], to: &mut Vec<&'t str>) {
    for block in blocks {
        match block {
            Block::Heading { of, .. } | Block::Paragraph { of } => inline_links(of, to),
            Block::List { items, .. } => items.iter().for_each(|item| links(item, to)),
            Block::Quote { of } => links(of, to),
            Block::Code { .. } => {}
            Block::Table { head, rows } => {
                let cells = head.iter().chain(rows.iter().flatten());
                cells.for_each(|cell| inline_links(cell, to));
            }
        }
    }
}

fn inline_links<'t>(inlines: &'t [Inline], to: &mut Vec<&'t str>) {
    for inline in inlines {
        match inline {
            Inline::Link { to: link, of } => {
                to.push(link);
                inline_links(of, to);
            }
            Inline::Strong { of } | Inline::Emphasis { of } => inline_links(of, to),
            _ => {}
        }
    }
}

#[test]
fn links_between_runbooks_lead_somewhere() {
    let all = all();
    let mut seen = 0;
    for template in &all {
        let mut found = Vec::new();
        links(&template.intro, &mut found);
        template.steps.iter().for_each(|step| links(&step.body, &mut found));
        for link in found {
            let Some(rest) = link.strip_prefix("/runbooks/") else { continue };
            let (id, step) = rest.split_once('#').unwrap_or((rest, ""));
            let other = all.iter().find(|other| other.id == id);
            let other = other.unwrap_or_else(|| panic!("{}: no runbook {link}", template.id));
            assert!(step.is_empty() || other.step(step).is_some(), "{}: {link}", template.id);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} links: is the tree read?");
}

/// Provisions that the texts name and the catalogue does not hold: definitions, the Privacy Rule,
/// and bare paragraphs above a standard.
const BEYOND: &[&str] = &[
    "160.103",
    "164.308(b)",
    "164.308(a)(6)(i)",
    "164.314(a)",
    "164.402",
    "164.402(1)",
    "164.402(2)",
    "164.402(2)(iii)",
    "164.402(2)(iv)",
    "164.502(b)",
    "164.502(e)",
    "164.502(e)(1)(ii)(A)",
    "164.504(e)",
    "164.504(e)(2)",
    "164.528",
    "164.530(e)",
    "164.530(f)",
    "164.530(g)",
    "164.530(j)(2)",
];

/// Section numbers in a text.
fn sections(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("16") {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let number = rest.get(..7).unwrap_or_default();
        let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
        if before.is_some_and(|it| it.is_ascii_alphanumeric())
            || !number.split_once('.').is_some_and(|(a, b)| a.len() == 3 && digits(a) && digits(b))
        {
            continue;
        }
        let mut section = number.to_owned();
        let mut rest = &rest[7..];
        while let Some((inside, after)) = rest.strip_prefix('(').and_then(|it| it.split_once(')')) {
            if inside.len() > 4 || !inside.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                break;
            }
            section.extend(["(", inside, ")"]);
            rest = after;
        }
        found.push(section);
    }
    found
}

#[test]
fn every_section_that_is_named_exists() {
    let catalogue = Catalogue::get();
    let mut seen = BTreeSet::new();
    for (id, text) in library::FILES {
        for section in sections(text) {
            let above = section.rsplit_once('(').map_or("", |(above, _)| above);
            // A paragraph of a standard is known by its standard, but not by its bare section.
            let known = catalogue.safeguard(&section).is_some()
                || (above.contains('(') || above == "164.412")
                    && catalogue.safeguard(above).is_some()
                || BEYOND.contains(&section.as_str());
            assert!(known, "runbooks/{id}.md names {section}");
            seen.insert(section);
        }
    }
    for section in BEYOND.iter().filter(|section| **section != "164.308(a)(6)(i)") {
        assert!(seen.contains(*section), "{section} is named nowhere any more");
    }
    assert!(seen.len() > 40, "{seen:?}");
}

#[test]
fn the_checklist_names_every_clock_of_the_regulation() {
    let text = library::by_id("hipaa-incident-checklist").unwrap().source.as_str();
    for needed in [
        "164.308(a)(6)(ii)",
        "164.402(1)",
        "164.402(2)",
        "164.404(a)(2)",
        "164.404(b)",
        "164.404(c)",
        "164.404(d)(1)",
        "164.404(d)(2)",
        "164.404(d)(3)",
        "164.406",
        "164.408(b)",
        "164.408(c)",
        "164.410(b)",
        "164.410(c)",
        "164.412(a)",
        "164.412(b)",
        "164.414(a)",
        "164.414(b)",
        "164.316(b)(2)(i)",
        "164.530(j)(2)",
        "more than 500",
        "500 or more",
        "fewer than 500",
        "29 February in a leap year",
        "**30 days**",
        "**six years**",
        "fewer than 10",
        "10 or more",
    ] {
        assert!(text.contains(needed), "the checklist does not say {needed}");
    }
}

#[test]
fn the_clocks_of_the_regulation_count_from_discovery() {
    let template = library::by_id("hipaa-incident-checklist").unwrap();
    for id in ["individuals", "substitute", "media", "hhs", "associates"] {
        let step = template.step(id).unwrap();
        assert_eq!(step.after.as_deref(), Some("discovered"), "{id}");
        let due = step.due.unwrap().after(Timestamp(0));
        assert!(due <= Timestamp(60 * 86_400_000), "{id} is due after the outer limit");
    }
    assert!(template.parameter("discovered").unwrap().required);
}

#[test]
fn the_query_runbook_reads_little_and_never_scans() {
    let template = library::by_id("dynamodb-phi-query").unwrap();
    for step in ["identity", "encryption", "audit", "query", "paging", "throttling", "report"] {
        assert!(template.step(step).is_some(), "{step}");
    }
    for needed in ["--key-condition-expression", "--projection-expression", "LastEvaluatedKey"] {
        assert!(template.source.contains(needed), "{needed}");
    }
    for (id, text) in library::FILES {
        assert!(!text.contains("dynamodb scan"), "{id}");
        // Values come from files: what stands on the line is kept by the shell and by the log.
        assert!(!text.contains("--expression-attribute-values '"), "{id}");
        assert!(!text.contains("--filter-expression"), "{id}");
    }
}

#[test]
fn alerts_find_their_runbook() {
    let first = |signal| library::suggest(library::shipped(), signal).first().map(|it| &*it.id);
    let finding = |finding| first(Signal { finding: Some(finding), ..Signal::default() });
    for (kind, id) in [
        ("Exfiltration:S3/AnomalousBehavior", "guardduty-exfiltration"),
        ("AttackSequence:IAM/CompromisedCredentials", "guardduty-exfiltration"),
        ("UnauthorizedAccess:IAMUser/TorIPCaller", "leaked-credential"),
        (
            "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            "guardduty-exfiltration",
        ),
        ("Stealth:IAMUser/CloudTrailLoggingDisabled", "audit-log-gap"),
        ("Policy:S3/BucketAnonymousAccessGranted", "public-bucket"),
        ("Policy:S3/AccountBlockPublicAccessDisabled", "public-bucket"),
        ("Impact:S3/AnomalousBehavior.Delete", "ransomware"),
        ("Discovery:S3/AnomalousBehavior", "insider-access"),
    ] {
        assert_eq!(finding(kind), Some(id), "{kind}");
    }
    assert_eq!(finding("Recon:EC2/Portscan"), None);
    let class = |class| first(Signal { class: Some(class), ..Signal::default() });
    assert_eq!(class(Class::PagePipe), Some("audit-log-gap"));
    assert!(class(Class::PagePhi).is_some());
    assert_eq!(class(Class::Ingest), None);
}

#[test]
fn a_review_is_due_ninety_days_after_the_last() {
    for template in all() {
        let end = template.reviewed.plus(90).end();
        assert!(!review_due(&template, end.plus(-1)).overdue);
        let late = review_due(&template, end);
        assert!(late.overdue);
        assert_eq!(late.days_left, -1);
        assert!(!review_due(&template, Timestamp(0)).overdue);
    }
}

#[test]
fn nothing_is_asked_of_an_auditor() {
    let steps: Vec<Step> = all().into_iter().flat_map(|template| template.steps).collect();
    assert!(steps.iter().all(|step| step.role != domain::Role::Auditor));
}
