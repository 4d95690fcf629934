//! Asks AWS Backup.

use std::collections::HashSet;

use aws_sdk_backup::Client;
use aws_sdk_backup::config::Builder;
use domain::{Batch, ErrorClass, Part, Resource, ResourceKey, SourceError, Sweep};
use serde_json::Value;

use super::map::{self, Listed};
use crate::operation::backup as op;
use crate::page::Page;
use crate::pager::Pager;
use crate::read::text;
use crate::resource_name::Place;
use crate::session::Session;
use crate::visit::Visit;

/// Items for each page; the API's maximum.
const PAGE: i32 = 1000;

/// The client for an account and region.
pub(crate) fn client(session: &Session, config: &aws_types::SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).http_client(session.recording()).build())
}

/// Reads a whole listing: the request is written out, because each operation has its own type.
/// Without details to fetch, items are handed over as they come; gives the keys that were listed.
macro_rules! listing {
    ($visit:expr, $place:expr, $listed:expr, |$token:ident| $request:expr) => {
        listing!(
            $visit,
            $listed,
            |$token| $request,
            |page: Page, seen: &mut Seen| {
                seen.keys.extend(page.resources.iter().map(|item| item.key.clone()));
                seen.left_out += page.left_out;
                page
            },
            $place
        )
    };
    ($visit:expr, $listed:expr, |$token:ident| $request:expr, $take:expr, $place:expr) => {{
        let listed: &Listed = $listed;
        let mut seen = Seen::default();
        let take = $take;
        let mut pager = Pager::new(listed.operation);
        while pager.is_open() {
            let $token = pager.token();
            let Some(answer) = $visit.fetch(&mut pager, || $request.send()).await? else {
                continue;
            };
            let mapped =
                map::map_list(listed, &answer.body, $place).map(|page| take(page, &mut seen));
            $visit.keep_page(&mut pager, answer, mapped).await?;
        }
        seen
    }};
}

/// What a listing gave.
#[derive(Debug, Default)]
struct Seen {
    keys: HashSet<ResourceKey>,
    /// Items that wait for their details.
    held: Vec<Resource>,
    /// Items that could not be told apart: they may be any that was known before.
    left_out: u64,
}

/// Keeps the items of a page back until their details are there.
fn hold(mut page: Page, seen: &mut Seen) -> Page {
    seen.held.append(&mut page.resources);
    seen.left_out += page.left_out;
    page
}

pub(crate) async fn run(visit: &mut Visit<'_>) {
    let client = client(visit.session, &visit.sdk().await);
    let place = visit.place();
    match vaults(visit, &client, &place).await {
        Ok((vaults, result)) => {
            visit.part(Part::Vaults, result);
            let result = recovery_points(visit, &client, &place, vaults).await;
            visit.part(Part::RecoveryPoints, result);
        }
        Err(error) => {
            // The points are listed vault by vault.
            visit.part(Part::RecoveryPoints, Err(error.clone()));
            visit.part(Part::Vaults, Err(error));
        }
    }
    let result = plans(visit, &client, &place).await;
    visit.part(Part::Plans, result);
    let result = backup_jobs(visit, &client, &place).await;
    visit.part(Part::BackupJobs, result);
    let result = copy_jobs(visit, &client, &place).await;
    visit.part(Part::CopyJobs, result);
    let result = restore_jobs(visit, &client, &place).await;
    visit.part(Part::RestoreJobs, result);
    let result = protected_resources(visit, &client, &place).await;
    visit.part(Part::ProtectedResources, result);
}

/// What is not among the keys is gone, unless it is what was left out.
fn sweep(visit: &mut Visit<'_>, listed: &Listed, keys: HashSet<ResourceKey>, left_out: u64) {
    if left_out == 0 {
        visit.sweep(Sweep::Resources { kinds: vec![listed.kind.to_owned()], seen: keys });
    }
}

/// The vaults whose recovery points can be asked for.
#[derive(Debug)]
struct Vaults {
    names: Vec<String>,
    /// Vaults whose names could not be read.
    left_out: u64,
}

