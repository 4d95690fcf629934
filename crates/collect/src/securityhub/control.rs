//! The four forms in which Security Hub has named its controls over the years.

use domain::{Catalogue, ControlId, Source, Verdict};

/// What was checked, and the control of our catalogue that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) check: String,
    pub(crate) control: Option<ControlId>,
}

/// Names what a finding checked.
///
/// `security_control_id` is `Compliance.SecurityControlId`; it wins where present. `rule_name` is
/// the name of a Config rule whose result the finding is. Which control that answers the catalogue
/// decides, by the rule that also files what is stored.
pub(crate) fn checked(
    security_control_id: Option<&str>,
    generator: Option<&str>,
    control_id: Option<&str>,
    rule_name: Option<&str>,
    compliance: &str,
    verdict: Verdict,
) -> Checked {
    let catalogue = Catalogue::get();
    let id = security_control_id
        .map(str::to_owned)
        .or_else(|| generator.and_then(of_generator))
        .or_else(|| control_id.map(of_control_id));
    let rule = || rule_name.map(|name| catalogue.managed_rule(name).unwrap_or(name.to_owned()));
    let check = id.or_else(rule).unwrap_or_else(|| generator.unwrap_or_default().to_owned());
    let control = catalogue.control_of(Source::SecurityHub, &check, compliance, verdict).cloned();
    Checked { check, control }
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
            let found = checked(None, Some(generator), None, None, "PASSED", Verdict::Pass);
            assert_eq!(found.check, check);
        }
        let of = |generator, compliance, verdict| {
            checked(None, Some(generator), None, None, compliance, verdict)
        };
        assert!(of("security-control/S3.8", "PASSED", Verdict::Pass).control.is_some());
        let silent = of("security-control/S3.8", "", Verdict::Fail);
        assert_eq!((silent.check.as_str(), silent.control), ("S3.8", None));
        // One kind of character makes no password policy strong, but its lack makes it weak.
        assert_eq!(of("security-control/IAM.11", "PASSED", Verdict::Pass).control, None);
        assert!(of("security-control/IAM.11", "FAILED", Verdict::Fail).control.is_some());
    }

    #[test]
    fn a_config_rule_is_recognised_by_its_name() {
        let rule = "arn:aws:config:us-east-1:111111111111:config-rule/config-rule-k5r9xw";
        let named = |name, verdict| checked(None, Some(rule), None, Some(name), "FAILED", verdict);
        let pack = "s3-bucket-versioning-enabled-conformance-pack-x1y2z3";
        let known = named(pack, Verdict::Fail);
        assert_eq!(known.check, "S3_BUCKET_VERSIONING_ENABLED");
        assert!(known.control.is_some());
        assert_eq!(named(pack, Verdict::Pass).control, None, "a name alone proves nothing");
        assert_eq!(named("our-own-rule", Verdict::Fail).check, "our-own-rule");
        assert_eq!(named("our-own-rule", Verdict::Fail).control, None);
    }
}
