//! Sums of what was sold, by stretch of time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::{Item, ProductId, ShopId, Span, Status};

/// Whose sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The whole marketplace. Not the sum of its shops: an order from two shops is one order.
    Market,
    /// One shop.
    Shop(ShopId),
    /// One product of a shop.
    Product(ShopId, ProductId),
}

/// Where a sum is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Whose.
    pub of: Of,
    /// How long a time it is of.
    pub span: Span,
    /// Where that time begins.
    pub bucket: DateTime<Utc>,
    /// Money of two currencies is never added.
    pub currency: String,
}

impl Cell {
    /// The one of a longer time that this is a part of.
    fn within(&self, span: Span) -> Self {
        Self {
            span,
            bucket: span.bucket(self.bucket),
            ..self.clone()
        }
    }
}

/// What is summed up. Rates are computed from it and never kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Orders with at least one item that was not cancelled.
    pub orders: i64,
    /// Pieces ordered and not cancelled.
    pub units: i64,
    /// Their price in minor units, at the time of the order.
    pub booked: i64,
    /// The price of what was delivered, at the time of delivery.
    pub settled: i64,
}

impl Figures {
    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            orders: self.orders.saturating_add(other.orders),
            units: self.units.saturating_add(other.units),
            booked: self.booked.saturating_add(other.booked),
            settled: self.settled.saturating_add(other.settled),
        }
    }

    /// Whether adding it makes anything smaller.
    pub fn takes_away(&self) -> bool {
        self.orders < 0 || self.units < 0 || self.booked < 0 || self.settled < 0
    }

    fn negated(self) -> Self {
        Self {
            orders: self.orders.saturating_neg(),
            units: self.units.saturating_neg(),
            booked: self.booked.saturating_neg(),
            settled: self.settled.saturating_neg(),
        }
    }
}

/// Sums, or changes of sums, by quarter of an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sales(BTreeMap<Cell, Figures>);

