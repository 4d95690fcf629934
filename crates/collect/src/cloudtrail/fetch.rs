//! Asks CloudTrail.

use std::collections::HashSet;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::DateTime;
use domain::access_event::CONSOLE_LOGIN;
use domain::id::{DAY_MS, MINUTE_MS};
use domain::resource::kind;
use domain::sli::PERIOD_MS;
use domain::{AccessGap, Batch, ErrorClass, Part, Resource, SourceError, Sweep, Timestamp};
use serde_json::Value;

use super::map::{self, Wanted};
use crate::operation::cloudtrail as op;
use crate::operation::{DENIALS, Operation};
use crate::pager::Pager;
use crate::resource_name::Place;
use crate::session::Session;
use crate::visit::Visit;

/// Events for each page; the API's maximum.
const PAGE: i32 = 50;
/// Pages of one listing in one visit: at two calls a second, twenty seconds.
const MOST_PAGES: u64 = 40;
/// CloudTrail shows an event some minutes after it happened, up to about fifteen (CloudTrail User
/// Guide, "How CloudTrail works"); the rest is for clocks that differ.
const LATE_MS: i64 = 20 * MINUTE_MS;
/// The precision of CloudTrail's times.
const SECOND_MS: i64 = 1_000;
/// What CloudTrail remembers without a trail, with a day to spare.
const REMEMBERED_MS: i64 = 89 * DAY_MS;

/// One listing of events.
struct Listing {
    operation: &'static Operation,
    wanted: Wanted,
    /// How far a first visit looks back.
    first_ms: i64,
}

/// A first visit looks at the period of the indicators.
const SIGN_INS: Listing =
    Listing { operation: &op::LOOKUP_EVENTS, wanted: Wanted::SignIns, first_ms: PERIOD_MS };
/// All events have to be paged through, so a first visit looks at a day. Counting begins there.
const DENIED: Listing = Listing { operation: &DENIALS, wanted: Wanted::Denials, first_ms: DAY_MS };

/// The client for an account and region.
pub(crate) fn client(session: &Session, config: &aws_types::SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).http_client(session.recording()).build())
}

/// Sign-ins to the console alone.
pub(crate) fn sign_ins() -> Option<LookupAttribute> {
    LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::EventName)
        .attribute_value(CONSOLE_LOGIN)
        .build()
        .ok()
}

pub(crate) async fn run(visit: &mut Visit<'_>) {
    let client = client(visit.session, &visit.sdk().await);
    let place = visit.place();
    let result = trails(visit, &client, &place).await;
    visit.part(Part::Trails, result);
    let result = events(visit, &client, &place, &SIGN_INS).await;
    visit.part(Part::SignIns, result);
    let result = events(visit, &client, &place, &DENIED).await;
    visit.part(Part::Denials, result);
}

/// Reads the trails that work in this region. A trail whose status could not be read is still
/// there; that it records is then not known.
async fn trails(visit: &mut Visit<'_>, client: &Client, place: &Place) -> Result<(), SourceError> {
    let request = || client.describe_trails().include_shadow_trails(true).send();
    let answer = visit.call(&op::DESCRIBE_TRAILS, request).await?;
    let (mut held, mut left_out) = (Vec::new(), 0);
    let mapped = map::map_trails(&answer.body, place, visit.started).map(|mut page| {
        held = std::mem::take(&mut page.resources);
        left_out = page.left_out;
        page
    });
    visit.keep(&op::DESCRIBE_TRAILS, answer, mapped).await?;
    let (mut result, mut selectors) = (Ok(()), true);
    let mut seen = HashSet::new();
    for mut trail in held {
        if result.is_ok() {
            result = status(visit, client, &mut trail).await;
        }
        if selectors && let Err(error) = selected(visit, client, &mut trail).await {
            visit.note(&error, &trail.name).await;
            selectors = false;
        }
        seen.insert(trail.key.clone());
        visit.send(Batch { resources: vec![trail], ..Batch::default() }).await;
    }
    if left_out == 0 {
        visit.sweep(Sweep::Resources { kinds: vec![kind::TRAIL_STATUS.to_owned()], seen });
    }
    result
}

