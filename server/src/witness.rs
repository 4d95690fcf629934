//! Where signed checkpoints of the audit log are taken to, so that whoever owns this machine cannot
//! rewrite it unseen.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::ObjectLockMode;
use aws_types::SdkConfig;
use domain::Timestamp;
use domain::id::DAY_MS;
use trail::SignedCheckpoint;

use crate::config::Target;

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Documentation is kept for six years (45 CFR 164.316(b)(2)(i)); so long nobody, and not even the
/// bucket's owner, can remove a checkpoint. Two leap days may lie between.
const RETENTION_MS: i64 = (6 * 365 + 2) * DAY_MS;

/// The media type of a posted checkpoint.
const JSON: &str = "application/json";

/// Witnesses with their connections.
#[derive(Debug)]
pub struct Witnesses {
    targets: Vec<Target>,
    http: reqwest::Client,
    s3: Option<aws_sdk_s3::Client>,
}

/// What a witness is called on pages and in the database.
pub fn name(target: &Target) -> String {
    match target {
        Target::File(path) => format!("file:{}", path.display()),
        Target::Webhook(url) => {
            // What follows the path may be a secret.
            let mut url = url.clone();
            url.set_query(None);
            let _ = url.set_password(None);
            url.to_string()
        }
        Target::Bucket { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
        Target::Bucket { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
    }
}

impl Witnesses {
    /// Prepares the connections; nothing is sent yet.
    pub fn of(targets: Vec<Target>, sdk: &SdkConfig) -> anyhow::Result<Self> {
        crate::tls::choose_provider();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("wardround/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let buckets = targets.iter().any(|target| matches!(target, Target::Bucket { .. }));
        let s3 = buckets.then(|| s3(sdk));
        Ok(Self { targets, http, s3 })
    }

    /// All of them.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Takes a checkpoint to one of them; answers why it did not arrive.
    pub async fn take(
        &self,
        target: &Target,
        signed: &SignedCheckpoint,
        now: Timestamp,
    ) -> Result<(), String> {
        let line = serde_json::to_vec(signed).map_err(|error| error.to_string())?;
        match target {
            Target::File(path) => {
                let path = path.clone();
                let appended = tokio::task::spawn_blocking(move || append(&path, line)).await;
                appended.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
            }
            Target::Webhook(url) => self.post(url, line).await,
            Target::Bucket { bucket, prefix } => {
                self.put(bucket, &key(prefix, signed.seq), line, now).await
            }
        }
    }

    async fn post(&self, url: &url::Url, line: Vec<u8>) -> Result<(), String> {
        let request = self.http.post(url.clone()).header("content-type", JSON).body(line);
        // An error of reqwest repeats the address, with what may be secret in it.
        let answer = request.send().await.map_err(|error| chain(&error.without_url()))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("the webhook answered {}", answer.status()))
    }

    async fn put(
        &self,
        bucket: &str,
        key: &str,
        line: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), String> {
        let Some(s3) = &self.s3 else { return Err("no connection to S3".to_owned()) };
        let until = DateTime::from_millis(now.plus(RETENTION_MS).0);
        let put = s3
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type(JSON)
            .object_lock_mode(ObjectLockMode::Compliance)
            .object_lock_retain_until_date(until)
            .body(ByteStream::from(line))
            .send();
        match tokio::time::timeout(PATIENCE, put).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(aws_sdk_s3::error::DisplayErrorContext(error.into_service_error()).to_string())
            }
            Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
        }
    }
}

/// The object of a checkpoint. Numbers are padded, so that a listing has their order.
fn key(prefix: &str, seq: u64) -> String {
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{prefix}{slash}checkpoint-{seq:020}.json")
}

fn s3(sdk: &SdkConfig) -> aws_sdk_s3::Client {
    // Another endpoint than Amazon's own is a bucket in a path, not in a host's name.
    let elsewhere = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let config = aws_sdk_s3::config::Builder::from(sdk).force_path_style(elsewhere).build();
    aws_sdk_s3::Client::from_conf(config)
}

fn append(path: &Path, mut line: Vec<u8>) -> std::io::Result<()> {
    line.push(b'\n');
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(&line)?;
    file.sync_all()
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
