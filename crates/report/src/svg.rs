//! From what plotters writes to what a page may contain.

use std::fmt::Write;

use crate::ink::Ink;

/// A finished chart. Only this crate makes one, so a page can put it in as it is: text and
/// attributes are escaped, there is no script, no style and no address outside of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// For pictures that this crate draws without plotters.
    pub(crate) fn drawn(markup: String) -> Self {
        Self(markup)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What a chart says to those who do not see it, and how the page finds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    /// Class after `chart-`.
    pub(crate) kind: &'a str,
    /// Unique in the page; empty for small charts, which then have no description.
    pub(crate) id: &'a str,
    /// The short name.
    pub(crate) title: &'a str,
    /// What the chart shows, in a sentence with the numbers.
    pub(crate) desc: &'a str,
}

/// The id of the pattern that [`hatch`] defines.
const SHARED_HATCH: &str = "hatch";

/// The pattern that small bars refer to. A page has it once, before the first bar.
pub fn hatch() -> Svg {
    Svg(format!(
        "<svg class=\"chart-patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\" \
         focusable=\"false\">{}</svg>",
        pattern(SHARED_HATCH)
    ))
}

fn pattern(id: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"5\" height=\"5\" class=\"f-hatch\"/>\
         <path d=\"M0 0V5\" class=\"s-hatch\"/></pattern></defs>"
    )
}

/// Replaces stand-in colours by classes, names the picture, and drops what the style sheet decides.
pub(crate) fn finish(raw: &str, words: Words<'_>) -> Svg {
    let hatch =
        if words.id.is_empty() { SHARED_HATCH.to_owned() } else { format!("{}-hatch", words.id) };
    let mut out = String::with_capacity(raw.len());
    let mut text = false;
    for line in raw.lines() {
        if let Some(attributes) = line.strip_prefix("<svg") {
            open(&mut out, attributes, words, &hatch);
        } else if line.starts_with("</") {
            out.push_str(line);
            text = false;
        } else if line.starts_with('<') {
            element(&mut out, line, &hatch);
            text = line.starts_with("<text");
        } else if text {
            out.push_str(line);
        }
    }
    Svg(out)
}

fn open(out: &mut String, attributes: &str, words: Words<'_>, hatch: &str) {
    let (title, desc) = (escape(words.title), escape(words.desc));
    let size = attributes.replace(" xmlns=\"http://www.w3.org/2000/svg\"", "").replace('>', "");
    let _ = write!(out, "<svg class=\"chart chart-{}\" role=\"img\"{size}", words.kind);
    if words.kind == "bar" {
        out.push_str(" preserveAspectRatio=\"none\"");
    }
    if words.id.is_empty() {
        let _ = write!(out, " aria-label=\"{title}\"><title>{title}</title>");
        return;
    }
    let id = escape(words.id);
    let _ = write!(
        out,
        " aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\"><title id=\"{id}-t\">{title}\
         </title><desc id=\"{id}-d\">{desc}</desc>{}",
        pattern(hatch)
    );
}

/// One element as plotters writes it: `<name key="value" …>`, values without raw quotes.
fn element(out: &mut String, line: &str, hatch: &str) {
    let Some((name, rest)) = line.split_once(' ') else {
        out.push_str(line);
        return;
    };
    let closed = rest.ends_with("/>");
    out.push_str(name);
    let mut classes = String::new();
    let mut rest = rest;
    while let Some((key, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        attribute(out, &mut classes, key.trim(), value, hatch);
        rest = after;
    }
    if !classes.is_empty() {
        let _ = write!(out, " class=\"{classes}\"");
    }
    out.push_str(if closed { "/>" } else { ">" });
}

fn attribute(out: &mut String, classes: &mut String, key: &str, value: &str, hatch: &str) {
    let ink = Ink::of(value);
    match (key, ink) {
        ("fill", Some(Ink::Hatch)) => {
            let _ = write!(out, " fill=\"url(#{hatch})\"");
        }
        ("fill" | "stroke", Some(ink)) => {
            let prefix = if key == "fill" { "f" } else { "s" };
            let space = if classes.is_empty() { "" } else { " " };
            let _ = write!(classes, "{space}{prefix}-{}", ink.role());
        }
        ("stroke", None) | ("opacity" | "font-family" | "font-size" | "stroke-width", _) => {}
        _ => {
            let _ = write!(out, " {key}=\"{}\"", value.trim_end());
        }
    }
}

/// Text for element content and attribute values.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
