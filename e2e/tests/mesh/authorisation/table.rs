//! The table: every public operation, and who may.

use super::access::Outcome::{In, Out};
use super::access::{
    ADMIN, Access, CUSTOMER, HIDDEN, ITS_CUSTOMER, NO_CART, Outcome, PUBLIC, USER, its_shop,
};
use super::operation::{Ends, Operation, op};

const SHOP: Access = its_shop("not-your-shop");
const PRODUCT: Access = its_shop("not-the-owner");
/// What lies in a cart or a wishlist.
const LINE: Access = ITS_CUSTOMER.owners(NO_CART, NO_CART);
/// Those who know of an order are told why not.
const NOT_THE_CUSTOMER: Outcome = Out(403, "not-the-customer");
const NOT_THE_SHOP: Outcome = Out(403, "not-the-shop-owner");

const REGISTER: &str = r#"{"email": "<word>@example.org", "password": "<password>", "first_name": "Aygun", "last_name": "Aliyeva"}"#;
const LOGIN: &str = r#"{"email": "<email>", "password": "<password>"}"#;
const ADDRESS: &str =
    r#"{"shipping_address": {"name": "Aygun", "line1": "Nizami 12", "city": "Baku", "country": "AZ"}}"#;
const VARIATION: &str = r#"{"options": {"size": "<word>"}, "price": {"amount": 900, "currency": "AZN"}}"#;

/// The source that other tests use as well: jobs of another source would be refused while one is at work.
const SERVICES: &str = r#"{"source": "services"}"#;

