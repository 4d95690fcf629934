//! Words, literals and symbols of an expression.

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A keyword or a property path.
    Word(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
}

impl Token {
    pub(crate) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(crate) fn show(&self) -> String {
        match self {
            Token::Word(word) => word.clone(),
            Token::Text(text) => format!("'{text}'"),
            Token::Number(number) => number.to_string(),
            Token::Symbol(symbol) => (*symbol).to_owned(),
        }
    }
}

const SYMBOLS: [&str; 10] = ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// Splits an expression; an error names what cannot be read.
pub(crate) fn split(expression: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first == '\'' {
            quoted(rest)?
        } else if first == '*' {
            (Token::Symbol("*"), 1)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), symbol.len())
        } else {
            bare(rest)?
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A text in single quotes; a quote inside is doubled.
fn quoted(rest: &str) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut marks = rest.char_indices().skip(1).peekable();
    while let Some((at, mark)) = marks.next() {
        if mark != '\'' {
            text.push(mark);
        } else if marks.peek().is_some_and(|(_, next)| *next == '\'') {
            text.push('\'');
            marks.next();
        } else {
            return Ok((Token::Text(text), at + 1));
        }
    }
    Err("a text literal is not closed".to_owned())
}

fn bare(rest: &str) -> Result<(Token, usize), String> {
    let belongs = |mark: char| {
        mark.is_alphanumeric() || matches!(mark, '.' | '_' | '-' | ':' | '/' | '$' | '@' | '+')
    };
    let length: usize = rest.chars().take_while(|mark| belongs(*mark)).map(char::len_utf8).sum();
    if length == 0 {
        let mark = rest.chars().next().unwrap_or(' ');
        return Err(format!("unexpected character '{mark}'"));
    }
    let word = &rest[..length];
    let token = match word.parse::<f64>() {
        Ok(number) if number.is_finite() => Token::Number(number),
        _ => Token::Word(word.to_owned()),
    };
    Ok((token, length))
}
