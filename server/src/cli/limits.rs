//! How hard AWS is asked.

use anyhow::bail;
use collect::Limits;
use http::Uri;

use crate::config::Config;

/// The limits of a configuration.
///
/// Without rate limits a round would be throttled and could slow down whoever else uses the
/// account, so that is refused unless every address that the SDK is told to ask is on loopback.
pub fn of(config: &Config) -> anyhow::Result<Limits> {
    let kept = Limits { in_flight: config.in_flight, ..Limits::default() };
    if !config.unlimited {
        return Ok(kept);
    }
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    if !asks_this_machine(variables) {
        bail!(
            "limits.unlimited is for measuring against a simulator: set AWS_ENDPOINT_URL to an \
             address such as http://127.0.0.1:4566, and no other endpoint"
        );
    }
    Ok(Limits { in_flight: config.in_flight, ..Limits::unlimited() })
}

/// Whether an endpoint is named for all services, and every one that is named is on loopback.
fn asks_this_machine(variables: impl Iterator<Item = (String, String)>) -> bool {
    let mut for_all = false;
    for (name, value) in variables {
        if name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" {
            return false;
        }
        if name.starts_with("AWS_ENDPOINT_URL") {
            for_all |= name == "AWS_ENDPOINT_URL";
            if !is_loopback(&value) {
                return false;
            }
        }
    }
    for_all
}

fn is_loopback(address: &str) -> bool {
    let Ok(address) = address.parse::<Uri>() else { return false };
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::asks_this_machine;

    fn asks(variables: &[(&str, &str)]) -> bool {
        asks_this_machine(variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn rates_are_lifted_for_this_machine_alone() {
        assert!(asks(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"), ("HOME", "/")]));
        assert!(asks(&[("AWS_ENDPOINT_URL", "http://[::1]:80/")]));
        assert!(!asks(&[]));
        assert!(!asks(&[("AWS_ENDPOINT_URL", "https://127.0.0.1.example.com")]));
        assert!(!asks(&[("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:4566")]));
        assert!(!asks(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
            ("AWS_ENDPOINT_URL_CONFIG", "https://config.us-east-1.amazonaws.com"),
        ]));
        assert!(!asks(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ]));
    }
}
