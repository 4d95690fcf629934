//! Who is asking, and whether they may: asked once for every request, before its handler.
//!
//! [`know`] finds out who is asking. [`Routes`] builds a router whose every route has a [`Rule`];
//! there is no other way to add one. The rule's gate refuses, or writes the audit log and lets the
//! handler work. What a handler changes is logged by the store, in the same transaction.

mod activity;
mod gate;
mod know;
mod known;
mod principal;
mod routes;
mod strangers;

pub use activity::Activity;
pub(crate) use know::cookie_named;
pub use know::{COOKIE, OneState, Peer, know, session_cookie, spent_cookie};
pub use known::Known;
pub use principal::{Principal, Who};
pub use routes::{Access, Log, Route, Routes, Rule};
pub use strangers::Strangers;

pub use gate::Because;
