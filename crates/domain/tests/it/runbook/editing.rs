//! Editing a template in place.

use domain::Timestamp;
use domain::runbook::Template;
use domain::runbook::edit::{Edit, EditFlaw, edit};

use super::{SMALL, small};

/// The first instant of 2026-12-01.
const NOW: Timestamp = Timestamp(1_796_083_200_000);

fn edited(changes: &[(&str, &str)]) -> Result<Vec<Edit>, Vec<EditFlaw>> {
    let text = changes.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let after = Template::parse(&text).unwrap_or_else(|flaws| panic!("{flaws:#?}"));
    edit(&small(), &after, NOW)
}

const RAISED: (&str, &str) = ("version = 1", "version = 2");

#[test]
fn steps_that_change_raise_the_version() {
    let words = ("Quoted", "Said");
    assert_eq!(edited(&[words]), Err(vec![EditFlaw::VersionMustRise(2)]));
    let version = Edit::Head { field: "version".to_owned() };
    let changed =
        |id: &str, what: &str| Edit::StepChanged { id: id.to_owned(), what: vec![what.to_owned()] };
    assert_eq!(edited(&[RAISED, words]), Ok(vec![version.clone(), changed("tell", "text")]));
    let due = ("\"15m\"", "\"20m\"");
    assert_eq!(edited(&[RAISED, due]), Ok(vec![version.clone(), changed("look", "due")]));
    let edits = edited(&[RAISED, ("## Tell {#tell}", "## Tell {#say}")]).unwrap();
    assert_eq!(
        edits,
        [
            version,
            Edit::StepRemoved { id: "tell".to_owned() },
            Edit::StepAdded { id: "say".to_owned() },
        ]
    );
    assert!(edits.iter().all(|edit| edit.sentence().ends_with('.')));
}

#[test]
fn the_head_alone_needs_no_version() {
    let field = |name: &str| Edit::Head { field: name.to_owned() };
    let review = ("2026-11-23", "2026-12-01");
    assert_eq!(edited(&[review]), Ok(vec![field("reviewed")]));
    assert_eq!(edited(&[("A small one", "Small")]), Ok(vec![field("title")]));
    let parameter = ("title = \"Bucket\"", "title = \"The bucket\"");
    assert_eq!(edited(&[parameter]), Err(vec![EditFlaw::VersionMustRise(2)]));
    let first = ("**first**", "first");
    assert_eq!(edited(&[RAISED, first]), Ok(vec![field("version"), Edit::Intro]));
}

#[test]
fn what_cannot_be_taken_is_told_all_at_once() {
    assert_eq!(edited(&[]), Err(vec![EditFlaw::Nothing]));
    let flaws =
        edited(&[("\"small\"", "\"other\""), ("Quoted", "Said"), ("2026-11-23", "2026-12-02")])
            .unwrap_err();
    let ahead = EditFlaw::ReviewedAhead(domain::register::Day::parse("2026-12-02").unwrap());
    let other = EditFlaw::OtherId("small".to_owned());
    assert_eq!(flaws, [other, EditFlaw::VersionMustRise(2), ahead]);
    let back = edited(&[("2026-11-23", "2026-11-22")]).unwrap_err();
    let day = domain::register::Day::parse("2026-11-23").unwrap();
    assert_eq!(back, [EditFlaw::ReviewedBack(day)]);
    let (small, mut later) = (small(), small());
    later.version = 3;
    assert_eq!(edit(&later, &small, NOW), Err(vec![EditFlaw::VersionFell(3)]));
}

#[test]
fn another_order_is_a_change() {
    let (small, mut turned) = (small(), small());
    turned.steps.swap(1, 2);
    turned.version = 2;
    let edits = edit(&small, &turned, NOW).unwrap();
    assert!(edits.contains(&Edit::StepsReordered), "{edits:?}");
}
