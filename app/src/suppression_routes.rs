//! The routes of the suppressions.

use domain::Action::{ApproveSuppressions, AskSuppressions, ReadAlerts};

use crate::access::{Routes, Rule};
use crate::actions::suppression;
use crate::pages::suppressions::{AskPage, SuppressionPage, SuppressionsPage};
use crate::routes::show;
use crate::state::AppState;

/// Pages that read, the form, and what people decide.
pub(crate) fn suppressions(routes: Routes<AppState>) -> Routes<AppState> {
    const READ: Rule = Rule::may(ReadAlerts);
    const ASK: Rule = Rule::may(AskSuppressions).stored();
    const APPROVE: Rule = Rule::may(ApproveSuppressions).stored();
    routes
        .get("/suppressions", READ, show::<SuppressionsPage>)
        .get("/suppressions/new", Rule::may(AskSuppressions), show::<AskPage>)
        .get("/suppressions/{id}", READ, show::<SuppressionPage>)
        .post("/suppressions", ASK, suppression::ask)
        // It counts and keeps nothing; what was typed is too much for an address.
        .post("/suppressions/preview", Rule::may(AskSuppressions), suppression::preview)
        .post("/suppressions/{id}/hand-in", ASK, suppression::hand_in)
        .post("/suppressions/{id}/approve", APPROVE, suppression::approve)
        .post("/suppressions/{id}/reject", APPROVE, suppression::reject)
        .post("/suppressions/{id}/ratify", APPROVE, suppression::ratify)
        .post("/suppressions/{id}/emergency", ASK, suppression::emergency)
        .post("/suppressions/{id}/revoke", ASK, suppression::revoke)
        .post("/suppressions/{id}/note", ASK, suppression::note)
}
