//! What has to be indexed anew.

use uuid::Uuid;

/// What is to be done for an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Index a shop.
    Shop,
    /// Index a product.
    Product,
    /// Queue all products of a shop, some at a time.
    ProductsOf,
}

impl Task {
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

    /// The task of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.as_str() == name)
    }
}

/// An entry of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What to do.
    pub task: Task,
    /// The shop or product.
    pub id: Uuid,
    /// Grows each time it is asked for.
    pub seq: i64,
    /// How far it was done.
    pub after: Option<Uuid>,
}
