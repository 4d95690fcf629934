//! The short block list, and the patterns that no list can hold.

/// Passwords and words that are tried first. Written by hand: what lists of leaked passwords have
/// in common, and what people who work where this product runs would think of. Lower case, letters
/// read as in [`fold`].
const COMMON: [&str; 4] = [
    // The perennial ones.
    "password passwort passphrase passcode secret letmein welcome changeme default \
     iloveyou trustno whatever nothing access login signin admin administrator root \
     superuser sysadmin operator guest user test testing demo temp temporary service \
     account computer internet master letmeinplease openthedoor opensesame \
     correcthorsebatterystaple passwordpassword mypassword newpassword thepassword \
     nopassword welcomewelcome adminadmin iloveyouforever",
    // Animals, sports, names and heroes.
    "monkey dragon tiger eagle butterfly football baseball basketball soccer hockey \
     liverpool chelsea arsenal yankees michael jennifer jessica charlie ashley jordan \
     superman batman spiderman starwars pokemon princess sunshine flower shadow ninja \
     freedom summer winter spring autumn monday friday january december blessed jesus",
    // The house.
    "hospital clinic doctor nurse patient patients medical medicine health healthcare \
     hipaa compliance security emergency surgery radiology pharmacy cloud amazon \
     amazonaws server database backup company office support helpdesk",
    // The keyboard.
    "qwerty qwertz azerty qwertyuiop qwertzuiop asdfghjkl yxcvbnm zxcvbnm qazwsxedc \
     qazwsxedcrfv qweasdzxc qweasdyxc",
];

fn common() -> impl Iterator<Item = &'static str> {
    COMMON.iter().flat_map(|group| group.split_ascii_whitespace())
}

/// Rows that people run a finger along.
const ROWS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// How many characters must remain beside a name.
const BESIDE: usize = 8;

/// Whether it is a well-known word, alone, repeated, or with digits and signs around it:
/// `Password2026!`, `wElcOme123456`, `p4ssw0rd!!!!`.
pub(super) fn is_common(text: &str) -> bool {
    let folded = fold(text);
    let bare = text.trim_matches(|letter: char| !letter.is_alphabetic());
    [folded.as_str(), &fold(bare), &letters(text), &letters(&folded)].iter().any(|candidate| {
        let unit = repeated(candidate).unwrap_or(candidate);
        common().any(|word| word == unit)
    })
}

/// Whether little remains of it without the name: `jane.doe.jane.doe`, `jane.doe2026`.
pub(super) fn is_close_to(text: &str, name: &str) -> bool {
    let text = plain(text);
    let whole = plain(name);
    // Of an address, also the part before the at sign.
    let local = plain(name.split('@').next().unwrap_or_default());
    [whole, local].iter().filter(|name| name.chars().count() >= 3).any(|name| {
        let backwards: String = name.chars().rev().collect();
        [name, &backwards].into_iter().any(|name| {
            text.contains(name.as_str()) && text.replace(name, "").chars().count() < BESIDE
        })
    })
}

/// Whether it is a few characters repeated, or made of runs along the alphabet or the keyboard.
pub(super) fn is_pattern(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 {
        return true;
    }
    repeated(&lower).is_some_and(|unit| unit.chars().count() < BESIDE) || is_run(&lower)
}

/// Whether all of it, but for three characters, is runs of at least four along one of [`ROWS`],
/// either way.
fn is_run(text: &str) -> bool {
    let backwards: Vec<String> = ROWS.iter().map(|row| row.chars().rev().collect()).collect();
    let rows: Vec<&str> = ROWS.into_iter().chain(backwards.iter().map(String::as_str)).collect();
    let (mut rest, mut beside) = (text, 0);
    while let Some(first) = rest.chars().next() {
        let longest = (4..=rest.len())
            .filter_map(|end| rest.get(..end))
            .take_while(|piece| rows.iter().any(|row| row.contains(piece)))
            .last();
        beside += usize::from(longest.is_none());
        rest = &rest[longest.map_or(first.len_utf8(), str::len)..];
    }
    beside < 4
}

/// The shortest piece that gives the text when repeated twice or more.
fn repeated(text: &str) -> Option<&str> {
    (1..=text.len() / 2)
        .filter(|end| text.len().is_multiple_of(*end))
        .filter_map(|end| text.get(..end))
        .find(|unit| unit.repeat(text.len() / unit.len()) == text)
}

/// Lower case, with the digits and signs that stand for letters read as those letters.
fn fold(text: &str) -> String {
    let letter = |letter: char| match letter {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.to_lowercase().chars().map(letter).filter(|letter| letter.is_alphabetic()).collect()
}

/// Lower-case letters alone.
fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|letter| letter.is_alphabetic()).collect()
}

/// Lower-case letters and digits alone.
fn plain(text: &str) -> String {
    text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_folded_and_without_doubles() {
        let mut words: Vec<_> = common().collect();
        assert!(words.iter().all(|word| letters(word) == *word));
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
        assert!(count > 100);
    }

    #[test]
    fn pieces() {
        assert_eq!(repeated("abcabc"), Some("abc"));
        assert_eq!(repeated("abcab"), None);
        assert_eq!(repeated(""), None);
        assert_eq!(fold("P4$$w0rd!!"), "passwordii");
        assert!(is_run("abcdefgh4321"));
        assert!(is_run("qwerty123456!!"));
        assert!(!is_run("abcx"));
        assert!(!is_run("kq7vTz2mXw9p"));
    }
}
