//! Who is calling: the access key in the signature leads to the account.

use crate::answer::{Failure, Service};
use crate::clock::wall_ms;
use crate::noise;
use crate::organisation::ACCOUNTS;

/// The `Credential=` part of a SigV4 header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub key_id: String,
    pub region: String,
    pub service: Service,
}

impl Credential {
    /// Reads `AWS4-HMAC-SHA256 Credential=AKID/date/region/service/aws4_request, …`.
    pub(crate) fn read(authorization: &str) -> Option<Credential> {
        let scope = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let scope = scope.split("Credential=").nth(1)?.split([',', ' ']).next()?;
        let mut parts = scope.split('/');
        let (key_id, _date, region) = (parts.next()?, parts.next()?, parts.next()?);
        let service = Service::from_scope(parts.next()?)?;
        if parts.next() != Some("aws4_request") {
            return None;
        }
        Some(Credential { key_id: key_id.to_owned(), region: region.to_owned(), service })
    }
}

/// Temporary credentials for one account.
#[derive(Debug)]
pub(crate) struct Session {
    pub access_key_id: String,
    pub secret: String,
    pub token: String,
    pub expires_ms: i64,
}

fn seal(seed: u64, account: usize) -> String {
    noise::letters(noise::combine(&[seed, account as u64, 0x5e55]), 4)
}

/// Temporary credentials: the key id carries the account's number, the token the expiry.
pub(crate) fn session(seed: u64, account: usize, seconds: i64) -> Session {
    let expires_ms = wall_ms() + seconds * 1000;
    let access_key_id = format!("ASIA{}{}", ACCOUNTS[account].id, seal(seed, account));
    let hash = noise::combine(&[seed, account as u64, expires_ms as u64]);
    Session {
        secret: noise::letters(hash, 40),
        token: format!("AWSIM{expires_ms:016x}{}", noise::letters(hash, 60)),
        access_key_id,
        expires_ms,
    }
}

fn unrecognised(service: Service) -> Failure {
    let (code, status) = match service {
        Service::Sts => ("InvalidClientTokenId", 403),
        Service::Config | Service::CloudTrail => ("UnrecognizedClientException", 400),
        _ => ("UnrecognizedClientException", 403),
    };
    Failure::new(code, status, "The security token included in the request is invalid.")
}

fn expired(service: Service) -> Failure {
    let (code, status) = match service {
        Service::Sts => ("ExpiredToken", 403),
        Service::Config | Service::CloudTrail => ("ExpiredTokenException", 400),
        _ => ("ExpiredTokenException", 403),
    };
    Failure::new(code, status, "The security token included in the request is expired")
}

/// The position of the caller's account in the organisation.
pub(crate) fn account(
    seed: u64,
    credential: &Credential,
    session_token: Option<&str>,
) -> Result<usize, Failure> {
    let key = credential.key_id.as_str();
    if key.starts_with("AKIAEXPIRED") {
        return Err(expired(credential.service));
    }
    if key.starts_with("AKIA") {
        return Ok(0);
    }
    let found = ACCOUNTS.iter().enumerate().position(|(account, form)| {
        key.strip_prefix("ASIA").and_then(|rest| rest.strip_prefix(form.id))
            == Some(seal(seed, account).as_str())
    });
    let expiry = session_token
        .and_then(|token| token.strip_prefix("AWSIM"))
        .and_then(|token| token.get(..16))
        .and_then(|digits| i64::from_str_radix(digits, 16).ok());
    match (found, expiry) {
        (Some(account), Some(expiry)) if expiry > wall_ms() => Ok(account),
        (Some(_), Some(_)) => Err(expired(credential.service)),
        _ => Err(unrecognised(credential.service)),
    }
}

/// What each protocol answers to a request without a signature.
pub(crate) fn unsigned(has_target: bool, form: bool) -> (Service, Failure) {
    if has_target {
        let code = "MissingAuthenticationTokenException";
        (Service::Config, Failure::new(code, 400, "Missing Authentication Token"))
    } else if form {
        let message = "Request is missing Authentication Token";
        (Service::Sts, Failure::new("MissingAuthenticationToken", 403, message))
    } else {
        let code = "MissingAuthenticationTokenException";
        (Service::SecurityHub, Failure::new(code, 403, "Missing Authentication Token"))
    }
}
