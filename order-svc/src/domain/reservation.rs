//! Reservations of stock, by which an order and product-svc know each other.

use uuid::Uuid;

/// Keeps these ids apart from other name-based ones.
const NAMESPACE: Uuid = Uuid::from_u128(0x5de1_7b0c_5a3f_4c86_9f0e_6a1d_c2b4_8e37);

/// What a reservation came to. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This order used it.
    Ordered(Uuid),
    /// No order will ever use it.
    Abandoned,
}

/// The id of the reservation that a customer's checkout under `key` makes after `decided` earlier ones came to an
/// end. The same checkout, tried again after a crash, finds the same id and so its own reservation.
pub fn reservation_id(customer: Uuid, key: &str, decided: u32) -> Uuid {
    let mut name = customer.as_bytes().to_vec();
    name.extend(decided.to_be_bytes());
    name.extend(key.as_bytes());
    Uuid::new_v5(&NAMESPACE, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_checkout_derives_the_same_reservation() {
        let customer = Uuid::now_v7();
        let id = reservation_id(customer, "key", 0);

        assert_eq!(reservation_id(customer, "key", 0), id);
        assert_eq!(id.get_version_num(), 5);
        assert_ne!(reservation_id(customer, "key", 1), id);
        assert_ne!(reservation_id(customer, "yek", 0), id);
        assert_ne!(reservation_id(Uuid::now_v7(), "key", 0), id);
    }
}
