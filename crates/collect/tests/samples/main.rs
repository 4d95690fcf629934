//! Payloads that others recorded, through the mappers. They are not in the repository.
//!
//! This program is its own test runner: only so can a test that has nothing to read be reported as
//! skipped, where the usual runner would say that it passed.

use std::process::ExitCode;

#[cfg(test)]
mod payloads;

const TESTS: [(&str, fn()); 9] = [
    ("security_hub_findings", payloads::security_hub_findings),
    ("guard_duty_findings", payloads::guard_duty_findings),
    ("results_of_config_rules", payloads::results_of_config_rules),
    ("configuration_items_as_rows", payloads::configuration_items_as_rows),
    ("backup_items", payloads::backup_items),
    ("console_sign_ins", payloads::console_sign_ins),
    ("whole_answers", payloads::whole_answers),
    ("malformed_payloads", payloads::malformed_payloads),
    ("every_payload_through_every_mapper", payloads::every_payload_through_every_mapper),
];

/// Understands what cargo and nextest say to a test program: `--list`, with `--ignored` for what
/// is skipped; else names, whole ones with `--exact`, of the tests to run.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let absent = payloads::absent();
    if flag("--list") {
        if absent.is_some() || !flag("--ignored") {
            for (name, _) in TESTS {
                println!("{name}: test");
            }
        }
        return ExitCode::SUCCESS;
    }
    let names: Vec<&String> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
    let (exact, mut failed) = (flag("--exact"), false);
    for (name, test) in TESTS {
        let meant = |wanted: &&String| if exact { *wanted == name } else { name.contains(*wanted) };
        if !names.is_empty() && !names.iter().any(meant) {
            continue;
        }
        if let Some(why) = &absent {
            eprintln!("test {name} ... SKIPPED: {why}");
            // Whoever asks for it all the same is not to be told that it went well.
            failed |= flag("--ignored") || flag("--include-ignored");
            continue;
        }
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed |= !passed;
    }
    ExitCode::from(u8::from(failed))
}
