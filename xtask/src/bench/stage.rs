//! Two shops with something to sell.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::people::{self, Person};
use crate::http::Api;
use crate::instance::Instance;
use crate::mesh::Run;
use crate::{process, secrets};

/// Variations of each shop that customers choose from.
pub const WARES: usize = 100;
const STOCK: u32 = 1_000_000;

/// What an order is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basket {
    /// Two lines of two shops, among many.
    TwoLines,
    /// One line, the same for everybody.
    OneHotLine,
}

/// A shop that is open.
pub struct Shop {
    /// Which one.
    pub id: String,
    /// Its owner, whose token lives for a quarter of an hour.
    pub owner: Person,
    /// The variations that it sells.
    pub wares: Vec<String>,
}

/// What can be bought, and where.
pub struct Stage {
    /// The gateway.
    pub gateway_url: String,
    /// The superuser of all databases.
    pub postgres_url: String,
    /// Two shops.
    pub shops: Vec<Shop>,
    hot: String,
}

impl Stage {
    /// Open the shops.
    pub fn set(instance: &Instance) -> Result<Self> {
        let run = Run::read(instance)?;
        let mut stage = Self {
            gateway_url: run.gateway_url.clone(),
            postgres_url: run.postgres_url.clone(),
            shops: Vec::new(),
            hot: String::new(),
        };
        println!("opening two shops with {WARES} products each");
        let operator = Api::log_in(&run.gateway_url, &run.admin.email, &run.admin.password)?;
        stage.shops = vec![stage.open_shop(&operator)?, stage.open_shop(&operator)?];
        let owner = stage.shops.first().map(|shop| stage.acting_as(&shop.owner));
        stage.hot = product(&owner.context("There is a shop")?)?;
        for shop in &mut stage.shops {
            let owner = Api::at(&run.gateway_url).acting_as(&shop.owner.token);
            shop.wares = (0..WARES).map(|_| product(&owner)).collect::<Result<_>>()?;
        }
        stage.wait_until_known()?;
        Ok(stage)
    }

    /// The API on behalf of somebody.
    pub fn acting_as(&self, person: &Person) -> Api {
        Api::at(&self.gateway_url).acting_as(&person.token)
    }

    /// Get other tokens for those who own the shops.
    pub fn log_in_again(&mut self) -> Result<()> {
        let api = Api::at(&self.gateway_url);
        self.shops
            .iter_mut()
            .try_for_each(|shop| shop.owner.log_in_again(&api))
    }

    /// What goes into a cart.
    pub fn basket(&self, basket: Basket) -> Result<Vec<String>> {
        match basket {
            Basket::OneHotLine => Ok(vec![self.hot.clone()]),
            Basket::TwoLines => self.shops.iter().map(|shop| any_of(&shop.wares)).collect(),
        }
    }

    fn open_shop(&self, operator: &Api) -> Result<Shop> {
        let person = people::customer(&Api::at(&self.gateway_url))?;
        let owner = self.acting_as(&person);
        let shop = made(
            &owner,
            "/shops",
            &json!({"name": format!("Bench {}", secrets::hex(6)?)}),
        )?;
        let (status, body) = operator.call("POST", &format!("/shops/{shop}/approve"), Some(&json!({})))?;
        if status != 200 {
            bail!("The shop was not approved: {status} {body}");
        }
        // product-svc hears of the approval by its event.
        let probe = json!({"title": "Probe", "sku": "PROBE"});
        let may_sell = || matches!(owner.call("POST", "/products", Some(&probe)), Ok((201 | 409, _)));
        if !process::wait_until(Duration::from_secs(20), may_sell) {
            bail!("A shop that was approved may not sell yet after 20 s");
        }
        Ok(Shop {
            id: shop,
            owner: person,
            wares: Vec::new(),
        })
    }

    /// Events are behind: what cart-svc does not know yet cannot be taken.
    fn wait_until_known(&self) -> Result<()> {
        let probe = self.acting_as(&people::customer(&Api::at(&self.gateway_url))?);
        let last = self.shops.iter().filter_map(|shop| shop.wares.last());
        for variation in last.chain([&self.hot]) {
            let line = json!({"variation_id": variation, "quantity": 1});
            let takes = || matches!(probe.call("POST", "/cart/items", Some(&line)), Ok((201, _)));
            if !process::wait_until(Duration::from_secs(20), takes) {
                bail!("A product cannot be put into a cart after 20 s");
            }
        }
        Ok(())
    }
}

/// A new product's only variation.
fn product(owner: &Api) -> Result<String> {
    let sku = secrets::hex(6)?.to_uppercase();
    let product = made(
        owner,
        "/products",
        &json!({"title": "Brass reading lamp", "sku": sku}),
    )?;
    let variation =
        json!({"options": {"size": "M"}, "price": {"amount": 2500, "currency": "AZN"}, "stock": STOCK});
    made(owner, &format!("/products/{product}/variations"), &variation)
}

fn made(api: &Api, path: &str, body: &Value) -> Result<String> {
    let (status, answer) = api.call("POST", path, Some(body))?;
    let id = answer.get("id").and_then(Value::as_str).filter(|_| status == 201);
    id.map(ToOwned::to_owned)
        .with_context(|| format!("POST {path} was answered {status}: {answer}"))
}

fn any_of(wares: &[String]) -> Result<String> {
    let random = usize::try_from(u32::from_str_radix(&secrets::hex(4)?, 16)?)?;
    let at = random
        .checked_rem(wares.len())
        .context("A shop has nothing to sell")?;
    Ok(wares.get(at).cloned().unwrap_or_default())
}
