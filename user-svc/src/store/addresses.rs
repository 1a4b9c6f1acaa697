//! Address books.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_db::{Conn, DbError};
use uuid::Uuid;

use super::schema::addresses;
use crate::domain::{Address, Place};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = addresses, treat_none_as_null = true)]
struct AddressRow {
    id: Uuid,
    user_id: Uuid,
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: String,
    phone_number: Option<String>,
    is_default: bool,
    created_at: DateTime<Utc>,
}

impl From<AddressRow> for Address {
    fn from(row: AddressRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            place: Place {
                name: row.name,
                line1: row.line1,
                line2: row.line2,
                city: row.city,
                region: row.region,
                postal_code: row.postal_code,
                country: row.country,
                phone_number: row.phone_number,
            },
            is_default: row.is_default,
            created_at: row.created_at,
        }
    }
}

impl From<&Address> for AddressRow {
    fn from(address: &Address) -> Self {
        let place = address.place.clone();
        Self {
            id: address.id,
            user_id: address.user_id,
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone_number: place.phone_number,
            is_default: address.is_default,
            created_at: address.created_at,
        }
    }
}

/// The address of that id in a user's book.
pub async fn find(conn: &mut Conn, user_id: Uuid, id: Uuid) -> Result<Option<Address>, DbError> {
    let row = addresses::table
        .find(id)
        .filter(addresses::user_id.eq(user_id))
        .select(AddressRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Address::from))
}

/// A user's addresses, oldest first, the first `limit` after `after`.
pub async fn list(
    conn: &mut Conn,
    user_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Address>, DbError> {
    let rows: Vec<AddressRow> = addresses::table
        .filter(addresses::user_id.eq(user_id))
        .filter(addresses::id.gt(after.unwrap_or(Uuid::nil())))
        .order(addresses::id)
        .limit(limit)
        .select(AddressRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Address::from).collect())
}

/// How many addresses a user keeps.
pub async fn count(conn: &mut Conn, user_id: Uuid) -> Result<i64, DbError> {
    Ok(addresses::table
        .filter(addresses::user_id.eq(user_id))
        .count()
        .get_result(conn)
        .await?)
}

/// Adds an address.
pub async fn insert(tx: &mut Conn, address: &Address) -> Result<(), DbError> {
    diesel::insert_into(addresses::table)
        .values(AddressRow::from(address))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes an address as it is now.
pub async fn save(tx: &mut Conn, address: &Address) -> Result<(), DbError> {
    diesel::update(addresses::table.find(address.id))
        .set(AddressRow::from(address))
        .execute(tx)
        .await?;
    Ok(())
}

/// Leaves a user without a default, for as long as it takes to write the next one.
pub async fn clear_default(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::update(
        addresses::table
            .filter(addresses::user_id.eq(user_id))
            .filter(addresses::is_default),
    )
    .set(addresses::is_default.eq(false))
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes an address.
pub async fn delete(tx: &mut Conn, id: Uuid) -> Result<(), DbError> {
    diesel::delete(addresses::table.find(id)).execute(tx).await?;
    Ok(())
}

/// Removes all addresses of a user.
pub async fn delete_all(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    diesel::delete(addresses::table.filter(addresses::user_id.eq(user_id)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Makes a user's newest address the default, if there is one.
pub async fn make_newest_default(tx: &mut Conn, user_id: Uuid) -> Result<(), DbError> {
    let newest = addresses::table
        .filter(addresses::user_id.eq(user_id))
        .order(addresses::id.desc())
        .select(addresses::id)
        .first::<Uuid>(tx)
        .await
        .optional()?;
    if let Some(id) = newest {
        diesel::update(addresses::table.find(id))
            .set(addresses::is_default.eq(true))
            .execute(tx)
            .await?;
    }
    Ok(())
}
