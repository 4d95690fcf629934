//! Runbooks: starting a run, and everything that is done with it.

use axum::response::Response;
use domain::runbook::run::{Proof, ProofKind};
use domain::runbook::{Act, Shelved, Values};
use http::StatusCode;
use store::runbook_check::Present;
use store::{RunbookRun, RunbookRunId, StoreError};

use super::{Caller, Form, because, failed, onward, own_path, unread};
use crate::components::runbook::{LINES_OF_PROOF, Refused, fragment, run_path};
use crate::pages::Page as _;
use crate::pages::runbooks::{BookPage, RunbookRunPage, Started, shelf, subject};
use crate::query::Query;
use crate::shell::Here;

/// Takes `runbook`, `sha256` of the text that was seen, `subject`, `back`, and a field `p-NAME` for
/// each parameter; goes to the run, or to `back`.
pub(crate) async fn start(caller: Caller, Form(form): Form) -> Response {
    let about = form.get("subject").unwrap_or_default();
    let Some(subject) = subject(about) else {
        let why = "A run is for incident:ID or alert:FINGERPRINT, or for nothing.";
        return because(StatusCode::BAD_REQUEST, why);
    };
    let shelf = match shelf(&caller.state.reader, &caller.state.installation).await {
        Ok(shelf) => shelf,
        Err(error) => return failed(&error),
    };
    let Some(book) = form.get("runbook").and_then(|id| shelf.get(id)) else {
        return because(StatusCode::NOT_FOUND, "There is no such runbook.");
    };
    let filled = Started::sent(&form);
    if form.get("sha256") != Some(book.template.sha256.as_str()) {
        let why = "Somebody edited this runbook in the meantime. Look at it, then start it.";
        let started =
            Started { values: filled, trouble: Some(why.to_owned()), ..Started::default() };
        return book_again(&caller, book, started, &form, StatusCode::CONFLICT).await;
    }
    let values = match Values::read(&book.template, &filled) {
        Ok(values) => values,
        Err(flaws) => {
            let started = Started { values: filled, flaws, trouble: None };
            return book_again(&caller, book, started, &form, StatusCode::BAD_REQUEST).await;
        }
    };
    let writer = &caller.state.writer;
    match writer.runbook_open(&caller.by(), &book.template, values, subject).await {
        Ok(id) => {
            let first = book.template.steps.first().map(|step| step.id.as_str());
            onward(&place(id, back(&form), first))
        }
        Err(error) => failed(&error),
    }
}

async fn book_again(
    caller: &Caller,
    book: &Shelved,
    started: Started,
    form: &Query,
    status: StatusCode,
) -> Response {
    let versions = match caller.state.reader.runbook_history(&book.template.id, None).await {
        Ok(versions) => versions,
        Err(error) => return failed(&error),
    };
    let page = BookPage {
        book: book.clone(),
        former: None,
        versions,
        started,
        subject: subject(form.get("subject").unwrap_or_default())
            .unwrap_or(domain::runbook::run::Subject::Alone),
        back: back(form).map(str::to_owned),
        now: caller.now(),
        may_work: true,
        may_edit: caller.principal.may(domain::Action::EditRunbooks),
    };
    let title = page.title();
    caller.page((status, Here::Runbooks, title.as_str()), move || page.view()).await
}

/// Takes `run`, `entries`, `step`, up to three pairs `kind-1` and `reference-1`, and `note`.
pub(crate) async fn done(caller: Caller, Form(form): Form) -> Response {
    let Some(evidence) = evidence(&form) else {
        let kinds: Vec<&str> = ProofKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let why = format!("The kind of evidence is one of {}.", kinds.join(", "));
        return because(StatusCode::BAD_REQUEST, why);
    };
    let act = Act::Done { step: field(&form, "step"), evidence, note: field(&form, "note") };
    perform(&caller, "done", act, form).await
}

/// Takes `run`, `entries`, `step` and `why`.
pub(crate) async fn skip(caller: Caller, Form(form): Form) -> Response {
    let act = Act::Skip { step: field(&form, "step"), why: field(&form, "why") };
    perform(&caller, "skip", act, form).await
}

/// Takes `run`, `entries`, `step` and `why`.
pub(crate) async fn undo(caller: Caller, Form(form): Form) -> Response {
    let act = Act::Undo { step: field(&form, "step"), why: field(&form, "why") };
    perform(&caller, "undo", act, form).await
}

/// Takes `run`, `entries`, `step` where it is about one, and `text`.
pub(crate) async fn remark(caller: Caller, Form(form): Form) -> Response {
    let step = form.get("step").map(str::to_owned);
    let act = Act::Remark { step, text: field(&form, "text") };
    perform(&caller, "remark", act, form).await
}

/// Takes `run`, `entries` and `note`.
pub(crate) async fn sign_off(caller: Caller, Form(form): Form) -> Response {
    let act = Act::SignOff { note: field(&form, "note") };
    perform(&caller, "sign-off", act, form).await
}

/// Takes `run` and `entries`.
pub(crate) async fn close(caller: Caller, Form(form): Form) -> Response {
    perform(&caller, "close", Act::Close, form).await
}

