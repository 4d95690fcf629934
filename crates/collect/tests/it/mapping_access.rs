//! CloudTrail's records, read.

use collect::cloudtrail::map::{Wanted, denies, map_event, map_events, map_trails, own_read};
use collect::operation::cloudtrail::LOOKUP_EVENTS;
use domain::telemetry::{AuthCause, Judged};
use domain::{AccessEvent, AccessOutcome, Problem, Timestamp};
use serde_json::{Value, json};

use crate::mapping::place;

/// A record of a sign-in, bare.
pub fn sign_in() -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "accountId": "123456789012", "userName": "ada"},
        "eventTime": "2026-11-23T08:00:00Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.77",
        "userAgent": "Mozilla/5.0",
        "requestParameters": null,
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {"MFAUsed": "Yes"},
        "eventID": "0d6e8a52-8f0b-4c5c-9a36-1f3b5f1f3b11",
        "recipientAccountId": "123456789012",
    })
}

fn with(changes: Value) -> Value {
    let mut record = sign_in();
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

fn read(record: &Value) -> (AccessEvent, Vec<Problem>) {
    let (event, problems) = map_event(Wanted::SignIns, record, &place());
    (event.unwrap_or_else(|| panic!("{problems:?}")), problems)
}

#[test]
fn a_sign_in_as_listed_and_bare_is_the_same() {
    let (bare, problems) = read(&sign_in());
    assert!(problems.is_empty());
    let listed = json!({"EventId": "another", "EventTime": 1_795_000_000, "CloudTrailEvent": sign_in().to_string()});
    assert_eq!(read(&listed).0, bare);
    assert_eq!(bare.at, Timestamp::parse("2026-11-23T08:00:00Z").unwrap());
    assert_eq!(bare.identity, "user/123456789012/ada");
    assert_eq!(bare.address_net.unwrap().to_string(), "198.51.100.0/24");
    assert_eq!((bare.outcome, bare.mfa), (AccessOutcome::Allowed, Some(true)));
}

#[test]
fn failures_have_causes_where_aws_tells_them() {
    let failed = json!({"ConsoleLogin": "Failure"});
    for (message, mfa, cause, judged) in [
        ("Failed authentication", "No", Some(AuthCause::WrongCredential), Judged::Good),
        ("Failed authentication", "Yes", Some(AuthCause::SecondFactor), Judged::Good),
        ("No username found in supplied account", "No", Some(AuthCause::UnknownUser), Judged::Good),
        ("Your password has expired", "No", Some(AuthCause::Blocked), Judged::Good),
        ("Something new", "No", None, Judged::Unclear),
        ("", "No", None, Judged::Unclear),
    ] {
        let (event, problems) = read(&with(json!({
            "responseElements": failed,
            "errorMessage": message,
            "additionalEventData": {"MFAUsed": mfa},
        })));
        assert!(problems.is_empty());
        assert_eq!(event.cause, cause, "{message}");
        assert_eq!(event.auth_fact().unwrap().judged(), judged, "{message}");
        assert_eq!(event.outcome == AccessOutcome::Denied, cause.is_some(), "{message}");
        assert_eq!(event.mfa, None, "nobody got in");
    }
    let fault = json!({"responseElements": failed, "errorCode": "InternalFailure"});
    assert_eq!(read(&with(fault)).0.auth_fact().unwrap().judged(), Judged::Bad);
}

#[test]
fn an_end_that_is_not_told_is_no_success() {
    for elements in [Value::Null, json!({}), json!({"ConsoleLogin": "Maybe"}), json!("Success")] {
        let (event, problems) = read(&with(json!({ "responseElements": elements })));
        assert_eq!((event.outcome, problems.len()), (AccessOutcome::Failed, 1));
    }
}

#[test]
fn people_of_a_provider_are_not_people_without_a_second_factor() {
    let (event, _) = read(&with(json!({
        "additionalEventData": {"MFAUsed": "No"},
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::123456789012:assumed-role/Nurse/ada@example.org",
        },
    })));
    assert_eq!((event.identity.as_str(), event.mfa), ("role/123456789012/Nurse", None));
    let own = with(json!({"additionalEventData": {"MFAUsed": "No"}}));
    assert_eq!(read(&own).0.mfa, Some(false));
}

