//! What somebody asks to mute, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::matcher::{Field, Matcher, Op, VALUE_CHARS, exempt};
use super::{
    DOUBLE_MS, Decided, PAST_MS, Preview, RECURRING_MS, Recurrence, Suppression, SuppressionId,
    SuppressionRefusal,
};
use crate::Timestamp;
use crate::alert::Class;
use crate::alert::origin::Origin;
use crate::alert::rules::Rules;
use crate::register::Flaw;

/// The fewest characters of a reason.
pub const LEAST_REASON: usize = 10;
/// The most matchers.
pub const MOST_MATCHERS: usize = 20;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// It mutes nothing before.
    pub starts_at: Timestamp,
    /// It mutes nothing from then on.
    pub ends_at: Timestamp,
    /// Whether it mutes only in windows that come back.
    pub recurrence: Option<Recurrence>,
    /// Why.
    pub reason: String,
    /// The change or ticket that it belongs to.
    pub change_ref: String,
}

impl Proposal {
    /// Everything that is wrong with it. A preview that fits too much is a flaw too.
    pub fn flaws(&self, rules: &Rules, preview: &Preview, now: Timestamp) -> Vec<Flaw> {
        let mut flaws = self.matcher_flaws(rules);
        flaws.extend(self.time_flaws(now));
        if self.reason.trim().chars().count() < LEAST_REASON {
            let sentence = format!("Say why, in at least {LEAST_REASON} characters.");
            flaws.push(Flaw::new("reason", sentence));
        }
        if self.change_ref.trim().is_empty() {
            let sentence = "Name the change or ticket that it belongs to.";
            flaws.push(Flaw::new("change_ref", sentence));
        }
        if let Some(sentence) = preview.refusal() {
            flaws.push(Flaw::new("matchers", sentence));
        }
        flaws
    }

    fn matcher_flaws(&self, rules: &Rules) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut wrong = |sentence: String| flaws.push(Flaw::new("matchers", sentence));
        if self.matchers.len() > MOST_MATCHERS {
            wrong(format!("There are more than {MOST_MATCHERS} matchers."));
        }
        for matcher in &self.matchers {
            let field = matcher.field.title();
            let value = matcher.value.as_str();
            if value.trim().is_empty() || value.trim() != value {
                wrong(format!("{field}: the value is empty or has blanks around it."));
            } else if value.chars().count() > VALUE_CHARS {
                wrong(format!("{field}: the value is longer than {VALUE_CHARS} characters."));
            } else if matcher.op == Op::Like && !matcher.names() {
                wrong(format!(
                    "{field}: {value:?} fits almost everything; at least three characters must \
                     not be stars."
                ));
            }
            if matcher.field == Field::Rule
                && matcher.op == Op::Is
                && let Some(why) = never_muted(rules, value)
            {
                wrong(format!("Alerts of {value} are never muted: {why}."));
            }
        }
        let account = self.matchers.iter().any(|matcher| {
            let digits = matcher.value.bytes().all(|byte| byte.is_ascii_digit());
            let whole = matcher.value.len() == 12 && digits;
            matcher.field == Field::Account && matcher.op == Op::Is && whole
        });
        if !account {
            wrong("Name one account exactly, with its twelve digits.".to_owned());
        }
        let close = self.matchers.iter().any(|matcher| {
            matches!(matcher.field, Field::Group | Field::Rule | Field::Identity) && matcher.names()
        });
        if !close {
            wrong("Name a resource group, a rule or an identity besides the account.".to_owned());
        }
        flaws
    }

    fn time_flaws(&self, now: Timestamp) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut wrong = |field, sentence: &str| flaws.push(Flaw::new(field, sentence));
        if self.starts_at.plus(PAST_MS) < now {
            wrong("starts_at", "It cannot begin in the past: what was told is told.");
        }
        if self.ends_at <= self.starts_at || self.ends_at <= now {
            wrong("ends_at", "It must end after it begins, and in the future.");
        }
        let length = self.ends_at.since(self.starts_at);
        match &self.recurrence {
            None if length > DOUBLE_MS => {
                wrong(
                    "ends_at",
                    "It can last seven days at most, and two persons must approve that.",
                );
            }
            None => {}
            Some(recurrence) => {
                if length > RECURRING_MS {
                    wrong("ends_at", "What comes back must end within 90 days.");
                }
                let broken = recurrence.flaws();
                let limits = (self.starts_at, self.ends_at);
                let windows = recurrence.between(limits, self.starts_at, self.ends_at);
                if broken.is_empty() && windows.is_empty() {
                    wrong("ends_at", "No window lies between the first and the last day.");
                }
                for (field, sentence) in broken {
                    wrong(field, &sentence);
                }
            }
        }
        flaws
    }

    /// The suppression that waits for approval.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn submit(
        &self,
        id: SuppressionId,
        requested_by: &str,
        rules: &Rules,
        preview: &Preview,
        now: Timestamp,
    ) -> Result<Suppression, Vec<Flaw>> {
        let mut flaws = self.flaws(rules, preview, now);
        if requested_by.trim().is_empty() {
            flaws.push(Flaw::new("requested_by", "Somebody must ask for it."));
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(Suppression { decided: Decided::Pending, ..self.draft(id, requested_by, now) })
    }

    /// The suppression as a draft: it may be wrong, and it mutes nothing.
    pub fn draft(&self, id: SuppressionId, requested_by: &str, now: Timestamp) -> Suppression {
        Suppression {
            id,
            matchers: self.matchers.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            recurrence: self.recurrence.clone(),
            reason: self.reason.trim().to_owned(),
            change_ref: self.change_ref.trim().to_owned(),
            requested_by: requested_by.to_owned(),
            requested_at: now,
            approvals: Vec::new(),
            decided: Decided::Draft,
            supersedes: None,
        }
    }
}

