//! Whom we believe: the certificates of the system, and those that the configuration adds.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::sender::SetUpError;

/// Speaks TLS with a host under its name; an address stands for itself.
///
/// # Errors
/// With the error of TLS inside, where it is one.
pub(crate) async fn handshake(
    config: &Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    let bare = host.trim().trim_matches(['[', ']']).trim_end_matches('.').to_owned();
    let name = ServerName::try_from(bare).map_err(|_| io::ErrorKind::InvalidInput)?;
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await
}

/// TLS as a client, without a certificate of our own.
pub(crate) fn config(roots_pem: &[Vec<u8>]) -> Result<ClientConfig, SetUpError> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = Vec::new();
    for pem in roots_pem {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.push(certificate.map_err(|_| SetUpError::Certificate)?);
        }
    }
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        .map_err(|error| SetUpError::Tls(error.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetUpError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}
