//! TLS in the process, with rustls, and a certificate that is renewed while serving.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Tls;
use crate::http::GRACE;

/// Time between two looks at the certificate's files.
const LOOK: Duration = Duration::from_secs(2);

/// Chooses ring for all of rustls; a second call changes nothing.
pub fn choose_provider() {
    // An error means that it was chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Reads the certificate, so that what is wrong with it is said before anything starts.
pub async fn read(tls: &Tls) -> anyhow::Result<RustlsConfig> {
    choose_provider();
    RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await.with_context(|| {
        format!(
            "reading the certificate {} and its key {}: both are PEM, and the key belongs to the \
             first certificate",
            tls.certificate.display(),
            tls.key.display()
        )
    })
}

/// Serves until `stopping` becomes true, and then until open requests have ended.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    (tls, config): (Tls, RustlsConfig),
    mut stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let listener = listener.into_std().context("taking over the socket")?;
    let handle = Handle::new();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum_server::from_tcp_rustls(listener, config.clone())
        .context("taking over the socket")?
        .handle(handle.clone())
        .serve(service);
    let stopped = async {
        // An error means that nobody can say stop any more, which means the same.
        let _ = stopping.wait_for(|stop| *stop).await;
        handle.graceful_shutdown(Some(GRACE));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        served = serving => served.context("serving"),
        () = stopped => Ok(()),
        () = renew(&tls, &config) => Ok(()),
    }
}

/// When both files were last written; `None` while one of them is away.
fn written(tls: &Tls) -> Option<(SystemTime, SystemTime)> {
    let of = |path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    Some((of(&tls.certificate)?, of(&tls.key)?))
}

/// Takes up renewed files. What cannot be read changes nothing: the old certificate stays.
async fn renew(tls: &Tls, config: &RustlsConfig) {
    let mut last = written(tls);
    let mut told = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let present = written(tls);
        if present.is_none() || present == last {
            continue;
        }
        match config.reload_from_pem_file(&tls.certificate, &tls.key).await {
            Ok(()) => {
                tracing::info!("the certificate was renewed");
                last = present;
            }
            // Certificate and key are written one after the other: tried again at the next look.
            Err(error) if told != present => {
                tracing::error!(%error, "the renewed certificate cannot be read; the old one stays");
                told = present;
            }
            Err(_) => {}
        }
    }
}
