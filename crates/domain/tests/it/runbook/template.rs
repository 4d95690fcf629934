//! Reading a template: what is told, and that nothing gets through.

use std::collections::BTreeMap;

use domain::runbook::markdown::{Block, Inline, Piece, fill, joined, plain};
use domain::runbook::{Check, Flaw, Run, Template, Values, Wanted};
use domain::{Role, Timestamp};
use proptest::prelude::*;

use super::{SMALL, small};

fn flaws(text: &str) -> Vec<Flaw> {
    match Template::parse(text) {
        Ok(template) => panic!("it has no flaw: {template:?}"),
        Err(flaws) => flaws,
    }
}

/// The one flaw after a change of the small template.
fn flaw(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    let flaws = flaws(&SMALL.replacen(from, to, 1));
    assert_eq!(flaws.len(), 1, "{flaws:#?}");
    flaws[0].to_string()
}

#[test]
fn everything_is_read() {
    let template = small();
    assert_eq!((template.id.as_str(), template.version), ("small", 1));
    assert_eq!(template.owner, Role::Compliance);
    assert_eq!(template.reviewed.to_string(), "2026-11-23");
    assert_eq!(template.parameters.len(), 4);
    assert_eq!(plain(&template.intro), "Read this first, about {{bucket}}.\n");
    let ids: Vec<&str> = template.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["look", "act", "tell"]);
    let look = &template.steps[0];
    assert_eq!(look.title, "Look");
    assert_eq!(look.role, Role::OnCall);
    assert_eq!(look.due.unwrap().to_string(), "15m");
    assert_eq!((look.evidence, look.skippable), (Wanted::Required, false));
    let check = look.check.as_ref().unwrap();
    assert_eq!(check.check, Check::GuarddutyOn);
    let pair = |name: &str| (name.to_owned(), name.to_owned());
    assert_eq!(check.with, [pair("account"), pair("region")]);
    let act = &template.steps[1];
    assert_eq!((act.role, act.evidence), (Role::Compliance, Wanted::Optional));
    assert!(act.skippable && act.due.is_none());
    assert!(matches!(&act.body[0], Block::List { start: Some(1), items } if items.len() == 2));
    assert!(matches!(&act.body[1], Block::Code { changes: true, .. }));
    assert!(matches!(&template.steps[2].body[1], Block::Table { rows, .. } if rows.len() == 1));
}

#[test]
fn line_ends_of_other_systems_change_nothing() {
    let other = Template::parse(&format!("\u{feff}{}", SMALL.replace('\n', "\r\n"))).unwrap();
    assert_eq!(other, small());
}

