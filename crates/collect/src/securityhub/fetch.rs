//! Asks Security Hub.

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::config::Builder;
use aws_sdk_securityhub::types::{
    AwsSecurityFindingFilters, DateFilter, SortCriterion, SortOrder, StringFilter,
    StringFilterComparison,
};
use domain::resource::kind;
use domain::{Batch, ErrorClass, Part, SourceError, Sweep};
use serde_json::Value;

use super::map;
use crate::operation::Operation;
use crate::operation::securityhub as op;
use crate::pager::Pager;
use crate::resource_name::Place;
use crate::session::Session;
use crate::visit::Visit;

/// The client for an account and region.
pub(crate) fn client(session: &Session, config: &aws_types::SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).http_client(session.recording()).build())
}

pub(crate) async fn run(visit: &mut Visit<'_>) {
    let client = client(visit.session, &visit.sdk().await);
    let place = visit.place();
    match hub(visit, &client, &place).await {
        Ok(true) => visit.part(Part::Hub, Ok(())),
        Ok(false) => {
            visit.part(Part::Hub, Ok(()));
            visit.off(&[Part::Findings]);
            return;
        }
        // The findings are asked for all the same: they need another permission.
        Err(error) => visit.part(Part::Hub, Err(error)),
    }
    let result = findings(visit, &client, &place).await;
    visit.part(Part::Findings, result);
}

/// Reads the hub's facts; `false` when Security Hub is off.
async fn hub(visit: &mut Visit<'_>, client: &Client, place: &Place) -> Result<bool, SourceError> {
    let described = match visit.call(&op::DESCRIBE_HUB, || client.describe_hub().send()).await {
        Ok(answer) => Some(visit.keep_json(&op::DESCRIBE_HUB, answer).await?),
        Err(error) if error.class == ErrorClass::NotEnabled => None,
        Err(error) => return Err(error),
    };
    let (mut standards, mut aggregators) = (Vec::new(), Vec::new());
    let mut failed = None;
    if described.is_some() {
        match enabled_standards(visit, client).await {
            Ok(list) => standards = list,
            Err(error) => failed = Some(error),
        }
        // Nothing is judged by the aggregators: not to see them is no failure of the visit.
        match finding_aggregators(visit, client).await {
            Ok(list) => aggregators = list,
            Err(error) => visit.note(&error, "").await,
        }
    }
    let hub = map::map_hub(described.as_ref(), &standards, &aggregators, place, visit.started);
    let seen = [hub.key.clone()].into();
    visit.send(Batch { resources: vec![hub], ..Batch::default() }).await;
    visit.sweep(Sweep::Resources { kinds: vec![kind::HUB.to_owned()], seen });
    match failed {
        Some(error) => Err(error),
        None => Ok(described.is_some()),
    }
}

async fn enabled_standards(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<Vec<Value>, SourceError> {
    let mut all = Vec::new();
    let mut pager = Pager::new(&op::GET_ENABLED_STANDARDS);
    while pager.is_open() {
        let token = pager.token();
        let request =
            || client.get_enabled_standards().max_results(100).set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        visit.keep_list(&mut pager, answer, "StandardsSubscriptions", &mut all).await?;
    }
    Ok(all)
}

async fn finding_aggregators(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<Vec<Value>, SourceError> {
    let mut all = Vec::new();
    let mut pager = Pager::new(&op::LIST_FINDING_AGGREGATORS);
    while pager.is_open() {
        let token = pager.token();
        let request =
            || client.list_finding_aggregators().max_results(100).set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        visit.keep_list(&mut pager, answer, "FindingAggregators", &mut all).await?;
    }
    Ok(all)
}

async fn findings(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<(), SourceError> {
    const OPERATION: &Operation = &op::GET_FINDINGS;
    let filters = filters(visit);
    let oldest_first =
        SortCriterion::builder().field("UpdatedAt").sort_order(SortOrder::Ascending).build();
    let mut seen = std::collections::HashSet::new();
    let (mut latest, mut left_out) = (None, 0);
    let mut pager = Pager::new(OPERATION);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client
                .get_findings()
                .filters(filters.clone())
                .sort_criteria(oldest_first.clone())
                .max_results(100)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped = map::map_findings(&answer.body, place, visit.started);
        if let Ok(page) = &mapped {
            latest = latest.max(page.latest);
            left_out += page.left_out;
            if visit.full {
                seen.extend(page.findings.iter().map(|finding| finding.id.clone()));
            }
        }
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    if visit.full && left_out == 0 {
        // Security Hub deletes silently: what a complete listing lacks is gone.
        visit.sweep(Sweep::Findings { part: Part::Findings, seen, spare: Vec::new() });
    }
    visit.pulled(latest);
    Ok(())
}

/// This account's and region's own findings; when incremental, those changed within a window whose
/// end is frozen, so that pages do not shift while they are read.
fn filters(visit: &Visit<'_>) -> AwsSecurityFindingFilters {
    let equals = |value: &str| {
        StringFilter::builder().value(value).comparison(StringFilterComparison::Equals).build()
    };
    let mut filters = AwsSecurityFindingFilters::builder()
        .aws_account_id(equals(visit.scope.account.as_str()))
        .region(equals(visit.scope.region.as_str()));
    if let (false, Some(since)) = (visit.full, visit.since) {
        let window =
            DateFilter::builder().start(since.rfc3339()).end(visit.started.rfc3339()).build();
        filters = filters.updated_at(window);
    }
    filters.build()
}
