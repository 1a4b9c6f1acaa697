//! One canonical form of an e-mail address, by which every program of the mesh tells accounts apart.

mod address;
mod rules;

pub use address::{EmailAddress, InvalidEmailAddress, lookup_key};
pub use rules::email_address;
