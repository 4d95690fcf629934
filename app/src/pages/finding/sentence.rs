//! Where a finding stands, in a sentence.

use domain::{FindingState, Source, Timestamp};
use leptos::prelude::*;
use store::FindingDetail;

use crate::components::day;
use crate::setting::Setting;

/// `Failing since 3 Nov 2026 in EHR Production, us-east-1.`
pub(super) fn sentence(detail: &FindingDetail) -> AnyView {
    let finding = &detail.finding;
    let place = Setting::here().account_name(&finding.account);
    let place = format!(" in {place}, {}.", finding.region);
    let (lead, tail) = words(detail);
    view! { {lead} " since " {day(since(detail))} {place} {tail} }.into_any()
}

fn words(detail: &FindingDetail) -> (String, &'static str) {
    let source = detail.finding.source;
    let threat = source == Source::GuardDuty && detail.finding.control.is_none();
    let tail = match detail.finding.state {
        FindingState::Suppressed => " It still fails, and still counts as failing.",
        FindingState::Unknown => " Nobody knows whether it passes.",
        FindingState::Archived => " It says nothing about the present any more.",
        _ => "",
    };
    let lead = match detail.finding.state {
        FindingState::Open if threat => "Open".to_owned(),
        FindingState::Open => "Failing".to_owned(),
        FindingState::Suppressed => format!("Suppressed in {}", source.title()),
        FindingState::Unknown => format!("Not answered by {}", source.title()),
        FindingState::Passed => "Passing".to_owned(),
        FindingState::Resolved if detail.gone_at.is_some() => {
            format!("Gone from {}", source.title())
        }
        FindingState::Resolved => "Resolved".to_owned(),
        FindingState::Archived => format!("Archived in {}", source.title()),
        FindingState::NotApplicable => "Not applicable".to_owned(),
    };
    (lead, tail)
}

/// Since when it is in its state. What never changed while we looked began when the source says
/// that it began.
pub(super) fn since(detail: &FindingDetail) -> Timestamp {
    if let (FindingState::Resolved, Some(gone)) = (detail.finding.state, detail.gone_at) {
        return gone;
    }
    let created = detail.finding.created_at;
    if detail.changes.is_empty() && created.0 > 0 {
        return created.min(detail.state_since);
    }
    detail.state_since
}
