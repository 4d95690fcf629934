//! Routes with their rules: none can be added without one.

use std::convert::Infallible;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use domain::Action;
use http::Method;

use super::gate::{Gate, pass};
use crate::state::AppState;

/// Who is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody: what is shown before sign-in, and what tells nothing.
    Everyone,
    /// Whoever may do this.
    May(Action),
    /// Whoever may do this and has shown a second factor within five minutes.
    Fresh(Action),
}

/// What the gate writes into the audit log when it lets somebody through. Refusals are always
/// written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Nothing: this shows no single finding and changes nothing.
    Nothing,
    /// That something was seen or begun: the action, and the kind of thing that the path names.
    Entry(&'static str, &'static str),
    /// Nothing here: the store writes it together with the change.
    Store,
}

/// The rule of one route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Who.
    pub access: Access,
    /// What is logged.
    pub log: Log,
}

impl Rule {
    /// For everybody, unlogged.
    pub const OPEN: Self = Self { access: Access::Everyone, log: Log::Nothing };
    /// For everybody; what it changes is logged by the store.
    pub const OPEN_STORE: Self = Self { access: Access::Everyone, log: Log::Store };

    /// For those who may, unlogged.
    pub const fn may(action: Action) -> Self {
        Self { access: Access::May(action), log: Log::Nothing }
    }

    /// For those who may and have just shown a second factor.
    pub const fn fresh(action: Action) -> Self {
        Self { access: Access::Fresh(action), log: Log::Nothing }
    }

    /// The same, with an entry for each time.
    pub const fn logged(self, action: &'static str, kind: &'static str) -> Self {
        Self { log: Log::Entry(action, kind), ..self }
    }

    /// The same; the store logs the change.
    pub const fn stored(self) -> Self {
        Self { log: Log::Store, ..self }
    }
}

/// A route as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// The path with its parameters, as axum writes them.
    pub path: &'static str,
    /// Its rule.
    pub rule: Rule,
}

/// A router under construction, with the table of its routes.
#[derive(Debug)]
pub struct Routes<S = ()> {
    router: Router<S>,
    table: Vec<Route>,
    state: AppState,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Without routes.
    pub fn new(state: AppState) -> Self {
        Self { router: Router::new(), table: Vec::new(), state }
    }

    /// A route that reads.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(Method::GET, path, rule, get(handler))
    }

    /// A route that changes something.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(Method::POST, path, rule, post(handler))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        rule: Rule,
        handler: MethodRouter<S, Infallible>,
    ) -> Self {
        let gate = Gate { state: self.state.clone(), rule };
        self.router = self.router.route(path, handler.route_layer(from_fn_with_state(gate, pass)));
        self.table.push(Route { method, path, rule });
        self
    }

    /// The table so far.
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// The router without its state, and the table.
    pub fn with_state(self, state: S) -> (Router<()>, Vec<Route>) {
        (self.router.with_state(state), self.table)
    }
}
