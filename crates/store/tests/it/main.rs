//! The store, entered by the door that its users use: a temporary file, a writer, a reader.

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod access;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod evaluations;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod ingest;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod oncall;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod runbook_checks;
#[cfg(test)]
mod runbooks;
#[cfg(test)]
mod slis;
#[cfg(test)]
mod suppressions;
#[cfg(test)]
mod sweeps;
#[cfg(test)]
mod telemetry;
