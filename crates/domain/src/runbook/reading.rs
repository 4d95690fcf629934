//! Markdown (CommonMark with tables) into blocks and steps, with everything that is wrong in it.

mod inline;

use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, OffsetIter, Options, Parser, Tag};

use super::command::{SHELLS, complaints};
use super::flaw::Flaws;
use super::markdown::{Block, Inline, Piece, joined};

/// The deepest nesting of lists and quotes: deeper ones nobody reads at night.
const DEEPEST: usize = 6;

/// What stands before the first step, or a step.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The heading; `None` before the first step.
    pub(super) heading: Option<Heading>,
    /// The block `toml step`, with the place where its text begins.
    pub(super) attributes: Option<(String, usize)>,
    /// The rest.
    pub(super) body: Vec<Block>,
}

/// The heading of a step.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) at: usize,
    pub(super) id: Option<String>,
    pub(super) title: String,
}

/// Where a parameter is used.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: String,
    pub(super) at: usize,
    /// How many lines below that, in a block of code.
    pub(super) lines: usize,
    /// Whether it stands inside quotes of a command.
    pub(super) quoted: bool,
}

/// Reads the body of a template.
#[derive(Debug)]
pub(super) struct Reader<'t, 'f, 'x> {
    events: Peekable<OffsetIter<'t>>,
    base: usize,
    flaws: &'f mut Flaws<'x>,
    depth: usize,
    pub(super) uses: Vec<Use>,
    /// Links with their places.
    pub(super) links: Vec<(String, usize)>,
}

impl<'t, 'f, 'x> Reader<'t, 'f, 'x> {
    pub(super) fn new(body: &'t str, base: usize, flaws: &'f mut Flaws<'x>) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        let events = Parser::new_ext(body, options).into_offset_iter().peekable();
        Self { events, base, flaws, depth: 0, uses: Vec::new(), links: Vec::new() }
    }

