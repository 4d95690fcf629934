//! Editing the text of a runbook.

use axum::response::Response;
use http::StatusCode;
use store::StoreError;

use super::{Caller, Sent, because, failed, onward};
use crate::pages::Page as _;
use crate::pages::runbooks::{EditPage, shelf};
use crate::shell::Here;

/// Takes `id`, `sha256` of the text that was edited, the new `text`, and `do`: `store`, or `look` for
/// what it would change. Nothing that was written is lost where it is not taken.
pub(crate) async fn edit(caller: Caller, sent: Sent) -> Response {
    let form = &sent.form;
    let shelf = match shelf(&caller.state.reader, &caller.state.installation).await {
        Ok(shelf) => shelf,
        Err(error) => return failed(&error),
    };
    let Some(book) = form.get("id").and_then(|id| shelf.get(id)).cloned() else {
        return because(StatusCode::NOT_FOUND, "There is no such runbook.");
    };
    // Browsers send line breaks as two characters.
    let text = form.get("text").unwrap_or_default().replace("\r\n", "\n");
    let seen = form.get("sha256") == Some(book.template.sha256.as_str());
    let (mut page, template) = EditPage::looked_at(book, text, caller.now());
    if !seen {
        page.changes = None;
        page.refusals.insert(0, MEANWHILE.to_owned());
        return again(&caller, page, StatusCode::CONFLICT).await;
    }
    let Some(template) = template else {
        return again(&caller, page, StatusCode::BAD_REQUEST).await;
    };
    if form.get("do") == Some("look") {
        return again(&caller, page, StatusCode::OK).await;
    }
    let writer = &caller.state.writer;
    match writer.runbook_edit(&caller.by(), &page.book, &template).await {
        Ok(()) => onward(&format!("/runbooks/{}#versions", template.id)),
        Err(StoreError::Conflict(why)) => {
            page.changes = None;
            page.refusals.push(why.to_owned());
            again(&caller, page, StatusCode::CONFLICT).await
        }
        Err(StoreError::Refused(why)) => {
            page.changes = None;
            page.refusals.push(why);
            again(&caller, page, StatusCode::BAD_REQUEST).await
        }
        Err(error) => failed(&error),
    }
}

const MEANWHILE: &str = "Somebody edited this runbook in the meantime. Your text is below; compare it \
                         with the present one before you store it in its place.";

async fn again(caller: &Caller, page: EditPage, status: StatusCode) -> Response {
    let title = page.title();
    caller.page((status, Here::Runbooks, title.as_str()), move || page.view()).await
}
