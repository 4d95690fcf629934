//! Made-up values of the right shape.

use std::collections::BTreeMap;

use domain::id::{DAY_MS, MINUTE_MS};
use domain::{
    Account, AccountId, Catalogue, ControlId, FindingId, FindingState, Goal, Organisation, Policy,
    ResourceRef, RunId, Score, Severity, Source, Tally, Timestamp,
};
use store::{FindingRow, ScorePoint};

/// The present: 23 November 2026, 15:00 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_795_446_000_000);

/// Text that tries to leave its place.
pub(crate) const HOSTILE: &str =
    "</title></textarea><script>alert('1')</script>\"><img src=x onerror=alert(2)>\u{202e}gnp.exe";

pub(crate) fn ago(minutes: i64) -> Timestamp {
    NOW.plus(-minutes * MINUTE_MS)
}

pub(crate) fn days_ago(days: i64) -> Timestamp {
    NOW.plus(-days * DAY_MS)
}

pub(crate) fn organisation() -> Organisation {
    let account = |id: &str, name: &str, phi| Account {
        id: id.into(),
        name: name.to_owned(),
        role_arn: None,
        external_id: None,
        regions: ["us-east-1", "us-east-2", "us-west-2"].map(Into::into).to_vec(),
        phi,
    };
    Organisation {
        name: "Meridian Valley Health".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        goal: Goal(0.9),
        accounts: vec![
            account("111111111111", "Clinical production", true),
            account("222222222222", "Imaging", true),
            account("333333333333", "Analytics", true),
            account("444444444444", "Sandbox", false),
        ],
        policy: Policy::default(),
    }
}

pub(crate) fn score(lo: f64, hi: f64) -> Score {
    Score { lo, hi, coverage: 1.0 - (hi - lo) }
}

pub(crate) fn point(scope: &str, lo: f64, hi: f64) -> ScorePoint {
    ScorePoint {
        scope: scope.to_owned(),
        run: RunId(12),
        at: ago(3),
        score: Some(score(lo, hi)),
        met: Some(false),
        tally: tally(340, 61, 40),
        controls: 120,
        oldest_as_of: Some(ago(9)),
        any_stale: false,
        catalogue_version: "2026.11.1".to_owned(),
    }
}

pub(crate) fn tally(pass: u64, fail: u64, unknown: u64) -> Tally {
    Tally { pass, fail, not_evaluated: unknown, ..Tally::default() }
}

/// Tallies for all controls: a repeatable mixture of good, bad and unknown.
pub(crate) fn tallies() -> BTreeMap<ControlId, Tally> {
    Catalogue::get()
        .controls
        .values()
        .enumerate()
        .map(|(index, control)| {
            let tally = if control.attestation {
                tally(0, 0, 1)
            } else {
                let n = index as u64;
                Tally {
                    pass: n * 7 % 61,
                    fail: if n.is_multiple_of(3) { n * 5 % 13 } else { 0 },
                    not_evaluated: if n.is_multiple_of(5) { n % 7 } else { 0 },
                    not_applicable: n % 4,
                    ..Tally::default()
                }
            };
            (control.id.clone(), tally)
        })
        .collect()
}

pub(crate) fn resource(name: &str) -> ResourceRef {
    ResourceRef {
        key: format!("arn:aws:s3:::{name}").into(),
        kind: "AWS::S3::Bucket".to_owned(),
        name: name.to_owned(),
        account: AccountId::from("111111111111"),
        region: "us-east-1".into(),
    }
}

pub(crate) fn finding_row(n: i64, severity: Severity, title: &str, days: i64) -> FindingRow {
    let account = AccountId::from(if n % 2 == 0 { "111111111111" } else { "222222222222" });
    FindingRow {
        id: FindingId::of(Source::Config, &account, &"us-east-1".into(), &n.to_string()),
        source: Source::ALL[(n as usize) % 4],
        product: "Security Hub".to_owned(),
        check: "S3.8".to_owned(),
        control: Some("s3-public-access-blocked".into()),
        account,
        region: "us-east-1".into(),
        title: title.to_owned(),
        severity,
        state: FindingState::Open,
        state_since: days_ago(days),
        resource: resource("patient-intake-uploads"),
        resource_count: 1,
        created_at: days_ago(days),
        updated_at: ago(40 * n + 4),
        first_seen: days_ago(days),
        sample: false,
    }
}

/// Somebody who may see nearly everything.
pub(crate) fn person() -> store::Person {
    store::Person {
        id: store::PersonId(1),
        name: "engineer-1".to_owned(),
        role: domain::Role::Engineer,
        password: None,
        second: None,
        second_step: None,
        external: false,
        created: NOW,
        ended: None,
        bounds: store::Bounds::default(),
        demo: false,
    }
}
