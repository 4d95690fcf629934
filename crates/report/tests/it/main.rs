//! Charts as a page gets them.

use domain::id::DAY_MS;
use domain::{Score, Standing, Tally, Timestamp};
use report::{Deadline, Point, Trend, Width};

fn points(days: &[i64]) -> Vec<Point> {
    days.iter().map(|day| Point { at: Timestamp(day * DAY_MS), lo: 0.6, hi: 0.8 }).collect()
}

fn drawn(days: &[i64], title: &str) -> String {
    let trend = Trend {
        id: "t",
        title,
        points: &points(days),
        from: Timestamp(0),
        to: Timestamp(90 * DAY_MS),
        goal: 0.9,
        ticks: &[(Timestamp(30 * DAY_MS), "Nov".to_owned())],
        size: (600, 160),
    };
    report::trend(&trend).into_string()
}

#[test]
fn a_gap_in_the_measurements_is_a_gap_in_the_line() {
    let whole = drawn(&[1, 2, 3, 4, 5], "Score");
    let broken = drawn(&[1, 2, 40, 41], "Score");
    assert_eq!(whole.matches("class=\"s-line\"").count(), 1);
    assert_eq!(broken.matches("class=\"s-line\"").count(), 2);
}

#[test]
fn a_weekly_round_has_no_gap_of_a_week() {
    assert_eq!(drawn(&[1, 8, 15, 22, 29], "Score").matches("class=\"s-line\"").count(), 1);
    assert_eq!(drawn(&[1, 8, 15, 50, 57], "Score").matches("class=\"s-line\"").count(), 2);
}

#[test]
fn a_sparkline_joins_and_breaks_as_the_trend_does() {
    let spark = |days: &[i64]| {
        let (from, to) = (Timestamp(0), Timestamp(90 * DAY_MS));
        report::sparkline("Score", &points(days), from, to).into_string()
    };
    let lines = |days: &[i64]| spark(days).matches("class=\"s-line\"").count();
    let dots = |days: &[i64]| spark(days).matches("<circle").count();
    // Twelve weekly rounds: one line over the whole span, and the dot of the present.
    let weekly: Vec<i64> = (0..12).map(|week| 3 + week * 7).collect();
    assert_eq!((lines(&weekly), dots(&weekly)), (1, 1));
    assert!(spark(&weekly).contains("points=\"5,"), "{}", spark(&weekly));
    assert_eq!(lines(&[1, 8, 15, 50, 57]), 2);
    // One round between two gaps is seen.
    assert_eq!((lines(&[1, 2, 3, 40, 80, 81, 82]), dots(&[1, 2, 3, 40, 80, 81, 82])), (2, 2));
}

#[test]
fn no_colour_no_style_and_no_raw_text_leaves() {
    let svg = drawn(&[1, 2, 3], "</title><script>alert(1)</script>");
    assert!(!svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;/title&gt;&lt;script&gt;"));
    assert!(!svg.contains("style=") && !svg.contains("#FEED") && !svg.contains("font-family"));
    assert!(svg.contains("role=\"img\"") && svg.contains("<desc"));
    assert!(svg.contains("viewBox=\"0 0 600 160\""));
    assert!(svg.contains("fill=\"url(#t-hatch)\""));
    assert!(svg.contains(">goal 90\u{202f}%</text>"));
}

#[test]
fn a_bar_shows_what_is_verified_and_hatches_the_rest() {
    let score = Score { lo: 0.5, hi: 0.75, coverage: 0.75 };
    let svg = report::score_bar("Encryption", Some(score), Standing::Bad, 0.9, Width::Narrow)
        .into_string();
    assert!(svg.contains("<rect x=\"0\" y=\"2\" width=\"40\" height=\"6\" class=\"f-bad\"/>"));
    assert!(
        svg.contains("<rect x=\"40\" y=\"2\" width=\"20\" height=\"6\" fill=\"url(#hatch)\"/>")
    );
}

#[test]
fn one_failure_among_thousands_is_seen() {
    let tally = Tally { pass: 9_999, fail: 1, ..Tally::default() };
    let svg = report::tally_bar("Buckets", &tally, Width::Wide).into_string();
    assert!(svg.contains("class=\"f-bad\""), "{svg}");
}

#[test]
fn an_overdue_failure_has_an_overdue_part() {
    let deadline = |due| Deadline {
        first_seen: Timestamp(10 * DAY_MS),
        due: Some(Timestamp(due * DAY_MS)),
        now: Timestamp(50 * DAY_MS),
    };
    let strip = |due| {
        report::remediation("x", deadline(due), Timestamp(0), Timestamp(60 * DAY_MS)).into_string()
    };
    assert!(strip(20).contains("f-bad"));
    assert!(!strip(55).contains("f-bad"));
}

#[test]
fn the_table_has_the_same_rows() {
    let csv = report::csv::trend(&points(&[0, 1]));
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.contains("1970-01-02T00:00:00.000Z,0.600000,0.800000"));
}

#[test]
fn the_code_for_cameras_obeys_a_strict_policy() {
    let svg = report::qr("otpauth://totp/a:b?secret=AAAA", "QR code").unwrap().into_string();
    assert!(svg.starts_with("<svg class=\"qr\"") && svg.contains("<title>QR code</title>"));
    for forbidden in ["style", "<script", " id=", "onload", "href", "fill="] {
        assert!(!svg.contains(forbidden), "{forbidden}");
    }
    assert_eq!(report::qr(&"x".repeat(5_000), "QR code"), None);
}

#[test]
fn the_code_for_cameras_is_what_the_encoder_made() {
    let between = |text: &str, before: &str, after: &str| -> String {
        let rest = text.split_once(before).unwrap().1;
        rest.split_once(after).unwrap().0.to_owned()
    };
    let text = "otpauth://totp/a:b?secret=AAAA";
    let svg = report::qr(text, "QR code").unwrap().into_string();
    let side: usize = between(&svg, "viewBox=\"0 0 ", " ").parse().unwrap();
    let mut painted = vec![false; side * side];
    for run in between(&svg, " d=\"", "\"").split('M').skip(1) {
        let (start, rest) = run.split_once('h').unwrap();
        let (x, y) = start.split_once(' ').unwrap();
        let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        let first = y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap();
        painted[first..first + length].fill(true);
    }
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    assert_eq!(side, code.width() + 8);
    for y in 0..side {
        for x in 0..side {
            let inside = (4..side - 4).contains(&x) && (4..side - 4).contains(&y);
            let dark = inside && code[(x - 4, y - 4)] == qrcode::Color::Dark;
            assert_eq!(painted[y * side + x], dark, "{x} {y}");
        }
    }
}
