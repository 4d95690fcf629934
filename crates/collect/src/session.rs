//! The connection to AWS that a process keeps: configuration, credentials, limits.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use domain::{Account, AccountId, Region, Source};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use crate::capture::Recording;
use crate::operation::Operation;
use crate::pace::Pace;

/// The region to fetch credentials in where nothing names one.
const FALLBACK_REGION: aws_types::region::Region =
    aws_types::region::Region::from_static("us-east-1");

/// How to reach AWS. The default leaves everything to the SDK's own chain: environment, profiles,
/// SSO, instance roles, `AWS_ENDPOINT_URL` and its variants for single services, proxies.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// One endpoint for all services; for the demonstration and for tests.
    pub endpoint: Option<String>,
    /// Fixed credentials; for the demonstration and for tests.
    pub static_credentials: Option<StaticCredentials>,
    /// How hard AWS may be asked.
    pub limits: Limits,
}

/// An access key. The secret does not appear in debug output.
#[derive(Clone)]
pub struct StaticCredentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
}

impl fmt::Debug for StaticCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// How hard AWS may be asked.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Calls in flight, in the whole process.
    pub in_flight: usize,
    /// Calls per second; `None` for no limit.
    pub rates: Option<Rates>,
    /// Attempts for one call, the first one included.
    pub attempts: u32,
    /// Time for one attempt, until the last byte of its answer.
    pub attempt_timeout: Duration,
    /// The longest first pause between two attempts; it doubles with each.
    pub first_backoff: Duration,
}

/// Calls per second and burst, for each account and region.
///
/// The figures of Security Hub and CloudTrail are those of their API models; the rest AWS does not publish, and two a
/// second is our choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Security Hub `GetFindings`.
    pub findings: (f64, f64),
    /// The other operations of Security Hub.
    pub security_hub: (f64, f64),
    /// CloudTrail: two a second is what AWS allows `LookupEvents`, for all callers of an account
    /// and region together.
    pub cloudtrail: (f64, f64),
    /// Each service whose rate is not published.
    pub unpublished: (f64, f64),
}

impl Rates {
    pub(crate) fn of(&self, lane: crate::operation::Lane) -> (f64, f64) {
        use crate::operation::Lane;
        match lane {
            Lane::Findings => self.findings,
            Lane::SecurityHub => self.security_hub,
            Lane::CloudTrail => self.cloudtrail,
            Lane::Config | Lane::GuardDuty | Lane::Backup => self.unpublished,
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            findings: (3.0, 6.0),
            security_hub: (10.0, 30.0),
            cloudtrail: (2.0, 2.0),
            unpublished: (2.0, 2.0),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 16,
            rates: Some(Rates::default()),
            attempts: 4,
            attempt_timeout: Duration::from_secs(30),
            first_backoff: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// No rates: for a simulator, which has no bill and no neighbours.
    pub fn unlimited() -> Self {
        Self {
            rates: None,
            in_flight: 32,
            first_backoff: Duration::from_millis(50),
            ..Self::default()
        }
    }
}

/// The connection to AWS; one for each process.
#[derive(Debug)]
pub struct Session {
    base: SdkConfig,
    recording: SharedHttpClient,
    pace: Pace,
    in_flight: Semaphore,
    roles: Mutex<HashMap<AccountId, SharedCredentialsProvider>>,
}

impl Session {
    /// Loads the SDK's configuration. Asks nobody yet, except a machine's metadata service for
    /// its region where nothing else names one.
    pub async fn new(options: Options) -> Self {
        let limits = options.limits;
        // A simulator is near, and never behind a proxy.
        let http = http_client(options.endpoint.is_none());
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(limits.attempts.max(1))
                    .with_initial_backoff(limits.first_backoff),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(limits.attempt_timeout.min(Duration::from_secs(10)))
                    .operation_attempt_timeout(limits.attempt_timeout)
                    .build(),
            );
        if let Some(endpoint) = &options.endpoint {
            loader = loader.endpoint_url(endpoint).region(FALLBACK_REGION);
        }
        if let Some(keys) = options.static_credentials {
            loader = loader.credentials_provider(Credentials::new(
                keys.access_key_id,
                keys.secret_access_key,
                None,
                None,
                "given at start",
            ));
        }
        let mut base = loader.load().await;
        if base.region().is_none() {
            // Every client is given a region of its own; this is for fetching credentials.
            base = base.into_builder().region(FALLBACK_REGION).build();
        }
        Self {
            base,
            recording: Recording::around(http),
            pace: Pace::new(limits.rates),
            in_flight: Semaphore::new(limits.in_flight.max(1)),
            roles: Mutex::default(),
        }
    }

    /// The SDK configuration for an account and region. Its HTTP client is the plain one, so that
    /// the SDK reads the answers to its own questions for credentials.
    pub(crate) async fn config(&self, account: &Account, region: &Region) -> SdkConfig {
        let mut builder = self
            .base
            .clone()
            .into_builder()
            .region(aws_types::region::Region::new(region.as_str().to_owned()));
        builder.set_credentials_provider(self.credentials(account).await);
        builder.build()
    }

    /// The SDK's configuration as this machine has it, for services that are not visited.
    pub fn sdk(&self) -> &SdkConfig {
        &self.base
    }

    /// The client that keeps answers, for the services that are visited.
    pub(crate) fn recording(&self) -> SharedHttpClient {
        self.recording.clone()
    }

    /// Waits for this call's turn. The permit is held while the call runs.
    pub(crate) async fn turn(
        &self,
        account: &AccountId,
        region: &Region,
        operation: &Operation,
    ) -> Option<SemaphorePermit<'_>> {
        self.pace.wait(account, region, operation.lane()).await;
        self.in_flight.acquire().await.ok()
    }

    async fn credentials(&self, account: &Account) -> Option<SharedCredentialsProvider> {
        let Some(role) = &account.role_arn else { return self.base.credentials_provider() };
        let mut roles = self.roles.lock().await;
        if let Some(known) = roles.get(&account.id) {
            return Some(known.clone());
        }
        let mut builder = AssumeRoleProvider::builder(role).session_name("wardround");
        if let Some(external_id) = &account.external_id {
            builder = builder.external_id(external_id);
        }
        if let Some(region) = account.regions.first() {
            // The regional endpoint of STS, which needs no other region to be up.
            builder = builder.region(aws_types::region::Region::new(region.as_str().to_owned()));
        }
        let provider = SharedCredentialsProvider::new(builder.configure(&self.base).build().await);
        roles.insert(account.id.clone(), provider.clone());
        Some(provider)
    }
}

/// HTTPS through rustls with ring and the machine's own certificates; proxies as the environment
/// names them, or none.
fn http_client(proxies: bool) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let proxy = if proxies { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
        let mut builder = Connector::builder().proxy_config(proxy);
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        if let Some(sleep) = components.and_then(RuntimeComponents::sleep_impl) {
            builder = builder.sleep_impl(sleep);
        }
        builder.tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build()
    })
}

/// The lane that a source's ordinary operations share.
pub(crate) fn lane_of(source: Source) -> crate::operation::Lane {
    use crate::operation::Lane;
    match source {
        Source::SecurityHub => Lane::SecurityHub,
        Source::Config => Lane::Config,
        Source::GuardDuty => Lane::GuardDuty,
        Source::Backup => Lane::Backup,
        Source::CloudTrail => Lane::CloudTrail,
    }
}
