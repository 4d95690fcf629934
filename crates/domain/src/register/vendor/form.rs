//! What a form or a table says about a vendor.

use super::{Agreement, Need, Vendor};
use crate::register::field::FieldKind::{Choice, Digest, Line, Number, Text};
use crate::register::field::{Field, FieldKind, Filled, Flaw};
use crate::register::reading::{Known, Reading, or_empty};
use crate::register::{Record, VendorId};

const YES_NO: FieldKind = Choice(&[("yes", "Yes"), ("no", "No")]);
const NEED: &[(&str, &str)] = &[
    ("with-phi", "When it receives PHI"),
    ("yes", "Yes, in any case"),
    ("no", "No, and here is why"),
];
const AGREEMENT: &str = "The agreement (BAA)";
const PHI: &str = "PHI";
const FIELDS: &[Field] = &[
    Field::new("name", "Name", Line(120)).required(),
    Field::new("services", "What it does for us", Text(1_000)).required(),
    Field::new("contact_role", "Role with us that speaks with it", Line(120))
        .hint("A role, not the name of a person."),
    Field::new("receives_phi", "Does it create, receive, keep or pass on PHI?", YES_NO)
        .required()
        .group(PHI),
    Field::new("phi_since", "Since when, or from when on", FieldKind::Day)
        .hint("Leave it empty if nobody knows: it then counts as flowing already.")
        .group(PHI),
    Field::new("baa_required", "Does it need an agreement?", Choice(NEED))
        .hint("Unless told, when it receives PHI (45 CFR 164.502(e)).")
        .group(PHI),
    Field::new("not_required_reason", "Why it needs none", Text(500))
        .hint("Such as a mere conduit, or treatment of a patient (164.502(e)(1)(ii)).")
        .group(PHI),
    Field::new("baa_parties", "Parties", Line(200)).group(AGREEMENT),
    Field::new("baa_services", "Services that it covers", Text(1_000)).group(AGREEMENT),
    Field::new("baa_signed", "Signed by the last party on", FieldKind::Day).group(AGREEMENT),
    Field::new("baa_effective", "Holds from, if later than signed", FieldKind::Day)
        .group(AGREEMENT),
    Field::new("baa_expires", "Last day on which it holds", FieldKind::Day)
        .hint("Empty when it goes on until somebody ends it.")
        .group(AGREEMENT),
    Field::new("baa_review", "To be looked at again by", FieldKind::Day).group(AGREEMENT),
    Field::new("subcontractors", "How its subcontractors are bound", Text(1_000))
        .hint("Its agreements with them must ask for the same (164.504(e)(2)(ii)(D)).")
        .group(AGREEMENT),
    Field::new("baa_file", "Name of the signed file", Line(200)).group(AGREEMENT),
    Field::new("baa_file_bytes", "Its size in bytes", Number).group(AGREEMENT),
    Field::new("baa_sha256", "Its SHA-256", Digest)
        .hint("Proves later which file was meant; the file itself stays where you keep it.")
        .group(AGREEMENT),
];
/// Any of these filled in means that there is an agreement.
const OF_AGREEMENT: [&str; 9] = [
    "baa_parties",
    "baa_services",
    "baa_signed",
    "baa_effective",
    "baa_expires",
    "baa_review",
    "baa_file",
    "baa_file_bytes",
    "baa_sha256",
];

