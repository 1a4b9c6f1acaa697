//! Signing in: the password is checked between reading the user and beginning the session.

use chrono::Utc;
use souk_clients::user::BeginSessionBody;
use souk_db::Db;

use super::hashing::hashing;
use crate::domain::{Grant, Session, decoy_hash, verify};
use crate::{Error, Result, ops, store};

/// Checks e-mail address and password and begins a session.
///
/// # Errors
/// [`Error::InvalidCredentials`], after the same time whether or not there is such an account.
pub async fn sign_in(db: &Db, body: BeginSessionBody) -> Result<Grant> {
    let found = {
        let mut conn = db.conn().await?;
        store::mailboxes::find_credentials(&mut conn, &body.email).await?
    };
    let hash = found
        .as_ref()
        .map_or_else(|| decoy_hash().to_owned(), |(_, hash)| hash.clone());
    let matches = hashing(move || verify(&hash, &body.password)).await?;
    let (user, hash) = found
        .filter(|(user, _)| matches && user.is_reachable())
        .ok_or(Error::InvalidCredentials)?;
    let session = Session::begin(user.id, body.user_agent, body.address, Utc::now());
    db.transaction(async |tx| ops::begin_session(tx, session.clone(), &hash).await)
        .await
}
