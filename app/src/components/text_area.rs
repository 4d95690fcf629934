//! The one owner of its element.

use std::fmt::Write as _;

use leptos::prelude::*;

/// A field of several lines.
///
/// Leptos does not escape what stands inside the element on the server, so it is escaped here; and
/// browsers drop a line break at its very beginning, so there is always one to drop.
pub fn text_area(
    id: String,
    name: &'static str,
    rows: u32,
    described_by: Option<String>,
    invalid: bool,
    text: &str,
) -> AnyView {
    let text = inside(text);
    let invalid = invalid.then_some("true");
    view! {
        <textarea
            id=id
            name=name
            rows=rows.to_string()
            aria-describedby=described_by
            aria-invalid=invalid
        >
            {text}
        </textarea>
    }
    .into_any()
}

fn inside(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    out.push('\n');
    for it in text.chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => {}
            // What browsers replace or refuse is written as what it is: a character that is lost.
            it if it.is_control() && !matches!(it, '\n' | '\t') => {
                let _ = write!(out, "{}", char::REPLACEMENT_CHARACTER);
            }
            it => out.push(it),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_the_element() {
        let text = "\n</textarea><script>alert(1)</script> & \"quotes\" &lt;";
        let html = text_area("a".to_owned(), "a", 3, None, false, text).to_html();
        let inner = html.split_once('>').and_then(|both| both.1.strip_suffix("</textarea>"));
        assert_eq!(
            inner,
            Some(
                "\n\n&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; \"quotes\" \
                 &amp;lt;"
            ),
            "{html}"
        );
    }
}
