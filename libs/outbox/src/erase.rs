//! What outbox and parked messages hold of an account that is erased.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Binary, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use souk_contracts::{EVENTS, remove_personal_text};
use souk_db::{Conn, DbError, highest_id, lowest_id, prepared};
use uuid::Uuid;

/// What takes the place of the reason of a message whose payload was removed.
const ERASED: &str = "removed when the account was erased";

#[derive(diesel::QueryableByName)]
struct WrittenRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    body: String,
}

#[derive(diesel::QueryableByName)]
struct ParkedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Binary)]
    payload: Vec<u8>,
}

/// What becomes of a parked payload.
#[derive(Debug, PartialEq, Eq)]
enum Redaction {
    /// There is nothing to remove.
    None,
    /// The words are removed; the message can be handled as before.
    Text(Vec<u8>),
    /// It is no JSON, so nobody can tell what it holds, and no build will ever handle it.
    Whole(Vec<u8>),
}

/// Forgets what a user was answered under idempotency keys, and removes the user's words from parked messages.
///
/// A message of a type that this build does not know stays as it is: a later build may have to handle it.
///
/// # Errors
/// When the database fails.
pub async fn erase_user(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    souk_db::forget_answers(tx, user_id).await?;
    let mention = user_id.to_string();
    let rows: Vec<ParkedRow> = prepared(
        diesel::sql_query(
            "select id, payload from parked where position($1 in payload) > 0 order by id for update",
        )
        .bind::<Binary, _>(mention.as_bytes()),
    )
    .load(tx)
    .await?;
    for row in rows {
        let (payload, reason) = match redact(row.id, &row.payload) {
            Redaction::None => continue,
            Redaction::Text(payload) => (payload, None),
            Redaction::Whole(payload) => (payload, Some(ERASED)),
        };
        replace_payload(tx, row.id, &payload, reason).await?;
    }
    Ok(())
}

/// Removes the user's words from events that were written in these spans of time, published or not; answers how many
/// events that were.
///
/// Bodies are looked through by time, because only their ids are indexed: a span may be an hour, not a month.
///
/// # Errors
/// When the database fails.
pub async fn erase_written(
    tx: &mut Conn,
    spans: &[(DateTime<Utc>, DateTime<Utc>)],
    user_id: Uuid,
) -> Result<usize, DbError> {
    let kinds: Vec<&str> = EVENTS
        .iter()
        .filter(|event| !event.personal_text.is_empty())
        .map(|event| event.kind)
        .collect();
    let rows: Vec<WrittenRow> = prepared(
        diesel::sql_query(
            "select distinct id, body from unnest($1, $2) as span (first, last) join outbox on id between first and last
             where routing_key = any($3) and strpos(body, $4) > 0",
        )
        .bind::<Array<SqlUuid>, _>(spans.iter().map(|(from, _)| lowest_id(*from)).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(spans.iter().map(|(_, to)| highest_id(*to)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(kinds)
        .bind::<Text, _>(user_id.to_string()),
    )
    .load(tx)
    .await?;
    let redacted: Vec<(Uuid, String)> = rows
        .into_iter()
        .filter_map(|row| Some((row.id, without_text(row.body.as_bytes())?.to_string())))
        .collect();
    let (ids, bodies): (Vec<Uuid>, Vec<String>) = redacted.into_iter().unzip();
    // The relay may hold an older copy of an unpublished row: then its readers remove the words, as of any event that
    // reaches them after the erasure.
    let changed = prepared(
        diesel::sql_query(
            "update outbox set body = new.body from unnest($1, $2) as new (id, body) where outbox.id = new.id",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(bodies),
    )
    .execute(tx)
    .await?;
    Ok(changed)
}

/// An envelope without the words of the user that it is about; `None` when it holds none.
fn without_text(body: &[u8]) -> Option<Value> {
    let mut envelope: Value = serde_json::from_slice(body).ok()?;
    let kind = envelope.get("type")?.as_str()?.to_owned();
    remove_personal_text(&kind, envelope.get_mut("data")?).then_some(envelope)
}

fn redact(id: Uuid, payload: &[u8]) -> Redaction {
    match without_text(payload) {
        Some(envelope) => Redaction::Text(envelope.to_string().into_bytes()),
        None if serde_json::from_slice::<Value>(payload).is_ok() => Redaction::None,
        // Equal payloads of one queue are one message, so each gets one of its own.
        None => Redaction::Whole(json!({ "erased": id }).to_string().into_bytes()),
    }
}

/// Without its words, a message may be equal to one that waits already: then one of the two is dropped.
async fn replace_payload(
    tx: &mut Conn,
    id: Uuid,
    payload: &[u8],
    reason: Option<&str>,
) -> Result<(), DbError> {
    prepared(
        diesel::sql_query(
            "update parked set payload = $2, reason = coalesce($3, reason), state = case
                 when state in ('parked', 'replaying') and exists (
                     select from parked other where other.queue = parked.queue and other.id <> parked.id
                         and other.fingerprint = sha256($2) and other.state in ('parked', 'replaying'))
                 then 'dropped' else state end
             where id = $1",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Binary, _>(payload)
        .bind::<Nullable<Text>, _>(reason),
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_message_stays_readable_without_the_words() {
        let sample = souk_contracts::info("order.item.status.updated").unwrap().sample;
        let mut envelope: Value = serde_json::from_str(sample).unwrap();
        let without = envelope.to_string().into_bytes();
        envelope["data"]["reason"] = "I moved".into();

        let redacted = redact(Uuid::nil(), envelope.to_string().as_bytes());

        assert_eq!(redacted, Redaction::Text(without.clone()));
        assert_eq!(redact(Uuid::nil(), &without), Redaction::None);
    }

    #[test]
    fn what_a_later_build_may_have_to_handle_stays() {
        let unknown = br#"{"type":"order.refunded","data":{"reason":"I moved"}}"#;

        assert_eq!(redact(Uuid::nil(), unknown), Redaction::None);
    }

    #[test]
    fn what_nobody_can_read_is_removed_as_a_whole() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));

        let Redaction::Whole(first) = redact(one, b"{\"reason\":\"I mov") else {
            panic!("it is no JSON");
        };

        assert_ne!(Redaction::Whole(first), redact(other, b"{\"reason\":\"I mov"));
    }
}
