//! The same numbers as a table for a spreadsheet.

use crate::trend::Point;

/// Scores over time: `at` (RFC 3339, UTC), `verified` and `possible` as shares of 1.
pub fn trend(points: &[Point]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail; a lost row would be a lost row of the table only.
    let _ = writer.write_record(["at", "verified", "possible"]);
    for point in points {
        let row = [point.at.rfc3339(), format!("{:.6}", point.lo), format!("{:.6}", point.hi)];
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