/// Takes `run`, `entries` and `why`.
pub(crate) async fn abandon(caller: Caller, Form(form): Form) -> Response {
    let act = Act::Abandon { why: field(&form, "why") };
    perform(&caller, "abandon", act, form).await
}

/// Takes `run`, `entries` and `step`, looks, and records what was found.
pub(crate) async fn check(caller: Caller, Form(form): Form) -> Response {
    let Some((id, _)) = whom(&form) else { return nothing() };
    let run = match caller.state.reader.runbook_run(id).await {
        Ok(Some(run)) => run.run,
        Ok(None) => return nothing(),
        Err(error) => return failed(&error),
    };
    let step = field(&form, "step");
    let Some(asked) = run.step(&step).and_then(|step| step.check.as_ref()) else {
        return because(StatusCode::NOT_FOUND, "This step has no check.");
    };
    let now = Present { data: caller.state.clock.now(), people: caller.now() };
    match caller.state.reader.runbook_check(asked, &run.values, now).await {
        Ok(outcome) => perform(&caller, "check", Act::Checked { step, outcome }, form).await,
        Err(error) => failed(&error),
    }
}

/// Does something, and goes back to the step that is open next; or shows the run again with what was
/// refused and what was written.
async fn perform(caller: &Caller, name: &'static str, act: Act, form: Query) -> Response {
    let Some((id, seen)) = whom(&form) else { return nothing() };
    let step = act.step().map(str::to_owned);
    // Whoever said that a step is done goes on; whoever looked something up reads the answer.
    let goes_on = matches!(act, Act::Done { .. } | Act::Skip { .. });
    match caller.state.writer.runbook_act(&caller.by(), id, seen, act).await {
        Ok(RunbookRun { run, .. }) => {
            let standing = run.standing();
            let next = if goes_on { standing.next() } else { step.as_deref() };
            onward(&place(id, back(&form), next))
        }
        Err(StoreError::Refused(why)) => {
            again(caller, name, step, form, (StatusCode::BAD_REQUEST, why)).await
        }
        Err(StoreError::Conflict(why)) => {
            again(caller, name, step, form, (StatusCode::CONFLICT, why.to_owned())).await
        }
        Err(error) => failed(&error),
    }
}

async fn again(
    caller: &Caller,
    act: &'static str,
    step: Option<String>,
    form: Query,
    (status, why): (StatusCode, String),
) -> Response {
    let id = form.get("run").unwrap_or_default();
    // The answer shows the run, so it is looked at as by its own address.
    let looked = caller.by().did("view-runbook-run", format!("runbook-run:{id}"));
    let (reader, now) = (&caller.state.reader, caller.now());
    let page = match RunbookRunPage::of(reader, &caller.principal, now, id).await {
        Ok(page) => page,
        Err(error) => return unread(&error),
    };
    if let Err(error) = caller.state.writer.audit(looked).await {
        return failed(&error);
    }
    let refused = Refused { act, step: step.unwrap_or_default(), form, why };
    let page = RunbookRunPage { refused: Some(refused), ..page };
    let title = page.title();
    caller.page((status, Here::Runbooks, title.as_str()), move || page.view()).await
}

/// What shows it, as far as it was filled in; nothing where a kind is none.
fn evidence(form: &Query) -> Option<Vec<Proof>> {
    let mut all = Vec::new();
    for row in 1..=LINES_OF_PROOF {
        let Some(reference) = form.get(&format!("reference-{row}")) else { continue };
        let kind = ProofKind::parse(form.get(&format!("kind-{row}"))?)?;
        all.push(Proof { kind, reference: reference.to_owned() });
    }
    Some(all)
}

fn field(form: &Query, name: &str) -> String {
    form.get(name).unwrap_or_default().to_owned()
}

fn whom(form: &Query) -> Option<(RunbookRunId, u32)> {
    let id = form.get("run")?.parse().ok()?;
    Some((RunbookRunId(id), form.get("entries")?.parse().ok()?))
}

/// The page to go back to: a path of this product, without a fragment.
fn back(form: &Query) -> Option<&str> {
    let back = form.get("back")?;
    let path = back.split('#').next().unwrap_or_default();
    (own_path(path) == path).then_some(path)
}

/// Where to go on: the step on the page of the run, or on the page that it stands beside.
fn place(id: RunbookRunId, back: Option<&str>, step: Option<&str>) -> String {
    let fragment = fragment(id, step, back.is_some());
    match back {
        Some(back) => format!("{back}#{fragment}"),
        None => format!("{}#{fragment}", run_path(id)),
    }
}

fn nothing() -> Response {
    because(StatusCode::NOT_FOUND, "There is no such run. Name it (run) and its entries.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_back_to() {
        let id = RunbookRunId(7);
        let place = |query: &str, step| {
            let form = Query::parse(Some(query));
            place(id, back(&form), step)
        };
        assert_eq!(place("", Some("look")), "/runbook-runs/7#step-look");
        assert_eq!(place("", None), "/runbook-runs/7#finish");
        assert_eq!(place("back=/oncall/3%23x", Some("look")), "/oncall/3#run-7-step-look");
        for foreign in ["//evil.example", "https://evil.example", "/%5Cevil.example", "x"] {
            let query = format!("back={foreign}");
            assert_eq!(place(&query, None), "/runbook-runs/7#finish", "{foreign}");
        }
    }
}
