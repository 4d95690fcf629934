//! The same kind of findings as Prowler's HIPAA compliance CSV, for a comparison of dashboards.
//!
//! Columns, their order and the separator: `GenericComplianceModel` in PyPI `prowler` 5.46; which
//! check supports which requirement: `data/prowler.psv`, identifiers from its `hipaa_aws.json`.

use std::io::{self, Write};

use crate::noise;
use crate::organisation::{ACCOUNTS, REGIONS};

const COLUMNS: &str = "PROVIDER;DESCRIPTION;ACCOUNTID;REGION;ASSESSMENTDATE;REQUIREMENTS_ID;\
REQUIREMENTS_DESCRIPTION;REQUIREMENTS_ATTRIBUTES_SECTION;REQUIREMENTS_ATTRIBUTES_SUBSECTION;\
REQUIREMENTS_ATTRIBUTES_SUBGROUP;REQUIREMENTS_ATTRIBUTES_SERVICE;REQUIREMENTS_ATTRIBUTES_TYPE;\
STATUS;STATUSEXTENDED;RESOURCEID;CHECKID;MUTED;RESOURCENAME;FRAMEWORK;NAME;\
REQUIREMENTS_ATTRIBUTES_COMMENT";

/// A check, the noun of its resource, and the requirements that it supports.
struct Check {
    id: &'static str,
    service: &'static str,
    requirements: Vec<&'static str>,
}

fn checks() -> Vec<Check> {
    include_str!("../data/prowler.psv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('|');
            Some(Check {
                id: cells.next()?,
                service: cells.next()?,
                requirements: cells.next()?.split(';').collect(),
            })
        })
        .collect()
}

/// `164_308_a_1_ii_a` belongs to the administrative safeguards.
fn section(requirement: &str) -> &'static str {
    match requirement.get(..7) {
        Some("164_308") => "164.308 Administrative Safeguards",
        Some("164_312") => "164.312 Technical Safeguards",
        _ => "164.310 Physical Safeguards",
    }
}

/// Writes `findings` findings as Prowler would, in constant memory: one row for each requirement
/// that the finding's check supports, so there are more rows than findings.
///
/// # Errors
/// What `out` answers.
pub fn write_csv(out: &mut impl Write, findings: u64, seed: u64) -> io::Result<()> {
    let checks = checks();
    writeln!(out, "{COLUMNS}")?;
    for index in 0..findings {
        let hash = noise::combine(&[seed, index, 0x9404]);
        let check = &checks[noise::below(hash, checks.len() as u64) as usize];
        let place = noise::mix(hash);
        let account = ACCOUNTS[noise::below(place, 4) as usize].id;
        let region = REGIONS[noise::below(place >> 8, 3) as usize];
        let (status, said) = if noise::below(place >> 16, 100) < 20 {
            ("FAIL", "does not satisfy")
        } else {
            ("PASS", "satisfies")
        };
        let muted = if noise::below(place >> 24, 100) < 2 { "True" } else { "False" };
        let name = format!("mvh-{}-{}", check.service, noise::hex(hash, 10));
        for requirement in &check.requirements {
            writeln!(
                out,
                "aws;Safeguards for electronic health information;{account};{region};\
                 2026-11-01 06:00:00;{requirement};Requirement {requirement} of the Security Rule;\
                 {};;;aws;;{status};{} {name} {said} {}.;arn:aws:{}:{region}:{account}:{name};{};\
                 {muted};{name};HIPAA;HIPAA compliance framework;",
                section(requirement),
                check.service,
                check.id,
                check.service,
                check.id,
            )?;
        }
    }
    out.flush()
}
