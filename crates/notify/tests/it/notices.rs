//! What a notice may be.

use notify::notice::{LONGEST_KEY, Malformed};
use notify::{Link, Notice};

use crate::notice;

#[test]
fn a_key_is_short_and_ascii() {
    assert_eq!(notice().check(), Ok(()));
    let key = |dedup_key: &str| Notice { dedup_key: dedup_key.to_owned(), ..notice() }.check();
    assert_eq!(key(&"x".repeat(LONGEST_KEY - 1)), Ok(()));
    for bad in ["", "wardröund:1", "a\nb", &"x".repeat(LONGEST_KEY)] {
        assert_eq!(key(bad), Err(Malformed::Key), "{bad:?}");
    }
    let nameless = Notice { id: String::new(), ..notice() };
    assert_eq!(nameless.check(), Err(Malformed::NoId));
}

#[test]
fn a_link_cannot_break_out_of_markup() {
    let link = Link::parse("https://w.example/a|b'c\"d<e>?q=<|>'").unwrap();
    for end in ['|', '\'', '"', '<', '>', ' '] {
        assert!(!link.as_str().contains(end), "{link}");
    }
    assert_eq!(Link::parse("https://W.example:8443/x").unwrap().origin(), "https://w.example:8443");
    for bad in
        ["javascript:alert(1)", "data:text/html,x", "/incidents/1", "https://u:p@h/", "file:///etc"]
    {
        assert!(Link::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_notice_survives_its_way_through_json() {
    let text = serde_json::to_string(&notice()).unwrap();
    assert_eq!(serde_json::from_str::<Notice>(&text).unwrap(), notice());
    let bad = text.replace("https://wiki", "javascript:wiki");
    assert!(serde_json::from_str::<Notice>(&bad).is_err());
}
