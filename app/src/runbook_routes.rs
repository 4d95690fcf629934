//! The routes of the runbooks.

use domain::Action::{EditRunbooks, ReadRunbooks, WorkRunbooks};

use crate::access::{Routes, Rule};
use crate::actions::{runbook, runbook_edit};
use crate::pages::runbooks::{BookPage, EditPage, LibraryPage, RunbookRunPage, RunsPage};
use crate::routes::show;
use crate::state::AppState;

/// All that fits into an ordinary form.
pub(crate) fn runbooks(routes: Routes<AppState>) -> Routes<AppState> {
    let (read, work) = (Rule::may(ReadRunbooks), Rule::may(WorkRunbooks).stored());
    // What was done about an incident is looked at with a trace, as findings are.
    let one = read.logged("view-runbook-run", "runbook-run");
    routes
        .get("/runbooks", read, show::<LibraryPage>)
        .get("/runbooks/{id}", read, show::<BookPage>)
        .get("/runbooks/{id}/edit", Rule::may(EditRunbooks), show::<EditPage>)
        .get("/runbook-runs", read, show::<RunsPage>)
        .get("/runbook-runs/{id}", one, show::<RunbookRunPage>)
        .post("/runbook-runs", work, runbook::start)
        .post("/runbook-runs/done", work, runbook::done)
        .post("/runbook-runs/skip", work, runbook::skip)
        .post("/runbook-runs/undo", work, runbook::undo)
        .post("/runbook-runs/remark", work, runbook::remark)
        .post("/runbook-runs/check", work, runbook::check)
        .post("/runbook-runs/sign-off", work, runbook::sign_off)
        .post("/runbook-runs/close", work, runbook::close)
        .post("/runbook-runs/abandon", work, runbook::abandon)
}

/// The text of a runbook is larger than an ordinary form.
pub(crate) fn texts(routes: Routes<AppState>) -> Routes<AppState> {
    routes.post("/runbooks/edit", Rule::may(EditRunbooks).stored(), runbook_edit::edit)
}
