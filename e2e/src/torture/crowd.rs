//! A thousand buyers of a hundred pieces, while whatever an order passes is killed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures_util::future::join;
use futures_util::{StreamExt, TryStreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::dice::Dice;
use super::market::{Ask, Person, Ware, checkout, id, key};
use super::rest;
use super::rig::Rig;
use super::run::Stage;
use super::schedule::{Deed, Moment, Offer};

/// How many do something at the same moment where nothing is to be won, and where there is.
const CALM: usize = 32;
const RUSH: usize = 400;
/// How long a buyer tries.
const PATIENCE: Duration = Duration::from_secs(180);
/// The pause between two tries of a buyer, and between two crashes.
const PAUSE: Duration = Duration::from_millis(400);
/// What an order passes.
const BUSY: [&str; 4] = ["order-svc", "product-svc", "cart-svc", "gateway"];

/// How many want how much, how often.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// What chance is made from.
    pub seed: u64,
    /// How many buyers.
    pub buyers: u32,
    /// How many pieces.
    pub pieces: u32,
    /// How often.
    pub times: u32,
}

/// How one rush ended.
struct Rush {
    accepted: BTreeSet<Uuid>,
    tries: usize,
    kills: u32,
    took: Duration,
}

/// What all buyers of a rush know of.
#[derive(Default)]
struct Counter {
    sold: AtomicUsize,
    tries: AtomicUsize,
}

impl Crowd {
    /// Lets them rush; how often not exactly all pieces were sold.
    ///
    /// # Errors
    /// When the mesh cannot be used at all.
    pub async fn rushes(self, rig: Rig) -> Result<usize> {
        let begun = Instant::now();
        let stage = Stage::set(rig, usize::try_from(self.buyers)?).await?;
        println!(
            "{} buyers after {:.0} s",
            self.buyers,
            begun.elapsed().as_secs_f32()
        );
        let mut failed = 0;
        for time in 1..=self.times {
            let outcome = self
                .rush(&stage, Dice::of(self.seed.wrapping_add(time.into())))
                .await;
            let told = match &outcome {
                Ok(rush) => format!(
                    "{} of {} pieces sold to {} buyers in {} tries and {:.1} s, with {} processes killed: all books agree",
                    rush.accepted.len(),
                    self.pieces,
                    self.buyers,
                    rush.tries,
                    rush.took.as_secs_f32(),
                    rush.kills
                ),
                Err(error) => format!("FAILED: {error:#}"),
            };
            println!("rush {time}: {told}");
            failed += usize::from(outcome.is_err());
        }
        Ok(failed)
    }

    async fn rush(self, stage: &Stage, dice: Dice) -> Result<Rush> {
        stage.market.renew_tokens().await?;
        let since = stage.databases.outboxes().await?;
        let offer = Offer {
            shop: 0,
            price: 1_299,
            stock: self.pieces.into(),
        };
        let wares = stage.market.put_on_sale(&[offer]).await?;
        let ware = wares.first().context("Nothing is on sale")?;
        let lines = everybody(stage, CALM, async |buyer| take(stage, buyer, ware).await).await?;

        let kills = |stage: &Stage| -> u32 { stage.rig.services.values().map(|one| one.kills()).sum() };
        let (before, begun) = (kills(stage), Instant::now());
        let (counter, over) = (Counter::default(), AtomicBool::new(false));
        let rush = async {
            let bought = everybody(stage, RUSH, async |buyer| self.buy(stage, buyer, &counter).await).await;
            over.store(true, Ordering::SeqCst);
            bought
        };
        let (bought, ()) = join(rush, crashes(stage, dice, &over)).await;
        let took = begun.elapsed();
        stage.rig.heal().await?;
        let accepted: BTreeSet<Uuid> = bought?.into_iter().flatten().collect();
        stage
            .rig
            .until_ready(stage.market.client.http(), PATIENCE)
            .await?;
        rest::comes(&stage.databases, &stage.rig.run.amqp_url, &since, PATIENCE).await?;

        self.check(stage, ware, &accepted).await?;
        let lines = stage.market.buyers.iter().zip(lines);
        let empty = lines.map(|(buyer, line)| leave(stage, buyer, line));
        let emptied: Vec<Result<()>> = futures_util::stream::iter(empty)
            .buffer_unordered(CALM)
            .collect()
            .await;
        emptied.into_iter().collect::<Result<()>>()?;
        Ok(Rush {
            accepted,
            tries: counter.tries.load(Ordering::SeqCst),
            kills: kills(stage) - before,
            took,
        })
    }

