//! Asks GuardDuty.

use std::collections::HashSet;

use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::config::Builder;
use aws_sdk_guardduty::types::{Condition, FindingCriteria, OrderBy, SortCriteria};
use domain::resource::kind;
use domain::{Batch, ErrorClass, FindingId, Part, SourceError, Sweep, Timestamp};

use super::map;
use crate::fault;
use crate::operation::guardduty as op;
use crate::pager::Pager;
use crate::resource_name::Place;
use crate::session::Session;
use crate::visit::Visit;

/// The most findings that `GetFindings` gives at a time, and ids that `ListFindings` does.
pub(crate) const PAGE: usize = 50;

/// The client for an account and region.
pub(crate) fn client(session: &Session, config: &aws_types::SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).http_client(session.recording()).build())
}

pub(crate) async fn run(visit: &mut Visit<'_>) {
    let client = client(visit.session, &visit.sdk().await);
    let place = visit.place();
    let detectors = match detectors(visit, &client, &place).await {
        Ok(detectors) => {
            visit.part(Part::Detector, Ok(()));
            detectors
        }
        Err(error) => {
            // Without the id of a detector no finding can be asked for.
            visit.part(Part::Findings, Err(error.clone()));
            visit.part(Part::Detector, Err(error));
            return;
        }
    };
    if detectors.is_empty() {
        visit.off(&[Part::Findings]);
        return;
    }
    let result = findings(visit, &client, &place, &detectors).await;
    visit.part(Part::Findings, result);
}

/// Reads the detectors and returns their ids. A region has one or none.
async fn detectors(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
) -> Result<Vec<String>, SourceError> {
    let mut ids: Vec<String> = Vec::new();
    let mut left_out = 0;
    let mut pager = Pager::new(&op::LIST_DETECTORS);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.list_detectors().max_results(50).set_next_token(token).send();
        let answer = match visit.fetch(&mut pager, request).await {
            Ok(Some(answer)) => answer,
            Ok(None) => continue,
            Err(error) if error.class == ErrorClass::NotEnabled => break,
            Err(error) => return Err(error),
        };
        let mapped = map::map_ids(&op::LIST_DETECTORS, &answer.body, "DetectorIds").map(
            |(mut listed, page)| {
                ids.append(&mut listed);
                left_out += page.left_out;
                page
            },
        );
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    if left_out > 0 {
        // A detector without a readable id is not one that is off.
        let message = "A detector's id could not be read.";
        return Err(fault::made(&op::LIST_DETECTORS, ErrorClass::Unreadable, "", message));
    }
    let mut seen = HashSet::new();
    for id in &ids {
        let request = || client.get_detector().detector_id(id).send();
        let answer = visit.call(&op::GET_DETECTOR, request).await?;
        let facts = visit.keep_json(&op::GET_DETECTOR, answer).await?;
        let detector = map::map_detector(id, facts, place, visit.started);
        seen.insert(detector.key.clone());
        visit.send(Batch { resources: vec![detector], ..Batch::default() }).await;
    }
    visit.sweep(Sweep::Resources { kinds: vec![kind::DETECTOR.to_owned()], seen });
    Ok(ids)
}

async fn findings(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    detectors: &[String],
) -> Result<(), SourceError> {
    let mut read = Read::default();
    for detector in detectors {
        findings_of(visit, client, place, detector, &mut read).await?;
    }
    if visit.full && read.left_out == 0 {
        // GuardDuty keeps findings for 90 days and then drops them without a word.
        let seen = read.seen;
        visit.sweep(Sweep::Findings { part: Part::Findings, seen, spare: Vec::new() });
    }
    visit.pulled(read.latest);
    Ok(())
}

/// What the listings of findings gave.
#[derive(Debug, Default)]
struct Read {
    seen: HashSet<FindingId>,
    latest: Option<Timestamp>,
    left_out: u64,
}

async fn findings_of(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    detector: &str,
    read: &mut Read,
) -> Result<(), SourceError> {
    let oldest_first =
        SortCriteria::builder().attribute_name("updatedAt").order_by(OrderBy::Asc).build();
    let criteria = visit.since.filter(|_| !visit.full).map(|since| {
        let since = Condition::builder().greater_than_or_equal(since.0).build();
        FindingCriteria::builder().criterion("updatedAt", since).build()
    });
    let mut pager = Pager::new(&op::LIST_FINDINGS);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client
                .list_findings()
                .detector_id(detector)
                .set_finding_criteria(criteria.clone())
                .sort_criteria(oldest_first.clone())
                .max_results(50)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mut ids = Vec::new();
        let mapped =
            map::map_ids(&op::LIST_FINDINGS, &answer.body, "FindingIds").map(|(listed, page)| {
                ids = listed;
                read.left_out += page.left_out;
                page
            });
        // The details come first, so that a repeated token does not lose this page.
        for ids in ids.chunks(PAGE) {
            let request = || {
                client
                    .get_findings()
                    .detector_id(detector)
                    .set_finding_ids(Some(ids.to_vec()))
                    .send()
            };
            let answer = visit.call(&op::GET_FINDINGS, request).await?;
            let mapped = map::map_findings(&answer.body, place, visit.started);
            if let Ok(page) = &mapped {
                read.latest = read.latest.max(page.latest);
                read.left_out += page.left_out;
                if visit.full {
                    // What was listed exists, even if its details were not given.
                    read.seen.extend(ids.iter().map(|id| map::identity(place, id)));
                    read.seen.extend(page.findings.iter().map(|finding| finding.id.clone()));
                }
            }
            visit.keep(&op::GET_FINDINGS, answer, mapped).await?;
        }
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(())
}
