//! `GET /api/v1/openapi.json`: the description of the API, made from the handlers.

use axum::Json;
use http::Uri;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::query::Parameters;
use super::{
    collection, controls, drift, findings, oncall, registers, runbooks, scores, slis, suppressions,
};
use crate::refusal::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wardround",
        description = "Continuous HIPAA compliance for AWS. Times are RFC 3339 in UTC. Scores are intervals between 0 and 1: what is unknown is never counted as passed. Errors are problem documents (RFC 9457).",
    ),
    paths(
        scores::scores,
        findings::findings,
        findings::finding,
        controls::controls,
        controls::control,
        drift::drift,
        collection::collection,
        collection::run,
        collection::past,
        slis::slis,
        slis::sli,
        slis::gate,
        slis::openslo,
        registers::vendors,
        registers::systems,
        registers::drills,
        oncall::alerts,
        oncall::incidents,
        oncall::incident,
        oncall::notifications,
        oncall::acts::acknowledge,
        oncall::acts::assign,
        oncall::acts::snooze,
        oncall::acts::escalate,
        oncall::acts::resolve,
        oncall::acts::reopen,
        oncall::acts::note,
        oncall::acts::test,
        oncall::acts::again,
        crate::eventbridge::receive,
        suppressions::suppressions,
        suppressions::suppression,
        suppressions::acts::ask,
        suppressions::acts::hand_in,
        suppressions::acts::approve,
        suppressions::acts::reject,
        suppressions::acts::ratify,
        suppressions::acts::emergency,
        suppressions::acts::revoke,
        suppressions::acts::note,
        runbooks::runbooks,
        runbooks::runbook,
        runbooks::runs,
        runbooks::run,
        openapi,
    ),
    tags(
        (name = "scores", description = "The honest number: an interval with its coverage"),
        (name = "findings", description = "What the sources say"),
        (name = "controls", description = "What is checked"),
        (name = "drift", description = "What changed"),
        (name = "slis", description = "Ten service level indicators, and the gate for deployments"),
        (name = "collection", description = "How the rounds go"),
        (name = "registers", description = "Vendors, systems and drills"),
        (name = "on-call", description = "Alerts, incidents, and what was told of them"),
        (name = "suppressions", description = "Alerts that nobody is told of for a while"),
        (name = "runbooks", description = "What to do when something has happened, and what was done"),
    )
)]
struct Api;

/// The description.
pub fn document() -> Document {
    Api::openapi()
}

/// This description.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    responses((status = 200, description = "An OpenAPI document", body = Object))
)]
pub async fn openapi(uri: Uri) -> Result<Json<Document>, Problem> {
    Parameters::of(&uri, &[])?;
    Ok(Json(document()))
}
