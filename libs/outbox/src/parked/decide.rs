//! What an operator decides about parked messages; each decision is one row of the audit.

use souk_contracts::OpenEnum;
use souk_contracts::topology::QUEUES;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::{ParkedCause, ParkedMessage, ParkedState, store};

/// Why a parked message stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ParkedError {
    /// It is not here.
    #[error("There is no such parked message.")]
    NotFound,
    /// It was decided otherwise before.
    #[error("The message is {} already.", .0.as_str())]
    Settled(OpenEnum<ParkedState>),
    /// No build like this one reads its queue any more, so nothing would become of a replay.
    #[error("Nobody reads {0} any more.")]
    NoReader(String),
    /// The queue does not wait for this type.
    #[error("The queue does not wait for this type.")]
    NotAwaited,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Sends a parked message to its queue again, by the [`super::ParkedKeeper`] and after the commit. Asking twice is
/// one replay.
///
/// # Errors
/// [`ParkedError::NotFound`], [`ParkedError::Settled`] when it was dropped, or [`ParkedError::NoReader`].
pub async fn replay_parked(tx: &mut Conn, id: Uuid, actor_id: Uuid) -> Result<ParkedMessage, ParkedError> {
    settle(tx, id, actor_id, "replay", ParkedState::Replaying).await
}

/// Gives a parked message up. Asking twice changes nothing.
///
/// # Errors
/// [`ParkedError::NotFound`], or [`ParkedError::Settled`] when it was replayed.
pub async fn drop_parked(tx: &mut Conn, id: Uuid, actor_id: Uuid) -> Result<ParkedMessage, ParkedError> {
    settle(tx, id, actor_id, "drop", ParkedState::Dropped).await
}

/// Sends everything that waits in a queue's table, or what one kind of failure parked, to the queue again, and answers
/// how many messages that are.
///
/// # Errors
/// When the database fails, or [`ParkedError::NoReader`].
pub async fn replay_all_parked(
    tx: &mut Conn,
    queue: &str,
    cause: Option<ParkedCause>,
    actor_id: Uuid,
) -> Result<usize, ParkedError> {
    must_be_read(queue)?;
    settle_all(tx, (queue, cause), actor_id, "replay", ParkedState::Replaying).await
}

/// Gives up everything that waits in a queue's table, or what one kind of failure parked, and answers how many messages
/// that were.
///
/// # Errors
/// When the database fails.
pub async fn drop_all_parked(
    tx: &mut Conn,
    queue: &str,
    cause: Option<ParkedCause>,
    actor_id: Uuid,
) -> Result<usize, ParkedError> {
    settle_all(tx, (queue, cause), actor_id, "drop", ParkedState::Dropped).await
}

fn must_be_read(queue: &str) -> Result<(), ParkedError> {
    if QUEUES.iter().any(|known| known.name == queue) {
        Ok(())
    } else {
        Err(ParkedError::NoReader(queue.to_owned()))
    }
}

async fn settle_all(
    tx: &mut Conn,
    (queue, cause): (&str, Option<ParkedCause>),
    actor_id: Uuid,
    action: &str,
    to: ParkedState,
) -> Result<usize, ParkedError> {
    let ids = store::lock_waiting(tx, queue, cause).await?;
    store::audit(tx, &ids, action, actor_id).await?;
    Ok(store::advance(tx, &ids, ParkedState::Parked, to).await?)
}

async fn settle(
    tx: &mut Conn,
    id: Uuid,
    actor_id: Uuid,
    action: &str,
    to: ParkedState,
) -> Result<ParkedMessage, ParkedError> {
    let mut message = store::lock(tx, id).await?.ok_or(ParkedError::NotFound)?;
    let replayed = to == ParkedState::Replaying && message.state == ParkedState::Replayed;
    if message.state == to || replayed {
        return Ok(message);
    }
    if message.state != ParkedState::Parked {
        return Err(ParkedError::Settled(message.state));
    }
    if to == ParkedState::Replaying {
        must_be_read(&message.queue)?;
    }
    store::audit(tx, &[id], action, actor_id).await?;
    store::advance(tx, &[id], ParkedState::Parked, to).await?;
    message.state = to.into();
    Ok(message)
}
