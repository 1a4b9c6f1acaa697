//! The members of the mesh, by the names under which they sign.

/// The name under which the gateway forwards what clients ask.
pub const GATEWAY: &str = "gateway";
/// The name under which the gateway asks something of its own accord, as a service.
pub const GATEWAY_ITSELF: &str = "gateway-itself";
/// Accounts and sessions.
pub const USER_SVC: &str = "user-svc";
/// Shops.
pub const SHOP_SVC: &str = "shop-svc";
/// The catalogue and its stock.
pub const PRODUCT_SVC: &str = "product-svc";
/// Carts.
pub const CART_SVC: &str = "cart-svc";
/// Orders.
pub const ORDER_SVC: &str = "order-svc";
/// Wishlists.
pub const WISHLIST_SVC: &str = "wishlist-svc";
/// Search.
pub const SEARCH_SVC: &str = "search-svc";
/// Figures.
pub const ANALYTICS_SVC: &str = "analytics-svc";

/// All of them.
pub const MEMBERS: [&str; 10] = [
    GATEWAY,
    GATEWAY_ITSELF,
    USER_SVC,
    SHOP_SVC,
    PRODUCT_SVC,
    CART_SVC,
    ORDER_SVC,
    WISHLIST_SVC,
    SEARCH_SVC,
    ANALYTICS_SVC,
];
