//! The routes of the on-call queue.

use domain::Action::{ReadAlerts, TryContacts, WorkIncidents};

use crate::access::{Routes, Rule};
use crate::actions::{attack, contact, incident};
use crate::pages::{IncidentPage, NotificationsPage, OncallPage};
use crate::routes::show;
use crate::state::AppState;

/// The queue, incidents, and what was told.
pub(crate) fn oncall(routes: Routes<AppState>) -> Routes<AppState> {
    let (read, work) = (Rule::may(ReadAlerts), Rule::may(WorkIncidents).stored());
    routes
        .get("/oncall", read, show::<OncallPage>)
        .get("/incidents/{id}", read.logged("view-incident", "incident"), show::<IncidentPage>)
        .get("/notifications", read, show::<NotificationsPage>)
        .post("/incidents/acknowledge", work, incident::acknowledge)
        .post("/incidents/assign", work, incident::assign)
        .post("/incidents/snooze", work, incident::snooze)
        .post("/incidents/escalate", work, incident::escalate)
        .post("/incidents/resolve", work, incident::resolve)
        .post("/incidents/reopen", work, incident::reopen)
        .post("/incidents/note", work, incident::note)
        .post("/notifications/test", Rule::may(TryContacts).stored(), contact::test)
        .post("/notifications/again", Rule::may(TryContacts).stored(), contact::again)
        .post(
            "/oncall/attack",
            Rule::may(WorkIncidents).logged("simulate-attack", "demonstration"),
            attack::attack,
        )
}
