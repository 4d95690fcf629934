//! The four forms in which Security Hub has named its controls over the years.

use domain::{Catalogue, ControlId, Source};

/// What was checked, and the control of our catalogue that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) check: String,
    pub(crate) control: Option<ControlId>,
}

/// Names what a finding checked.
///
/// `security_control_id` is `Compliance.SecurityControlId`; it wins where present. `rule_name` is
/// the name of a Config rule whose result the finding is. Without compliance a finding answers no
/// control.
pub(crate) fn checked(
    security_control_id: Option<&str>,
    generator: Option<&str>,
    control_id: Option<&str>,
    rule_name: Option<&str>,
    has_compliance: bool,
) -> Checked {
    let id = security_control_id
        .map(str::to_owned)
        .or_else(|| generator.and_then(of_generator))
        .or_else(|| control_id.map(of_control_id));
    let answers = |source, check: &str| {
        if has_compliance { Catalogue::get().control_for(source, check).cloned() } else { None }
    };
    if let Some(check) = id {
        let control = answers(Source::SecurityHub, &check);
        return Checked { check, control };
    }
    if let Some(name) = rule_name {
        // A managed rule is by custom named after its identifier, in small letters with hyphens.
        let identifier = without_suffix(name).replace('-', "_").to_ascii_uppercase();
        if Catalogue::get().control_for(Source::Config, &identifier).is_some() {
            let control = answers(Source::Config, &identifier);
            return Checked { check: identifier, control };
        }
        return Checked { check: name.to_owned(), control: None };
    }
    Checked { check: generator.unwrap_or_default().to_owned(), control: None }
}

/// `security-control/S3.1`, `aws-foundational-security-best-practices/v/1.0.0/S3.1`,
/// `pci-dss/v/3.2.1/PCI.S3.4`, `arn:aws:securityhub:::ruleset/cis-…/v/1.2.0/rule/1.4` and
/// `cis-aws-foundations-benchmark/v/1.4.0/1.4`.
fn of_generator(generator: &str) -> Option<String> {
    if let Some(id) = generator.strip_prefix("security-control/") {
        return Some(id.to_owned());
    }
    let (standard, rest) = generator.split_once("/v/")?;
    let id = rest.rsplit('/').next().filter(|id| !id.is_empty() && rest.contains('/'))?;
    if standard.contains("cis-aws-foundations-benchmark") && starts_with_digit(id) {
        return Some(format!("CIS.{id}"));
    }
    Some(id.to_owned())
}

fn of_control_id(id: &str) -> String {
    if starts_with_digit(id) { format!("CIS.{id}") } else { id.to_owned() }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// The name of a rule without what a conformance pack appends to it.
pub(crate) fn without_suffix(rule: &str) -> &str {
    rule.find("-conformance-pack-").map_or(rule, |at| &rule[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_lead_to_the_control() {
        for (generator, check) in [
            ("security-control/S3.1", "S3.1"),
            ("aws-foundational-security-best-practices/v/1.0.0/S3.1", "S3.1"),
            ("pci-dss/v/3.2.1/PCI.S3.4", "PCI.S3.4"),
            (
                "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/1.4",
                "CIS.1.4",
            ),
            ("cis-aws-foundations-benchmark/v/1.4.0/2.1.1", "CIS.2.1.1"),
            ("nist-800-53/v/5.0.0/KMS.4", "KMS.4"),
        ] {
            assert_eq!(checked(None, Some(generator), None, None, true).check, check);
        }
        let known = checked(None, Some("security-control/S3.8"), None, None, true);
        assert!(known.control.is_some());
        let silent = checked(None, Some("security-control/S3.8"), None, None, false);
        assert_eq!((silent.check.as_str(), silent.control), ("S3.8", None));
    }

    #[test]
    fn a_config_rule_is_recognised_by_its_name() {
        let rule = "arn:aws:config:us-east-1:111111111111:config-rule/config-rule-k5r9xw";
        let named = |name| checked(None, Some(rule), None, Some(name), true);
        let known = named("s3-bucket-versioning-enabled-conformance-pack-x1y2z3");
        assert_eq!(known.check, "S3_BUCKET_VERSIONING_ENABLED");
        assert!(known.control.is_some());
        assert_eq!(named("our-own-rule").check, "our-own-rule");
        assert_eq!(named("our-own-rule").control, None);
    }
}
