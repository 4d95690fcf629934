//! `/api/v1/suppressions`: what is muted, for programs, and what people decide about it.
//!
//! A token may read. Asking and deciding is for people: an approval names a person.

pub mod acts;
mod items;

use app::access::{Routes, Rule};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use domain::Action::{ApproveSuppressions, AskSuppressions, ReadAlerts};
use domain::alert::SuppressionId;
use domain::alert::suppression::Section;
use http::Uri;

use super::answer::{Answer, json};
use super::query::{Parameters, path_id};
use crate::http::Shared;
use crate::refusal::Problem;

pub use items::{Suppressed, Suppressions};

const PARAMETERS: [&str; 3] = ["stage", "limit", "cursor"];
/// Windows to come that are told.
const WINDOWS: usize = 50;
/// Muted alerts that are told.
const ALERTS: u32 = 200;

/// Every address of suppressions with its methods.
pub fn routes(routes: Routes<Shared>) -> Routes<Shared> {
    const READ: Rule = Rule::may(ReadAlerts);
    const ASK: Rule = Rule::may(AskSuppressions).stored();
    const APPROVE: Rule = Rule::may(ApproveSuppressions).stored();
    routes
        .get("/api/v1/suppressions", READ, suppressions)
        .get("/api/v1/suppressions/{id}", READ, suppression)
        .post("/api/v1/suppressions", ASK, acts::ask)
        .post("/api/v1/suppressions/{id}/hand-in", ASK, acts::hand_in)
        .post("/api/v1/suppressions/{id}/approve", APPROVE, acts::approve)
        .post("/api/v1/suppressions/{id}/reject", APPROVE, acts::reject)
        .post("/api/v1/suppressions/{id}/ratify", APPROVE, acts::ratify)
        .post("/api/v1/suppressions/{id}/emergency", ASK, acts::emergency)
        .post("/api/v1/suppressions/{id}/revoke", ASK, acts::revoke)
        .post("/api/v1/suppressions/{id}/note", ASK, acts::note)
}

/// Suppressions: those that wait first, then what mutes, what comes, drafts, and what is over.
#[utoipa::path(
    get,
    path = "/api/v1/suppressions",
    tag = "suppressions",
    params(
        ("stage" = Option<Vec<String>>, Query, description = "waiting, active, coming, draft, over"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = Suppressions),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suppressions(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &PARAMETERS)?;
    let words: Vec<&str> = Section::ALL.iter().map(|one| one.as_str()).collect();
    let sections = parameters.list("stage", Section::parse, &words)?;
    let limit = parameters.limit()?;
    let now = shared.app.wall.now();
    let reader = &shared.app.reader;
    let page = reader.suppression_page(&sections, now, limit, parameters.text("cursor")?).await?;
    json(&Suppressions {
        items: page.items.iter().map(|row| items::item(row, now)).collect(),
        next: page.next,
    })
}

/// One suppression with its windows, its history and what it mutes now.
#[utoipa::path(
    get,
    path = "/api/v1/suppressions/{id}",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The suppression", body = Suppressed),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suppression(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    Parameters::of(&uri, &[])?;
    let id = number(path)?;
    told(&shared, id).await
}

/// The number in an address.
fn number(path: Result<Path<String>, PathRejection>) -> Result<SuppressionId, Problem> {
    let id = path_id(path, "a number from /api/v1/suppressions")?;
    id.parse().map(SuppressionId).map_err(|_| nothing())
}

fn nothing() -> Problem {
    Problem::not_found("There is no such suppression.")
}

/// One suppression as it stands.
async fn told(shared: &Shared, id: SuppressionId) -> Answer {
    let (reader, now) = (&shared.app.reader, shared.app.wall.now());
    let row = reader.suppression(id).await?.ok_or_else(nothing)?;
    let (entries, names) = reader.suppression_history(id).await?;
    let muted = reader.suppression_muted_alerts(id, ALERTS).await?;
    json(&Suppressed {
        windows: row.suppression.windows(now, WINDOWS).iter().map(items::window).collect(),
        history: entries.iter().map(|entry| items::entry(entry, &names)).collect(),
        muted: muted.iter().map(items::alert).collect(),
        suppression: items::item(&row, now),
    })
}
