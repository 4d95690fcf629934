//! The symmetric signature of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.

use data_encoding::{BASE64, BASE64_NOPAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::Secret;

const PREFIX: &str = "whsec_";

/// The bytes of a key, if it has the form and the length that the specification wants.
pub(super) fn key(secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose().strip_prefix(PREFIX)?.trim_end_matches('=');
    let bytes = Zeroizing::new(BASE64_NOPAD.decode(text.as_bytes()).ok()?);
    (24..=64).contains(&bytes.len()).then_some(bytes)
}

/// The header `webhook-signature`: one signature for each key. `None` without a key that is one.
pub(super) fn sign(secrets: &[Secret], id: &str, seconds: &str, body: &[u8]) -> Option<String> {
    let mut signatures = Vec::new();
    for secret in secrets {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            mac.update(part);
        }
        signatures.push(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())));
    }
    (!signatures.is_empty()).then(|| signatures.join(" "))
}
