//! The arithmetic of measuring: medians, percentiles, sides that take turns.

use anyhow::Result;

/// What repeated measurements of one thing gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    pub least: f64,
    pub most: f64,
    /// How many there were.
    pub count: usize,
}

impl Spread {
    /// Sums up some measurements; nothing at all is a spread of zeros with a count of zero.
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self {
            median: median(&sorted),
            least: sorted.first().copied().unwrap_or_default(),
            most: sorted.last().copied().unwrap_or_default(),
            count: sorted.len(),
        }
    }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The value below which `percent` of the measurements lie (nearest rank), in their own unit.
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
}

/// Two things measured in turns: first, second, first, second, and so on.
#[derive(Debug, Default)]
pub struct Turns {
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

impl Turns {
    /// Lets the sides take turns, so that whatever else the machine does meets both alike.
    pub fn take(
        times: usize,
        mut first: impl FnMut() -> Result<f64>,
        mut second: impl FnMut() -> Result<f64>,
    ) -> Result<Self> {
        let mut turns = Self::default();
        for _ in 0..times {
            turns.first.push(first()?);
            turns.second.push(second()?);
        }
        Ok(turns)
    }

    /// First divided by second, turn by turn.
    pub fn ratios(&self) -> Spread {
        let ratios: Vec<f64> = self.first.iter().zip(&self.second).map(|(a, b)| a / b).collect();
        Spread::of(&ratios)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let spread = Spread::of(&[5.0, 1.0, 3.0]);
        assert_eq!(spread, Spread { median: 3.0, least: 1.0, most: 5.0, count: 3 });
        let even = Spread::of(&[4.0, 1.0]);
        assert_eq!(even, Spread { median: 2.5, least: 1.0, most: 4.0, count: 2 });
        assert_eq!(Spread::of(&[]).count, 0);
    }

    #[test]
    fn a_percentile_is_one_of_the_measurements() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&values, 99.0).to_string(), "198");
        assert_eq!(percentile(&values, 50.0).to_string(), "100");
        assert_eq!(percentile(&[7.0], 99.0).to_string(), "7");
    }

    #[test]
    fn sides_take_turns_and_are_compared_turn_by_turn() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char, value: f64| {
            order.borrow_mut().push(name);
            Ok(value)
        };
        let turns = Turns::take(3, || side('a', 4.0), || side('b', 2.0)).unwrap();
        assert_eq!(order.into_inner(), "ababab");
        assert_eq!(turns.ratios(), Spread { median: 2.0, least: 2.0, most: 2.0, count: 3 });
    }
}
