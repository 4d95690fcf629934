//! Keys: what makes two alerts the same, and what makes them belong together.
//!
//! Every key is SHA-256 over fields with their length before them, cut to 16 bytes; the first field
//! is the kind of key and its version. No key ever falls back to the name of an alert: where a field
//! is missing the key is that of the event, which is like no other, and that is told so that it can
//! be counted (a default fingerprint by name made one alert of 23 696: keephq/keep #4766). No key
//! holds anything of a route or of the configuration, and none holds a severity.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Class;
use super::signal::Signal;
use crate::id::fingerprint;
use crate::register::words;

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A key as it was stored.
            pub fn stored(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the key.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

key!(
    /// One event of one source, for taking it in once.
    EventKey
);
key!(
    /// One instance of an alert.
    AlertFp
);
key!(
    /// What happened, and who did it: the window of de-duplication.
    DedupeKey
);
key!(
    /// What groups related alerts to one incident.
    IncidentKey
);

words!(
    /// What a key could not be made of.
    Missing {
        /// The account.
        Account = "account", "The account";
        /// Who did it, or what it happened to.
        Who = "who", "The identity and the resource";
        /// What happened.
        EventType = "event-type", "The event type";
    }
);

/// A key, and whether it had to be that of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<K> {
    /// The key.
    pub key: K,
    /// What was missing. Nothing is de-duplicated or grouped by such a key; count it.
    pub fallback: Option<Missing>,
}

/// The key of an event: the source's own id with its time, or everything that is known of it.
///
/// The time belongs to it because GuardDuty tells the same finding again under the same id, with a
/// later `UpdatedAt` and a higher count.
pub fn event_key(signal: &Signal) -> EventKey {
    let at = signal.at.0.to_string();
    let place = signal.account.as_ref().map_or("", |account| account.as_str());
    let region = signal.region.as_ref().map_or("", |region| region.as_str());
    let from = signal.origin.as_str();
    let kind = signal.origin.kind();
    let observed = signal.observed.as_str();
    if let Some(id) = signal.event_id.as_deref().filter(|id| !id.is_empty()) {
        return EventKey(fingerprint(["e1", from, place, region, id, &at, observed]));
    }
    let who = signal.identity.as_ref().map_or("", |identity| identity.as_str());
    let resource = signal.resource.as_ref().map_or("", |resource| resource.key.as_str());
    let event = signal.event_type.as_ref().map_or("", |event| event.as_str());
    let severity = signal.severity.text.as_str();
    EventKey(fingerprint([
        "e1-content",
        from,
        place,
        region,
        &kind,
        who,
        resource,
        event,
        severity,
        &at,
        observed,
        &signal.link,
    ]))
}

/// The key of one instance of an alert: what detects it, and what identifies it. Severity, title,
/// counts and times are annotations, not identity (Prometheus Alertmanager, "Alert": labels
/// identify).
///
/// What detects is the origin with the event type. The rule that classifies is left out, because a
/// change of severity is classified by another rule: the alert would end and another begin
/// (prometheus/alertmanager #2644).
pub fn alert_fp(signal: &Signal) -> Keyed<AlertFp> {
    let detector = signal.origin.as_str();
    match fields(signal) {
        Ok((account, who, event_type)) => {
            let region = signal.region.as_ref().map_or("", |region| region.as_str());
            let resource = signal.resource.as_ref().map_or("", |resource| resource.key.as_str());
            // Sorted by their names.
            let labels = [
                ["account", &account],
                ["event-type", &event_type],
                ["region", region],
                ["resource", resource],
                ["who", &who],
            ];
            let fields = ["a1", detector].into_iter().chain(labels.into_iter().flatten());
            Keyed { key: AlertFp(fingerprint(fields)), fallback: None }
        }
        Err(missing) => {
            let key = AlertFp(fingerprint(["a1-event", detector, event_key(signal).as_str()]));
            Keyed { key, fallback: Some(missing) }
        }
    }
}

/// The key of the window of de-duplication: account, identity and event type. Never the id of a
/// finding: such ids are unique (panther-labs/panther-analysis #1082).
pub fn dedupe_key(signal: &Signal) -> Keyed<DedupeKey> {
    match fields(signal) {
        Ok((account, who, event_type)) => {
            let key = DedupeKey(fingerprint(["d1", &account, &who, &event_type]));
            Keyed { key, fallback: None }
        }
        Err(missing) => {
            let key = DedupeKey(fingerprint(["d1-event", event_key(signal).as_str()]));
            Keyed { key, fallback: Some(missing) }
        }
    }
}

/// The key that groups alerts to an incident.
pub fn incident_key(class: Class, family: &str, signal: &Signal) -> Keyed<IncidentKey> {
    let missing = match (signal.place(), signal.scope()) {
        (Some(account), Some(scope)) => {
            let key = fingerprint(["i1", class.as_str(), account, &scope, family]);
            return Keyed { key: IncidentKey(key), fallback: None };
        }
        (None, _) => Missing::Account,
        (_, None) => Missing::Who,
    };
    let key = fingerprint(["i1-event", class.as_str(), family, event_key(signal).as_str()]);
    Keyed { key: IncidentKey(key), fallback: Some(missing) }
}

/// PagerDuty's `dedup_key`: printable ASCII, shorter than 255 (Events API v2). It is made of the
/// installation and the incident alone, so that no change of a route orphans an open incident.
pub fn pd_dedup_key(install_id: &str, incident: super::IncidentId) -> String {
    let plain = !install_id.is_empty()
        && install_id.len() <= 64
        && install_id.bytes().all(|byte| byte.is_ascii_graphic());
    if plain {
        format!("hcd:{install_id}:inc:{incident}")
    } else {
        format!("hcd:{}:inc:{incident}", fingerprint(["p1", install_id]))
    }
}

