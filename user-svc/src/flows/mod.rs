//! What takes time that no transaction may wait for.

mod archive;
mod avatar;
mod change_password;
mod clear_successors;
mod erase;
mod export;
mod fill_mailboxes;
mod hashing;
mod register;
mod send_mails;
mod sign_in;

pub use avatar::{put_avatar, remove_avatar, remove_pictures};
pub use change_password::{change_password, reset_password};
pub use clear_successors::clear_successors;
pub use erase::{Eraser, Progress};
pub use export::{Exporter, Keeper};
pub use fill_mailboxes::{MailboxCounts, fill_mailboxes};
pub use register::register;
pub use send_mails::send_mails;
pub use sign_in::sign_in;
