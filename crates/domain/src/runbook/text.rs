//! Places for parameters in text, and values in commands.

use super::is_slug;
use super::markdown::{Piece, Value};

/// Splits text at `{{name}}`.
///
/// # Errors
/// The offset of braces that hold no name.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, usize> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let at = text.len() - rest.len() + start;
        let (before, after) = rest.split_at(start);
        let inside = after.get(2..).unwrap_or_default();
        let (name, behind) = inside.split_once("}}").ok_or(at)?;
        if !is_slug(name) {
            return Err(at);
        }
        if !before.is_empty() {
            pieces.push(Piece::Text { text: before.to_owned() });
        }
        pieces.push(Piece::Value(Value { name: name.to_owned(), text: None }));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text { text: rest.to_owned() });
    }
    Ok(pieces)
}

/// A value as one word of a POSIX shell (IEEE Std 1003.1, "Quoting"): as it is where every
/// character is harmless, else between apostrophes.
pub(super) fn quoted(text: &str) -> String {
    let harmless = |it: char| it.is_ascii_alphanumeric() || "-_./:@+,".contains(it);
    if !text.is_empty() && text.chars().all(harmless) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The names of the parameters that stand inside quotes of a command, where a value that needs
/// quotes of its own could end them.
pub(super) fn inside_quotes(code: &[Piece]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open: Option<char> = None;
    for piece in code {
        match piece {
            Piece::Text { text } => open = quotes_after(open, text),
            Piece::Value(value) if open.is_some() => found.push(value.name.as_str()),
            Piece::Value(_) => {}
        }
    }
    found
}

fn quotes_after(mut open: Option<char>, text: &str) -> Option<char> {
    let mut escaped = false;
    for it in text.chars() {
        match (it, open) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => open = Some(it),
            (it, Some(quote)) if it == quote => open = None,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_and_bad_ones_are_told() {
        let found = pieces("aws s3 ls {{bucket}} --region {{region}}").unwrap();
        assert_eq!(found.len(), 4);
        assert_eq!(pieces("{{a}}{{b}}").unwrap().len(), 2);
        assert_eq!(pieces("{\"a\":{\"b\":1}}").unwrap().len(), 1);
        assert_eq!(pieces("x {{Bucket}}"), Err(2));
        assert_eq!(pieces("{{a}} {{ a }}"), Err(6));
        assert_eq!(pieces("{{open"), Err(0));
    }

    #[test]
    fn a_value_is_one_word_of_a_shell() {
        assert_eq!(quoted("arn:aws:s3:::logs"), "arn:aws:s3:::logs");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("$(reboot)"), "'$(reboot)'");
        assert_eq!(quoted("it's; reboot"), r"'it'\''s; reboot'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn places_in_quotes_are_noticed() {
        let inside = |text: &str| {
            let pieces = pieces(text).unwrap();
            inside_quotes(&pieces).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(inside("a --b {{c}}"), Vec::<String>::new());
        assert_eq!(inside("a --b 'x={{c}}' {{d}}"), ["c"]);
        assert_eq!(inside("a \"it's {{c}}\" {{d}}"), ["c"]);
        assert_eq!(inside(r"a \' {{c}} "), Vec::<String>::new());
    }
}
