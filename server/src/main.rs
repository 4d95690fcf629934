//! `wardround`: everything is in the library beside this file, so that tests can reach it.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
