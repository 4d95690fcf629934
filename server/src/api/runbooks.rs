//! `GET /api/v1/runbooks` and `/runbook-runs`: what to do, and what was done, for programs.

use app::pages::runbooks::{shelf, subject};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use domain::Timestamp;
use domain::runbook::{Shelved, Step, is_slug, review_due};
use http::Uri;
use serde::Serialize;
use store::{RunbookQuery, RunbookRunId};
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::{Parameters, path_id};
use super::runbook_shape::{RunDetail, RunItem};
use crate::http::Shared;
use crate::refusal::Problem;

/// The library of runbooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Runbooks {
    /// Runbooks by id.
    pub items: Vec<RunbookItem>,
}

/// A runbook in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunbookItem {
    /// A stable slug.
    pub id: String,
    /// Rises with each change of steps or parameters.
    pub version: u32,
    /// What it is for.
    pub title: String,
    /// When to use it.
    pub summary: String,
    /// The role that keeps it right.
    pub owner: String,
    /// shipped, folder or edited.
    pub origin: String,
    /// The day of the last review.
    #[schema(format = Date)]
    pub reviewed: String,
    /// The last day on which the next review is in time.
    #[schema(format = Date)]
    pub review_due: String,
    /// Whether that day has passed.
    pub review_overdue: bool,
    /// Sections of 45 CFR part 164 that it serves.
    pub safeguards: Vec<String>,
    /// How many steps it has.
    pub steps: u64,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// A runbook with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunbookDetail {
    /// The same as in the list.
    pub runbook: RunbookItem,
    /// What it wants to know.
    pub parameters: Vec<ParameterItem>,
    /// The steps in order.
    pub steps: Vec<TemplateStep>,
    /// The text, in Markdown.
    pub source: String,
}

/// A parameter of a runbook.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParameterItem {
    /// Its name in the text.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// account, region, resource, text, time or number.
    pub kind: String,
    /// Whether a run cannot begin without it.
    pub required: bool,
    /// The field of an alert from which it is filled in.
    pub from: Option<String>,
    /// What to write.
    pub hint: String,
}

/// A step of a runbook.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateStep {
    /// Stays when the words change.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Who does it.
    pub role: String,
    /// By when after the opening, such as 15m, 4h or 60d.
    pub due: Option<String>,
    /// The parameter from which that counts instead.
    pub after: Option<String>,
    /// required or optional.
    pub evidence: String,
    /// What Wardround can look up for it.
    pub check: Option<String>,
    /// Whether it may be skipped.
    pub skippable: bool,
}

/// Runs of runbooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Runs {
    /// Runs that match the parameters, newest first.
    pub items: Vec<RunItem>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The runbooks that count here, each with its review.
