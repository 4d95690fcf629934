//! A file into a template, or into everything that is wrong with it.

use super::flaw::{Flaw, Flaws};
use super::front::{self, Front};
use super::is_slug;
use super::reading::{Heading, Reader, Section, Use};
use super::step::{self, Attributes, Step};
use super::template::{Template, digest};
use crate::{Catalogue, ControlId, Role};

/// The largest file, in bytes.
pub const LARGEST: usize = 128 * 1024;

/// The fence around the head.
const FENCE: &str = "+++";

/// Reads a template.
pub(super) fn parse(text: &str) -> Result<Template, Vec<Flaw>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut flaws = Flaws::new(&text);
    if text.len() > LARGEST {
        let wrong = format!("the file has {} bytes", text.len());
        flaws.at(0, wrong, format!("keep it below {LARGEST}, or make two runbooks of it"));
        return Err(flaws.finish());
    }
    let unseen = |it: char| it.is_control() && it != '\n' && it != '\t';
    if let Some(at) = text.find(unseen) {
        flaws.at(at, "there is a character that cannot be seen", "delete it");
        return Err(flaws.finish());
    }
    let Some((head, body_at)) = split(&text) else {
        let right = "begin with a line `+++`, the head in TOML, and another line `+++`";
        flaws.at(0, "the file has no head", right);
        return Err(flaws.finish());
    };
    let front = front::read(head, FENCE.len() + 1, &mut flaws);
    let mut reader = Reader::new(text.get(body_at..).unwrap_or_default(), body_at, &mut flaws);
    let mut sections = reader.sections();
    let (uses, links) = (std::mem::take(&mut reader.uses), std::mem::take(&mut reader.links));
    let intro = sections.remove(0).body;
    let steps = steps(sections, &front, body_at, &mut flaws);
    check_uses(&uses, &steps, &front, &mut flaws);
    for (link, at) in &links {
        check_link(link, *at, &steps, &mut flaws);
    }
    let found = flaws.is_empty();
    let left = flaws.finish();
    let Front { id, title, version, reviewed, owner, summary, safeguards, purpose, parameters } =
        front;
    let (true, Some(owner)) = (found, owner) else { return Err(left) };
    let parameters = parameters.into_iter().map(|(parameter, _)| parameter).collect();
    let sha256 = digest(&text);
    Ok(Template {
        id,
        version,
        title,
        summary,
        owner,
        reviewed,
        safeguards,
        purpose,
        parameters,
        intro,
        steps,
        sha256,
        source: text,
    })
}

/// The head, and where the body begins.
fn split(text: &str) -> Option<(&str, usize)> {
    let after = text.strip_prefix("+++\n")?;
    let mut at = 0;
    for line in after.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((after.get(..at)?, FENCE.len() + 1 + at + line.len()));
        }
        at += line.len();
    }
    None
}

fn steps(
    sections: Vec<Section>,
    front: &Front,
    body_at: usize,
    flaws: &mut Flaws<'_>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    if sections.is_empty() {
        flaws.at(body_at, "there are no steps", "begin each with `## What to do {#id}`");
    }
    for section in sections {
        let Some(heading) = section.heading else { continue };
        let attributes = match &section.attributes {
            Some((text, at)) => step::attributes(text, *at, front, flaws),
            None => Attributes::default(),
        };
        check_heading(&heading, &steps, flaws);
        if section.body.is_empty() {
            flaws.at(heading.at, "a step says nothing", "write below its heading what to do");
        }
        steps.push(Step {
            id: heading.id.unwrap_or_default(),
            title: heading.title,
            role: attributes.role.or(front.owner).unwrap_or(Role::Compliance),
            due: attributes.due,
            after: attributes.after,
            evidence: attributes.evidence,
            check: attributes.check,
            skippable: attributes.skippable,
            body: section.body,
        });
    }
    steps
}

