//! What the document says around every page.

use app::pages::controls::{ControlCounts, ControlsPage, Sort};
use app::query::Query;
use app::shell::Frame;

use crate::render::render_with;

fn header(change: impl FnOnce(&mut Frame)) -> String {
    let page = ControlsPage {
        counts: ControlCounts::default(),
        all: 0,
        any: true,
        sort: Sort::State,
        query: Query::default(),
        lines: Vec::new(),
    };
    let html = render_with(page, change);
    let header = html.split("class=\"freshness\"").nth(1).unwrap();
    header.split("</a>").next().unwrap().to_owned()
}

fn places(troubled: u64, silent: u64) -> impl FnOnce(&mut Frame) {
    move |frame| (frame.troubled, frame.silent) = (troubled, silent)
}

#[test]
fn the_header_is_green_only_where_every_place_was_read() {
    let whole = header(places(0, 0));
    assert!(whole.contains("mark-pass visit\">Data as of") && !whole.contains("not read"));
    let off = header(places(0, 2));
    assert!(off.contains("mark-not-evaluated visit\">Data as of"), "{off}");
    assert!(off.contains("places </span>") && off.contains("not read"), "{off}");
    let failed = header(places(1, 0));
    assert!(failed.contains("mark-error visit\">Data as of"), "{failed}");
    assert!(failed.contains("place </span>"), "{failed}");
    let stale = header(|frame| (frame.any_stale, frame.silent) = (true, 1));
    assert!(stale.contains("mark-stale visit\">Stale data") && stale.contains("not read"));
    for header in [off, failed, stale] {
        assert!(!header.contains("mark-pass"), "{header}");
    }
}

#[test]
fn before_anything_was_read_the_header_says_so() {
    let never = header(|frame| (frame.oldest, frame.troubled, frame.silent) = (None, 0, 48));
    assert!(never.contains("mark-not-evaluated visit\">No data yet") && !never.contains("48"));
    let failed = header(|frame| (frame.oldest, frame.troubled, frame.silent) = (None, 48, 0));
    assert!(failed.contains("mark-error visit\">No data yet") && failed.contains("48"));
}
