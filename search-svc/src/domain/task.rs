//! What has to be indexed again.

use uuid::Uuid;

/// What is to be done for an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Index a shop.
    Shop,
    /// Index a product.
    Product,
    /// Queue all products of a shop, some at a time.
    ProductsOf,
}

impl JobKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Shop, Self::Product, Self::ProductsOf];

    /// Its name in the queue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Product => "product",
            Self::ProductsOf => "products_of",
        }
    }

    /// The job kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An entry of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexJob {
    /// What to do.
    pub kind: JobKind,
    /// The shop or product.
    pub id: Uuid,
    /// Grows each time it is queued.
    pub seq: i64,
    /// How far it was done.
    pub after: Option<Uuid>,
}
