//! One-time codes: the vectors of RFC 6238, replay, and what a stranger may type.

use identity::{Totp, TotpError};
use proptest::prelude::*;

const STEP_MS: i64 = 30_000;

/// The secret of RFC 6238, appendix B, for SHA-1.
fn rfc() -> Totp {
    Totp::from_bytes(b"12345678901234567890").unwrap()
}

#[test]
fn vectors_of_rfc_6238() {
    // Appendix B gives eight digits; the last six are the code of six digits.
    let vectors = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];
    for (seconds, eight) in vectors {
        let at_ms = seconds * 1_000;
        assert_eq!(rfc().code(at_ms).as_str(), &eight[2..]);
        assert_eq!(rfc().check(&eight[2..], at_ms, None), Ok(seconds / 30));
    }
}

#[test]
fn vectors_of_rfc_4226() {
    // Appendix D: the same function, counted in steps.
    let codes = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];
    for (step, code) in codes.into_iter().enumerate() {
        assert_eq!(rfc().code(step as i64 * STEP_MS).as_str(), code);
    }
}

#[test]
fn one_step_either_way_and_no_further() {
    let now = 1_000 * STEP_MS + 17;
    for (away, expected) in [
        (-2, Err(TotpError::Wrong)),
        (-1, Ok(999)),
        (0, Ok(1_000)),
        (1, Ok(1_001)),
        (2, Err(TotpError::Wrong)),
    ] {
        let code = rfc().code(now + away * STEP_MS);
        assert_eq!(rfc().check(&code, now, None), expected, "{away}");
    }
}

#[test]
fn a_code_is_good_once() {
    let totp = Totp::new().unwrap();
    let now = 57_000_000 * STEP_MS;
    let code = totp.code(now);
    let step = totp.check(&code, now, None).unwrap();
    assert_eq!(totp.check(&code, now, Some(step)), Err(TotpError::Replayed));
    assert_eq!(totp.check(&code, now + STEP_MS, Some(step)), Err(TotpError::Replayed));
    // An earlier code is as bad: it was on the screen before.
    let earlier = totp.code(now - STEP_MS);
    assert_eq!(totp.check(&earlier, now, Some(step)), Err(TotpError::Replayed));
    let next = totp.code(now + STEP_MS);
    assert_eq!(totp.check(&next, now + STEP_MS, Some(step)), Ok(step + 1));
}

#[test]
fn what_people_type() {
    let now = 1_111_111_111_000;
    assert_eq!(rfc().check(" 050 471\n", now, None), Ok(37_037_037));
    for typed in ["", "05047", "0504711", "05047a", "+50471", "٠٥٠٤٧١", "０５０４７１"]
    {
        assert_eq!(rfc().check(typed, now, None), Err(TotpError::Shape), "{typed}");
    }
    assert_eq!(rfc().check("050472", now, None), Err(TotpError::Wrong));
}

#[test]
fn times_at_the_edge() {
    for at_ms in [i64::MIN, -1, 0, 1, i64::MAX] {
        let totp = rfc();
        let _ = totp.check("000000", at_ms, None);
        let _ = totp.code(at_ms);
    }
    assert_eq!(rfc().check("755224", -1, None), Ok(0));
}

#[test]
fn secrets_come_and_go_as_bytes() {
    let one = Totp::new().unwrap();
    assert_ne!(one.as_bytes(), Totp::new().unwrap().as_bytes());
    assert_eq!(Totp::from_bytes(one.as_bytes()).unwrap().as_bytes(), one.as_bytes());
    assert!(Totp::from_bytes(b"short").is_none());
    assert_eq!(rfc().to_text().as_str(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

#[test]
fn the_address_that_apps_scan() {
    let uri = rfc().uri("Wardround: Meridian", "jane.doe@example.org");
    assert_eq!(
        uri.as_str(),
        "otpauth://totp/Wardround%20%20Meridian:jane.doe%40example.org\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Wardround%20%20Meridian\
         &algorithm=SHA1&digits=6&period=30"
    );
}

proptest! {
    #[test]
    fn nothing_typed_panics_and_steps_only_rise(
        typed in "\\PC{0,12}",
        at_ms in any::<i64>(),
        last in proptest::option::of(any::<i64>()),
    ) {
        if let Ok(step) = rfc().check(&typed, at_ms, last) {
            prop_assert!(last.is_none_or(|last| step > last));
        }
    }

    #[test]
    fn every_code_is_accepted_once(at_ms in 0..4_000_000_000_000_i64, away in -1..=1_i64) {
        let totp = rfc();
        let code = totp.code((at_ms + away * STEP_MS).max(0));
        let step = totp.check(&code, at_ms, None).unwrap();
        prop_assert_eq!(totp.check(&code, at_ms, Some(step)), Err(TotpError::Replayed));
    }
}
