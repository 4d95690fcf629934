//! What people do with incidents of the on-call queue.

use axum::response::Response;
use domain::alert::{Act, Disposition, IncidentId};
use domain::id::MINUTE_MS;
use http::StatusCode;

use super::{Caller, Form, because, failed, onward, own_path};
use crate::query::Query;

/// The longest text that a person may write here, in characters.
const LONGEST: usize = 4_000;

/// Takes `id`, as often as there are incidents, and `back`.
pub(crate) async fn acknowledge(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |_| Ok(Act::Acknowledge)).await
}

/// Takes `id`, `version`, `to` and `back`.
pub(crate) async fn assign(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |form| Ok(Act::Assign { to: text(form, "to")? })).await
}

/// Takes `id`, `version`, `minutes` and `back`.
pub(crate) async fn snooze(caller: Caller, Form(form): Form) -> Response {
    let now = caller.now();
    act(&caller, &form, |form| {
        let minutes = form.get("minutes").and_then(|it| it.parse::<u32>().ok());
        let minutes = minutes.ok_or("Say for how many minutes, as a whole number.")?;
        Ok(Act::Snooze { until: now.plus(i64::from(minutes) * MINUTE_MS) })
    })
    .await
}

/// Takes `id`, `version` and `back`.
pub(crate) async fn escalate(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |_| Ok(Act::Escalate)).await
}

/// Takes `id`, `version`, `disposition`, `reason` and `back`.
pub(crate) async fn resolve(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |form| {
        let disposition = form.get("disposition").and_then(Disposition::parse);
        let disposition = disposition.ok_or("Say what it turned out to be (disposition).")?;
        Ok(Act::Resolve { disposition, reason: text(form, "reason")? })
    })
    .await
}

/// Takes `id`, `version`, `reason` and `back`.
pub(crate) async fn reopen(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |form| Ok(Act::Reopen { reason: text(form, "reason")? })).await
}

/// Takes `id`, `text` and `back`.
pub(crate) async fn note(caller: Caller, Form(form): Form) -> Response {
    act(&caller, &form, |form| Ok(Act::Note { text: text(form, "text")? })).await
}

fn text(form: &Query, name: &str) -> Result<String, &'static str> {
    let text = form.get(name).unwrap_or_default().trim();
    if text.chars().count() > LONGEST {
        return Err("At most 4,000 characters are kept; put the rest where the ticket is.");
    }
    Ok(text.to_owned())
}

/// Does it with each incident that is named. The first that cannot be done ends it, with the
/// reason; what was done before stays.
async fn act(
    caller: &Caller,
    form: &Query,
    read: impl Fn(&Query) -> Result<Act, &'static str>,
) -> Response {
    let ids: Option<Vec<i64>> = form.all("id").map(|id| id.parse().ok()).collect();
    let Some(ids) = ids.filter(|ids| !ids.is_empty()) else {
        return because(StatusCode::BAD_REQUEST, "Choose at least one incident (id).");
    };
    let act = match read(form) {
        Ok(act) => act,
        Err(why) => return because(StatusCode::BAD_REQUEST, why),
    };
    let version = form.get("version").and_then(|it| it.parse().ok()).filter(|_| ids.len() == 1);
    let oncall = &caller.state.oncall;
    let (by, writer) = (caller.by(), &caller.state.writer);
    let mut message = None;
    for id in &ids {
        let id = IncidentId(*id);
        match writer.incident_act(&by, id, version, act.clone(), &oncall.setting).await {
            // What was done before another was refused is told all the same.
            Ok(acted) => {
                oncall.stir();
                message = acted.message;
            }
            Err(error) => match error.reason() {
                Some(why) => {
                    return because(StatusCode::CONFLICT, format!("Incident {id}: {why}"));
                }
                None => return failed(&error),
            },
        }
    }
    if let Some(message) = message {
        return because(StatusCode::CONFLICT, message);
    }
    let first = ids.first().copied().unwrap_or_default();
    let back = form.get("back").map_or_else(|| format!("/incidents/{first}"), own_path);
    onward(&back)
}
