//! What a call looks like that a fault has struck.

use serde_json::{Value, json};

use crate::answer::{Answer, Cut, Failure, Service};
use crate::call::Call;
use crate::faults::Fault;
use crate::organisation::ACCOUNTS;

/// The answer under a fault; `good` is the answer without it.
pub(crate) fn answer(fault: Fault, call: &Call, good: impl FnOnce() -> Answer) -> Answer {
    let service = call.service;
    let account = ACCOUNTS[call.place.account].id;
    match fault {
        Fault::Throttle => Failure::throttled(service, 0).answer(service),
        Fault::Internal => Failure::internal(service).answer(service),
        Fault::Timeout | Fault::Hang => plain(504, "text/plain", "Gateway Timeout"),
        Fault::Disconnect => Answer { cut: Some(Cut::BeforeAnswer), ..good() },
        Fault::Truncate => Answer { cut: Some(Cut::MidAnswer), ..good() },
        Fault::Malformed => {
            Answer::text(service, "{\"Findings\":[{\"Id\":12,\"Severity\":{\"Label\"".to_owned())
        }
        Fault::Denied => Failure::denied(service, call.operation, account).answer(service),
        Fault::NotEnabled => not_enabled(call, account),
        Fault::SameToken => same_token(call, good()),
        Fault::BadToken => Failure::bad_token(service).answer(service),
        Fault::ClockSkew => Answer { date_skew: 20 * 60, ..skewed(service) },
        Fault::Html => plain(
            200,
            "text/html",
            "<!doctype html><html><head><title>Sign in</title></head><body>Guest network</body></html>",
        ),
        Fault::OddItem => odd_item(call, good()),
        Fault::Refused => refused(call).answer(service),
    }
}

fn plain(status: u16, content_type: &'static str, body: &str) -> Answer {
    Answer { status, content_type, ..Answer::text(Service::Sts, body.to_owned()) }
}

fn skewed(service: Service) -> Answer {
    let code =
        if service == Service::Sts { "SignatureDoesNotMatch" } else { "InvalidSignatureException" };
    let status = if service.json_rpc() { 400 } else { 403 };
    Failure::new(code, status, "Signature expired: it is earlier than the service allows.")
        .answer(service)
}

fn not_enabled(call: &Call, account: &str) -> Answer {
    match (call.service, call.operation) {
        (Service::SecurityHub, _) => {
            crate::securityhub::not_subscribed(account).answer(call.service)
        }
        (Service::Config, "DescribeConfigurationRecorders") => {
            Answer::json(call.service, &json!({"ConfigurationRecorders": []}))
        }
        (Service::Config, "DescribeConfigurationRecorderStatus") => {
            Answer::json(call.service, &json!({"ConfigurationRecordersStatus": []}))
        }
        (Service::Config, _) => Failure::new(
            "NoAvailableConfigurationRecorderException",
            400,
            "There is no configuration recorder available.",
        )
        .answer(call.service),
        (Service::GuardDuty, "ListDetectors") => {
            Answer::json(call.service, &json!({"detectorIds": []}))
        }
        (Service::GuardDuty, _) => crate::guardduty::not_owned().answer(call.service),
        (Service::Backup | Service::CloudTrail | Service::Sts, _) => Failure::new(
            "SubscriptionRequiredException",
            403,
            "The AWS Access Key Id needs a subscription for the service",
        )
        .answer(call.service),
    }
}

/// Puts a number in the place of the first item of a list answer.
fn odd_item(call: &Call, good: Answer) -> Answer {
    let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(&good.body) else {
        return good;
    };
    let mut lists = members.values_mut().filter_map(Value::as_array_mut);
    if let Some(item) = lists.find_map(|list| list.first_mut()) {
        *item = json!(7);
    }
    Answer::json(call.service, &Value::Object(members))
}

fn refused(call: &Call) -> Failure {
    let code = match (call.service, call.operation) {
        (Service::Config, "SelectResourceConfig") => "InvalidExpressionException",
        (Service::SecurityHub, _) => "InvalidInputException",
        (Service::GuardDuty, _) => "BadRequestException",
        (Service::CloudTrail, _) => "InvalidLookupAttributesException",
        (Service::Config | Service::Backup, _) => "InvalidParameterValueException",
        (Service::Sts, _) => "ValidationError",
    };
    Failure::new(code, 400, "The request is not valid as it stands.")
}

/// Puts a page token into a list answer that leads nowhere new.
fn same_token(call: &Call, good: Answer) -> Answer {
    let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(&good.body) else {
        return good;
    };
    let sent = ["NextToken", "nextToken"]
        .into_iter()
        .find_map(|name| call.text(name).or_else(|| call.query(name)))
        .map_or_else(
            || crate::token::Position::start(call.now).token(call.identity()),
            str::to_owned,
        );
    let lower = call.service == Service::GuardDuty;
    members.insert(if lower { "nextToken" } else { "NextToken" }.to_owned(), Value::String(sent));
    Answer::json(call.service, &Value::Object(members))
}
