//! What pages make of stored scores and tallies.

use std::collections::BTreeMap;

use domain::score::Weighed;
use domain::{Control, ControlId, Goal, Score, Standing, Tally, Timestamp};
use report::Point;
use store::ScorePoint;

use crate::components::Explanation;

/// The tallies of all controls.
pub(crate) type Tallies = BTreeMap<ControlId, Tally>;

/// The tally of a control; a control without any was evaluated by nobody.
pub(crate) fn tally_of(tallies: &Tallies, id: &ControlId) -> Tally {
    tallies.get(id).copied().unwrap_or_default()
}

/// Controls with their weight, for an explanation.
pub(crate) fn weighed<'a>(
    tallies: &Tallies,
    controls: impl Iterator<Item = &'a Control>,
) -> Vec<Weighed> {
    controls
        .map(|control| Weighed {
            severity: control.severity,
            tally: tally_of(tallies, &control.id),
        })
        .collect()
}

/// Where the score of a point comes from.
pub(crate) fn explanation(
    name: &str,
    href: &str,
    point: Option<&ScorePoint>,
    controls: Vec<Weighed>,
) -> Explanation {
    let explanation = Explanation::new(name, href, score(point), controls);
    match point {
        Some(point) => explanation.of(point),
        None => explanation,
    }
}

/// How many of these controls fail somewhere.
pub(crate) fn failing<'a>(tallies: &Tallies, controls: impl Iterator<Item = &'a Control>) -> u64 {
    controls.filter(|control| tally_of(tallies, &control.id).fail > 0).count() as u64
}

/// The last point of each day, for charts. Points without a score are gaps.
pub(crate) fn points(history: &[ScorePoint]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for stored in history {
        let Some(score) = stored.score else { continue };
        let point = Point { at: stored.at, lo: score.lo, hi: score.hi };
        match points.last_mut() {
            Some(last) if last.at.day() == stored.at.day() => *last = point,
            _ => points.push(point),
        }
    }
    points
}

/// Where a stored score stands now: data may have grown stale since it was computed.
pub(crate) fn standing(point: Option<&ScorePoint>, goal: Goal, stale_now: bool) -> Standing {
    let stale = stale_now || point.is_some_and(|point| point.any_stale);
    Standing::of(score(point), goal, stale)
}

/// The score of a point.
pub(crate) fn score(point: Option<&ScorePoint>) -> Option<Score> {
    point.and_then(|point| point.score)
}

/// Words under the axis of a chart: `n` dates between two times, the last one the present.
pub(crate) fn ticks(
    from: Timestamp,
    to: Timestamp,
    n: i64,
    word: impl Fn(Timestamp) -> String,
) -> Vec<(Timestamp, String)> {
    (0..=n)
        .map(|index| {
            let at = from.plus(to.since(from) / n * index);
            (at, if index == n { "today".to_owned() } else { word(at) })
        })
        .collect()
}
