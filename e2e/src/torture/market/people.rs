//! Who takes part in all runs, and what is sold in one.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Ask, Client, Person, Tokens};
use crate::torture::rig::Run;
use crate::torture::schedule::{Offer, SHOPS};

/// The password of everybody but the operator.
const PASSWORD: &str = "seven brave otters";
/// Tokens are renewed when they are older; they live for a quarter of an hour.
const FRESH: Duration = Duration::from_secs(300);
/// How many people are made at once: each costs two slow password hashes.
const AT_ONCE: usize = 4;

/// Everybody.
pub struct Market {
    /// The way to the gateway.
    pub client: Client,
    /// The operator.
    pub admin: Person,
    /// The owners of the shops, with their shops.
    pub owners: Vec<(Person, Uuid)>,
    /// Those who buy.
    pub buyers: Vec<Person>,
}

/// Something to buy.
#[derive(Debug, Clone, Copy)]
pub struct Ware {
    /// What is bought.
    pub variation_id: Uuid,
    /// Whose it is.
    pub shop: usize,
    /// How many there were at first.
    pub stock: i64,
}

impl Market {
    /// Makes everybody.
    ///
    /// # Errors
    /// When the mesh does not want them.
    pub async fn open(run: &Run, client: Client, buyers: usize) -> Result<Self> {
        let login = &run.admin;
        let tokens = log_in(&client, &login.email, &login.password).await?;
        let admin = Person::new(Uuid::nil(), login.email.clone(), login.password.clone(), tokens);
        let mut owners = Vec::new();
        for _ in 0..SHOPS {
            owners.push(owner(&client, &admin).await?);
        }
        let mut market = Self {
            client,
            admin,
            owners,
            buyers: Vec::new(),
        };
        while market.buyers.len() < buyers {
            let few = (buyers - market.buyers.len()).min(AT_ONCE);
            let new = try_join_all((0..few).map(|_| person(&market.client))).await?;
            market.buyers.extend(new);
        }
        Ok(market)
    }

    /// Renews the tokens that grow old.
    ///
    /// # Errors
    /// When they cannot be.
    pub async fn renew_tokens(&self) -> Result<()> {
        let owners = self.owners.iter().map(|(owner, _)| owner);
        let all: Vec<&Person> = owners.chain(&self.buyers).chain([&self.admin]).collect();
        let old: Vec<&Person> = all.into_iter().filter(|who| who.token_age() > FRESH).collect();
        for few in old.chunks(8) {
            try_join_all(few.iter().map(|who| self.renew(who))).await?;
        }
        Ok(())
    }

    async fn renew(&self, who: &Person) -> Result<()> {
        let ask = Ask::post("/auth/refresh", json!({"refresh_token": who.refresh_token()}));
        // Logged in anew when the answer to an earlier renewal was lost.
        let answer = self.client.ask(None, &ask).await?;
        let tokens = if answer.is_done() {
            serde_json::from_value(answer.body)?
        } else {
            log_in(&self.client, &who.email, &who.password).await?
        };
        who.renew(tokens);
        Ok(())
    }

    /// Puts these offers on sale.
    ///
    /// # Errors
    /// When a shop cannot.
    pub async fn put_on_sale(&self, offers: &[Offer]) -> Result<Vec<Ware>> {
        let mut wares = Vec::new();
        for offer in offers {
            let (owner, _) = self.owners.get(offer.shop).context("An offer of no shop")?;
            let name = word();
            let body = json!({
                "title": format!("Ware {name}"), "sku": name.to_uppercase(),
                "variations": [{
                    "options": {"size": "M"},
                    "price": {"amount": offer.price, "currency": "AZN"},
                    "stock": offer.stock,
                }],
            });
            let ask = Ask::post("/products", body).under(&Uuid::new_v4().to_string());
            let product = self.client.done(Some(owner), &ask).await?;
            wares.push(Ware {
                variation_id: id(product.pointer("/variations/0/id"))?,
                shop: offer.shop,
                stock: offer.stock,
            });
        }
        Ok(wares)
    }
}

async fn owner(client: &Client, admin: &Person) -> Result<(Person, Uuid)> {
    let owner = person(client).await?;
    let name = json!({"name": format!("Shop {}", word())});
    let shop = client.done(Some(&owner), &Ask::post("/shops", name)).await?;
    let shop = id(shop.get("id"))?;
    let approve = Ask::post(format!("/shops/{shop}/approve"), json!({}));
    client.done(Some(admin), &approve).await?;
    Ok((owner, shop))
}

async fn person(client: &Client) -> Result<Person> {
    let email = format!("{}@example.org", word());
    let body = json!({"email": email, "password": PASSWORD, "first_name": "Aygun", "last_name": "Aliyeva"});
    let answer = client.ask(None, &Ask::post("/auth/register", body)).await?;
    // Known already if an earlier try was accepted and not answered: nobody else has this address.
    let is_known = answer.status == 409 && answer.lost > 0;
    ensure!(answer.is_done() || is_known, "{email} cannot register: {answer}");
    let tokens = log_in(client, &email, PASSWORD).await?;
    let mut person = Person::new(Uuid::nil(), email, PASSWORD.to_owned(), tokens);
    let user = client.done(Some(&person), &Ask::get("/users/me")).await?;
    person.id = id(user.get("id"))?;
    Ok(person)
}

async fn log_in(client: &Client, email: &str, password: &str) -> Result<Tokens> {
    let body = json!({"email": email, "password": password});
    let tokens = client.done(None, &Ask::post("/auth/login", body)).await?;
    Ok(serde_json::from_value(tokens)?)
}

/// An id in an answer.
///
/// # Errors
/// When there is none.
pub fn id(value: Option<&Value>) -> Result<Uuid> {
    let text = value.and_then(Value::as_str);
    text.and_then(|text| text.parse().ok())
        .context("An answer without an id")
}

/// A word that nobody has used before.
fn word() -> String {
    Uuid::new_v4().simple().to_string()
}
