//! The indicators as OpenSLO documents (openslo.com, version 1).
//!
//! OpenSLO wants a target below 1: an objective of 100 % has no budget. Ratios are exported as
//! objectives; the others as indicators alone, with their target in the description.

use serde_json::{Value, json};

use super::{Definition, Kind, Sli, Target};

/// One document for each indicator. JSON is YAML, so a stream of them is a YAML file.
pub fn documents() -> Vec<Value> {
    Sli::ALL.iter().map(|sli| document(sli.definition())).collect()
}

fn query(name: &str, sli: Sli) -> Value {
    json!({
        "metricSource": {
            "type": "Prometheus",
            "spec": { "query": format!("wardround_sli_{name}{{sli=\"{}\"}}", sli.as_str()) }
        }
    })
}

fn indicator(definition: &Definition) -> Value {
    let sli = definition.sli;
    match definition.kind {
        Kind::Ratio | Kind::ThresholdRatio => json!({
            "ratioMetric": {
                "counter": false,
                "good": query("good", sli),
                "total": query("total", sli)
            }
        }),
        Kind::Invariant | Kind::Coverage | Kind::Deadline => {
            json!({ "thresholdMetric": query("value", sli) })
        }
    }
}

fn document(definition: &Definition) -> Value {
    let metadata = json!({
        "name": definition.sli.as_str(),
        "displayName": format!("{} {}", definition.code, definition.title),
        "annotations": { "wardround/hipaa": definition.sections.join(", ") }
    });
    let description =
        format!("{} {} Target: {}.", definition.question, definition.counts, definition.target);
    let (Kind::Ratio | Kind::ThresholdRatio, Target::Share(target)) =
        (definition.kind, definition.target)
    else {
        let mut spec = indicator(definition);
        spec["description"] = Value::String(description);
        return json!({
            "apiVersion": "openslo/v1", "kind": "SLI", "metadata": metadata, "spec": spec
        });
    };
    json!({
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": metadata,
        "spec": {
            "description": description,
            "service": "wardround",
            "indicator": {
                "metadata": { "name": format!("{}-ratio", definition.sli.as_str()) },
                "spec": indicator(definition)
            },
            "timeWindow": [{ "duration": "30d", "isRolling": true }],
            "budgetingMethod": "Occurrences",
            "objectives": [{ "displayName": definition.title, "target": target }]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_objective_reaches_one() {
        let documents = documents();
        assert_eq!(documents.len(), 10);
        let slos: Vec<&Value> = documents.iter().filter(|one| one["kind"] == "SLO").collect();
        assert_eq!(slos.len(), 2);
        for slo in slos {
            let target = slo["spec"]["objectives"][0]["target"].as_f64().unwrap();
            assert!((0.0..1.0).contains(&target));
        }
        for one in &documents {
            assert_eq!(one["apiVersion"], "openslo/v1");
            let name = one["metadata"]["name"].as_str().unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
        }
    }
}
