//! A number over time, on an axis of its own.

use domain::Timestamp;
use domain::id::HOUR_MS;
use plotters::style::text_anchor::HPos;

use crate::draw::{Sheet, Spot, along, sheet};
use crate::ink::Ink;
use crate::svg::{Svg, Words};

/// A number over a span of time.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// The short name.
    pub title: &'a str,
    /// Oldest first; `None` where there was no number. Nothing is drawn there.
    pub points: &'a [(Timestamp, Option<f64>)],
    /// Left end.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
    /// What it wants to be.
    pub target: f64,
    /// The largest number that can be, such as 1 for a share.
    pub most: Option<f64>,
    /// A number as people read it.
    pub figure: fn(f64) -> String,
    /// Words under the axis.
    pub ticks: &'a [(Timestamp, String)],
    /// Size in pixels.
    pub size: (u32, u32),
}

/// Two points further apart than this are not joined.
const GAP_MS: i64 = 3 * HOUR_MS;

struct Frame {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    from: Timestamp,
    span: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn of(series: &Series<'_>) -> Self {
        let (width, height) = (series.size.0 as i32, series.size.1 as i32);
        let values = || series.points.iter().filter_map(|point| point.1);
        let low = values().fold(series.target, f64::min);
        let high = values().fold(series.target, f64::max);
        let room = ((high - low) * 0.15).max(high.abs() * 0.000_5).max(1e-9);
        Self {
            left: 8,
            right: width - 86,
            top: 10,
            bottom: height - 20,
            from: series.from,
            span: series.to.since(series.from).max(1) as f64,
            low: (low - room).max(0.0),
            high: series.most.map_or(high + room, |most| (high + room).min(most)),
        }
    }

    fn x(&self, at: Timestamp) -> i32 {
        along(at.since(self.from) as f64 / self.span, self.left, self.right)
    }

    fn y(&self, value: f64) -> i32 {
        let share = (value - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE);
        along(share, self.bottom, self.top)
    }
}

/// The line, the target dashed, and gaps where nobody knew.
pub fn series(series: &Series<'_>) -> Svg {
    let desc = describe(series);
    let words = Words { kind: "trend", id: series.id, title: series.title, desc: &desc };
    let frame = Frame::of(series);
    sheet(series.size, words, |sheet| {
        for y in [frame.top, frame.bottom] {
            sheet.line(Ink::Grid, vec![(frame.left, y), (frame.right, y)]);
        }
        for (at, label) in series.ticks {
            sheet.word(Ink::Label, (frame.x(*at), frame.bottom + 12), HPos::Center, label);
        }
        for run in runs(series.points) {
            line(sheet, &frame, &run);
        }
        let y = frame.y(series.target);
        sheet.line(Ink::Goal, vec![(frame.left, y), (frame.right, y)]);
        ends(sheet, &frame, series);
    })
}

fn line(sheet: &Sheet<'_>, frame: &Frame, run: &[(Timestamp, f64)]) {
    let spots: Vec<Spot> = run.iter().map(|(at, value)| (frame.x(*at), frame.y(*value))).collect();
    match spots.as_slice() {
        [] => {}
        [alone] => sheet.dot(Ink::Line, *alone, 2),
        [first, .., last] => {
            let mut area = spots.clone();
            area.extend([(last.0, frame.bottom), (first.0, frame.bottom)]);
            sheet.surface(Ink::Area, area);
            sheet.line(Ink::Line, spots.clone());
        }
    }
}

fn ends(sheet: &Sheet<'_>, frame: &Frame, series: &Series<'_>) {
    let mut labels = vec![(
        frame.y(series.target),
        Ink::Goal,
        format!("target {}", (series.figure)(series.target)),
    )];
    let last = series.points.iter().rev().find_map(|(at, value)| Some((*at, (*value)?)));
    if let Some((at, value)) = last {
        sheet.dot(Ink::Line, (frame.x(at), frame.y(value)), 3);
        labels.push((frame.y(value), Ink::Value, (series.figure)(value)));
    }
    labels.sort_by_key(|label| label.0);
    // The lowest word must stay above the axis: words are pushed up from there.
    let mut floor = frame.bottom;
    for label in labels.iter_mut().rev() {
        label.0 = label.0.min(floor);
        floor = label.0 - 13;
    }
    for (y, ink, text) in labels {
        sheet.word(ink, (frame.right + 8, y), HPos::Left, &text);
    }
}

/// Joined points: split where there was no number and where nobody looked for long.
fn runs(points: &[(Timestamp, Option<f64>)]) -> Vec<Vec<(Timestamp, f64)>> {
    let mut runs: Vec<Vec<(Timestamp, f64)>> = Vec::new();
    let mut open = false;
    for (at, value) in points {
        let Some(value) = value else {
            open = false;
            continue;
        };
        let near =
            |run: &Vec<(Timestamp, f64)>| run.last().is_some_and(|last| at.since(last.0) <= GAP_MS);
        match runs.last_mut() {
            Some(run) if open && near(run) => run.push((*at, *value)),
            _ => runs.push(vec![(*at, *value)]),
        }
        open = true;
    }
    runs
}

fn describe(series: &Series<'_>) -> String {
    let known: Vec<f64> = series.points.iter().filter_map(|point| point.1).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) => format!(
            "From {} to {} over {} hours with a number. The target is {}.",
            (series.figure)(*first),
            (series.figure)(*last),
            known.len(),
            (series.figure)(series.target)
        ),
        _ => "There was no number yet.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_without_a_number_are_not_joined() {
        let at = |hour: i64| Timestamp(hour * HOUR_MS);
        let points = [
            (at(0), Some(1.0)),
            (at(1), Some(0.9)),
            (at(2), None),
            (at(3), Some(0.8)),
            (at(9), Some(0.7)),
        ];
        let lengths: Vec<usize> = runs(&points).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
    }

    #[test]
    fn one_number_equal_to_its_target_is_drawn() {
        let svg = series(&Series {
            id: "t",
            title: "T",
            points: &[(Timestamp(1), Some(0.0))],
            from: Timestamp(0),
            to: Timestamp(2),
            target: 0.0,
            most: None,
            figure: |value| value.to_string(),
            ticks: &[],
            size: (300, 120),
        });
        let text = svg.into_string();
        assert!(text.contains("target 0") && !text.contains("NaN"), "{text}");
    }
}
