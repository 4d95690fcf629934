//! Markup used by two or more pages. Plain functions: they take values and return markup.

mod chart;
mod contact;
mod copyable;
mod empty;
mod explain;
mod facets;
mod fields;
mod heading;
mod incident;
mod mark;
mod pager;
mod prose;
pub mod runbook;
mod scroll;
mod sli;
mod tally;
mod text_area;
mod time;
mod validate;

pub use chart::chart;
pub use contact::contact_mark;
pub use copyable::{copyable, copyable_block};
pub use empty::{Empty, Way, empty};
pub use explain::{Explanation, explain, explain_all};
pub use facets::{
    Choice, Facet, chips, chips_settled, facet, facet_settled, hidden_fields, listing, search_field,
};
pub use fields::{Asked, fields, flaws_told};
pub use heading::{crumbs, heading, section};
pub use incident::{IncidentActs, incident_acts, incident_link, incident_mark, incident_sentence};
pub use mark::{
    finding_mark, mark, scope_mark, severity_mark, standing_mark, state_mark, visit_mark,
};
pub use pager::pager;
pub use prose::prose;
pub use runbook::runbook_beside;
pub use scroll::{scroll, sticky};
pub use sli::{budget, call, sli_mark};
pub use tally::{
    leads, leads_to_rest, tally_cells, tally_head, tally_title, verdict, verdict_link,
};
pub use text_area::text_area;
pub use time::{ago, at, day};
pub use validate::validate;
