//! `wardround`: everything is in the library beside this file, so that tests can reach it.

/// Rendering a page is thousands of small allocations on all cores at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::main()
}
