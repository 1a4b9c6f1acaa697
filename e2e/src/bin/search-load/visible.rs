//! How long it takes until a search finds a change.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;
use souk_bus::{Bus, Message, Target};
use souk_contracts::events::ProductUpdated;
use souk_contracts::{Envelope, Exchange};

use crate::data::Dataset;
use crate::http::Connection;
use crate::service::SearchService;

const POLL: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// Milliseconds from when the broker had the event.
#[derive(Serialize)]
pub struct Visibility {
    p50_ms: f64,
    max_ms: f64,
    waits_ms: Vec<f64>,
}

/// Gives products another title, one after the other, and searches for it.
pub async fn measure(
    dataset: &Dataset,
    service: &SearchService,
    amqp_url: &str,
    samples: u32,
) -> Result<Visibility> {
    let namespace = std::env::var("EVENT_NAMESPACE").unwrap_or_default();
    let session = Bus::new(amqp_url, namespace).connect("search-load").await?;
    let mut publisher = session.publisher().await?;
    let mut connection = Connection::to(service.address);
    // Newer than those of an earlier run.
    let version = chrono::Utc::now().timestamp_millis();
    let mut waits_ms = Vec::new();
    for number in 0..samples {
        let step = dataset.products / samples.max(1);
        let mut product = dataset.product(number * step);
        let word = word_of(version + i64::from(number));
        product.title = format!("{word} {}", product.title);
        let id = product.product_id.to_string();
        let envelope = Envelope::new(ProductUpdated(product), Some(version + i64::from(number)));
        let body = serde_json::to_vec(&envelope)?;
        let message = Message::of(Target::Exchange(Exchange::Product), &envelope, body);
        publisher.publish_all(&[message]).await?;
        let published = Instant::now();
        let target = format!("/api/v1/search/products?q={word}&limit=1");
        while first_id(&service.search(&mut connection, &target)?) != Some(id.as_str()) {
            if published.elapsed() > PATIENCE {
                bail!("A change was not found after {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(POLL).await;
        }
        waits_ms.push(published.elapsed().as_secs_f64() * 1000.0);
    }
    session.close().await;
    let mut sorted = waits_ms.clone();
    sorted.sort_by(f64::total_cmp);
    Ok(Visibility {
        p50_ms: sorted
            .get(sorted.len() / 2)
            .copied()
            .context("Nothing was changed")?,
        max_ms: sorted.last().copied().context("Nothing was changed")?,
        waits_ms,
    })
}

fn first_id(answer: &Value) -> Option<&str> {
    answer.get("items")?.get(0)?.get("id")?.as_str()
}

/// A word that is in no other title: the number, with a letter for each digit.
fn word_of(number: i64) -> String {
    const LETTERS: &[u8; 10] = b"acegikmoqw";
    let digits = number.to_string().into_bytes().into_iter();
    let letters = digits.filter_map(|digit| LETTERS.get(usize::from(digit.wrapping_sub(b'0'))));
    letters.map(|letter| char::from(*letter)).collect()
}
