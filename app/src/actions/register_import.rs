//! Tables into registers: looked at first, stored when somebody says so.

use axum::response::Response;
use domain::register::{Plan, plan, read_table};
use http::StatusCode;
use sha2::{Digest as _, Sha256};
use store::StoreError;

use super::register::known;
use super::{Caller, Sent, failed, onward};
use crate::pages::Page as _;
use crate::pages::registers::{ImportPage, Looked, Register};
use crate::shell::Here;

/// Takes `table` as text or `table_file` as a file, and `whole` where one wrong line is to stop all.
/// Answers with what would be done. With `do=store` and the `seen` of that answer it is done, as
/// long as neither table nor register changed in between.
pub(crate) async fn import<T: Register>(caller: Caller, sent: Sent) -> Response {
    let text = sent.table.as_deref().or(sent.form.get("table")).unwrap_or_default().to_owned();
    let whole = sent.form.get("whole").is_some();
    let looked = match look::<T>(&caller, &text).await {
        Ok(looked) => looked,
        Err(error) => return failed(&error),
    };
    let page = ImportPage::<T> { text, whole, looked: None, trouble: None };
    let (plan, seen) = match looked {
        Ok(both) => both,
        Err(trouble) => {
            return answer(&caller, ImportPage { trouble: Some(trouble), ..page }).await;
        }
    };
    let wanted = sent.form.get("do") == Some("store");
    let stopped = whole && plan.wrong() > 0;
    let trouble = match (wanted, sent.form.get("seen") == Some(&seen), stopped) {
        (false, ..) => None,
        (true, false, _) => {
            Some("Look at this first: it is not what was shown to you before. Nothing was stored.")
        }
        (true, true, true) => {
            Some("Nothing was stored: a line is wrong, and you asked for all or nothing.")
        }
        (true, true, false) => match caller.state.writer.record_import(&caller.by(), &plan).await {
            Ok(()) => return onward(T::PATHS.list),
            Err(StoreError::Conflict(why)) => Some(why),
            Err(error) => return failed(&error),
        },
    };
    let trouble = trouble.map(ToOwned::to_owned);
    answer(&caller, ImportPage { looked: Some(Looked { plan, seen }), trouble, ..page }).await
}

type Read<T> = Result<(Plan<T>, String), String>;

/// What the table would do to the register as it is now.
async fn look<T: Register>(caller: &Caller, text: &str) -> Result<Read<T>, StoreError> {
    let rows = match read_table::<T>(text) {
        Ok(rows) => rows,
        Err(flaw) => return Ok(Err(flaw.to_string())),
    };
    let known = known::<T>(caller).await?;
    let register = caller.state.reader.register::<T>().await?;
    let plan = plan(&rows, &register, &known);
    let seen = seen(&plan);
    Ok(Ok((plan, seen)))
}

/// A word for exactly this plan.
fn seen<T: Register>(plan: &Plan<T>) -> String {
    let mut hash = Sha256::new();
    for line in &plan.lines {
        hash.update(format!("{line:?}\n"));
    }
    hex::encode(hash.finalize())
}

async fn answer<T: Register>(caller: &Caller, page: ImportPage<T>) -> Response {
    let status = if page.trouble.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let title = page.title();
    caller.page((status, Here::Registers, title.as_str()), move || page.view()).await
}
