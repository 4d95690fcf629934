//! The trail, entered by its public door, and by the back doors of those who would change it.

#[cfg(test)]
#[path = "../../examples/tamper/cases.rs"]
mod cases;
#[cfg(test)]
#[path = "../../examples/tamper/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "../../examples/tamper/spelling.rs"]
mod spelling;
#[cfg(test)]
#[path = "../../examples/tamper/world.rs"]
mod world;

#[cfg(test)]
mod chain;
#[cfg(test)]
mod encoding;
#[cfg(test)]
mod export;
#[cfg(test)]
mod format;
#[cfg(test)]
mod report;
#[cfg(test)]
mod signer;
#[cfg(test)]
mod tamper;
