//! Scores over time.

use domain::Timestamp;
use domain::id::DAY_MS;
use plotters::style::text_anchor::HPos;

use crate::draw::{Sheet, Spot, along, percent, sheet};
use crate::ink::Ink;
use crate::svg::{Svg, Words};

/// A score at one time. Shares between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When it was computed.
    pub at: Timestamp,
    /// What was verified.
    pub lo: f64,
    /// What could be.
    pub hi: f64,
}

/// A score over a span of time.
#[derive(Debug, Clone, Copy)]
pub struct Trend<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// The short name.
    pub title: &'a str,
    /// Oldest first.
    pub points: &'a [Point],
    /// Left end.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
    /// Between 0 and 1.
    pub goal: f64,
    /// Words under the axis.
    pub ticks: &'a [(Timestamp, String)],
    /// Size in pixels.
    pub size: (u32, u32),
}

/// Two points further apart than this are not joined: nothing was measured in between.
const GAP_MS: i64 = 2 * DAY_MS + DAY_MS / 2;

/// The longest distance that is still joined. Whoever measures once a week has no gap of a week:
/// two and a half of the usual distances, at least [`GAP_MS`].
fn gap(points: &[Point]) -> i64 {
    let mut steps: Vec<i64> = points.windows(2).map(|pair| pair[1].at.since(pair[0].at)).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).map_or(GAP_MS, |usual| (usual * 5 / 2).max(GAP_MS))
}

struct Frame {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    from: Timestamp,
    span: f64,
}

impl Frame {
    fn x(&self, at: Timestamp) -> i32 {
        along(at.since(self.from) as f64 / self.span, self.left, self.right)
    }

    fn y(&self, share: f64) -> i32 {
        along(share, self.bottom, self.top)
    }
}

/// The verified line with the hatched band of what is unverified, the goal dashed, gaps left open.
pub fn trend(trend: &Trend<'_>) -> Svg {
    let desc = describe(trend.points, trend.goal);
    let words = Words { kind: "trend", id: trend.id, title: trend.title, desc: &desc };
    let (width, height) = (trend.size.0 as i32, trend.size.1 as i32);
    let frame = Frame {
        left: 28,
        right: width - 62,
        top: 8,
        bottom: height - 20,
        from: trend.from,
        span: trend.to.since(trend.from).max(1) as f64,
    };
    sheet(trend.size, words, |sheet| {
        grid(sheet, &frame, trend);
        for run in runs(trend.points) {
            band(sheet, &frame, run);
        }
        goal(sheet, &frame, trend.goal);
        if let Some(last) = trend.points.last() {
            ends(sheet, &frame, last, trend.goal);
        }
    })
}

fn grid(sheet: &Sheet<'_>, frame: &Frame, trend: &Trend<'_>) {
    for share in [0.0, 0.5, 1.0] {
        let y = frame.y(share);
        sheet.line(Ink::Grid, vec![(frame.left, y), (frame.right, y)]);
        sheet.word(Ink::Label, (frame.left - 6, y), HPos::Right, &format!("{:.0}", share * 100.0));
    }
    for (at, label) in trend.ticks {
        let x = frame.x(*at);
        sheet.word(Ink::Label, (x, frame.bottom + 12), HPos::Center, label);
    }
}

fn goal(sheet: &Sheet<'_>, frame: &Frame, goal: f64) {
    let y = frame.y(goal);
    sheet.line(Ink::Goal, vec![(frame.left, y), (frame.right, y)]);
}

/// Joined points: the surface under `lo`, the band up to `hi`, the line. One point alone is a dot.
fn band(sheet: &Sheet<'_>, frame: &Frame, run: &[Point]) {
    let spots = |share: fn(&Point) -> f64| -> Vec<Spot> {
        run.iter().map(|point| (frame.x(point.at), frame.y(share(point)))).collect()
    };
    let (lo, hi) = (spots(|point| point.lo), spots(|point| point.hi));
    let (Some(first), Some(last)) = (lo.first(), lo.last()) else { return };
    if lo.len() == 1 {
        sheet.bar(
            Ink::Hatch,
            (first.0 - 3, hi.first().map_or(first.1, |spot| spot.1)),
            (first.0 + 3, first.1),
        );
        sheet.dot(Ink::Line, *first, 3);
        return;
    }
    let mut area = lo.clone();
    area.extend([(last.0, frame.bottom), (first.0, frame.bottom)]);
    sheet.surface(Ink::Area, area);
    let mut between = lo.clone();
    between.extend(hi.iter().rev());
    sheet.surface(Ink::Hatch, between);
    sheet.line(Ink::Line, lo);
}

/// The values at the right end, pushed apart so that no word covers another.
fn ends(sheet: &Sheet<'_>, frame: &Frame, last: &Point, goal: f64) {
    let x = frame.x(last.at);
    sheet.dot(Ink::Line, (x, frame.y(last.lo)), 3);
    let mut labels = vec![
        (frame.y(last.lo), Ink::Value, percent(last.lo)),
        (frame.y(goal), Ink::Goal, format!("goal {}", percent(goal))),
    ];
    if last.hi - last.lo >= 0.02 {
        labels.push((frame.y(last.hi), Ink::Label, format!("≤ {}", percent(last.hi))));
    }
    labels.sort_by_key(|label| label.0);
    let mut free = i32::MIN;
    for (y, ink, text) in labels {
        let y = y.max(free);
        sheet.word(ink, (frame.right + 8, y), HPos::Left, &text);
        free = y + 13;
    }
}

/// Splits where nothing was measured for longer than usual.
fn runs(points: &[Point]) -> impl Iterator<Item = &[Point]> {
    let gap = gap(points);
    points.chunk_by(move |a, b| b.at.since(a.at) <= gap)
}

fn describe(points: &[Point], goal: f64) -> String {
    match (points.first(), points.last()) {
        (Some(first), Some(last)) => format!(
            "From {} on the first of {} measured days to {} now, up to {} if what is unverified \
             passes. The goal is {}.",
            percent(first.lo),
            points.len(),
            percent(last.lo),
            percent(last.hi),
            percent(goal)
        ),
        _ => "Nothing was measured yet.".to_owned(),
    }
}

/// The least span of a sparkline: smaller changes shall not look like great ones.
const SPARK_SPAN: f64 = 0.12;

/// A small line without axes, scaled to its own range; its neighbours in the page say the numbers.
/// It has the gaps of [`trend`], and what stands alone between two gaps is a dot there too.
pub fn sparkline(title: &str, points: &[Point], from: Timestamp, to: Timestamp) -> Svg {
    let words = Words { kind: "spark", id: "", title, desc: "" };
    let span = to.since(from).max(1) as f64;
    let frame = Frame { left: 2, right: 93, top: 3, bottom: 21, from, span };
    let (low, high) = points
        .iter()
        .fold((f64::MAX, f64::MIN), |range, point| (range.0.min(point.lo), range.1.max(point.lo)));
    let middle = f64::midpoint(low, high);
    let range = (high - low).max(SPARK_SPAN);
    let spot = |point: &Point| (frame.x(point.at), frame.y((point.lo - middle) / range + 0.5));
    sheet((96, 24), words, |sheet| {
        for run in runs(points) {
            let spots: Vec<Spot> = run.iter().map(spot).collect();
            match spots.as_slice() {
                [alone] => sheet.dot(Ink::Line, *alone, 1),
                _ => sheet.line(Ink::Line, spots),
            }
        }
        if let Some(last) = points.last() {
            sheet.dot(Ink::Line, spot(last), 2);
        }
    })
}