    /// All of it: first what stands before the first step.
    pub(super) fn sections(&mut self) -> Vec<Section> {
        let mut sections = vec![Section::default()];
        while let Some((event, range)) = self.events.next() {
            let at = self.base + range.start;
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, id, .. }) => {
                    let id = id.map(|id| id.to_string());
                    let title = self.title();
                    let heading = Some(Heading { at, id, title });
                    sections.push(Section { heading, ..Section::default() });
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if is_step(&info) => {
                    let (text, begins) = self.code(at);
                    self.attributes(&mut sections, text, begins);
                }
                event => {
                    let block = self.block(event, &range);
                    if let Some(section) = sections.last_mut() {
                        section.body.extend(block);
                    }
                }
            }
        }
        sections
    }

    fn attributes(&mut self, sections: &mut [Section], text: String, at: usize) {
        match sections.last_mut() {
            Some(section)
                if section.heading.is_some()
                    && section.attributes.is_none()
                    && section.body.is_empty() =>
            {
                section.attributes = Some((text, at));
            }
            _ => self.flaws.at(
                at,
                "a block `toml step` stands where no step begins",
                "put one at most, right below the heading of the step",
            ),
        }
    }

    fn title(&mut self) -> String {
        let at = self.place();
        let of = self.inlines();
        let plain = |inline: &Inline| match inline {
            Inline::Text { text } => Some(text.clone()),
            Inline::Code { of } if of.iter().all(|it| matches!(it, Piece::Text { .. })) => {
                Some(joined(of))
            }
            _ => None,
        };
        let words: Option<Vec<String>> = of.iter().map(plain).collect();
        if words.is_none() {
            let wrong = "the heading of a step holds more than plain words";
            self.flaws.at(at, wrong, "put parameters, links and stress into the text below it");
        }
        words.unwrap_or_default().concat().trim().to_owned()
    }

    /// Where the next event stands.
    fn place(&mut self) -> usize {
        self.base + self.events.peek().map_or(0, |(_, range)| range.start)
    }

    /// Blocks up to the end of what encloses them.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut line = Vec::new();
        self.depth += 1;
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => break,
                event if is_inline(&event) => self.inline(event, &range, &mut line),
                event => {
                    flush(&mut line, &mut blocks);
                    blocks.extend(self.block(event, &range));
                }
            }
        }
        self.depth -= 1;
        flush(&mut line, &mut blocks);
        blocks
    }

    fn block(&mut self, event: Event<'t>, range: &Range<usize>) -> Option<Block> {
        let at = self.base + range.start;
        let Event::Start(tag) = event else {
            if let Event::Html(_) | Event::InlineHtml(_) = event {
                self.html(at);
            }
            return None;
        };
        if self.depth >= DEEPEST {
            let right = format!("nest lists and quotes at most {DEEPEST} deep");
            self.flaws.at(at, "this is nested too deep", right);
            self.skip();
            return None;
        }
        match tag {
            Tag::Paragraph => Some(Block::Paragraph { of: self.inlines() }),
            Tag::Heading { level, .. } => {
                if level == HeadingLevel::H1 {
                    let right = "the title stands in the head of the file; begin steps with `## `";
                    self.flaws.at(at, "there is a heading of the first level", right);
                }
                Some(Block::Heading { level: level as u8, of: self.inlines() })
            }
            Tag::BlockQuote(_) => Some(Block::Quote { of: self.blocks() }),
            Tag::List(start) => Some(Block::List { start, items: self.items() }),
            Tag::CodeBlock(kind) => Some(self.code_block(&kind, at)),
            Tag::Table(_) => Some(self.table()),
            Tag::HtmlBlock => {
                self.html(at);
                self.skip();
                None
            }
            _ => {
                self.flaws.at(at, "this kind of Markdown is not shown", "use plain paragraphs");
                self.skip();
                None
            }
        }
    }

    fn html(&mut self, at: usize) {
        self.flaws.at(at, "there is HTML", "write Markdown, and `<` of a text between back-ticks");
    }

    /// Leaves out what an element holds.
    fn skip(&mut self) {
        let mut open = 1_usize;
        while open > 0 {
            match self.events.next() {
                Some((Event::Start(_), _)) => open += 1,
                Some((Event::End(_), _)) => open -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn items(&mut self) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some((Event::Start(Tag::Item), _)) = self.events.next() {
            items.push(self.blocks());
        }
        items
    }

    fn table(&mut self) -> Block {
        let (mut head, mut rows) = (Vec::new(), Vec::new());
        while let Some((Event::Start(tag), _)) = self.events.next() {
            let mut cells = Vec::new();
            while let Some((Event::Start(Tag::TableCell), _)) = self.events.next() {
                cells.push(self.inlines());
            }
            if tag == Tag::TableHead {
                head = cells;
            } else {
                rows.push(cells);
            }
        }
        Block::Table { head, rows }
    }

    /// The text of a block of code, with the place where it begins.
    fn code(&mut self, at: usize) -> (String, usize) {
        let mut text = String::new();
        let mut begins = None;
        for (event, range) in self.events.by_ref() {
            match event {
                Event::Text(piece) => {
                    begins.get_or_insert(self.base + range.start);
                    text.push_str(&piece);
                }
                _ => break,
            }
        }
        (text, begins.unwrap_or(at))
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>, at: usize) -> Block {
        let (text, begins) = self.code(at);
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.as_ref(),
            CodeBlockKind::Indented => "",
        };
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let changes = match words.next() {
            None => false,
            Some("changes") => true,
            Some(other) => {
                let right = "write the language, and `changes` where it changes something";
                self.flaws.at(at, format!("a block of code is marked “{other}”"), right);
                false
            }
        };
        let of = self.pieces(&text, begins, true);
        if SHELLS.contains(&language.as_str()) {
            for complaint in complaints(&joined(&of), changes) {
                self.flaws.below(begins, complaint.line, complaint.wrong, complaint.right);
            }
        }
        Block::Code { language, changes, of }
    }
}

fn is_step(info: &str) -> bool {
    info.split_whitespace().eq(["toml", "step"])
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Text(_)
        | Event::Code(_)
        | Event::SoftBreak
        | Event::HardBreak
        | Event::InlineHtml(_) => true,
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        _ => false,
    }
}

fn flush(line: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    if !line.is_empty() {
        blocks.push(Block::Paragraph { of: std::mem::take(line) });
    }
}
