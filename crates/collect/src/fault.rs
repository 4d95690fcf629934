//! One classification of errors for all services.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::{ErrorClass, Region, Source, SourceError};

use crate::operation::Operation;
use crate::read::bounded;

/// Characters of a service's message that are kept.
const MESSAGE_CHARS: usize = 400;

/// Regions that an account has to switch on before they answer
/// (AWS Account Management, "Enable or disable AWS Regions").
const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// Makes a domain error of what the SDK returned.
pub(crate) fn classify<E>(
    operation: &Operation,
    region: &Region,
    error: &SdkError<E, HttpResponse>,
) -> SourceError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or_default();
            let message = context.err().message().unwrap_or_default();
            let status = context.raw().status().as_u16();
            let class = class_of(operation.source, region, status, code, message);
            let message =
                if message.is_empty() { format!("HTTP status {status}") } else { message.into() };
            made(operation, class, code, &message)
        }
        SdkError::TimeoutError(_) => {
            made(operation, ErrorClass::Unreachable, "", "No answer within the time allowed.")
        }
        SdkError::ResponseError(context) => {
            // An error without the service's own form: a gateway's page, as a rule.
            let text = DisplayErrorContext(error).to_string();
            tracing::debug!(operation = operation.name, %text, "answer unreadable");
            let status = context.raw().status();
            let class = if status.is_success() {
                ErrorClass::Unreadable
            } else {
                of_status(status.as_u16())
            };
            made(operation, class, "", &format!("HTTP status {}", status.as_u16()))
        }
        SdkError::DispatchFailure(failure) => {
            let text = DisplayErrorContext(error).to_string();
            if let Some(error) = of_credentials(operation, &text) {
                return error;
            }
            let message = if failure.is_timeout() {
                "No connection within the time allowed."
            } else {
                "No connection, or it was cut: see the log for details."
            };
            tracing::debug!(operation = operation.name, %text, "call failed");
            made(operation, ErrorClass::Unreachable, "", message)
        }
        _ => {
            let text = DisplayErrorContext(error).to_string();
            of_credentials(operation, &text)
                .unwrap_or_else(|| made(operation, ErrorClass::Other, "", &text))
        }
    }
}

/// An error of ours about a call.
pub(crate) fn made(
    operation: &Operation,
    class: ErrorClass,
    code: &str,
    message: &str,
) -> SourceError {
    SourceError {
        part: operation.part,
        operation: operation.name.to_owned(),
        class,
        code: code.to_owned(),
        message: bounded(message, MESSAGE_CHARS),
        missing_action: (class == ErrorClass::Denied).then(|| operation.action.to_owned()),
    }
}

/// The class of an error that a service answered with.
pub(crate) fn class_of(
    source: Source,
    region: &Region,
    status: u16,
    code: &str,
    message: &str,
) -> ErrorClass {
    match code {
        "InvalidAccessException" if source == Source::SecurityHub => ErrorClass::NotEnabled,
        "NoAvailableConfigurationRecorderException"
        | "SubscriptionRequiredException"
        | "OptInRequired" => ErrorClass::NotEnabled,
        "RegionDisabledException" => ErrorClass::RegionOff,
        "UnrecognizedClientException" | "InvalidClientTokenId" => {
            if OPT_IN.contains(&region.as_str()) {
                ErrorClass::RegionOff
            } else {
                ErrorClass::Credentials
            }
        }
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => ErrorClass::ClockSkew,
        "InvalidSignatureException" | "SignatureDoesNotMatch" => {
            if skewed(message) {
                ErrorClass::ClockSkew
            } else {
                ErrorClass::Credentials
            }
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "AuthFailure" => ErrorClass::Credentials,
        "AccessDeniedException"
        | "AccessDenied"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AuthorizationError" => ErrorClass::Denied,
        "LimitExceededException" if source == Source::SecurityHub => ErrorClass::Throttled,
        "InvalidNextTokenException" => ErrorClass::BadToken,
        "ResourceNotFoundException"
        | "NoSuchConfigRuleException"
        | "TrailNotFoundException"
        | "NoSuchConformancePackException" => ErrorClass::Gone,
        "InternalException"
        | "InternalServerException"
        | "InternalServerErrorException"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => ErrorClass::ServiceFault,
        code if is_throttle(code) => ErrorClass::Throttled,
        _ => of_status(status),
    }
}

fn of_status(status: u16) -> ErrorClass {
    match status {
        429 => ErrorClass::Throttled,
        403 => ErrorClass::Denied,
        401 => ErrorClass::Credentials,
        500..=599 => ErrorClass::ServiceFault,
        _ => ErrorClass::Other,
    }
}

fn is_throttle(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown"
    )
}

/// AWS says of a signature from a wrong clock that it expired or is not yet current.
fn skewed(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["expired", "not yet current", "skew", "too far", "check your system time"]
        .iter()
        .any(|word| message.contains(word))
}

