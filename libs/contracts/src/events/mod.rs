//! Every event of the mesh; the table below is the list.
//!
//! A new event is a struct, one line in the table, a sample and a schema (`UPDATE_SCHEMAS=1 cargo test`).

pub mod order;
pub mod product;
pub mod shop;
pub mod user;
pub mod wishlist;

pub use order::*;
pub use product::*;
pub use shop::*;
pub use user::*;
pub use wishlist::*;

use crate::{Event, EventInfo, Exchange};

/// `exchange from source { type version Struct |e| subject; .. }` makes each struct an [`Event`] and a row of
/// [`EVENTS`] with the sample of its name; after the subject, `conflated: true` is [`Event::IS_CONFLATED`] and
/// `personal_text: [..]` is [`Event::PERSONAL_TEXT`].
macro_rules! events {
    ($($exchange:ident from $source:literal {
        $($kind:literal $version:literal $event:ident |$e:ident| $subject:expr $(, conflated: $conflated:literal)?
            $(, personal_text: [$($text:literal),+])?;)+
    })+) => {
        $($(
            impl Event for $event {
                const TYPE: &'static str = $kind;
                const EXCHANGE: Exchange = Exchange::$exchange;
                const VERSION: u32 = $version;
                const SOURCE: &'static str = $source;
                $(const IS_CONFLATED: bool = $conflated;)?
                $(const PERSONAL_TEXT: &'static [&'static str] = &[$($text),+];)?

                fn subject(&self) -> String {
                    let $e = self;
                    $subject.to_string()
                }
            }
        )+)+

        /// The table of events.
        pub static EVENTS: &[EventInfo] = &[
            $($(EventInfo::of::<$event>(include_str!(concat!("../../samples/", $kind, ".json"))),)+)+
            EventInfo::of::<RatingUpdated>(include_str!("../../samples/rating.updated.json")),
        ];
    };
}

events! {
    User from "/user-svc" {
        "user.created" 1 UserCreated |e| e.user_id;
        "user.updated" 1 UserUpdated |e| e.user_id;
        "user.deleted" 1 UserDeleted |e| e.user_id;
    }
    Shop from "/shop-svc" {
        "shop.created" 1 ShopCreated |e| e.0.shop_id;
        "shop.approved" 1 ShopApproved |e| e.0.shop_id;
        "shop.rejected" 1 ShopRejected |e| e.0.shop_id;
        "shop.suspended" 1 ShopSuspended |e| e.0.shop_id;
        "shop.reinstated" 1 ShopReinstated |e| e.0.shop_id;
        "shop.updated" 1 ShopUpdated |e| e.0.shop_id;
        "shop.deleted" 1 ShopDeleted |e| e.shop_id;
        "shop.viewed" 1 ShopViewed |e| e.shop_id;
    }
    Product from "/product-svc" {
        "product.created" 1 ProductCreated |e| e.0.product_id;
        "product.updated" 1 ProductUpdated |e| e.0.product_id;
        "product.deleted" 1 ProductDeleted |e| e.product_id;
        "product.viewed" 1 ProductViewed |e| e.product_id;
        "stock.changed" 1 StockChanged |e| e.variation_id, conflated: true;
        "stock.low" 1 StockLow |e| e.variation_id;
    }
    Order from "/order-svc" {
        "order.created" 1 OrderCreated |e| e.order_id;
        "order.item.created" 1 OrderItemCreated |e| e.item.order_item_id;
        "order.item.status.updated" 1 OrderItemStatusUpdated |e| e.order_item_id, personal_text: ["reason"];
        "order.completed" 1 OrderCompleted |e| e.order_id;
        "order.cancelled" 1 OrderCancelled |e| e.order_id;
    }
    Wishlist from "/wishlist-svc" {
        "wishlist.created" 1 WishlistCreated |e| e.wishlist_item_id;
        "wishlist.deleted" 1 WishlistDeleted |e| e.wishlist_item_id;
    }
}
