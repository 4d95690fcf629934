//! The text of a runbook, from a tree to elements. Nothing is ever set as markup.

use std::cell::Cell;

use domain::runbook::markdown::{Block, Inline, Piece, Value};
use leptos::prelude::*;

use crate::components::scroll;
use crate::islands::CopyButton;

/// Where a text stands.
#[derive(Debug)]
pub struct Text {
    /// What the ids of steps begin with on this page.
    pub prefix: String,
    /// Names its blocks of code; no two texts of a page have the same.
    pub name: String,
    /// Blocks of code so far.
    pub codes: Cell<u32>,
    /// Tables so far.
    pub tables: Cell<u32>,
}

impl Text {
    /// A text with this name; links to steps go to ids that begin with `prefix`.
    pub fn new(prefix: impl Into<String>, name: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), name: name.into(), codes: Cell::new(0), tables: Cell::new(0) }
    }

    fn next(counter: &Cell<u32>) -> u32 {
        counter.set(counter.get() + 1);
        counter.get()
    }

    /// Where a link of the text leads on this page.
    fn target(&self, to: &str) -> String {
        if let Some(step) = to.strip_prefix('#') {
            return format!("#{}{step}", self.prefix);
        }
        match to.split_once('#') {
            Some((path, step)) if path.starts_with("/runbooks/") => format!("{path}#step-{step}"),
            _ => to.to_owned(),
        }
    }
}

/// Blocks of text.
pub fn runbook_text(text: &Text, blocks: &[Block]) -> AnyView {
    let blocks: Vec<AnyView> = blocks.iter().map(|one| block(text, one)).collect();
    blocks.into_any()
}

fn block(text: &Text, block: &Block) -> AnyView {
    match block {
        Block::Heading { of, .. } => view! { <h4>{inlines(text, of)}</h4> }.into_any(),
        Block::Paragraph { of } => view! { <p>{inlines(text, of)}</p> }.into_any(),
        Block::List { start, items } => list(text, *start, items),
        Block::Quote { of } => {
            view! { <blockquote>{runbook_text(text, of)}</blockquote> }.into_any()
        }
        Block::Code { changes, of, .. } => code(text, *changes, of),
        Block::Table { head, rows } => table(text, head, rows),
    }
}

fn list(text: &Text, start: Option<u64>, items: &[Vec<Block>]) -> AnyView {
    let items = items
        .iter()
        .map(|item| match item.as_slice() {
            // A short point is a line, not a paragraph.
            [Block::Paragraph { of }] => view! { <li>{inlines(text, of)}</li> }.into_any(),
            blocks => view! { <li>{runbook_text(text, blocks)}</li> }.into_any(),
        })
        .collect_view();
    match start {
        Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.into_any(),
        None => view! { <ul>{items}</ul> }.into_any(),
    }
}

fn code(text: &Text, changes: bool, of: &[Piece]) -> AnyView {
    let number = Text::next(&text.codes);
    let label = format!("Command {number} of {}", text.name);
    let warning = changes.then(|| view! { <p class="command-word">"This changes something."</p> });
    let class = if changes { "command command-changes" } else { "command" };
    view! {
        <div class=class>
            {warning}
            <div class="copyable copyable-block">
                <pre tabindex="0" role="region" aria-label=label><code>{pieces(of)}</code></pre>
                <CopyButton/>
            </div>
        </div>
    }
    .into_any()
}

fn table(text: &Text, head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> AnyView {
    let number = Text::next(&text.tables);
    let heads =
        head.iter().map(|cell| view! { <th scope="col">{inlines(text, cell)}</th> }).collect_view();
    let rows = rows
        .iter()
        .map(|row| {
            let cells =
                row.iter().map(|cell| view! { <td>{inlines(text, cell)}</td> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let table = view! {
        <table>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll(format!("{number} of {}", text.name), table)
}

fn inlines(text: &Text, of: &[Inline]) -> Vec<AnyView> {
    of.iter().map(|one| inline(text, one)).collect()
}

fn inline(text: &Text, one: &Inline) -> AnyView {
    match one {
        Inline::Text { text } => text.clone().into_any(),
        Inline::Value(value) => filled(value),
        Inline::Code { of } => view! { <code>{pieces(of)}</code> }.into_any(),
        Inline::Strong { of } => view! { <strong>{inlines(text, of)}</strong> }.into_any(),
        Inline::Emphasis { of } => view! { <em>{inlines(text, of)}</em> }.into_any(),
        Inline::Link { to, of } => {
            let rel = to.starts_with("https://").then_some("noreferrer noopener");
            view! { <a href=text.target(to) rel=rel>{inlines(text, of)}</a> }.into_any()
        }
        Inline::Break => view! { <br/> }.into_any(),
    }
}

fn pieces(of: &[Piece]) -> Vec<AnyView> {
    let piece = |piece: &Piece| match piece {
        Piece::Text { text } => text.clone().into_any(),
        Piece::Value(value) => filled(value),
    };
    of.iter().map(piece).collect()
}

/// What somebody filled in, or the name of what they left empty.
fn filled(value: &Value) -> AnyView {
    let class = if value.text.is_some() { "value" } else { "value value-empty" };
    view! { <bdi class=class>{value.shown()}</bdi> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::runbook::Template;
    use domain::runbook::markdown::fill;

    use super::*;

    fn html(source: &str, values: &[(&str, &str)]) -> String {
        let shipped = domain::runbook::library::by_id("lost-device").unwrap();
        let template = Template::parse(&shipped.source).unwrap();
        let filled = values.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let values = domain::runbook::Values::read(&template, &filled).unwrap();
        let mut blocks = template.step(source).unwrap().body.clone();
        fill(&mut blocks, &values);
        runbook_text(&Text::new("step-", "this"), &blocks).to_html()
    }

    #[test]
    fn a_value_stays_text_and_links_lead_to_steps() {
        let hostile = "<script>alert(1)</script> [x](https://evil.example)";
        let values = [("device", hostile), ("last-seen", "2026-01-02T03:04"), ("identity", "none")];
        let html = html("report", &values);
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
        assert!(!html.contains("<script>") && !html.contains("href=\"https://evil"), "{html}");
    }

    #[test]
    fn links_to_steps_carry_the_prefix_of_the_page() {
        let text = Text::new("run-7-step-", "this");
        assert_eq!(text.target("#restart"), "#run-7-step-restart");
        let other = text.target("/runbooks/leaked-credential#stop-key");
        assert_eq!(other, "/runbooks/leaked-credential#step-stop-key");
        assert_eq!(text.target("/controls/x#about"), "/controls/x#about");
        assert_eq!(text.target("https://a.example/#b"), "https://a.example/#b");
    }
}
