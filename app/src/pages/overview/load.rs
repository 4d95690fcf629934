//! What stands in the panels, made from tallies and ages.

use domain::{Catalogue, Category, Control, ControlId, Freshness, ScopeState, Source, Tally};

use super::{ControlRow, ServiceRow, SourceRow};
use crate::pages::scored::{self, Tallies};

/// Services whose encryption is shown: name, and how their resource types begin.
const SERVICES: [(&str, &str); 10] = [
    ("S3", "AWS::S3"),
    ("EBS", "AWS::EC2::Volume"),
    ("RDS", "AWS::RDS"),
    ("DynamoDB", "AWS::DynamoDB"),
    ("EFS", "AWS::EFS"),
    ("Redshift", "AWS::Redshift"),
    ("OpenSearch", "AWS::OpenSearch"),
    ("SQS", "AWS::SQS"),
    ("SNS", "AWS::SNS"),
    ("Kinesis", "AWS::Kinesis"),
];

/// Audit logging at a glance.
pub(super) const LOGGING: [(&str, &str); 7] = [
    ("cloudtrail-multi-region", "Multi-region trail"),
    ("cloudtrail-log-file-validation", "Log validation"),
    ("cloudtrail-s3-data-events", "S3 data events"),
    ("vpc-flow-logs", "VPC flow logs"),
    ("s3-access-logging", "S3 access logs"),
    ("rds-logging", "RDS logs"),
    ("config-recorder-on", "Config recorder"),
];

/// Backup at a glance; cross-region replication comes first.
pub(super) const BACKUP: [(&str, &str); 7] = [
    ("backup-cross-region-copy", "Cross-region copies"),
    ("backup-resources-protected", "Resources in a plan"),
    ("backup-jobs-succeed", "Backup jobs"),
    ("backup-restore-tested", "Restored in 90 days"),
    ("backup-recovery-points-encrypted", "Points encrypted"),
    ("backup-vault-locked", "Vaults locked"),
    ("s3-replication", "S3 replication"),
];

/// All services, those with most left to do first.
pub(super) fn services(catalogue: &Catalogue, tallies: &Tallies) -> Vec<ServiceRow> {
    let controls: Vec<&Control> = catalogue.controls_of_category(Category::Encryption).collect();
    let mut rows: Vec<ServiceRow> = SERVICES
        .into_iter()
        .map(|(name, kind)| {
            let mut tally = Tally::default();
            for control in controls.iter().filter(|control| judges(control, kind)) {
                tally.merge(&scored::tally_of(tallies, &control.id));
            }
            ServiceRow { name, kind, tally }
        })
        .collect();
    let share = |tally: &Tally| match tally.applicable() {
        0 => 2.0,
        all => tally.pass as f64 / all as f64,
    };
    rows.sort_by(|a, b| share(&a.tally).total_cmp(&share(&b.tally)));
    rows
}

fn judges(control: &Control, prefix: &str) -> bool {
    control.resource_types.iter().any(|kind| kind.starts_with(prefix))
}

pub(super) fn rows(
    names: &[(&'static str, &'static str)],
    catalogue: &Catalogue,
    tallies: &Tallies,
) -> Vec<ControlRow> {
    names
        .iter()
        .map(|(id, name)| (ControlId::from(*id), *name))
        .filter(|(id, _)| catalogue.control(id).is_some())
        .map(|(id, name)| ControlRow { tally: scored::tally_of(tallies, &id), id, name })
        .collect()
}

pub(super) fn sources(freshness: &Freshness) -> Vec<SourceRow> {
    Source::ALL
        .into_iter()
        .map(|source| {
            let scopes: Vec<_> =
                freshness.scopes().filter(|status| status.scope.source == source).collect();
            let count = |wanted: &[ScopeState]| {
                scopes.iter().filter(|status| wanted.contains(&status.state)).count() as u64
            };
            let ages = || {
                scopes.iter().flat_map(|status| {
                    status
                        .parts
                        .iter()
                        .map(|(part, it)| (it, status.age_of(*part, freshness.now())))
                })
            };
            SourceRow {
                source,
                read: count(&[ScopeState::Ok]),
                off: count(&[ScopeState::NotEnabled]),
                failed: count(&[ScopeState::Failed, ScopeState::Partial]),
                all: scopes.len() as u64,
                stale: scopes.iter().any(|status| status.any_stale(freshness.now())),
                oldest: ages()
                    .filter(|(part, _)| !part.not_enabled)
                    .filter_map(|(_, age)| age.as_of())
                    .min(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_control_and_none_is_left_out() {
        let rows = services(Catalogue::get(), &Tallies::new());
        assert_eq!(rows.len(), SERVICES.len());
        assert!(rows.iter().any(|row| row.name == "Kinesis"));
        for row in rows {
            let mut controls = Catalogue::get().controls_of_category(Category::Encryption);
            assert!(controls.any(|control| judges(control, row.kind)), "{}", row.name);
        }
    }

    #[test]
    fn every_short_name_is_of_a_control() {
        for (id, _) in LOGGING.iter().chain(&BACKUP) {
            assert!(Catalogue::get().control(&ControlId::from(*id)).is_some(), "{id}");
        }
    }
}
