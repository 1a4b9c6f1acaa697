//! Erasing an account: a saga over the services that may have something unfinished under it.

use uuid::Uuid;

/// Which way an erasure goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureState {
    /// Forward: the other services close the account.
    Closing,
    /// Back: one of them has refused, the others open it again.
    Reopening,
}

/// An erasure in the hands of one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Whose account.
    pub user_id: Uuid,
    /// Which way it goes.
    pub state: ErasureState,
    /// Counts up whenever someone takes it over.
    pub attempt: i64,
}

impl ErasureState {
    /// The state in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closing => "closing",
            Self::Reopening => "reopening",
        }
    }

    /// The state written as [`ErasureState::as_str`]; what is not forward goes back, which harms nobody.
    pub fn from_word(word: &str) -> Self {
        if word == Self::Closing.as_str() {
            Self::Closing
        } else {
            Self::Reopening
        }
    }
}
