//! The five topic exchanges.

/// A durable topic exchange; every event belongs to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exchange {
    /// Accounts.
    User,
    /// Shops and ratings.
    Shop,
    /// Products and stock.
    Product,
    /// Orders and their items.
    Order,
    /// Wishes.
    Wishlist,
}

impl Exchange {
    /// All of them, in the order in which they are declared.
    pub const ALL: [Self; 5] = [Self::User, Self::Shop, Self::Product, Self::Order, Self::Wishlist];

    /// The name on the broker, without the namespace.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user_events",
            Self::Shop => "shop_events",
            Self::Product => "product_events",
            Self::Order => "order_events",
            Self::Wishlist => "wishlist_events",
        }
    }

    /// The exchange of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exchange| exchange.name() == name)
    }
}
