//! What can go wrong in user-svc.

use souk_clients::{ClientError, ProblemBody};
use souk_db::{DbError, IdempotencyError};
use souk_email::InvalidEmailAddress;

use crate::domain::{AddressError, MailTokenError, PasswordError, PictureError, RefreshError, StandingError};
use crate::media::MediaError;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The password may not be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password may not take the place of another.
    #[error(transparent)]
    NewPassword(PasswordError),
    /// Whoever asks must know the password as it is, and this is another one; a pointer to the field.
    #[error("This is not your password.")]
    WrongPassword(&'static str),
    /// The mailed secret is not good.
    #[error(transparent)]
    MailToken(#[from] MailTokenError),
    /// There is nothing left to verify.
    #[error("The e-mail address is verified already.")]
    AlreadyVerified,
    /// An operator's change is refused.
    #[error(transparent)]
    Standing(#[from] StandingError),
    /// Whoever asks is not an operator any more.
    #[error("Only an administrator may do this.")]
    OperatorsOnly,
    /// The refresh token gives nothing.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The address book does not take it.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The picture cannot be an avatar.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// It took so long to store a picture that it is being removed again.
    #[error("the picture was removed before it was taken")]
    PictureLost,
    /// As many pictures are under way as may be.
    #[error("too many pictures are being uploaded or decoded")]
    DecoderBusy,
    /// A decoder could not be started, or ended otherwise than it should.
    #[error("the picture decoder failed")]
    Decoder(#[source] std::io::Error),
    /// The media store failed.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// No mail can be sent to the address.
    #[error(transparent)]
    Email(#[from] InvalidEmailAddress),
    /// Another account keeps the mailbox of this one.
    #[error("Another account has this e-mail address. An administrator can give this one another.")]
    EmailConflict,
    /// The e-mail address has an account.
    #[error("There is an account with this e-mail address.")]
    EmailTaken,
    /// E-mail address and password do not belong together.
    #[error("The e-mail address or the password is wrong.")]
    InvalidCredentials,
    /// A service has something unfinished under the account.
    #[error("the account is not erased: {}", .0.slug())]
    ErasureRefused(Box<ProblemBody>),
    /// It took too long to gather an export.
    #[error("gathering an export took too long")]
    ExportSlow,
    /// The file of an export could not be written or read.
    #[error("the file of an export failed")]
    Archive(#[from] std::io::Error),
    /// Another service did not do its part.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// There is no such user.
    #[error("There is no such user.")]
    NotFound,
    /// A password could not be hashed.
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// Work was broken off by a panic.
    #[error("background work was broken off")]
    Broken(#[from] tokio::sync::oneshot::error::RecvError),
    /// Work on another thread was broken off by a panic or a shutdown.
    #[error("work on another thread was broken off")]
    Task(#[from] tokio::task::JoinError),
    /// An idempotent transaction was not begun.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// An event came without its version.
    #[error("the event {0} has no aggregateversion")]
    Unversioned(&'static str),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
