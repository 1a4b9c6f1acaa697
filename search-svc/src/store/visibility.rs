//! Whether the shops that may be seen have changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::Conn;

use super::schema::shop_visibility;
use crate::Result;

/// A number that changes whenever a shop becomes visible or hidden.
pub async fn version(conn: &mut Conn) -> Result<i64> {
    Ok(shop_visibility::table
        .select(shop_visibility::version)
        .first(conn)
        .await?)
}
