//! Who is asking.

use std::sync::Arc;

use domain::{Action, Role, Timestamp};
use identity::step_up;
use store::{Actor, Bounds, By, Origin, Person, Session, Stage, Token};

/// Who sent a request, as far as they have proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Nobody knows.
    Nobody,
    /// The password was right, and no more.
    Arriving(Arc<(Session, Person)>),
    /// Somebody who signed in.
    Person(Arc<(Session, Person)>),
    /// A program with a token, and the person who answers for it.
    Token(Box<(Token, Person)>),
    /// A program with the demonstration's token: it may read.
    DemoToken,
}

/// Who sent a request, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub who: Who,
    /// The network address, without its port; empty where there is none.
    pub address: String,
    /// What the browser or program calls itself, cut at a sensible length.
    pub agent: String,
}

impl Principal {
    /// Nobody, from nowhere.
    pub fn nobody() -> Self {
        Self { who: Who::Nobody, address: String::new(), agent: String::new() }
    }

    /// The person who signed in.
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(both) => Some(&both.1),
            _ => None,
        }
    }

    /// Whose pages these are: the person who signed in, or who answers for a token.
    pub fn face(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(both) => Some(&both.1),
            Who::Token(both) => Some(&both.1),
            Who::Nobody | Who::Arriving(_) | Who::DemoToken => None,
        }
    }

    /// The session of the person who signed in.
    pub fn session(&self) -> Option<&Session> {
        match &self.who {
            Who::Person(both) => Some(&both.0),
            _ => None,
        }
    }

    /// Session and person of somebody who has shown a password and must go on.
    pub fn arriving(&self) -> Option<(&Session, &Person, Stage)> {
        match &self.who {
            Who::Arriving(both) => Some((&both.0, &both.1, both.0.stage)),
            _ => None,
        }
    }

    /// The role, for those who have one.
    pub fn role(&self) -> Option<Role> {
        match &self.who {
            Who::Person(both) => Some(both.1.role),
            Who::Token(both) => Some(both.1.role),
            Who::Nobody | Who::Arriving(_) | Who::DemoToken => None,
        }
    }

    /// Whether they may do something. A token may what it was made for, as long as its person may.
    pub fn may(&self, action: Action) -> bool {
        match &self.who {
            Who::Person(both) => both.1.role.may(action),
            Who::Token(both) => {
                action.for_tokens() && both.0.scopes.contains(&action) && both.1.role.may(action)
            }
            Who::DemoToken => action.reads() && action.for_tokens(),
            Who::Nobody | Who::Arriving(_) => false,
        }
    }

    /// Whether a second factor was shown a moment ago.
    pub fn fresh(&self, now: Timestamp) -> bool {
        self.session()
            .and_then(|session| session.fresh)
            .is_some_and(|at| step_up::is_fresh(at.0, now.0))
    }

    /// How far an account reaches.
    pub fn bounds(&self) -> Bounds {
        match &self.who {
            Who::Person(both) => both.1.bounds,
            Who::Token(both) => both.1.bounds,
            Who::Nobody | Who::Arriving(_) | Who::DemoToken => Bounds::default(),
        }
    }

    /// For the audit log.
    pub fn by(&self, at: Timestamp) -> By {
        let (actor, name) = match &self.who {
            Who::Person(both) => (Actor::Person(both.1.id), both.1.name.clone()),
            Who::Arriving(both) => (Actor::Nobody, both.1.name.clone()),
            Who::Token(both) => (Actor::Token(both.0.id), both.1.name.clone()),
            Who::Nobody | Who::DemoToken => (Actor::Nobody, String::new()),
        };
        let origin = Origin { name, address: self.address.clone(), agent: self.agent.clone() };
        By { at, actor, role: self.role(), origin }
    }
}
