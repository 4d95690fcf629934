//! Asks AWS Config: recorders and inventory; the rules are in `fetch_rules`.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_config::Client;
use aws_sdk_config::config::Builder;
use domain::judge::Recording;
use domain::resource::kind;
use domain::{Batch, ErrorClass, Part, Resource, ResourceKey, SourceError, Sweep};
use serde_json::Value;

use super::fetch_rules::Names;
use super::inventory::{self, Index};
use super::{fetch_rules, recorder};
use crate::fault;
use crate::operation::config as op;
use crate::page::{Page, Unreadable};
use crate::pager::Pager;
use crate::resource_name::Place;
use crate::session::Session;
use crate::visit::{Answer, Visit};

/// Rows for each page; the API's maximum.
pub(crate) const ROWS: i32 = 100;

/// The client for an account and region.
pub(crate) fn client(session: &Session, config: &aws_types::SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).http_client(session.recording()).build())
}

pub(crate) async fn run(visit: &mut Visit<'_>) {
    let client = client(visit.session, &visit.sdk().await);
    let place = visit.place();
    let recordings = match recorders(visit, &client, &place).await {
        Ok(None) => {
            visit.part(Part::Recorder, Ok(()));
            visit.off(&[Part::Inventory, Part::Rules]);
            return;
        }
        Ok(Some(recordings)) => {
            visit.part(Part::Recorder, Ok(()));
            recordings
        }
        Err(error) => {
            visit.part(Part::Recorder, Err(error));
            // Nobody knows what is recorded, so nothing that is not listed is known to be gone.
            Vec::new()
        }
    };
    let names = match inventory(visit, &client, &place, &recordings).await {
        Ok((index, result)) => {
            visit.part(Part::Inventory, result);
            Names::Known(index)
        }
        Err(error) => {
            visit.part(Part::Inventory, Err(error.clone()));
            names_without_inventory(visit, error)
        }
    };
    let result = fetch_rules::rules(visit, &client, &place, names).await;
    visit.part(Part::Rules, result);
}

/// How results of rules name resources when the inventory cannot be read. A resource must not bear
/// one name in the inventory of last week and another in the results of today: it would be there
/// twice. So bare ids serve only where there never was an inventory, and will be none next time.
fn names_without_inventory(visit: &Visit<'_>, error: SourceError) -> Names {
    let lasting = matches!(error.class, ErrorClass::Denied | ErrorClass::NotEnabled);
    let inventory = visit.previous.parts.get(&Part::Inventory);
    // The watermark is kept only of results that an inventory named.
    let named = visit.since.is_some() || inventory.is_some_and(|part| part.as_of.is_some());
    if lasting && !named { Names::Bare } else { Names::Awaited(error) }
}

