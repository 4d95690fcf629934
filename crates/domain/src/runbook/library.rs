//! The runbooks that ship with the product: the files in `runbooks/` at the top of the repository.

use std::sync::LazyLock;

use super::template::{Signal, Template};

macro_rules! shipped {
    ($($id:literal)+) => {
        /// The files, each with its id. A test reads the folder and says which one is missing here.
        pub const FILES: &[(&str, &str)] =
            &[$(($id, include_str!(concat!("../../../../runbooks/", $id, ".md")))),+];
    };
}

shipped! {
    "audit-log-gap"
    "break-glass-access"
    "dynamodb-phi-query"
    "failed-backup"
    "guardduty-exfiltration"
    "hipaa-incident-checklist"
    "insider-access"
    "leaked-credential"
    "lost-device"
    "public-bucket"
    "ransomware"
    "vendor-without-baa"
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    // The tests read every one of them without a flaw.
    FILES.iter().filter_map(|(_, text)| Template::parse(text).ok()).collect()
});

/// All that ship, by id.
pub fn shipped() -> &'static [Template] {
    &TEMPLATES
}

/// The one with this id.
pub fn by_id(id: &str) -> Option<&'static Template> {
    shipped().iter().find(|template| template.id == id)
}

/// Those that fit an alert, the best first.
pub fn suggest<'t>(
    templates: impl IntoIterator<Item = &'t Template>,
    signal: Signal<'_>,
) -> Vec<&'t Template> {
    let fits = templates.into_iter().map(|template| (template.purpose.fit(signal), template));
    let mut fits: Vec<_> = fits.filter(|(fit, _)| *fit > 0).collect();
    fits.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
    fits.into_iter().map(|(_, template)| template).collect()
}
