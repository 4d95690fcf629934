//! Requests over HTTP, with the guard before them.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::outcome::{Outcome, retry_after};
use crate::reach::{Barred, Reach};
use crate::sender::SetUpError;
use crate::tls::handshake;

/// No answer that we read is longer.
const LARGEST_ANSWER: usize = 1 << 16;

/// The client of all channels that speak HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    reach: Reach,
    tls: Arc<ClientConfig>,
    patience: Duration,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// How long to wait, where it says so.
    pub(crate) after: Option<Duration>,
    /// The first bytes of the body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// What its status says.
    pub(crate) fn outcome(&self, who: &str) -> Outcome {
        Outcome::of_status(who, self.status, self.after)
    }
}

impl Http {
    pub(crate) fn new(
        reach: Reach,
        tls: &Arc<ClientConfig>,
        patience: Duration,
    ) -> Result<Self, SetUpError> {
        let client = reqwest::Client::builder()
            .timeout(patience)
            .connect_timeout(patience)
            // Another address would be chosen after the check.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(Arc::new(reach.clone()))
            .tls_backend_preconfigured(ClientConfig::clone(tls))
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("wardround/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| SetUpError::Tls(error.without_url().to_string()))?;
        Ok(Self { client, reach, tls: Arc::clone(tls), patience })
    }

    /// Posts a body, which is JSON unless the headers say otherwise.
    ///
    /// # Errors
    /// The outcome of an attempt that got no answer.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Answer, Outcome> {
        let url = self.url(url)?;
        self.send(&url, self.client.post(url.clone()).headers(headers).body(body), now).await
    }

    /// Asks for a page, for the sake of having asked.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub(crate) async fn get(&self, url: &str, now: Timestamp) -> Result<Answer, Outcome> {
        let url = self.url(url)?;
        self.send(&url, self.client.get(url.clone()), now).await
    }

    fn url(&self, text: &str) -> Result<Url, Outcome> {
        self.reach.url(text).map_err(|barred| Outcome::refused(barred.to_string()))
    }

    async fn send(
        &self,
        url: &Url,
        request: reqwest::RequestBuilder,
        now: Timestamp,
    ) -> Result<Answer, Outcome> {
        let host = shown(url);
        let mut response =
            request.send().await.map_err(|error| failed(&host, self.patience, &error))?;
        let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.and_then(|text| retry_after(text, now));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // The status counts; a body that breaks off takes nothing away from it.
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece);
            if body.len() >= LARGEST_ANSWER {
                break;
            }
        }
        body.truncate(LARGEST_ANSWER);
        Ok(Answer { status, after, body })
    }

    /// Resolves, connects, and speaks TLS where the address says so, without asking for anything.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub(crate) async fn reachable(&self, text: &str) -> Result<String, String> {
        let url = self.reach.url(text).map_err(|barred| barred.to_string())?;
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let connect = async {
            let found = self.reach.resolve(host, port).await;
            let addresses = found.map_err(|barred| barred.to_string())?;
            let connected = TcpStream::connect(&*addresses).await;
            let stream = connected.map_err(|error| trouble(host, &error))?;
            if url.scheme() == "http" {
                return Ok(format!("connected to {}, without TLS", shown(&url)));
            }
            let version = self.encrypt(host, stream).await?;
            Ok(format!("connected to {}, {version}", shown(&url)))
        };
        let late =
            || Err(format!("{} did not answer within {}", shown(&url), seconds(self.patience)));
        timeout(self.patience, connect).await.unwrap_or_else(|_| late())
    }

    async fn encrypt(&self, host: &str, stream: TcpStream) -> Result<String, String> {
        let shaken = handshake(&self.tls, host, stream).await;
        let stream = shaken.map_err(|error| trouble(host, &error))?;
        let (_, session) = stream.get_ref();
        Ok(match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            _ => "TLS".to_owned(),
        })
    }
}

/// The host and the port; the rest of an address may be a secret.
pub(crate) fn shown(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the address".to_owned(),
    }
}

/// `15 s`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn failed(host: &str, patience: Duration, error: &reqwest::Error) -> Outcome {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(barred) = inner.downcast_ref::<Barred>() {
            return if barred.is_passing() {
                Outcome::retry(barred.to_string())
            } else {
                Outcome::refused(barred.to_string())
            };
        }
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && !error.is_timeout()
        {
            return Outcome::retry(trouble(host, io));
        }
        source = inner.source();
    }
    if error.is_timeout() {
        return Outcome::retry(format!("{host} did not answer within {}", seconds(patience)));
    }
    Outcome::retry(format!("the connection to {host} broke off"))
}

/// The error of TLS inside, which may be wrapped more than once.
fn of_tls(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner.downcast_ref::<rustls::Error>().or_else(|| of_tls(inner.downcast_ref::<io::Error>()?))
}

/// What a failed connection means, without what the other side said.
pub(crate) fn trouble(host: &str, error: &io::Error) -> String {
    if let Some(tls) = of_tls(error) {
        return match tls {
            rustls::Error::InvalidCertificate(_) => {
                format!("the certificate of {host} is not accepted")
            }
            _ => format!("{host} does not speak TLS as it should"),
        };
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("{host} refuses the connection"),
        io::ErrorKind::TimedOut => format!("{host} did not answer in time"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            format!("{host} cannot be reached")
        }
        _ => format!("the connection to {host} broke off"),
    }
}
