//! The registers: adding, changing and ending a record, and taking a register away.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use domain::register::{Filled, Flaw, Known, Record, end_reason, write_table};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use store::StoreError;

use super::{Caller, Form, Sent, because, failed, onward, unread};
use crate::pages::Page as _;
use crate::pages::registers::{FormPage, RecordPage, Register};
use crate::query::Query;
use crate::shell::Here;

/// Takes the fields of a record; goes on to it.
pub(crate) async fn add<T: Register>(caller: Caller, sent: Sent) -> Response {
    let known = match known::<T>(&caller).await {
        Ok(known) => known,
        Err(error) => return failed(&error),
    };
    let filled = filled::<T>(&sent);
    let record = match T::read(&filled, &known) {
        Ok(record) => record,
        Err(flaws) => return new_again::<T>(&caller, filled, flaws, known).await,
    };
    match caller.state.writer.record_add(&caller.by(), &record).await {
        Ok(id) => onward(&T::address(id)),
        Err(StoreError::Conflict(why)) => {
            let flaw = Flaw::new(<T as Record>::TITLE, format!("{}.", capital(why)));
            new_again::<T>(&caller, filled, vec![flaw], known).await
        }
        Err(error) => failed(&error),
    }
}

/// Takes `id`, `version` and the fields; goes back to the record.
pub(crate) async fn change<T: Register>(caller: Caller, sent: Sent) -> Response {
    let Some((id, version)) = whom::<T>(&sent.form) else { return nothing() };
    let known = match known::<T>(&caller).await {
        Ok(known) => known,
        Err(error) => return failed(&error),
    };
    let present = match caller.state.reader.record_get::<T>(id).await {
        Ok(Some(present)) => present,
        Ok(None) => return nothing(),
        Err(error) => return failed(&error),
    };
    let filled = filled::<T>(&sent);
    let read = T::read(&filled, &known).and_then(|record| {
        let flaw = record.follows(&present.record);
        flaw.map_or(Ok(record), |flaw| Err(vec![flaw]))
    });
    let trouble = match read {
        Err(flaws) => Trouble { flaws, ..Trouble::default() },
        Ok(record) => {
            let writer = &caller.state.writer;
            match writer.record_change(&caller.by(), id, version, &record).await {
                Ok(_) => return onward(&T::address(id)),
                Err(StoreError::Conflict(why)) => Trouble::conflict(why),
                Err(error) => return failed(&error),
            }
        }
    };
    record_again::<T>(&caller, id, Trouble { filled: Some(filled), ..trouble }).await
}

/// Takes `id`, `version` and `reason`; goes back to the record.
pub(crate) async fn end<T: Register>(caller: Caller, Form(form): Form) -> Response {
    let Some((id, version)) = whom::<T>(&form) else { return nothing() };
    let reason = match end_reason(form.get("reason").unwrap_or_default()) {
        Ok(reason) => reason,
        Err(why) => {
            let trouble = Trouble { sentence: Some(why), ..Trouble::default() };
            return record_again::<T>(&caller, id, trouble).await;
        }
    };
    match caller.state.writer.record_end::<T>(&caller.by(), id, version, &reason).await {
        Ok(()) => onward(&T::address(id)),
        Err(StoreError::Conflict(why)) => {
            record_again::<T>(&caller, id, Trouble::conflict(why)).await
        }
        Err(error) => failed(&error),
    }
}

/// The records that stand, as a table that an import reads.
pub(crate) async fn export<T: Register>(caller: Caller) -> Response {
    let known = match known::<T>(&caller).await {
        Ok(known) => known,
        Err(error) => return failed(&error),
    };
    let register = match caller.state.reader.register::<T>().await {
        Ok(register) => register,
        Err(error) => return failed(&error),
    };
    let standing = register.iter().filter(|one| one.stands()).map(|one| &one.record);
    let mut response = write_table(standing, &known).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let day = caller.now().rfc3339();
    let name = format!("{}-{}.csv", T::WORDS, day.get(..10).unwrap_or_default());
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// What is wrong with what was sent about a record.
#[derive(Default)]
struct Trouble {
    filled: Option<Filled>,
    flaws: Vec<Flaw>,
    sentence: Option<String>,
    /// Whether it would have been right a moment ago.
    conflict: bool,
}

impl Trouble {
    fn conflict(why: &str) -> Self {
        let sentence = Some(format!("{}.", capital(why)));
        Self { sentence, conflict: true, ..Self::default() }
    }
}

pub(super) async fn known<T: Register>(caller: &Caller) -> Result<Known, StoreError> {
    caller.state.reader.register_known::<T>(caller.now()).await
}

/// What was filled in, with what is known of the file.
fn filled<T: Register>(sent: &Sent) -> Filled {
    let mut filled = Filled::default();
    for field in T::FIELDS {
        filled.set(field.name, sent.form.get(field.name).unwrap_or_default());
    }
    if let Some(file) = &sent.file {
        T::take_file(&mut filled, &file.name, file.bytes, &file.sha256);
    }
    filled
}

fn whom<T: Register>(form: &Query) -> Option<(T::Id, i64)> {
    let number = |name: &str| form.get(name).and_then(|text| text.parse::<i64>().ok());
    Some((T::Id::from(number("id")?), number("version")?))
}

fn nothing() -> Response {
    because(StatusCode::NOT_FOUND, "There is no such record in the register.")
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

async fn new_again<T: Register>(
    caller: &Caller,
    filled: Filled,
    flaws: Vec<Flaw>,
    known: Known,
) -> Response {
    let page = FormPage::<T> { filled, flaws, known, of: PhantomData };
    let title = page.title();
    let about = (StatusCode::BAD_REQUEST, Here::Registers, title.as_str());
    caller.page(about, move || page.view()).await
}

async fn record_again<T: Register>(caller: &Caller, id: T::Id, trouble: Trouble) -> Response {
    let reader = &caller.state.reader;
    // The answer shows the record, so it is looked at as by its own address.
    if let Some(action) = T::VIEWED {
        let act = caller.by().did(action, format!("{}:{id}", T::WORD));
        if let Err(error) = caller.state.writer.audit(act).await {
            return failed(&error);
        }
    }
    let page = match RecordPage::<T>::of(reader, &caller.principal, caller.now(), id).await {
        Ok(page) => page,
        Err(error) => return unread(&error),
    };
    let status = if trouble.conflict { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
    let page = RecordPage {
        filled: trouble.filled,
        flaws: trouble.flaws,
        trouble: trouble.sentence,
        ..page
    };
    let title = page.title();
    let about = (status, Here::Registers, title.as_str());
    caller.page(about, move || page.view()).await
}
