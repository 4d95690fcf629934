//! Whether a value looks like what its key announces.

use crate::keys::{Found, Phrase, Shape};

/// Words that stand where a value is missing.
const EMPTY: &[&str] = &[
    "null",
    "none",
    "nil",
    "undefined",
    "missing",
    "unknown",
    "n/a",
    "na",
    "true",
    "false",
    "empty",
    "required",
    "invalid",
    "optional",
    "string",
    "not",
    "is",
    "was",
    "and",
    "or",
    "the",
    "must",
    "cannot",
    "inet",
    "inet6",
    "failed",
    "error",
    "ok",
    "yes",
    "no",
    "to",
    "for",
    "with",
];

/// Whether a word says that there is no value.
pub fn is_empty_word(word: &[u8]) -> bool {
    word.is_empty() || EMPTY.iter().any(|empty| word.eq_ignore_ascii_case(empty.as_bytes()))
}

fn digits(value: &[u8]) -> usize {
    value.iter().filter(|byte| byte.is_ascii_digit()).count()
}

fn letters(value: &[u8]) -> bool {
    value.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
}

/// Whether a value beyond doubt has the form for its key, though little binds the two.
pub fn certain(value: &[u8], found: Found) -> bool {
    match found.phrase.shape {
        Shape::Id(least) => digits(value) >= least.max(3),
        Shape::Phone | Shape::Icd | Shape::Cpt | Shape::Ndc => true,
        Shape::Date => super::date::at(value, 0, false).is_some(),
        _ => false,
    }
}

/// Whether a value in text has the form.
pub fn fits(value: &[u8], shape: Shape) -> bool {
    if is_empty_word(value) {
        return false;
    }
    match shape {
        Shape::Id(least) | Shape::StrongId(least) => digits(value) >= least.min(4),
        Shape::AwsOrAccount => digits(value) >= 4 && !(value.len() == 12 && digits(value) == 12),
        Shape::Name | Shape::Person => letters(value) && !value.starts_with(b"{"),
        Shape::Date => digits(value) >= 4 || super::date::at(value, 0, true).is_some(),
        Shape::Age => {
            (90..=150).contains(&crate::checks::number(value)) && digits(value) == value.len()
        }
        Shape::Zip => digits(value) >= 2 && value.len() <= 12,
        Shape::Phone => (7..=15).contains(&digits(value)) && value.len() <= 32,
        Shape::Address => street(value, 0).is_some() || is_address(value),
        Shape::Place => letters(value),
        Shape::Icd => is_icd(value),
        Shape::Cpt => is_cpt(value),
        Shape::Ndc => {
            matches!(digits(value), 9..=11)
                && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
        }
        Shape::Any | Shape::User => !value.iter().all(|byte| matches!(byte, b'{' | b'[' | b'%')),
        Shape::Hl7 | Shape::X12 | Shape::Image | Shape::Fhir => false,
    }
}

/// Whether the value of an attribute with such a name is taken out as a whole. More lenient than
/// [`fits`]: what an attribute's name says is certain.
pub fn whole(value: &[u8], phrase: &Phrase) -> bool {
    let value = value.trim_ascii();
    if is_empty_word(value) {
        return false;
    }
    match phrase.shape {
        Shape::Id(least) | Shape::StrongId(least) => {
            digits(value) >= 1 || least <= 2 && value.len() <= 64 && !value.contains(&b' ')
        }
        Shape::Date => digits(value) >= 1,
        Shape::Zip => digits(value) >= 2,
        Shape::Phone => digits(value) >= 4,
        Shape::Icd => value.split(|byte| matches!(byte, b',' | b' ' | b';')).any(is_icd),
        Shape::Cpt => value.split(|byte| matches!(byte, b',' | b' ' | b';')).any(is_cpt),
        Shape::Ndc => digits(value) >= 9,
        Shape::Age => {
            let end = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
            matches!(end, 2..=3) && (90..=150).contains(&crate::checks::number(&value[..end]))
        }
        Shape::Name | Shape::Person | Shape::Place => letters(value) || digits(value) > 0,
        shape => fits(value, shape),
    }
}

/// A place and a city, or a street: digits, letters and a comma, and nothing of machines.
fn is_address(value: &[u8]) -> bool {
    digits(value) >= 1 && value.contains(&b',') && value.contains(&b' ') && letters(value)
}

/// `12 Larkspur Lane`: a number, a space and a word.
pub fn street(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let number = text.get(start..)?.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let word = start + number + 1;
    let fits = number > 0
        && text.get(word - 1) == Some(&b' ')
        && text.get(word).is_some_and(u8::is_ascii_alphabetic);
    if !fits {
        return None;
    }
    let most = text.len().min(start + 64);
    let end = text[word..most].iter().position(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'#' | b'-'))
    });
    let end = end.map_or(most, |length| word + length);
    Some((start, end))
}

/// ICD-10-CM (cdc.gov/nchs, "ICD-10-CM Official Guidelines"): a letter, a digit, a digit or A or B,
/// and up to four more behind a point; three digits and a point for ICD-9.
fn is_icd(value: &[u8]) -> bool {
    let (head, tail) = match value.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&value[..dot], &value[dot + 1..]),
        None => (&value[..value.len().min(3)], &value[value.len().min(3)..]),
    };
    let &[letter, second, third] = head else { return false };
    let ten = letter.is_ascii_alphabetic()
        && second.is_ascii_digit()
        && (third.is_ascii_digit() || matches!(third.to_ascii_uppercase(), b'A' | b'B'));
    let nine = digits(head) == 3 && !tail.is_empty() && value.contains(&b'.');
    (ten || nine) && tail.len() <= 4 && tail.iter().all(u8::is_ascii_alphanumeric)
}

/// Five digits, or a letter and four digits, or four digits and a letter (CPT, HCPCS level II).
fn is_cpt(value: &[u8]) -> bool {
    value.len() == 5
        && digits(value) >= 4
        && value[1..4].iter().all(u8::is_ascii_digit)
        && value.iter().all(u8::is_ascii_alphanumeric)
}
