//! Products: what a shop says of the things it sells.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};

use super::{Actor, CategoryId, Invalid, Offer, ProductId, Shop, ShopId};

/// Most attributes of a product.
pub const MAX_ATTRIBUTES: usize = 50;
/// Longest name of an attribute or option.
pub const MAX_NAME: usize = 50;
/// Longest value of an attribute.
pub const MAX_ATTRIBUTE_VALUE: usize = 500;
/// Most categories of a product.
pub const MAX_PRODUCT_CATEGORIES: usize = 10;

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Id.
    pub id: ProductId,
    /// The shop that sells it.
    pub shop_id: ShopId,
    /// Title.
    pub title: String,
    /// What the shop says of it.
    pub about: Option<String>,
    /// The shop's own number for it, unique within the shop.
    pub sku: String,
    /// The categories it was put in, in order of their ids.
    pub category_ids: Vec<CategoryId>,
    /// Facts by name.
    pub attributes: BTreeMap<String, String>,
    /// The owner's switch.
    pub is_active: bool,
    /// When the owner deleted it.
    pub archived_at: Option<DateTime<Utc>>,
    /// Counts up with each change of the product or of its variations.
    pub version: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A partial change: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ProductChange {
    /// New title.
    pub title: Option<String>,
    /// New text; `Some(None)` removes it.
    pub about: Option<Option<String>>,
    /// New SKU.
    pub sku: Option<String>,
    /// New categories, instead of all before.
    pub category_ids: Option<Vec<CategoryId>>,
    /// Attributes to set, or to remove where `None`.
    pub attributes: Option<BTreeMap<String, Option<String>>>,
    /// New state of the owner's switch.
    pub is_active: Option<bool>,
}

/// What is counted from reviews, sales and views.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// A hundred times the average rating, 0 without reviews.
    pub rating_average_x100: i32,
    /// How many reviews count.
    pub rating_count: i64,
    /// Among the best sold.
    pub top_sale: bool,
    /// Among the most viewed.
    pub top_popular: bool,
}

/// A product with all that its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The product.
    pub product: Product,
    /// Its shop.
    pub shop: Shop,
    /// What is counted.
    pub stats: Stats,
    /// What can be bought, the oldest first.
    pub offers: Vec<Offer>,
}

/// Why a product may not be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// The SKU is another product's of the same shop.
    #[error("Another product of this shop has this SKU.")]
    SkuTaken,
    /// It was deleted.
    #[error("The product was deleted.")]
    Archived,
    /// It was changed since the caller read it.
    #[error("The product was changed since it was read.")]
    Stale,
}

impl Listing {
    /// Whether the public sees it.
    pub fn is_public(&self) -> bool {
        self.shop.may_sell() && self.product.is_active && self.product.archived_at.is_none()
    }

    /// Whether `viewer` may see it: everyone what is public, its owner and operators the rest as well.
    pub fn is_visible_to(&self, viewer: Option<Actor>) -> bool {
        self.is_public() || self.shop.belongs_to(viewer) || viewer.is_some_and(|viewer| viewer.is_admin)
    }

    /// The lowest price of what is offered.
    pub fn price_from(&self) -> Option<i64> {
        self.offers.iter().map(|offer| offer.variation.prices.price).min()
    }

    /// Whether anything is offered for less than before.
    pub fn is_on_sale(&self) -> bool {
        self.offers
            .iter()
            .any(|offer| offer.variation.discount_percent().is_some())
    }
}

impl Product {
    /// Refuses a change of what was deleted, or of what is no longer as the caller read it (`None`: as it may be).
    ///
    /// # Errors
    /// [`ProductError::Archived`] or [`ProductError::Stale`].
    pub fn check_writable(&self, read: Option<&[i64]>) -> Result<(), ProductError> {
        if self.archived_at.is_some() {
            return Err(ProductError::Archived);
        }
        match read {
            Some(versions) if !versions.contains(&self.version) => Err(ProductError::Stale),
            _ => Ok(()),
        }
    }

