//! Ids, one type each, so that a shop is never taken for a product.

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])+ $id:ident)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub Uuid);
    )+};
}

ids! {
    /// An account.
    UserId
    /// A shop.
    ShopId
    /// A product.
    ProductId
    /// An order.
    OrderId
    /// One item of an order.
    ItemId
}
