//! Which service a path is for.

/// The services that clients can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Accounts.
    User,
    /// Shops.
    Shop,
    /// The catalogue.
    Product,
    /// Carts.
    Cart,
    /// Orders.
    Order,
    /// Wishlists.
    Wishlist,
    /// Search.
    Search,
    /// Figures.
    Analytics,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::Shop,
        Self::Product,
        Self::Cart,
        Self::Order,
        Self::Wishlist,
        Self::Search,
        Self::Analytics,
    ];

    /// The service's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user-svc",
            Self::Shop => "shop-svc",
            Self::Product => "product-svc",
            Self::Cart => "cart-svc",
            Self::Order => "order-svc",
            Self::Wishlist => "wishlist-svc",
            Self::Search => "search-svc",
            Self::Analytics => "analytics-svc",
        }
    }

    /// The service of a path in normal form; the first segment after `/api/v1/` decides.
    pub fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/api/v1/")?;
        match rest.split('/').next().unwrap_or(rest) {
            "users" | "avatars" => Some(Self::User),
            "shops" | "branches" | "shop-reviews" | "shop-media" | "shop-links" | "media" => Some(Self::Shop),
            "categories" | "products" | "variations" | "images" | "product-reviews" => Some(Self::Product),
            "cart" => Some(Self::Cart),
            "orders" | "order-items" | "tracking" => Some(Self::Order),
            "wishlist" => Some(Self::Wishlist),
            "search" => Some(Self::Search),
            "analytics" => Some(Self::Analytics),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_segment_decides() {
        assert_eq!(Service::of("/api/v1/shops/1/order-items"), Some(Service::Shop));
        assert_eq!(
            Service::of("/api/v1/search/shops/1/products"),
            Some(Service::Search)
        );
        assert_eq!(Service::of("/api/v1/cart"), Some(Service::Cart));
        for path in [
            "/",
            "/internal/users",
            "/api/v1",
            "/api/v1/",
            "/api/v1/carts",
            "/api/v2/cart",
            "/cart",
        ] {
            assert_eq!(Service::of(path), None, "{path}");
        }
    }
}
