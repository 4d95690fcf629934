//! Registers: versions, endings, and what the audit log says of both.

use domain::Timestamp;
use domain::register::{
    Drill, Fate, Filled, Incident, IncidentId, Known, Line, Plan, Record, System, Vendor, VendorId,
    differences,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{By, StoreError};

use crate::fixture::{DAY, HOUR, NOW, Store};

fn known() -> Known {
    Known { now: NOW, ..Known::default() }
}

fn vendor(name: &str) -> Vendor {
    let filled = Filled::default()
        .with("name", name)
        .with("services", "Keeps images")
        .with("receives_phi", "yes")
        .with("phi_since", "2026-01-02")
        .with("baa_parties", "Both")
        .with("baa_services", "Archive")
        .with("baa_signed", "2026-01-01")
        .with("baa_expires", "2027-01-01")
        .with("baa_file_bytes", "42")
        .with("baa_sha256", "ab".repeat(32));
    Vendor::read(&filled, &known()).unwrap()
}

fn incident(occurred: Option<Timestamp>) -> Incident {
    let filled = Filled::default()
        .with("title", "A key was used from abroad")
        .with("kind", "credentials")
        .with("account", "111111111111")
        .with("detected", NOW.plus(-HOUR).rfc3339())
        .with("occurred", occurred.map_or(String::new(), Timestamp::rfc3339));
    Incident::read(&filled, &known()).unwrap()
}

fn by() -> By {
    By::system(NOW)
}

/// Action, object and facts of every entry.
async fn entries(store: &Store) -> Vec<(String, String, Value)> {
    let rows = store.reader.audit_after(0, 1_000).await.unwrap();
    let entry = |row: store::AuditRow| {
        let entry = row.link.entry;
        let facts = serde_json::from_str(&entry.facts).unwrap_or_default();
        (entry.action, entry.object, facts)
    };
    rows.into_iter().map(entry).collect()
}

fn is_conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
}

#[tokio::test]
async fn every_version_stays_and_the_log_proves_it() {
    let store = Store::new().await;
    let first = vendor("Imaging archive");
    let id = store.writer.record_add(&by(), &first).await.unwrap();
    let second = Vendor { contact: "Privacy officer".to_owned(), ..first.clone() };
    let later = By::system(NOW.plus(DAY));
    assert_eq!(store.writer.record_change(&later, id, 1, &second).await.unwrap(), 2);
    // The same once more changes nothing and writes nothing.
    assert_eq!(store.writer.record_change(&later, id, 2, &second).await.unwrap(), 2);
    // Somebody who still looks at the first version.
    is_conflict(store.writer.record_change(&later, id, 1, &first).await);

    let now = store.reader.record_get::<Vendor>(id).await.unwrap().unwrap();
    assert_eq!((now.version, now.added, now.changed), (2, NOW, NOW.plus(DAY)));
    assert_eq!(now.record, second);
    let history = store.reader.record_history::<Vendor>(id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].version, history[0].changed), (1, NOW));
    assert_eq!(differences(&history[0].record, &now.record, &known()), ["contact_role"]);

    let entries = entries(&store).await;
    let actions: Vec<(&str, &str)> =
        entries.iter().map(|entry| (entry.0.as_str(), entry.1.as_str())).collect();
    assert_eq!(actions, [("add-vendor", "vendor:1"), ("change-vendor", "vendor:1")]);
    assert_eq!(entries[1].2["changed"], serde_json::json!(["contact_role"]));
    for (entry, version) in entries.iter().zip([&first, &second]) {
        let body = serde_json::to_string(version).unwrap();
        assert_eq!(entry.2["sha256"], hex::encode(Sha256::digest(body)));
    }
}

