//! `/registers/vendors`: business associates and their agreements.

use domain::register::vendor::Due;
use domain::register::{Day, Filled, Known, Registered, Vendor, VendorState, baa_coverage};
use domain::{Action, Timestamp};
use leptos::prelude::*;

use super::{Choices, Lead, Paths, Register, cell, day_words, paths};
use crate::components::mark;
use crate::setting::Setting;
use crate::words;

impl Register for Vendor {
    const ONE: &'static str = "Vendor";
    const MANY: &'static str = "Vendors";
    const PURPOSE: &'static str = "Who works with PHI for us, and whether a business associate \
                                   agreement covers it (45 CFR 164.308(b), 164.504(e)).";
    const EMPTY: &'static str = "Register every vendor that may come near PHI: hosting, archives, \
                                 transcription, billing, support. Begin with those that receive it, or import the \
                                 table in which you keep them.";
    const KEEP: Action = Action::KeepRegisters;
    const VIEWED: Option<&'static str> = None;
    const PATHS: Paths = paths!("vendors");
    const END: &'static str = "End the vendor";
    const STATES: Choices = VendorState::CHOICES;
    const HEADS: &'static [&'static str] = &["Receives PHI", "Agreement", "Signed file", "Contact"];

    fn state_of(one: &Registered<Self>, now: Timestamp) -> &'static str {
        one.state(now).as_str()
    }

    fn state_mark(one: &Registered<Self>, now: Timestamp) -> AnyView {
        let (shape, word) = marked(one.state(now));
        mark(shape, word).into_any()
    }

    fn sentence(one: &Registered<Self>, now: Timestamp) -> String {
        sentence(one, now)
    }

    fn cells(one: &Registered<Self>, _: &Known) -> Vec<AnyView> {
        let vendor = &one.record;
        let phi = match (vendor.receives_phi, vendor.phi_since) {
            (false, _) => "no".to_owned(),
            (true, None) => "yes".to_owned(),
            (true, Some(day)) => format!("from {}", day_words(day)),
        };
        let agreement = vendor.agreement.as_ref();
        let dates = agreement.map_or_else(String::new, |agreement| {
            agreement.expires.map_or_else(
                || format!("since {}", day_words(agreement.signed)),
                |day| format!("to {}", day_words(day)),
            )
        });
        let proof = agreement.map_or("", |agreement| match agreement.sha256 {
            Some(_) => "SHA-256 known",
            None => "no SHA-256",
        });
        vec![cell(&phi), cell(&dates), cell(proof), cell(&vendor.contact)]
    }

    fn lead(all: &[Registered<Self>], now: Timestamp) -> Lead {
        let sum = baa_coverage(all, now);
        let mark = match (sum.eligible, sum.violated(), sum.pending + sum.expiring) {
            (0, ..) => ("not-evaluated", "Nobody needs one".to_owned()),
            (_, true, _) => {
                let failing = sum.failing.len() as u64;
                ("fail", format!("{} without", words::counted(failing, "vendor", "vendors")))
            }
            (_, _, 1..) => ("stale", "Something is due".to_owned()),
            _ => ("pass", "All covered".to_owned()),
        };
        Lead {
            number: match sum.eligible {
                0 => "–".to_owned(),
                _ => format!("{} of {}", words::count(sum.covered), words::count(sum.eligible)),
            },
            href: format!("{}?state=covered&state=expiring", Self::PATHS.list),
            words: "vendors that need an agreement have one that holds".to_owned(),
            mark: Some(mark),
        }
    }

    fn take_file(filled: &mut Filled, name: &str, bytes: u64, sha256: &str) {
        filled.set("baa_file", name);
        filled.set("baa_file_bytes", bytes.to_string());
        filled.set("baa_sha256", sha256);
    }

    fn file_field() -> Option<(&'static str, AnyView)> {
        let field = view! {
            <div class="field field-wide">
                <label for="field-baa_upload">"Or choose the signed file"</label>
                <input id="field-baa_upload" name="baa_upload" type="file" aria-describedby="field-baa_upload-hint"/>
                <p class="form-hint" id="field-baa_upload-hint">
                    "Name, size and SHA-256 are taken from it. It is not kept. At most 16 MiB."
                </p>
            </div>
        };
        Some(("The agreement (BAA)", field.into_any()))
    }
}

/// Shape and words of a state.
pub(super) fn marked(state: VendorState) -> (&'static str, String) {
    let today = Day::of(Setting::here().now);
    let word = |text: &str| text.to_owned();
    match state {
        VendorState::Uncovered { .. } => ("fail", word("Uncovered")),
        VendorState::Expired { .. } => ("fail", word("Expired")),
        VendorState::Pending { .. } => ("stale", word("Pending")),
        VendorState::Expiring { due: Due::Review, on } if on < today => {
            ("stale", word("Review overdue"))
        }
        VendorState::Expiring { due: Due::Review, .. } => ("stale", word("Review due")),
        VendorState::Expiring { due: Due::Expires, .. } => ("stale", word("Expiring")),
        VendorState::Covered => ("pass", word("Covered")),
        VendorState::NotRequired => ("not-applicable", word("Not required")),
        VendorState::Ended => ("not-applicable", word("Ended")),
    }
}

fn sentence(one: &Registered<Vendor>, now: Timestamp) -> String {
    let far = |at: Timestamp| words::relative(at, now);
    let phi = one.record.phi_flows(now);
    match one.state(now) {
        VendorState::Uncovered { since } if phi => format!(
            "PHI flows without an agreement: since {}, {}. Stop the flow or sign an agreement.",
            day_words(Day::of(since)),
            far(since)
        ),
        VendorState::Uncovered { since } => {
            format!("An agreement is needed and was due {}.", far(since))
        }
        VendorState::Expired { since } => format!(
            "The agreement ended {}{}.",
            far(since),
            if phi { ", and PHI flows" } else { "" }
        ),
        VendorState::Pending { until } => {
            format!("An agreement must hold {}; no PHI may flow before.", far(until))
        }
        VendorState::Expiring { due: Due::Expires, on } => {
            format!("The agreement holds; its last day is {}.", day_words(on))
        }
        VendorState::Expiring { due: Due::Review, on } => {
            format!("The agreement holds; it is to be looked at again by {}.", day_words(on))
        }
        VendorState::Covered => "An agreement holds.".to_owned(),
        VendorState::NotRequired => match &one.record.need {
            domain::register::Need::Never(reason) => format!("No agreement is needed: {reason}"),
            _ => "No agreement is needed: it receives no PHI.".to_owned(),
        },
        VendorState::Ended => "Not a vendor of ours any more.".to_owned(),
    }
}
