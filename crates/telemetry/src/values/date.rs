//! Days as people and programs write them.

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// Whether text begins like `2024-01-31`.
pub fn is_iso(text: &[u8]) -> bool {
    text.len() >= 10
        && text[..10].iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The day at `start`. When the key says clearly that a day follows, any token with digits counts.
pub fn at(text: &[u8], start: usize, clear: bool) -> Option<(usize, usize)> {
    // A weekday before it: `Friday, 5 March 1948`.
    let mut from = start;
    let word = letters(text, from);
    if word - from >= 3 && !is_month(&text[from..word]) {
        from = skip(text, word, b", ");
        if from == word
            || word - start > 9
            || !text[start..word].ends_with(b"day") && word - start != 3
        {
            return None;
        }
    }
    let end = named(text, from).or_else(|| digits_apart(text, from)).or_else(|| {
        let end = token(text, from);
        let digits = text[from..end].iter().filter(|byte| byte.is_ascii_digit()).count();
        (clear && digits >= 4 || digits == 8 && end - from == 8).then_some(end)
    })?;
    Some((start, time(text, end)))
}

fn digits(text: &[u8], at: usize) -> usize {
    at + text
        .get(at..)
        .map_or(0, |rest| rest.iter().take(9).take_while(|b| b.is_ascii_digit()).count())
}

fn letters(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count()
}

fn skip(text: &[u8], at: usize, any: &[u8]) -> usize {
    at + text[at..].iter().take(3).take_while(|byte| any.contains(byte)).count()
}

fn token(text: &[u8], at: usize) -> usize {
    let end = at
        + text[at..]
            .iter()
            .take(32)
            .take_while(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'.' | b':' | b'+')
            })
            .count();
    let keeps = text[at..end].iter().rposition(u8::is_ascii_alphanumeric);
    keeps.map_or(at, |last| at + last + 1)
}

fn is_month(word: &[u8]) -> bool {
    word.len() >= 3 && MONTHS.iter().any(|month| word[..3].eq_ignore_ascii_case(*month))
}

/// `March 5, 1948`, `5 March 1948`, `05-Mar-1948`, `5th of March 1948`.
fn named(text: &[u8], at: usize) -> Option<usize> {
    const BETWEEN: &[u8] = b" -,./";
    let day = digits(text, at);
    if day > at {
        let mut month = skip(text, day, BETWEEN);
        for word in [&b"st"[..], b"nd", b"rd", b"th", b" of "] {
            if text[month..].starts_with(word) {
                month = skip(text, month + word.len(), BETWEEN);
            }
        }
        let end = letters(text, month);
        if !is_month(&text[month..end]) {
            return None;
        }
        let year = skip(text, end, BETWEEN);
        return Some(digits(text, year).max(end)).map(|stop| if stop == year { end } else { stop });
    }
    let month = letters(text, at);
    if !is_month(&text[at..month]) {
        return None;
    }
    let day = skip(text, month, BETWEEN);
    let mut end = digits(text, day);
    if end == day {
        return None;
    }
    end = letters(text, end).min(end + 2);
    let year = skip(text, end, BETWEEN);
    let stop = digits(text, year);
    Some(if stop == year { end } else { stop })
}

/// `1948-03-05`, `3/5/48`, `05.03.1948`.
fn digits_apart(text: &[u8], at: usize) -> Option<usize> {
    let first = digits(text, at);
    let mark = *text.get(first)?;
    let second = digits(text, first + 1);
    if !matches!(mark, b'-' | b'/' | b'.') || text.get(second) != Some(&mark) {
        return None;
    }
    let third = digits(text, second + 1);
    let lengths = (first - at, second - first - 1, third - second - 1);
    matches!(lengths, (4, 1..=2, 1..=2) | (1..=2, 1..=2, 2 | 4)).then_some(third)
}

/// A time of day behind it belongs to it: all elements but the year identify.
fn time(text: &[u8], at: usize) -> usize {
    let gap = match text.get(at) {
        Some(b'T' | b't' | b' ') => at + 1,
        _ => return at,
    };
    let hour = digits(text, gap);
    if !matches!(hour - gap, 1..=2) || text.get(hour) != Some(&b':') {
        return at;
    }
    token(text, gap)
}
