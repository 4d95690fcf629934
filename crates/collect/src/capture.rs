//! Takes each answer off the wire before the SDK's own reading of it.
//!
//! [`Recording`] wraps the HTTP client of the services visited. Within the scope of a [`Capture`] it
//! reads the whole body: that of a success is kept, and the SDK is given an empty object instead;
//! that of an error goes on to the SDK, which finds the error code in it. A transfer that breaks
//! off is an IO error to the SDK, which retries it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;

tokio::task_local! {
    static CAPTURE: Capture;
}

/// What the SDK reads in place of an answer.
const EMPTY: &str = "{}";

/// What one call met on the wire, over all its attempts.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// HTTP requests sent.
    pub(crate) attempts: u64,
    /// How many of them were throttled.
    pub(crate) throttled: u64,
    /// The body of the last answer, be it a success or an error.
    pub(crate) body: Vec<u8>,
    /// AWS's request id of the last answer, or empty.
    pub(crate) request_id: String,
}

/// Where the wrapped client leaves what it saw during one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Seen>>);

impl Capture {
    /// Runs one call of an SDK client and returns its result with what was seen.
    pub(crate) async fn during<T>(call: impl Future<Output = T>) -> (T, Seen) {
        let capture = Self::default();
        let result = CAPTURE.scope(capture.clone(), call).await;
        let seen = capture.with(std::mem::take);
        (result, seen)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An HTTP client that records within the scope of a [`Capture`], and is transparent elsewhere.
#[derive(Debug)]
pub(crate) struct Recording {
    inner: SharedHttpClient,
}

impl Recording {
    /// Wraps a client.
    pub(crate) fn around(inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner })
    }
}

impl HttpClient for Recording {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(RecordingConnector {
            inner: self.inner.http_connector(settings, components),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct RecordingConnector {
    inner: SharedHttpConnector,
}

impl HttpConnector for RecordingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            // The SDK polls this future within the task that made the call.
            let Ok(capture) = CAPTURE.try_with(Clone::clone) else { return call.await };
            capture.with(|seen| {
                seen.attempts += 1;
                seen.body = Vec::new();
                seen.request_id = String::new();
            });
            let mut response = call.await?;
            let body = ByteStream::new(response.take_body())
                .collect()
                .await
                .map_err(|error| ConnectorError::io(error.into()))?;
            let body = Vec::<u8>::from(body.into_bytes());
            record(&capture, &mut response, body);
            Ok(response)
        })
    }
}

fn record(capture: &Capture, response: &mut HttpResponse, body: Vec<u8>) {
    let request_id = response
        .headers()
        .get("x-amzn-requestid")
        .or_else(|| response.headers().get("x-amz-request-id"))
        .unwrap_or_default()
        .to_owned();
    let success = response.status().is_success();
    let throttled = !success && is_throttle(response, &body);
    *response.body_mut() = if success {
        // The SDK compares the length of the body with what the header says.
        response.headers_mut().insert("content-length", EMPTY.len().to_string());
        SdkBody::from(EMPTY)
    } else {
        SdkBody::from(body.clone())
    };
    capture.with(|seen| {
        seen.throttled += u64::from(throttled);
        seen.request_id = request_id;
        seen.body = body;
    });
}

/// For the count that operators see; the class of a final error is decided in `fault`.
fn is_throttle(response: &HttpResponse, body: &[u8]) -> bool {
    if response.status().as_u16() == 429 {
        return true;
    }
    let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
    let head = String::from_utf8_lossy(&body[..body.len().min(512)]);
    ["Throttl", "TooManyRequests", "SlowDown"]
        .iter()
        .any(|word| header.contains(word) || head.contains(word))
}