#[tokio::test]
async fn nothing_is_removed_and_a_name_is_free_again_after_its_end() {
    let store = Store::new().await;
    let id = store.writer.record_add(&by(), &vendor("Imaging archive")).await.unwrap();
    is_conflict(store.writer.record_add(&by(), &vendor("IMAGING archive")).await);
    let changed = Vendor { contact: "Privacy officer".to_owned(), ..vendor("Imaging archive") };
    store.writer.record_change(&by(), id, 1, &changed).await.unwrap();
    is_conflict(store.writer.record_end::<Vendor>(&by(), id, 1, "looked at the first").await);
    store.writer.record_end::<Vendor>(&by(), id, 2, "contract over").await.unwrap();
    is_conflict(store.writer.record_end::<Vendor>(&by(), id, 3, "again").await);
    is_conflict(store.writer.record_change(&by(), id, 3, &vendor("Other")).await);
    let history = store.reader.record_history::<Vendor>(id).await.unwrap();
    assert_eq!(history.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2]);
    store.writer.record_add(&by(), &vendor("Imaging archive")).await.unwrap();
    let all = store.reader.vendor_list().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].ended.as_ref().unwrap().reason, "contract over");
    assert_eq!((all[1].version, &all[1].record), (3, &changed));
    let mut raw = store.raw().await;
    for sql in [
        "DELETE FROM vendor",
        "DELETE FROM register_history",
        "UPDATE register_history SET body = '{}'",
        "UPDATE vendor SET contact_role = 'nobody' WHERE ended IS NOT NULL",
    ] {
        store.writer.record_change(&by(), VendorId(2), 1, &vendor(sql)).await.ok();
        assert!(sqlx::query(sql).execute(&mut raw).await.is_err(), "{sql}");
    }
    let end = entries(&store).await.remove(2);
    assert_eq!((end.0.as_str(), &end.2["version"]), ("end-vendor", &serde_json::json!(3)));
    let digest = |text: &str| serde_json::json!(hex::encode(Sha256::digest(text)));
    assert_eq!(end.2["sha256"], digest(&serde_json::to_string(&changed).unwrap()));
    assert_eq!(end.2["reason_sha256"], digest("contract over"));
}

#[tokio::test]
async fn the_first_evidence_of_an_incident_only_moves_earlier() {
    let store = Store::new().await;
    let at = |hours: i64| Some(NOW.plus(-hours * HOUR));
    let id = store.writer.record_add(&by(), &incident(None)).await.unwrap();
    store.writer.record_change(&by(), id, 1, &incident(at(5))).await.unwrap();
    store.writer.record_change(&by(), id, 2, &incident(at(9))).await.unwrap();
    is_conflict(store.writer.record_change(&by(), id, 3, &incident(at(2))).await);
    is_conflict(store.writer.record_change(&by(), id, 3, &incident(None)).await);
    let history = store.reader.record_history::<Incident>(IncidentId(1)).await.unwrap();
    let moved: Vec<_> = history.iter().map(|one| one.record.occurred.is_some()).collect();
    assert_eq!(moved, [false, true], "each place where it stood is kept");
}

#[tokio::test]
async fn an_import_is_done_whole_or_not_at_all() {
    let store = Store::new().await;
    let id = store.writer.record_add(&by(), &vendor("A")).await.unwrap();
    let steps = |version| {
        let record = Vendor { services: "more".to_owned(), ..vendor("A") };
        let line = |fate| Line { number: 1, title: String::new(), fate };
        let fields = vec!["services"];
        let change = Fate::Change { id, version, record, fields };
        Plan { lines: [Fate::Add(vendor("B")), Fate::Same, change].map(line).into() }
    };
    is_conflict(store.writer.record_import(&by(), &steps(7)).await);
    assert_eq!(store.reader.vendor_list().await.unwrap().len(), 1);
    assert_eq!(entries(&store).await.len(), 1);
    store.writer.record_import(&by(), &steps(1)).await.unwrap();
    assert_eq!(store.reader.vendor_list().await.unwrap().len(), 2);
    assert_eq!(entries(&store).await.len(), 3);
}

#[tokio::test]
async fn systems_and_drills_come_back_as_they_were() {
    let store = Store::new().await;
    let id = store.writer.record_add(&by(), &vendor("Imaging archive")).await.unwrap();
    let known = store.reader.register_known::<System>(NOW).await.unwrap();
    assert_eq!(known.vendors, [(id, "Imaging archive".to_owned())]);
    let system = Filled::default()
        .with("name", "Picture archive")
        .with("owner_role", "Radiology lead")
        .with("accounts", "111111111111 222222222222")
        .with("vendor", "imaging archive")
        .with("criticality", "critical");
    let system = System::read(&system, &known).unwrap();
    store.writer.record_add(&by(), &system).await.unwrap();
    assert_eq!(store.reader.system_list().await.unwrap()[0].record, system);
    let drill = Filled::default()
        .with("day", "2026-11-01")
        .with("scenario", "A planted key is used")
        .with("kind", "signal")
        .with("outcome", "late")
        .with("minutes", "75");
    let drill = Drill::read(&drill, &known).unwrap();
    store.writer.record_add(&by(), &drill).await.unwrap();
    // The same drill may be made twice on a day.
    store.writer.record_add(&by(), &drill).await.unwrap();
    assert_eq!(store.reader.drill_list().await.unwrap()[1].record, drill);
    assert_eq!(store.reader.incident_list().await.unwrap(), []);
}
