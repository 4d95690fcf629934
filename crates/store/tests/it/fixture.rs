//! An organisation, its findings, and a recount of everything that is counted.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use domain::resource::kind;
use domain::{
    Account, AccountId, Batch, Catalogue, Control, Finding, FindingId, FindingState, Goal,
    Organisation, Outcome, Part, PartStatus, Policy, Region, Resource, ResourceKey, ResourceRef,
    RunId, Scope, ScopeState, Severity, Source, Sweep, Timestamp, Verdict,
};
use sqlx::{Connection, Row, SqliteConnection};
use store::{Reader, Trigger, Writer};
use tempfile::TempDir;

pub const DAY: i64 = 86_400_000;
pub const HOUR: i64 = 3_600_000;
pub const NOW: Timestamp = Timestamp(1_795_000_000_000);
pub const MAIN: &str = "111111111111";
pub const OTHER: &str = "222222222222";
pub const EAST: &str = "us-east-1";
pub const WEST: &str = "us-west-2";

pub struct Store {
    pub folder: TempDir,
    pub writer: Writer,
    pub reader: Reader,
}

impl Store {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (writer, reader) = store::open(folder.path()).await.unwrap();
        Self { folder, writer, reader }
    }

    /// With the organisation adopted and a round begun.
    pub async fn begun() -> (Self, RunId) {
        let store = Self::new().await;
        store.adopt(&organisation()).await;
        let run = store.writer.run_begin(Trigger::Command, 16, NOW).await.unwrap();
        (store, run)
    }

    pub async fn adopt(&self, organisation: &Organisation) {
        let interval = |_| HOUR;
        self.writer.organisation_adopt(organisation, Catalogue::get(), interval).await.unwrap();
    }

    pub async fn ingest(&self, run: RunId, scope: &Scope, findings: Vec<Finding>) {
        let batch = Batch { findings, ..Batch::default() };
        self.writer.ingest(run, scope, batch, NOW).await.unwrap();
    }

    pub async fn raw(&self) -> SqliteConnection {
        raw(self.folder.path()).await
    }
}

pub async fn raw(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite://{}", folder.join(store::open::FILE).display());
    SqliteConnection::connect(&url).await.unwrap()
}

pub fn organisation() -> Organisation {
    let account = |id: &str| Account {
        id: id.into(),
        name: format!("Account {id}"),
        role_arn: None,
        external_id: None,
        regions: vec![EAST.into(), WEST.into()],
        phi: true,
    };
    Organisation {
        name: "Example Hospital".into(),
        time_zone: "America/Chicago".into(),
        goal: Goal(0.9),
        accounts: vec![account(MAIN), account(OTHER)],
        policy: Policy::default(),
    }
}

pub fn scope(source: Source, account: &str, region: &str) -> Scope {
    Scope { source, account: account.into(), region: region.into() }
}

/// A control that Security Hub answers in each region, with its check.
pub fn control() -> (&'static Control, &'static str) {
    let control = Catalogue::get()
        .controls
        .values()
        .find(|control| {
            !control.securityhub.is_empty()
                && control.reach == domain::catalogue::Reach::Region
                && !control.account_level
                && control.default_on
        })
        .unwrap();
    (control, &control.securityhub[0])
}

pub fn bucket(account: &str, region: &str, name: &str) -> ResourceRef {
    ResourceRef {
        key: format!("arn:aws:s3:::{name}").into(),
        kind: "AWS::S3::Bucket".into(),
        name: name.into(),
        account: account.into(),
        region: region.into(),
    }
}

/// An open Security Hub finding about a bucket.
pub fn finding(scope: &Scope, native: &str, name: &str) -> Finding {
    let (control, check) = control();
    Finding {
        id: FindingId::of(scope.source, &scope.account, &scope.region, native),
        source: scope.source,
        part: Part::Findings,
        native_id: native.into(),
        product: "Security Hub".into(),
        check: check.into(),
        control: Some(control.id.clone()),
        account: scope.account.clone(),
        region: scope.region.clone(),
        title: format!("Bucket {name} should block public access"),
        description: "This control checks something.".into(),
        severity: Severity::High,
        severity_reported: "HIGH".into(),
        state: FindingState::Open,
        compliance: "FAILED".into(),
        workflow: "NEW".into(),
        verdict: Verdict::Fail,
        reason: String::new(),
        requirements: vec!["NIST.800-53.r5 AC-3".into()],
        resources: vec![bucket(scope.account.as_str(), scope.region.as_str(), name)],
        remediation: "Block it.".into(),
        remediation_url: "https://docs.aws.amazon.com/x".into(),
        created_at: NOW.plus(-10 * DAY),
        updated_at: NOW.plus(-DAY),
        sample: false,
    }
}

pub fn passed(mut finding: Finding) -> Finding {
    finding.state = FindingState::Passed;
    finding.verdict = Verdict::Pass;
    finding.severity = Severity::Informational;
    finding.compliance = "PASSED".into();
    finding.updated_at = finding.updated_at.plus(1000);
    finding
}