impl Sales {
    /// What one order adds, given all of its items.
    pub fn of_order<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut sales = Self::default();
        for item in items {
            sales.book(item);
            sales.settle(item);
        }
        sales
    }

    /// Booked when ordered; a cancelled item is as if it had never been ordered.
    fn book(&mut self, item: &Item) {
        let Some(at) = item.ordered_at else { return };
        if item.status() == Status::Cancelled {
            return;
        }
        self.change(item, at, |figures| {
            // Not added: however many of its items land here, it is one order.
            figures.orders = 1;
            figures.units = figures.units.saturating_add(item.line.quantity);
            figures.booked = figures.booked.saturating_add(item.total());
        });
    }

    /// Settled when delivered.
    fn settle(&mut self, item: &Item) {
        let Some(at) = item.delivered_at else { return };
        if item.status() == Status::Cancelled {
            return;
        }
        self.change(item, at, |figures| {
            figures.settled = figures.settled.saturating_add(item.total())
        });
    }

    fn change(&mut self, item: &Item, at: DateTime<Utc>, change: impl Fn(&mut Figures)) {
        let line = &item.line;
        for of in [
            Of::Market,
            Of::Shop(line.shop_id),
            Of::Product(line.shop_id, line.product_id),
        ] {
            let cell = Cell {
                of,
                span: Span::Quarter,
                bucket: Span::Quarter.bucket(at),
                currency: line.currency.clone(),
            };
            change(self.0.entry(cell).or_default());
        }
    }

    /// Adds.
    pub fn add(&mut self, other: Self) {
        for (cell, figures) in other.0 {
            let sum = self.0.entry(cell).or_default();
            *sum = sum.plus(figures);
        }
    }

    /// Takes away.
    pub fn subtract(&mut self, other: Self) {
        self.add(Self(
            other
                .0
                .into_iter()
                .map(|(cell, figures)| (cell, figures.negated()))
                .collect(),
        ));
    }

    /// The cells of every span that hold anything but zeros, in a fixed order.
    pub fn into_cells(self) -> impl Iterator<Item = (Cell, Figures)> {
        let mut all = BTreeMap::<Cell, Figures>::new();
        for (cell, figures) in self.0 {
            for span in Span::ALL {
                let sum = all.entry(cell.within(span)).or_default();
                *sum = sum.plus(figures);
            }
        }
        all.into_iter()
            .filter(|(_, figures)| *figures != Figures::default())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{ItemId, Line, OrderId};

    const SHOP: ShopId = ShopId(Uuid::from_u128(1));
    const PRODUCT: ProductId = ProductId(Uuid::from_u128(2));

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn item(id: u128, quantity: i64) -> Item {
        item_at(id, quantity, "2026-03-01T09:07:00Z")
    }

    fn item_at(id: u128, quantity: i64, time: &str) -> Item {
        let line = Line {
            id: ItemId(Uuid::from_u128(id)),
            shop_id: SHOP,
            product_id: PRODUCT,
            variation_id: Uuid::nil(),
            quantity,
            unit_price: 500,
            currency: "AZN".into(),
        };
        let mut item = Item::new(OrderId(Uuid::nil()), None, line.clone());
        item.ordered(line, at(time));
        item
    }

    fn shop(sales: Sales) -> Vec<(String, Figures)> {
        let of_shop = sales.into_cells().filter(|(cell, _)| cell.of == Of::Shop(SHOP));
        of_shop
            .filter(|(cell, _)| cell.span == Span::Quarter)
            .map(|(cell, figures)| (cell.bucket.format("%dT%H:%M").to_string(), figures))
            .collect()
    }

    #[test]
    fn two_items_of_one_order_are_one_order() {
        let sales = shop(Sales::of_order(&[item(1, 2), item(2, 1)]));

        assert_eq!(
            sales,
            [(
                "01T09:00".into(),
                Figures {
                    orders: 1,
                    units: 3,
                    booked: 1500,
                    settled: 0
                }
            )]
        );
    }

    #[test]
    fn what_is_delivered_is_settled_when_it_arrives() {
        let mut delivered = item(1, 2);
        delivered.moved(Status::Delivered, at("2026-03-04T18:59:59Z"));

        let sales = shop(Sales::of_order(&[delivered]));

        assert_eq!(sales.len(), 2);
        assert_eq!(
            sales[1],
            (
                "04T18:45".into(),
                Figures {
                    settled: 1000,
                    ..Figures::default()
                }
            )
        );
    }

    #[test]
    fn a_cancelled_item_is_taken_out_and_with_the_last_one_the_order() {
        let mut cancelled = item(1, 2);
        cancelled.moved(Status::Cancelled, at("2026-03-02T00:00:00Z"));

        assert_eq!(
            shop(Sales::of_order(&[cancelled.clone(), item(2, 1)]))[0].1.units,
            1
        );
        assert_eq!(shop(Sales::of_order(&[cancelled])), []);
    }

    #[test]
    fn a_longer_time_has_the_sum_of_its_quarters() {
        let mut sales = Sales::of_order(&[item(1, 2)]);
        sales.add(Sales::of_order(&[item_at(2, 1, "2026-03-02T08:00:00Z")]));

        let market = sales.into_cells().filter(|(cell, _)| cell.of == Of::Market);

        let sums = market.map(|(cell, figures)| (cell.span, cell.bucket, figures.orders, figures.booked));
        assert_eq!(
            sums.collect::<Vec<_>>(),
            [
                (Span::Quarter, at("2026-03-01T09:00:00Z"), 1, 1000),
                (Span::Quarter, at("2026-03-02T08:00:00Z"), 1, 500),
                (Span::Day, at("2026-03-01T00:00:00Z"), 1, 1000),
                (Span::Day, at("2026-03-02T00:00:00Z"), 1, 500),
                (Span::Week, at("2026-02-26T00:00:00Z"), 2, 1500),
            ]
        );
    }

    #[test]
    fn taking_away_what_was_added_leaves_no_cell() {
        let mut sales = Sales::of_order(&[item(1, 2)]);

        sales.subtract(Sales::of_order(&[item(1, 2)]));

        assert_eq!(sales.into_cells().count(), 0);
    }
}