/// Reads the recorders; gives what they record, or `None` where there is no recorder.
async fn recorders(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<Option<Vec<Recording>>, SourceError> {
    let operation = &op::DESCRIBE_CONFIGURATION_RECORDERS;
    let answer =
        match visit.call(operation, || client.describe_configuration_recorders().send()).await {
            Ok(answer) => answer,
            Err(error) if error.class == ErrorClass::NotEnabled => return Ok(None),
            Err(error) => return Err(error),
        };
    let recorders = keep_values(visit, operation, answer, recorder::map_recorders).await?;
    let mut statuses = Vec::new();
    if !recorders.is_empty() {
        let operation = &op::DESCRIBE_CONFIGURATION_RECORDER_STATUS;
        let request = || client.describe_configuration_recorder_status().send();
        let answer = visit.call(operation, request).await?;
        statuses = keep_values(visit, operation, answer, recorder::map_status).await?;
    }
    let page = recorder::map_facts(&recorders, &statuses, place, visit.started);
    let (seen, recordings, left_out) = (keys(&page), recorder::recordings(&page), page.left_out);
    let (resources, problems) = (page.resources, page.problems);
    visit.send(Batch { resources, problems, ..Batch::default() }).await;
    if left_out > 0 {
        let message = "A recorder could not be read.";
        return Err(fault::made(operation, ErrorClass::Unreadable, "", message));
    }
    visit.sweep(Sweep::Resources { kinds: vec![kind::RECORDER.to_owned()], seen });
    Ok((!recorders.is_empty()).then_some(recordings))
}

async fn keep_values(
    visit: &mut Visit<'_>,
    operation: &'static crate::operation::Operation,
    answer: Answer,
    map: impl Fn(&[u8]) -> Result<Vec<Value>, Unreadable>,
) -> Result<Vec<Value>, SourceError> {
    let mut values = Vec::new();
    let mapped = map(&answer.body).map(|read| {
        values = read;
        Page::default()
    });
    visit.keep(operation, answer, mapped).await?;
    Ok(values)
}

fn keys(page: &Page) -> HashSet<ResourceKey> {
    page.resources.iter().map(|resource| resource.key.clone()).collect()
}

/// Lists everything, then reads the configuration of the types that checks look into. What a type
/// with details contains is handed over with its details, so that a failure half way never takes
/// away facts that were known. Only where the details of one type are refused or unreadable, and so
/// will be the next time, are its resources handed over bare: what was known of them is out of date,
/// and checks say that they cannot tell.
///
/// Gives the index of what was listed, and whether all details could be read.
async fn inventory(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    recordings: &[Recording],
) -> Result<(Index, Result<(), SourceError>), SourceError> {
    let mut index = Index::default();
    // Of each listed type, the rows that wait for their details.
    let (mut seen, mut listed) = (HashSet::new(), BTreeMap::<String, Vec<Resource>>::new());
    let left_out = select(visit, client, place, inventory::EVERYTHING, |page| {
        index.add(&page.resources);
        for resource in std::mem::take(&mut page.resources) {
            seen.insert(resource.key.clone());
            let waiting = listed.entry(resource.kind.clone()).or_default();
            if inventory::has_details(&resource.kind) {
                waiting.push(resource);
            } else {
                page.resources.push(resource);
            }
        }
    })
    .await?;
    let (mut result, mut unclear) = (Ok(()), Vec::new());
    for (kind, expression) in inventory::details() {
        let Some(mut waiting) = listed.get_mut(kind).map(std::mem::take) else { continue };
        let mut read = HashSet::new();
        let asked = select(visit, client, place, &expression, |page| {
            // What appeared after the listing is no less there.
            read.extend(page.resources.iter().map(|resource| resource.key.clone()));
            index.add(&page.resources);
        })
        .await;
        match asked {
            Ok(0) => {}
            // One type that cannot be read keeps the part from being complete, and nothing else.
            Err(error) if !concerns_one_query(visit, &error) => result = Err(error),
            unread => {
                if let Err(error) = unread {
                    visit.note(&error, kind).await;
                }
                unclear.push(kind);
                waiting.retain(|resource| !read.contains(&resource.key));
                visit.send(Batch { resources: waiting, ..Batch::default() }).await;
            }
        }
        seen.extend(read);
    }
    if left_out == 0 {
        let mut kinds = inventory::kinds(listed.keys().map(String::as_str));
        kinds.retain(|kind| {
            recorder::records(recordings, kind) && !unclear.contains(&kind.as_str())
        });
        visit.sweep(Sweep::Resources { kinds, seen });
    }
    Ok((index, result))
}

/// Whether an error is about this one query: refused as it stands, or answered unreadably.
fn concerns_one_query(visit: &Visit<'_>, error: &SourceError) -> bool {
    visit.goes_on() && matches!(error.class, ErrorClass::Other | ErrorClass::Unreadable)
}

/// Reads all rows of a query; gives how many were left out.
async fn select(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    expression: &str,
    mut look: impl FnMut(&mut Page),
) -> Result<u64, SourceError> {
    let mut left_out = 0;
    let mut pager = Pager::new(&op::SELECT_RESOURCE_CONFIG);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client
                .select_resource_config()
                .expression(expression)
                .limit(ROWS)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped = inventory::map_rows(&answer.body, place).map(|mut page| {
            look(&mut page);
            left_out += page.left_out;
            page
        });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(left_out)
}
