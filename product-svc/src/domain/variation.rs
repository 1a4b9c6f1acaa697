//! Variations: the ways a product can be bought, each with options, prices and stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use souk_contracts::{Currency, Money};

use super::{Actor, Invalid, Options, ProductId, Shop, Stock, VariationId};

/// Most variations of a product.
pub const MAX_VARIATIONS: usize = 100;
/// Highest price in minor units; a full cart of it still fits an `i64`.
pub const MAX_PRICE: i64 = 100_000_000_000;

/// One way to buy a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Id.
    pub id: VariationId,
    /// Its product.
    pub product_id: ProductId,
    /// What tells it from the others of the product.
    pub options: Options,
    /// What one piece costs, in minor units.
    pub prices: Prices,
    /// When the owner deleted it.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// What a variation costs, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// The currency of all of them.
    pub currency: Currency,
    /// What it costs now, in minor units.
    pub price: i64,
    /// What it cost before.
    pub original_price: Option<i64>,
    /// What it cost the shop.
    pub cost_price: Option<i64>,
}

/// A variation with its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The variation.
    pub variation: Variation,
    /// Its stock.
    pub stock: Stock,
}

/// A variation as carts and wishlists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The variation and its stock.
    pub offer: Offer,
    /// The shop that sells it.
    pub shop: Shop,
    /// Title of the product.
    pub title: String,
    /// SKU of the product.
    pub sku: String,
    /// Version of the product.
    pub product_version: i64,
    /// The owner's switch on the product.
    pub is_active: bool,
    /// The product was deleted.
    pub product_archived: bool,
}

/// A partial change: `None` leaves a field as it is, `Some(None)` removes it.
#[derive(Debug, Clone, Default)]
pub struct VariationChange {
    /// Options to set, or to remove where `None`.
    pub options: Option<BTreeMap<String, Option<String>>>,
    /// New price.
    pub price: Option<Money>,
    /// New original price.
    pub original_price: Option<Option<Money>>,
    /// New cost price.
    pub cost_price: Option<Option<Money>>,
    /// New threshold of the low-stock notice.
    pub low_stock_threshold: Option<Option<i32>>,
}

/// Why a product may not be varied so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VariationError {
    /// Another variation of the product has these options.
    #[error("Another variation of this product has these options.")]
    OptionsTaken,
    /// The product has as many as it may.
    #[error("A product has at most {MAX_VARIATIONS} variations.")]
    TooMany,
}

impl Prices {
    /// Accepts prices in `currency`.
    ///
    /// # Errors
    /// [`Invalid`] when one is out of bounds or in another currency, or the original is below the price.
    pub fn new(
        currency: Currency,
        price: Money,
        original_price: Option<Money>,
        cost_price: Option<Money>,
    ) -> Result<Self, Invalid> {
        let prices = Self {
            currency,
            price: amount(currency, price, "/price", 1)?,
            original_price: original_price
                .map(|money| amount(currency, money, "/original_price", 1))
                .transpose()?,
            cost_price: cost_price
                .map(|money| amount(currency, money, "/cost_price", 0))
                .transpose()?,
        };
        if prices
            .original_price
            .is_some_and(|original| original < prices.price)
        {
            let detail = "The original price is not lower than the price.";
            return Err(Invalid::new("/original_price", "below-price", detail));
        }
        Ok(prices)
    }

    /// These minor units with their currency.
    pub fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

fn amount(currency: Currency, money: Money, pointer: &str, least: i64) -> Result<i64, Invalid> {
    if money.currency != currency {
        let pointer = format!("{pointer}/currency");
        return Err(Invalid::new(
            pointer,
            "currency",
            format!("Prices are in {currency}."),
        ));
    }
    if !(least..=MAX_PRICE).contains(&money.amount) {
        let detail = format!("An amount is from {least} to {MAX_PRICE} minor units.");
        return Err(Invalid::new(format!("{pointer}/amount"), "range", detail));
    }
    Ok(money.amount)
}

impl Variation {
    /// How much lower the price is than before, in whole per cent rounded down; none when it is not.
    pub fn discount_percent(&self) -> Option<i32> {
        let original = self
            .prices
            .original_price
            .filter(|original| *original > self.prices.price)?;
        let percent = (original - self.prices.price)
            .saturating_mul(100)
            .checked_div(original)?;
        i32::try_from(percent).ok()
    }
}

impl Live {
    /// Whether it was deleted for good, by itself or with its product.
    pub fn is_archived(&self) -> bool {
        self.product_archived || self.offer.variation.archived_at.is_some()
    }

    /// Whether `viewer` may see it: everyone what is offered, its owner and operators also what is hidden.
    pub fn is_visible_to(&self, viewer: Option<Actor>) -> bool {
        let hidden_for_now = || self.shop.belongs_to(viewer) || viewer.is_some_and(|viewer| viewer.is_admin);
        self.is_sellable() || (!self.is_archived() && hidden_for_now())
    }

    /// Whether it may be bought at all.
    pub fn is_sellable(&self) -> bool {
        self.shop.may_sell() && self.is_active && !self.is_archived()
    }
}

impl Offer {
    /// Applies a change and answers whether anything differs now.
    ///
    /// # Errors
    /// [`Invalid`] when the prices do not fit together.
    pub fn edit(&mut self, change: VariationChange) -> Result<bool, Invalid> {
        let before = self.clone();
        let old = self.variation.prices;
        let money = |amount: Option<i64>| amount.map(|amount| old.money(amount));
        self.variation.prices = Prices::new(
            old.currency,
            change.price.unwrap_or(old.money(old.price)),
            change.original_price.unwrap_or(money(old.original_price)),
            change.cost_price.unwrap_or(money(old.cost_price)),
        )?;
        if let Some(options) = change.options {
            self.variation.options = self.variation.options.merged(options)?;
        }
        if let Some(threshold) = change.low_stock_threshold {
            self.stock.set_threshold(threshold);
        }
        Ok(*self != before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn azn(amount: i64) -> Money {
        Money::new(amount, Currency::AZN)
    }

    #[test]
    fn prices_fit_together() {
        let prices = |price, original| Prices::new(Currency::AZN, azn(price), original, None);

        assert!(prices(100, Some(azn(100))).is_ok());
        assert_eq!(prices(100, Some(azn(99))).unwrap_err().code, "below-price");
        assert_eq!(prices(0, None).unwrap_err().pointer, "/price/amount");
        assert_eq!(prices(MAX_PRICE + 1, None).unwrap_err().code, "range");
        let euro = Money::new(100, "EUR".parse().unwrap());
        assert_eq!(
            prices(100, Some(euro)).unwrap_err().pointer,
            "/original_price/currency"
        );
    }

    #[test]
    fn a_discount_is_rounded_down_and_only_where_there_is_one() {
        let discount = |price, original| {
            let prices = Prices::new(Currency::AZN, azn(price), original, None).unwrap();
            let (id, product_id) = (uuid::Uuid::nil().into(), uuid::Uuid::nil().into());
            let options = Options::new(BTreeMap::new()).unwrap();
            let (archived_at, created_at) = (None, DateTime::UNIX_EPOCH);
            Variation {
                id,
                product_id,
                options,
                prices,
                archived_at,
                created_at,
            }
            .discount_percent()
        };

        assert_eq!(discount(200, Some(azn(300))), Some(33));
        assert_eq!(discount(MAX_PRICE / 2, Some(azn(MAX_PRICE))), Some(50));
        assert_eq!(discount(999, Some(azn(1000))), Some(0));
        assert_eq!(discount(100, Some(azn(100))), None);
        assert_eq!(discount(100, None), None);
    }
}
