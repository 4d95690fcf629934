//! The collectors against a simulated AWS, over the SDK and the wire; the mappers against payloads
//! of our own.

#[cfg(test)]
mod access;
mod calls;
#[cfg(test)]
mod fates;
#[cfg(test)]
mod losses;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod mapping_access;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod ward;