    /// One buyer, who goes on under one key until there is an order or everything is sold.
    async fn buy(self, stage: &Stage, buyer: &Person, counter: &Counter) -> Result<Option<Uuid>> {
        let (ask, begun) = (checkout(false, &key()), Instant::now());
        loop {
            counter.tries.fetch_add(1, Ordering::SeqCst);
            let answer = stage.market.client.ask(Some(buyer), &ask).await?;
            match (answer.status, answer.slug()) {
                (201, _) => {
                    counter.sold.fetch_add(1, Ordering::SeqCst);
                    return id(answer.body.get("id")).map(Some);
                }
                (409, "cart-changed" | "reservation-lapsed" | "cart-already-ordered") => {}
                _ => bail!("{} cannot order: {answer}", buyer.id),
            }
            if counter.sold.load(Ordering::SeqCst) >= usize::try_from(self.pieces)? {
                return Ok(None);
            }
            // What a crash has left reserved comes back.
            if begun.elapsed() > PATIENCE {
                bail!("{} was neither sold anything nor was everything sold", buyer.id);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Exactly all pieces were sold, to those who were told so.
    async fn check(self, stage: &Stage, ware: &Ware, accepted: &BTreeSet<Uuid>) -> Result<()> {
        let pieces = usize::try_from(self.pieces)?;
        ensure!(
            accepted.len() == pieces,
            "{} orders were accepted for {pieces} pieces",
            accepted.len()
        );
        let written = stage.databases.orders_for(ware.variation_id).await?;
        ensure!(
            written == *accepted,
            "{} orders are written, other than the {pieces} accepted ones",
            written.len()
        );
        let path = format!("/variations/{}", ware.variation_id);
        let owner = stage.market.owners.first().map(|(owner, _)| owner);
        let seen = stage.market.client.done(owner, &Ask::get(path)).await?;
        let left = seen.get("available").and_then(Value::as_i64);
        ensure!(left == Some(0), "{left:?} pieces are left");
        let broken = stage.market.client.take_broken();
        ensure!(broken.is_empty(), "no fault explains {broken:?}");
        let wrong = stage.audit().await?;
        ensure!(wrong.is_empty(), "{}", wrong.join("; "));
        Ok(())
    }
}

/// All buyers do this, so many at once.
async fn everybody<'a, T>(
    stage: &'a Stage,
    at_once: usize,
    what: impl AsyncFn(&'a Person) -> Result<T>,
) -> Result<Vec<T>> {
    let all = stage.market.buyers.iter().map(|buyer| what(buyer));
    futures_util::stream::iter(all)
        .buffered(at_once)
        .try_collect()
        .await
}

/// Puts one piece into the cart; the line that holds it.
async fn take(stage: &Stage, buyer: &Person, ware: &Ware) -> Result<Uuid> {
    let body = json!({"variation_id": ware.variation_id, "quantity": 1});
    let ask = Ask::post("/cart/items", body).under(&key());
    let line = stage.market.client.done(Some(buyer), &ask).await?;
    id(line.get("id"))
}

/// Takes the line out of the cart again, if nobody has.
async fn leave(stage: &Stage, buyer: &Person, line: Uuid) -> Result<()> {
    let ask = Ask::new(Method::DELETE, format!("/cart/items/{line}"), Value::Null);
    let answer = stage.market.client.ask(Some(buyer), &ask).await?;
    ensure!(
        matches!(answer.status, 204 | 404),
        "the cart of {}: {answer}",
        buyer.id
    );
    Ok(())
}

/// Kills one service after the other, at its commits or wherever it stands, until it is over. Each may come back before the
/// next one dies: where nobody can order, nothing can be sold twice.
async fn crashes(stage: &Stage, mut dice: Dice, over: &AtomicBool) {
    let rig = &stage.rig;
    while !over.load(Ordering::SeqCst) {
        let back_ms = dice.between(50, 800);
        if let Some(name) = dice.one_of(&BUSY)
            && let Some(service) = rig.services.get(name)
        {
            match (rig.to_postgres.get(name), dice.percent(70)) {
                (Some(way), true) => {
                    let moments = [Moment::BeforeCommit, Moment::AfterCommit];
                    let moment = dice.one_of(&moments).copied().unwrap_or(Moment::AfterCommit);
                    way.set_trap(moment, dice.between(1, 12), Deed::Kill { back_ms });
                }
                _ => service.kill_for(Duration::from_millis(back_ms.into())),
            }
        }
        tokio::time::sleep(PAUSE + Duration::from_millis(dice.between(0, 800).into())).await;
        // One that does not come back is found by whoever waits for the mesh to rest.
        let _ = rig.until_ready(stage.market.client.http(), PATIENCE).await;
        tokio::time::sleep(PAUSE + Duration::from_millis(dice.between(0, 800).into())).await;
    }
}
