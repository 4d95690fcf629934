//! Mapping an answer that was kept, as a visit would.

use domain::{Part, Scope, Source, Timestamp};

use crate::backup::map as backup;
use crate::page::Mapped;
use crate::resource_name::Place;
use crate::{config, guardduty, securityhub};

/// Listings of AWS Backup that are mapped answer by answer.
const BACKUP: [&backup::Listed; 8] = [
    &backup::VAULTS,
    &backup::RECOVERY_POINTS,
    &backup::PLANS,
    &backup::RESTORE_TESTING_PLANS,
    &backup::BACKUP_JOBS,
    &backup::COPY_JOBS,
    &backup::RESTORE_JOBS,
    &backup::PROTECTED_RESOURCES,
];

/// Maps one answer. `None` for operations whose answers are only mapped together.
pub fn replay(
    scope: &Scope,
    part: Part,
    operation: &str,
    body: &[u8],
    now: Timestamp,
) -> Option<Mapped> {
    let place = Place { account: scope.account.clone(), region: scope.region.clone() };
    match (scope.source, part) {
        (Source::SecurityHub, Part::Findings) => {
            Some(securityhub::map::map_findings(body, &place, now))
        }
        (Source::GuardDuty, Part::Findings) if operation == "GetFindings" => {
            Some(guardduty::map::map_findings(body, &place, now))
        }
        (Source::Config, Part::Inventory) => Some(config::inventory::map_rows(body, &place)),
        (Source::Backup, _) => {
            let listed = BACKUP.into_iter().find(|listed| listed.operation.name == operation)?;
            Some(backup::map_list(listed, body, &place))
        }
        _ => None,
    }
}