/// Account, who, event type.
fn fields(signal: &Signal) -> Result<(String, String, String), Missing> {
    let account = signal.place().ok_or(Missing::Account)?;
    let who = signal.who().ok_or(Missing::Who)?;
    let event_type = signal.event_type().ok_or(Missing::EventType)?;
    Ok((account.to_owned(), who, event_type.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::IncidentId;
    use crate::alert::identity::Identity;
    use crate::alert::origin::Origin;
    use crate::alert::signal::{Affected, Observed, Phi};
    use crate::{AccountId, Source, Timestamp};

    fn signal(kind: &str) -> Signal {
        let origin = Origin::Finding {
            source: Source::GuardDuty,
            kind: kind.to_owned(),
            control: None,
            sample: false,
            archived: false,
        };
        let account = AccountId::from("123456789012");
        Signal {
            account: Some(account.clone()),
            region: Some("us-east-1".into()),
            resource: Some(Affected { key: "arn:aws:s3:::b".into(), phi: Phi::Yes, group: None }),
            identity: Some(Identity::root(&account)),
            event_id: Some("abc".to_owned()),
            link: "/findings/abc".to_owned(),
            ..Signal::new(origin, Timestamp(1_000))
        }
    }

    #[test]
    fn keys_do_not_hold_severity_title_count_or_time() {
        let one = signal("Recon:EC2/Portscan");
        let mut later = Signal { at: Timestamp(9_000), ..one.clone() };
        later.severity.number = Some(9.5);
        later.observed = Observed::Resolved;
        assert_eq!(dedupe_key(&one), dedupe_key(&later));
        assert_eq!(alert_fp(&one), alert_fp(&later));
        assert_ne!(event_key(&one), event_key(&later), "told again: another event, same alert");
    }

    #[test]
    fn another_resource_is_another_alert_in_the_same_window() {
        let one = signal("Recon:EC2/Portscan");
        let mut other = one.clone();
        other.resource =
            Some(Affected { key: "arn:aws:s3:::c".into(), phi: Phi::Yes, group: None });
        other.event_id = Some("def".to_owned());
        assert_ne!(alert_fp(&one).key, alert_fp(&other).key);
        assert_eq!(dedupe_key(&one), dedupe_key(&other));
        let class = Class::Ticket;
        assert_eq!(incident_key(class, "f", &one), incident_key(class, "f", &other));
        assert_ne!(incident_key(class, "f", &one), incident_key(class, "g", &one));
        assert_ne!(incident_key(class, "f", &one), incident_key(Class::PagePhi, "f", &one));
    }

    #[test]
    fn resources_of_one_group_are_one_scope() {
        let mut one = signal("Recon:EC2/Portscan");
        one.identity = None;
        let mut other = one.clone();
        let affected = |key: &str| Affected {
            key: key.into(),
            phi: Phi::Yes,
            group: Some("records".to_owned()),
        };
        one.resource = Some(affected("a"));
        other.resource = Some(affected("b"));
        let key = |signal| incident_key(Class::PagePhi, "f", signal);
        assert_eq!(key(&one), key(&other));
    }

    #[test]
    fn a_missing_field_makes_a_key_like_no_other_and_says_so() {
        let whole = signal("Recon:EC2/Portscan");
        let nameless = |id: &str| Signal { event_id: Some(id.to_owned()), ..signal("") };
        let nobody = Signal { identity: None, resource: None, ..whole.clone() };
        let nowhere = Signal { account: None, ..whole.clone() };
        for (signal, missing) in [
            (nameless("1"), Missing::EventType),
            (nobody.clone(), Missing::Who),
            (nowhere.clone(), Missing::Account),
        ] {
            assert_eq!(dedupe_key(&signal).fallback, Some(missing));
            assert_eq!(alert_fp(&signal).fallback, Some(missing));
        }
        assert_ne!(dedupe_key(&nameless("1")).key, dedupe_key(&nameless("2")).key);
        assert_ne!(alert_fp(&nameless("1")).key, alert_fp(&nameless("2")).key);
        let key = |signal| incident_key(Class::Ticket, "f", signal).fallback;
        assert_eq!(key(&nobody), Some(Missing::Who));
        assert_eq!(key(&nowhere), Some(Missing::Account));
        assert_eq!(key(&whole), None);
    }

    #[test]
    fn without_an_id_the_content_is_the_event() {
        let mut one = Signal { event_id: None, ..signal("Recon:EC2/Portscan") };
        let same = one.clone();
        assert_eq!(event_key(&one), event_key(&same));
        one.severity.text = "8".to_owned();
        assert_ne!(event_key(&one), event_key(&same));
    }

    #[test]
    fn keys_are_as_they_always_were() {
        // A change here orphans what is stored: raise the version in the first field.
        let one = signal("UnauthorizedAccess:IAMUser/TorIPCaller");
        assert_eq!(
            dedupe_key(&one).key.as_str(),
            fingerprint([
                "d1",
                "123456789012",
                "root/123456789012",
                "guardduty:UnauthorizedAccess:IAMUser/TorIPCaller",
            ])
        );
        assert_eq!(dedupe_key(&one).key.as_str().len(), 32);
    }

    #[test]
    fn pagerduty_gets_short_ascii() {
        assert_eq!(pd_dedup_key("ward-1", IncidentId(7)), "hcd:ward-1:inc:7");
        for install in ["", "stätion", "a b", &"x".repeat(500)] {
            let key = pd_dedup_key(install, IncidentId(i64::MAX));
            assert!(key.is_ascii() && key.len() < 255, "{key}");
        }
    }
}