/// Adds whether the trail records in this region.
async fn status(
    visit: &mut Visit<'_>,
    client: &Client,
    trail: &mut Resource,
) -> Result<(), SourceError> {
    let request = || client.get_trail_status().name(&trail.id).send();
    let answer = match visit.call(&op::GET_TRAIL_STATUS, request).await {
        Ok(answer) => answer,
        Err(error) if error.class == ErrorClass::Gone => return Ok(()),
        Err(error) => return Err(error),
    };
    add(trail, "status", visit.keep_json(&op::GET_TRAIL_STATUS, answer).await?);
    Ok(())
}

/// Adds which events the trail records.
async fn selected(
    visit: &mut Visit<'_>,
    client: &Client,
    trail: &mut Resource,
) -> Result<(), SourceError> {
    let request = || client.get_event_selectors().trail_name(&trail.id).send();
    let answer = match visit.call(&op::GET_EVENT_SELECTORS, request).await {
        Ok(answer) => answer,
        Err(error) if error.class == ErrorClass::Gone => return Ok(()),
        Err(error) => return Err(error),
    };
    add(trail, "selectors", visit.keep_json(&op::GET_EVENT_SELECTORS, answer).await?);
    Ok(())
}

fn add(trail: &mut Resource, name: &str, facts: Value) {
    if let Some(members) = trail.facts.as_object_mut() {
        members.insert(name.to_owned(), facts);
    }
}

/// Reads events since the last success of the part, newest first, up to the most that a visit may
/// ask for. What lies further back is then said to be unknown.
async fn events(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    listing: &Listing,
) -> Result<(), SourceError> {
    let until = visit.started;
    let since = begin(visit, listing).await;
    let attribute = (listing.wanted == Wanted::SignIns).then(sign_ins).flatten();
    let mut pager = Pager::new(listing.operation);
    let own = visit.account.role_arn.as_deref();
    let (mut pages, mut oldest) = (0, until);
    while pager.is_open() {
        if pages == MOST_PAGES {
            cut_short(visit, listing, since, oldest).await;
            break;
        }
        let token = pager.token();
        let request = || {
            client
                .lookup_events()
                .set_lookup_attributes(attribute.clone().map(|only| vec![only]))
                .start_time(DateTime::from_millis(since.0))
                .end_time(DateTime::from_millis(until.0))
                .max_results(PAGE)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        pages += 1;
        let mut mapped = map::map_events(listing.wanted, listing.operation, &answer.body, place);
        if let Ok(page) = &mut mapped {
            oldest = page.oldest.map_or(oldest, |at| oldest.min(at));
            page.access.retain(|event| own.is_none_or(|role| !map::own_read(event, role)));
        }
        visit.keep_page_without_answer(&mut pager, mapped).await?;
    }
    Ok(())
}

/// Where the listing begins. After a silence that was longer than CloudTrail remembers, what was
/// forgotten meanwhile is said to be unknown.
async fn begin(visit: &mut Visit<'_>, listing: &Listing) -> Timestamp {
    let part = listing.operation.part;
    let read = visit.previous.parts.get(&part).and_then(|status| status.as_of);
    let Some(read) = read else { return visit.started.plus(-listing.first_ms) };
    let wanted = read.min(visit.started).plus(-LATE_MS);
    let first = visit.started.plus(-REMEMBERED_MS);
    if wanted < first {
        let message = "Events older than 90 days are no longer given; they were not looked at.";
        visit.problem(listing.operation, "", message.to_owned()).await;
        gap(visit, AccessGap { part, since: wanted, until: first }).await;
    }
    wanted.max(first)
}

/// CloudTrail lists the newest first, so that what is missing lies before the oldest that was seen.
/// Its times are whole seconds: of the second of that one, others may be missing too.
async fn cut_short(visit: &mut Visit<'_>, listing: &Listing, since: Timestamp, oldest: Timestamp) {
    let message = format!(
        "Looked at the latest {MOST_PAGES} pages of {PAGE} events, and there are more. The earlier \
         ones were not looked at, so that what is counted for that time is too low."
    );
    visit.problem(listing.operation, "", message).await;
    let part = listing.operation.part;
    let until = oldest.plus(SECOND_MS).min(visit.started).max(since);
    gap(visit, AccessGap { part, since, until }).await;
}

async fn gap(visit: &mut Visit<'_>, gap: AccessGap) {
    visit.send(Batch { access_gaps: vec![gap], ..Batch::default() }).await;
}