pub fn resource(account: &str, region: &str, kind: &str, name: &str) -> Resource {
    Resource {
        key: ResourceKey::of(None, kind, &AccountId::from(account), &Region::from(region), name),
        source: Source::Config,
        account: account.into(),
        region: region.into(),
        kind: kind.into(),
        id: name.into(),
        name: name.into(),
        tags: vec![("team".into(), "records".into())],
        facts: serde_json::json!({"configuration": {"name": name}}),
        recorded_at: Some(NOW.plus(-HOUR)),
    }
}

pub fn recorder(account: &str, region: &str) -> Resource {
    let mut recorder = resource(account, region, kind::RECORDER, "default");
    recorder.facts = serde_json::json!({
        "recording": true, "allSupported": true, "includeGlobalResourceTypes": true
    });
    recorder
}

/// A visit that read every part.
pub fn outcome(source: Source, started: Timestamp, sweeps: Vec<Sweep>) -> Outcome {
    let read = PartStatus { as_of: Some(started), error: None, not_enabled: false };
    Outcome {
        state: ScopeState::Ok,
        parts: source.parts().iter().map(|part| (*part, read.clone())).collect(),
        started,
        took_ms: 1000,
        items: 1,
        calls: 1,
        throttled: 0,
        problems: 0,
        watermark: Some(started),
        full: true,
        sweeps,
    }
}

/// Ends a complete visit to every scope.
pub async fn visit_all(store: &Store, run: RunId, started: Timestamp) {
    for account in [MAIN, OTHER] {
        for region in [EAST, WEST] {
            for source in Source::ALL {
                let outcome = outcome(source, started, Vec::new());
                let next = started.plus(HOUR);
                let scope = scope(source, account, region);
                store.writer.scope_finish(run, &scope, &outcome, next).await.unwrap();
            }
        }
    }
}

pub fn seen(findings: &[&Finding]) -> HashSet<FindingId> {
    findings.iter().map(|finding| finding.id.clone()).collect()
}

type Cube = BTreeMap<(i64, i64, i64, i64, i64), i64>;

/// Every counter equals a recount from the rows; answers are those of the findings that speak;
/// the words of each finding are found.
pub async fn recount(connection: &mut SqliteConnection) {
    let cube = |sql: &'static str| async move { sql };
    let mut counted: [Cube; 2] = [Cube::new(), Cube::new()];
    let sqls = [
        cube("SELECT source, place, state, severity, sample, n FROM finding_cube WHERE n <> 0")
            .await,
        cube(
            "SELECT source, place, state, severity, sample, count(*) FROM finding
             GROUP BY 1, 2, 3, 4, 5",
        )
        .await,
    ];
    for (cube, sql) in counted.iter_mut().zip(sqls) {
        for row in sqlx::query(sql).fetch_all(&mut *connection).await.unwrap() {
            let key = (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
            cube.insert(key, row.get(5));
        }
    }
    assert_eq!(counted[0], counted[1], "the cube equals the rows");
    let wrong = |sql: &'static str| sql;
    for (what, sql) in [
        (
            "no answer without a finding that speaks",
            wrong(
                "SELECT count(*) FROM answer a LEFT JOIN finding f ON f.n = a.finding
                 WHERE f.n IS NULL OR f.state IN (4, 5) OR f.sample = 1 OR f.control IS NOT a.control
                    OR f.verdict <> a.verdict OR f.source <> a.source",
            ),
        ),
        (
            "no finding that speaks without its answer",
            wrong(
                "SELECT count(*) FROM finding f WHERE f.control IS NOT NULL AND f.sample = 0
                   AND f.state NOT IN (4, 5) AND NOT EXISTS (SELECT 1 FROM answer a
                     WHERE a.control = f.control AND a.place = f.resource_place
                       AND a.resource = f.resource AND a.finding = f.n)",
            ),
        ),
        (
            "counts of controls equal the evaluations",
            wrong(
                "SELECT count(*) FROM (
                   SELECT control, place, state, n FROM control_count
                   EXCEPT SELECT control, place, state, count(*) FROM evaluation GROUP BY 1, 2, 3)",
            ),
        ),
        (
            "evaluations are all counted",
            wrong(
                "SELECT count(*) FROM (
                   SELECT control, place, state, count(*) FROM evaluation GROUP BY 1, 2, 3
                   EXCEPT SELECT control, place, state, n FROM control_count)",
            ),
        ),
        (
            "transitions of each day are counted",
            wrong(
                "SELECT count(*) FROM (
                   SELECT day, kind, n FROM transition_day
                   EXCEPT SELECT at / 86400000, kind, count(*) FROM transition GROUP BY 1, 2)",
            ),
        ),
    ] {
        let n: i64 = sqlx::query(sql).fetch_one(&mut *connection).await.unwrap().get(0);
        assert_eq!(n, 0, "{what}");
    }
    let check: String =
        sqlx::query("PRAGMA integrity_check").fetch_one(&mut *connection).await.unwrap().get(0);
    assert_eq!(check, "ok");
    sqlx::query("INSERT INTO finding_text (finding_text) VALUES ('integrity-check')")
        .execute(&mut *connection)
        .await
        .unwrap();
}