#[utoipa::path(
    get,
    path = "/api/v1/runbooks",
    tag = "runbooks",
    responses(
        (status = 200, description = "The library", body = Runbooks),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn runbooks(State(shared): State<Shared>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let shelf = shelf(&shared.app.reader, &shared.app.installation).await?;
    let now = shared.app.wall.now();
    json(&Runbooks { items: shelf.all().map(|book| item(book, now)).collect() })
}

/// One runbook with its text.
#[utoipa::path(
    get,
    path = "/api/v1/runbooks/{id}",
    tag = "runbooks",
    params(("id" = String, Path, description = "The id of a runbook")),
    responses(
        (status = 200, description = "The runbook", body = RunbookDetail),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn runbook(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    Parameters::of(&uri, &[])?;
    let id = path_id(path, "the id of a runbook")?;
    let shelf = shelf(&shared.app.reader, &shared.app.installation).await?;
    let Some(book) = shelf.get(&id) else {
        return Err(Problem::not_found("There is no runbook with this id."));
    };
    let template = &book.template;
    let parameters = template.parameters.iter().map(|it| ParameterItem {
        name: it.name.clone(),
        title: it.title.clone(),
        kind: it.kind.as_str().to_owned(),
        required: it.required,
        from: it.from.map(|from| from.as_str().to_owned()),
        hint: it.hint.clone(),
    });
    json(&RunbookDetail {
        runbook: item(book, shared.app.wall.now()),
        parameters: parameters.collect(),
        steps: template.steps.iter().map(step).collect(),
        source: template.source.clone(),
    })
}

const RUN_PARAMETERS: [&str; 5] = ["state", "runbook", "subject", "limit", "cursor"];

/// Runs of runbooks, open and sealed.
#[utoipa::path(
    get,
    path = "/api/v1/runbook-runs",
    tag = "runbooks",
    params(
        ("state" = Option<String>, Query, description = "open or sealed"),
        ("runbook" = Option<String>, Query, description = "The id of a runbook"),
        ("subject" = Option<String>, Query, description = "incident:ID or alert:FINGERPRINT"),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 unless told"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "Runs, newest first", body = Runs),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn runs(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &RUN_PARAMETERS)?;
    let open = match parameters.text("state")? {
        None => None,
        Some("open") => Some(true),
        Some("sealed") => Some(false),
        Some(_) => {
            let wrong = "The parameter \"state\" is neither open nor sealed.";
            return Err(Problem::parameter("state", wrong, "open, sealed"));
        }
    };
    let template = parameters.text("runbook")?;
    if template.is_some_and(|id| !is_slug(id)) {
        let wrong = "The parameter \"runbook\" is no id of a runbook.";
        return Err(Problem::parameter("runbook", wrong, "an id from /api/v1/runbooks"));
    }
    let about = parameters.text("subject")?.map(|text| {
        let wrong = "The parameter \"subject\" names nothing that a run is opened for.";
        let allowed = "incident:ID or alert:FINGERPRINT";
        subject(text).ok_or_else(|| Problem::parameter("subject", wrong, allowed))
    });
    let page = shared
        .app
        .reader
        .runbook_runs(&RunbookQuery {
            open,
            template: template.map(str::to_owned),
            subject: about.transpose()?,
            limit: parameters.limit()?,
            cursor: parameters.cursor()?,
        })
        .await?;
    json(&Runs { items: page.items.into_iter().map(RunItem::of).collect(), next: page.next })
}

/// One run with its steps, its whole history and its seal. The look is logged.
#[utoipa::path(
    get,
    path = "/api/v1/runbook-runs/{id}",
    tag = "runbooks",
    params(("id" = i64, Path, description = "The number of a run")),
    responses(
        (status = 200, description = "The run", body = RunDetail),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn run(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    Parameters::of(&uri, &[])?;
    let id = path_id(path, "the number of a run")?;
    let found = match id.parse() {
        Ok(number) => shared.app.reader.runbook_run(RunbookRunId(number)).await?,
        Err(_) => None,
    };
    match found {
        Some(run) => json(&RunDetail::of(&run)),
        None => Err(Problem::not_found("There is no run with this number.")),
    }
}

fn item(Shelved { template, origin }: &Shelved, now: Timestamp) -> RunbookItem {
    let review = review_due(template, now);
    RunbookItem {
        id: template.id.clone(),
        version: template.version,
        title: template.title.clone(),
        summary: template.summary.clone(),
        owner: template.owner.as_str().to_owned(),
        origin: origin.as_str().to_owned(),
        reviewed: template.reviewed.to_string(),
        review_due: review.due.to_string(),
        review_overdue: review.overdue,
        safeguards: template.safeguards.iter().map(ToString::to_string).collect(),
        steps: template.steps.len() as u64,
        sha256: template.sha256.clone(),
    }
}

fn step(step: &Step) -> TemplateStep {
    TemplateStep {
        id: step.id.clone(),
        title: step.title.clone(),
        role: step.role.as_str().to_owned(),
        due: step.due.map(|due| due.to_string()),
        after: step.after.clone(),
        evidence: step.evidence.as_str().to_owned(),
        check: step.check.as_ref().map(|check| check.check.as_str().to_owned()),
        skippable: step.skippable,
    }
}
