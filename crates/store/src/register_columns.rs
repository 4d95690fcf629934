//! The columns of each register.

use domain::register::{
    Agreement, Criticality, Day, Drill, DrillKind, DrillOutcome, Incident, IncidentKind, Need,
    Record, System, SystemId, Vendor, VendorId,
};
use domain::{AccountId, Timestamp};
use sqlx::sqlite::SqliteRow;

use crate::StoreError;
use crate::bulk::{Columns, Values};

mod sealed {
    /// Only this crate says how a record is kept.
    pub trait Sealed {}
    impl Sealed for domain::register::Vendor {}
    impl Sealed for domain::register::System {}
    impl Sealed for domain::register::Incident {}
    impl Sealed for domain::register::Drill {}
}

/// A record with a table: the four registers.
#[expect(private_interfaces, reason = "values to bind are this crate's own; the trait is sealed")]
pub trait Table: Record + sealed::Sealed {
    /// The table's name.
    #[doc(hidden)]
    const TABLE: &'static str;
    /// The record's own columns.
    #[doc(hidden)]
    const COLUMNS: &'static [&'static str];
    /// The order of a list.
    #[doc(hidden)]
    const ORDER: &'static str;
    /// Binds the columns in order.
    #[doc(hidden)]
    fn bind(&self, values: &mut Values);
    /// Reads the columns, of which the first is number `from`.
    #[doc(hidden)]
    fn of_columns(row: &SqliteRow, from: usize) -> Result<Self, StoreError>;
}

const BY_NAME: &str = "ORDER BY ended IS NOT NULL, name, id";

fn day(day: Option<Day>) -> Option<i64> {
    day.map(|day| day.0)
}

fn at(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}

fn word<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| StoreError::Unreadable {
        doing: "reading a register",
        what: format!("“{text}” is no {}", std::any::type_name::<T>()),
    })
}

#[expect(private_interfaces, reason = "as in the trait")]
impl Table for Vendor {
    const TABLE: &'static str = "vendor";
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "services",
        "receives_phi",
        "phi_since",
        "need",
        "need_reason",
        "subcontractors",
        "contact",
        "baa_parties",
        "baa_services",
        "baa_signed",
        "baa_effective",
        "baa_expires",
        "baa_review",
        "baa_file",
        "baa_bytes",
        "baa_sha256",
    ];
    const ORDER: &'static str = BY_NAME;

    fn bind(&self, values: &mut Values) {
        let (need, reason) = match &self.need {
            Need::WithPhi => ("with-phi", ""),
            Need::Always => ("always", ""),
            Need::Never(reason) => ("never", reason.as_str()),
        };
        values
            .text(&self.name)
            .text(&self.services)
            .int(i64::from(self.receives_phi))
            .maybe(day(self.phi_since))
            .text(need)
            .text(reason)
            .text(&self.subcontractors)
            .text(&self.contact);
        let agreement = self.agreement.as_ref();
        values
            .maybe_text(agreement.map(|it| it.parties.clone()))
            .maybe_text(agreement.map(|it| it.services.clone()))
            .maybe(agreement.map(|it| it.signed.0))
            .maybe(agreement.and_then(|it| day(it.effective)))
            .maybe(agreement.and_then(|it| day(it.expires)))
            .maybe(agreement.and_then(|it| day(it.review)))
            .maybe_text(agreement.map(|it| it.file.clone()))
            .maybe(agreement.and_then(|it| it.bytes))
            .maybe_text(agreement.and_then(|it| it.sha256.clone()));
    }

    fn of_columns(row: &SqliteRow, from: usize) -> Result<Self, StoreError> {
        let need = row.text(from + 4)?;
        let reason = row.text(from + 5)?;
        let need = word(&need, |text| match text {
            "with-phi" => Some(Need::WithPhi),
            "always" => Some(Need::Always),
            "never" => Some(Need::Never(reason.clone())),
            _ => None,
        })?;
        Ok(Self {
            name: row.text(from)?,
            services: row.text(from + 1)?,
            receives_phi: row.int(from + 2)? != 0,
            phi_since: row.maybe(from + 3)?.map(Day),
            need,
            agreement: agreement(row, from + 8)?,
            subcontractors: row.text(from + 6)?,
            contact: row.text(from + 7)?,
        })
    }
}

