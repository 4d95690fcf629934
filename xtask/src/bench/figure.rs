//! A figure: what was measured, how, and how it compares with what was promised.

use std::fmt::Write as _;

use super::measure::Spread;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// One thing divided by another of the same kind.
    Ratio,
    Milliseconds,
    /// Thousands of bytes.
    Kilobytes,
    /// Millions of bytes.
    Megabytes,
    /// Things in a second.
    PerSecond,
}

impl Unit {
    /// A number of this unit as text. Bytes come in as bytes.
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Ratio if value < 0.1 => format!("{value:.4}"),
            Self::Ratio => format!("{value:.2}"),
            Self::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
            Self::Milliseconds => format!("{} ms", grouped(value)),
            Self::Kilobytes => format!("{} kB", grouped(value / 1e3)),
            Self::Megabytes => format!("{} MB", grouped(value / 1e6)),
            Self::PerSecond => format!("{} /s", grouped(value)),
        }
    }
}

/// A whole number with its thousands apart.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !shown.ends_with('-') {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// What was promised of a number.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// What must be kept; some numbers have an aim alone.
    pub floor: Option<f64>,
    /// What is wanted.
    pub aim: Option<f64>,
    /// Whether more is better.
    pub more_is_better: bool,
}

impl Promise {
    pub fn at_least(floor: f64, aim: f64) -> Self {
        Self { floor: Some(floor), aim: Some(aim), more_is_better: true }
    }

    pub fn at_most(floor: Option<f64>, aim: Option<f64>) -> Self {
        Self { floor, aim, more_is_better: false }
    }

    fn verdict(self, value: f64) -> Verdict {
        let keeps = |bound: f64| if self.more_is_better { value >= bound } else { value <= bound };
        match (self.floor.map(keeps), self.aim.map(keeps)) {
            (Some(false), _) => Verdict::BelowFloor,
            (_, Some(true)) => Verdict::Aim,
            (Some(true), _) => Verdict::Floor,
            (None, _) => Verdict::ShortOfAim,
        }
    }
}

/// How a number compares with what was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Aim,
    Floor,
    ShortOfAim,
    BelowFloor,
}

impl Verdict {
    fn shown(self) -> &'static str {
        match self {
            Self::Aim => "reaches the aim",
            Self::Floor => "keeps the floor",
            Self::ShortOfAim => "short of the aim",
            Self::BelowFloor => "BELOW THE FLOOR",
        }
    }
}

/// One number.
#[derive(Debug)]
pub struct Line {
    what: String,
    spread: Spread,
    unit: Unit,
    promise: Option<Promise>,
}

impl Line {
    /// A number that something was promised of.
    pub fn promised(what: impl Into<String>, spread: Spread, unit: Unit, promise: Promise) -> Self {
        Self { what: what.into(), spread, unit, promise: Some(promise) }
    }

    /// A number that explains another.
    pub fn told(what: impl Into<String>, spread: Spread, unit: Unit) -> Self {
        Self { what: what.into(), spread, unit, promise: None }
    }

    pub fn verdict(&self) -> Option<Verdict> {
        self.promise.map(|promise| promise.verdict(self.spread.median))
    }

    /// What, value, least to most, floor, aim, verdict.
    fn cells(&self) -> [String; 6] {
        let shown = |value: f64| self.unit.shown(value);
        let bound = |bound: Option<f64>| bound.map(shown).unwrap_or_default();
        let range = match self.spread.count {
            0 | 1 => "one run".to_owned(),
            count => {
                format!("{} – {} ({count})", shown(self.spread.least), shown(self.spread.most))
            }
        };
        [
            self.what.clone(),
            shown(self.spread.median),
            range,
            bound(self.promise.and_then(|promise| promise.floor)),
            bound(self.promise.and_then(|promise| promise.aim)),
            self.verdict().map(Verdict::shown).unwrap_or_default().to_owned(),
        ]
    }
}

const HEAD: [&str; 6] = ["what", "median", "least – most (runs)", "floor", "aim", "verdict"];

/// Some numbers that were measured together.
#[derive(Debug)]
pub struct Figure {
    pub title: &'static str,
    /// How it was measured, so that a stranger can repeat it.
    pub method: String,
    pub lines: Vec<Line>,
    /// Why there is no number.
    pub skipped: Option<String>,
}

impl Figure {
    pub fn new(title: &'static str, method: String, lines: Vec<Line>) -> Self {
        Self { title, method, lines, skipped: None }
    }

    pub fn skipped(title: &'static str, why: String) -> Self {
        Self { title, method: String::new(), lines: Vec::new(), skipped: Some(why) }
    }

    /// For a terminal.
    pub fn table(&self) -> String {
        let rows: Vec<[String; 6]> = std::iter::once(HEAD.map(ToOwned::to_owned))
            .chain(self.lines.iter().map(|line| line.cells().map(|cell| cell.replace('`', ""))))
            .collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let mut text = format!("{}\n", self.title);
        if let Some(why) = &self.skipped {
            let _ = writeln!(text, "  left out: {why}");
            return text;
        }
        for row in rows {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
        }
        text
    }

    /// For the document.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n", self.title);
        if let Some(why) = &self.skipped {
            let _ = writeln!(text, "Left out of this run: {why}");
            return text;
        }
        let row = |cells: &[String; 6]| format!("| {} |\n", cells.join(" | "));
        text += &row(&HEAD.map(ToOwned::to_owned));
        text += "|---|--:|--:|--:|--:|---|\n";
        for line in &self.lines {
            text += &row(&line.cells());
        }
        let _ = writeln!(text, "\n{}", self.method);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_know_which_way_is_up() {
        let more = Promise::at_least(0.35, 0.5);
        assert_eq!(more.verdict(0.5), Verdict::Aim);
        assert_eq!(more.verdict(0.4), Verdict::Floor);
        assert_eq!(more.verdict(0.3), Verdict::BelowFloor);
        let less = Promise::at_most(Some(2.0), Some(1.2));
        assert_eq!(less.verdict(1.1), Verdict::Aim);
        assert_eq!(less.verdict(2.1), Verdict::BelowFloor);
        let aim = Promise::at_most(None, Some(200.0));
        assert_eq!(aim.verdict(199.0), Verdict::Aim);
        assert_eq!(aim.verdict(201.0), Verdict::ShortOfAim);
        assert_eq!(Promise::at_most(Some(300.0), None).verdict(2.0), Verdict::Floor);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(12.0), "12");
        assert_eq!(Unit::Ratio.shown(0.0371), "0.0371");
        assert_eq!(Unit::Kilobytes.shown(96_985.0), "97 kB");
    }

    #[test]
    fn a_line_shows_what_was_promised() {
        let spread = Spread::of(&[0.4, 0.41, 0.39]);
        let line = Line::promised("ingest", spread, Unit::Ratio, Promise::at_least(0.35, 0.5));
        let figure = Figure::new("Ingest", "Method.".into(), vec![line]);
        let row = "| ingest | 0.40 | 0.39 – 0.41 (3) | 0.35 | 0.50 | keeps the floor |";
        assert!(figure.markdown().contains(row), "{}", figure.markdown());
    }
}
