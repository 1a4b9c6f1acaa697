//! Pictures that are to leave the media store.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::picture_removals;

/// Notes that a picture is to be removed at `due_at`.
pub async fn discard(tx: &mut Conn, id: Uuid, due_at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(picture_removals::table)
        .values((picture_removals::id.eq(id), picture_removals::due_at.eq(due_at)))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes a picture off the list; `false` when it is being removed, or was.
pub async fn keep(tx: &mut Conn, id: Uuid) -> Result<bool, DbError> {
    let kept = diesel::delete(
        picture_removals::table
            .find(id)
            .filter(picture_removals::is_taken.eq(false)),
    )
    .execute(tx)
    .await?;
    Ok(kept == 1)
}

/// Takes some of the pictures that are due; whoever took them and died is followed by another five minutes later.
pub async fn take_due(tx: &mut Conn, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let now = Utc::now();
    let due: Vec<Uuid> = picture_removals::table
        .filter(picture_removals::due_at.le(now))
        .order(picture_removals::due_at)
        .limit(limit)
        .select(picture_removals::id)
        .for_update()
        .skip_locked()
        .load(tx)
        .await?;
    diesel::update(picture_removals::table.filter(picture_removals::id.eq_any(&due)))
        .set((
            picture_removals::is_taken.eq(true),
            picture_removals::due_at.eq(now + Duration::minutes(5)),
        ))
        .execute(tx)
        .await?;
    Ok(due)
}

/// A picture is gone from the media store.
pub async fn removed(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(picture_removals::table.find(id))
        .execute(tx)
        .await?;
    Ok(())
}
