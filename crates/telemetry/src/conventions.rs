//! The attributes that mean something here, read before anything is taken out
//! (`docs/telemetry.md`, "Conventions").

use domain::telemetry::{AuditFact, AuthCause, AuthFact, AuthOutcome, Position};

use crate::{
    sieve::Sieve,
    walk::Notes,
    wire::{Any, KeyValue},
};

/// An attribute as text, whatever its type; an empty one is none.
fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let pair = attributes.iter().find(|pair| pair.key == name)?;
    let text = match pair.value.as_ref()?.value.as_ref()? {
        Any::Text(text) => text.trim().to_owned(),
        Any::Bool(yes) => yes.to_string(),
        Any::Int(number) => number.to_string(),
        Any::Double(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// `phi.endpoint`: whether PHI is served here.
pub fn is_phi(attributes: &[KeyValue]) -> bool {
    text(attributes, "phi.endpoint")
        .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
}

/// Who: `enduser.id`, else `user.id`.
pub fn user(attributes: &[KeyValue]) -> Option<String> {
    text(attributes, "enduser.id").or_else(|| text(attributes, "user.id"))
}

impl Sieve {
    /// `auth.outcome`, `auth.failure.cause`, and who: `enduser.id`, else `user.id`.
    pub(crate) fn auth(&self, attributes: &[KeyValue]) -> Option<AuthFact> {
        let outcome = AuthOutcome::parse(&text(attributes, "auth.outcome")?)?;
        let cause = text(attributes, "auth.failure.cause").and_then(|text| AuthCause::parse(&text));
        let who = user(attributes);
        Some(AuthFact { outcome, cause, who: who.map(|who| self.pseudonym(&who)) })
    }

    /// `audit.producer` and `audit.seq`. The name is redacted like any text.
    pub(crate) fn audit(&self, attributes: &[KeyValue], notes: &mut Notes) -> Option<AuditFact> {
        let producer = text(attributes, "audit.producer")?;
        let seq = text(attributes, "audit.seq").and_then(|text| text.parse().ok());
        let producer = notes.within("audit.producer", |notes| {
            self.named(producer, "audit.producer", Position::Value, notes)
        });
        Some(AuditFact { producer, seq })
    }
}
