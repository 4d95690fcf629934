//! The measurements behind `docs/benchmarks.md`.
//!
//! One file for each figure; `measure.rs` has the arithmetic, `processes.rs` the programs that run
//! meanwhile, `product.rs` the product's commands, `figure.rs` what comes out.

mod browser;
mod client;
mod figure;
mod gate;
mod ingest;
mod load;
mod machine;
mod measure;
mod memory;
mod oncall;
mod page;
mod peer;
mod presidio;
mod processes;
mod product;
mod scale;
mod session;
mod start;
mod telemetry;
mod wire;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};

use self::figure::{Figure, Verdict};
use self::product::Product;
use crate::workspace::Workspace;

/// The document that a full run writes.
const DOCUMENT: &str = "docs/benchmarks.md";

/// What `cargo xtask bench` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Small data and one repetition: to see that the measurement works, not what it measures.
    #[arg(long)]
    quick: bool,
    /// Also beside Presidio, which is installed from PyPI.
    #[arg(long)]
    presidio: bool,
    /// Only these figures: ingest, scale, page, gate, telemetry, oncall, peer, wire, memory, start.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// How much is measured.
#[derive(Debug)]
struct Plan {
    quick: bool,
    presidio: bool,
    /// How often the sides take turns.
    times: usize,
}

impl Plan {
    /// The size of something in a full run and in a quick one.
    fn size(&self, full: u64, quick: u64) -> u64 {
        if self.quick { quick } else { full }
    }
}

/// In the order of the document.
const NAMES: [&str; 10] =
    ["ingest", "scale", "page", "gate", "telemetry", "oncall", "peer", "wire", "memory", "start"];

/// Measures the named figures, or all of them.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if let Some(unknown) = arguments.names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("there is no figure {unknown:?}; there are: {}", NAMES.join(", "));
    }
    let chosen: Vec<&str> = NAMES
        .into_iter()
        .filter(|name| arguments.names.is_empty() || arguments.names.iter().any(|n| n == name))
        .collect();
    let Arguments { quick, presidio, .. } = *arguments;
    let plan = Plan { quick, presidio, times: if quick { 1 } else { 5 } };
    let product = Product::find(workspace)?;
    let load = machine::load_average();
    if load > 0.5 {
        println!("bench: {load:.1} other programs want a core; the numbers will be worse for it");
    }
    let mut figures = Vec::new();
    for name in chosen {
        println!("bench: {name}");
        let figure = measure(name, workspace, &product, &plan).with_context(|| name.to_owned())?;
        println!("\n{}", figure.table());
        figures.push(figure);
    }
    if plan.quick {
        println!(
            "This was a QUICK run with small data and one repetition: no figure to be quoted."
        );
    }
    if plan.quick || figures.len() < NAMES.len() {
        println!("{DOCUMENT} was not written; that takes a full run: cargo xtask bench");
    } else {
        let path = workspace.path(DOCUMENT);
        fs::write(&path, document(&figures, &product.version()))?;
        println!("written: {}", workspace.shown(&path));
    }
    close(&figures)
}

fn measure(name: &str, workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    match name {
        "ingest" => ingest::measure(product, plan),
        "scale" => scale::measure(product, plan),
        "page" => page::measure(workspace, product, plan),
        "gate" => gate::measure(workspace, product, plan),
        "telemetry" => telemetry::measure(workspace, product, plan),
        "oncall" => oncall::measure(product, plan),
        "peer" => peer::measure(workspace, product, plan),
        "wire" => wire::measure(workspace, product, plan),
        "memory" => memory::measure(product, plan),
        _ => start::measure(product, plan),
    }
}

fn document(figures: &[Figure], version: &str) -> String {
    let mut text = String::from(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`, all of it from one run. A figure that compares two sides \
         lets them take turns in that run, and each row is the median with the least and the most \
         beside it. The floor must be kept, the aim is wanted; rows without either explain the \
         others. Servers and clients share the machine and speak over loopback.\n\n\
         | | |\n|---|---|\n",
    );
    for (what, value) in machine::described(version) {
        let _ = writeln!(text, "| {what} | {value} |");
    }
    for figure in figures {
        text += "\n";
        text += &figure.markdown();
    }
    text
}

/// Fails when a floor is not kept: whoever runs this in a script wants to know.
fn close(figures: &[Figure]) -> Result<()> {
    let verdicts: Vec<Verdict> =
        figures.iter().flat_map(|figure| &figure.lines).filter_map(figure::Line::verdict).collect();
    let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    println!(
        "{} promised numbers: {} reach the aim, {} keep the floor, {} are short of an aim without \
         a floor, {} are below the floor",
        verdicts.len(),
        count(Verdict::Aim),
        count(Verdict::Floor),
        count(Verdict::ShortOfAim),
        count(Verdict::BelowFloor),
    );
    if count(Verdict::BelowFloor) > 0 {
        bail!("{} below the floor", count(Verdict::BelowFloor));
    }
    Ok(())
}