impl Record for Vendor {
    type Id = VendorId;
    const WORD: &'static str = "vendor";
    const WORDS: &'static str = "vendors";
    const FIELDS: &'static [Field] = FIELDS;
    const UNIQUE: bool = true;
    const TITLE: &'static str = "name";
    const KEYS: &'static [&'static str] = &["name"];

    fn read(filled: &Filled, known: &Known) -> Result<Self, Vec<Flaw>> {
        let mut reading = Reading::new(filled, FIELDS, known);
        let yes = |text: &str| match text {
            "yes" | "true" | "y" => Some(true),
            "no" | "false" | "n" => Some(false),
            _ => None,
        };
        let phi = reading.choice("receives_phi", yes, &[("yes", ""), ("no", "")]);
        let vendor = Self {
            name: reading.text("name"),
            services: reading.text("services"),
            receives_phi: phi.unwrap_or_default(),
            phi_since: reading.day("phi_since"),
            need: read_need(&mut reading),
            agreement: read_agreement(&mut reading),
            subcontractors: reading.text("subcontractors"),
            contact: reading.text("contact_role"),
        };
        if phi == Some(false) && vendor.phi_since.is_some() {
            let sentence =
                "The vendor is said to receive no PHI: leave this empty, or say yes there.";
            reading.wrong("phi_since", sentence);
        }
        reading.finish(vendor)
    }

    fn write(&self, _: &Known) -> Filled {
        let (need, reason) = match &self.need {
            Need::WithPhi => ("with-phi", ""),
            Need::Always => ("yes", ""),
            Need::Never(reason) => ("no", reason.as_str()),
        };
        let filled = Filled::default()
            .with("name", &self.name)
            .with("services", &self.services)
            .with("contact_role", &self.contact)
            .with("receives_phi", if self.receives_phi { "yes" } else { "no" })
            .with("phi_since", or_empty(self.phi_since))
            .with("baa_required", need)
            .with("not_required_reason", reason)
            .with("subcontractors", &self.subcontractors);
        let Some(agreement) = &self.agreement else { return filled };
        filled
            .with("baa_parties", &agreement.parties)
            .with("baa_services", &agreement.services)
            .with("baa_signed", agreement.signed.to_string())
            .with("baa_effective", or_empty(agreement.effective))
            .with("baa_expires", or_empty(agreement.expires))
            .with("baa_review", or_empty(agreement.review))
            .with("baa_file", &agreement.file)
            .with("baa_file_bytes", or_empty(agreement.bytes))
            .with("baa_sha256", or_empty(agreement.sha256.clone()))
    }

    fn title(&self) -> &str {
        &self.name
    }
}

fn read_need(reading: &mut Reading<'_>) -> Need {
    let parse = |text: &str| NEED.iter().position(|choice| choice.0 == text);
    let reason = reading.text("not_required_reason");
    let need = match reading.choice("baa_required", parse, NEED) {
        Some(1) => Need::Always,
        Some(2) => {
            if reason.is_empty() {
                let sentence = "Say why no agreement is needed: an auditor will ask.";
                reading.wrong("not_required_reason", sentence);
            }
            return Need::Never(reason);
        }
        None if reading.given("baa_required") => return Need::WithPhi,
        _ => Need::WithPhi,
    };
    if !reason.is_empty() {
        let sentence = "A reason why none is needed stands beside an agreement that is needed: say \
                        no there, or leave this empty.";
        reading.wrong("not_required_reason", sentence);
    }
    need
}

fn read_agreement(reading: &mut Reading<'_>) -> Option<Agreement> {
    if !OF_AGREEMENT.iter().any(|name| reading.given(name)) {
        return None;
    }
    for name in ["baa_parties", "baa_services", "baa_signed"] {
        if !reading.given(name) {
            let sentence = "An agreement has parties, services and the day on which it was signed; \
                            fill this in, or leave all of the agreement empty.";
            reading.wrong(name, sentence);
        }
    }
    let signed = reading.past_day("baa_signed");
    let agreement = Agreement {
        parties: reading.text("baa_parties"),
        services: reading.text("baa_services"),
        signed: signed.unwrap_or_default(),
        effective: reading.day("baa_effective"),
        expires: reading.day("baa_expires"),
        review: reading.day("baa_review"),
        file: reading.text("baa_file"),
        bytes: reading.number("baa_file_bytes"),
        sha256: reading.digest("baa_sha256"),
    };
    let begins = signed.map(|day| agreement.effective.unwrap_or(day));
    if let (Some(begins), Some(expires)) = (begins, agreement.expires)
        && expires < begins
    {
        let sentence = format!("It cannot end before it begins: {begins} or a later day is right.");
        reading.wrong("baa_expires", sentence);
    }
    Some(agreement)
}
