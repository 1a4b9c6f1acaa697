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

impl UserId {
    /// The name under which an erased account stays in the log: always the same, and nobody can turn it back.
    pub fn pseudonym(self) -> Uuid {
        Uuid::new_v5(&ERASED, self.0.as_bytes())
    }
}

/// The namespace of the pseudonyms of erased accounts.
const ERASED: Uuid = Uuid::from_u128(0x5b0f_3b6e_9a6d_4c0e_8d43_6f0e_2a1c_77b5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_stable_and_differs_by_account() {
        let [one, other] = [UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2))];

        assert_eq!(one.pseudonym(), one.pseudonym());
        assert_ne!(one.pseudonym(), other.pseudonym());
        assert_ne!(one.pseudonym(), one.0);
    }
}
