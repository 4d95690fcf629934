//! Deterministic noise: every choice in the simulation is a hash of the seed and of what is chosen.

/// Mixes 64 bits so that near inputs give far outputs (the finaliser of SplitMix64).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Combines several parts into one hash; the order of the parts matters.
pub(crate) fn combine(parts: &[u64]) -> u64 {
    parts.iter().fold(0x6d76_685f_7369_6d21, |hash, part| mix(hash ^ part.rotate_left(17)))
}

/// Hashes text (FNV-1a, then mixed).
pub(crate) fn text(value: &str) -> u64 {
    mix(value.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

/// The hash as a number from 0 (included) to 1 (excluded).
pub(crate) fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

/// The hash as a number from 0 (included) to `end` (excluded).
pub(crate) fn below(hash: u64, end: u64) -> u64 {
    if end == 0 { 0 } else { hash % end }
}

/// A moment from `start` (included) to `end` (excluded), in milliseconds.
pub(crate) fn between(hash: u64, start: i64, end: i64) -> i64 {
    start + below(hash, (end - start).max(1) as u64) as i64
}

/// The hash in the form of a UUID.
pub(crate) fn uuid(hash: u64) -> String {
    let low = mix(hash);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        hash >> 32,
        (hash >> 16) & 0xffff,
        hash & 0xfff,
        0x8000 | (low >> 50),
        low & 0xffff_ffff_ffff
    )
}

/// `length` lower-case hexadecimal digits.
pub(crate) fn hex(hash: u64, length: usize) -> String {
    let mut digits = format!("{hash:016x}{:016x}", mix(hash));
    digits.truncate(length);
    digits
}

/// `length` upper-case letters and digits, as in an IAM unique id.
pub(crate) fn letters(hash: u64, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut state = hash;
    (0..length)
        .map(|_| {
            state = mix(state);
            char::from(ALPHABET[(state & 31) as usize])
        })
        .collect()
}
