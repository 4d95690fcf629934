//! Asks AWS Config: recorders and inventory; the rules are in `fetch_rules`.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_config::Client;
use aws_sdk_config::config::Builder;
use domain::resource::kind;
use domain::{Batch, ErrorClass, Part, ResourceKey, SourceError, Sweep};
use serde_json::Value;

use super::inventory::{self, Index};
use super::{fetch_rules, recorder};
use crate::operation::config as op;
use crate::page::{Page, Pager, Unreadable};
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
    match recorders(visit, &client, &place).await {
        Ok(0) => {
            visit.part(Part::Recorder, Ok(()));
            visit.off(&[Part::Inventory, Part::Rules]);
            return;
        }
        Ok(_) => visit.part(Part::Recorder, Ok(())),
        Err(error) => visit.part(Part::Recorder, Err(error)),
    }
    let names = match inventory(visit, &client, &place).await {
        Ok((index, result)) => {
            visit.part(Part::Inventory, result);
            Ok(index)
        }
        Err(error) => {
            visit.part(Part::Inventory, Err(error.clone()));
            match error.class {
                // It will not be there next time either: results keep what names they have.
                ErrorClass::Denied | ErrorClass::NotEnabled => Ok(Index::default()),
                _ => Err(error),
            }
        }
    };
    let result = fetch_rules::rules(visit, &client, &place, names).await;
    visit.part(Part::Rules, result);
}

/// Reads the recorders; gives their number.
async fn recorders(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<usize, SourceError> {
    let operation = &op::DESCRIBE_CONFIGURATION_RECORDERS;
    let answer =
        match visit.call(operation, || client.describe_configuration_recorders().send()).await {
            Ok(answer) => answer,
            Err(error) if error.class == ErrorClass::NotEnabled => return Ok(0),
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
    let seen = keys(&page);
    visit.send(Batch { resources: page.resources, ..Batch::default() }).await;
    visit.sweep(Sweep::Resources { kinds: vec![kind::RECORDER.to_owned()], seen });
    Ok(recorders.len())
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
/// with details contains is handed over with its details or not at all, so that a failure half way
/// never takes away facts that were known.
///
/// Gives the index of what was listed, and whether all details could be read.
async fn inventory(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(Index, Result<(), SourceError>), SourceError> {
    let mut index = Index::default();
    let (mut seen, mut listed) = (HashSet::new(), BTreeMap::<String, u64>::new());
    select(visit, client, place, inventory::EVERYTHING, |page| {
        index.add(&page.resources);
        for resource in &page.resources {
            seen.insert(resource.key.clone());
            *listed.entry(resource.kind.clone()).or_default() += 1;
        }
        page.resources.retain(|resource| !inventory::has_details(&resource.kind));
    })
    .await?;
    let mut result = Ok(());
    for (kind, expression) in inventory::details() {
        if !listed.contains_key(kind) {
            continue;
        }
        let asked = select(visit, client, place, &expression, |page| {
            // What appeared after the listing is no less there.
            seen.extend(page.resources.iter().map(|resource| resource.key.clone()));
            index.add(&page.resources);
        })
        .await;
        if let Err(error) = asked {
            // One type that cannot be read keeps the part from being complete, and nothing else.
            result = Err(error);
        }
    }
    let kinds = inventory::kinds(listed.keys().map(String::as_str));
    visit.sweep(Sweep::Resources { kinds, seen });
    Ok((index, result))
}

async fn select(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    expression: &str,
    mut look: impl FnMut(&mut Page),
) -> Result<(), SourceError> {
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
            page
        });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(())
}
