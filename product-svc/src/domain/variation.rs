//! Variations: the ways a product can be bought, each with options, prices and stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use souk_contracts::{Currency, Money};

use super::{Actor, Invalid, ProductId, Shop, Stock, VariationId};

/// Most variations of a product.
pub const MAX_VARIATIONS: usize = 100;
/// Most options of a variation.
pub const MAX_OPTIONS: usize = 10;
/// Longest value of an option.
pub const MAX_OPTION_VALUE: usize = 100;
/// Highest price in minor units; a full cart of it still fits an `i64`.
pub const MAX_PRICE: i64 = 100_000_000_000;

/// Names and values such as size and color, with a key that is equal for equal combinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    values: BTreeMap<String, String>,
    key: String,
}

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

impl Options {
    /// Accepts options; spaces around names and values do not count.
    ///
    /// # Errors
    /// [`Invalid`] when they are too many, too long or empty, or when two names differ only in case.
    pub fn new(given: BTreeMap<String, String>) -> Result<Self, Invalid> {
        let refuse = |code, detail: String| Err(Invalid::new("/options", code, detail));
        if given.len() > MAX_OPTIONS {
            return refuse(
                "too-many",
                format!("A variation has at most {MAX_OPTIONS} options."),
            );
        }
        let mut values = BTreeMap::new();
        let mut folded = BTreeMap::new();
        for (name, value) in given {
            let (name, value) = (tidy(&name), tidy(&value));
            if name.is_empty() || name.chars().count() > super::product::MAX_NAME {
                return refuse("name", "The name of an option has 1 to 50 characters.".into());
            }
            if value.is_empty() || value.chars().count() > MAX_OPTION_VALUE {
                return refuse("value", "The value of an option has 1 to 100 characters.".into());
            }
            if folded.insert(name.to_lowercase(), value.to_lowercase()).is_some() {
                return refuse("repeated", format!("The option \"{name}\" is there twice."));
            }
            values.insert(name, value);
        }
        Ok(Self {
            values,
            key: canonical(&folded),
        })
    }

    /// These options with some set and some removed; a name that differs only in case is the same name.
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn merged(&self, patch: BTreeMap<String, Option<String>>) -> Result<Self, Invalid> {
        let mut values = self.values.clone();
        for (name, value) in patch {
            let folded = tidy(&name).to_lowercase();
            values.retain(|known, _| known.to_lowercase() != folded);
            if let Some(value) = value {
                values.insert(name, value);
            }
        }
        Self::new(values)
    }

    /// Options as they were accepted before.
    pub fn stored(values: BTreeMap<String, String>, key: String) -> Self {
        Self { values, key }
    }

    /// Name and value of each.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Equal for combinations that differ only in order or case.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Spaces at the ends removed, those within made one.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The control characters cannot come from outside: they are white space to `tidy`, or escaped here.
fn canonical(folded: &BTreeMap<String, String>) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('=', "\\=").replace(';', "\\;");
    let pairs: Vec<String> = folded
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    pairs.join(";")
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

    fn options(pairs: &[(&str, &str)]) -> Result<Options, Invalid> {
        Options::new(
            pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        )
    }

    fn azn(amount: i64) -> Money {
        Money::new(amount, Currency::AZN)
    }

    #[test]
    fn a_combination_is_the_same_in_any_case_and_spacing() {
        let one = options(&[("Size", "XL"), ("color", "Dark  Red ")]).unwrap();
        let other = options(&[("Color", "dark red"), (" size", "xl")]).unwrap();

        assert_eq!(one.key(), other.key());
        assert_eq!(one.values().get("color").map(String::as_str), Some("Dark Red"));
    }

    #[test]
    fn a_patch_of_options_sets_and_removes_by_name() {
        let one = options(&[("size", "S"), ("color", "red")]).unwrap();
        let patch = BTreeMap::from([("Size".into(), Some("M".into())), ("color".into(), None)]);

        assert_eq!(one.merged(patch), options(&[("Size", "M")]));
    }

    #[test]
    fn different_combinations_have_different_keys() {
        let tricky = [
            options(&[("a", "b;c=d")]).unwrap(),
            options(&[("a", "b"), ("c", "d")]).unwrap(),
            options(&[("a", "b\\;c=d")]).unwrap(),
            options(&[("a=b", "c")]).unwrap(),
            options(&[("a", "b=c")]).unwrap(),
            options(&[]).unwrap(),
        ];

        let keys: std::collections::BTreeSet<_> = tricky.iter().map(Options::key).collect();

        assert_eq!(keys.len(), tricky.len());
    }

    #[test]
    fn options_are_bounded_and_not_repeated() {
        assert_eq!(
            options(&[("size", "S"), ("Size", "M")]).unwrap_err().code,
            "repeated"
        );
        assert_eq!(options(&[("", "S")]).unwrap_err().code, "name");
        assert_eq!(options(&[("size", "  ")]).unwrap_err().code, "value");
        let many = (0..=MAX_OPTIONS)
            .map(|n| (n.to_string(), "x".to_owned()))
            .collect();
        assert_eq!(Options::new(many).unwrap_err().code, "too-many");
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
            let options = options(&[]).unwrap();
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
