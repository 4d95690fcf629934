//! Configuration recorders: what exists only as far as it is recorded.

use domain::check::recording;
use domain::judge::Recording;
use domain::resource::kind;
use domain::{Resource, ResourceKey, Source, Timestamp};
use serde_json::{Value, json};

use crate::operation::config::DESCRIBE_CONFIGURATION_RECORDERS;
use crate::page::{self, Page, Unreadable};
use crate::read::{get, shape, text};
use crate::resource_name::Place;

/// Reads `DescribeConfigurationRecorders`: the recorders as AWS wrote them.
pub fn map_recorders(body: &[u8]) -> Result<Vec<Value>, Unreadable> {
    page::list(&mut page::json(body)?, "ConfigurationRecorders")
}

/// Reads `DescribeConfigurationRecorderStatus`.
pub fn map_status(body: &[u8]) -> Result<Vec<Value>, Unreadable> {
    page::list(&mut page::json(body)?, "ConfigurationRecordersStatus")
}

/// Joins recorders with their status into facts: the members of the recorder as AWS wrote them,
/// its status in `status`, and of that `recording` and `lastStatus` beside them. A recorder
/// without status counts as not recording.
pub fn map_facts(recorders: &[Value], statuses: &[Value], place: &Place, now: Timestamp) -> Page {
    let mut page = Page::default();
    for recorder in recorders {
        if !recorder.is_object() {
            let found = shape(recorder);
            let message =
                format!("A recorder was left out: an object was expected, found {found}.");
            page.leave_out(&DESCRIBE_CONFIGURATION_RECORDERS, "", message);
            continue;
        }
        let name = text(recorder, "Name").unwrap_or("default");
        let status = statuses
            .iter()
            .find(|status| text(status, "Name").unwrap_or("default") == name)
            .unwrap_or(&Value::Null);
        page.resources.push(Resource {
            key: ResourceKey::of(None, kind::RECORDER, &place.account, &place.region, name),
            source: Source::Config,
            account: place.account.clone(),
            region: place.region.clone(),
            kind: kind::RECORDER.to_owned(),
            id: name.to_owned(),
            name: name.to_owned(),
            tags: Vec::new(),
            facts: facts(recorder, status),
            recorded_at: Some(now),
        });
    }
    page
}

fn facts(recorder: &Value, status: &Value) -> Value {
    let mut facts = recorder.clone();
    facts["recording"] = json!(get(status, "Recording").and_then(Value::as_bool).unwrap_or(false));
    facts["lastStatus"] = json!(text(status, "LastStatus"));
    facts["status"] = status.clone();
    facts
}

/// What the recorders record, as far as their facts say.
pub(crate) fn recordings(facts: &Page) -> Vec<Recording> {
    facts.resources.iter().filter_map(|recorder| recording(&recorder.facts)).collect()
}

/// Whether some recorder runs and records this type. Only then does a complete listing without a
/// resource mean that it is gone; of any other type AWS Config forgets or no longer hears.
pub(crate) fn records(recordings: &[Recording], kind: &str) -> bool {
    recordings.iter().any(|recording| recording.records(kind))
}
