//! The one build tool of Wardround: `cargo xtask <command>`.
//!
//! It needs rustup and a C compiler; the tests also want Node, Python 3 and a Chromium. Whatever
//! is missing is named together with the command that installs it.

mod bench;
mod build;
mod demo;
mod process;
mod service;
mod site;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, runs, tests and measures Wardround.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build what is needed and start the product on http://127.0.0.1:3000 with no AWS account.
    ///
    /// A simulated AWS organisation answers the real collectors on a loopback port. Arguments
    /// after the command go to `wardround demo`; try `cargo xtask demo -- --help`.
    Demo(demo::Arguments),
    /// Run every test: format, lints, documentation, unit, integration, site, browser.
    Test(test::Arguments),
    /// Build the one file to deploy, with the site inside: target/dist/wardround.
    Build,
    /// Build the browser's half: wasm, script, style sheet, static files.
    Site,
    /// Measure the product and write docs/benchmarks.md.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Workspace::find().and_then(|workspace| match arguments.command {
        Command::Demo(arguments) => demo::run(&workspace, &arguments),
        Command::Test(arguments) => test::run(&workspace, &arguments),
        Command::Build => build::run(&workspace),
        Command::Site => site::run(&workspace).map(|_| ()),
        Command::Bench(arguments) => bench::run(&workspace, &arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
