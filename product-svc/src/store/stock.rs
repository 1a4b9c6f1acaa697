//! Stock and its ledger, for reading and for what owners set.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use souk_contracts::OpenEnum;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::{stock, stock_ledger};
use crate::Result;
use crate::domain::{Entry, Reason, Recorded, Stock, UserId, VariationId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = stock)]
pub(super) struct StockRow {
    variation_id: Uuid,
    available: i32,
    version: i64,
    low_stock_threshold: Option<i32>,
    low_noticed: bool,
}

impl From<StockRow> for Stock {
    fn from(row: StockRow) -> Self {
        Self {
            variation_id: VariationId(row.variation_id),
            available: row.available,
            version: row.version,
            low_stock_threshold: row.low_stock_threshold,
            low_noticed: row.low_noticed,
        }
    }
}

impl From<&Stock> for StockRow {
    fn from(stock: &Stock) -> Self {
        Self {
            variation_id: stock.variation_id.0,
            available: stock.available,
            version: stock.version,
            low_stock_threshold: stock.low_stock_threshold,
            low_noticed: stock.low_noticed,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = stock_ledger)]
struct EntryRow {
    variation_id: Uuid,
    delta: i32,
    reason: &'static str,
    actor_id: Option<Uuid>,
}

/// The stock of one variation, locked until the transaction ends.
pub async fn lock(tx: &mut Conn, id: VariationId) -> Result<Option<Stock>> {
    let row = stock::table
        .find(id.0)
        .select(StockRow::as_select())
        .for_no_key_update()
        .get_result::<StockRow>(tx)
        .await
        .optional()?;
    Ok(row.map(Stock::from))
}

/// Writes when the owner is told of low stock.
pub async fn save_threshold(tx: &mut Conn, of: &Stock) -> Result<()> {
    diesel::update(stock::table.find(of.variation_id.0))
        .set((
            stock::low_stock_threshold.eq(of.low_stock_threshold),
            stock::low_noticed.eq(of.low_noticed),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether there is a variation of that id.
pub async fn exists(conn: &mut Conn, id: VariationId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(stock::table.find(id.0)))
        .get_result(conn)
        .await?)
}

/// Enters the stock that new variations begin with.
pub async fn begin_ledger(tx: &mut Conn, stocks: &[Stock], by: UserId) -> Result<()> {
    let rows: Vec<EntryRow> = stocks
        .iter()
        .filter(|stock| stock.available > 0)
        .map(|stock| EntryRow {
            variation_id: stock.variation_id.0,
            delta: stock.available,
            reason: Reason::Initial.as_str(),
            actor_id: Some(by.0),
        })
        .collect();
    if !rows.is_empty() {
        diesel::insert_into(stock_ledger::table)
            .values(rows)
            .execute(tx)
            .await?;
    }
    Ok(())
}

type LedgerRow = (
    i64,
    Uuid,
    i32,
    String,
    Option<Uuid>,
    Option<Uuid>,
    Option<String>,
    DateTime<Utc>,
);

/// Entries of a variation's ledger before `before`, the newest first.
pub async fn ledger(
    conn: &mut Conn,
    id: VariationId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Recorded>> {
    let rows = stock_ledger::table
        .filter(stock_ledger::variation_id.eq(id.0))
        .filter(stock_ledger::id.lt(before.unwrap_or(i64::MAX)))
        .order(stock_ledger::id.desc())
        .limit(limit)
        .load::<LedgerRow>(conn)
        .await?;
    Ok(rows.into_iter().map(recorded).collect())
}

fn recorded(row: LedgerRow) -> Recorded {
    let (id, variation_id, delta, reason, actor_id, reference_id, note, at) = row;
    let (variation_id, actor_id) = (VariationId(variation_id), actor_id.map(UserId));
    Recorded {
        id,
        entry: Entry {
            variation_id,
            delta,
            reason: OpenEnum::read(&reason),
            actor_id,
            reference_id,
            note,
        },
        at,
    }
}
