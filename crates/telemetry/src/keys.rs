//! Words that say what stands next to them.
//!
//! Most identifiers have no form of their own: `12345678` is a record number only because `mrn`
//! stands before it. The table lists those words. A space in a phrase stands for a space, `_`, `-`,
//! `.`, nothing, and so on, so `date of birth` is also `dateOfBirth` and `date_of_birth`.

mod find;
pub mod separator;
mod table;

pub use find::{Found, Keys};
pub use table::PHRASES;

use crate::kind::Kind;

/// What a value must look like to count, next to a key that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One token with at least so many digits.
    Id(usize),
    /// The same, but a space between key and value does not do: `license: …`.
    StrongId(usize),
    /// An account: like `Id(4)`, unless it has the twelve digits of an AWS account.
    AwsOrAccount,
    /// Words that begin with letters.
    Name,
    /// Two such words or more: behind a word that also stands before other things.
    Person,
    /// A day.
    Date,
    /// A number over 89.
    Age,
    /// A ZIP code.
    Zip,
    /// Seven digits or more, with the punctuation of phone numbers.
    Phone,
    /// A house number and what follows: `address` is also said of machines and memory.
    Address,
    /// Any text up to the end of the field.
    Place,
    /// An ICD-10 code.
    Icd,
    /// A CPT or HCPCS code.
    Cpt,
    /// A national drug code.
    Ndc,
    /// Anything.
    Any,
    /// A user of a system: replaced by a pseudonym.
    User,
    /// The rest of an HL7 segment.
    Hl7,
    /// The rest of an X12 segment.
    X12,
    /// An image within text.
    Image,
    /// The name of a FHIR resource that describes a person: more keys count in this text.
    Fhir,
}

/// How a key must stand to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// As words of their own.
    Word,
    /// Also at the end of a longer word: `patientmrn`.
    Glued,
    /// Only in quotes, as a parameter of a URL, as an element, or alone: `family`.
    Field,
    /// Like `Field`, and only in a text that has a FHIR resource about a person.
    FhirField,
    /// Exactly these bytes, which begin a structure.
    Mark,
}

/// One entry of the table.
#[derive(Debug, Clone, Copy)]
pub struct Phrase {
    /// The words, in small letters.
    pub words: &'static str,
    /// What they announce.
    pub kind: Kind,
    /// What it looks like.
    pub shape: Shape,
    /// How the words must stand.
    pub stand: Stand,
}
