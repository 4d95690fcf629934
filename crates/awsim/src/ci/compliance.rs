//! Rule results as configuration items: `AWS::Config::ResourceCompliance`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::iso;
use crate::config::rules::{Evaluation, Rule, evaluations, rules};
use crate::organisation::Place;
use crate::world::World;

#[derive(Default)]
struct Judged {
    rules: Vec<Value>,
    failing: bool,
    recorded: i64,
}

/// One item per judged resource. Results without a verdict do not appear.
pub(crate) fn compliance_items(world: &World, place: Place, now: i64) -> Vec<Value> {
    if !super::recorded(place, "AWS::Config::ResourceCompliance") {
        return Vec::new();
    }
    let mut judged: BTreeMap<(String, String), Judged> = BTreeMap::new();
    for rule in rules(world, place) {
        for result in evaluations(world, place, &rule, now) {
            if matches!(result.compliance, "COMPLIANT" | "NON_COMPLIANT") {
                let key = (result.resource_type.clone(), result.resource_id.clone());
                judged.entry(key).or_default().add(&rule, &result);
            }
        }
    }
    judged.into_iter().map(|((kind, id), judged)| judged.item(place, &kind, &id)).collect()
}

impl Judged {
    fn add(&mut self, rule: &Rule<'_>, result: &Evaluation) {
        self.rules.push(json!({
            "configRuleName": rule.name,
            "configRuleArn": rule.arn,
            "configRuleId": rule.id,
            "complianceType": result.compliance,
        }));
        self.failing |= result.compliance == "NON_COMPLIANT";
        self.recorded = self.recorded.max(result.recorded);
    }

    fn item(self, place: Place, kind: &str, id: &str) -> Value {
        let (account, region) = (place.account().id, place.region());
        json!({
            "version": "1.3",
            "accountId": account,
            "awsRegion": region,
            "arn": format!("arn:aws:config:{region}:{account}:resource-compliance/{kind}/{id}"),
            "configurationItemCaptureTime": iso(self.recorded),
            "configurationItemStatus": "OK",
            "resourceId": format!("{kind}/{id}"),
            "resourceType": "AWS::Config::ResourceCompliance",
            "tags": [],
            "configuration": {
                "targetResourceId": id,
                "targetResourceType": kind,
                "complianceType": if self.failing { "NON_COMPLIANT" } else { "COMPLIANT" },
                "configRuleList": self.rules,
            },
            "supplementaryConfiguration": {},
        })
    }
}
