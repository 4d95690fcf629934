//! Passwords: what is refused, what is not, and what is stored.

use identity::password::{self, PasswordError, PasswordHash, Weak};
use proptest::prelude::*;

const GOOD: &str = "lantern copper thistle";

fn check(password: &str) -> Result<(), Weak> {
    password::check_new(password, "jane.doe@example.org")
}

#[test]
fn length_is_counted_in_characters() {
    assert_eq!(check("kq7vTz2mXw9"), Err(Weak::Short(11)));
    assert_eq!(check("kq7vTz2mXw9p"), Ok(()));
    assert_eq!(check("žluťoučký kůň"), Ok(()));
    assert_eq!(check("žluťoučkýk"), Err(Weak::Short(10)));
    assert_eq!(check("馬鹿正直者雨垂石穿一期一会"), Ok(()));
    assert_eq!(check(""), Err(Weak::Short(0)));
    let long: String =
        (0..128_u32).map(|index| char::from(b'a' + (index * index * 7 % 26) as u8)).collect();
    assert_eq!(check(&long), Ok(()));
    assert_eq!(check(&format!("{long}x")), Err(Weak::Long));
    assert_eq!(check(&"x".repeat(1_000_000)), Err(Weak::Long));
}

#[test]
fn no_rule_of_composition() {
    for fine in [
        GOOD,
        "lanterncopperthistle",
        "74 92 15 38 06 61",
        "LANTERN COPPER",
        "  spaces around it  ",
        "my hospital has blue doors",
        "correct horse battery stapler gun",
        "\u{1f40e}\u{1f50b}\u{1f9f7}\u{2714} horse battery",
    ] {
        assert_eq!(check(fine), Ok(()), "{fine}");
    }
}

#[test]
fn well_known_ones_are_refused() {
    for known in [
        "Password2026!",
        "p4$$w0rd!!!!",
        "PasswordPassword1",
        "welcome123456",
        "12345Welcome!",
        "Hospital-2026",
        "administrator",
        "Administrator",
        "correct horse battery staple",
        "iloveyou!!!!!!!!",
        "changeme-changeme",
        "Summer2026!!",
        "let me in please",
        "qazwsxedcrfv!!",
    ] {
        assert_eq!(check(known), Err(Weak::Common), "{known}");
    }
}

#[test]
fn patterns_are_refused() {
    for pattern in [
        "aaaaaaaaaaaa",
        "abababababab",
        "abc123abc123",
        "123456789012",
        "abcdefghijkl",
        "lkjihgfedcba",
        "qwertyuiopasdf",
        "1q2w3e4r5t6y",
        "9876543210987",
        "Qwerty123456!",
    ] {
        assert_eq!(check(pattern), Err(Weak::Pattern), "{pattern}");
    }
}

#[test]
fn names_are_refused() {
    for close in [
        "jane.doe@example.org",
        "JANE DOE EXAMPLE ORG",
        "janedoe-janedoe",
        "jane.doe 2026!",
        "Jane_Doe_12345",
        "eodenaj-eodenaj",
        "wardround2026",
        "Ward Round 123",
    ] {
        assert_eq!(check(close), Err(Weak::Name), "{close}");
    }
    assert_eq!(check("jane.doe keeps bees and goats"), Ok(()));
    assert_eq!(password::check_new(GOOD, ""), Ok(()));
    assert_eq!(password::check_new(GOOD, "an"), Ok(()));
}

#[test]
fn reasons_say_what_would_be_right() {
    assert_eq!(
        check("short").unwrap_err().to_string(),
        "use at least 12 characters; this has 5. A few random words are easy to type"
    );
}

#[test]
fn what_was_hashed_is_verified() {
    let hash = password::hash(GOOD).unwrap();
    assert!(hash.to_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let stored = PasswordHash::parse(&hash.to_phc()).unwrap();
    assert!(password::verify(&stored, GOOD));
    assert!(!password::verify(&stored, "lantern copper thistlE"));
    assert!(!password::verify(&stored, ""));
    assert!(!password::verify(&stored, &"x".repeat(1_000_000)));
    assert!(!stored.needs_rehash());
    assert_ne!(hash, password::hash(GOOD).unwrap(), "every hash has its own salt");
    assert_eq!(password::hash(&"x".repeat(129)), Err(PasswordError::Long));
}

#[test]
fn two_keyboards_type_one_password() {
    let hash = password::hash("cafe\u{301} au lait, please").unwrap();
    assert!(password::verify(&hash, "caf\u{e9} au lait, please"));
}

#[test]
fn nobody_has_no_password() {
    for guess in ["", GOOD, "nobody has a password that fits!"] {
        assert!(!password::verify_nobody(guess));
    }
}

#[test]
fn weaker_hashes_are_made_anew_and_damaged_ones_refused() {
    let salt_and_hash = "d2FyZHJvdW5kIG5vYm9keQ$bm9ib2R5IGhhcyBhIHBhc3N3b3JkIHRoYXQgZml0cyE";
    let phc = |head: &str| PasswordHash::parse(&format!("{head}${salt_and_hash}"));
    assert!(phc("$argon2id$v=19$m=9216,t=4,p=1").unwrap().needs_rehash());
    assert!(!phc("$argon2id$v=19$m=19456,t=2,p=1").unwrap().needs_rehash());
    for bad in [
        "$argon2i$v=19$m=19456,t=2,p=1",
        "$argon2d$v=19$m=19456,t=2,p=1",
        "$argon2id$v=16$m=19456,t=2,p=1",
        "$argon2id$m=19456,t=2,p=1",
        "$argon2id$v=19$m=4294967295,t=2,p=1",
        "$argon2id$v=19$m=19456,t=4000000,p=1",
        "$argon2id$v=19$m=19456,t=2,p=5",
        "$pbkdf2-sha256$i=600000",
        "",
    ] {
        assert_eq!(phc(bad), Err(PasswordError::Damaged), "{bad}");
    }
    assert_eq!(PasswordHash::parse("$argon2id$v=19$m=19456,t=2,p=1"), Err(PasswordError::Damaged));
}

proptest! {
    #[test]
    fn nothing_typed_panics(password in "\\PC{0,200}", name in "\\PC{0,40}") {
        let _ = password::check_new(&password, &name);
    }

    #[test]
    fn random_words_pass(words in proptest::collection::vec("[b-df-hj-np-tv-z]{6,9}", 3..6)) {
        prop_assert_eq!(check(&words.join(" ")), Ok(()));
    }
}
