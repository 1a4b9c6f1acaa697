//! A shop: ships, delivers, cancels and restocks.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::client::{Ask, Client, Person};
use super::customer::until;
use super::people::Ware;
use super::told::{Told, status};
use crate::torture::schedule::{At, Chore};

/// A shop in one run.
pub struct Shop<'a> {
    /// Its number.
    pub number: usize,
    /// Its owner.
    pub owner: &'a Person,
    /// The way to the gateway.
    pub client: &'a Client,
    /// What is sold.
    pub wares: &'a [Ware],
    /// What all were told.
    pub told: &'a Told,
}

impl Shop<'_> {
    /// Does all that is planned, each thing until it is answered.
    ///
    /// # Errors
    /// When something is not answered in time.
    pub async fn works(&self, begun: Instant, chores: &[At<Chore>]) -> Result<()> {
        for chore in chores {
            until(begun, chore.ms).await;
            match chore.what {
                Chore::Ship { pick } => {
                    let body = json!({"status": "shipped", "carrier": "Azerpost", "tracking_number": "AZ-1"});
                    self.moves(pick, body).await?;
                }
                Chore::Deliver { pick } => self.moves(pick, json!({"status": "delivered"})).await?,
                Chore::Cancel { pick } => {
                    let body = json!({"status": "cancelled", "reason": "Broken"});
                    self.moves(pick, body).await?;
                }
                Chore::Restock { offer, quantity } => self.restocks(offer, quantity).await?,
            }
        }
        Ok(())
    }

    async fn moves(&self, pick: u32, body: Value) -> Result<()> {
        let Some(item) = self.told.item_of(self.number, pick) else {
            return Ok(());
        };
        let ask = Ask::new(Method::PATCH, format!("/order-items/{item}/status"), body);
        let answer = self.client.ask(Some(self.owner), &ask).await?;
        match answer.status {
            200 => self.told.step(item, status(&answer.body)),
            // Too late, or too early.
            409 => {}
            _ => self
                .told
                .wrong(format!("item {item} cannot be moved by its shop: {answer}")),
        }
        Ok(())
    }

    async fn restocks(&self, offer: usize, quantity: i64) -> Result<()> {
        let Some(ware) = self.wares.get(offer) else {
            return Ok(());
        };
        let body = json!({"delta": quantity, "reason": "restock"});
        let path = format!("/variations/{}/stock", ware.variation_id);
        let ask = Ask::post(path, body).under(&Uuid::new_v4().to_string());
        let answer = self.client.ask(Some(self.owner), &ask).await?;
        if answer.status == 201 {
            self.told.restocked(ware.variation_id, quantity);
        } else {
            self.told
                .wrong(format!("{} cannot be restocked: {answer}", ware.variation_id));
        }
        Ok(())
    }
}
