//! Bars: scores, tallies, days.

use domain::{Score, Standing, Tally};
use plotters::style::text_anchor::HPos;

use crate::draw::{Sheet, along, percent, sheet};
use crate::ink::Ink;
use crate::svg::{Svg, Words};

/// A bar is as wide as its place; the style sheet stretches it from this many pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// In a row of a small table.
    Narrow,
    /// In a cell or a wide table.
    Wide,
}

impl Width {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Narrow => (80, 10),
            Self::Wide => (180, 10),
        }
    }
}

/// From 0 to 100: `lo` filled, `lo` to `hi` hatched, a tick at the goal.
pub fn score_bar(
    title: &str,
    score: Option<Score>,
    standing: Standing,
    goal: f64,
    width: Width,
) -> Svg {
    let words = Words { kind: "bar", id: "", title, desc: "" };
    let size = width.size();
    sheet(size, words, |sheet| {
        let (width, height) = (size.0 as i32, size.1 as i32);
        sheet.bar(Ink::Track, (0, 2), (width, height - 2));
        if let Some(score) = score {
            let (lo, hi) = (along(score.lo, 0, width), along(score.hi, 0, width));
            sheet.bar(Ink::Hatch, (lo, 2), (hi, height - 2));
            sheet.bar(Ink::of_standing(standing), (0, 2), (lo, height - 2));
        } else {
            sheet.bar(Ink::Hatch, (0, 2), (width, height - 2));
        }
        let goal = along(goal, 0, width - 2);
        sheet.bar(Ink::Now, (goal, 0), (goal + 2, height));
    })
}

/// What passes, what fails and what nobody knows, as shares of what applies.
pub fn tally_bar(title: &str, tally: &Tally, width: Width) -> Svg {
    let words = Words { kind: "bar", id: "", title, desc: "" };
    let size = width.size();
    sheet(size, words, |sheet| {
        let (width, height) = (size.0 as i32, size.1 as i32);
        sheet.bar(Ink::Track, (0, 2), (width, height - 2));
        let all = tally.applicable() as f64;
        if all == 0.0 {
            return;
        }
        let pass = along(tally.pass as f64 / all, 0, width);
        let fail = along((tally.pass + tally.fail) as f64 / all, 0, width);
        // A single failure among thousands must still be seen.
        let fail = if tally.fail > 0 { fail.max(pass + 2).min(width) } else { fail };
        let pass = if tally.fail > 0 { pass.min(fail - 2).max(0) } else { pass };
        sheet.bar(Ink::Good, (0, 2), (pass, height - 2));
        sheet.bar(Ink::Bad, (pass, 2), (fail, height - 2));
        sheet.bar(Ink::Hatch, (fail, 2), (width, height - 2));
    })
}

/// What one day brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// A word under the axis, or empty.
    pub label: String,
    /// New and regressed failures.
    pub new: u64,
    /// Resolved failures.
    pub resolved: u64,
}

/// New failures upwards, resolved ones downwards, one pair of bars for each day.
pub fn daily(id: &str, title: &str, days: &[Day], size: (u32, u32)) -> Svg {
    let (new, resolved) =
        days.iter().fold((0, 0), |sum, day| (sum.0 + day.new, sum.1 + day.resolved));
    let desc = format!("{new} new and {resolved} resolved failures in {} days.", days.len());
    let words = Words { kind: "daily", id, title, desc: &desc };
    let most = days.iter().map(|day| day.new.max(day.resolved)).max().unwrap_or(0).max(1);
    sheet(size, words, |sheet| {
        let (left, right) = (30, size.0 as i32 - 4);
        let (top, bottom) = (8, size.1 as i32 - 20);
        let middle = i32::midpoint(top, bottom);
        for (y, label) in [(top, most), (middle, 0), (bottom, most)] {
            sheet.line(Ink::Grid, vec![(left, y), (right, y)]);
            sheet.word(Ink::Label, (left - 6, y), HPos::Right, &label.to_string());
        }
        for (index, day) in days.iter().enumerate() {
            let place = |share: f64| along(share / days.len() as f64, left, right);
            let (from, to) = (place(index as f64 + 0.14), place(index as f64 + 0.86));
            pair(sheet, day, most, (from, to.max(from + 2)), (top, middle, bottom));
        }
    })
}

fn pair(sheet: &Sheet<'_>, day: &Day, most: u64, x: (i32, i32), y: (i32, i32, i32)) {
    let (top, middle, bottom) = y;
    let share = |n: u64| n as f64 / most as f64;
    if day.new > 0 {
        sheet.bar(Ink::Bad, (x.0, along(share(day.new), middle - 2, top)), (x.1, middle - 1));
    }
    if day.resolved > 0 {
        let end = along(share(day.resolved), middle + 3, bottom);
        sheet.bar(Ink::Good, (x.0, middle + 1), (x.1, end));
    }
    if !day.label.is_empty() {
        sheet.word(Ink::Label, (i32::midpoint(x.0, x.1), bottom + 12), HPos::Center, &day.label);
    }
}

/// A title for a bar: the interval in words.
pub fn score_words(name: &str, score: Option<Score>) -> String {
    match score {
        Some(score) => format!(
            "{name}: {} verified, up to {} if what is unverified passes, coverage {}",
            percent(score.lo),
            percent(score.hi),
            percent(score.coverage)
        ),
        None => format!("{name}: nothing to score"),
    }
}
