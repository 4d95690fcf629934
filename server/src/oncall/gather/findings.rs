//! Findings as signals.

use std::collections::BTreeMap;

use domain::alert::{
    Affected, Class, EventType, Identity, Observed, Origin, Phi, Reported, Rules, Signal, classify,
};
use domain::{Finding, FindingState, Organisation, Source, Timestamp};
use store::alert::feed::FedFinding;

/// The finding of GuardDuty that names no principal, because it is the root user.
const ROOT_USE: &str = "RootCredentialUsage";

/// Signals of findings as they stand. What failed before `since` and is no page is left to the list
/// of findings.
pub(crate) fn signals(
    findings: &[FedFinding],
    organisation: &Organisation,
    since: Timestamp,
) -> Vec<Signal> {
    let told = |one: &&FedFinding| {
        one.source == Source::GuardDuty
            || one.created_at >= since
            || one.state != FindingState::Open
    };
    findings.iter().filter(told).map(|one| signal(one, organisation)).collect()
}

/// Signals of findings that were there before anybody looked: only what pages.
pub(crate) fn backlog(
    findings: &[FedFinding],
    organisation: &Organisation,
    rules: &Rules,
) -> Vec<Signal> {
    let signals = findings.iter().map(|one| signal(one, organisation));
    signals.filter(|one| classify(one, rules).class() < Class::Ticket).collect()
}

/// A finding that came as an event, before the store has it.
pub fn signal_of_event(finding: &Finding, organisation: &Organisation) -> Signal {
    let fed = FedFinding {
        id: finding.id.clone(),
        source: finding.source,
        check: finding.check.clone(),
        control: finding.control.clone(),
        account: finding.account.clone(),
        region: finding.region.clone(),
        severity_reported: finding.severity_reported.clone(),
        severity: finding.severity,
        state: finding.state,
        compliance: finding.compliance.clone(),
        sample: finding.sample,
        resources: finding.resources.iter().map(|it| (it.key.clone(), it.kind.clone())).collect(),
        tags: None,
        created_at: finding.created_at,
        updated_at: finding.updated_at,
    };
    signal(&fed, organisation)
}

fn signal(finding: &FedFinding, organisation: &Organisation) -> Signal {
    let origin = Origin::Finding {
        source: finding.source,
        kind: finding.check.clone(),
        control: finding.control.clone(),
        sample: finding.sample,
        archived: false,
    };
    let holds_phi = organisation.account(&finding.account).is_none_or(|account| account.phi);
    let principal = |kind: &str| matches!(kind, "AWS::IAM::Role" | "AWS::IAM::User");
    let mut principals = finding.resources.iter().filter(|(_, kind)| principal(kind));
    let identity = if finding.check.contains(ROOT_USE) {
        Some(Identity::root(&finding.account))
    } else {
        principals.find_map(|(key, _)| Identity::of_arn(key.as_str()))
    };
    // Configuration is mended control by control: all resources of an account that fail the same
    // one belong together.
    let group = finding.control.as_ref().map(|control| format!("control/{}", control.as_str()));
    let resource = finding
        .resources
        .iter()
        .find(|(_, kind)| !principal(kind))
        .or(finding.resources.first())
        .map(|(key, _)| Affected {
            key: key.clone(),
            phi: phi(finding.tags.as_deref(), holds_phi),
            group,
        });
    let number = finding.severity_reported.trim().parse().ok();
    Signal {
        account: Some(finding.account.clone()),
        region: Some(finding.region.clone()),
        resource,
        reach: if holds_phi { Phi::Unknown } else { Phi::No },
        identity: identity.filter(|_| finding.source == Source::GuardDuty),
        event_type: finding.control.as_ref().map(EventType::control),
        severity: Reported {
            text: finding.severity_reported.clone(),
            number: number.filter(|_| finding.source == Source::GuardDuty),
            label: Some(finding.severity),
        },
        inside: finding.compliance == "ACTOR",
        link: format!("/findings/{}", finding.id.as_str()),
        event_id: Some(finding.id.as_str().to_owned()),
        observed: match finding.state {
            FindingState::Open => Observed::Firing,
            FindingState::Unknown => Observed::Unobserved,
            _ => Observed::Resolved,
        },
        ..Signal::new(origin, finding.updated_at)
    }
}

/// Words of a classification of data that rule PHI out. Any other, such as `confidential`, does not:
/// PHI may well be that.
const WITHOUT_PHI: [&str; 7] =
    ["public", "internal", "none", "nonphi", "nophi", "deidentified", "synthetic"];

/// Whether a resource holds PHI: by a tag that says so or rules it out, else nobody has said. In an
/// account of which it is configured that it holds none, it is known not to.
fn phi(tags: Option<&str>, holds_phi: bool) -> Phi {
    let plain = |text: &str| text.trim().to_ascii_lowercase().replace(['-', '_', ':', ' '], "");
    let tags: BTreeMap<String, String> =
        tags.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let said = |(key, value): (&String, &String)| {
        let (key, value) = (plain(key), plain(value));
        let ruled_out = WITHOUT_PHI.contains(&value.as_str());
        match key.as_str() {
            "phi" | "ephi" | "hipaa" => {
                let no = ruled_out || matches!(value.as_str(), "no" | "false" | "0");
                Some(if no { Phi::No } else { Phi::Yes })
            }
            "dataclass" | "dataclassification" | "classification" => {
                let held = value.contains("phi") || value.contains("hipaa");
                match (ruled_out, held) {
                    (true, _) => Some(Phi::No),
                    (false, true) => Some(Phi::Yes),
                    (false, false) => None,
                }
            }
            _ => None,
        }
    };
    // Where two tags disagree, the one that speaks of PHI counts.
    let unsaid = if holds_phi { Phi::Unknown } else { Phi::No };
    let all: Vec<Phi> = tags.iter().filter_map(said).collect();
    let yes = all.contains(&Phi::Yes).then_some(Phi::Yes);
    yes.or(all.first().copied()).unwrap_or(unsaid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tag_that_rules_phi_out_does() {
        for (tags, in_phi_account, elsewhere) in [
            (None, Phi::Unknown, Phi::No),
            (Some(r#"{"Owner": "it"}"#), Phi::Unknown, Phi::No),
            (Some(r#"{"DataClass": "PHI"}"#), Phi::Yes, Phi::Yes),
            (Some(r#"{"data-classification": "Internal"}"#), Phi::No, Phi::No),
            (Some(r#"{"classification": "non-PHI"}"#), Phi::No, Phi::No),
            (Some(r#"{"classification": "Confidential"}"#), Phi::Unknown, Phi::No),
            (Some(r#"{"hipaa": "false"}"#), Phi::No, Phi::No),
            (Some(r#"{"hipaa": "yes"}"#), Phi::Yes, Phi::Yes),
            (Some(r#"{"classification": "public", "phi": "yes"}"#), Phi::Yes, Phi::Yes),
            (Some("no JSON"), Phi::Unknown, Phi::No),
        ] {
            assert_eq!(phi(tags, true), in_phi_account, "{tags:?}");
            assert_eq!(phi(tags, false), elsewhere, "{tags:?}");
        }
    }
}
