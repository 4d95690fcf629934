//! Writes findings as JSON straight into the answer: a page of a million must not be built twice.

use std::fmt::Write as _;

use super::finding::{Compliance, Finding};
use crate::clock::push_iso;

/// Appends `text` as a JSON string.
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut clean = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "\\u0020",
            _ => continue,
        };
        out.push_str(&text[clean..at]);
        out.push_str(escape);
        clean = at + 1;
    }
    out.push_str(&text[clean..]);
    out.push('"');
}

fn member(out: &mut String, name: &str, text: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    push_text(out, text);
}

fn time(out: &mut String, name: &str, ms: i64) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":\"");
    push_iso(out, ms);
    out.push('"');
}

/// Appends one finding.
pub(crate) fn push(out: &mut String, finding: &Finding<'_>) {
    let place = finding.place;
    let product_arn = finding.product.arn(place);
    out.push_str("{\"SchemaVersion\":\"2018-10-08\"");
    member(out, "Id", &finding.id);
    member(out, "ProductArn", &product_arn);
    member(out, "ProductName", finding.product.name());
    member(out, "CompanyName", finding.product.company());
    member(out, "Region", place.region());
    member(out, "GeneratorId", &finding.generator);
    member(out, "AwsAccountId", place.account().id);
    member(out, "AwsAccountName", place.account().name);
    out.push_str(",\"Types\":[");
    push_text(out, finding.types);
    out.push(']');
    time(out, "FirstObservedAt", finding.first_seen);
    time(out, "LastObservedAt", finding.last_seen);
    time(out, "CreatedAt", finding.first_seen);
    time(out, "UpdatedAt", finding.updated);
    severity(out, finding);
    member(out, "Title", &finding.title);
    member(out, "Description", &finding.description);
    if let Some((text, url)) = &finding.remedy {
        out.push_str(",\"Remediation\":{\"Recommendation\":{\"Text\":");
        push_text(out, text);
        member(out, "Url", url);
        out.push_str("}}");
    }
    fields(out, finding, &product_arn);
    resources(out, finding);
    if let Some(compliance) = &finding.compliance {
        push_compliance(out, compliance);
    }
    if let Some(workflow) = finding.workflow {
        member(out, "WorkflowState", "NEW");
        out.push_str(",\"Workflow\":{\"Status\":");
        push_text(out, workflow);
        out.push('}');
    }
    member(out, "RecordState", finding.record_state());
    time(out, "ProcessedAt", finding.updated + 1_700);
    out.push('}');
}

fn severity(out: &mut String, finding: &Finding<'_>) {
    let severity = &finding.severity;
    let _ = write!(out, ",\"Severity\":{{\"Normalized\":{}", severity.normalized);
    if let Some(product) = severity.product {
        let _ = write!(out, ",\"Product\":{product:?}");
    }
    if let Some(label) = severity.label {
        member(out, "Label", label);
        member(out, "Original", label);
    }
    out.push('}');
    if let Some(label) = severity.label {
        out.push_str(",\"FindingProviderFields\":{\"Severity\":{\"Label\":");
        push_text(out, label);
        member(out, "Original", label);
        out.push_str("},\"Types\":[");
        push_text(out, finding.types);
        out.push_str("]}");
    }
}

fn fields(out: &mut String, finding: &Finding<'_>, product_arn: &str) {
    out.push_str(",\"ProductFields\":{\"aws/securityhub/ProductName\":");
    push_text(out, finding.product.name());
    member(out, "aws/securityhub/CompanyName", finding.product.company());
    out.push_str(",\"aws/securityhub/FindingId\":\"");
    out.push_str(product_arn);
    out.push('/');
    out.push_str(&finding.id);
    out.push('"');
    for (name, value) in &finding.fields {
        member(out, name, value);
    }
    out.push('}');
}

fn resources(out: &mut String, finding: &Finding<'_>) {
    out.push_str(",\"Resources\":[");
    for (number, resource) in finding.resources.iter().enumerate() {
        out.push_str(if number == 0 { "{\"Type\":" } else { ",{\"Type\":" });
        push_text(out, resource.kind);
        member(out, "Id", &resource.id);
        member(out, "Partition", "aws");
        member(out, "Region", finding.place.region());
        if !resource.tags.is_empty() {
            out.push_str(",\"Tags\":{");
            for (index, (key, value)) in resource.tags.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_text(out, key);
                out.push(':');
                push_text(out, value);
            }
            out.push('}');
        }
        out.push('}');
    }
    out.push(']');
}

fn push_compliance(out: &mut String, compliance: &Compliance<'_>) {
    out.push_str(",\"Compliance\":{\"Status\":");
    push_text(out, compliance.status);
    if let Some(control) = compliance.control {
        member(out, "SecurityControlId", control);
    }
    if !compliance.requirements.is_empty() {
        out.push_str(",\"RelatedRequirements\":[");
        for (index, requirement) in compliance.requirements.iter().enumerate() {
            out.push_str(if index == 0 { "\"NIST.800-53.r5 " } else { ",\"NIST.800-53.r5 " });
            out.push_str(requirement);
            out.push('"');
        }
        out.push(']');
    }
    if let Some(reason) = compliance.reason {
        out.push_str(",\"StatusReasons\":[{\"ReasonCode\":");
        push_text(out, reason);
        member(out, "Description", "The rule that backs this control could not be evaluated.");
        out.push_str("}]");
    }
    if !compliance.standards.is_empty() {
        out.push_str(",\"AssociatedStandards\":[");
        for (index, standard) in compliance.standards.iter().enumerate() {
            out.push_str(if index == 0 { "{\"StandardsId\":" } else { ",{\"StandardsId\":" });
            push_text(out, standard);
            out.push('}');
        }
        out.push(']');
    }
    out.push('}');
}
