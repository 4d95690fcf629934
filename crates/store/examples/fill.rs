//! Fills a database with findings and measures it:
//! `cargo run --release -p store --example fill -- FOLDER FINDINGS [ROWS-IN-A-BATCH]`.
//!
//! Prints findings per second of ingest, the time of a judgement, and the times of pages.
#![expect(clippy::print_stdout, reason = "its purpose is to print what it measured")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use domain::{
    Account, Batch, Catalogue, ControlId, Finding, FindingId, FindingState, Goal, Organisation,
    Outcome, Part, PartStatus, Policy, ResourceRef, Scope, ScopeState, Severity, Source, Timestamp,
    Verdict,
};
use store::{FindingQuery, Reader, StoreError, Trigger, Writer};

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const REGIONS: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];
const ACCOUNTS: [&str; 4] = ["111111111111", "222222222222", "333333333333", "444444444444"];

fn organisation() -> Organisation {
    let account = |id: &&str| Account {
        id: (*id).into(),
        name: format!("Account {id}"),
        role_arn: None,
        external_id: None,
        regions: REGIONS.iter().map(|region| (*region).into()).collect(),
        phi: true,
    };
    Organisation {
        name: "Example Hospital".into(),
        time_zone: "UTC".into(),
        goal: Goal(0.9),
        accounts: ACCOUNTS.iter().map(account).collect(),
        policy: Policy::default(),
    }
}

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// Controls with a check of Security Hub that answers them.
fn checks() -> Vec<(ControlId, String, String)> {
    let controls = Catalogue::get().controls.values();
    controls
        .filter_map(|control| {
            let check = control.securityhub.first()?;
            Some((control.id.clone(), check.clone(), control.title.clone()))
        })
        .collect()
}

fn finding(scope: &Scope, dice: &mut Dice, checks: &[(ControlId, String, String)]) -> Finding {
    let (control, check, title) = &checks[dice.roll(checks.len())];
    let (account, region) = (&scope.account, &scope.region);
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        dice.roll(1 << 32),
        dice.roll(1 << 16),
        dice.roll(1 << 12),
        dice.roll(1 << 12),
        dice.roll(1 << 48)
    );
    let native_id =
        format!("arn:aws:securityhub:{region}:{account}:security-control/{check}/finding/{uuid}");
    let name = format!("records-{:06x}", dice.roll(1 << 24));
    let fails = dice.roll(3) == 0;
    let severity = Severity::from_rank(dice.roll(4) as i64);
    Finding {
        id: FindingId::of(scope.source, account, region, &native_id),
        source: scope.source,
        part: Part::Findings,
        native_id,
        product: "Security Hub".into(),
        check: check.clone(),
        control: (dice.roll(10) > 0).then(|| control.clone()),
        account: account.clone(),
        region: region.clone(),
        title: title.clone(),
        description: format!(
            "This control checks whether {title}. It fails otherwise, because \
            protected health information could be read by somebody who has no business with it."
        ),
        severity: if fails { severity } else { Severity::Informational },
        severity_reported: "HIGH".into(),
        state: if fails { FindingState::Open } else { FindingState::Passed },
        compliance: if fails { "FAILED" } else { "PASSED" }.into(),
        workflow: "NEW".into(),
        verdict: if fails { Verdict::Fail } else { Verdict::Pass },
        reason: String::new(),
        requirements: vec!["NIST.800-53.r5 AC-3".into(), "NIST.800-53.r5 SC-28".into()],
        resources: vec![ResourceRef {
            key: format!("arn:aws:s3:::{name}").into(),
            kind: "AWS::S3::Bucket".into(),
            name,
            account: account.clone(),
            region: region.clone(),
        }],
        remediation: "For information on how to correct this issue, consult the guide.".into(),
        remediation_url: format!(
            "https://docs.aws.amazon.com/console/securityhub/{check}/remediation"
        ),
        created_at: NOW.plus(-(dice.roll(90 * 86_400_000) as i64)),
        updated_at: NOW.plus(-(dice.roll(9 * 86_400_000) as i64)),
        sample: false,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StoreError> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "target/fill".into()));
    let wanted: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let rows: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100);
    let (writer, reader) = store::open(&folder).await?;
    let organisation = organisation();
    writer.organisation_adopt(&organisation, Catalogue::get(), |_| 3_600_000).await?;
    let run = writer.run_begin(Trigger::Command, 12, NOW).await?;
    let (checks, mut dice) = (checks(), Dice(0x9e37_79b9_7f4a_7c15));
    let (mut spent, mut busy) = (Duration::ZERO, 0.0);
    let mut made = 0;
    while made < wanted {
        let account = ACCOUNTS[dice.roll(ACCOUNTS.len())].into();
        let region = REGIONS[dice.roll(REGIONS.len())].into();
        let scope = Scope { source: Source::SecurityHub, account, region };
        let count = rows.min(wanted - made);
        let findings = (0..count).map(|_| finding(&scope, &mut dice, &checks)).collect();
        let (began, cpu) = (Instant::now(), cpu_seconds());
        writer.ingest(run, &scope, Batch { findings, ..Batch::default() }, NOW).await?;
        spent += began.elapsed();
        busy += cpu_seconds() - cpu;
        made += count;
        if made % 100_000 < rows {
            println!("{made} findings: {:.0}/s", made as f64 / spent.as_secs_f64());
        }
    }
    println!(
        "ingest in batches of {rows}: {:.0} findings/s, {:.0} for each second of processor time",
        made as f64 / spent.as_secs_f64(),
        made as f64 / busy
    );
    finish(&writer, run, &organisation).await?;
    pages(&reader).await
}

