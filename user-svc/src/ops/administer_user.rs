//! Change what a user may do, or the address of the account.

use souk_db::Conn;
use souk_email::EmailAddress;
use uuid::Uuid;

use super::end_tokens::{end_tokens, end_user};
use crate::domain::{Ended, Purpose, Standing, User};
use crate::{Error, Result, events, store};

/// Applies an operator's change; asking twice changes nothing. Without leave to log in every session ends, with another
/// role every access token. Another address is to be verified; secrets that were mailed to the one of before are void.
///
/// # Errors
/// [`Error::OperatorsOnly`] when `by` is not an operator any more, [`Error::NotFound`], [`Error::EmailTaken`], or what
/// [`User::administer`] refuses.
pub async fn administer_user(tx: &mut Conn, by: Uuid, id: Uuid, change: Standing) -> Result<(User, Ended)> {
    // All of them, in one order: two who take away each other's role come one after the other.
    let operators = store::accounts::lock_operators(tx).await?;
    if !operators.contains(&by) {
        return Err(Error::OperatorsOnly);
    }
    let mut user = store::users::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let is_last = operators == [id];
    let address = change.email.clone();
    let changed = user.administer(change, is_last)?;
    if changed.is_empty() {
        return Ok((user, Ended::default()));
    }
    store::accounts::save_standing(tx, &user).await?;
    if let Some(address) = address.filter(|_| changed.contains(&"email")) {
        change_address(tx, id, &address).await?;
    }
    souk_outbox::enqueue(tx, events::user_updated(&user, &changed), Some(user.version)).await?;
    let ended = if !user.is_active {
        store::mail_tokens::discard_all(tx, id).await?;
        end_user(tx, id).await?
    } else if changed.iter().any(|field| ["role", "is_active"].contains(field)) {
        end_tokens(tx, id).await?
    } else {
        Ended::default()
    };
    Ok((user, ended))
}

async fn change_address(tx: &mut Conn, id: Uuid, address: &EmailAddress) -> Result<()> {
    // What an older program has added has no canonical form yet: no index refuses its other spellings.
    let found = store::mailboxes::find_credentials(tx, address.canonical()).await?;
    if found.is_some_and(|(other, _)| other.id != id)
        || !store::mailboxes::save_address(tx, id, address).await?
    {
        return Err(Error::EmailTaken);
    }
    store::mail_tokens::discard_all(tx, id).await?;
    Ok(store::mails::add(tx, Purpose::VerifyEmail, address.canonical()).await?)
}
