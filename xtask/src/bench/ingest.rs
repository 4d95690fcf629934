//! Findings from the simulator into SQLite, against the `sqlite3` shell importing the same rows.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Plan;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::{Spread, Turns};
use super::processes::Server;
use super::product::{Product, database_file, empty};
use crate::process;

const TITLE: &str = "Ingest";

/// The tables that hold rows of ours: not those that SQLite keeps behind an index of words, which
/// the schema's triggers fill on both sides.
const TABLES: &str = "FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
                      AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                      AND name NOT LIKE '\\_sqlx\\_%' ESCAPE '\\'";

/// The table in which findings end up.
const FINDINGS: &str = "finding";

pub fn measure(product: &Product, plan: &Plan) -> Result<Figure> {
    let findings = plan.size(100_000, 10_000);
    let simulator = product.awsim(findings, 0)?;
    let sample = collected(product, &simulator)?;
    let tables = dump(&sample, &product.folder.join("csv"))?;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let stored = tables.iter().find(|table| table.name == FINDINGS).map_or(0, |table| table.rows);
    let turns = Turns::take(
        plan.times,
        || Ok(rows as f64 / collect(product, &simulator)?),
        || Ok(rows as f64 / import(product, &tables)?),
    )?;
    let per_second = |of: &[f64], share: u64| {
        Spread::of(&of.iter().map(|rate| rate * share as f64 / rows as f64).collect::<Vec<_>>())
    };
    let lines = vec![
        Line::promised(
            "rows per second, `collect --once` ÷ `.import`",
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(0.35, 0.5),
        ),
        Line::told("rows, `collect --once`", Spread::of(&turns.first), Unit::PerSecond),
        Line::told("findings, `collect --once`", per_second(&turns.first, stored), Unit::PerSecond),
        Line::told("rows, `.import`", Spread::of(&turns.second), Unit::PerSecond),
    ];
    Ok(Figure::new(TITLE, method(findings, stored, rows), lines))
}

fn method(findings: u64, stored: u64, rows: u64) -> String {
    format!(
        "`wardround awsim --scale {findings}` is asked by `wardround collect --once` over loopback \
         through the AWS SDK into an empty folder: paging, signing, parsing, mapping, evidence, \
         judging and scoring are all inside the time, from the start of the process to its end. \
         The database then holds {} findings and {} rows in all its tables. Those rows, dumped as \
         CSV beforehand, are the other side: one `sqlite3` process `.import`s them, a transaction \
         for each table, into an empty database that `wardround migrate` made (same tables, \
         indexes and triggers, which fill the index of words on both sides; WAL, \
         `synchronous=FULL`, no foreign-key checks). Binary columns stand in the CSV as text of \
         the same length, and NULL as empty text.",
        grouped(stored as f64),
        grouped(rows as f64),
    )
}

fn collect(product: &Product, simulator: &Server) -> Result<f64> {
    let data = product.folder.join("ingest");
    empty(&data)?;
    product.collect(&data, simulator.port)
}

fn collected(product: &Product, simulator: &Server) -> Result<PathBuf> {
    collect(product, simulator)?;
    let data = product.folder.join("ingest");
    let file = database_file(&data)?;
    let kept = product.folder.join("ingested.db");
    let _ = fs::remove_file(&kept);
    // `VACUUM INTO` also takes what still stands in the log beside the file.
    process::output(
        Command::new("sqlite3").arg(&file).arg(format!("VACUUM INTO '{}'", kept.display())),
    )
    .context("sqlite3 is needed; install it with: apt-get install sqlite3")?;
    Ok(kept)
}

/// A table as CSV.
struct Table {
    name: String,
    file: PathBuf,
    rows: u64,
}

/// Writes every table of a database into a folder.
fn dump(database: &Path, folder: &Path) -> Result<Vec<Table>> {
    empty(folder)?;
    let names = query(database, &format!("SELECT name {TABLES} ORDER BY name"))?;
    let mut tables = Vec::new();
    for name in names.lines() {
        let columns = query(
            database,
            &format!("SELECT name FROM pragma_table_xinfo('{name}') WHERE hidden = 0 ORDER BY cid"),
        )?;
        let columns: Vec<String> = columns.lines().map(as_text).collect();
        let file = folder.join(format!("{name}.csv"));
        let status = Command::new("sqlite3")
            .args(["-csv", "-noheader"])
            .arg(database)
            .arg(format!("SELECT {} FROM \"{name}\"", columns.join(", ")))
            .stdout(File::create(&file)?)
            .status()?;
        if !status.success() {
            bail!("dumping {name} failed");
        }
        let rows = query(database, &format!("SELECT count(*) FROM \"{name}\""))?.trim().parse()?;
        tables.push(Table { name: name.to_owned(), file, rows });
    }
    Ok(tables)
}

/// A column as `.import` can read it: binary values become text of the same length.
fn as_text(column: &str) -> String {
    let column = format!("\"{column}\"");
    format!(
        "CASE typeof({column}) WHEN 'blob' THEN substr(hex({column}), 1, length({column})) \
         ELSE {column} END"
    )
}

fn query(database: &Path, sql: &str) -> Result<String> {
    process::output(Command::new("sqlite3").args(["-batch", "-noheader"]).arg(database).arg(sql))
}

/// One process that imports all tables; seconds from its start to its end.
fn import(product: &Product, tables: &[Table]) -> Result<f64> {
    let data = product.folder.join("import");
    empty(&data)?;
    product.migrate(&data)?;
    let database = database_file(&data)?;
    clear(&database)?;
    let script = data.join("import.sql");
    let mut text = String::from(
        "PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\nPRAGMA ignore_check_constraints=ON;\n\
         .mode csv\n",
    );
    for table in tables.iter().filter(|table| table.rows > 0) {
        let _ = writeln!(text, ".import \"{}\" \"{}\"", table.file.display(), table.name);
    }
    fs::write(&script, text)?;
    let log = product.log("import");
    let started = Instant::now();
    let status = Command::new("sqlite3")
        .args(["-batch"])
        .arg(&database)
        .stdin(Stdio::from(File::open(&script)?))
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .status()?;
    let seconds = started.elapsed().as_secs_f64();
    let errors = fs::read_to_string(&log)?;
    if !status.success() || !errors.trim().is_empty() {
        bail!("sqlite3 .import failed: {}", errors.lines().next().unwrap_or_default());
    }
    for table in tables {
        let rows: u64 = query(&database, &format!("SELECT count(*) FROM \"{}\"", table.name))?
            .trim()
            .parse()?;
        if rows != table.rows {
            bail!("{} has {rows} rows after .import, not {}", table.name, table.rows);
        }
    }
    Ok(seconds)
}

/// Takes away what migrations put into tables: those rows are among the imported ones.
fn clear(database: &Path) -> Result<()> {
    let statements =
        query(database, &format!("SELECT 'DELETE FROM \"' || name || '\";' {TABLES}"))?;
    query(database, &statements).map(|_| ())
}
