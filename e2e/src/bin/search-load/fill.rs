//! Products straight into the tables of search-svc, as if their events had come.

use std::fmt::Write;
use std::io::Cursor;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_util::SinkExt;
use serde::Serialize;
use souk_contracts::events::ProductSnapshot;
use tokio_postgres::{Client, CopyInSink, NoTls};

use crate::data::{Dataset, SHOPS};

/// Products of one message to Postgres.
const CHUNK: u32 = 1_000;

const EMPTY: &str = "truncate shops, products, stock, index_queue, index_generation, dictionary_words,
    maintenance_jobs, rejected_documents; update shop_visibility set version = version + 1;";
const COPY_SHOPS: &str = "copy shops (shop_id, version, is_approved, snapshot, document_version) from stdin";
const COPY_PRODUCTS: &str =
    "copy products (product_id, shop_id, version, is_active, snapshot, rating_average_x100,
    rating_count, rating_version, document_version) from stdin";
const COPY_STOCK: &str = "copy stock (variation_id, product_id, available, stock_version) from stdin";

type Sink = CopyInSink<Cursor<Vec<u8>>>;

/// What was written.
#[derive(Serialize)]
pub struct Filled {
    products: u32,
    seconds: f64,
}

/// Replaces everything.
pub async fn fill(dataset: &Dataset, database_url: &str) -> Result<Filled> {
    let begun = Instant::now();
    // A connection copies into one table at a time.
    let (client, for_stock) = (connect(database_url).await?, connect(database_url).await?);
    client
        .batch_execute(EMPTY)
        .await
        .context("The tables cannot be emptied")?;
    fill_shops(dataset, &client).await?;
    fill_products(dataset, &client, &for_stock).await?;
    for table in ["shops", "products", "stock"] {
        // As autovacuum would leave it, now and not in the middle of a measurement.
        client.batch_execute(&format!("vacuum analyze {table}")).await?;
    }
    client.batch_execute("checkpoint").await?;
    Ok(Filled {
        products: dataset.products,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn fill_shops(dataset: &Dataset, client: &Client) -> Result<()> {
    let mut sink = Box::pin(client.copy_in(COPY_SHOPS).await?);
    let mut rows = String::new();
    for number in 0..SHOPS {
        let shop = dataset.shop(number);
        let snapshot = serde_json::to_string(&shop)?;
        writeln!(rows, "{}\t1\tt\t{snapshot}\t1", shop.shop_id)?;
    }
    sink.send(Cursor::new(rows.into_bytes())).await?;
    sink.as_mut().finish().await?;
    Ok(())
}

async fn fill_products(dataset: &Dataset, client: &Client, for_stock: &Client) -> Result<()> {
    let mut products: std::pin::Pin<Box<Sink>> = Box::pin(client.copy_in(COPY_PRODUCTS).await?);
    let mut stock: std::pin::Pin<Box<Sink>> = Box::pin(for_stock.copy_in(COPY_STOCK).await?);
    for from in (0..dataset.products).step_by(usize::try_from(CHUNK)?) {
        let (mut rows, mut lines) = (String::new(), String::new());
        for number in from..dataset.products.min(from + CHUNK) {
            write_product(&dataset.product(number), &mut rows, &mut lines)?;
        }
        products.send(Cursor::new(rows.into_bytes())).await?;
        stock.send(Cursor::new(lines.into_bytes())).await?;
    }
    products.as_mut().finish().await?;
    stock.as_mut().finish().await?;
    Ok(())
}

/// The rows of a product. Its texts have nothing that `copy` would read as its own: letters, digits and hyphens only.
fn write_product(product: &ProductSnapshot, rows: &mut String, stock: &mut String) -> Result<()> {
    let snapshot = serde_json::to_string(product)?;
    let (id, shop, rating) = (product.product_id, product.shop_id, product.rating);
    let (average, count) = (rating.average_x100, rating.count);
    writeln!(rows, "{id}\t{shop}\t1\tt\t{snapshot}\t{average}\t{count}\t1\t1")?;
    for variation in &product.variations {
        let (variation_id, available) = (variation.variation_id, variation.available);
        writeln!(stock, "{variation_id}\t{id}\t{available}\t1")?;
    }
    Ok(())
}
