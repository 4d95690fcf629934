//! Answers and errors in the form of each protocol.

use serde_json::{Value, json};

/// The services that the simulation speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    SecurityHub,
    Config,
    GuardDuty,
    Backup,
    CloudTrail,
    Sts,
}

impl Service {
    /// From the service name in the credential scope of a signature.
    pub(crate) fn from_scope(name: &str) -> Option<Service> {
        Some(match name {
            "securityhub" => Service::SecurityHub,
            "config" => Service::Config,
            "guardduty" => Service::GuardDuty,
            "backup" => Service::Backup,
            "cloudtrail" => Service::CloudTrail,
            "sts" => Service::Sts,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::SecurityHub => "securityhub",
            Service::Config => "config",
            Service::GuardDuty => "guardduty",
            Service::Backup => "backup",
            Service::CloudTrail => "cloudtrail",
            Service::Sts => "sts",
        }
    }

    /// Whether it speaks JSON 1.1, where the target of a request stands in a header.
    pub(crate) fn json_rpc(self) -> bool {
        matches!(self, Service::Config | Service::CloudTrail)
    }

    fn content_type(self) -> &'static str {
        match self {
            Service::Config | Service::CloudTrail => "application/x-amz-json-1.1",
            Service::Sts => "text/xml",
            Service::SecurityHub | Service::GuardDuty | Service::Backup => "application/json",
        }
    }
}

/// An answer on its way out.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub error_type: Option<&'static str>,
    pub body: Vec<u8>,
    /// How the connection is to be broken, if at all.
    pub cut: Option<Cut>,
    /// A `Date` header that differs from the real one, in seconds.
    pub date_skew: i64,
}

/// Where a broken connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    BeforeAnswer,
    MidAnswer,
}

impl Answer {
    pub(crate) fn json(service: Service, value: &Value) -> Answer {
        Answer::text(service, value.to_string())
    }

    /// A body that is already in the protocol's form.
    pub(crate) fn text(service: Service, body: String) -> Answer {
        Answer {
            status: 200,
            content_type: service.content_type(),
            error_type: None,
            body: body.into_bytes(),
            cut: None,
            date_skew: 0,
        }
    }
}

/// An error as a service states it: code, HTTP status, sentence.
#[derive(Debug)]
pub(crate) struct Failure {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, status: u16, message: impl Into<String>) -> Failure {
        Failure { code, status, message: message.into() }
    }

    /// The error in the protocol of the service.
    pub(crate) fn answer(&self, service: Service) -> Answer {
        let body = match service {
            Service::Sts => self.xml(),
            Service::Config | Service::CloudTrail | Service::GuardDuty => {
                json!({"__type": self.code, "message": self.message}).to_string()
            }
            Service::SecurityHub | Service::Backup => {
                json!({"Code": self.code, "Message": self.message}).to_string()
            }
        };
        Answer {
            status: self.status,
            error_type: (!service.json_rpc() && service != Service::Sts).then_some(self.code),
            ..Answer::text(service, body)
        }
    }

    fn xml(&self) -> String {
        let side = if self.status < 500 { "Sender" } else { "Receiver" };
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    \
             <Type>{side}</Type>\n    <Code>{}</Code>\n    <Message>{}</Message>\n  </Error>\n  \
             <RequestId>00000000-0000-4000-8000-000000000000</RequestId>\n</ErrorResponse>\n",
            self.code,
            escape_xml(&self.message)
        )
    }

    /// What each service says when a caller is too fast.
    pub(crate) fn throttled(service: Service, dice: u64) -> Failure {
        match service {
            Service::SecurityHub if dice.is_multiple_of(2) => {
                Failure::new("TooManyRequestsException", 429, "Too Many Requests")
            }
            Service::SecurityHub => {
                Failure::new("LimitExceededException", 429, "Request rate exceeded")
            }
            Service::GuardDuty => Failure::new("ThrottlingException", 429, "Rate exceeded"),
            Service::Config | Service::CloudTrail | Service::Backup => {
                Failure::new("ThrottlingException", 400, "Rate exceeded")
            }
            Service::Sts => Failure::new("Throttling", 400, "Rate exceeded"),
        }
    }

    /// The service's own fault.
    pub(crate) fn internal(service: Service) -> Failure {
        let code = match service {
            Service::SecurityHub => "InternalException",
            Service::Config | Service::CloudTrail | Service::Sts => "InternalFailure",
            Service::GuardDuty => "InternalServerErrorException",
            Service::Backup => "ServiceUnavailableException",
        };
        let status = if service == Service::Backup { 503 } else { 500 };
        Failure::new(code, status, "An internal error occurred. Retry your request.")
    }

    /// What an unusable page token gives.
    pub(crate) fn bad_token(service: Service) -> Failure {
        match service {
            Service::SecurityHub => Failure::new(
                "InvalidInputException",
                400,
                "Invalid parameter 'NextToken'. The token is not valid for this request.",
            ),
            Service::Config | Service::CloudTrail => Failure::new(
                "InvalidNextTokenException",
                400,
                "The specified nextToken for pagination is not valid.",
            ),
            Service::GuardDuty => Failure::new(
                "BadRequestException",
                400,
                "The request is rejected because the input nextToken is invalid.",
            ),
            Service::Backup | Service::Sts => {
                Failure::new("InvalidParameterValueException", 400, "Invalid nextToken")
            }
        }
    }

    /// The caller lacks a permission.
    pub(crate) fn denied(service: Service, operation: &str, account: &str) -> Failure {
        let (code, status) = match service {
            Service::Config | Service::CloudTrail => ("AccessDeniedException", 400),
            Service::Sts => ("AccessDenied", 403),
            _ => ("AccessDeniedException", 403),
        };
        Failure::new(
            code,
            status,
            format!(
                "User: arn:aws:sts::{account}:assumed-role/WardroundReadOnly/wardround is not \
                 authorized to perform: {}:{operation} because no identity-based policy allows \
                 the {}:{operation} action",
                service.name(),
                service.name()
            ),
        )
    }
}

/// Makes text safe inside an XML element.
pub(crate) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
