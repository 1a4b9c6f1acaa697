//! Transactions that take effect once per `Idempotency-Key`.
//!
//! The key's row is the first thing the transaction writes, so a parallel retry waits on it and then finds the
//! answer; a refusal rolls the row back and leaves the key free.

use diesel::OptionalExtension;
use diesel::sql_types::{Array, Bytea, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Conn, Db, DbError, prepared};

/// A customer's claim that a request is the same one however often it arrives.
#[derive(Debug, Clone)]
pub struct Claim {
    user_id: Uuid,
    key: String,
    fingerprint: Vec<u8>,
}

/// Why an idempotent transaction was not even begun.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key was used for a request with other content.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// What was stored cannot be read as the answer that is asked for.
    #[error("the stored answer cannot be read")]
    Stored(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for IdempotencyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Claim {
    /// A claim of `user_id` under `key`; `operation` and `body` tell one request from another.
    pub fn new(user_id: Uuid, key: impl Into<String>, operation: &str, body: &impl Serialize) -> Self {
        let mut hash = Sha256::new();
        hash.update(operation.as_bytes());
        hash.update([0]);
        // A body that came in as JSON can be written as JSON.
        hash.update(serde_json::to_vec(body).unwrap_or_default());
        Self {
            user_id,
            key: key.into(),
            fingerprint: hash.finalize().to_vec(),
        }
    }
}

impl Db {
    /// Like [`Db::transaction`], but at most once per claim: a repeat gets the first answer and `work` is not run.
    ///
    /// # Errors
    /// As [`Db::transaction`], and [`IdempotencyError::KeyReused`] for a claim with another content.
    pub async fn once<T, E>(
        &self,
        claim: Option<&Claim>,
        work: impl AsyncFnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<DbError> + From<IdempotencyError>,
    {
        let Some(claim) = claim else {
            return self.transaction(work).await;
        };
        self.transaction(async |tx| {
            if take(tx, &[(claim, None)]).await? == 0 {
                let answer = recorded(tx, claim).await?;
                return answer.ok_or_else(|| IdempotencyError::KeyReused.into());
            }
            let answer = work(tx).await?;
            keep(tx, claim, &answer).await?;
            Ok(answer)
        })
        .await
    }
}

#[derive(diesel::QueryableByName)]
struct Recorded {
    #[diesel(sql_type = Bytea)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    answer: Option<serde_json::Value>,
}

/// The answer recorded under a claim, if it took effect in the last 24 hours.
///
/// # Errors
/// [`IdempotencyError::KeyReused`] when the key stands for another request.
pub async fn recorded<T: DeserializeOwned>(
    conn: &mut Conn,
    claim: &Claim,
) -> Result<Option<T>, IdempotencyError> {
    let row = prepared(
        diesel::sql_query(
            "select fingerprint, answer from idempotency_keys
         where user_id = $1 and key = $2 and created_at > now() - interval '24 hours'",
        )
        .bind::<SqlUuid, _>(claim.user_id)
        .bind::<Text, _>(&claim.key),
    )
    .get_result::<Recorded>(conn)
    .await
    .optional()?;
    match row {
        None => Ok(None),
        Some(row) if row.fingerprint != claim.fingerprint => Err(IdempotencyError::KeyReused),
        Some(row) => Ok(row.answer.map(serde_json::from_value).transpose()?),
    }
}

/// Takes claims whose answers are known before the work is done; the first statement of its transaction. One statement
/// cheaper than [`Db::once`].
///
/// `false` when somebody took one of them before: then the transaction must not go on, and [`recorded`] has the answer.
///
/// # Errors
/// When the database fails, or two of the claims have the same key.
pub async fn claim<T: Serialize>(tx: &mut Conn, claims: &[(&Claim, T)]) -> Result<bool, IdempotencyError> {
    let answered = claims
        .iter()
        .map(|(claim, answer)| Ok((*claim, Some(serde_json::to_value(answer)?))))
        .collect::<serde_json::Result<Vec<_>>>()?;
    Ok(take(tx, &answered).await? == claims.len())
}

/// Forgets what a user was answered, for a user who is gone.
///
/// # Errors
/// When the database fails.
pub async fn forget_answers(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    prepared(
        diesel::sql_query("delete from idempotency_keys where user_id = $1").bind::<SqlUuid, _>(user_id),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes the keys' rows, waiting for parallel ones; how many were not taken by others.
async fn take(
    tx: &mut Conn,
    claims: &[(&Claim, Option<serde_json::Value>)],
) -> Result<usize, IdempotencyError> {
    let (users, keys): (Vec<Uuid>, Vec<&str>) = claims
        .iter()
        .map(|(claim, _)| (claim.user_id, claim.key.as_str()))
        .unzip();
    let (fingerprints, answers): (Vec<&[u8]>, Vec<Option<&serde_json::Value>>) = claims
        .iter()
        .map(|(claim, answer)| (claim.fingerprint.as_slice(), answer.as_ref()))
        .unzip();
    let rows = prepared(
        diesel::sql_query(
            "insert into idempotency_keys (user_id, key, fingerprint, answer)
         select * from unnest($1, $2, $3, $4) as claim (user_id, key, fingerprint, answer) order by user_id, key
         on conflict (user_id, key) do update
         set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
         where idempotency_keys.created_at <= now() - interval '24 hours'",
        )
        .bind::<Array<SqlUuid>, _>(users)
        .bind::<Array<Text>, _>(keys)
        .bind::<Array<Bytea>, _>(fingerprints)
        .bind::<Array<Nullable<Jsonb>>, _>(answers),
    )
    .execute(tx)
    .await?;
    Ok(rows)
}

async fn keep(tx: &mut Conn, claim: &Claim, answer: &impl Serialize) -> Result<(), IdempotencyError> {
    prepared(
        diesel::sql_query("update idempotency_keys set answer = $3 where user_id = $1 and key = $2")
            .bind::<SqlUuid, _>(claim.user_id)
            .bind::<Text, _>(&claim.key)
            .bind::<Jsonb, _>(serde_json::to_value(answer)?),
    )
    .execute(tx)
    .await?;
    Ok(())
}
