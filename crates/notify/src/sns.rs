//! Amazon SNS: AWS passes the notice on to whoever subscribed to a topic.
//!
//! [`Publish`](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): the subject is ASCII,
//! begins with a letter, a digit or punctuation, and has fewer than 100 characters; attributes let
//! subscribers filter. A topic whose name ends in `.fifo` keeps the order within an incident, and
//! drops a second delivery within five minutes. Credentials are those of the SDK's configuration.
//!
//! The guard of [`crate::reach`] does not stand here: the endpoint is AWS's own for the region in
//! the topic's ARN, or a VPC endpoint, which has a private address by design.

use std::time::Duration;

use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde::{Deserialize, Serialize};

use crate::channel::Flaw;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::text;

/// Characters of a subject, at most 99.
const LONGEST_SUBJECT: usize = 99;
/// Characters of a text message that is not cut into several.
const LONGEST_SMS: usize = 140;
/// How the name of a topic ends that keeps an order.
const FIFO: &str = ".fifo";
/// Rules named; a message may have 256 KB.
const MOST_LINES: usize = 30;

/// What a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    /// One text for all subscribers.
    #[default]
    Text,
    /// A short text for telephones, a long one for mailboxes, and JSON for programs (SQS, Lambda,
    /// HTTPS).
    Json,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sns {
    /// Its ARN, `arn:aws:sns:<region>:<account>:<name>`.
    pub topic_arn: String,
    /// What a message is.
    #[serde(default)]
    pub structure: Structure,
}

/// What programs get.
#[derive(Debug, Serialize)]
struct ForPrograms<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<u64>,
    dedup_key: &'a str,
    summary: String,
    event: &'static str,
    reason: &'static str,
    class: &'static str,
    severity: &'static str,
    firing: u64,
    resolved: u64,
    muted: u64,
    accounts: Vec<&'a str>,
    regions: Vec<&'a str>,
    rules: Vec<&'a str>,
    started: String,
    at: String,
    url: &'a str,
}

/// One message with a text for each protocol.
#[derive(Debug, Serialize)]
struct Protocols<'a> {
    default: &'a str,
    email: &'a str,
    sms: &'a str,
    sqs: &'a str,
    lambda: &'a str,
    http: &'a str,
    https: &'a str,
}

impl Sns {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self) -> Vec<Flaw> {
        let right = "for example arn:aws:sns:us-east-1:111122223333:wardround";
        let flaw = Flaw::new("topic_arn", "it is not the ARN of a topic", right);
        if self.region().is_some() { Vec::new() } else { vec![flaw] }
    }

    /// The region, if the ARN is that of a topic. The region becomes part of a host's name, so its
    /// form matters.
    fn region(&self) -> Option<Region> {
        let parts: Vec<&str> = self.topic_arn.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else {
            return None;
        };
        let word = |text: &str| {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !text.is_empty() && text.len() <= 30 && text.bytes().all(plain)
        };
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let base = name.strip_suffix(FIFO).unwrap_or(name);
        let named = (1..=256).contains(&name.len())
            && !base.is_empty()
            && base.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let good = word(partition) && partition.starts_with("aws") && word(region) && digits;
        (good && named).then(|| Region::new((*region).to_owned()))
    }

    fn is_fifo(&self) -> bool {
        self.topic_arn.strip_suffix(FIFO).is_some()
    }

    fn client(&self, sdk: &SdkConfig) -> Option<Client> {
        let config = aws_sdk_sns::config::Builder::from(sdk)
            .region(self.region()?)
            // Trying again is the business of whoever keeps the time.
            .retry_config(RetryConfig::disabled())
            .build();
        Some(Client::from_conf(config))
    }

    pub(crate) async fn send(
        &self,
        sdk: &SdkConfig,
        patience: Duration,
        notice: &Notice,
    ) -> Outcome {
        let Some(client) = self.client(sdk) else {
            return Outcome::refused("the topic's ARN is not that of a topic of SNS");
        };
        let Some(request) = self.request(&client, notice) else {
            return Outcome::refused("the message cannot be written");
        };
        match tokio::time::timeout(patience, request.send()).await {
            Ok(Ok(_)) => Outcome::delivered(),
            Ok(Err(error)) => judge(&error),
            Err(_) => Outcome::retry("SNS did not answer in time"),
        }
    }

    pub(crate) async fn check(
        &self,
        sdk: &SdkConfig,
        patience: Duration,
    ) -> Result<String, String> {
        let client = self.client(sdk).ok_or("the topic's ARN is not that of a topic of SNS")?;
        let asked = client.get_topic_attributes().topic_arn(&self.topic_arn).send();
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(answer)) => {
                let count = |name: &str| {
                    let known = answer.attributes().and_then(|all| all.get(name));
                    known.and_then(|text| text.parse::<u64>().ok())
                };
                Ok(match count("SubscriptionsConfirmed") {
                    Some(0) => "the topic is there, and nobody has subscribed to it".to_owned(),
                    Some(1) => "the topic is there, with 1 subscription".to_owned(),
                    Some(some) => format!("the topic is there, with {some} subscriptions"),
                    None => "the topic is there".to_owned(),
                })
            }
            Ok(Err(error)) => match judge(&error) {
                Outcome::Retry { why, .. } | Outcome::Refused { why } => Err(why),
                Outcome::Delivered { .. } => Err(String::new()),
            },
            Err(_) => Err("SNS did not answer in time".to_owned()),
        }
    }

    fn request(&self, client: &Client, notice: &Notice) -> Option<PublishFluentBuilder> {
        let long = text::plain(notice, MOST_LINES);
        let mut request = client.publish().topic_arn(&self.topic_arn).subject(subject(notice));
        request = match self.structure {
            Structure::Text => request.message(long),
            Structure::Json => request.message_structure("json").message(protocols(notice, &long)?),
        };
        for (name, value) in [
            ("class", notice.class.as_str()),
            ("severity", notice.severity.as_str()),
            ("event", notice.event.as_str()),
        ] {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            request = request.message_attributes(name, value.build().ok()?);
        }
        if self.is_fifo() {
            request = request
                .message_group_id(text::digest(&["group-1", &notice.dedup_key]))
                .message_deduplication_id(text::digest(&["deduplication-1", &notice.id]));
        }
        Some(request)
    }
}

