//! What takes time that no transaction may wait for.

mod hashing;
mod register;
mod sign_in;

pub use register::register;
pub use sign_in::sign_in;