#[test]
fn what_cannot_be_told_apart_is_left_out_and_said() {
    for record in [
        with(json!({"eventID": ""})),
        with(json!({"eventID": 7})),
        with(json!({"eventTime": "soon"})),
        json!({"EventId": "e", "CloudTrailEvent": "{"}),
        json!({"EventId": "e", "CloudTrailEvent": "[]"}),
        json!({"EventId": "e", "CloudTrailEvent": 7}),
        json!({"EventId": "e"}),
        json!(7),
    ] {
        let (event, problems) = map_event(Wanted::SignIns, &record, &place());
        assert!(event.is_none(), "{record}");
        let [problem] = &problems[..] else { panic!("{record}: {problems:?}") };
        assert!(problem.message.starts_with("An event was left out"), "{}", problem.message);
        assert!(!problem.message.contains("soon"), "no payload");
    }
}

#[test]
fn denied_calls_are_told_from_other_failures() {
    for code in [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "NotAuthorizedException",
        "UnauthorizedException",
    ] {
        assert!(denies(code), "{code}");
        let call = with(json!({
            "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": code,
        }));
        let (event, problems) = map_event(Wanted::Denials, &call, &place());
        let event = event.unwrap_or_else(|| panic!("{code}: {problems:?}"));
        assert_eq!((event.service.as_str(), event.action.as_str()), ("s3", "GetObject"));
        assert_eq!((event.outcome, event.error_code.as_str()), (AccessOutcome::Denied, code));
        assert_eq!(map_event(Wanted::SignIns, &call, &place()), (None, Vec::new()));
    }
    for code in ["", "ThrottlingException", "Client.DryRunOperation", "NoSuchKey", "Denied.Maybe"] {
        assert!(!denies(code), "{code}");
        let call = with(json!({"eventName": "GetObject", "errorCode": code}));
        assert_eq!(map_event(Wanted::Denials, &call, &place()), (None, Vec::new()));
    }
}

#[test]
fn a_trail_without_an_arn_is_left_out() {
    let body = json!({"trailList": [
        {"Name": "good", "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/good"},
        {"Name": "bad"},
        7,
    ]});
    let page = map_trails(body.to_string().as_bytes(), &place(), Timestamp(0)).unwrap();
    assert_eq!((page.resources.len(), page.left_out, page.problems.len()), (1, 2, 2));
    assert!(map_trails(b"{}", &place(), Timestamp(0)).is_err(), "not the same as none");
}

/// What is looked for is denied to our own role as to everybody's, but its own reads are no attempts.
#[test]
fn reads_of_our_own_are_told_from_what_else_our_role_does() {
    let role = "arn:aws:iam::123456789012:role/audit/Wardround";
    let call = |name: &str, service: &str, action: &str| {
        let arn = format!("arn:aws:sts::123456789012:assumed-role/{name}/wardround");
        let denied = with(json!({
            "userIdentity": {"type": "AssumedRole", "accountId": "123456789012", "arn": arn},
            "eventSource": format!("{service}.amazonaws.com"),
            "eventName": action,
            "errorCode": "AccessDenied",
        }));
        map_event(Wanted::Denials, &denied, &place()).0.unwrap()
    };
    for operation in collect::operations() {
        let (service, action) = operation.action.split_once(':').unwrap();
        assert!(own_read(&call("Wardround", service, action), role), "{}", operation.action);
        assert!(!own_read(&call("Nurse", service, action), role));
    }
    for (service, action) in
        [("iam", "CreateUser"), ("backup", "DeleteBackupVault"), ("s3", "GetFindings")]
    {
        assert!(!own_read(&call("Wardround", service, action), role), "{service}:{action}");
    }
    let own = call("Wardround", "config", "DescribeConfigRules");
    for other in [
        "",
        "Wardround",
        "arn:aws:iam::210987654321:role/Wardround",
        "arn:aws:iam::123456789012:user/Wardround",
    ] {
        assert!(!own_read(&own, other), "{other}");
    }
}

/// How far a page reaches back is what its listing says, not what stands within a record.
#[test]
fn a_record_that_lies_about_its_time_hides_no_gap() {
    let old = with(json!({"eventTime": "2020-01-01T00:00:00Z"})).to_string();
    let listed = |at: i64| json!({"EventId": "e", "EventTime": at, "CloudTrailEvent": old});
    let body = json!({"Events": [listed(1_795_000_100), listed(1_795_000_000)]}).to_string();
    let page = map_events(Wanted::SignIns, &LOOKUP_EVENTS, body.as_bytes(), &place()).unwrap();
    assert_eq!(page.oldest, Some(Timestamp(1_795_000_000_000)));
}
