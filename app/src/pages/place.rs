//! Accounts and regions in the parameters of pages.

use domain::{AccountId, Region};

use crate::error::PageError;
use crate::query::Query;

/// Twelve digits.
pub(super) fn account(text: &str) -> Option<AccountId> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| AccountId::from(text))
}

/// The same, or the organisation itself, under which attestations are judged.
pub(super) fn judged(text: &str) -> Option<AccountId> {
    let whole = (text == domain::judge::ORGANISATION).then(|| AccountId::from(text));
    whole.or_else(|| account(text))
}

fn region(text: &str) -> Option<Region> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (text.len() <= 32 && text.bytes().all(letter)).then(|| Region::from(text))
}

/// The account in which something was found or read.
pub(super) fn account_of(query: &Query) -> Result<Option<AccountId>, PageError> {
    query.one("account", account, || "twelve digits".to_owned())
}

/// The account in which something was judged.
pub(super) fn judged_account_of(query: &Query) -> Result<Option<AccountId>, PageError> {
    let allowed = || format!("twelve digits, or “{}”", domain::judge::ORGANISATION);
    query.one("account", judged, allowed)
}

/// The region.
pub(super) fn region_of(query: &Query) -> Result<Option<Region>, PageError> {
    query.one("region", region, || "a region such as us-east-1".to_owned())
}
