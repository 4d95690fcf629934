//! The members of a finding (AWS Security Finding Format) that we read, each of any shape.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::lenient::{Lenient, List, Number, Record, Text};

/// A page of `GetFindings`. Each finding is read by itself, so that one cannot spoil the page.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) findings: Lenient<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(crate) next_token: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Asff<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) product_arn: Text<'a>,
    #[serde(borrow)]
    pub(crate) product_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) generator_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) aws_account_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) region: Text<'a>,
    #[serde(borrow)]
    pub(crate) title: Text<'a>,
    #[serde(borrow)]
    pub(crate) description: Text<'a>,
    #[serde(borrow)]
    pub(crate) created_at: Text<'a>,
    #[serde(borrow)]
    pub(crate) first_observed_at: Text<'a>,
    #[serde(borrow)]
    pub(crate) updated_at: Text<'a>,
    #[serde(borrow)]
    pub(crate) record_state: Text<'a>,
    #[serde(borrow)]
    pub(crate) severity: Record<Severity<'a>>,
    #[serde(borrow)]
    pub(crate) compliance: Record<Compliance<'a>>,
    #[serde(borrow)]
    pub(crate) workflow: Record<Workflow<'a>>,
    #[serde(borrow)]
    pub(crate) resources: List<crate::lenient::Object<Thing<'a>>>,
    #[serde(borrow)]
    pub(crate) remediation: Record<Remediation<'a>>,
    #[serde(borrow)]
    pub(crate) product_fields: Record<ProductFields<'a>>,
    pub(crate) sample: Lenient<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Severity<'a> {
    #[serde(borrow)]
    pub(crate) label: Text<'a>,
    #[serde(borrow)]
    pub(crate) original: Text<'a>,
    pub(crate) normalized: Number,
    pub(crate) product: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Compliance<'a> {
    #[serde(borrow)]
    pub(crate) status: Text<'a>,
    #[serde(borrow)]
    pub(crate) security_control_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) related_requirements: List<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) status_reasons: List<crate::lenient::Object<StatusReason<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct StatusReason<'a> {
    #[serde(borrow)]
    pub(crate) reason_code: Text<'a>,
    #[serde(borrow)]
    pub(crate) description: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Workflow<'a> {
    #[serde(borrow)]
    pub(crate) status: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Thing<'a> {
    #[serde(borrow)]
    pub(crate) r#type: Text<'a>,
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) region: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Remediation<'a> {
    #[serde(borrow)]
    pub(crate) recommendation: Record<Recommendation<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Recommendation<'a> {
    #[serde(borrow)]
    pub(crate) text: Text<'a>,
    #[serde(borrow)]
    pub(crate) url: Text<'a>,
}

/// Of the free-form product fields, those that AWS's own products set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProductFields<'a> {
    #[serde(borrow, rename = "ControlId")]
    pub(crate) control_id: Text<'a>,
    #[serde(borrow, rename = "RuleId")]
    pub(crate) rule_id: Text<'a>,
    #[serde(borrow, rename = "aws/securityhub/ProductName")]
    pub(crate) product_name: Text<'a>,
    #[serde(borrow, rename = "aws/config/ConfigRuleName")]
    pub(crate) config_rule_name: Text<'a>,
}
