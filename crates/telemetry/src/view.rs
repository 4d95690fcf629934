//! Text as it reads when its escapes are undone.
//!
//! `123%2D45%2D6789`, `123\u002d45\u002d6789`, full-width digits, dashes that are no hyphens, and
//! characters without width between digits all say the same to a reader. A view is that reading,
//! with the way back to the text it came from. The text itself is always looked at too.

use unicode_normalization::char::decompose_compatible;

/// How often escapes within escapes are undone.
pub const ROUNDS: usize = 4;

/// A reading of a text.
pub struct View {
    /// What it says.
    pub text: Vec<u8>,
    /// For each byte, where what it came from begins.
    starts: Vec<u32>,
    /// The length of what it came from.
    length: usize,
}

impl View {
    /// The range of the source that a range of the reading came from.
    pub fn source(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |place: usize| self.starts.get(place).map_or(self.length, |at| *at as usize);
        let last = at(end.saturating_sub(1));
        // Several bytes may come from one character: the range ends where the next one begins.
        let mut after = end;
        while after < self.starts.len() && at(after) <= last {
            after += 1;
        }
        (at(start), at(after))
    }

    fn push(&mut self, byte: u8, from: usize) {
        self.text.push(byte);
        self.starts.push(from as u32);
    }

    fn push_char(&mut self, c: char, from: usize) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.push(byte, from);
        }
    }
}

/// Whether there is anything in the text that a view could read otherwise.
pub fn may_differ(text: &[u8]) -> bool {
    // Numbers instead of conditions, which would be asked one after the other.
    text.chunks(64).any(|chunk| {
        let found = chunk.iter().fold(0, |found, byte| {
            let break_or_tab = matches!(byte, b'\n' | b'\r' | b'\t');
            found
                | u8::from(*byte >= 0x7f)
                | u8::from(matches!(byte, b'%' | b'\\' | b'&'))
                | (u8::from(*byte < b' ') & u8::from(!break_or_tab))
        });
        found != 0
    })
}

/// Reads the text. `None` when it already says what it says.
pub fn read(text: &[u8]) -> Option<View> {
    let mut view = View {
        text: Vec::with_capacity(text.len()),
        starts: Vec::with_capacity(text.len()),
        length: text.len(),
    };
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        let step = match byte {
            b'%' => hex_byte(text, at + 1).map(|byte| (Said::Byte(byte), 3)),
            b'\\' => backslash(text, at),
            b'&' => entity(text, at),
            0..b' ' | 0x7f if !byte.is_ascii_whitespace() => Some((Said::Nothing, 1)),
            0x80.. => character(text, at),
            _ => None,
        };
        let Some((said, length)) = step else {
            view.push(byte, at);
            at += 1;
            continue;
        };
        match said {
            Said::Nothing => changed = true,
            Said::Byte(byte) => {
                changed = true;
                view.push(byte, at);
            }
            Said::Char(c) => changed |= unfold(c, at, length > c.len_utf8(), &mut view),
        }
        at += length;
    }
    changed.then_some(view)
}

enum Said {
    Nothing,
    Byte(u8),
    Char(char),
}

fn hex_byte(text: &[u8], at: usize) -> Option<u8> {
    let digit = |place: usize| char::from(*text.get(place)?).to_digit(16);
    Some((digit(at)? * 16 + digit(at + 1)?) as u8)
}

fn backslash(text: &[u8], at: usize) -> Option<(Said, usize)> {
    Some(match text.get(at + 1)? {
        b'u' | b'U' => return unicode_escape(text, at),
        b'x' => (Said::Byte(hex_byte(text, at + 2)?), 4),
        b'n' | b'r' => (Said::Byte(b'\n'), 2),
        b't' | b'b' | b'f' => (Said::Byte(b' '), 2),
        mark @ (b'"' | b'\'' | b'/' | b'\\') => (Said::Byte(*mark), 2),
        _ => return None,
    })
}

fn unicode_escape(text: &[u8], at: usize) -> Option<(Said, usize)> {
    let (digits, end) = if text.get(at + 2) == Some(&b'{') {
        let length = text[at + 3..].iter().take(7).position(|byte| *byte == b'}')?;
        (&text[at + 3..at + 3 + length], at + 4 + length)
    } else {
        (text.get(at + 2..at + 6)?, at + 6)
    };
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    // Half of a surrogate pair stands for nothing that matters here.
    Some((char::from_u32(code).map_or(Said::Byte(b'?'), Said::Char), end - at))
}

fn entity(text: &[u8], at: usize) -> Option<(Said, usize)> {
    let length = text[at..].iter().take(10).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[at + 1..at + length]).ok()?;
    let c = match name {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "shy" => return Some((Said::Nothing, length + 1)),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((Said::Char(c), length + 1))
}

/// One character that is not ASCII; a byte that is none stays.
fn character(text: &[u8], at: usize) -> Option<(Said, usize)> {
    let length = match text[at] {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(text.get(at..at + length)?).ok()?.chars().next()?;
    Some((Said::Char(c), length))
}

/// Zeros of the decimal digits that people write (Unicode, general category Nd).
const ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0x1946, 0xff10,
];

/// Adds the plain reading of a character; whether it reads otherwise than it is written.
fn unfold(c: char, from: usize, escaped: bool, view: &mut View) -> bool {
    let code = c as u32;
    match code {
        // Nothing to see: soft hyphen, joiners, directions, variation selectors, accents.
        0xad
        | 0x34f
        | 0x300..=0x36f
        | 0x61c
        | 0x180b..=0x180e
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x206f
        | 0xfe00..=0xfe0f
        | 0xfeff
        | 0xe0000..=0xe007f
        | 0xe0100..=0xe01ef => return true,
        0x58a
        | 0x1806
        | 0x2010..=0x2015
        | 0x2043
        | 0x207b
        | 0x208b
        | 0x2212
        | 0x2796
        | 0x2e3a
        | 0x2e3b
        | 0x301c
        | 0x3030
        | 0xfe31
        | 0xfe32
        | 0xfe58
        | 0xfe63
        | 0xff0d
        | 0x2d7 => {
            view.push(b'-', from);
            return true;
        }
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 | 0x85 => {
            view.push(b' ', from);
            return true;
        }
        0x2018 | 0x2019 | 0x2032 => {
            view.push(b'\'', from);
            return true;
        }
        0x201c | 0x201d => {
            view.push(b'"', from);
            return true;
        }
        _ => {}
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        view.push(b'0' + (code - zero) as u8, from);
        return true;
    }
    let mut same = !escaped;
    decompose_compatible(c, |part| {
        same &= part == c;
        if !matches!(part as u32, 0x300..=0x36f) {
            view.push_char(part, from);
        }
    });
    !same
}
