//! The executable and its library, entered by the doors that operators and programs use.

#[cfg(test)]
mod access;
#[cfg(test)]
mod api;
#[cfg(test)]
mod arrival;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod config;
#[cfg(test)]
mod durable;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod oncall;
mod oncall_volume;
#[cfg(test)]
mod protect;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod runbooks;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod suppressions;
#[cfg(test)]
mod telemetry;
