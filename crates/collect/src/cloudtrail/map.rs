//! From CloudTrail's JSON to events and facts. Pure.
//!
//! `LookupEvents` gives each record as text within its own answer. Log files and other exports have
//! the records bare; both are read.

use std::borrow::Cow;

use domain::access_event::{CONSOLE_LOGIN, SIGN_IN_SERVICE};
use domain::resource::kind;
use domain::telemetry::AuthCause;
use domain::{
    AccessEvent, AccessOutcome, AccountId, IdentityKind, Network, Problem, Region, Resource,
    ResourceKey, Source, Timestamp,
};
use serde_json::Value;

use super::identity;
use crate::operation::cloudtrail::{DESCRIBE_TRAILS, LOOKUP_EVENTS};
use crate::operation::{self, Operation};
use crate::page::{self, Mapped, Page, Unreadable};
use crate::read::{self, at, bounded, get, text};
use crate::resource_name::{self, Place};

/// Which events of a listing count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Sign-ins to the console, however they ended.
    SignIns,
    /// Whatever was denied.
    Denials,
}

/// Reads an answer of `LookupEvents`. `operation` is what problems are filed under.
pub fn map_events(wanted: Wanted, operation: &Operation, body: &[u8], place: &Place) -> Mapped {
    let mut value = page::json(body)?;
    let listed = page::list(&mut value, "Events")?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    for item in listed {
        read_into(&mut page, wanted, operation, &item, place);
    }
    Ok(page)
}

/// Reads one event, as `LookupEvents` wraps it or bare.
pub fn map_event(
    wanted: Wanted,
    item: &Value,
    place: &Place,
) -> (Option<AccessEvent>, Vec<Problem>) {
    let mut page = Page::default();
    read_into(&mut page, wanted, &LOOKUP_EVENTS, item, place);
    (page.access.pop(), page.problems)
}

fn read_into(page: &mut Page, wanted: Wanted, operation: &Operation, item: &Value, place: &Place) {
    let id = text(item, "EventId").unwrap_or_default();
    let listed_at = read::time(item, "EventTime");
    // Listings are in the order of these times, not of those within the records.
    page.oldest = page.oldest.into_iter().chain(listed_at).min();
    let record = match record(item) {
        Ok(record) => record,
        Err(why) => return page.leave_out(operation, id, format!("An event was left out: {why}.")),
    };
    let action = read::text_or_empty(&record, "EventName", 128);
    let service = service(&record);
    let sign_in = action == CONSOLE_LOGIN && service == SIGN_IN_SERVICE;
    let code = read::text_or_empty(&record, "ErrorCode", 128);
    let counts = match wanted {
        Wanted::SignIns => sign_in,
        Wanted::Denials => denies(&code) && !sign_in,
    };
    if !counts {
        return;
    }
    // Bare records spell it `eventID`.
    let id = text(&record, "EventID").filter(|id| !id.is_empty()).unwrap_or(id);
    if id.is_empty() {
        let why = "An event was left out: eventID, a text, is missing.";
        return page.leave_out(operation, "", why.to_owned());
    }
    let Some(at) = read::time(&record, "EventTime").or(listed_at) else {
        let why = "An event was left out: eventTime is missing or not a time.";
        return page.leave_out(operation, id, why.to_owned());
    };
    let account = text(&record, "RecipientAccountId")
        .filter(|id| resource_name::is_account(id))
        .map_or_else(|| place.account.clone(), AccountId::from);
    let address_net = text(&record, "SourceIPAddress").and_then(Network::parse);
    let (identity, identity_kind) = identity::of(&record, account.as_str(), address_net);
    let (outcome, cause) = if sign_in {
        sign_in_outcome(page, operation, id, &record, &code)
    } else {
        (AccessOutcome::Denied, Some(AuthCause::Blocked))
    };
    page.access.push(AccessEvent {
        id: bounded(id, 128),
        at,
        account,
        region: text(&record, "AwsRegion")
            .filter(|region| !region.is_empty())
            .map_or_else(|| place.region.clone(), |region| Region::from(&*bounded(region, 64))),
        service,
        action,
        outcome,
        cause,
        identity,
        identity_kind,
        address_net,
        mfa: second_factor(&record, outcome, identity_kind),
        error_code: code,
    });
}

/// The record within an item of a listing, or the item where it is the record itself.
fn record(item: &Value) -> Result<Cow<'_, Value>, String> {
    match get(item, "CloudTrailEvent") {
        Some(Value::String(inner)) => match serde_json::from_str(inner) {
            Ok(Value::Object(members)) => Ok(Cow::Owned(Value::Object(members))),
            Ok(other) => {
                let found = read::shape(&other);
                Err(format!("CloudTrailEvent: an object was expected, found {found}"))
            }
            Err(error) => {
                let Unreadable(why) = page::not_json(&error);
                Err(format!("CloudTrailEvent: {why}"))
            }
        },
        Some(inner @ Value::Object(_)) => Ok(Cow::Borrowed(inner)),
        Some(other) => {
            Err(format!("CloudTrailEvent: text was expected, found {}", read::shape(other)))
        }
        None if get(item, "EventSource").is_some() && get(item, "UserIdentity").is_some() => {
            Ok(Cow::Borrowed(item))
        }
        None if item.is_object() => Err("CloudTrailEvent, a text, is missing".to_owned()),
        None => Err(format!("an object was expected, found {}", read::shape(item))),
    }
}

