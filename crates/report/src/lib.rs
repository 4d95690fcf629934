//! What a person takes away: charts now, exports beside them as they come.
//!
//! Charts are drawn with plotters and handed out as [`Svg`]. They carry class names and no colours,
//! so that the page's style sheet decides how they look in both schemes and in print, and no
//! inline style, which the content security policy forbids.
#![warn(missing_docs)]

pub mod bars;
pub mod csv;
mod draw;
mod ink;
pub mod qr;
pub mod series;
pub mod span;
pub mod strip;
pub mod svg;
pub mod trend;

pub use bars::{Day, Width, daily, score_bar, score_words, tally_bar};
pub use draw::percent;
pub use qr::qr;
pub use series::{Series, series};
pub use span::{SpanBar, span_bar};
pub use strip::{Deadline, remediation};
pub use svg::{Svg, hatch};
pub use trend::{Point, Trend, sparkline, trend};
