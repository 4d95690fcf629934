//! The few strokes that all charts are made of, in pixels.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, IntoFont, PathElement, Polygon, Rectangle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, TextStyle};

use crate::ink::Ink;
use crate::svg::{Svg, Words, finish};

/// A position in pixels from the upper left.
pub(crate) type Spot = (i32, i32);

/// A drawing in progress.
///
/// Plotters' SVG backend writes to memory and cannot fail, so results of single strokes are
/// dropped: at worst a stroke is missing, and the same numbers stand in the table beside it.
pub(crate) struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws on a sheet of this size and finishes it.
pub(crate) fn sheet(size: (u32, u32), words: Words<'_>, paint: impl FnOnce(&Sheet<'_>)) -> Svg {
    let mut raw = String::new();
    {
        let area = SVGBackend::with_string(&mut raw, size).into_drawing_area();
        let sheet = Sheet { area };
        paint(&sheet);
        let _ = sheet.area.present();
    }
    finish(&raw, words)
}

impl Sheet<'_> {
    pub(crate) fn line(&self, ink: Ink, spots: Vec<Spot>) {
        let _ = self.area.draw(&PathElement::new(spots, ink.rgb().stroke_width(1)));
    }

    pub(crate) fn surface(&self, ink: Ink, spots: Vec<Spot>) {
        let _ = self.area.draw(&Polygon::new(spots, ink.rgb().filled()));
    }

    /// A filled rectangle; nothing when it has no width.
    pub(crate) fn bar(&self, ink: Ink, from: Spot, to: Spot) {
        if from.0 < to.0 && from.1 < to.1 {
            let _ = self.area.draw(&Rectangle::new([from, to], ink.rgb().filled()));
        }
    }

    pub(crate) fn dot(&self, ink: Ink, at: Spot, radius: i32) {
        let _ = self.area.draw(&Circle::new(at, radius, ink.rgb().filled()));
    }

    /// A word beside `at`.
    pub(crate) fn word(&self, ink: Ink, at: Spot, anchor: HPos, text: &str) {
        let colour = ink.rgb();
        let style = TextStyle::from(("sans-serif", 11).into_font())
            .color(&colour)
            .pos(Pos::new(anchor, VPos::Center));
        let _ = self.area.draw(&Text::new(text.to_owned(), at, style));
    }
}

/// Where a share of 0 to 1 lies between two pixels.
pub(crate) fn along(share: f64, from: i32, to: i32) -> i32 {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    from + (share * f64::from(to - from)).round() as i32
}

/// A share as people read it: whole per cent, never rounded up to 100 or down to 0.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    let whole = match value {
        v if v < 1.0 && v > 0.0 => 1.0,
        v if v > 99.0 && v < 100.0 => 99.0,
        v => v.floor(),
    };
    format!("{whole:.0}\u{202f}%")
}
