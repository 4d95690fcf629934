//! Suppressions: asking, deciding, ending, remarking.

use axum::extract::Path;
use axum::response::Response;
use domain::alert::SuppressionId;
use domain::alert::suppression::Ruling;
use http::StatusCode;
use store::StoreError;
use store::suppression::Asked;

use super::{Caller, Form, because, failed, onward, unread};
use crate::pages::Page as _;
use crate::pages::suppressions::{AskPage, Filled, SuppressionPage, Typed, address};
use crate::query::Query;
use crate::shell::Here;

/// Takes the fields of the form; shows what it would mute and what is wrong with it.
pub(crate) async fn preview(caller: Caller, Form(form): Form) -> Response {
    match judged(&caller, &form).await {
        Ok(page) => {
            let right = page.flaws.is_empty();
            let status = if right { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            shown(&caller, status, page).await
        }
        Err(refused) => refused,
    }
}

/// Takes the fields of the form, and `do=draft` for a draft; goes on to the suppression.
pub(crate) async fn ask(caller: Caller, Form(form): Form) -> Response {
    let page = match judged(&caller, &form).await {
        Ok(page) if page.flaws.is_empty() => page,
        Ok(page) => return shown(&caller, StatusCode::BAD_REQUEST, page).await,
        Err(refused) => return refused,
    };
    let (by, writer) = (caller.by(), &caller.state.writer);
    let asked = match page.filled.place_of {
        Some((id, version)) => {
            writer.suppression_supersede(&by, (SuppressionId(id), version), &page.proposal).await
        }
        None => writer.suppression_ask(&by, &page.proposal, form.has("do", "draft")).await,
    };
    match asked {
        Ok(Asked::Kept(id)) => onward(&address(id)),
        Ok(Asked::Flawed(flaws)) => {
            shown(&caller, StatusCode::BAD_REQUEST, AskPage { flaws, ..page }).await
        }
        Err(error) => match error.reason() {
            Some(why) => {
                let page = AskPage { trouble: Some(why.to_owned()), ..page };
                shown(&caller, StatusCode::CONFLICT, page).await
            }
            None => failed(&error),
        },
    }
}

/// Takes `version`; a draft waits for approval from then on.
pub(crate) async fn hand_in(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    let Some((id, decision)) = Decision::read("hand-in", &id, &form) else { return nothing() };
    match caller.state.writer.suppression_hand_in(&caller.by(), id, decision.version).await {
        Ok(Asked::Kept(id)) => onward(&address(id)),
        Ok(Asked::Flawed(flaws)) => {
            let told: Vec<String> = flaws.into_iter().map(|flaw| flaw.sentence).collect();
            again(&caller, id, decision, told.join(" ")).await
        }
        Err(error) => decided(&caller, id, decision, Err(error)).await,
    }
}

/// Takes `version` and `note`.
pub(crate) async fn approve(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    decide(caller, &id, &form, Ruling::Approve).await
}

/// Takes `version` and `note`.
pub(crate) async fn reject(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    decide(caller, &id, &form, Ruling::Reject).await
}

/// Takes `version` and `note`.
pub(crate) async fn ratify(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    decide(caller, &id, &form, Ruling::Ratify).await
}

/// Takes `version` and `note`.
pub(crate) async fn emergency(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    decide(caller, &id, &form, Ruling::Emergency).await
}

/// Takes `version` and `note`.
pub(crate) async fn revoke(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    decide(caller, &id, &form, Ruling::Revoke).await
}

async fn decide(caller: Caller, id: &str, form: &Query, ruling: Ruling) -> Response {
    let Some((id, it)) = Decision::read(ruling.as_str(), id, form) else { return nothing() };
    let (by, writer) = (caller.by(), &caller.state.writer);
    let done = writer.suppression_decide(&by, (id, it.version), ruling, &it.note).await;
    decided(&caller, id, it, done).await
}

/// Takes `note`.
pub(crate) async fn note(caller: Caller, id: Path<String>, Form(form): Form) -> Response {
    let Some((id, it)) = Decision::read("note", &id, &form) else { return nothing() };
    let done = caller.state.writer.suppression_note(&caller.by(), id, &it.note).await;
    decided(&caller, id, it, done).await
}

/// What a form decides.
struct Decision {
    path: &'static str,
    version: i64,
    note: String,
}

impl Decision {
    /// A form without a version decides about one that nobody looked at: none has the version 0.
    fn read(path: &'static str, id: &str, form: &Query) -> Option<(SuppressionId, Self)> {
        let version = form.get("version").and_then(|text| text.parse().ok()).unwrap_or(0);
        let note = form.get("note").unwrap_or_default().to_owned();
        Some((SuppressionId(id.parse().ok()?), Self { path, version, note }))
    }
}

async fn decided(
    caller: &Caller,
    id: SuppressionId,
    decision: Decision,
    done: Result<(), StoreError>,
) -> Response {
    match done {
        Ok(()) => onward(&address(id)),
        Err(error) => match error.reason() {
            Some(why) => again(caller, id, decision, why.to_owned()).await,
            None => failed(&error),
        },
    }
}

/// The page with why it was not done; what was typed stays.
async fn again(caller: &Caller, id: SuppressionId, decision: Decision, why: String) -> Response {
    let reader = &caller.state.reader;
    let page = match SuppressionPage::of(reader, &caller.principal, caller.now(), id).await {
        Ok(page) => page,
        Err(crate::error::PageError::NotFound(_)) => return nothing(),
        Err(error) => return unread(&error),
    };
    let typed = Typed { path: decision.path, note: decision.note };
    let page = SuppressionPage { trouble: Some(why), typed: Some(typed), ..page };
    let title = page.title();
    let about = (StatusCode::CONFLICT, Here::OnCall, title.as_str());
    caller.page(about, move || page.view()).await
}

async fn judged(caller: &Caller, form: &Query) -> Result<AskPage, Response> {
    let page = AskPage::judged(&caller.state.reader, Filled::of(form), caller.now()).await;
    page.map_err(|error| unread(&error))
}

async fn shown(caller: &Caller, status: StatusCode, page: AskPage) -> Response {
    let title = page.title();
    caller.page((status, Here::OnCall, title.as_str()), move || page.view()).await
}

fn nothing() -> Response {
    because(StatusCode::NOT_FOUND, "There is no such suppression.")
}
