//! Words in a line, and pieces of code.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::{DEEPEST, Reader, Use};
use crate::runbook::markdown::{Inline, Piece, Value};
use crate::runbook::text;

impl<'t> Reader<'t, '_, '_> {
    pub(super) fn inlines(&mut self) -> Vec<Inline> {
        let mut of = Vec::new();
        self.depth += 1;
        while let Some((event, range)) = self.events.next() {
            if matches!(event, Event::End(_)) {
                break;
            }
            self.inline(event, &range, &mut of);
        }
        self.depth -= 1;
        of
    }

    pub(super) fn inline(&mut self, event: Event<'t>, range: &Range<usize>, to: &mut Vec<Inline>) {
        let at = self.base + range.start;
        match event {
            Event::Text(text) => self.words(&text, at, to),
            Event::Code(text) => {
                let of = self.pieces(&text, at, true);
                to.push(Inline::Code { of });
            }
            Event::SoftBreak => to.push(Inline::Text { text: " ".to_owned() }),
            Event::HardBreak => to.push(Inline::Break),
            Event::Start(tag) => self.span(tag, at, to),
            Event::Html(_) | Event::InlineHtml(_) => self.html(at),
            _ => {}
        }
    }

    /// Text with the pieces that follow it on the line: the reader of Markdown splits at brackets.
    fn words(&mut self, first: &str, at: usize, to: &mut Vec<Inline>) {
        let mut text = first.to_owned();
        while let Some((Event::Text(more), _)) = self.events.peek() {
            text.push_str(more);
            self.events.next();
        }
        let inline = |piece| match piece {
            Piece::Text { text } => Inline::Text { text },
            Piece::Value(value) => Inline::Value(value),
        };
        to.extend(self.pieces(&text, at, false).into_iter().map(inline));
    }

    fn span(&mut self, tag: Tag<'t>, at: usize, to: &mut Vec<Inline>) {
        if self.depth > 2 * DEEPEST {
            self.flaws.at(at, "this is nested too deep", "write it plainly");
            return self.skip();
        }
        match tag {
            Tag::Strong => to.push(Inline::Strong { of: self.inlines() }),
            Tag::Emphasis => to.push(Inline::Emphasis { of: self.inlines() }),
            Tag::Link { dest_url, .. } => {
                self.links.push((dest_url.to_string(), at));
                to.push(Inline::Link { to: dest_url.to_string(), of: self.inlines() });
            }
            Tag::Image { .. } => {
                self.flaws.at(at, "there is a picture", "say in words what it shows");
                self.skip();
            }
            _ => {
                self.flaws.at(at, "this kind of Markdown is not shown", "write plain words");
                self.skip();
            }
        }
    }

    pub(super) fn pieces(&mut self, words: &str, at: usize, code: bool) -> Vec<Piece> {
        let found = text::pieces(words).unwrap_or_else(|offset| {
            let right = "write `{{name}}` with the name of a parameter";
            let lines = lines_before(words, offset);
            self.flaws.below(at, lines, "there are two braces around no name", right);
            Vec::new()
        });
        let inside = if code { text::inside_quotes(&found) } else { Vec::new() };
        let mut lines = 0;
        for piece in &found {
            match piece {
                Piece::Text { text } => lines += lines_before(text, text.len()),
                Piece::Value(Value { name, .. }) => {
                    let quoted = inside.contains(&name.as_str());
                    self.uses.push(Use { name: name.clone(), at, lines, quoted });
                }
            }
        }
        found
    }
}

/// How many lines end before an offset.
fn lines_before(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