fn agreement(row: &SqliteRow, from: usize) -> Result<Option<Agreement>, StoreError> {
    let Some(signed) = row.maybe(from + 2)?.map(Day) else { return Ok(None) };
    Ok(Some(Agreement {
        parties: row.text(from)?,
        services: row.text(from + 1)?,
        signed,
        effective: row.maybe(from + 3)?.map(Day),
        expires: row.maybe(from + 4)?.map(Day),
        review: row.maybe(from + 5)?.map(Day),
        file: row.maybe_text(from + 6)?.unwrap_or_default(),
        bytes: row.maybe(from + 7)?,
        sha256: row.maybe_text(from + 8)?,
    }))
}

#[expect(private_interfaces, reason = "as in the trait")]
impl Table for System {
    const TABLE: &'static str = "system";
    const COLUMNS: &'static [&'static str] =
        &["name", "owner", "holds", "accounts", "vendor", "criticality"];
    const ORDER: &'static str = BY_NAME;

    fn bind(&self, values: &mut Values) {
        let accounts: Vec<&str> = self.accounts.iter().map(AccountId::as_str).collect();
        values
            .text(&self.name)
            .text(&self.owner)
            .text(&self.holds)
            .text(accounts.join(" "))
            .maybe(self.vendor.map(|id| id.0))
            .text(self.criticality.as_str());
    }

    fn of_columns(row: &SqliteRow, from: usize) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text(from)?,
            owner: row.text(from + 1)?,
            holds: row.text(from + 2)?,
            accounts: row.text(from + 3)?.split_whitespace().map(Into::into).collect(),
            vendor: row.maybe(from + 4)?.map(VendorId),
            criticality: word(&row.text(from + 5)?, Criticality::parse)?,
        })
    }
}

#[expect(private_interfaces, reason = "as in the trait")]
impl Table for Incident {
    const TABLE: &'static str = "incident";
    const COLUMNS: &'static [&'static str] = &[
        "title",
        "kind",
        "account",
        "system",
        "occurred",
        "detected",
        "contained",
        "closed",
        "notes",
    ];
    const ORDER: &'static str = "ORDER BY detected DESC, id DESC";

    fn bind(&self, values: &mut Values) {
        values
            .text(&self.title)
            .text(self.kind.as_str())
            .maybe_text(self.account.as_ref().map(ToString::to_string))
            .maybe(self.system.map(|id| id.0))
            .maybe(at(self.occurred))
            .int(self.detected.0)
            .maybe(at(self.contained))
            .maybe(at(self.closed))
            .text(&self.notes);
    }

    fn of_columns(row: &SqliteRow, from: usize) -> Result<Self, StoreError> {
        Ok(Self {
            title: row.text(from)?,
            kind: word(&row.text(from + 1)?, IncidentKind::parse)?,
            account: row.maybe_text(from + 2)?.map(AccountId::from),
            system: row.maybe(from + 3)?.map(SystemId),
            occurred: row.maybe_time(from + 4)?,
            detected: row.time(from + 5)?,
            contained: row.maybe_time(from + 6)?,
            closed: row.maybe_time(from + 7)?,
            notes: row.text(from + 8)?,
        })
    }
}

#[expect(private_interfaces, reason = "as in the trait")]
impl Table for Drill {
    const TABLE: &'static str = "drill";
    const COLUMNS: &'static [&'static str] =
        &["day", "scenario", "kind", "outcome", "minutes", "notes"];
    const ORDER: &'static str = "ORDER BY day DESC, id DESC";

    fn bind(&self, values: &mut Values) {
        values
            .int(self.day.0)
            .text(&self.scenario)
            .text(self.kind.as_str())
            .text(self.outcome.as_str())
            .maybe(self.minutes)
            .text(&self.notes);
    }

    fn of_columns(row: &SqliteRow, from: usize) -> Result<Self, StoreError> {
        Ok(Self {
            day: Day(row.int(from)?),
            scenario: row.text(from + 1)?,
            kind: word(&row.text(from + 2)?, DrillKind::parse)?,
            outcome: word(&row.text(from + 3)?, DrillOutcome::parse)?,
            minutes: row.maybe(from + 4)?,
            notes: row.text(from + 5)?,
        })
    }
}