/// Why alerts of a rule are never muted. Only told of what holds for all of them.
fn never_muted(rules: &Rules, id: &str) -> Option<String> {
    let rule = rules.rule(id)?;
    let always = |origin: &Origin| exempt(origin, rule.class).map(|why| why.title().to_lowercase());
    match rule.from {
        "redactor" => always(&Origin::Redactor),
        "audit-log" => Some("the audit log may have been tampered with".to_owned()),
        _ if rule.class == Class::PagePhi && rule.outside_hours.is_none() => {
            Some("PHI may be exposed".to_owned())
        }
        _ => None,
    }
}

impl Suppression {
    /// A draft is handed in.
    ///
    /// # Errors
    /// Everything that is wrong with it. What is no draft is returned as it is.
    pub fn hand_in(
        &self,
        rules: &Rules,
        preview: &Preview,
        now: Timestamp,
    ) -> Result<Self, Vec<Flaw>> {
        if self.decided != Decided::Draft {
            return Ok(self.clone());
        }
        let submitted = self.proposal().submit(self.id, &self.requested_by, rules, preview, now)?;
        Ok(Self { supersedes: self.supersedes, ..submitted })
    }

    /// What it asks for.
    pub fn proposal(&self) -> Proposal {
        Proposal {
            matchers: self.matchers.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            recurrence: self.recurrence.clone(),
            reason: self.reason.clone(),
            change_ref: self.change_ref.clone(),
        }
    }

    /// A change: the old one ends at once and the new one waits for its own approval
    /// (Alertmanager's `canUpdate` expires a silence whose matchers or start change).
    ///
    /// # Errors
    /// When nothing would change, or the old one is over.
    pub fn supersede(
        &self,
        new: &Suppression,
        now: Timestamp,
    ) -> Result<(Self, Suppression), SuppressionRefusal> {
        if matches!(
            self.decided,
            Decided::Rejected(_) | Decided::Revoked(_) | Decided::Superseded { .. }
        ) || now >= self.ends_at
        {
            return Err(SuppressionRefusal::Over);
        }
        if new.scope_hash() == self.scope_hash() {
            return Err(SuppressionRefusal::NothingChanged);
        }
        let old = Self { decided: Decided::Superseded { by: new.id, at: now }, ..self.clone() };
        let new = Suppression {
            approvals: Vec::new(),
            decided: Decided::Pending,
            supersedes: Some(self.id),
            ..new.clone()
        };
        Ok((old, new))
    }
}
