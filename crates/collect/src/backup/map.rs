//! From AWS Backup's JSON to facts. Pure.

use domain::resource::kind;
use domain::{Resource, ResourceKey, Source};
use serde_json::Value;

use crate::operation::Operation;
use crate::operation::backup as op;
use crate::page::{self, Mapped, Page};
use crate::read::{self, bounded, text};
use crate::resource_name::Place;

/// A kind of fact that one listing gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The operation.
    pub operation: &'static Operation,
    /// The member that holds the list.
    pub list: &'static str,
    /// The kind of the facts.
    pub kind: &'static str,
    /// The member that identifies an item: an ARN, or an id within the account and region.
    pub id: &'static str,
    /// The member that names it for people.
    pub name: &'static str,
    /// The member that says when it last changed.
    pub time: &'static str,
}

/// Vaults, as `ListBackupVaults` and `DescribeBackupVault` give them.
pub const VAULTS: Listed = Listed {
    operation: &op::LIST_BACKUP_VAULTS,
    list: "BackupVaultList",
    kind: kind::VAULT,
    id: "BackupVaultArn",
    name: "BackupVaultName",
    time: "CreationDate",
};
/// Recovery points of a vault.
pub const RECOVERY_POINTS: Listed = Listed {
    operation: &op::LIST_RECOVERY_POINTS,
    list: "RecoveryPoints",
    kind: kind::RECOVERY_POINT,
    id: "RecoveryPointArn",
    name: "ResourceName",
    time: "CreationDate",
};
/// Plans, as `ListBackupPlans` and `GetBackupPlan` give them.
pub const PLANS: Listed = Listed {
    operation: &op::LIST_BACKUP_PLANS,
    list: "BackupPlansList",
    kind: kind::PLAN,
    id: "BackupPlanArn",
    name: "BackupPlanName",
    time: "CreationDate",
};
/// Restore testing plans.
pub const RESTORE_TESTING_PLANS: Listed = Listed {
    operation: &op::LIST_RESTORE_TESTING_PLANS,
    list: "RestoreTestingPlans",
    kind: kind::RESTORE_TESTING_PLAN,
    id: "RestoreTestingPlanArn",
    name: "RestoreTestingPlanName",
    time: "LastUpdateTime",
};
/// Backup jobs of the last 30 days.
pub const BACKUP_JOBS: Listed = Listed {
    operation: &op::LIST_BACKUP_JOBS,
    list: "BackupJobs",
    kind: kind::BACKUP_JOB,
    id: "BackupJobId",
    name: "ResourceName",
    time: "CompletionDate",
};
/// Copy jobs.
pub const COPY_JOBS: Listed = Listed {
    operation: &op::LIST_COPY_JOBS,
    list: "CopyJobs",
    kind: kind::COPY_JOB,
    id: "CopyJobId",
    name: "ResourceName",
    time: "CompletionDate",
};
/// Restore jobs.
pub const RESTORE_JOBS: Listed = Listed {
    operation: &op::LIST_RESTORE_JOBS,
    list: "RestoreJobs",
    kind: kind::RESTORE_JOB,
    id: "RestoreJobId",
    name: "ResourceType",
    time: "CompletionDate",
};
/// Resources that were ever backed up.
pub const PROTECTED_RESOURCES: Listed = Listed {
    operation: &op::LIST_PROTECTED_RESOURCES,
    list: "Results",
    kind: kind::PROTECTED_RESOURCE,
    id: "ResourceArn",
    name: "ResourceName",
    time: "LastBackupTime",
};

/// Every listing.
pub static ALL: [&Listed; 8] = [
    &VAULTS,
    &RECOVERY_POINTS,
    &PLANS,
    &RESTORE_TESTING_PLANS,
    &BACKUP_JOBS,
    &COPY_JOBS,
    &RESTORE_JOBS,
    &PROTECTED_RESOURCES,
];

/// Reads a page of a listing; the facts are the members as AWS wrote them.
pub fn map_list(listed: &Listed, body: &[u8], place: &Place) -> Mapped {
    let mut value = page::json(body)?;
    let items = page::list(&mut value, listed.list)?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    for item in items {
        match map_item(listed, item, place) {
            Some(resource) => page.resources.push(resource),
            None => page.leave_out(
                listed.operation,
                "",
                format!("An item was left out: {}, a text, is missing.", listed.id),
            ),
        }
    }
    Ok(page)
}

/// Reads one item; `None` without its id.
pub fn map_item(listed: &Listed, item: Value, place: &Place) -> Option<Resource> {
    let id = text(&item, listed.id).filter(|id| !id.is_empty())?.to_owned();
    let name = text(&item, listed.name)
        .filter(|name| !name.is_empty())
        .map_or_else(|| id.rsplit([':', '/']).next().unwrap_or(&id).to_owned(), str::to_owned);
    Some(Resource {
        key: key(listed.kind, &id, place),
        source: Source::Backup,
        account: place.account.clone(),
        region: place.region.clone(),
        kind: listed.kind.to_owned(),
        id,
        name: bounded(&name, 256),
        tags: read::tags(read::get(&item, "Tags")),
        recorded_at: read::time(&item, listed.time).or_else(|| read::time(&item, "CreationDate")),
        facts: item,
    })
}

/// The ARN, except where the same ARN is another resource in the inventory: a protected resource
/// is the resource itself, and a recovery point of RDS or Redshift is a snapshot of theirs.
fn key(kind: &str, id: &str, place: &Place) -> ResourceKey {
    let service = id.split(':').nth(2).unwrap_or_default();
    let shared = kind == kind::PROTECTED_RESOURCE || matches!(service, "rds" | "redshift");
    if shared {
        return ResourceKey::new(format!("{kind}/{}/{}/{id}", place.account, place.region));
    }
    ResourceKey::of(None, kind, &place.account, &place.region, id)
}

/// Puts the members of a detailed answer over those of the listing.
pub fn merge(listed: &mut Value, detailed: Value) {
    if let (Some(listed), Value::Object(detailed)) = (listed.as_object_mut(), detailed) {
        for (name, value) in detailed {
            if !value.is_null() {
                listed.insert(name, value);
            }
        }
    }
}
