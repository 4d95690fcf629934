//! The domain from outside: the catalogue as it is shipped, the judge, and the checks.

mod alerting;
mod catalogue;
mod checks;
mod judging;
mod losing_data;
mod runbook;
mod world;