/// Lists the vaults; gives their names, and whether the details of all could be read.
async fn vaults(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(Vaults, Result<(), SourceError>), SourceError> {
    let listed = &map::VAULTS;
    let seen = listing!(
        visit,
        listed,
        |token| client.list_backup_vaults().max_results(PAGE).set_next_token(token),
        hold,
        place
    );
    let mut vaults = Vaults { names: Vec::new(), left_out: seen.left_out };
    let mut result = Ok(());
    let mut keys = HashSet::new();
    for mut vault in seen.held {
        let name = text(&vault.facts, "BackupVaultName").filter(|name| !name.is_empty());
        if let Some(name) = name.map(str::to_owned) {
            if result.is_ok() {
                match described(visit, client, &name).await {
                    Ok(Some(detailed)) => map::merge(&mut vault.facts, detailed),
                    Ok(None) => continue,
                    Err(error) => result = Err(error),
                }
            }
            vaults.names.push(name);
        } else {
            let message = "BackupVaultName, a text, is missing: this vault cannot be asked about.";
            visit.problem(listed.operation, &vault.id, message.to_owned()).await;
            vaults.left_out += 1;
        }
        // Without its details a vault still has what the listing says of it, its lock included.
        keys.insert(vault.key.clone());
        visit.send(Batch { resources: vec![vault], ..Batch::default() }).await;
    }
    sweep(visit, listed, keys, seen.left_out);
    Ok((vaults, result))
}

/// A vault's details; `None` when it is gone.
async fn described(
    visit: &mut Visit<'_>,
    client: &Client,
    name: &str,
) -> Result<Option<Value>, SourceError> {
    let request = || client.describe_backup_vault().backup_vault_name(name).send();
    match visit.call(&op::DESCRIBE_BACKUP_VAULT, request).await {
        Ok(answer) => visit.keep_json(&op::DESCRIBE_BACKUP_VAULT, answer).await.map(Some),
        Err(error) if error.class == ErrorClass::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn recovery_points(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    vaults: Vaults,
) -> Result<(), SourceError> {
    let (mut keys, mut left_out) = (HashSet::new(), vaults.left_out);
    for vault in &vaults.names {
        match points_of(visit, client, place, vault).await {
            Ok(seen) => {
                keys.extend(seen.keys);
                left_out += seen.left_out;
            }
            Err(error) if error.class == ErrorClass::Gone => {}
            Err(error) => return Err(error),
        }
    }
    sweep(visit, &map::RECOVERY_POINTS, keys, left_out);
    Ok(())
}

async fn points_of(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    vault: &str,
) -> Result<Seen, SourceError> {
    Ok(listing!(visit, place, &map::RECOVERY_POINTS, |token| client
        .list_recovery_points_by_backup_vault()
        .backup_vault_name(vault)
        .max_results(PAGE)
        .set_next_token(token)))
}

async fn plans(visit: &mut Visit<'_>, client: &Client, place: &Place) -> Result<(), SourceError> {
    let listed = &map::PLANS;
    let seen = listing!(
        visit,
        listed,
        |token| client.list_backup_plans().max_results(PAGE).set_next_token(token),
        hold,
        place
    );
    let mut keys = HashSet::new();
    for mut plan in seen.held {
        let id = text(&plan.facts, "BackupPlanId").unwrap_or_default().to_owned();
        let request = || client.get_backup_plan().backup_plan_id(id).send();
        match visit.call(&op::GET_BACKUP_PLAN, request).await {
            Ok(answer) => {
                let detailed = visit.keep_json(&op::GET_BACKUP_PLAN, answer).await?;
                map::merge(&mut plan.facts, detailed);
            }
            Err(error) if error.class == ErrorClass::Gone => continue,
            Err(error) => return Err(error),
        }
        keys.insert(plan.key.clone());
        visit.send(Batch { resources: vec![plan], ..Batch::default() }).await;
    }
    sweep(visit, listed, keys, seen.left_out);
    let listed = &map::RESTORE_TESTING_PLANS;
    let seen = listing!(visit, place, listed, |token| client
        .list_restore_testing_plans()
        .max_results(PAGE)
        .set_next_token(token));
    sweep(visit, listed, seen.keys, seen.left_out);
    Ok(())
}

async fn backup_jobs(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(), SourceError> {
    listing!(visit, place, &map::BACKUP_JOBS, |token| client
        .list_backup_jobs()
        .max_results(PAGE)
        .set_next_token(token));
    Ok(())
}

async fn copy_jobs(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(), SourceError> {
    listing!(visit, place, &map::COPY_JOBS, |token| client
        .list_copy_jobs()
        .max_results(PAGE)
        .set_next_token(token));
    Ok(())
}

async fn restore_jobs(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(), SourceError> {
    listing!(visit, place, &map::RESTORE_JOBS, |token| client
        .list_restore_jobs()
        .max_results(PAGE)
        .set_next_token(token));
    Ok(())
}

async fn protected_resources(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(), SourceError> {
    let listed = &map::PROTECTED_RESOURCES;
    let seen = listing!(visit, place, listed, |token| client
        .list_protected_resources()
        .max_results(PAGE)
        .set_next_token(token));
    sweep(visit, listed, seen.keys, seen.left_out);
    Ok(())
}
