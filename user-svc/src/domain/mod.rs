//! Users and sessions: types and rules, no I/O.

mod address;
mod ended;
mod erasure;
mod mail;
mod mailbox_claim;
mod password;
mod picture;
mod session;
mod standing;
mod user;

pub use address::{Address, AddressChange, AddressError, MOST_ADDRESSES, Place};
pub use ended::{Ended, EndedUser};
pub use erasure::{Erasure, ErasureState};
pub use mail::{Mail, MailTokenError, Purpose};
pub use mailbox_claim::{MailboxAssignment, MailboxClaim};
pub use password::{Password, PasswordError, decoy_hash, give_back, verify};
pub use picture::{PictureError, square};
pub(crate) use session::REPEATABLE;
pub use session::{
    Grant, IssuedToken, OwnSession, RefreshError, RefreshState, SealedSuccessor, Session, hash_token,
};
pub use standing::{Standing, StandingError, UserFilter};
pub use user::{NewUser, ProfileChange, User};
