//! The executable and its library, entered by the doors that operators and programs use.

#[cfg(test)]
mod api;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod config;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod setup;
