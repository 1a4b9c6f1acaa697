//! Which filling of the index belongs to these tables.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::index_generation::{self, generation, single};
use crate::Result;

/// The filling that was last begun.
pub async fn read(conn: &mut Conn) -> Result<Option<Uuid>> {
    Ok(index_generation::table
        .select(generation)
        .first(conn)
        .await
        .optional()?)
}

/// Notes that a filling was begun.
pub async fn write(tx: &mut Conn, begun: Uuid) -> Result<()> {
    diesel::insert_into(index_generation::table)
        .values(generation.eq(begun))
        .on_conflict(single)
        .do_update()
        .set(generation.eq(begun))
        .execute(tx)
        .await?;
    Ok(())
}
