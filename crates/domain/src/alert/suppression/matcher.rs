//! What a suppression is about.

use serde::{Deserialize, Serialize};

use crate::alert::glob::Glob;
use crate::alert::origin::{Origin, OwnFault};
use crate::alert::{Class, Classified, Level, Signal};
use crate::register::words;

/// The longest value of a matcher.
pub const VALUE_CHARS: usize = 256;

words!(
    /// What a matcher looks at.
    Field {
        /// The account.
        Account = "account", "Account";
        /// The region.
        Region = "region", "Region";
        /// The group of resources.
        Group = "group", "Resource group";
        /// The resource.
        Resource = "resource", "Resource";
        /// The rule that classified it.
        Rule = "rule", "Rule";
        /// The identity.
        Identity = "identity", "Identity";
        /// The family.
        Family = "family", "Family";
        /// The event type.
        EventType = "event-type", "Event type";
    }
);

words!(
    /// How it looks.
    Op {
        /// Exactly this.
        Is = "is", "is";
        /// Anything but this.
        IsNot = "is-not", "is not";
        /// A pattern in which a star stands for anything.
        Like = "like", "is like";
    }
);

words!(
    /// Why something is never muted.
    Exempt {
        /// PHI may be exposed.
        PossibleExposure = "possible-exposure", "PHI may be exposed";
        /// The redactor failed.
        Redactor = "redactor", "The redactor is down";
        /// Somebody may have tampered with the audit log.
        AuditLog = "audit-log", "The audit log may have been tampered with";
        /// It tells of a suppression.
        Suppression = "suppression", "It tells of a suppression";
        /// It is the heartbeat.
        Watchdog = "watchdog", "It is the heartbeat";
    }
);

/// One condition. All conditions of a suppression must hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// What it looks at.
    pub field: Field,
    /// How.
    pub op: Op,
    /// What it is compared with.
    pub value: String,
}

/// Why a condition could not be judged. What cannot be judged mutes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// There are no conditions.
    #[error("there is no condition, and nothing mutes everything")]
    NoMatcher,
    /// A condition asks that something is not so, and it is not known how it is.
    #[error("the alert does not say its {0}, so nobody can tell that it is another")]
    Unknown(&'static str),
    /// A condition compares with nothing, or with far too much.
    #[error("the value of {0} is empty or too long")]
    Value(&'static str),
}

/// An alert as conditions see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Why it is never muted.
    pub exempt: Option<Exempt>,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The group of resources.
    pub group: Option<String>,
    /// The resource.
    pub resource: Option<String>,
    /// The rule.
    pub rule: String,
    /// The identity.
    pub identity: Option<String>,
    /// The family.
    pub family: String,
    /// The event type.
    pub event_type: Option<String>,
}

impl Subject {
    /// An alert, at the level that it has now: one that may be muted as a ticket may not when it
    /// has become a page about PHI.
    pub fn of(signal: &Signal, classified: &Classified, level: Level) -> Self {
        let resource = signal.resource.as_ref();
        Self {
            exempt: exempt(&signal.origin, level.class),
            account: signal.account.as_ref().map(ToString::to_string),
            region: signal.region.as_ref().map(ToString::to_string),
            group: resource.and_then(|resource| resource.group.clone()),
            resource: resource.map(|resource| resource.key.to_string()),
            rule: classified.rule.clone(),
            identity: signal.identity.as_ref().map(ToString::to_string),
            family: classified.family.clone(),
            event_type: signal.event_type().map(|event| event.to_string()),
        }
    }

    fn value(&self, field: Field) -> Option<&str> {
        match field {
            Field::Account => self.account.as_deref(),
            Field::Region => self.region.as_deref(),
            Field::Group => self.group.as_deref(),
            Field::Resource => self.resource.as_deref(),
            Field::Rule => Some(self.rule.as_str()),
            Field::Identity => self.identity.as_deref(),
            Field::Family => Some(self.family.as_str()),
            Field::EventType => self.event_type.as_deref(),
        }
        .filter(|value| !value.is_empty())
    }
}

/// Why alerts of this origin and class are never muted; `None` for those that may be.
pub fn exempt(origin: &Origin, class: Class) -> Option<Exempt> {
    match origin {
        Origin::Redactor => Some(Exempt::Redactor),
        Origin::AuditLog { .. } => Some(Exempt::AuditLog),
        Origin::Own { fault: OwnFault::Suppression, .. } => Some(Exempt::Suppression),
        Origin::Own { fault: OwnFault::Watchdog, .. } => Some(Exempt::Watchdog),
        _ if class == Class::PagePhi => Some(Exempt::PossibleExposure),
        _ => None,
    }
}

impl Matcher {
    /// A condition.
    pub fn new(field: Field, op: Op, value: impl Into<String>) -> Self {
        Self { field, op, value: value.into() }
    }

    /// Whether the condition holds. What an alert does not say is not what somebody named.
    pub fn holds(&self, subject: &Subject) -> Result<bool, MatchError> {
        if self.value.trim().is_empty() || self.value.chars().count() > VALUE_CHARS {
            return Err(MatchError::Value(self.field.as_str()));
        }
        let value = subject.value(self.field);
        match (self.op, value) {
            (Op::Is, value) => Ok(value == Some(self.value.as_str())),
            (Op::Like, value) => {
                Ok(value.is_some_and(|value| Glob::new(self.value.as_str()).matches(value)))
            }
            (Op::IsNot, Some(value)) => Ok(value != self.value),
            (Op::IsNot, None) => Err(MatchError::Unknown(self.field.as_str())),
        }
    }

    /// Whether it names something: what it lets through is bounded by it.
    pub(super) fn names(&self) -> bool {
        match self.op {
            Op::Is => !self.value.trim().is_empty(),
            // Fewer characters fit too much.
            Op::Like => Glob::new(self.value.trim()).literal() >= 3,
            Op::IsNot => false,
        }
    }
}

/// Whether all conditions hold.
pub fn all_hold(matchers: &[Matcher], subject: &Subject) -> Result<bool, MatchError> {
    if matchers.is_empty() {
        return Err(MatchError::NoMatcher);
    }
    // Each is judged, also after one that does not hold: an error is not hidden by their order.
    let mut all = true;
    for matcher in matchers {
        all &= matcher.holds(subject)?;
    }
    Ok(all)
}
