//! `/`.

use app::Progress;
use app::components::Explanation;
use app::pages::overview::{CategoryCell, ClassRow, ControlRow, Response, ServiceRow, SourceRow};
use app::pages::{OverviewPage, Unread};
use domain::catalogue::Class;
use domain::{Catalogue, Category, Goal, Severity, Source, Tally};
use report::Point;
use store::alert::Lane;
use store::alert::breach::PresumedBreaches;
use store::alert::queue::LaneCount;

use crate::render::{render, render_old};
use crate::samples::{self, NOW, ago, days_ago, point, tally};

fn history(from: f64, to: f64) -> Vec<Point> {
    (0..90)
        .filter(|day| !(31..36).contains(day))
        .map(|day| {
            let share = day as f64 / 89.0;
            let wave = ((day * 37 % 11) as f64 - 5.0) / 400.0;
            let lo = from + (to - from) * share + wave;
            Point { at: days_ago(89 - day), lo, hi: lo + 0.22 - 0.08 * share }
        })
        .collect()
}

pub(crate) fn page() -> OverviewPage {
    let tallies = samples::tallies();
    let controls = Catalogue::get().controls.values();
    let weighed = controls.map(|control| domain::score::Weighed {
        severity: control.severity,
        tally: tallies[&control.id],
    });
    let overall = point("overall", 0.628, 0.781);
    let explanation = Explanation::new("Overall", "/controls", overall.score, weighed).of(&overall);
    OverviewPage {
        now: NOW,
        goal: Goal(0.9),
        stale: false,
        overall: Some(overall),
        history: history(0.52, 0.628),
        explanation,
        categories: categories(),
        classes: classes(),
        slis: domain::Sli::ALL
            .into_iter()
            .map(|sli| domain::sli::Reading::nothing(sli, NOW, "It has not been computed yet."))
            .collect(),
        response: Response {
            lanes: Vec::new(),
            presumed: PresumedBreaches::default(),
            watched: true,
        },
        services: services(),
        logging: rows(&[
            "CloudTrail in all regions",
            "Log file validation",
            "S3 data events",
            "VPC flow logs",
            "S3 access logs",
            "RDS logs",
            "Config recorder",
        ]),
        backup: rows(&[
            "Cross-region copies",
            "Resources in a plan",
            "Backup jobs succeed",
            "Restore tested, 90 days",
            "Recovery points encrypted",
            "Vaults locked",
            "S3 replication",
        ]),
        urgent: vec![
            samples::finding_row(
                0,
                Severity::Critical,
                "S3 general purpose buckets should block public access",
                23,
            ),
            samples::finding_row(
                1,
                Severity::Critical,
                "Security groups should not allow unrestricted access to ports with high risk",
                12,
            ),
            samples::finding_row(
                2,
                Severity::High,
                "RDS DB instances should have encryption at-rest enabled",
                41,
            ),
            samples::finding_row(
                3,
                Severity::High,
                "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
                2,
            ),
            samples::finding_row(4, Severity::High, "EBS default encryption should be enabled", 9),
        ],
        urgent_total: 37,
        unread: Unread { missing: 3, all: 48 },
        sources: sources(),
        progress: Progress::default(),
    }
}

fn categories() -> Vec<CategoryCell> {
    let scores = [(0.94, 0.97), (0.71, 0.82), (0.55, 0.69), (0.62, 0.8), (0.38, 0.91), (0.66, 0.7)];
    Category::ALL
        .into_iter()
        .zip(scores)
        .enumerate()
        .map(|(index, (category, (lo, hi)))| CategoryCell {
            category,
            point: Some(point("x", lo, hi)),
            history: history(lo - 0.1, lo),
            failing: if index == 0 { 0 } else { index as u64 * 3 },
            explanation: Explanation::new(category.title(), "/controls", None, []),
        })
        .collect()
}

fn classes() -> Vec<ClassRow> {
    let scores = [(0.41, 0.83), (0.0, 1.0), (0.66, 0.78), (0.1, 0.95), (0.0, 1.0), (0.0, 1.0)];
    Class::ALL
        .into_iter()
        .zip(scores)
        .map(|(class, (lo, hi))| ClassRow {
            class,
            point: Some(point("x", lo, hi)),
            met: 2,
            all: 31,
            explanation: Explanation::new(
                class.title(),
                format!("/controls?class={}", class.as_str()),
                Some(samples::score(lo, hi)),
                [],
            ),
        })
        .collect()
}

