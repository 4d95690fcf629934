//! No JSON whatever makes a mapper panic, or loses a finding that can still be told apart.

use collect::Place;
use domain::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn place() -> Place {
    Place { account: "123456789012".into(), region: "us-east-1".into() }
}

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("arn:aws:s3:::")),
        Just(json!("2026-13-99T99:99:99+99:99")),
        "2026-11-20[T ]10:00:00[+-]\\PC{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[A-Za-z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The paths of all members and items.
fn paths(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let path = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                all.push(path.clone());
                paths(inner, &path, all);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                let path = format!("{at}/{index}");
                all.push(path.clone());
                paths(inner, &path, all);
            }
        }
        _ => {}
    }
}

fn changed(mut value: Value, changes: Vec<(prop::sample::Index, Value)>) -> Value {
    for (which, new) in changes {
        let mut all = Vec::new();
        paths(&value, "", &mut all);
        if all.is_empty() {
            break;
        }
        if let Some(place) = value.pointer_mut(&all[which.index(all.len())]) {
            *place = new;
        }
    }
    value
}

fn asff() -> Value {
    crate::mapping::asff()
}

fn threat() -> Value {
    crate::mapping::threat()
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Value)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn security_hub(changes in changes()) {
        let value = changed(asff(), changes);
        let has_id = value["Id"].as_str().is_some_and(|id| !id.is_empty());
        let body = value.to_string();
        let (finding, problems) =
            collect::securityhub::map::map_finding(body.as_bytes(), &place(), NOW);
        prop_assert_eq!(finding.is_some(), has_id);
        prop_assert!(has_id || !problems.is_empty());
        if let Some(finding) = finding {
            prop_assert!(!finding.resources.is_empty());
            prop_assert!(finding.title.chars().count() <= 1000);
        }
        let page = json!({"Findings": [value, asff()], "NextToken": "t"}).to_string();
        let page = collect::securityhub::map::map_findings(page.as_bytes(), &place(), NOW).unwrap();
        prop_assert_eq!(page.findings.len(), 1 + usize::from(has_id));
    }

    #[test]
    fn guard_duty(changes in changes()) {
        let value = changed(threat(), changes);
        let (finding, problems) =
            collect::guardduty::map::map_finding(&value, &place(), NOW);
        prop_assert!(finding.is_some() || !problems.is_empty());
    }

    #[test]
    fn cloudtrail(changes in changes()) {
        use collect::cloudtrail::map::{Wanted, map_events};
        let operation = collect::operation::cloudtrail::LOOKUP_EVENTS;
        let bare = changed(crate::mapping_access::sign_in(), changes.clone());
        let listed = json!({"EventId": "e", "CloudTrailEvent": bare.to_string()});
        let whole = changed(json!({"EventId": "e", "CloudTrailEvent": bare.to_string()}), changes);
        let body = json!({"Events": [listed, bare, whole]}).to_string();
        for wanted in [Wanted::SignIns, Wanted::Denials] {
            let page = map_events(wanted, &operation, body.as_bytes(), &place()).unwrap();
            prop_assert!(page.access.len() as u64 + page.left_out <= 3);
            for event in &page.access {
                prop_assert!(!event.id.is_empty() && !event.identity.is_empty());
                prop_assert!(event.identity.chars().count() <= 256);
            }
        }
    }

    #[test]
    fn inventory_rows(changes in changes()) {
        let row = changed(crate::mapping::row(), changes);
        let body = json!({"Results": [row.to_string(), row]}).to_string();
        let page = collect::config::inventory::map_rows(body.as_bytes(), &place()).unwrap();
        prop_assert!(page.resources.len() + page.problems.len() <= 2);
    }

    #[test]
    fn anything_at_all(bytes in prop::collection::vec(any::<u8>(), 0..200), value in any_json()) {
        for body in [bytes, value.to_string().into_bytes()] {
            let _ = collect::securityhub::map::map_findings(&body, &place(), NOW);
            let _ = collect::guardduty::map::map_findings(&body, &place(), NOW);
            let _ = collect::config::inventory::map_rows(&body, &place());
            let _ = collect::config::recorder::map_recorders(&body);
            let _ = collect::cloudtrail::map::map_trails(&body, &place(), NOW);
            let _ = collect::backup::map::map_list(&collect::backup::map::VAULTS, &body, &place());
        }
    }

    #[test]
    fn cut_anywhere(end in 0usize..4000) {
        let body = json!({"Findings": [asff(), asff()]}).to_string();
        let cut = &body.as_bytes()[..end.min(body.len() - 1)];
        prop_assert!(collect::securityhub::map::map_findings(cut, &place(), NOW).is_err());
    }
}
