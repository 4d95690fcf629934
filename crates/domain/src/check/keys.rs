//! KMS keys, over what AWS Config recorded.

use super::say::{Said, missing, not_applicable, of_flag, of_recorded};
use super::{Check, Facts, Judged, walk};
use crate::Resource;

pub(super) const CHECKS: &[Check] = &[Check::of_inventory("kms-rotation", kms_rotation)];

/// What a key must be for KMS to rotate it by itself (KMS Developer Guide, "Rotating keys"), and
/// why another value takes it out.
const ROTATABLE: [(&[&str], &str, &str); 4] = [
    (&["configuration.keyManager"], "CUSTOMER", "AWS manages the key"),
    (
        &["configuration.keySpec", "configuration.customerMasterKeySpec"],
        "SYMMETRIC_DEFAULT",
        "KMS rotates only symmetric encryption keys",
    ),
    (&["configuration.origin"], "AWS_KMS", "KMS rotates only key material of its own"),
    (&["configuration.keyState"], "Enabled", "the key is not in use"),
];

fn kms_rotation(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::KMS::Key"], rotation)
}

fn rotation(key: &Resource) -> Said {
    for (paths, wanted, why) in ROTATABLE {
        match paths.iter().find_map(|path| walk::text(&key.facts, path)) {
            Some(found) if found.eq_ignore_ascii_case(wanted) => {}
            Some(found) => return not_applicable(format!("Not judged: {why} ({found}).")),
            None => return missing(paths[0]),
        }
    }
    of_flag(
        key,
        "supplementaryConfiguration.KeyRotationStatus",
        "Automatic rotation is on.",
        "Automatic rotation is off.",
    )
}