#[test]
fn each_flaw_has_its_line_and_what_would_be_right() {
    for (from, to, told) in [
        ("id = \"small\"\n", "", "`id` is missing; write a slug"),
        ("\"small\"", "\"Small One\"", "`id` is “Small One”; write small letters"),
        ("version = 1", "version = 0", "`version` is of type integer; write a whole number"),
        ("2026-11-23", "2026-11-31", ""),
        ("\"compliance\"", "\"auditor\"", "`owner` is “auditor”; write one of executive"),
        ("164.308(a)(6)(ii)", "164.999", "the catalogue has no section “164.999”"),
        ("\"page-phi\"", "\"panic\"", "no class of alerts is called “panic”"),
        ("\"exfiltration\"", "\"Ex fil\"", "no family is called “Ex fil”"),
        ("\"Exfiltration:S3/*\"", "\"*\"", "“*” is no pattern"),
        ("required = true", "requires = true", "nobody knows `requires`"),
        ("from = \"account\"", "from = \"region\"", "`region` does not fill in account"),
        ("**first**", "<b>first</b>", "there is HTML"),
        ("**first**", "![x](https://a.example/x.png)", "there is a picture"),
        ("about {{bucket}}", "about {{bucke}}", "no parameter is called “bucke”"),
        ("about {{bucket}}", "about {{ bucket }}", "there are two braces around no name"),
        ("{#look}", "", "a step has no id of its own"),
        ("## Look", "## Look at {{bucket}}", "the heading of a step holds more than"),
        ("\"on-call\"", "\"nurse\"", "`role` is “nurse”; write one of"),
        ("\"15m\"", "\"soon\"", "`due` is “soon”; write a number of minutes"),
        ("guardduty-on", "guarddog-on", "`check` is “guarddog-on”; write one of"),
        ("guardduty-on", "encryption-on", "no parameter is called `resource`; declare"),
        ("\"discovered\"\n```", "\"bucket\"\n```", "no parameter of kind time is called `bucket`"),
        ("due = \"60d\"\n", "", "`after` stands without a `due`; write"),
        ("\"required\"", "\"maybe\"", "`evidence` is “maybe”; write one of required"),
        ("skippable = false", "skippable = no", "this is no TOML"),
        ("skippable = false", "silly = false", "nobody knows `silly`; what may stand"),
        ("](/findings)", "](/nowhere)", "no page is at “/nowhere”"),
        ("](/findings)", "](/controls/none)", "no page is at “/controls/none”"),
        ("](/findings)", "](//evil.example)", "no page is at “//evil.example”"),
        ("](/findings)", "](http://a.example)", "the link “http://a.example” leads nowhere"),
        ("](/findings)", "](javascript:alert%281%29)", "the link “javascript:"),
        ("](/findings)", "](data:text/html,x)", "the link “data:"),
        ("](#act)", "](#none)", "no step has the id “none”"),
        ("get-bucket-policy", "delete-bucket-policy", "`aws s3api delete-bucket-policy` is"),
        ("--bucket {{bucket}}\n", "--x '{{bucket}}'\n", "`{{bucket}}` stands inside quotes"),
        ("```sh changes", "```text maybe", "a block of code is marked “maybe”"),
        ("aws s3 rm s3://{{bucket}}/x", "aws dynamodb scan", "`aws dynamodb scan` can read"),
        ("> Quoted", "> > > > > > > > Quoted", "this is nested too deep"),
    ] {
        let sentence = flaw(from, to);
        let before = &SMALL[..SMALL.find(from).unwrap()];
        let line = if from.starts_with("id =") { 1 } else { before.matches('\n').count() + 1 };
        let told = format!("Line {line}: {told}");
        assert!(sentence.starts_with(&told), "{from} → {to}: {sentence}");
        assert!(sentence.contains("; ") && sentence.ends_with('.'), "{sentence}");
    }
    for (with, told) in [
        ("vendor = \"account\"", "parameter `account` is of kind account; `vendor` takes text."),
        (
            "vendor = \"bucket\", x = \"bucket\"",
            "agreement-in-force takes no `x`; it takes vendor.",
        ),
    ] {
        let to = format!("agreement-in-force\"\nwith = {{ {with} }}");
        assert_eq!(flaw("guardduty-on\"", &to), format!("Line 43: {told}"));
    }
    // Two flaws of one change: the second id, and the link that then leads nowhere.
    let told = flaws(&SMALL.replacen("{#act}", "{#look}", 1));
    assert!(told.iter().any(|it| it.wrong == "two steps have the id “look”"), "{told:?}");
}

#[test]
fn what_is_declared_is_used_and_files_without_steps_are_none() {
    let told =
        flaws(&SMALL.replace("Two in {{region}}.", "Two.").replace("guardduty-on", "mfa-on"));
    assert!(told.iter().any(|it| it.wrong == "parameter `region` is used nowhere"), "{told:?}");
    let head = &SMALL[..SMALL.find("Read this").unwrap()];
    assert!(flaws(head).iter().any(|it| it.wrong == "there are no steps"));
    assert_eq!(flaws("")[0].line, 1);
    assert_eq!(flaws("+++\n")[0].wrong, "the file has no head");
    assert!(flaws(&"x".repeat(200_000))[0].wrong.contains("200000 bytes"));
    assert!(flaws("+++\n+++\n\u{0}")[0].wrong.contains("cannot be seen"));
}

#[test]
fn many_flaws_are_told_at_once_in_order() {
    let text = SMALL.replace("version = 1", "version = \"one\"").replace("15m", "soon");
    let told = flaws(&text.replace("**first**", "<i>first</i>"));
    let lines: Vec<usize> = told.iter().map(|flaw| flaw.line).collect();
    assert_eq!(lines, [4, 36, 41]);
}

fn values(bucket: &str) -> Result<Values, String> {
    let filled = BTreeMap::from([
        ("account".to_owned(), "111122223333".to_owned()),
        ("bucket".to_owned(), bucket.to_owned()),
    ]);
    Values::read(&small(), &filled).map_err(|flaws| flaws[0].sentence.clone())
}

#[test]
fn a_missing_value_shows_its_name_and_a_needed_one_is_asked_for() {
    let run = super::running::open(values("logs").unwrap());
    let text = plain(&run.snapshot.steps[1].body);
    assert!(text.contains("One in 111122223333."), "{text}");
    assert!(text.contains("Two in {{region}}."), "{text}");
    let none = Values::read(&small(), &BTreeMap::new()).unwrap_err();
    assert_eq!((none[0].name.as_str(), none.len()), ("account", 1));
    let odd = BTreeMap::from([("nobody".to_owned(), "x".to_owned())]);
    assert_eq!(Values::read(&small(), &odd).unwrap_err().len(), 2);
}

