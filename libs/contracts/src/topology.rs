//! One table of queues and bindings; every service declares all of it before it publishes, because the broker
//! confirms a message that no queue wants.

use crate::Exchange;

/// A queue with one purpose, and what it listens to.
#[derive(Debug, PartialEq, Eq)]
pub struct Queue {
    /// `<service>.<purpose>`, without the namespace.
    pub name: &'static str,
    /// Exchange and routing key pattern.
    pub bindings: &'static [(Exchange, &'static str)],
}

impl Queue {
    /// The service that reads it.
    pub fn service(&self) -> &'static str {
        self.name
            .split_once('.')
            .map_or(self.name, |(service, _)| service)
    }

    /// Whether an event of this type arrives here.
    pub fn receives(&self, exchange: Exchange, kind: &str) -> bool {
        self.bindings
            .iter()
            .any(|(from, pattern)| *from == exchange && (*pattern == "#" || *pattern == kind))
    }
}

/// Declares each queue as a constant and lists them all.
macro_rules! queues {
    ($($(#[$doc:meta])+ $queue:ident $name:literal { $($exchange:ident: $($kind:literal)+;)+ })+) => {
        $(
            $(#[$doc])+
            pub static $queue: Queue = Queue {
                name: $name,
                bindings: &[$($((Exchange::$exchange, $kind),)+)+],
            };
        )+

        /// Every queue of the mesh.
        pub static QUEUES: &[&Queue] = &[$(&$queue,)+];
    };
}

queues! {
    /// Who owns an open shop, for user-svc.
    USER_SHOPS "user-svc.shops" {
        Shop: "shop.approved" "shop.deleted";
    }
    /// The shop's own list of order items.
    SHOP_ORDERS "shop-svc.orders" {
        Order: "order.item.created" "order.item.status.updated" "order.completed" "order.cancelled";
    }
    /// Accounts, for shop-svc.
    SHOP_USERS "shop-svc.users" {
        User: "user.updated" "user.deleted";
    }
    /// Which shops may sell, for product-svc.
    PRODUCT_SHOPS "product-svc.shops" {
        Shop: "shop.created" "shop.approved" "shop.rejected" "shop.suspended" "shop.reinstated" "shop.updated"
            "shop.deleted";
    }
    /// Reservations that become sales, cancelled items that return to stock.
    PRODUCT_ORDERS "product-svc.orders" {
        Order: "order.created" "order.item.status.updated" "order.completed" "order.cancelled";
    }
    /// Accounts, for product-svc.
    PRODUCT_USERS "product-svc.users" {
        User: "user.updated" "user.deleted";
    }
    /// Accounts, each with a cart.
    CART_USERS "cart-svc.users" {
        User: "user.created" "user.updated" "user.deleted";
    }
    /// Which shops may sell, and who owns one, for cart-svc.
    CART_SHOPS "cart-svc.shops" {
        Shop: "shop.created" "shop.approved" "shop.rejected" "shop.suspended" "shop.reinstated" "shop.deleted";
    }
    /// Titles, prices and stock of what lies in carts.
    CART_CATALOGUE "cart-svc.catalogue" {
        Product: "product.created" "product.updated" "product.deleted" "stock.changed";
    }
    /// What was ordered leaves the cart.
    CART_ORDERS "cart-svc.orders" {
        Order: "order.created";
    }
    /// Accounts, for order-svc.
    ORDER_USERS "order-svc.users" {
        User: "user.updated" "user.deleted";
    }
    /// Accounts, each with a wishlist.
    WISHLIST_USERS "wishlist-svc.users" {
        User: "user.created" "user.updated" "user.deleted";
    }
    /// Which shops may be wished for, and who owns one.
    WISHLIST_SHOPS "wishlist-svc.shops" {
        Shop: "shop.created" "shop.approved" "shop.rejected" "shop.suspended" "shop.reinstated" "shop.deleted";
    }
    /// Titles, prices and stock of what is wished for.
    WISHLIST_CATALOGUE "wishlist-svc.catalogue" {
        Product: "product.created" "product.updated" "product.deleted" "stock.changed";
    }
    /// Everything that can be found.
    SEARCH_CATALOGUE "search-svc.catalogue" {
        Shop: "shop.created" "shop.approved" "shop.rejected" "shop.suspended" "shop.reinstated" "shop.updated"
            "shop.deleted" "rating.updated";
        Product: "product.created" "product.updated" "product.deleted" "stock.changed";
    }
    /// Everything that happens, but for the stock after each order: its sums follow from the orders themselves.
    ANALYTICS_EVENTS "analytics-svc.events" {
        User: "#";
        Shop: "#";
        Product: "product.created" "product.updated" "product.deleted" "product.viewed" "stock.low";
        Order: "#";
        Wishlist: "#";
    }
}

/// What queues listened to in earlier versions. A broker keeps a binding until it is told to let it go.
pub static UNBOUND: &[(&Queue, Exchange, &str)] = &[(&ANALYTICS_EVENTS, Exchange::Product, "#")];
