//! The fictitious organisation: accounts, regions, roles, and the gaps in its coverage.

/// One account of Meridian Valley Health, as an operator would write it into a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: &'static str,
    /// The name that people use.
    pub name: &'static str,
    /// Whether the account holds protected health information.
    pub holds_phi: bool,
    /// The role to assume for reading this account.
    pub role_arn: &'static str,
    /// What AssumeRole must bring as `ExternalId`.
    pub external_id: &'static str,
    /// The regions in use.
    pub regions: &'static [&'static str],
    /// Short word used in the names of resources.
    pub(crate) short: &'static str,
}

/// The regions in use, in every account.
pub(crate) const REGIONS: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];

/// Short forms of [`REGIONS`], for the names of resources.
pub(crate) const REGION_SHORT: [&str; 3] = ["use1", "use2", "usw2"];

const EXTERNAL_ID: &str = "mvh-wardround-4471";

/// The accounts, the management account first.
pub(crate) const ACCOUNTS: [Account; 4] = [
    Account {
        id: "700100200301",
        name: "Shared Services",
        holds_phi: false,
        role_arn: "arn:aws:iam::700100200301:role/WardroundReadOnly",
        external_id: EXTERNAL_ID,
        regions: &REGIONS,
        short: "shared",
    },
    Account {
        id: "700100200302",
        name: "EHR Production",
        holds_phi: true,
        role_arn: "arn:aws:iam::700100200302:role/WardroundReadOnly",
        external_id: EXTERNAL_ID,
        regions: &REGIONS,
        short: "ehr",
    },
    Account {
        id: "700100200303",
        name: "Imaging Archive",
        holds_phi: true,
        role_arn: "arn:aws:iam::700100200303:role/WardroundReadOnly",
        external_id: EXTERNAL_ID,
        regions: &REGIONS,
        short: "imaging",
    },
    Account {
        id: "700100200304",
        name: "Research Sandbox",
        holds_phi: false,
        role_arn: "arn:aws:iam::700100200304:role/WardroundReadOnly",
        external_id: EXTERNAL_ID,
        regions: &REGIONS,
        short: "research",
    },
];

/// The accounts of the organisation, the management account first.
pub fn organisation() -> &'static [Account] {
    &ACCOUNTS
}

/// The access key id of the management account. Any other id that starts with `AKIA` is accepted
/// for that account too, except those that start with `AKIAEXPIRED`.
pub const ACCESS_KEY_ID: &str = "AKIAMERIDIANVALLEY00";

/// A secret that goes with [`ACCESS_KEY_ID`]; signatures are not verified.
pub const SECRET_ACCESS_KEY: &str = "awsim/does/not/verify/signatures/at/all/";

/// One account in one region, by position in [`ACCOUNTS`] and [`REGIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub account: usize,
    pub region: usize,
}

const SHARED: usize = 0;
/// Position of the account that runs the electronic health record.
pub(crate) const EHR: usize = 1;
/// Position of the account that keeps images.
pub(crate) const IMAGING: usize = 2;
/// Position of the research account.
pub(crate) const RESEARCH: usize = 3;

impl Place {
    /// Every account in every region.
    pub(crate) fn all() -> impl Iterator<Item = Place> {
        (0..ACCOUNTS.len())
            .flat_map(|account| (0..REGIONS.len()).map(move |region| Place { account, region }))
    }

    pub(crate) fn account(self) -> &'static Account {
        &ACCOUNTS[self.account]
    }

    pub(crate) fn region(self) -> &'static str {
        REGIONS[self.region]
    }

    /// Gap: Security Hub was never turned on in the sandbox's western region.
    pub(crate) fn has_security_hub(self) -> bool {
        (self.account, self.region) != (RESEARCH, 2)
    }

    /// Gap: the imaging account has no GuardDuty detector in the west.
    pub(crate) fn has_detector(self) -> bool {
        (self.account, self.region) != (IMAGING, 2)
    }

    /// Gap: the sandbox's western detector is suspended.
    pub(crate) fn detector_enabled(self) -> bool {
        (self.account, self.region) != (RESEARCH, 2)
    }

    /// Gap: the sandbox's recorder in Ohio was stopped.
    pub(crate) fn recorder_stopped(self) -> bool {
        (self.account, self.region) == (RESEARCH, 1)
    }

    /// Gap: the imaging account's recorder in Ohio records these types alone.
    pub(crate) fn recorded_types(self) -> Option<&'static [&'static str]> {
        ((self.account, self.region) == (IMAGING, 1)).then_some(&[
            "AWS::EC2::Instance",
            "AWS::EC2::Volume",
            "AWS::KMS::Key",
            "AWS::RDS::DBInstance",
            "AWS::S3::Bucket",
        ])
    }

    /// Gap: an old permission set lacks `backup:ListCopyJobs` here.
    pub(crate) fn copy_jobs_denied(self) -> bool {
        (self.account, self.region) == (SHARED, 2)
    }

    /// The sandbox still reports per standard; the others report per control.
    pub(crate) fn consolidated_findings(self) -> bool {
        self.account != RESEARCH
    }
}
