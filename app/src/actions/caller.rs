//! Who calls an action, and the form that came with it.

use std::convert::Infallible;

use axum::extract::rejection::StringRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use domain::Timestamp;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use leptos::prelude::AnyView;
use store::By;

use crate::access::Principal;
use crate::query::Query;
use crate::routes::answer;
use crate::shell::Here;
use crate::state::AppState;

/// Whoever sent a request, and what an answer to them needs.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) state: AppState,
    pub(crate) principal: Principal,
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let principal = parts.extensions.get::<Principal>().cloned();
        Ok(Self {
            state: state.clone(),
            principal: principal.unwrap_or_else(Principal::nobody),
            headers: parts.headers.clone(),
        })
    }
}

impl Caller {
    /// The time of people.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.wall.now()
    }

    /// For the audit log.
    pub(crate) fn by(&self) -> By {
        self.principal.by(self.now())
    }

    /// A page as the answer: a form with what is wrong with it, or something that is shown once.
    pub(crate) async fn page(
        &self,
        about: (StatusCode, Here, &str),
        page: impl FnOnce() -> AnyView,
    ) -> Response {
        answer(&self.state, &self.headers, &self.principal, about, page).await
    }
}

/// The fields of a form.
#[derive(Debug)]
pub(crate) struct Form(pub(crate) Query);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = StringRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, StringRejection> {
        let body = String::from_request(request, state).await?;
        Ok(Self(Query::parse(Some(&body))))
    }
}
