//! What a failure means for its message.

use souk_db::DbError;

/// What becomes of a message that was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Refused by a rule because it is already so: it counts as handled.
    Done,
    /// Impossible by the rules: it goes to `<queue>.parked`, where an operator finds it.
    Park,
    /// Our own infrastructure is away: the message is held, and tried again in process until it is back.
    Hold,
    /// A bug, or a fault that may pass: the message is tried again with growing pauses, and parked in the end.
    Retry,
}

impl Outcome {
    /// What a failure of our own database means: away or contended is waited for, what it can never hold is parked, and
    /// anything else is tried again. So is a statement that took too long: waiting for it would hold up the queue for as
    /// long as it does.
    pub fn of_database(error: &DbError) -> Self {
        if error.is_timeout() {
            Self::Retry
        } else if error.is_unavailable() || error.is_contention() {
            Self::Hold
        } else if error.is_permanent() {
            Self::Park
        } else {
            Self::Retry
        }
    }
}
