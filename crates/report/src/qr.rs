//! A QR code, for the camera of a telephone.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use crate::svg::Svg;

/// Modules of white around a code (ISO/IEC 18004).
const QUIET: usize = 4;

/// A QR code of `text`; `None` where it does not fit into one.
///
/// Classes: `qr` on the picture, `qr-ground` on the light rectangle, `qr-modules` on the dark path.
/// Cameras want dark on light, so the style sheet sets both in every scheme. One unit is one
/// module; the style sheet sets the size.
pub fn qr(text: &str, title: &'static str) -> Option<Svg> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width() + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let length = run.len();
                // Writing to a string does not fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += run.len();
        }
    }
    Some(Svg::drawn(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         shape-rendering=\"crispEdges\"><title>{title}</title>\
         <rect class=\"qr-ground\" width=\"{side}\" height=\"{side}\"/>\
         <path class=\"qr-modules\" d=\"{path}\"/></svg>"
    )))
}