fn services() -> Vec<ServiceRow> {
    let rows: [(&'static str, Tally); 10] = [
        ("RDS", tally(11, 7, 0)),
        ("S3", tally(120, 31, 4)),
        ("EBS", tally(88, 12, 0)),
        ("SQS", tally(9, 1, 0)),
        ("DynamoDB", tally(14, 0, 3)),
        ("EFS", tally(6, 0, 0)),
        ("Redshift", Tally { not_applicable: 3, ..Tally::default() }),
        ("OpenSearch", tally(4, 0, 0)),
        ("SNS", tally(20, 0, 0)),
        ("Kinesis", tally(3, 0, 0)),
    ];
    rows.into_iter().map(|(name, tally)| ServiceRow { name, kind: "AWS::S3", tally }).collect()
}

fn rows(names: &[&'static str]) -> Vec<ControlRow> {
    let tallies = [
        tally(4, 0, 0),
        tally(8, 1, 0),
        tally(0, 0, 12),
        tally(22, 5, 1),
        tally(40, 21, 0),
        tally(9, 9, 0),
        tally(12, 0, 0),
    ];
    names
        .iter()
        .zip(tallies)
        .map(|(name, tally)| ControlRow { id: "vpc-flow-logs".into(), name, tally })
        .collect()
}

fn sources() -> Vec<SourceRow> {
    let row = |source, read, off, failed| SourceRow {
        source,
        read,
        off,
        failed,
        all: 12,
        stale: false,
        oldest: Some(ago(9)),
    };
    vec![
        row(Source::SecurityHub, 12, 0, 0),
        row(Source::Config, 11, 0, 1),
        row(Source::GuardDuty, 10, 2, 0),
        row(Source::Backup, 12, 0, 0),
        row(Source::CloudTrail, 12, 0, 0),
    ]
}

#[test]
fn the_leading_number_comes_with_its_interval_and_explains_itself() {
    let html = render("overview", page());
    assert!(html.contains(">62</span>"), "{html}");
    assert!(html.contains("78\u{202f}%</a></strong> if what is unverified passes"), "{html}");
    assert!(html.contains("Far below the goal"));
    assert!(html.contains("verified ÷"));
    assert_eq!(html.matches("<h1").count(), 1);
    assert!(!html.contains("style="), "inline style is forbidden by the content security policy");
}

#[test]
fn every_number_leads_to_the_list_behind_it() {
    let html = render("overview-links", page());
    for href in [
        "/controls?state=unknown",
        "/controls?class=technical",
        "/safeguards?class=technical",
        "/safeguards?class=technical&amp;state=met",
        "/controls?category=encryption&amp;state=unknown",
        "/controls?category=encryption&amp;kind=AWS::S3&amp;state=fail",
        "/controls/vpc-flow-logs?state=fail#evaluations",
        "/controls/vpc-flow-logs?state=unknown#evaluations",
        "/collection?source=securityhub&amp;state=ok",
        "/collection?source=config&amp;state=trouble",
        "/collection?source=guardduty&amp;state=not-enabled",
    ] {
        assert!(html.contains(&format!("href=\"{href}\"")), "{href}: {html}");
    }
    assert!(html.contains("Where the scores of the classes come from"));
}

#[test]
fn every_service_is_named() {
    let html = render("overview-services", page());
    for row in services() {
        assert!(html.contains(&format!(">{}<", row.name)), "{}", row.name);
    }
}

#[test]
fn no_open_finding_is_said_only_of_what_was_read() {
    let told = |unread| {
        let page = OverviewPage { urgent: Vec::new(), urgent_total: 0, unread, ..page() };
        render("overview-none-urgent", page)
    };
    let part = told(Unread { missing: 3, all: 48 });
    assert!(part.contains("3 of 48 places could not be read in full, so there may be some."));
    let nothing = told(Unread { missing: 48, all: 48 });
    assert!(nothing.contains("nobody knows what there is to find"));
    assert!(!nothing.contains("No finding of critical or high severity is open"));
    let whole = told(Unread { missing: 0, all: 48 });
    assert!(
        whole.contains("is open in the places that were read.") && !whole.contains("could not")
    );
}

#[test]
fn before_the_first_round_nothing_is_green_and_the_page_waits() {
    let mut page = page();
    page.overall = None;
    page.progress = Progress { running: true, done: 5, total: 48, ..Progress::default() };
    let html = render("overview-first", page);
    assert!(html.contains("The first round is under way"));
    assert!(html.contains("http-equiv=\"refresh\""));
    assert!(html.contains("data-wait"));
    assert!(!html.contains("At the goal"));
}

#[test]
fn stale_data_is_never_green() {
    let mut page = page();
    page.overall = Some(point("overall", 0.99, 0.99));
    let fresh = render("overview-good", page.clone());
    assert!(fresh.contains("At the goal"));
    page.stale = true;
    page.categories.clear();
    page.classes.clear();
    let html = render_old("overview-stale", page);
    assert!(!html.contains("At the goal"));
    assert!(html.contains("<body data-old") && html.contains("Some data on this page is old."));
    assert!(!fresh.contains("data-old"));
}

/// The strip about incidents.
fn incidents(response: Response) -> String {
    let html = render("overview-incidents", OverviewPage { response, ..page() });
    let (_, strip) = html.split_once("id=\"response-title\"").unwrap();
    strip.split_once("</section>").unwrap().0.to_owned()
}

#[test]
fn incidents_are_never_none_before_anybody_has_looked() {
    let mut response = page().response;
    response.watched = false;
    let blind = incidents(response);
    assert_eq!(blind.matches("Nobody has looked yet").count(), 2, "{blind}");
    assert!(!blind.contains(">0<"), "{blind}");
    let looked = incidents(page().response);
    assert!(looked.contains("No incident about PHI is unjudged"), "{looked}");
}

#[test]
fn presumed_breaches_say_until_when_notices_are_due() {
    let response = |discovered| Response {
        lanes: vec![LaneCount { lane: Lane::Page, incidents: 2, muted: 0 }],
        presumed: PresumedBreaches { undecided: 1, confirmed: 1, discovered: Some(discovered) },
        watched: true,
    };
    let due = incidents(response(NOW));
    assert!(due.contains("2 pages") && due.contains("at the latest"), "{due}");
    let late = incidents(response(days_ago(62)));
    assert!(late.contains("Notices were due by"), "{late}");
}
