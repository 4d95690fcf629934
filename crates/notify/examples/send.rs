//! Makes attempts to send, one for each line of JSON that is read, and answers each with a line.
//!
//! For tests in other languages (`end2end/notify`), and for trying a channel by hand:
//!
//! ```text
//! {"channel": {"kind": "heartbeat", "url": "https://hc-ping.com/…"}, "notice": {…}, "now": 1795774500000}
//! ```
//!
//! `allowed` names hosts and networks, `roots_pem` certificates, `aws_endpoint` a stand-in for AWS,
//! `receipt` what the last answer gave back. With `"check": true` nothing is sent.

use std::error::Error;
use std::io::{BufRead as _, Write as _, stdin, stdout};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::SdkConfig;
use aws_types::region::Region;
use domain::Timestamp;
use notify::{Allowed, Channel, Notice, Outcome, Reach, Sender, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    roots_pem: Vec<String>,
    #[serde(default)]
    aws_endpoint: Option<String>,
    channel: Channel,
    notice: Notice,
    #[serde(default)]
    receipt: Option<String>,
    now: Timestamp,
    #[serde(default)]
    check: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?) {
            Ok(order) => carry_out(order).await?,
            Err(error) => json!({"error": error.to_string()}),
        };
        writeln!(stdout(), "{answer}")?;
        stdout().flush()?;
    }
    Ok(())
}

async fn carry_out(order: Order) -> Result<Value, Box<dyn Error>> {
    let settings = Settings {
        roots_pem: order.roots_pem.into_iter().map(String::into_bytes).collect(),
        aws: order.aws_endpoint.map(sdk),
        ..Settings::new(Reach::new(Allowed::parse(&order.allowed)?))
    };
    let sender = Sender::new(settings)?;
    if order.check {
        return Ok(match sender.check(&order.channel, order.now).await {
            Ok(found) => json!({"check": "reachable", "found": found}),
            Err(why) => json!({"check": "unreachable", "why": why}),
        });
    }
    let outcome =
        sender.send(&order.channel, &order.notice, order.receipt.as_deref(), order.now).await;
    Ok(match outcome {
        Outcome::Delivered { receipt, remark } => {
            json!({"outcome": "delivered", "receipt": receipt, "remark": remark})
        }
        Outcome::Retry { after, why } => {
            json!({"outcome": "retry", "after": after.map(|wait| wait.as_secs_f64()), "why": why})
        }
        Outcome::Refused { why } => json!({"outcome": "refused", "why": why}),
    })
}

fn sdk(endpoint: String) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let keys = Credentials::new("testing", "testing", None, None, "example");
    SdkConfig::builder()
        .http_client(http)
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .endpoint_url(endpoint)
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .build()
}
