//! Change what a user may do.

use souk_db::Conn;
use uuid::Uuid;

use super::end_tokens::{end_tokens, end_user};
use crate::domain::{Ended, Purpose, Standing, User};
use crate::{Error, Result, events, store};

/// Applies an operator's change; asking twice changes nothing. Without leave to log in every session ends, with another
/// role every access token.
///
/// # Errors
/// [`Error::OperatorsOnly`] when `by` is not an operator any more, [`Error::NotFound`], or what
/// [`User::administer`] refuses.
pub async fn administer_user(tx: &mut Conn, by: Uuid, id: Uuid, change: Standing) -> Result<(User, Ended)> {
    // All of them, in one order: two who take away each other's role come one after the other.
    let operators = store::accounts::lock_operators(tx).await?;
    if !operators.contains(&by) {
        return Err(Error::OperatorsOnly);
    }
    let mut user = store::users::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let is_last = operators == [id];
    let changed = user.administer(change, is_last)?;
    if changed.is_empty() {
        return Ok((user, Ended::default()));
    }
    store::accounts::save_standing(tx, &user).await?;
    souk_outbox::enqueue(tx, events::user_updated(&user, &changed), Some(user.version)).await?;
    let ended = if user.is_active {
        end_tokens(tx, id).await?
    } else {
        store::mail_tokens::discard(tx, id, Purpose::ResetPassword).await?;
        store::mail_tokens::discard(tx, id, Purpose::VerifyEmail).await?;
        end_user(tx, id).await?
    };
    Ok((user, ended))
}
