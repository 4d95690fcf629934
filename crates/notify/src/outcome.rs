//! What came of an attempt, in one classification for all channels.
//!
//! Whether to try again follows RFC 9110 (section 15, status codes; section 10.2.3, `Retry-After`),
//! RFC 6585 (section 4, 429) and RFC 5321 (section 4.2.1, replies of mail servers), and the table of
//! the [Events API v2](https://developer.pagerduty.com/docs/events-api-v2-overview), which agrees.

use std::time::Duration;

use domain::Timestamp;

/// What came of one attempt to send. The words name no secret, no address with a secret in it, and
/// nothing that the other side wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The other side took it.
    Delivered {
        /// What to hand back with the next notice of the same incident; opaque. `None` where the
        /// channel remembers nothing.
        receipt: Option<String>,
        /// What somebody should know although it was taken, such as a recipient that was refused.
        remark: Option<String>,
    },
    /// Not now; it may work later.
    Retry {
        /// How long the other side asked us to wait.
        after: Option<Duration>,
        /// Why.
        why: String,
    },
    /// Trying again will not help; somebody has to change something.
    Refused {
        /// Why, and what would be right where we know.
        why: String,
    },
}

impl Outcome {
    /// Taken, and nothing to remember or to say.
    pub fn delivered() -> Self {
        Self::Delivered { receipt: None, remark: None }
    }

    /// Taken, with what to hand back.
    pub fn with_receipt(receipt: impl Into<String>) -> Self {
        Self::Delivered { receipt: Some(receipt.into()), remark: None }
    }

    /// Not now, and the other side did not say how long.
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry { after: None, why: why.into() }
    }

    /// Never like this.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    /// Whether the other side took it.
    pub fn is_delivered(&self) -> bool {
        matches!(self, Self::Delivered { .. })
    }

    /// What an HTTP status says; `who` begins the sentence.
    ///
    /// 2xx is delivered. 408, 425, 429 and 5xx are worth another attempt. A redirect is not
    /// followed, because it could lead anywhere. Whatever else is refused.
    pub fn of_status(who: &str, status: u16, after: Option<Duration>) -> Self {
        match status {
            200..=299 => Self::delivered(),
            408 | 425 | 429 | 500..=599 => {
                Self::Retry { after, why: format!("{who} answered {}", meaning(status)) }
            }
            300..=399 => Self::refused(format!(
                "{who} answered {status}, a redirect, which is not followed: give the final address"
            )),
            _ => Self::refused(format!("{who} answered {}", meaning(status))),
        }
    }
}

/// The status with the words that help.
fn meaning(status: u16) -> String {
    let words = match status {
        400 => "it does not understand the request",
        401 | 403 => "the key or token is not accepted",
        404 => "nothing is there: check the address",
        405 => "it does not take this method",
        408 => "it waited too long for us",
        410 => "it is gone for good: remove or replace the address",
        413 => "the message is too large for it",
        429 => "too many requests",
        502 | 504 => "what is behind it does not answer",
        503 => "it is not available now",
        500..=599 => "it failed",
        _ => return status.to_string(),
    };
    format!("{status}: {words}")
}

/// Reads the header `Retry-After`: a number of seconds, or a date (RFC 9110, section 10.2.3).
///
/// A date that has passed is no wait at all; what cannot be read is no answer.
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is a wait without end; the pace of attempts bounds it.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = date.as_millisecond().saturating_sub(now.0).max(0);
    Some(Duration::from_millis(wait as u64))
}
