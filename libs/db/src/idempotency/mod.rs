//! Transactions that take effect once per `Idempotency-Key`.
//!
//! The key's row is the first thing the transaction writes, so a parallel retry waits on it and then finds the
//! answer; a refusal rolls the row back and leaves the key free.

mod canonical;

use diesel::OptionalExtension;
use diesel::sql_types::{Array, Bytea, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use canonical::canonical_json;

use crate::{Conn, Db, DbError, prepared};

/// A customer's claim that a request is the same one however often it arrives.
#[derive(Debug, Clone)]
pub struct Claim {
    user_id: Uuid,
    key: String,
    request_hash: Vec<u8>,
    /// What the previous release compares: the hash of the body as its struct is written.
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
    ///
    /// Of the body only what was understood counts, in canonical form and without what is at its default: another spelling
    /// is the same request, and so is a request that was recorded before the body type got an optional member.
    pub fn new<B: Serialize + DeserializeOwned>(
        user_id: Uuid,
        key: impl Into<String>,
        operation: &str,
        body: &B,
    ) -> Self {
        let claim = Self {
            user_id,
            key: key.into(),
            request_hash: hash(operation, &canonical_json(body)),
            fingerprint: Vec::new(),
        };
        claim.formerly(operation, body)
    }

    /// Names the request as the previous release does, where that is not by the same operation and body.
    #[must_use]
    pub fn formerly(mut self, operation: &str, body: &impl Serialize) -> Self {
        // A body that came in as JSON can be written as JSON.
        self.fingerprint = hash(operation, &serde_json::to_vec(body).unwrap_or_default());
        self
    }
}

fn hash(operation: &str, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().to_vec()
}

impl Db {
    /// Like [`Db::transaction`], but at most once per claim: a repeat gets the first response and `work` is not run.
    ///
    /// `respond` makes the response of what `work` did. It is kept as JSON text of `R` and never made again, so that a
    /// later build answers a repeat with what was sent. The previous release reads what `work` did, so that is kept too.
    ///
    /// # Errors
    /// As [`Db::transaction`], and [`IdempotencyError::KeyReused`] for a claim with another content.
    pub async fn once<T, R, E>(
        &self,
        claim: Option<&Claim>,
        work: impl AsyncFnOnce(&mut Conn) -> Result<T, E>,
        respond: impl Fn(T) -> serde_json::Result<R>,
    ) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned,
        E: From<DbError> + From<IdempotencyError>,
    {
        self.transaction(async |tx| {
            let Some(claim) = claim else {
                let done = work(tx).await?;
                return Ok(respond(done).map_err(IdempotencyError::Stored)?);
            };
            if take(tx, &[(claim, None)]).await? == 0 {
                let response = recorded(tx, claim, &respond).await?;
                return response.ok_or_else(|| IdempotencyError::KeyReused.into());
            }
            let done = work(tx).await?;
            let former = serde_json::to_value(&done).map_err(IdempotencyError::Stored)?;
            let response = respond(done).map_err(IdempotencyError::Stored)?;
            keep(tx, claim, &former, &response).await?;
            Ok(response)
        })
        .await
    }
}

#[derive(diesel::QueryableByName)]
struct Recorded {
    #[diesel(sql_type = Bytea)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Nullable<Bytea>)]
    request_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    answer: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    response: Option<String>,
}

impl Recorded {
    /// Whether it is what `claim` asks for. A row of the previous release has its own kind of hash only.
    fn is_of(&self, claim: &Claim) -> bool {
        match &self.request_hash {
            Some(hash) => *hash == claim.request_hash,
            None => self.fingerprint == claim.fingerprint,
        }
    }
}

/// The response recorded under a claim, if it took effect in the last 24 hours; `respond` makes it of what the previous
/// release has recorded.
///
/// # Errors
/// [`IdempotencyError::KeyReused`] when the key stands for another request.
pub async fn recorded<T: DeserializeOwned, R: DeserializeOwned>(
    conn: &mut Conn,
    claim: &Claim,
    respond: impl Fn(T) -> serde_json::Result<R>,
) -> Result<Option<R>, IdempotencyError> {
    let Some(row) = find(conn, claim).await? else {
        return Ok(None);
    };
    Ok(match (row.response, row.answer) {
        (Some(response), _) => Some(serde_json::from_str(&response)?),
        (None, Some(done)) => Some(respond(serde_json::from_value(done)?)?),
        (None, None) => None,
    })
}

/// The reference recorded by [`claim`], if it took effect in the last 24 hours.
///
/// # Errors
/// [`IdempotencyError::KeyReused`] when the key stands for another request.
pub async fn recorded_reference(conn: &mut Conn, claim: &Claim) -> Result<Option<Uuid>, IdempotencyError> {
    let answer = find(conn, claim).await?.and_then(|row| row.answer);
    Ok(answer.map(serde_json::from_value).transpose()?)
}

async fn find(conn: &mut Conn, claim: &Claim) -> Result<Option<Recorded>, IdempotencyError> {
    let row = prepared(
        diesel::sql_query(
            "select fingerprint, answer,
                 case when hashed_at = created_at then request_hash end as request_hash,
                 case when hashed_at = created_at then response end as response
             from idempotency_keys
             where user_id = $1 and key = $2 and created_at > now() - interval '24 hours'",
        )
        .bind::<SqlUuid, _>(claim.user_id)
        .bind::<Text, _>(&claim.key),
    )
    .get_result::<Recorded>(conn)
    .await
    .optional()?;
    match row {
        Some(row) if !row.is_of(claim) => Err(IdempotencyError::KeyReused),
        row => Ok(row),
    }
}

/// Takes claims whose effect has a known id before the work is done; the first statement of its transaction. One statement
/// cheaper than [`Db::once`].
///
/// `false` when somebody took one of them before: then the transaction must not go on, and [`recorded_reference`] has the
/// id.
///
/// # Errors
/// When the database fails, or two of the claims have the same key.
pub async fn claim(tx: &mut Conn, claims: &[(&Claim, Uuid)]) -> Result<bool, IdempotencyError> {
    let known: Vec<_> = claims
        .iter()
        .map(|(claim, id)| (*claim, Some(Value::from(id.to_string()))))
        .collect();
    Ok(take(tx, &known).await? == claims.len())
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
async fn take(tx: &mut Conn, claims: &[(&Claim, Option<Value>)]) -> Result<usize, IdempotencyError> {
    fn column<'a, T>(claims: &'a [(&Claim, Option<Value>)], of: impl Fn(&'a Claim) -> T) -> Vec<T> {
        claims.iter().map(|(claim, _)| of(claim)).collect()
    }
    let answers: Vec<Option<&Value>> = claims.iter().map(|(_, answer)| answer.as_ref()).collect();
    let rows = prepared(
        diesel::sql_query(
            "insert into idempotency_keys (user_id, key, fingerprint, request_hash, answer, hashed_at)
         select *, now() from unnest($1, $2, $3, $4, $5) as claim (user_id, key, fingerprint, request_hash, answer)
         order by user_id, key
         on conflict (user_id, key) do update
         set fingerprint = excluded.fingerprint, request_hash = excluded.request_hash, answer = excluded.answer,
             response = null, hashed_at = excluded.hashed_at, created_at = excluded.created_at
         where idempotency_keys.created_at <= now() - interval '24 hours'",
        )
        .bind::<Array<SqlUuid>, _>(column(claims, |claim| claim.user_id))
        .bind::<Array<Text>, _>(column(claims, |claim| claim.key.as_str()))
        .bind::<Array<Bytea>, _>(column(claims, |claim| claim.fingerprint.as_slice()))
        .bind::<Array<Bytea>, _>(column(claims, |claim| claim.request_hash.as_slice()))
        .bind::<Array<Nullable<Jsonb>>, _>(answers),
    )
    .execute(tx)
    .await?;
    Ok(rows)
}

async fn keep(
    tx: &mut Conn,
    claim: &Claim,
    former: &Value,
    response: &impl Serialize,
) -> Result<(), IdempotencyError> {
    prepared(
        diesel::sql_query(
            "update idempotency_keys set answer = $3, response = $4 where user_id = $1 and key = $2",
        )
        .bind::<SqlUuid, _>(claim.user_id)
        .bind::<Text, _>(&claim.key)
        .bind::<Jsonb, _>(former)
        .bind::<Text, _>(serde_json::to_string(response)?),
    )
    .execute(tx)
    .await?;
    Ok(())
}
