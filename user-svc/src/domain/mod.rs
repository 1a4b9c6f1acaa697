//! Users and sessions: types and rules, no I/O.

mod address;
mod ended;
mod mail;
mod password;
mod session;
mod standing;
mod user;

pub use address::{Address, AddressChange, AddressError, MOST_ADDRESSES, Place};
pub use ended::{Ended, EndedUser};
pub use mail::{Mail, MailTokenError, Purpose};
pub use password::{Password, PasswordError, decoy_hash, verify};
pub use session::{Grant, IssuedToken, OwnSession, RefreshError, RefreshState, Session, hash_token};
pub use standing::{Standing, StandingError, UserFilter};
pub use user::{NewUser, ProfileChange, User};
