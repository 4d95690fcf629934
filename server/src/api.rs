//! The JSON API: the values that pages show, for programs.

mod answer;
mod body;
mod collection;
mod controls;
mod drift;
mod findings;
mod oncall;
mod openapi;
mod query;
mod registers;
mod runbook_shape;
mod runbooks;
pub mod schema;
mod scores;
mod slis;
mod suppressions;

use app::access::{Route, Routes, Rule};
use axum::Router;
use domain::Action::{
    ReadCollection, ReadFindings, ReadRegisters, ReadRunbooks, ReadScores, StartRound,
};
use http::StatusCode;

use crate::http::Shared;
use crate::refusal::{Problem, sentence};

pub use answer::TIMES;
pub use openapi::document;

/// Every address of the API with its methods.
pub fn routes(shared: &Shared) -> (Router, Vec<Route>) {
    const SEEN: Rule = Rule::may(ReadFindings).logged("view-finding", "finding");
    const ASKED: Rule = Rule::may(StartRound).logged("start-round", "collection");
    const RUN: Rule = Rule::may(ReadRunbooks).logged("view-runbook-run", "runbook-run");
    let routes = Routes::new(shared.app.clone())
        .get("/api/v1/scores", Rule::may(ReadScores), scores::scores)
        .get("/api/v1/findings", Rule::may(ReadFindings), findings::findings)
        .get("/api/v1/findings/{id}", SEEN, findings::finding)
        .get("/api/v1/controls", Rule::may(ReadScores), controls::controls)
        .get("/api/v1/controls/{id}", Rule::may(ReadScores), controls::control)
        .get("/api/v1/drift", Rule::may(ReadScores), drift::drift)
        .get("/api/v1/collection", Rule::may(ReadCollection), collection::collection)
        .post("/api/v1/collection/run", ASKED, collection::run)
        .get("/api/v1/collection/runs/{id}", Rule::may(ReadCollection), collection::past)
        .get("/api/v1/slis", Rule::may(ReadScores), slis::slis)
        .get("/api/v1/slis/{id}", Rule::may(ReadScores), slis::sli)
        .get("/api/v1/gate", Rule::may(ReadScores), slis::gate)
        .get("/api/v1/openslo", Rule::may(ReadScores), slis::openslo)
        .get("/api/v1/vendors", Rule::may(ReadRegisters), registers::vendors)
        .get("/api/v1/systems", Rule::may(ReadRegisters), registers::systems)
        .get("/api/v1/drills", Rule::may(ReadRegisters), registers::drills)
        .get("/api/v1/runbooks", Rule::may(ReadRunbooks), runbooks::runbooks)
        .get("/api/v1/runbooks/{id}", Rule::may(ReadRunbooks), runbooks::runbook)
        .get("/api/v1/runbook-runs", Rule::may(ReadRunbooks), runbooks::runs)
        .get("/api/v1/runbook-runs/{id}", RUN, runbooks::run)
        .get("/api/v1/openapi.json", Rule::OPEN, openapi::openapi)
        .get("/api", Rule::OPEN, nothing)
        .get("/api/{*rest}", Rule::OPEN, nothing);
    let routes = oncall::routes(suppressions::routes(routes));
    let (router, table) = routes.with_state(shared.clone());
    (router.method_not_allowed_fallback(wrong_method), table)
}

async fn nothing() -> Problem {
    Problem::not_found(
        "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    )
}

async fn wrong_method() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(status, sentence(status))
}
