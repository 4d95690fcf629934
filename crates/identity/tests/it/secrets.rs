//! Session ids, tokens and invitations, and what `Debug` shows of every secret.

use identity::{
    Kind, PasswordHash, SealingKey, Secret, Totp, password, random, recovery, secret::ParseError,
};
use proptest::prelude::*;

#[test]
fn what_was_revealed_is_read_again() {
    for (kind, secret) in [
        (Kind::Session, Secret::session().unwrap()),
        (Kind::Token, Secret::token().unwrap()),
        (Kind::Invitation, Secret::invitation().unwrap()),
    ] {
        let text = secret.reveal();
        assert_eq!(secret.kind(), kind);
        assert_eq!(text.len(), 61);
        assert!(text.starts_with(kind.prefix()));
        assert!(text[3..].bytes().all(|letter| matches!(letter, b'a'..=b'z' | b'2'..=b'7')));
        let typed = format!(" {}\n", text.to_uppercase());
        for form in [text.as_str(), &typed] {
            let read = Secret::parse(kind, form).unwrap();
            assert!(random::same(&read.digest(), &secret.digest()));
        }
    }
}

#[test]
fn one_kind_is_not_another() {
    let token = Secret::token().unwrap().reveal();
    assert_eq!(Secret::parse(Kind::Session, &token).unwrap_err(), ParseError::Shape("ws_"));
    let disguised = token.replacen("wr_", "ws_", 1);
    assert_eq!(Secret::parse(Kind::Session, &disguised).unwrap_err(), ParseError::Checksum);
}

#[test]
fn other_texts_have_another_shape() {
    let token = Secret::token().unwrap().reveal();
    let shape = ParseError::Shape("wr_");
    let long = format!("{}a", token.as_str());
    let million = "w".repeat(1_000_000);
    for text in ["", "wr_", "w", "Bearer", "wé_", &token[..60], &token[3..], &long, &million] {
        assert_eq!(Secret::parse(Kind::Token, text).unwrap_err(), shape);
    }
    assert_eq!(shape.to_string(), "it must be wr_ followed by 58 letters and digits");
}

#[test]
fn digests_differ_by_kind_and_by_secret() {
    let (one, other) = (Secret::token().unwrap(), Secret::token().unwrap());
    assert_ne!(one.digest(), other.digest());
    assert_eq!(one.digest(), one.digest());
}

#[test]
fn debug_shows_no_secret() {
    let token = Secret::token().unwrap();
    assert_eq!(format!("{token:?}"), "Secret(Token, …)");
    let totp = Totp::from_bytes(b"12345678901234567890").unwrap();
    assert_eq!(format!("{totp:?}"), "Totp(…)");
    let key = SealingKey::passing().unwrap();
    assert_eq!(format!("{key:?}"), "SealingKey(…)");
    let hash = password::hash("lantern copper thistle").unwrap();
    assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    let stored: Option<PasswordHash> = Some(hash);
    assert_eq!(format!("{stored:?}"), "Some(PasswordHash(…))");
    for code in recovery::make().unwrap() {
        assert_eq!(format!("{code:?}"), "Code(…)");
    }
}

#[test]
fn debug_of_the_pace_shows_no_name() {
    // People type their password into the field of the name.
    let mut pace = identity::Pace::new(identity::pace::Settings::DEFAULT);
    let _ = pace.ask("hunter2hunter2", [192, 0, 2, 1].into(), identity::Factor::First, 0);
    assert!(!format!("{pace:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn any_slip_is_noticed(at in 3..61_usize, letter in "[a-z2-7]") {
        let token = Secret::token().unwrap().reveal();
        let mut slipped = token.to_string();
        slipped.replace_range(at..=at, &letter);
        prop_assume!(slipped != *token);
        // The last letter holds two bits that must be zero: there the shape is wrong.
        prop_assert!(Secret::parse(Kind::Token, &slipped).is_err());
    }

    #[test]
    fn swapped_neighbours_are_noticed(at in 3..60_usize) {
        let token = Secret::token().unwrap().reveal();
        let mut letters: Vec<char> = token.chars().collect();
        letters.swap(at, at + 1);
        let swapped: String = letters.into_iter().collect();
        prop_assume!(swapped != *token);
        prop_assert!(Secret::parse(Kind::Token, &swapped).is_err());
    }

    #[test]
    fn nothing_sent_panics(text in "\\PC{0,80}") {
        let _ = Secret::parse(Kind::Token, &text);
    }
}
