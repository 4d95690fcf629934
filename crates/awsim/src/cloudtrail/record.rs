//! The records themselves, in the shape of the CloudTrail User Guide ("CloudTrail record contents").

use serde_json::{Value, json};

use super::stream::{self, Event, Happening, SignIn};
use crate::clock::{HOUR, epoch_seconds, iso};
use crate::noise;
use crate::world::World;

/// An event as `LookupEvents` lists it: the record is text within.
pub(super) fn listed(world: &World, event: &Event) -> Value {
    let record = record(world, event);
    let mut value = json!({
        "EventId": event.id(),
        "EventName": event.name(),
        "ReadOnly": event.read_only().to_string(),
        "EventTime": epoch_seconds(event.at),
        "EventSource": event.source(),
        "Username": event.username(),
        "Resources": [],
        "CloudTrailEvent": record.to_string(),
    });
    if let Some(key) = record.pointer("/userIdentity/accessKeyId") {
        value["AccessKeyId"] = key.clone();
    }
    value
}

fn record(world: &World, event: &Event) -> Value {
    let sign_in = matches!(event.happening, Happening::SignIn(_));
    let mut record = json!({
        "eventVersion": "1.09",
        "userIdentity": identity(world, event),
        "eventTime": seconds(event.at),
        "eventSource": event.source(),
        "eventName": event.name(),
        "awsRegion": event.place.region(),
        "sourceIPAddress": address(event),
        "userAgent": if sign_in {
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
        } else {
            "aws-sdk-java/2.29.0 Linux/6.1"
        },
        "requestParameters": null,
        "responseElements": null,
        "eventID": event.id(),
        "readOnly": event.read_only(),
        "eventType": if sign_in { "AwsConsoleSignIn" } else { "AwsApiCall" },
        "managementEvent": true,
        "recipientAccountId": stream::account(event),
        "eventCategory": "Management",
    });
    if !sign_in {
        record["requestID"] = json!(noise::uuid(noise::mix(event.hash ^ 0x4e)));
    }
    match event.happening {
        Happening::SignIn(how) => signed_in(&mut record, how),
        Happening::Denied(index) => denied(&mut record, event, index),
        Happening::Mistaken => {
            record["errorCode"] = json!("Client.InvalidSnapshot.NotFound");
            record["errorMessage"] = json!("The snapshot does not exist.");
        }
        Happening::Ordinary(_) => {}
    }
    record
}

/// Times in records have no fraction.
fn seconds(at: i64) -> String {
    iso(at).replace(".000Z", "Z")
}

/// Guessers share an address for a day; everybody else has one of the hospital's, or calls from a
/// service.
fn address(event: &Event) -> String {
    let low = noise::below(noise::mix(event.hash ^ 0xadd), 250);
    match event.happening {
        Happening::SignIn(SignIn::WrongPassword | SignIn::Nobody) => {
            let day = noise::mix((event.at / (24 * HOUR)) as u64);
            format!("203.0.113.{}", noise::below(day, 250))
        }
        Happening::SignIn(SignIn::Federated) => format!("2001:db8:77:4400::{low:x}"),
        Happening::Ordinary(index) if index % 3 == 2 => "backup.amazonaws.com".to_owned(),
        _ => format!("198.51.100.{low}"),
    }
}

fn identity(world: &World, event: &Event) -> Value {
    let account = stream::account(event);
    let name = event.username();
    let id = |prefix: &str| {
        let hash = noise::combine(&[world.seed, noise::text(name), noise::text(account)]);
        format!("{prefix}{}", noise::letters(hash, 17))
    };
    let root = |account: &str| format!("arn:aws:iam::{account}:root");
    match event.happening {
        Happening::SignIn(SignIn::Root) => {
            json!({"type": "Root", "principalId": account, "arn": root(account), "accountId": account, "accessKeyId": ""})
        }
        Happening::SignIn(SignIn::Nobody) => {
            json!({"type": "IAMUser", "accountId": account, "userName": name, "accessKeyId": ""})
        }
        Happening::SignIn(SignIn::Federated) => assumed(
            account,
            "AWSReservedSSO_ClinicalOps_3f6c1a90d2b47e58",
            name,
            &id("AROA"),
            event,
        ),
        Happening::SignIn(_) => json!({
            "type": "IAMUser",
            "principalId": id("AIDA"),
            "arn": format!("arn:aws:iam::{account}:user/{name}"),
            "accountId": account,
            "userName": name,
        }),
        _ => assumed(account, name, "i-0a1b2c3d4e5f60718", &id("AROA"), event),
    }
}

fn assumed(account: &str, role: &str, session: &str, id: &str, event: &Event) -> Value {
    let key = noise::letters(noise::mix(event.hash / 16), 16);
    json!({
        "type": "AssumedRole",
        "principalId": format!("{id}:{session}"),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        "accountId": account,
        "accessKeyId": format!("ASIA{key}"),
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": id,
                "arn": format!("arn:aws:iam::{account}:role/{role}"),
                "accountId": account,
                "userName": role,
            },
            "attributes": {
                "creationDate": seconds(event.at - HOUR / 2),
                "mfaAuthenticated": "false",
            },
        },
    })
}

/// The result of a sign-in, in the words of the User Guide ("AWS Management Console sign-in
/// events").
fn signed_in(record: &mut Value, how: SignIn) {
    let factor = matches!(how, SignIn::Good | SignIn::WrongFactor | SignIn::Root);
    record["additionalEventData"] = json!({
        "LoginTo": "https://console.aws.amazon.com/console/home",
        "MobileVersion": "No",
        "MFAUsed": if factor { "Yes" } else { "No" },
    });
    let wrong = match how {
        SignIn::WrongPassword | SignIn::WrongFactor => Some("Failed authentication"),
        SignIn::Nobody => Some("No username found in supplied account"),
        _ => None,
    };
    let result = if wrong.is_some() { "Failure" } else { "Success" };
    record["responseElements"] = json!({ "ConsoleLogin": result });
    if let Some(message) = wrong {
        record["errorMessage"] = json!(message);
    }
}

fn denied(record: &mut Value, event: &Event, index: usize) {
    let (service, operation, _, code) = stream::DENIED[index];
    record["errorCode"] = json!(code);
    let arn = record["userIdentity"]["arn"].as_str().unwrap_or_default().to_owned();
    record["errorMessage"] = json!(if code.starts_with("Client.") {
        "You are not authorized to perform this operation.".to_owned()
    } else {
        format!(
            "User: {arn} is not authorized to perform: {service}:{operation} because no \
             identity-based policy allows the {service}:{operation} action"
        )
    });
    record["requestParameters"] = match event.name() {
        "GetBucketPolicy" => json!({"bucketName": "mvh-ehr-phi-archive-use1", "policy": ""}),
        "DescribeTable" => json!({"tableName": "mvh-ehr-sessions"}),
        "CreateAccessKey" => json!({"userName": "break-glass-1"}),
        _ => Value::Null,
    };
}