#[test]
fn a_value_is_quoted_in_a_command() {
    let run = super::running::open(values("a; aws s3 rb s3://b").unwrap());
    let Block::Code { of, .. } = &run.snapshot.steps[0].body[1] else { panic!("code") };
    let command = "aws s3api get-bucket-policy --bucket 'a; aws s3 rb s3://b'\n";
    assert_eq!(joined(of), command);
}

/// The tree without what values say.
fn shape(blocks: &[Block]) -> String {
    let mut blocks = blocks.to_vec();
    let none = Values::default();
    fill(&mut blocks, &none);
    format!("{blocks:?}")
}

fn of_values(inlines: &[Inline]) -> Vec<String> {
    let value = |inline: &Inline| match inline {
        Inline::Value(value) => value.text.clone(),
        _ => None,
    };
    inlines.iter().filter_map(value).collect()
}

/// What a POSIX shell makes of a word: `None` where it would see more than one, or do something.
fn word(text: &str) -> Option<String> {
    let (mut word, mut quoted) = (String::new(), false);
    let mut rest = text.chars();
    while let Some(it) = rest.next() {
        match it {
            '\'' => quoted = !quoted,
            _ if quoted => word.push(it),
            '\\' => word.push(rest.next()?),
            _ if it.is_whitespace() || "|&;<>()$`\"*?[]#~=%{}!^".contains(it) => return None,
            _ => word.push(it),
        }
    }
    (!quoted).then_some(word)
}

proptest! {
    #[test]
    fn arbitrary_text_is_a_template_or_has_flaws(text in "\\PC*") {
        let read = Template::parse(&text);
        prop_assert!(read.is_err_and(|flaws| !flaws.is_empty()));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = Template::parse(&text);
        let _ = Template::parse(&format!("+++\n{text}\n+++\n## a {{#a}}\nb"));
        let head = &SMALL[..SMALL.find("Read this").unwrap()];
        let _ = Template::parse(&format!("{head}## a {{#a}}\n{text}"));
    }

    #[test]
    fn odd_markdown_never_panics(pieces in prop::collection::vec(prop::sample::select(vec![
        "#", "## a {#a}\n", "\n", "> ", "- ", "1. ", "`", "```toml step\n", "```\n", "```sh\n", "{{",
        "}}", "{{bucket}}", "[a](/findings)", "[", "](", ")", "<b>", "|", "---", "*", "**", "_", "\\",
        "aws dynamodb scan", "'", "\"", "    ", "é", "due = \"1m\"\n", "![", "~~", "\t",
    ]), 0..60)) {
        let head = &SMALL[..SMALL.find("Read this").unwrap()];
        match Template::parse(&format!("{head}{}", pieces.concat())) {
            Ok(template) => prop_assert!(!template.steps.is_empty()),
            Err(flaws) => prop_assert!(flaws.iter().all(|flaw| flaw.line >= 1)),
        }
    }

    #[test]
    fn a_cut_or_changed_template_never_panics(at in 0..SMALL.len(), with in "\\PC{0,3}") {
        prop_assume!(SMALL.is_char_boundary(at));
        let _ = Template::parse(&SMALL[..at]);
        let _ = Template::parse(&format!("{}{with}{}", &SMALL[..at], &SMALL[at..]));
    }

    #[test]
    fn a_value_cannot_become_markup(value in "[a-z<>&\"'`*_\\[\\]()#|{}!$; ]{1,40}") {
        prop_assume!(!value.trim().is_empty());
        let Ok(values) = values(&value) else { return Ok(()) };
        let run: Run = super::running::open(values);
        let template = small();
        prop_assert_eq!(shape(&run.snapshot.intro), shape(&template.intro));
        for (filled, step) in run.snapshot.steps.iter().zip(&template.steps) {
            prop_assert_eq!(shape(&filled.body), shape(&step.body));
        }
        let Block::Paragraph { of } = &run.snapshot.intro[0] else { panic!("a paragraph") };
        prop_assert_eq!(of_values(of), [value.trim()]);
        // In a command it is one word, and the word is the value.
        let Block::Code { of, .. } = &run.snapshot.steps[0].body[1] else { panic!("code") };
        let Some(Piece::Value(shown)) = of.get(1) else { panic!("a value") };
        prop_assert_eq!(word(&shown.shown()), Some(value.trim().to_owned()));
    }

    #[test]
    fn dates_do_not_overflow(now in any::<i64>()) {
        let _ = domain::runbook::review_due(&small(), Timestamp(now));
    }
}
