//! Users and sessions: types and rules, no I/O.

mod address;
mod ended;
mod password;
mod session;
mod user;

pub use address::{Address, AddressChange, AddressError, MOST_ADDRESSES, Place};
pub use ended::{Ended, EndedUser};
pub use password::{Password, PasswordError, decoy_hash, verify};
pub use session::{Grant, IssuedToken, RefreshError, RefreshState, Session, hash_token};
pub use user::{NewUser, ProfileChange, User};
