//! One entry, one encoding.

use proptest::prelude::*;
use trail::{Detail, Entry, Hash, Outcome, PublicKey, TEXT_LIMIT, link};

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop::sample::select(Outcome::ALL.to_vec())
}

/// Texts that are often short and alike, so that field borders are what differs.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[ab:]{0,3}", "\\PC{0,8}", any::<String>()]
}

pub fn entries() -> impl Strategy<Value = Entry> {
    let commitments = prop::option::of(any::<[u8; 32]>());
    let numbers = (any::<u64>(), any::<i64>(), outcomes(), commitments);
    let names = (texts(), texts(), texts(), texts(), texts());
    (numbers, names).prop_map(|((seq, at_us, outcome, commitment), names)| {
        let (actor, role, action, object, facts) = names;
        Entry { seq, at_us, actor, role, action, object, outcome, facts, commitment }
    })
}

/// Reads a payload back, knowing nothing but the rules.
fn decode(mut bytes: &[u8]) -> Entry {
    let mut field = || {
        let (length, rest) = bytes.split_at(4);
        let (field, rest) = rest.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize);
        bytes = rest;
        field.to_vec()
    };
    let text = |field: Vec<u8>| String::from_utf8(field).unwrap();
    let entry = Entry {
        seq: u64::from_be_bytes(field().try_into().unwrap()),
        at_us: i64::from_be_bytes(field().try_into().unwrap()),
        actor: text(field()),
        role: text(field()),
        action: text(field()),
        object: text(field()),
        outcome: Outcome::from_code(u64::from_be_bytes(field().try_into().unwrap()) as u8).unwrap(),
        facts: text(field()),
        commitment: Some(field()).filter(|it| !it.is_empty()).map(|it| it.try_into().unwrap()),
    };
    assert!(bytes.is_empty(), "nothing follows the last field");
    entry
}

/// Moves characters over the borders between fields, which a careless encoding would not notice.
fn shifted(entry: &Entry, by: usize) -> Entry {
    let mut texts = [&entry.actor, &entry.role, &entry.action, &entry.object, &entry.facts]
        .map(std::clone::Clone::clone);
    let (left, right) = (by % 4, by % 4 + 1);
    if let Some(last) = texts[left].pop() {
        texts[right].insert(0, last);
    }
    let [actor, role, action, object, facts] = texts;
    Entry { actor, role, action, object, facts, ..entry.clone() }
}

proptest! {
    #[test]
    fn an_encoding_can_be_read_back(entry in entries()) {
        prop_assert_eq!(decode(&entry.payload()), entry);
    }

    #[test]
    fn different_entries_never_encode_equal(one in entries(), other in entries(), by in 0..4_usize) {
        let moved = shifted(&one, by);
        prop_assert_eq!(one == moved, one.payload() == moved.payload());
        prop_assert_eq!(one == other, one.payload() == other.payload());
        prop_assert_eq!(one == other, link(Hash::GENESIS, one) == link(Hash::GENESIS, other));
    }

    #[test]
    fn every_part_of_a_link_changes_its_hash(entry in entries(), prev in any::<[u8; 32]>(), bit in 0..256_usize) {
        let whole = link(Hash(prev), entry.clone());
        prop_assert!(whole.is_sound());
        let mut other = prev;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(link(Hash(other), entry.clone()).hash, whole.hash);
        let later = Entry { seq: entry.seq.wrapping_add(1), ..entry };
        prop_assert_ne!(link(Hash(prev), later).hash, whole.hash);
    }

    #[test]
    fn hashes_have_one_spelling(bytes in any::<[u8; 32]>()) {
        let hash = Hash(bytes);
        prop_assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(&json, &format!("\"{hash}\""));
        prop_assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        let upper = hash.to_string().to_uppercase();
        prop_assert_eq!(upper.parse::<Hash>().is_ok(), upper == hash.to_string());
    }
}

#[test]
fn outcomes_have_stable_codes_and_words() {
    let known = [(Outcome::Done, 1, "done"), (Outcome::Refused, 2, "refused")];
    for (outcome, code, word) in known.into_iter().chain([(Outcome::Failed, 3, "failed")]) {
        assert_eq!((outcome.code(), outcome.as_str()), (code, word));
        assert_eq!(Outcome::from_code(code), Some(outcome));
        assert_eq!(Outcome::parse(word), Some(outcome));
        assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{word}\""));
    }
    assert_eq!((Outcome::from_code(0), Outcome::parse("Done")), (None, None));
}

#[test]
fn details_are_salted_and_keep_silent() {
    let [one, other] = [Detail::new("Ann").unwrap(), Detail::new("Ann").unwrap()];
    assert_ne!(one.commitment(), other.commitment());
    assert!(!format!("{one:?}").contains("Ann"));
    let border = Detail { salt: one.salt, text: "Ann ".to_owned() };
    assert_ne!(border.commitment(), one.commitment());
}

#[test]
fn long_texts_are_refused() {
    let long = "x".repeat(TEXT_LIMIT + 1);
    assert!(Detail::new(&long[1..]).is_ok());
    let error = Detail::new(long.clone()).unwrap_err().to_string();
    assert_eq!(error, "1048577 bytes of text, where at most 1048576 are allowed");
    let mut entry = crate::world::entry(1);
    assert!(entry.check().is_ok());
    entry.facts = long;
    assert!(entry.check().is_err());
}

#[test]
fn unusable_public_keys_are_refused() {
    let good = crate::world::owner().public_key();
    assert_eq!(good.to_string().parse::<PublicKey>().unwrap(), good);
    assert_eq!(good.key_id().len(), 16);
    let small_order = format!("01{}", "00".repeat(31));
    let not_canonical = format!("ee{}7f", "ff".repeat(30));
    let no_point = format!("02{}", "00".repeat(31));
    let upper = good.to_string().to_uppercase();
    for text in [small_order, not_canonical, no_point, upper, String::new()] {
        assert!(text.parse::<PublicKey>().is_err(), "{text}");
    }
}
