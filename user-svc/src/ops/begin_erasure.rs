//! Begin the erasure of an account.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{Erasure, StandingError};
use crate::{Error, Result, store};

/// Writes down that the account is to be erased; from then on that is carried to an end. `None` while somebody is at
/// it.
///
/// # Errors
/// [`Error::NotFound`] when the user is gone, [`StandingError::LastOperator`] when nobody else could operate.
pub async fn begin_erasure(tx: &mut Conn, user_id: Uuid) -> Result<Option<Erasure>> {
    // In the order of every change of operators: all of them, then the user.
    let operators = store::accounts::lock_operators(tx).await?;
    store::users::lock(tx, user_id).await?.ok_or(Error::NotFound)?;
    if operators.contains(&user_id) && !store::erasures::leave_any(tx, &operators, user_id).await? {
        return Err(StandingError::LastOperator.into());
    }
    Ok(store::erasures::begin(tx, user_id).await?)
}