/// Whether the service refuses a page token with this code. The services that have no code for it
/// say so in words that change, so that the caller also has to know that it sent a token.
pub(crate) fn refuses_token(source: Source, code: &str) -> bool {
    match source {
        Source::SecurityHub => code == "InvalidInputException",
        Source::Config | Source::CloudTrail => code == "InvalidNextTokenException",
        Source::GuardDuty => code == "BadRequestException",
        Source::Backup => {
            matches!(code, "InvalidParameterValueException" | "InvalidRequestException")
        }
    }
}

/// An error met while the SDK fetched credentials, told from the text of its chain of causes: the
/// SDK hides the types behind it.
fn of_credentials(operation: &Operation, text: &str) -> Option<SourceError> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if !has(&["redential", "AssumeRole", "identity"]) {
        return None;
    }
    let words = "No credentials: ";
    let error = |class, code: &str, tail: &str| SourceError {
        operation: "AssumeRole".to_owned(),
        missing_action: (class == ErrorClass::Denied).then(|| "sts:AssumeRole".to_owned()),
        ..made(operation, class, code, &format!("{words}{tail}"))
    };
    Some(
        if has(&["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"])
            || (has(&["SignatureDoesNotMatch"]) && skewed(text))
        {
            error(
                ErrorClass::ClockSkew,
                "SignatureDoesNotMatch",
                "the clock of this machine is wrong.",
            )
        } else if has(&["AccessDenied"]) {
            error(ErrorClass::Denied, "AccessDenied", "the role may not be assumed.")
        } else if has(&["RegionDisabledException"]) {
            error(ErrorClass::RegionOff, "RegionDisabledException", "STS is off in this region.")
        } else if has(&["ExpiredToken"]) {
            error(ErrorClass::Credentials, "ExpiredToken", "those at hand have expired.")
        } else if has(&["InvalidClientTokenId", "SignatureDoesNotMatch"]) {
            error(
                ErrorClass::Credentials,
                "InvalidClientTokenId",
                "AWS does not know the access key.",
            )
        } else if has(&["Throttl"]) {
            error(
                ErrorClass::Throttled,
                "Throttling",
                "STS throttled the calls, also after retries.",
            )
        } else if has(&["imeout", "timed out", "dispatch failure", "connect error"]) {
            error(ErrorClass::Unreachable, "", "no answer from the service that gives them.")
        } else if has(&["InternalFailure", "ServiceUnavailable", "service error"]) {
            error(ErrorClass::ServiceFault, "", "the service that gives them failed.")
        } else {
            error(ErrorClass::Credentials, "", "the SDK found none in its chain.")
        },
    )
}

/// Whether an error of this class would meet every other call of the visit too.
pub(crate) fn is_common(error: &SourceError) -> bool {
    matches!(error.class, ErrorClass::Credentials | ErrorClass::RegionOff | ErrorClass::ClockSkew)
        || error.operation == "AssumeRole"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(source: Source, status: u16, code: &str) -> ErrorClass {
        class_of(source, &"us-east-1".into(), status, code, "")
    }

    #[test]
    fn the_same_code_means_different_things() {
        let code = "LimitExceededException";
        assert_eq!(class(Source::SecurityHub, 429, code), ErrorClass::Throttled);
        assert_eq!(class(Source::Config, 400, code), ErrorClass::Other);
        assert_eq!(class(Source::Backup, 400, code), ErrorClass::Other);
        let code = "InvalidAccessException";
        assert_eq!(class(Source::SecurityHub, 401, code), ErrorClass::NotEnabled);
        assert_eq!(class(Source::Config, 401, code), ErrorClass::Credentials);
    }

    #[test]
    fn a_region_that_is_off_looks_like_bad_credentials() {
        let at = |region: &str| {
            class_of(Source::Config, &region.into(), 403, "UnrecognizedClientException", "")
        };
        assert_eq!(at("us-east-1"), ErrorClass::Credentials);
        assert_eq!(at("me-south-1"), ErrorClass::RegionOff);
    }

    #[test]
    fn a_wrong_clock_is_told_from_a_wrong_secret() {
        let said = |message: &str| {
            class_of(Source::Backup, &"us-east-1".into(), 403, "InvalidSignatureException", message)
        };
        assert_eq!(said("Signature expired: a is now earlier than b"), ErrorClass::ClockSkew);
        assert_eq!(said("Signature not yet current: a"), ErrorClass::ClockSkew);
        assert_eq!(said("The signature does not match."), ErrorClass::Credentials);
    }

    #[test]
    fn a_status_without_code_still_has_a_class() {
        assert_eq!(class(Source::Backup, 504, ""), ErrorClass::ServiceFault);
        assert_eq!(class(Source::Backup, 429, ""), ErrorClass::Throttled);
        assert_eq!(class(Source::Backup, 403, ""), ErrorClass::Denied);
        assert_eq!(class(Source::Backup, 418, ""), ErrorClass::Other);
    }
}
