//! Random bytes from the operating system, and the comparison that takes the same time for any
//! two values.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The operating system gave no random bytes. Nothing secret can be made; the request must fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// `N` random bytes, wiped when dropped.
pub(crate) fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Whether two digests are the same, in a time that does not depend on where they differ.
pub fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}
