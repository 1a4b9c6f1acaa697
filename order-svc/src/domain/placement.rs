//! A cart whose stock is held becomes an order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use souk_contracts::{Currency, Money};
use uuid::Uuid;

use super::{Address, Item, ItemStatus, Order, OrderStatus, SubOrder, Totals, new_number};

/// What an order is made of.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The customer.
    pub user_id: Uuid,
    /// The customer's order before this one.
    pub previous_order_id: Option<Uuid>,
    /// The stock that is held.
    pub reservation_id: Uuid,
    /// The version of the cart that is ordered.
    pub cart_version: i64,
    /// Where it goes.
    pub address: Address,
    /// What the customer wants to say.
    pub note: Option<String>,
    /// What is ordered.
    pub lines: Vec<Line>,
}

/// One line that is held, with all that an order copies.
#[derive(Debug, Clone)]
pub struct Line {
    /// The cart's line.
    pub cart_line_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The user who owns that shop.
    pub owner_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// The product's title.
    pub title: String,
    /// The product's SKU.
    pub sku: String,
    /// The variation's options.
    pub options: BTreeMap<String, String>,
    /// How many.
    pub quantity: i32,
    /// What one costs.
    pub unit_price: Money,
    /// What one costs the shop.
    pub cost_price: Option<Money>,
}

/// Why these lines cannot be one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// Nobody buys from themselves.
    #[error("You cannot order from your own shop; take its products out of the cart.")]
    OwnShop,
    /// No lines, amounts of several currencies, or a sum beyond all bounds.
    #[error("These lines cannot be added up to one order.")]
    NoTotal,
}

impl Placement {
    /// The order, in the sub-orders of its shops.
    ///
    /// # Errors
    /// When the customer owns one of the shops, or there is no sum.
    pub fn into_order(self, at: DateTime<Utc>) -> Result<Order, PlacementError> {
        let currency = self
            .lines
            .first()
            .ok_or(PlacementError::NoTotal)?
            .unit_price
            .currency;
        let mut sub_orders: Vec<SubOrder> = Vec::new();
        let mut total = Money::zero(currency);
        for line in self.lines {
            if line.owner_id == self.user_id {
                return Err(PlacementError::OwnShop);
            }
            let amount = line
                .unit_price
                .checked_mul(line.quantity)
                .ok_or(PlacementError::NoTotal)?;
            total = total.checked_add(amount).ok_or(PlacementError::NoTotal)?;
            let owner_id = line.owner_id;
            let shop_id = line.shop_id;
            let item = line.into_item(currency);
            match sub_orders.iter_mut().find(|part| part.shop_id == shop_id) {
                Some(part) => part.add(item),
                None => sub_orders.push(SubOrder::new(shop_id, owner_id, item)),
            }
        }
        Ok(Order {
            id: Uuid::now_v7(),
            number: new_number(),
            user_id: self.user_id,
            previous_order_id: self.previous_order_id,
            reservation_id: self.reservation_id,
            status: OrderStatus::Processing.into(),
            currency,
            totals: Totals::of_items(total.amount),
            address: self.address,
            note: self.note,
            version: 1,
            created_at: at,
            sub_orders,
        })
    }
}

impl Line {
    fn into_item(self, currency: Currency) -> Item {
        Item {
            id: Uuid::now_v7(),
            cart_line_id: self.cart_line_id,
            product_id: self.product_id,
            variation_id: self.variation_id,
            title: self.title,
            sku: self.sku,
            options: self.options,
            quantity: self.quantity,
            unit_price: self.unit_price.amount,
            cost_price: self
                .cost_price
                .filter(|cost| cost.currency == currency)
                .map(|cost| cost.amount),
            status: ItemStatus::Processing.into(),
            carrier: None,
            tracking_number: None,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(shop_id: Uuid, owner_id: Uuid, quantity: i32, price: i64) -> Line {
        Line {
            cart_line_id: Uuid::now_v7(),
            shop_id,
            owner_id,
            product_id: Uuid::now_v7(),
            variation_id: Uuid::now_v7(),
            title: "Weekend bag".into(),
            sku: "WB-1".into(),
            options: BTreeMap::new(),
            quantity,
            unit_price: Money::new(price, Currency::AZN),
            cost_price: None,
        }
    }

    fn placement(user_id: Uuid, lines: Vec<Line>) -> Placement {
        let address = Address {
            name: "Aygun".into(),
            line1: "Nizami 1".into(),
            line2: None,
            city: "Baku".into(),
            region: None,
            postal_code: None,
            country: "AZ".into(),
            phone_number: None,
        };
        Placement {
            user_id,
            previous_order_id: None,
            reservation_id: Uuid::nil(),
            cart_version: 1,
            address,
            note: None,
            lines,
        }
    }

    #[test]
    fn each_shop_gets_a_sub_order_and_the_sums_agree() {
        let (a, b, owner) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let lines = vec![
            line(a, owner, 2, 1299),
            line(b, owner, 1, 500),
            line(a, owner, 3, 100),
        ];

        let order = placement(Uuid::now_v7(), lines).into_order(Utc::now()).unwrap();

        let parts: Vec<_> = order
            .sub_orders
            .iter()
            .map(|part| (part.shop_id, part.subtotal, part.items.len()))
            .collect();
        assert_eq!(parts, [(a, 2898, 2), (b, 500, 1)]);
        assert_eq!((order.totals.subtotal, order.totals.total), (3398, 3398));
    }

    #[test]
    fn nobody_orders_from_their_own_shop() {
        let user = Uuid::now_v7();
        let lines = vec![
            line(Uuid::now_v7(), Uuid::now_v7(), 1, 1),
            line(Uuid::now_v7(), user, 1, 1),
        ];

        assert_eq!(
            placement(user, lines).into_order(Utc::now()),
            Err(PlacementError::OwnShop)
        );
    }

    #[test]
    fn what_cannot_be_added_up_is_no_order() {
        let (shop, owner) = (Uuid::now_v7(), Uuid::now_v7());
        let mut foreign = line(shop, owner, 1, 1);
        foreign.unit_price.currency = "EUR".parse().unwrap();

        for lines in [
            vec![],
            vec![line(shop, owner, 999, i64::MAX / 2)],
            vec![line(shop, owner, 1, i64::MAX), line(shop, owner, 1, 1)],
            vec![line(shop, owner, 1, 1), foreign],
        ] {
            let refused = placement(Uuid::now_v7(), lines).into_order(Utc::now());
            assert_eq!(refused, Err(PlacementError::NoTotal));
        }
    }
}
