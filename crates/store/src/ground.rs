//! What a judgement rests on besides the answers: what exists, what is recorded, how old it is.

use std::collections::{BTreeMap, BTreeSet};

use domain::check::recording;
use domain::judge::{Inventory, Recording};
use domain::resource::kind::RECORDER;
use domain::{Account, Exception, Freshness, Organisation, Resource, Source};

use crate::digest::Digest;

/// Collects what exists, and a digest of everything that a judgement depends on.
pub(crate) struct GroundWork {
    inventory: Inventory,
    digest: Digest,
}

impl GroundWork {
    /// Begins with the configuration, the catalogue, the ages, and the exceptions that stand. Times
    /// themselves are left out: only what still counts decides.
    pub(crate) fn new(
        organisation: &Organisation,
        version: &str,
        freshness: &Freshness,
        exceptions: &[Exception],
    ) -> Self {
        let mut digest = Digest::new();
        digest.text(version).int(i64::from(organisation.policy.dedicated_tenancy));
        for account in &organisation.accounts {
            digest.text(account.id.as_str());
            for region in &account.regions {
                digest.text(region.as_str());
            }
        }
        for status in freshness.scopes() {
            let scope = &status.scope;
            digest.text(scope.source.as_str()).text(scope.account.as_str());
            digest.text(scope.region.as_str()).int(i64::from(status.last_attempt.is_none()));
            for part in scope.source.parts() {
                let age = status.age_of(*part, freshness.now());
                let (source, account, region) = (scope.source, &scope.account, &scope.region);
                let error = freshness.error(source, *part, account, region);
                let voice = freshness.voice(source, *part, account, region);
                digest.text(&format!("{voice:?}")).int(i64::from(age.as_of().is_some()));
                digest.text(error.map_or("", domain::ErrorClass::as_str));
            }
        }
        for exception in exceptions {
            digest.text(&format!("{exception:?}"));
        }
        Self { inventory: Inventory::default(), digest }
    }

    /// Adds an account's resources, sorted.
    pub(crate) fn add(
        &mut self,
        account: &Account,
        resources: &[Resource],
        judged: &BTreeSet<&str>,
    ) {
        let mut recorders: BTreeMap<&domain::Region, Recording> = BTreeMap::new();
        for resource in resources {
            if resource.kind == RECORDER
                && resource.source == Source::Config
                && let Some(recording) = recording(&resource.facts)
            {
                recorders.insert(&resource.region, recording);
            }
            if judged.contains(resource.kind.as_str()) {
                let (kind, key) = (&resource.kind, &resource.key);
                self.inventory.add(&account.id, &resource.region, kind, key);
                self.digest.text(resource.region.as_str()).text(kind).text(key.as_str());
            }
        }
        for (region, recording) in recorders {
            self.digest.text(region.as_str()).text(&format!("{recording:?}"));
            self.inventory.set_recording(&account.id, region, recording);
        }
        self.digest.int(-1);
    }

    /// The inventory and the digest.
    pub(crate) fn finish(self) -> (Inventory, String) {
        (self.inventory, hex::encode(self.digest.long()))
    }
}
