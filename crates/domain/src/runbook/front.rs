//! The TOML at the head of a template.

use super::fields::{Fields, Placed};
use super::flaw::Flaws;
use super::is_slug;
use super::parameter::{AlertField, Parameter, ParameterKind};
use super::step::{WORKING_ROLES, working_role};
use super::template::Purpose;
use crate::alert::Class;
use crate::register::Day;
use crate::{Catalogue, Role, SectionId};

/// What the head says, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) version: u32,
    pub(super) reviewed: Day,
    pub(super) owner: Option<Role>,
    pub(super) summary: String,
    pub(super) safeguards: Vec<SectionId>,
    pub(super) purpose: Purpose,
    /// The parameters, each with its place in the file.
    pub(super) parameters: Vec<(Parameter, usize)>,
}

/// Notes that something is missing, and reads on with nothing.
fn needed<T: Default>(
    found: Option<Placed<T>>,
    given: bool,
    name: &str,
    right: &str,
    flaws: &mut Flaws<'_>,
) -> T {
    if found.is_none() && !given {
        flaws.at(0, format!("`{name}` is missing"), right);
    }
    found.map(|placed| placed.value).unwrap_or_default()
}

/// Reads the head, whose text begins at `base`.
pub(super) fn read(text: &str, base: usize, flaws: &mut Flaws<'_>) -> Front {
    let table = super::fields::table(text, base, flaws);
    let given = |name: &str| table.iter().any(|(key, _)| key.get_ref() == name);
    let mut fields = Fields::new(&table, base, base);
    let id = slug(&mut fields, "id", flaws);
    let id = needed(id, given("id"), "id", "write a slug, such as `public-bucket`", flaws);
    let title = fields.text("title", flaws);
    let title = needed(title, given("title"), "title", "say in a line what it is for", flaws);
    let version = fields.number("version", flaws);
    let version = needed(version, given("version"), "version", "write `version = 1`", flaws);
    let reviewed = fields.day("reviewed", flaws);
    let right = "write the day of the last review, such as 2026-11-23";
    let reviewed = needed(reviewed, given("reviewed"), "reviewed", right, flaws);
    let owner = fields.word("owner", working_role, &WORKING_ROLES, flaws);
    let owner = owner.map(|role| Placed { at: role.at, value: Some(role.value) });
    let right = "name the role that keeps it right, such as `compliance`";
    let owner = needed(owner, given("owner"), "owner", right, flaws);
    let summary = fields.text("summary", flaws);
    let right = "say in a sentence or two when to use it";
    let summary = needed(summary, given("summary"), "summary", right, flaws);
    let safeguards = sections(&mut fields, given("safeguards"), flaws);
    let purpose = purpose(&mut fields, flaws);
    let parameters = parameters(&mut fields, flaws);
    fields.finish(flaws);
    Front { id, title, version, reviewed, owner, summary, safeguards, purpose, parameters }
}

fn slug(
    fields: &mut Fields<'_, '_>,
    name: &'static str,
    flaws: &mut Flaws<'_>,
) -> Option<Placed<String>> {
    let text = fields.text(name, flaws)?;
    if !is_slug(&text.value) {
        let right = "write small letters and digits with hyphens between them, at most 64";
        flaws.at(text.at, format!("`{name}` is “{}”", text.value), right);
    }
    is_slug(&text.value).then_some(text)
}

fn sections(fields: &mut Fields<'_, '_>, given: bool, flaws: &mut Flaws<'_>) -> Vec<SectionId> {
    let written = fields.texts("safeguards", flaws);
    if written.is_empty() {
        let wrong = if given { "`safeguards` is empty" } else { "`safeguards` is missing" };
        flaws.at(fields.at, wrong, "name the sections that it serves, such as 164.308(a)(6)(ii)");
    }
    let mut sections = Vec::new();
    for section in written {
        match Catalogue::get().safeguard(&section.value) {
            Some(safeguard) => sections.push(safeguard.section.clone()),
            None => flaws.at(
                section.at,
                format!("the catalogue has no section “{}”", section.value),
                "write one as /safeguards lists them, such as 164.308(a)(6)(ii)",
            ),
        }
    }
    sections
}

fn purpose(fields: &mut Fields<'_, '_>, flaws: &mut Flaws<'_>) -> Purpose {
    let words = Class::ALL.map(Class::as_str).join(", ");
    let mut purpose = Purpose::default();
    for class in fields.texts("classes", flaws) {
        match Class::parse(&class.value) {
            Some(class) => purpose.classes.push(class),
            None => flaws.at(
                class.at,
                format!("no class of alerts is called “{}”", class.value),
                format!("write some of {words}"),
            ),
        }
    }
    for family in fields.texts("families", flaws) {
        if is_slug(&family.value) {
            purpose.families.push(family.value);
        } else {
            let wrong = format!("no family is called “{}”", family.value);
            flaws.at(family.at, wrong, "write a slug, such as `exfiltration`");
        }
    }
    for pattern in fields.texts("findings", flaws) {
        let fits = |it: char| it.is_ascii_alphanumeric() || ":/*.-_".contains(it);
        let text = &pattern.value;
        if text.contains(':') && text.len() <= 128 && text.chars().all(fits) {
            purpose.findings.push(pattern.value);
        } else {
            let wrong = format!("“{text}” is no pattern of finding types");
            flaws.at(pattern.at, wrong, "write one of GuardDuty, such as `Exfiltration:S3/*`");
        }
    }
    purpose
}

fn parameters(fields: &mut Fields<'_, '_>, flaws: &mut Flaws<'_>) -> Vec<(Parameter, usize)> {
    let mut parameters: Vec<(Parameter, usize)> = Vec::new();
    for table in fields.tables("parameter", flaws) {
        let at = table.at;
        let Some(parameter) = parameter(table, flaws) else { continue };
        if parameters.iter().any(|(other, _)| other.name == parameter.name) {
            let wrong = format!("`{}` is declared twice", parameter.name);
            flaws.at(at, wrong, "give each parameter a name of its own");
            continue;
        }
        parameters.push((parameter, at));
    }
    parameters
}

fn parameter(mut fields: Fields<'_, '_>, flaws: &mut Flaws<'_>) -> Option<Parameter> {
    let at = fields.at;
    let name = slug(&mut fields, "name", flaws);
    let title = fields.text("title", flaws);
    let kinds: Vec<&str> = ParameterKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = fields.word("kind", ParameterKind::parse, &kinds, flaws);
    let required = fields.flag("required", flaws).is_some_and(|flag| flag.value);
    let origins: Vec<&str> = AlertField::ALL.iter().map(|field| field.as_str()).collect();
    let from = fields.word("from", AlertField::parse, &origins, flaws);
    let hint = fields.text("hint", flaws).map(|text| text.value).unwrap_or_default();
    fields.finish(flaws);
    let (Some(name), Some(title), Some(kind)) = (name, title, kind) else {
        flaws.at(at, "a parameter is not complete", "give it `name`, `title` and `kind`");
        return None;
    };
    if let Some(from) = &from
        && kind.value != ParameterKind::Text
        && kind.value != from.value.kind()
    {
        let wrong = format!("`{}` does not fill in {}", from.value.as_str(), kind.value.as_str());
        let right = format!("make it {} or text", from.value.kind().as_str());
        flaws.at(from.at, wrong, right);
    }
    let from = from.map(|from| from.value);
    let (name, title, kind) = (name.value, title.value, kind.value);
    Some(Parameter { name, title, kind, required, from, hint })
}
