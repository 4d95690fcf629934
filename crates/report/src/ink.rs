//! Colours by role: plotters paints with numbers, the style sheet with classes.

use plotters::style::RGBColor;

/// What a stroke or a surface means. Each has a number that no palette contains, which
/// [`crate::svg::finish`] replaces by a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Horizontal lines behind the data.
    Grid,
    /// Words at the axes.
    Label,
    /// Words that name the leading value.
    Value,
    /// The measured line.
    Line,
    /// The surface under it.
    Area,
    /// What is not verified.
    Hatch,
    /// What the organisation wants to reach.
    Goal,
    /// An empty bar.
    Track,
    /// At the goal; passing; resolved.
    Good,
    /// Below the goal.
    Warning,
    /// Far below the goal; failing; new.
    Bad,
    /// Nobody knows.
    Unknown,
    /// The present.
    Now,
}

impl Ink {
    const ALL: [Self; 13] = [
        Self::Grid,
        Self::Label,
        Self::Value,
        Self::Line,
        Self::Area,
        Self::Hatch,
        Self::Goal,
        Self::Track,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Unknown,
        Self::Now,
    ];

    /// The stand-in that plotters writes.
    pub(crate) fn rgb(self) -> RGBColor {
        RGBColor(0xFE, 0xED, self as u8)
    }

    /// The ink behind a colour that plotters wrote.
    pub(crate) fn of(colour: &str) -> Option<Self> {
        let number = u8::from_str_radix(colour.strip_prefix("#FEED")?, 16).ok()?;
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The role in class names.
    pub(crate) fn role(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Label => "label",
            Self::Value => "value",
            Self::Line => "line",
            Self::Area => "area",
            Self::Hatch => "hatch",
            Self::Goal => "goal",
            Self::Track => "track",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
            Self::Now => "now",
        }
    }

    /// The ink of a standing, as its word says: `good`, `warning`, `bad`, anything else unknown.
    pub(crate) fn of_standing(standing: domain::Standing) -> Self {
        match standing {
            domain::Standing::Good => Self::Good,
            domain::Standing::Warning => Self::Warning,
            domain::Standing::Bad => Self::Bad,
            domain::Standing::Unknown => Self::Unknown,
        }
    }
}
