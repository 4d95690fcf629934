//! Why the list is empty. "None" is said only of what was looked at.

use domain::{ErrorClass, ScopeState, ScopeStatus, Source};
use leptos::prelude::*;

use super::{FindingsPage, PATH, filters};
use crate::components::{Empty, empty};
use crate::pages::Unread;
use crate::setting::Setting;
use crate::words;

pub(super) fn nothing(page: &FindingsPage) -> AnyView {
    if page.query.get("cursor").is_some() {
        let sentence = "The list has become shorter: nothing follows here any more.".to_owned();
        return empty(Empty::Zero { sentence });
    }
    if page.judged.is_none() {
        return empty(Empty::NoData);
    }
    if let Some(reason) = unread_source(page) {
        return empty(reason);
    }
    if filters::filtered(&page.query) {
        return empty(Empty::NoMatch { things: "findings", clear: format!("{PATH}?state=all") });
    }
    let what = if page.asked.states.is_empty() { "reported" } else { "open" };
    let sentence = Unread::of(&page.places).sentence(&format!("No finding is {what}"));
    empty(Empty::Zero { sentence })
}

/// The one source that is asked for can say nothing: it is off, or denied, everywhere.
fn unread_source(page: &FindingsPage) -> Option<Empty> {
    let &[source] = page.asked.sources.as_slice() else { return None };
    let places: Vec<&ScopeStatus> = page
        .places
        .iter()
        .filter(|place| place.scope.source == source)
        .filter(|place| page.asked.account.as_ref().is_none_or(|it| *it == place.scope.account))
        .filter(|place| page.asked.region.as_ref().is_none_or(|it| *it == place.scope.region))
        .collect();
    if places.is_empty() {
        return None;
    }
    if places.iter().all(|place| place.state == ScopeState::NotEnabled) {
        return Some(Empty::NotEnabled {
            service: source.title(),
            places: named(&places),
            how: how(source),
        });
    }
    let denied = |place: &&&ScopeStatus| {
        place.state == ScopeState::Failed
            && place.errors().any(|error| error.class == ErrorClass::Denied)
    };
    if places.iter().filter(denied).count() < places.len() {
        return None;
    }
    let action = places
        .iter()
        .flat_map(|place| place.errors())
        .find_map(|error| error.missing_action.clone())?;
    Some(Empty::Denied { action, places: named(&places) })
}

fn how(source: Source) -> &'static str {
    match source {
        Source::SecurityHub => {
            "Turn on AWS Security Hub CSPM with the standard you follow, in every region in use."
        }
        Source::Config => "Turn on the AWS Config recorder and deploy the HIPAA conformance pack.",
        Source::GuardDuty => "Create a GuardDuty detector in every region in use.",
        Source::Backup => "Opt in to AWS Backup and make a first vault.",
        Source::CloudTrail => "CloudTrail reports no findings.",
    }
}

/// `EHR Production us-east-1 and 2 more places`.
fn named(places: &[&ScopeStatus]) -> String {
    let here = Setting::here();
    let Some(first) = places.first() else { return String::new() };
    let name = format!("{} {}", here.account_name(&first.scope.account), first.scope.region);
    match places.len() - 1 {
        0 => name,
        more => format!("{name} and {}", words::counted(more as u64, "more place", "more places")),
    }
}
