//! The way from an incident to its runbook.

use domain::alert::Incident;
use domain::alert::membership::last_piece;
use store::alert::AlertRow;

use crate::query::Query;

/// Where a run of the incident's runbook is started, with what is known of it filled in.
pub(crate) fn start_link(incident: &Incident, alert: Option<&AlertRow>, back: &str) -> String {
    let mut query = Query::default().with("subject", &format!("incident:{}", incident.id));
    if let Some(alert) = alert {
        let signal = &alert.signal;
        let resource = signal.resource.as_ref().map(|it| it.key.to_string());
        let name = resource.as_deref().and_then(last_piece).map(str::to_owned);
        let identity = signal.identity.as_ref().map(ToString::to_string);
        let user = identity.as_deref().and_then(last_piece).map(str::to_owned);
        let pairs = [
            ("account", signal.account.as_ref().map(ToString::to_string)),
            ("region", signal.region.as_ref().map(ToString::to_string)),
            ("resource", resource),
            ("resource-name", name),
            ("identity", identity),
            ("identity-name", user),
            ("finding-type", Some(signal.origin.kind())),
            ("rule", Some(alert.rule.clone())),
            ("first-seen", Some(alert.first_seen.rfc3339())),
        ];
        for (name, value) in pairs {
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                query = query.with(name, &value);
            }
        }
    }
    query.with("back", back).href(&format!("/runbooks/{}", incident.runbook.as_str()))
}