/// `s3` of `s3.amazonaws.com`.
fn service(record: &Value) -> String {
    let source = text(record, "EventSource").unwrap_or_default();
    bounded(source.split(".amazonaws.").next().unwrap_or(source), 64)
}

/// Whether an error code says that the caller lacked a permission. Services spell it in many ways,
/// with `Client.` before it (EC2) and `Exception` behind it.
pub fn denies(code: &str) -> bool {
    let code = code.rsplit('.').next().unwrap_or(code);
    let code = code.strip_suffix("Exception").unwrap_or(code);
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedError"
            | "AuthorizationError"
            | "Forbidden"
            | "NotAuthorized"
            | "Unauthorized"
            | "UnauthorizedAccess"
            | "UnauthorizedOperation"
    )
}

/// Whether it is a read of our own that was denied, by the role that is assumed for reading an
/// account. That a permission is missing is told where the collection is, each time; it is nobody's
/// attempt. Whatever else is done in the name of that role counts like everybody's.
pub fn own_read(event: &AccessEvent, role_arn: &str) -> bool {
    let mut parts = role_arn.splitn(6, ':').skip(4);
    let (account, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = rest.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    let Some(name) = name.filter(|name| !name.is_empty()) else { return false };
    event.identity_kind == IdentityKind::Role
        && event.identity == format!("role/{account}/{name}")
        && operation::is_action(&event.service, &event.action)
}

/// How a sign-in ended, by the words that the CloudTrail User Guide documents ("AWS Management
/// Console sign-in events"). A failure in other words stays without a cause.
fn sign_in_outcome(
    page: &mut Page,
    operation: &Operation,
    id: &str,
    record: &Value,
    code: &str,
) -> (AccessOutcome, Option<AuthCause>) {
    let result = at(record, &["ResponseElements", CONSOLE_LOGIN]).and_then(Value::as_str);
    let message = text(record, "ErrorMessage").unwrap_or_default().to_ascii_lowercase();
    match result {
        Some("Success") => return (AccessOutcome::Allowed, None),
        Some("Failure") => {}
        _ if !message.is_empty() || !code.is_empty() => {}
        _ => {
            let why = "responseElements.ConsoleLogin is neither Success nor Failure.";
            page.problem(operation, id, why.to_owned());
            return (AccessOutcome::Failed, None);
        }
    }
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let cause = if says(&["no username found"]) {
        Some(AuthCause::UnknownUser)
    } else if says(&["failed authentication"]) {
        // The second factor is asked for after the password was right.
        let second = mfa_used(record) == Some("Yes");
        Some(if second { AuthCause::SecondFactor } else { AuthCause::WrongCredential })
    } else if denies(code) || says(&["not authorized", "access denied", "denied by", "expired"]) {
        Some(AuthCause::Blocked)
    } else if code.starts_with("Internal") || code.starts_with("ServiceUnavailable") {
        Some(AuthCause::Fault)
    } else {
        None
    };
    match cause {
        Some(cause) if cause.refusal() => (AccessOutcome::Denied, Some(cause)),
        cause => (AccessOutcome::Failed, cause),
    }
}

fn mfa_used(record: &Value) -> Option<&str> {
    at(record, &["AdditionalEventData", "MFAUsed"])?.as_str()
}

/// Whether a second factor stood behind what was allowed. AWS says `No` also of people for whom a
/// provider vouched, where the provider asked for it: that is not known here.
fn second_factor(record: &Value, outcome: AccessOutcome, kind: IdentityKind) -> Option<bool> {
    if outcome != AccessOutcome::Allowed {
        return None;
    }
    let session = at(record, &["UserIdentity", "SessionContext", "Attributes", "MfaAuthenticated"])
        .and_then(Value::as_str);
    let own = matches!(kind, IdentityKind::Root | IdentityKind::User);
    match (mfa_used(record), session) {
        (Some("Yes"), _) | (_, Some("true")) => Some(true),
        (Some("No"), _) if own => Some(false),
        _ => None,
    }
}

/// Reads an answer of `DescribeTrails`: each trail that works in this region, wherever it lives.
pub fn map_trails(body: &[u8], place: &Place, now: Timestamp) -> Mapped {
    let mut value = page::json(body)?;
    let mut page = Page::default();
    for trail in page::list(&mut value, "TrailList")? {
        let arn = text(&trail, "TrailARN").filter(|arn| arn.starts_with("arn:"));
        let Some(arn) = arn.map(str::to_owned) else {
            let why = "A trail was left out: TrailARN, an ARN, is missing.";
            page.leave_out(&DESCRIBE_TRAILS, "", why.to_owned());
            continue;
        };
        let name = text(&trail, "Name").filter(|name| !name.is_empty()).unwrap_or(&arn);
        let (account, region) = (place.account.clone(), place.region.clone());
        page.resources.push(Resource {
            // The trail under its own ARN is a resource of Config, and in one region alone.
            key: ResourceKey::new(format!("{}/{account}/{region}/{arn}", kind::TRAIL_STATUS)),
            source: Source::CloudTrail,
            account,
            region,
            kind: kind::TRAIL_STATUS.to_owned(),
            name: bounded(name, 256),
            id: arn,
            tags: Vec::new(),
            facts: trail,
            recorded_at: Some(now),
        });
    }
    Ok(page)
}
