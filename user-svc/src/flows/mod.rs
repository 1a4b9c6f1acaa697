//! What takes time that no transaction may wait for.

mod change_password;
mod hashing;
mod register;
mod send_mails;
mod sign_in;
mod tidy;

pub use change_password::{change_password, reset_password};
pub use register::register;
pub use send_mails::send_mails;
pub use sign_in::sign_in;
pub use tidy::tidy;
