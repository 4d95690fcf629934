//! A simulated pager: a receiver of signed webhooks in this process, so that the demonstration's
//! notifications leave by the same door as any other, and arrive.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use domain::alert::{Chain, Step};
use domain::id::MINUTE_MS;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::{Alerting, ChannelKind, ContactSetting, Data};

/// The contacts of the demonstration: who is called first, who next, and who hears of tickets.
const CONTACTS: [(&str, &str); 3] =
    [("On-call engineer", "pager"), ("Security lead", "lead"), ("Security team", "team")];

/// What signs the messages. The receiver is this process, so nobody else needs to know.
const SECRET: &str = "whsec_d2FyZHJvdW5kLWRlbW9uc3RyYXRpb24ta2V5LTAx";

/// A receiver that is listening.
#[derive(Debug)]
pub struct Pager {
    address: SocketAddr,
    secret: PathBuf,
    received: Arc<AtomicU64>,
    server: JoinHandle<()>,
}

impl Pager {
    /// Listens on a free loopback port.
    pub async fn start(data: &Data) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&data.directory).context("making the data folder")?;
        let secret = data.directory.join("demonstration-pager-secret");
        std::fs::write(&secret, SECRET).context("writing the simulated pager's secret")?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        let received = Arc::<AtomicU64>::default();
        let router =
            Router::new().route("/{contact}", post(receive)).with_state(Arc::clone(&received));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the simulated pager ended");
            }
        });
        Ok(Self { address, secret, received, server })
    }

    /// The configuration that reaches it.
    pub fn alerting(&self) -> anyhow::Result<Alerting> {
        let contact = |(name, path): (&str, &str)| ContactSetting {
            name: name.to_owned(),
            kind: ChannelKind::Webhook,
            secret_file: Some(self.secret.clone()),
            url: Some(format!("http://{}/{path}", self.address)),
            channel: None,
            topic_arn: None,
            host: None,
            port: None,
            security: None,
            username: None,
            from: None,
            to: Vec::new(),
        };
        let step = |wait_ms, name: &str| Step { wait_ms, contacts: vec![name.to_owned()] };
        Ok(Alerting {
            contacts: CONTACTS.iter().copied().map(contact).collect(),
            chain: Chain::new(vec![step(0, CONTACTS[0].0), step(15 * MINUTE_MS, CONTACTS[1].0)])?,
            team: vec![CONTACTS[2].0.to_owned()],
            allow: vec!["127.0.0.1".to_owned()],
            ..Alerting::nobody(&super::organisation().time_zone)
        })
    }

    /// Stops listening.
    pub fn stop(self) {
        self.server.abort();
        tracing::debug!(received = self.received.load(Ordering::Relaxed), "the simulated pager");
    }
}

async fn receive(State(received): State<Arc<AtomicU64>>) -> StatusCode {
    received.fetch_add(1, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}