/// Processor time of this process so far, from Linux's `/proc/self/schedstat` of its threads; 0
/// elsewhere. A busy machine distorts it less than the time on the clock.
fn cpu_seconds() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

async fn finish(
    writer: &Writer,
    run: domain::RunId,
    organisation: &Organisation,
) -> Result<(), StoreError> {
    for account in &organisation.accounts {
        for region in &account.regions {
            let scope = Scope {
                source: Source::SecurityHub,
                account: account.id.clone(),
                region: region.clone(),
            };
            let read = PartStatus { as_of: Some(NOW), error: None, not_enabled: false };
            let outcome = Outcome {
                state: ScopeState::Ok,
                parts: scope.source.parts().iter().map(|part| (*part, read.clone())).collect(),
                started: NOW,
                took_ms: 0,
                items: 0,
                calls: 0,
                throttled: 0,
                problems: 0,
                watermark: Some(NOW),
                full: true,
                sweeps: Vec::new(),
            };
            writer.scope_finish(run, &scope, &outcome, NOW.plus(3_600_000)).await?;
        }
    }
    for which in ["first", "second"] {
        let began = Instant::now();
        let report = writer.judge(run, organisation, Catalogue::get(), NOW).await?;
        println!(
            "{which} judgement: {:?}, {} controls judged, {} evaluations, {} transitions",
            began.elapsed(),
            report.judged,
            report.evaluations,
            report.transitions.values().sum::<u64>()
        );
        if which == "second" {
            writer.run_finish(run, NOW, &report).await?;
        }
    }
    Ok(())
}

async fn pages(reader: &Reader) -> Result<(), StoreError> {
    let open =
        FindingQuery { states: vec![FindingState::Open], limit: 50, ..FindingQuery::default() };
    let checks = checks();
    let section: Vec<ControlId> = checks.iter().take(40).map(|(id, ..)| id.clone()).collect();
    let queries = [
        ("all", FindingQuery { limit: 50, ..FindingQuery::default() }),
        ("open", open.clone()),
        ("open low", FindingQuery { severities: vec![Severity::Low], ..open.clone() }),
        ("account", FindingQuery { account: Some(ACCOUNTS[1].into()), ..open.clone() }),
        ("region", FindingQuery { region: Some(REGIONS[1].into()), ..open.clone() }),
        ("source without any", FindingQuery { sources: vec![Source::Backup], ..open.clone() }),
        ("control", FindingQuery { controls: Some(vec![section[0].clone()]), ..open.clone() }),
        ("section", FindingQuery { controls: Some(section.clone()), ..open.clone() }),
        (
            "control in account",
            FindingQuery {
                controls: Some(vec![section[0].clone()]),
                account: Some(ACCOUNTS[1].into()),
                ..open.clone()
            },
        ),
        ("frequent word", FindingQuery { q: Some("securityhub".into()), ..open.clone() }),
        ("rare word", FindingQuery { q: Some("records 00abcd".into()), ..open.clone() }),
        ("no such word", FindingQuery { q: Some("zzzz".into()), ..open.clone() }),
    ];
    for (name, query) in queries {
        let first = time(reader, &query).await?;
        let mut deep = query.clone();
        for _ in 1..200 {
            let page = reader.finding_page(&deep).await?;
            if page.next.is_none() {
                break;
            }
            deep.cursor = page.next;
        }
        let last = time(reader, &deep).await?;
        let began = Instant::now();
        let counts = reader.finding_counts(&query).await?;
        println!(
            "{name}: first page {first:?}, page 200 {last:?}, counts {:?} ({}{})",
            began.elapsed(),
            counts.total,
            if counts.at_least { "+" } else { "" }
        );
    }
    for name in ["scores", "evaluations", "open by age"] {
        let began = Instant::now();
        match name {
            "scores" => drop(reader.scores_latest().await?),
            "evaluations" => {
                drop(reader.evaluation_page(&store::EvaluationQuery::default()).await?);
            }
            _ => drop(reader.open_by_age(10).await?),
        }
        println!("{name}: {:?}", began.elapsed());
    }
    Ok(())
}

/// The median of 21 readings of a page.
async fn time(reader: &Reader, query: &FindingQuery) -> Result<Duration, StoreError> {
    let mut times = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        reader.finding_page(query).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times[10])
}