fn subject(notice: &Notice) -> String {
    // `[` is punctuation, so the beginning is as it must be.
    let all = text::ascii(&text::summary(notice, LONGEST_SUBJECT));
    all.chars().take(LONGEST_SUBJECT).collect()
}

fn protocols(notice: &Notice, long: &str) -> Option<String> {
    let short = text::ascii(&format!("{} {}", text::summary(notice, 90), notice.link));
    let sms = if short.len() > LONGEST_SMS {
        text::ascii(&text::summary(notice, LONGEST_SMS - 5))
    } else {
        short
    };
    let programs = serde_json::to_string(&for_programs(notice)).ok()?;
    let protocols = Protocols {
        default: long,
        email: long,
        sms: &sms,
        sqs: &programs,
        lambda: &programs,
        http: &programs,
        https: &programs,
    };
    serde_json::to_string(&protocols).ok()
}

fn for_programs(notice: &Notice) -> ForPrograms<'_> {
    ForPrograms {
        id: text::line(&notice.id, 200),
        incident: notice.incident,
        dedup_key: &notice.dedup_key,
        summary: text::summary(notice, 300),
        event: notice.event.as_str(),
        reason: notice.reason.as_str(),
        class: notice.class.as_str(),
        severity: notice.severity.as_str(),
        firing: notice.counts.firing,
        resolved: notice.counts.resolved,
        muted: notice.counts.muted,
        accounts: notice.accounts.iter().map(AsRef::as_ref).collect(),
        regions: notice.regions.iter().map(AsRef::as_ref).collect(),
        rules: notice.lines.iter().take(MOST_LINES).map(|line| line.rule.as_str()).collect(),
        started: notice.started.rfc3339(),
        at: notice.at.rfc3339(),
        url: notice.link.as_str(),
    }
}

/// What an error of the SDK means; its own words may name keys and are not shown.
fn judge<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Outcome {
    let SdkError::ServiceError(context) = error else {
        return match error {
            SdkError::TimeoutError(_) => Outcome::retry("SNS did not answer in time"),
            SdkError::DispatchFailure(_) => {
                Outcome::retry("SNS cannot be reached, or there are no credentials for it")
            }
            SdkError::ConstructionFailure(_) => {
                Outcome::refused("SNS cannot be asked: the configuration of AWS is not complete")
            }
            _ => Outcome::retry("SNS's answer cannot be read"),
        };
    };
    let status = context.raw().status().as_u16();
    match context.err().code().unwrap_or_default() {
        "Throttling"
        | "ThrottlingException"
        | "Throttled"
        | "ThrottledException"
        | "KMSThrottling"
        | "RequestLimitExceeded" => Outcome::retry("SNS asks us to slow down"),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            Outcome::retry("the credentials for SNS have expired")
        }
        "AuthorizationError"
        | "AuthorizationErrorException"
        | "AccessDenied"
        | "AccessDeniedException" => Outcome::refused(
            "SNS denies access: sns:Publish and sns:GetTopicAttributes on the topic are needed",
        ),
        "NotFound" | "NotFoundException" => Outcome::refused("there is no such topic of SNS"),
        "KMSAccessDenied" | "KMSDisabled" | "KMSInvalidState" | "KMSNotFound"
        | "KMSOptInRequired" => Outcome::refused(
            "the topic's KMS key may not be used: kms:GenerateDataKey* and kms:Decrypt are needed",
        ),
        _ => Outcome::of_status("SNS", status, None),
    }
}