fn check_heading(heading: &Heading, before: &[Step], flaws: &mut Flaws<'_>) {
    let id = heading.id.as_deref().unwrap_or_default();
    if !is_slug(id) {
        let right = "end its heading with a slug, such as `## Read the findings {#read}`";
        flaws.at(heading.at, "a step has no id of its own", right);
    } else if before.iter().any(|step| step.id == id) {
        let right = "give each step an id that no other step has";
        flaws.at(heading.at, format!("two steps have the id “{id}”"), right);
    }
    let length = heading.title.chars().count();
    if !(1..=100).contains(&length) && !flaws.told(heading.at) {
        let right = "say in 1 to 100 characters what to do";
        flaws.at(heading.at, format!("the heading of a step has {length} characters"), right);
    }
}

/// What is used is declared, and what is declared is used.
fn check_uses(uses: &[Use], steps: &[Step], front: &Front, flaws: &mut Flaws<'_>) {
    for used in uses {
        let found = front.parameters.iter().find(|(parameter, _)| parameter.name == used.name);
        let Some((parameter, _)) = found else {
            let wrong = format!("no parameter is called “{}”", used.name);
            flaws.below(used.at, used.lines, wrong, "declare it in the head under [[parameter]]");
            continue;
        };
        if used.quoted && !parameter.kind.harmless() {
            let wrong = format!("`{{{{{}}}}}` stands inside quotes of a command", used.name);
            let right = "put it outside of them: its value is quoted where it needs to be";
            flaws.below(used.at, used.lines, wrong, right);
        }
    }
    for (parameter, at) in &front.parameters {
        let in_text = uses.iter().any(|used| used.name == parameter.name);
        let asks = |step: &Step| {
            let with = step.check.iter().flat_map(|check| &check.with);
            step.after.as_ref() == Some(&parameter.name)
                || with.into_iter().any(|(_, name)| *name == parameter.name)
        };
        if !in_text && !steps.iter().any(asks) {
            let wrong = format!("parameter `{}` is used nowhere", parameter.name);
            flaws.at(*at, wrong, "use it in a step or a check, or delete it");
        }
    }
}

/// Links lead to `https`, to a step, or into the product.
fn check_link(link: &str, at: usize, steps: &[Step], flaws: &mut Flaws<'_>) {
    let wrong = format!("the link “{link}” leads nowhere that is allowed");
    let odd = |it: char| it.is_whitespace() || it.is_control() || "\\{}<>\"'`".contains(it);
    if link.contains(odd) {
        flaws.at(at, wrong, "write an address without spaces, quotes and braces");
    } else if let Some(id) = link.strip_prefix('#') {
        if !steps.iter().any(|step| step.id == id) {
            flaws.at(
                at,
                format!("no step has the id “{id}”"),
                "write the id of a step of this file",
            );
        }
    } else if let Some(path) = link.strip_prefix('/') {
        let right = "write the path of a page, such as /controls/dynamodb-pitr";
        if !known_path(path) {
            flaws.at(at, format!("no page is at “{link}”"), right);
        }
    } else if !link.strip_prefix("https://").is_some_and(|rest| rest.contains('.')) {
        flaws.at(at, wrong, "write https://…, a path of this product, or #step");
    }
}

/// The first pieces of paths to which a runbook may lead.
const PAGES: [&str; 14] = [
    "safeguards",
    "controls",
    "findings",
    "drift",
    "slis",
    "collection",
    "debug",
    "audit",
    "people",
    "system",
    "registers",
    "runbooks",
    "oncall",
    "account",
];

fn known_path(path: &str) -> bool {
    let path = path.split(['#', '?']).next().unwrap_or_default();
    let (page, rest) = path.split_once('/').unwrap_or((path, ""));
    match (page, rest) {
        ("safeguards", section) if !section.is_empty() => {
            Catalogue::get().safeguard(section).is_some()
        }
        ("controls", id) if !id.is_empty() => {
            Catalogue::get().control(&ControlId::from(id)).is_some()
        }
        ("runbooks", id) if !id.is_empty() => is_slug(id),
        (page, rest) => PAGES.contains(&page) && !rest.split('/').any(|piece| piece == ".."),
    }
}