/// One row for each operation, and one more for each query that changes who may.
pub const TABLE: &[Operation] = &[
    // Sessions.
    op("POST /api/v1/auth/register", PUBLIC).sends(REGISTER),
    op("POST /api/v1/auth/login", PUBLIC).sends(LOGIN),
    op("POST /api/v1/auth/refresh", PUBLIC)
        .sends(r#"{"refresh_token": "<refresh_token>"}"#)
        .ends(Ends::Session),
    op("POST /api/v1/auth/logout", USER).ends(Ends::Session),
    op("POST /api/v1/auth/logout-everywhere", USER).ends(Ends::AllSessions),
    op("GET /api/v1/auth/sessions", USER),
    op("DELETE /api/v1/auth/sessions/{session_id}", ITS_CUSTOMER).spoils(&["auth/sessions"]),
    op("POST /api/v1/auth/password-reset", PUBLIC).sends(r#"{"email": "<word>@example.org"}"#),
    op("POST /api/v1/auth/password-reset/confirm", PUBLIC).sends("{}"),
    op("POST /api/v1/auth/verify-email", PUBLIC).sends("{}"),
    op("POST /api/v1/auth/verify-email/resend", USER),
    // Accounts.
    op("GET /api/v1/users/me", USER),
    op("PATCH /api/v1/users/me", USER).sends("{}"),
    op("PUT /api/v1/users/me/password", USER).sends("{}"),
    op("GET /api/v1/users", ADMIN),
    op("GET /api/v1/users/{user_id}", ADMIN),
    op("PATCH /api/v1/users/{user_id}", ADMIN).sends("{}"),
    op("GET /api/v1/users/me/addresses", USER),
    op("POST /api/v1/users/me/addresses", USER).sends("{}"),
    op("GET /api/v1/users/me/addresses/{address_id}", ITS_CUSTOMER),
    op("PATCH /api/v1/users/me/addresses/{address_id}", ITS_CUSTOMER).sends("{}"),
    op("DELETE /api/v1/users/me/addresses/{address_id}", ITS_CUSTOMER).spoils(&["users/me/addresses"]),
    op("PUT /api/v1/users/me/avatar", USER).sends("{}"),
    op("DELETE /api/v1/users/me/avatar", USER).spoils(&["avatars"]),
    op("GET /api/v1/users/me/export", USER),
    op("DELETE /api/v1/users/me", USER).sends(r#"{"password": "not the password"}"#),
    op("GET /api/v1/avatars/{file}", PUBLIC),
    // Shops.
    op("POST /api/v1/shops", USER).sends("{}"),
    op("GET /api/v1/shops", PUBLIC),
    op("GET /api/v1/shops?status=pending", ADMIN),
    op("GET /api/v1/shops/mine", USER.customers(HIDDEN).admin(HIDDEN)),
    op("GET /api/v1/shops/{shop}", PUBLIC),
    op("PATCH /api/v1/shops/{shop}", SHOP).sends("{}"),
    op("DELETE /api/v1/shops/{shop}", SHOP).spoils(&["shops"]),
    op("POST /api/v1/shops/{shop_id}/resubmit", SHOP),
    op("POST /api/v1/shops/{shop_id}/approve", ADMIN),
    op("POST /api/v1/shops/{shop_id}/reject", ADMIN).sends("{}"),
    op("POST /api/v1/shops/{shop_id}/suspend", ADMIN).sends("{}"),
    op("POST /api/v1/shops/{shop_id}/reinstate", ADMIN),
    op("POST /api/v1/shops/{shop_id}/verify", ADMIN),
    op("GET /api/v1/shops/{shop_id}/history", SHOP.admin(In)),
    op("GET /api/v1/shops/{shop_id}/order-items", SHOP.admin(In)),
    op("GET /api/v1/shops/{shop_id}/order-items/export", SHOP.admin(In)),
    // Catalogue.
    op("GET /api/v1/categories", PUBLIC),
    op("GET /api/v1/categories/{category}", PUBLIC),
    op("POST /api/v1/categories", ADMIN).sends("{}"),
    op("PATCH /api/v1/categories/{category}", ADMIN).sends("{}"),
    op("DELETE /api/v1/categories/{category}", ADMIN).spoils(&["categories"]),
    op("GET /api/v1/products", PUBLIC),
    op(
        "GET /api/v1/products?include_hidden=true&shop_id=<shops>",
        its_shop("hidden").admin(In),
    ),
    op("GET /api/v1/products/{product_id}", PUBLIC),
    op(
        "POST /api/v1/products",
        its_shop("shop-not-approved").owners(In, In),
    )
    .sends(r#"{"title": "Lamp", "sku": "<word>"}"#),
    op("PATCH /api/v1/products/{product_id}", PRODUCT).sends("{}"),
    op("DELETE /api/v1/products/{product_id}", PRODUCT).spoils(&["products", "variations"]),
    op("GET /api/v1/products/{product_id}/variations", PUBLIC),
    op("POST /api/v1/products/{product_id}/variations", PRODUCT).sends(VARIATION),
    op("GET /api/v1/variations/{variation_id}", PUBLIC),
    op("PATCH /api/v1/variations/{variation_id}", PRODUCT).sends("{}"),
    op("DELETE /api/v1/variations/{variation_id}", PRODUCT).spoils(&["variations"]),
    op("POST /api/v1/variations/{variation_id}/stock", PRODUCT).sends(r#"{"delta": 1, "reason": "restock"}"#),
    op(
        "GET /api/v1/variations/{variation_id}/stock/ledger",
        PRODUCT.admin(In),
    ),
    // The mesh itself.
    op("GET /api/v1/ops/mesh", ADMIN),
    op("GET /api/v1/ops/parked", ADMIN),
    op("GET /api/v1/ops/parked/types", ADMIN),
    op("POST /api/v1/ops/parked/types", ADMIN)
        .sends(r#"{"queue": "user-svc.shops", "type": "shop.no-such-type"}"#),
    op("GET /api/v1/ops/parked/{id}", ADMIN),
    op("DELETE /api/v1/ops/parked/{id}", ADMIN),
    op("POST /api/v1/ops/parked/{id}/replay", ADMIN),
    op("POST /api/v1/ops/parked/drop", ADMIN).sends(r#"{"queue": "user-svc.shops"}"#),
    op("POST /api/v1/ops/parked/replay", ADMIN).sends(r#"{"queue": "user-svc.shops"}"#),
    op("GET /api/v1/ops/trace/{order}", ADMIN),
    // Carts.
    op("GET /api/v1/cart", CUSTOMER),
    op("POST /api/v1/cart/items", CUSTOMER).sends(r#"{"variation_id": "<variations>", "quantity": 1}"#),
    op("PATCH /api/v1/cart/items/{item_id}", LINE).sends(r#"{"quantity": 2}"#),
    op("DELETE /api/v1/cart/items/{item_id}", LINE).spoils(&["cart/items"]),
    op("DELETE /api/v1/cart/items", CUSTOMER).spoils(&["cart/items"]),
    // Wishlists.
    op("GET /api/v1/wishlist", CUSTOMER),
    op("GET /api/v1/wishlist/count", CUSTOMER),
    op("POST /api/v1/wishlist/items", CUSTOMER).sends(r#"{"variation_id": "<variations>"}"#),
    op("DELETE /api/v1/wishlist/items/{item_id}", LINE).spoils(&["wishlist/items"]),
    op("POST /api/v1/wishlist/items/{item_id}/move-to-cart", LINE).spoils(&["wishlist/items", "cart/items"]),
    // Orders.
    op("POST /api/v1/orders", CUSTOMER)
        .sends(ADDRESS)
        .spoils(&["cart/items"]),
    op("GET /api/v1/orders", USER),
    op("GET /api/v1/orders?all=true", ADMIN),
    op("GET /api/v1/orders/{order}", ITS_CUSTOMER.admin(In)),
    op(
        "POST /api/v1/orders/{order_id}/cancel",
        ITS_CUSTOMER.owners(HIDDEN, NOT_THE_CUSTOMER).admin(In),
    ),
    op(
        "POST /api/v1/order-items/{item_id}/cancel",
        ITS_CUSTOMER.owners(HIDDEN, NOT_THE_CUSTOMER).admin(In),
    ),
    op(
        "PATCH /api/v1/order-items/{item_id}/status",
        ITS_CUSTOMER
            .buyer(NOT_THE_SHOP)
            .owners(HIDDEN, In)
            .admin(NOT_THE_SHOP),
    )
    .sends(r#"{"status": "delivered"}"#),
    op("GET /api/v1/orders/export", ADMIN),
    op("GET /api/v1/tracking/{tracking_number}?email=<buyer>", PUBLIC),
    // Search.
    op("GET /api/v1/search?q=lamp", PUBLIC),
    op("GET /api/v1/search/products", PUBLIC),
    op("GET /api/v1/search/shops/{shop_id}/products", PUBLIC),
    op("POST /api/v1/search/rebuild", ADMIN).sends(SERVICES),
    op("GET /api/v1/search/rebuild/{job_id}", ADMIN),
    op("POST /api/v1/search/drift", ADMIN).sends(SERVICES),
    op("GET /api/v1/search/drift/{job_id}", ADMIN),
    op("GET /api/v1/search/rejected", ADMIN),
    // Analytics.
    op(
        "GET /api/v1/analytics/shops/{shop_id}/dashboard",
        its_shop("not-the-shop-owner").admin(In),
    ),
    op("GET /api/v1/analytics/overview", ADMIN),
    op("GET /api/v1/analytics/events", ADMIN),
];
