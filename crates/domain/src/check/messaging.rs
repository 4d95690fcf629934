//! SQS, SNS and Kinesis, over what AWS Config recorded.

use super::say::{fail, missing, of_recorded, pass};
use super::{Check, Facts, Judged, walk};

pub(super) const CHECKS: &[Check] = &[
    Check::of_inventory("sqs-encrypted", sqs_encrypted),
    Check::of_inventory("sns-encrypted", sns_encrypted),
    Check::of_inventory("kinesis-encrypted", kinesis_encrypted),
];

fn sqs_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::SQS::Queue"], |queue| {
        if let Some(key) = walk::text(&queue.facts, "configuration.KmsMasterKeyId") {
            return pass(format!("Encrypted with the KMS key {key}."));
        }
        let path = "configuration.SqsManagedSseEnabled";
        match walk::flag(&queue.facts, path) {
            Some(true) => pass("Encrypted with a key that SQS manages."),
            Some(false) => fail("Neither a KMS key nor SQS-managed encryption is set."),
            None => missing(path),
        }
    })
}

/// A topic without a key has no encryption with KMS; the member is then simply not there.
fn sns_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::SNS::Topic"], |topic| {
        if !walk::present(&topic.facts, "configuration") {
            return missing("configuration");
        }
        match walk::text(&topic.facts, "configuration.KmsMasterKeyId") {
            Some(key) => pass(format!("Encrypted with the KMS key {key}.")),
            None => fail("No KMS key is set for the topic."),
        }
    })
}

/// A stream without encryption has no such member.
fn kinesis_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::Kinesis::Stream"], |stream| {
        if !walk::present(&stream.facts, "configuration") {
            return missing("configuration");
        }
        if walk::get(&stream.facts, "configuration.StreamEncryption").is_none() {
            return fail("The stream has no encryption at rest.");
        }
        let path = "configuration.StreamEncryption.EncryptionType";
        match walk::text(&stream.facts, path) {
            Some(kind) if kind.eq_ignore_ascii_case("kms") => pass("Encrypted with a KMS key."),
            Some(kind) => fail(format!("The encryption type is {kind}.")),
            None => missing(path),
        }
    })
}
