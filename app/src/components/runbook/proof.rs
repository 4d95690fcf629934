//! What shows that a step was done.

use domain::runbook::run::{Proof, ProofKind};
use leptos::prelude::*;

use crate::query::segment;

/// A list of proofs; nothing where there is none.
pub(super) fn proofs(evidence: &[Proof]) -> Option<AnyView> {
    if evidence.is_empty() {
        return None;
    }
    let items = evidence
        .iter()
        .map(|proof| view! { <li>{proof.kind.title()} ": " {reference(proof)}</li> })
        .collect_view();
    Some(view! { <ul class="plain">{items}</ul> }.into_any())
}

fn reference(proof: &Proof) -> AnyView {
    let words = view! { <bdi class="value">{proof.reference.clone()}</bdi> };
    match proof.kind {
        ProofKind::Finding => {
            let href = format!("/findings/{}", segment(&proof.reference));
            view! { <a href=href>{words}</a> }.into_any()
        }
        _ => words.into_any(),
    }
}
