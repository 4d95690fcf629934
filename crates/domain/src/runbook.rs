//! Runbooks: what to do, step by step, when something has happened; and what was done.
//!
//! Security incidents are responded to by procedures that are written down (45 CFR 164.308(a)(6)(i)),
//! and what was done is documented (164.308(a)(6)(ii), 164.316(b)(1)(ii)). A [`Template`] is a file of
//! Markdown that people can read and edit; a [`Run`] is one at work, with its history.
//!
//! # How a template is written
//! TOML between two lines `+++`, then Markdown. Each heading of the second level is a step. Its id
//! stands in the heading, `## Read the findings {#read}`, where links point to and where every
//! reader of Markdown knows it. Everything else about a step stands in a block of TOML at its start,
//! because roles, times and checks with parameters are data: a block has types, a line for each
//! flaw, and shows as what it is wherever the file is read.
//!
//! ````markdown
//! ## Read the findings {#read}
//! ```toml step
//! role = "on-call"
//! due = "15m"            # after the opening; `after = "discovered"` counts from a parameter
//! evidence = "required"
//! ```
//! Look at bucket `{{bucket}}`.
//! ````

pub mod check;
pub mod command;
pub mod edit;
mod fields;
mod flaw;
mod front;
pub mod library;
pub mod markdown;
mod parameter;
mod parse;
mod reading;
pub mod run;
pub mod shelf;
mod step;
mod template;
mod text;

pub use check::{Check, Outcome};
pub use flaw::Flaw;
pub use parameter::{AlertField, Parameter, ParameterKind, ValueFlaw, Values};
pub use run::{Act, Run, apply};
pub use shelf::{Origin, Shelf, Shelved};
pub use step::{Due, Step, StepCheck, Wanted};
pub use template::{Purpose, REVIEW_DAYS, Review, Signal, Template, matches, review_due};

/// The longest name of a template, a step or a parameter.
pub const LONGEST_SLUG: usize = 64;

/// Whether a text is a slug: small letters and digits, with single hyphens between them.
pub fn is_slug(text: &str) -> bool {
    let right = |piece: &str| {
        !piece.is_empty()
            && piece.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= LONGEST_SLUG && text.split('-').all(right)
}
