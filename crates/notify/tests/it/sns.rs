//! SNS, by a server that keeps the form it was sent. moto stands for AWS in `end2end/notify`.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::SdkConfig;
use aws_types::region::Region;
use notify::sns::Structure;
use notify::{Channel, Notice, Outcome, Sender, Settings, Sns};

use crate::served::{Reply, Server, said};
use crate::{NOW, is_refused, is_retry, notice, settings, why};

const PUBLISHED: &str = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
    <PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>";

fn sdk(server: &Server) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let keys = Credentials::new("AKIATOPSECRET", "hunter2", None, None, "test");
    SdkConfig::builder()
        .http_client(http)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .endpoint_url(server.url("/"))
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .build()
}

fn sender(server: &Server) -> Sender {
    Sender::new(Settings { aws: Some(sdk(server)), ..settings() }).unwrap()
}

fn topic(name: &str, structure: Structure) -> Channel {
    let topic_arn = format!("arn:aws:sns:us-east-2:111122223333:{name}");
    Channel::Sns(Sns { topic_arn, structure })
}

async fn form(channel: &Channel, notice: &Notice) -> BTreeMap<String, String> {
    let server = Server::start(vec![said(PUBLISHED)]).await;
    let outcome = sender(&server).send(channel, notice, None, NOW).await;
    assert_eq!(outcome, Outcome::delivered());
    let asked = server.one();
    // The region is that of the topic, not that of the configuration.
    assert!(asked.header("authorization").contains("/us-east-2/sns/"), "{asked:?}");
    url::form_urlencoded::parse(&asked.body).into_owned().collect()
}

fn attributes(form: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let field =
        |n: u8, name: &str| form.get(&format!("MessageAttributes.entry.{n}.{name}")).cloned();
    (1..=3).map(|n| (field(n, "Name").unwrap(), field(n, "Value.StringValue").unwrap())).collect()
}

#[tokio::test]
async fn a_subject_is_short_ascii_and_one_line() {
    let mut long = notice();
    long.title = format!("Überwachung\r\n{}", "x".repeat(300));
    for notice in [notice(), long] {
        let form = form(&topic("pages", Structure::Text), &notice).await;
        let subject = &form["Subject"];
        assert!((1..100).contains(&subject.len()), "{subject}");
        assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject}");
        assert!(subject.starts_with("[HIGH] Incident 12:"));
        assert!(form["Message"].contains("https://wardround.clinic.example/incidents/12"));
        assert!(!form.contains_key("MessageGroupId"));
        let expected = [("class", "page-phi"), ("event", "trigger"), ("severity", "high")];
        let found = attributes(&form);
        let found: Vec<_> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_fifo_topic_keeps_the_order_within_an_incident() {
    let fifo = topic("pages.fifo", Structure::Text);
    let (first, again) = (form(&fifo, &notice()).await, form(&fifo, &notice()).await);
    let next = Notice { id: "other".to_owned(), ..notice() };
    let next = form(&fifo, &next).await;
    let other = Notice { dedup_key: "wardround:7f3a:inc:13".to_owned(), ..notice() };
    let other = form(&fifo, &other).await;
    let (group, id) = ("MessageGroupId", "MessageDeduplicationId");
    assert_eq!((&first[group], &first[id]), (&again[group], &again[id]));
    assert_eq!(first[group], next[group]);
    assert_ne!(first[id], next[id]);
    assert_ne!(first[group], other[group]);
    assert!(first[group].len() <= 128 && first[id].len() <= 128);
}

#[tokio::test]
async fn telephones_mailboxes_and_programs_get_their_own() {
    let form = form(&topic("pages", Structure::Json), &notice()).await;
    assert_eq!(form["MessageStructure"], "json");
    let message: serde_json::Value = serde_json::from_str(&form["Message"]).unwrap();
    for protocol in ["default", "email", "sms", "sqs", "lambda", "http", "https"] {
        assert!(message[protocol].is_string(), "{protocol}");
    }
    assert!(message["sms"].as_str().unwrap().len() <= 140);
    let programs: serde_json::Value =
        serde_json::from_str(message["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(programs["dedup_key"], "wardround:7f3a:inc:12");
    assert_eq!(programs["rules"], serde_json::json!(["s3-public", "macie-phi"]));
}

fn fault(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>topsecret hunter2</Message></Error></ErrorResponse>"
    );
    Reply { status, ..said(&body) }
}

#[tokio::test]
async fn errors_of_aws_are_classified() {
    let cases = [
        (fault(403, "AuthorizationError"), false, "sns:Publish"),
        (fault(404, "NotFound"), false, "no such topic"),
        (fault(400, "InvalidParameter"), false, "400"),
        (fault(400, "KMSAccessDenied"), false, "KMS"),
        (fault(400, "Throttling"), true, "slow down"),
        (fault(400, "KMSThrottling"), true, "slow down"),
        (fault(403, "ExpiredToken"), true, "expired"),
        (fault(500, "InternalError"), true, "500"),
        (fault(503, "ServiceUnavailable"), true, "503"),
    ];
    for (reply, later, words) in cases {
        let server = Server::start(vec![reply.clone(), reply.clone()]).await;
        let pages = topic("pages", Structure::Text);
        let outcome = sender(&server).send(&pages, &notice(), None, NOW).await;
        assert!(why(&outcome).contains(words), "{outcome:?}");
        assert!(if later { is_retry(&outcome) } else { is_refused(&outcome) }, "{outcome:?}");
        // The SDK does not try again by itself.
        assert_eq!(server.asked().len(), 1);
        let checked = sender(&server).check(&pages, NOW).await.unwrap_err();
        assert!(checked.contains(words), "{checked}");
        crate::assert_discreet(&checked);
    }
}

#[tokio::test]
async fn checking_asks_for_the_topic() {
    let known = "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
        <GetTopicAttributesResult><Attributes><entry><key>SubscriptionsConfirmed</key>\
        <value>0</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>";
    let server = Server::start(vec![said(known)]).await;
    let found = sender(&server).check(&topic("pages", Structure::Text), NOW).await.unwrap();
    assert_eq!(found, "the topic is there, and nobody has subscribed to it");
    let without = crate::sender().send(&topic("p", Structure::Text), &notice(), None, NOW).await;
    assert!(is_refused(&without), "{without:?}");
}
