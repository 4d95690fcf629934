//! The registers of the simulated organisation: good and bad, as in any house.

use domain::id::HOUR_MS;
use domain::register::reading::write_minute;
use domain::register::{Day, Drill, Filled, Flaw, Incident, System, Vendor};
use domain::{Clock, Timestamp};
use store::{By, Reader, StoreError, Table, Writer};

/// Fills registers that nobody wrote into yet.
pub async fn furnish(writer: &Writer, reader: &Reader, clock: &dyn Clock) -> anyhow::Result<()> {
    if !reader.vendor_list().await?.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    put::<Vendor>(writer, reader, now, &vendors(now)).await?;
    put::<System>(writer, reader, now, &systems()).await?;
    put::<Incident>(writer, reader, now, &incidents(now)).await?;
    put::<Drill>(writer, reader, now, &drills(now)).await
}

async fn put<T: Table>(
    writer: &Writer,
    reader: &Reader,
    now: Timestamp,
    all: &[Filled],
) -> anyhow::Result<()> {
    let known = reader.register_known::<T>(now).await?;
    for filled in all {
        let wrong = |flaws: Vec<Flaw>| anyhow::anyhow!("a made-up record is wrong: {flaws:?}");
        let record = T::read(filled, &known).map_err(wrong)?;
        let added: Result<T::Id, StoreError> = writer.record_add(&By::system(now), &record).await;
        added?;
    }
    Ok(())
}

fn filled(pairs: &[(&'static str, &str)]) -> Filled {
    pairs.iter().fold(Filled::default(), |filled, (name, text)| filled.with(name, *text))
}

/// An agreement that was signed so many days ago and ends in so many, if it ends.
fn agreed(now: Timestamp, filled: Filled, signed: i64, ends: Option<i64>) -> Filled {
    let today = Day::of(now);
    let seed =
        u128::from(signed.unsigned_abs()).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let digest = format!("{seed:032x}{:032x}", seed.rotate_left(77));
    filled
        .with("baa_parties", "Meridian Valley Health and the vendor")
        .with("baa_services", "All services named above")
        .with("baa_signed", today.plus(-signed).to_string())
        .with("baa_expires", ends.map_or_else(String::new, |days| today.plus(days).to_string()))
        .with("baa_file", "baa-signed.pdf")
        .with("baa_file_bytes", "284113")
        .with("baa_sha256", digest)
        .with("subcontractors", "Listed in its annex; each has signed the same terms.")
}

fn vendors(now: Timestamp) -> Vec<Filled> {
    let vendor = |name: &str, services: &str, since: Option<i64>| {
        let day = since.map_or_else(String::new, |days| Day::of(now).plus(-days).to_string());
        filled(&[
            ("name", name),
            ("services", services),
            ("contact_role", "Privacy officer"),
            ("receives_phi", if since.is_some() { "yes" } else { "no" }),
            ("phi_since", &day),
        ])
    };
    vec![
        agreed(
            now,
            vendor("Cloud hosting", "Runs the accounts in which our systems are", Some(900)),
            930,
            None,
        ),
        agreed(
            now,
            vendor("Imaging archive", "Keeps studies for ten years", Some(640)),
            700,
            Some(19),
        )
        .with("contact_role", "Radiology lead"),
        agreed(
            now,
            vendor("Transcription service", "Turns dictation into letters", Some(420)),
            400,
            Some(-12),
        ),
        agreed(
            now,
            vendor("Claims clearing house", "Passes claims to payers", Some(310)),
            330,
            Some(400),
        ),
        vendor("Appointment reminders", "Sends text messages to patients", Some(33))
            .with("contact_role", "Front desk lead"),
        vendor("Remote patient monitoring", "Reads home devices", Some(-40)),
        agreed(now, vendor("Offsite backup", "Keeps encrypted copies", Some(200)), 220, Some(700))
            .with("baa_review", Day::of(now).plus(12).to_string()),
        vendor("Courier", "Carries sealed specimens and records", Some(700))
            .with("baa_required", "no")
            .with("not_required_reason", "A mere conduit: it carries sealed items and opens none."),
        vendor("Building services", "Heating and access cards", None),
    ]
}

fn systems() -> Vec<Filled> {
    let accounts: Vec<&str> = awsim::organisation().iter().map(|account| account.id).collect();
    let account = |index: usize| accounts.get(index).copied().unwrap_or_default();
    let system = |name: &str, owner: &str, holds: &str, criticality: &str| {
        filled(&[
            ("name", name),
            ("owner_role", owner),
            ("holds", holds),
            ("criticality", criticality),
        ])
    };
    vec![
        system(
            "Patient portal",
            "Digital services lead",
            "Names, appointments, results",
            "important",
        )
        .with("accounts", account(1))
        .with("vendor", "Cloud hosting"),
        system(
            "Electronic health record",
            "Chief medical information officer",
            "The whole record",
            "critical",
        )
        .with("accounts", account(1))
        .with("vendor", "Cloud hosting"),
        system("Picture archive", "Radiology lead", "Images, names, referrals", "critical")
            .with("accounts", account(2))
            .with("vendor", "Imaging archive"),
        system("Research extracts", "Analytics lead", "Limited data sets", "routine")
            .with("accounts", account(3)),
        system("Staff rota", "Human resources lead", "", "routine"),
    ]
}

fn incidents(now: Timestamp) -> Vec<Filled> {
    let at = |hours: i64| write_minute(now.plus(-hours * HOUR_MS));
    let incident = |title: &str, kind: &str, occurred: i64, detected: i64| {
        filled(&[
            ("title", title),
            ("kind", kind),
            ("occurred", &at(occurred)),
            ("detected", &at(detected)),
        ])
    };
    vec![
        incident("Reports went to a printer of another ward", "disclosure", 24 * 61, 24 * 60)
            .with("contained", at(24 * 60 - 3))
            .with("closed", at(24 * 44)),
        incident(
            "An access key was used from an unknown network",
            "credentials",
            24 * 19 + 5,
            24 * 19,
        )
        .with("system", "Research extracts")
        .with("contained", at(24 * 18 + 20))
        .with("notes", "Key withdrawn and replaced. Which objects were read is being looked at."),
        incident("A laptop did not come back from repair", "loss", 31, 26)
            .with("notes", "The disk is encrypted; whether the key was safe is not settled."),
    ]
}

fn drills(now: Timestamp) -> Vec<Filled> {
    let drill = |ago: i64, scenario: &str, kind: &str, outcome: &str, minutes: &str| {
        filled(&[
            ("day", &Day::of(now).plus(-ago).to_string()),
            ("scenario", scenario),
            ("kind", kind),
            ("outcome", outcome),
            ("minutes", minutes),
        ])
    };
    vec![
        drill(170, "A planted key is used from abroad", "signal", "late", "410"),
        drill(75, "A planted key is used from abroad", "signal", "detected", "14"),
        drill(40, "Ransomware in the picture archive", "table-top", "detected", ""),
        drill(9, "Bulk export of a research bucket", "attack", "missed", ""),
    ]
}