    /// Applies a change and answers whether anything differs now.
    ///
    /// # Errors
    /// [`Invalid`] when the attributes would become too many.
    pub fn edit(&mut self, change: ProductChange, now: DateTime<Utc>) -> Result<bool, Invalid> {
        let before = self.clone();
        if let Some(title) = change.title {
            self.title = title;
        }
        if let Some(about) = change.about {
            self.about = about;
        }
        if let Some(sku) = change.sku {
            self.sku = sku;
        }
        if let Some(ids) = change.category_ids {
            self.category_ids = distinct(ids);
        }
        if let Some(is_active) = change.is_active {
            self.is_active = is_active;
        }
        for (name, value) in change.attributes.into_iter().flatten() {
            match value {
                Some(value) => self.attributes.insert(name, value),
                None => self.attributes.remove(&name),
            };
        }
        check_attributes(&self.attributes)?;
        let changed = *self != before;
        if changed {
            self.touch(now);
        }
        Ok(changed)
    }

    /// Counts a change.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = stored(now);
    }
}

/// The instant as a table keeps it, to the microsecond: what is answered now is what is read later.
pub fn stored(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(6)
}

/// The ids in their order, each once.
pub fn distinct(mut ids: Vec<CategoryId>) -> Vec<CategoryId> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Refuses attributes that are too many, too long or empty.
///
/// # Errors
/// [`Invalid`] names the first that does not fit.
pub fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<(), Invalid> {
    let refuse = |detail: String| Err(Invalid::new("/attributes", "attributes", detail));
    if attributes.len() > MAX_ATTRIBUTES {
        return refuse(format!("A product has at most {MAX_ATTRIBUTES} attributes."));
    }
    for (name, value) in attributes {
        if name.trim().is_empty() || name.chars().count() > MAX_NAME {
            return refuse(format!(
                "The name of an attribute has 1 to {MAX_NAME} characters."
            ));
        }
        if value.trim().is_empty() || value.chars().count() > MAX_ATTRIBUTE_VALUE {
            return refuse(format!(
                "The value of an attribute has 1 to {MAX_ATTRIBUTE_VALUE} characters."
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn product() -> Product {
        Product {
            id: ProductId(Uuid::nil()),
            shop_id: ShopId(Uuid::nil()),
            title: "Boots".into(),
            about: Some("Warm".into()),
            sku: "B-1".into(),
            category_ids: vec![],
            attributes: BTreeMap::from([("brand".into(), "Araz".into())]),
            is_active: true,
            archived_at: None,
            version: 3,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_edit_counts_one_version_however_much_changes() {
        let mut product = product();
        let change = ProductChange {
            title: Some("Winter boots".into()),
            about: Some(None),
            attributes: Some(BTreeMap::from([
                ("brand".into(), None),
                ("sole".into(), Some("rubber".into())),
            ])),
            ..ProductChange::default()
        };

        assert_eq!(product.edit(change, Utc::now()), Ok(true));

        assert_eq!((product.about, product.version), (None, 4));
        assert_eq!(
            product.attributes,
            BTreeMap::from([("sole".into(), "rubber".into())])
        );
    }

    #[test]
    fn an_edit_without_a_difference_keeps_the_version() {
        let mut product = product();
        let change = ProductChange {
            title: Some("Boots".into()),
            ..ProductChange::default()
        };

        assert_eq!(product.edit(change, Utc::now()), Ok(false));
        assert_eq!(product.version, 3);
    }

    #[test]
    fn a_stale_or_deleted_product_is_not_changed() {
        let mut product = product();

        assert_eq!(product.check_writable(None), Ok(()));
        assert_eq!(product.check_writable(Some(&[1, 3])), Ok(()));
        assert_eq!(product.check_writable(Some(&[2])), Err(ProductError::Stale));
        product.archived_at = Some(Utc::now());
        assert_eq!(product.check_writable(Some(&[3])), Err(ProductError::Archived));
    }

    #[test]
    fn attributes_are_bounded() {
        let many = (0..=MAX_ATTRIBUTES)
            .map(|n| (n.to_string(), "x".into()))
            .collect();
        let empty = BTreeMap::from([(" ".into(), "x".into())]);
        let long = BTreeMap::from([("a".into(), "x".repeat(MAX_ATTRIBUTE_VALUE + 1))]);

        for attributes in [many, empty, long] {
            assert!(check_attributes(&attributes).is_err());
        }
    }
}
