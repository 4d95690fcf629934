//! What happened, as `source:action:outcome`: the same thing at another resource, or by another
//! version of the same detector, has the same event type.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccessOutcome, Source};

/// A normalised event type. There is no way to make one from arbitrary text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventType(String);

impl EventType {
    /// The type of a finding: `guardduty:UnauthorizedAccess:IAMUser/TorIPCaller`. `None` when the
    /// source names no type; the name of the finding never takes its place.
    pub fn finding(source: Source, kind: &str) -> Option<Self> {
        let kind = kind.trim();
        if kind.is_empty() {
            return None;
        }
        let kind = if source == Source::GuardDuty { without_version(kind) } else { kind.into() };
        Some(Self(format!("{}:{}", source.as_str(), without_ids(&kind))))
    }

    /// A call of AWS's API: `s3:GetObject:denied`.
    pub fn api(service: &str, action: &str, outcome: AccessOutcome) -> Option<Self> {
        let (service, action) = (service.trim(), without_date(action.trim()));
        (!service.is_empty() && !action.is_empty())
            .then(|| Self(format!("{service}:{}:{}", without_ids(action), outcome.as_str())))
    }

    /// Something that an application reports about proving who one is: `auth:login:denied`.
    pub fn auth(action: &str, outcome: AccessOutcome) -> Option<Self> {
        let action = action.trim();
        (!action.is_empty())
            .then(|| Self(format!("auth:{}:{}", without_ids(action), outcome.as_str())))
    }

    /// What a finding says about a control of the catalogue: the same whoever found it, so that
    /// four standards that check one thing make one alert of it.
    pub fn control(control: &crate::ControlId) -> Self {
        Self(format!("control:{}", control.as_str()))
    }

    /// Something that Wardround itself found: the words are ours.
    pub(super) fn own(origin: &str, what: &str) -> Self {
        Self(format!("{origin}:{what}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// GuardDuty's types without the detector's version: the `.B` of `Trojan:EC2/DropPoint!DNS` and
/// `Backdoor:EC2/C&CActivity.B!DNS` (GuardDuty User Guide, "Finding format":
/// `ThreatPurpose:ResourceTypeAffected/ThreatFamilyName.DetectionMechanism!Artifact`). Mechanisms
/// with a name, such as `.SuccessfulLogin`, say what happened and stay.
fn without_version(kind: &str) -> String {
    let (rest, artifact) = match kind.split_once('!') {
        Some((rest, artifact)) => (rest, Some(artifact)),
        None => (kind, None),
    };
    let version = |text: &str| {
        let letter = text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        letter || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let rest = match rest.rsplit_once('.') {
        Some((before, last)) if version(last) => before,
        _ => rest,
    };
    artifact.map_or_else(|| rest.to_owned(), |artifact| format!("{rest}!{artifact}"))
}

/// An API operation without the date that some services append: `ListFunctions20150331`,
/// `CreateDistribution2020_05_31`.
fn without_date(action: &str) -> &str {
    let trimmed = action.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let named = trimmed.ends_with(|c: char| c.is_ascii_alphabetic());
    if named && action.len() - trimmed.len() >= 8 { trimmed } else { action }
}

/// Pieces that name one resource are replaced by a star.
fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut piece = String::new();
    for c in text.chars() {
        if c == '/' || c == ':' {
            push(&mut out, &piece);
            piece.clear();
            out.push(c);
        } else {
            piece.push(c);
        }
    }
    push(&mut out, &piece);
    out
}

fn push(out: &mut String, piece: &str) {
    out.push_str(if is_id(piece) { "*" } else { piece });
}

/// Twelve digits, a UUID or other long hexadecimal number, or an id such as `i-0abc…`.
fn is_id(piece: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 12 && digits == piece.len() {
        return true;
    }
    if piece.len() >= 32 && hex(piece) {
        return true;
    }
    piece.split_once('-').is_some_and(|(prefix, rest)| {
        (1..=8).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && rest.len() >= 8
            && digits > 0
            && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guardduty(kind: &str) -> String {
        EventType::finding(Source::GuardDuty, kind).unwrap().0
    }

    #[test]
    fn versions_go_and_mechanisms_stay() {
        assert_eq!(
            guardduty("UnauthorizedAccess:IAMUser/TorIPCaller"),
            "guardduty:UnauthorizedAccess:IAMUser/TorIPCaller"
        );
        assert_eq!(
            guardduty("Backdoor:EC2/C&CActivity.B!DNS"),
            "guardduty:Backdoor:EC2/C&CActivity!DNS"
        );
        assert_eq!(
            guardduty("Trojan:EC2/DGADomainRequest.B"),
            "guardduty:Trojan:EC2/DGADomainRequest"
        );
        assert_eq!(
            guardduty("CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce"),
            "guardduty:CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce"
        );
        let hub = EventType::finding(Source::SecurityHub, "S3.8").unwrap();
        assert_eq!(hub.as_str(), "securityhub:S3.8", "not a version");
    }

    #[test]
    fn a_missing_type_is_missing() {
        assert_eq!(EventType::finding(Source::GuardDuty, " "), None);
        assert_eq!(EventType::api("s3", "", AccessOutcome::Denied), None);
        assert_eq!(EventType::auth("", AccessOutcome::Denied), None);
    }

    #[test]
    fn calls_lose_dates_and_resources() {
        let api = |service: &str, action: &str| {
            EventType::api(service, action, AccessOutcome::Denied).unwrap().0
        };
        assert_eq!(api("s3", "GetObject"), "s3:GetObject:denied");
        assert_eq!(api("lambda", "ListFunctions20150331"), "lambda:ListFunctions:denied");
        assert_eq!(
            api("cloudfront", "CreateDistribution2020_05_31"),
            "cloudfront:CreateDistribution:denied"
        );
        assert_eq!(api("x", "Get/i-0abc12345678def0"), "x:Get/*:denied");
        assert_eq!(api("x", "Get/123456789012"), "x:Get/*:denied");
        assert_eq!(api("x", "Get/a-facade"), "x:Get/a-facade:denied");
        let login = EventType::auth("login", AccessOutcome::Denied).unwrap();
        assert_eq!(login.as_str(), "auth:login:denied");
    }
}
