//! From facts to changes of rows: one pure function, so that a replay of the log ends in the same rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::{Item, ItemId, Line, OrderId, ProductId, Sales, ShopId, Status, UserId};

/// What an event says that matters to the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Items were ordered.
    Ordered {
        /// The order.
        order_id: OrderId,
        /// The customer, unless erased.
        user_id: Option<UserId>,
        /// When.
        at: DateTime<Utc>,
        /// What.
        lines: Vec<Line>,
    },
    /// An item changed its status.
    Moved {
        /// The order.
        order_id: OrderId,
        /// The customer, unless erased.
        user_id: Option<UserId>,
        /// When.
        at: DateTime<Utc>,
        /// The item.
        line: Line,
        /// Its new status.
        to: Status,
    },
    /// Somebody looked at a shop or one of its products.
    Visited(Visit),
    /// A shop told its name, or at least its owner.
    Shop(Shop),
    /// A product told its title.
    Product(ProductName),
    /// An account is to be forgotten.
    Erased(UserId),
}

/// A visitor of a shop in a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// The shop.
    pub shop_id: ShopId,
    /// The quarter of an hour.
    pub bucket: DateTime<Utc>,
    /// A pseudonym.
    pub visitor: String,
}

/// What is known of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// The shop.
    pub id: ShopId,
    /// The account that owns it; it never changes hands.
    pub owner_id: UserId,
    /// Its name, unless only its end is known.
    pub name: Option<String>,
    /// The version that told the name; 0 without one.
    pub version: i64,
}

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductName {
    /// The product.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// The version that told it; 0 when an order did.
    pub version: i64,
}

impl Shop {
    /// Total, so that what is kept does not depend on what came first.
    fn rank(&self) -> (i64, Option<&str>) {
        (self.version, self.name.as_deref())
    }
}

impl ProductName {
    fn rank(&self) -> (i64, &str) {
        (self.version, &self.title)
    }
}

/// What to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Items that are new or different.
    pub items: Vec<Item>,
    /// What to add to the sums.
    pub sales: Sales,
    /// Visits to remember.
    pub visits: BTreeSet<Visit>,
    /// The newest that was told of each shop.
    pub shops: BTreeMap<ShopId, Shop>,
    /// The newest that was told of each product.
    pub products: BTreeMap<ProductId, ProductName>,
}

type Orders = BTreeMap<OrderId, BTreeMap<ItemId, Item>>;

/// The orders whose items must be known before the facts can be projected.
pub fn orders_of(facts: &[Fact]) -> BTreeSet<OrderId> {
    let touched = facts.iter().filter_map(|fact| match fact {
        Fact::Ordered { order_id, .. } | Fact::Moved { order_id, .. } => Some(*order_id),
        Fact::Visited(_) | Fact::Shop(_) | Fact::Product(_) | Fact::Erased(_) => None,
    });
    touched.collect()
}

/// What `facts` change, given all items known so far of the orders they touch.
///
/// The sums change by what the orders add now, less what they added before: so they depend on what is known of
/// an order, never on the way it became known.
pub fn project(known: Vec<Item>, facts: Vec<Fact>) -> Changes {
    let mut changes = Changes::default();
    let mut before = Orders::new();
    for item in known {
        before
            .entry(item.order_id)
            .or_default()
            .insert(item.line.id, item);
    }
    let mut after = before.clone();
    for fact in facts {
        take_in(&mut after, &mut changes, fact);
    }
    for (order_id, items) in after {
        let old = before.remove(&order_id).unwrap_or_default();
        if old == items {
            continue;
        }
        changes.sales.add(Sales::of_order(items.values()));
        changes.sales.subtract(Sales::of_order(old.values()));
        changes.items.extend(
            items
                .into_values()
                .filter(|item| old.get(&item.line.id) != Some(item)),
        );
    }
    changes
}

fn take_in(orders: &mut Orders, changes: &mut Changes, fact: Fact) {
    match fact {
        Fact::Ordered {
            order_id,
            user_id,
            at,
            lines,
        } => {
            let order = orders.entry(order_id).or_default();
            for line in lines {
                let new = || Item::new(order_id, user_id, line.clone());
                order.entry(line.id).or_insert_with(new).ordered(line.clone(), at);
            }
        }
        Fact::Moved {
            order_id,
            user_id,
            at,
            line,
            to,
        } => {
            let order = orders.entry(order_id).or_default();
            order
                .entry(line.id)
                .or_insert_with(|| Item::new(order_id, user_id, line))
                .moved(to, at);
        }
        Fact::Visited(visit) => {
            changes.visits.insert(visit);
        }
        Fact::Shop(shop) => newest(&mut changes.shops, shop.id, shop, |a, b| a.rank() < b.rank()),
        Fact::Product(product) => {
            newest(&mut changes.products, product.id, product, |a, b| {
                a.rank() < b.rank()
            });
        }
        // Rows are changed by id wherever they are: see `store::erasures`.
        Fact::Erased(_) => {}
    }
}

fn newest<K: Ord, V>(known: &mut BTreeMap<K, V>, key: K, value: V, is_older: impl Fn(&V, &V) -> bool) {
    if known.get(&key).is_none_or(|old| is_older(old, &value)) {
        known.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + 60 * minute, 0).unwrap()
    }

    fn line(id: u128) -> Line {
        Line {
            id: ItemId(Uuid::from_u128(id)),
            shop_id: ShopId(Uuid::from_u128(90 + id % 2)),
            product_id: ProductId(Uuid::from_u128(id)),
            variation_id: Uuid::from_u128(id),
            quantity: 2,
            unit_price: 500,
            currency: "AZN".into(),
        }
    }

    fn moved(id: u128, to: Status, minute: i64) -> Fact {
        let order_id = OrderId(Uuid::from_u128(7));
        Fact::Moved {
            order_id,
            user_id: None,
            at: at(minute),
            line: line(id),
            to,
        }
    }

    /// Three items: one delivered, one cancelled, one left alone.
    fn story() -> Vec<Fact> {
        let lines = vec![line(1), line(2), line(3)];
        vec![
            Fact::Ordered {
                order_id: OrderId(Uuid::from_u128(7)),
                user_id: None,
                at: at(0),
                lines,
            },
            moved(1, Status::Shipped, 100),
            moved(1, Status::Delivered, 2000),
            moved(2, Status::Cancelled, 30),
        ]
    }

    /// Applies the facts one by one, as if each came in a transaction of its own.
    fn replay(
        facts: impl IntoIterator<Item = Fact>,
    ) -> (
        BTreeMap<ItemId, Item>,
        Vec<(crate::domain::Cell, crate::domain::Figures)>,
    ) {
        let mut rows = BTreeMap::new();
        let mut sums = Sales::default();
        for fact in facts {
            let changes = project(rows.values().cloned().collect(), vec![fact]);
            rows.extend(changes.items.into_iter().map(|item: Item| (item.line.id, item)));
            sums.add(changes.sales);
        }
        (rows, sums.into_cells().collect())
    }

    fn permutations(facts: &[Fact]) -> Vec<Vec<Fact>> {
        if facts.is_empty() {
            return vec![vec![]];
        }
        let mut all = Vec::new();
        for first in 0..facts.len() {
            let mut rest = facts.to_vec();
            let fact = rest.remove(first);
            all.extend(
                permutations(&rest)
                    .into_iter()
                    .map(|tail| [vec![fact.clone()], tail].concat()),
            );
        }
        all
    }

    #[test]
    fn every_order_of_arrival_ends_in_the_same_rows_and_sums() {
        let expected = replay(story());

        let all = permutations(&story());

        assert_eq!(all.len(), 24);
        assert!(!expected.1.is_empty());
        for facts in all {
            assert_eq!(replay(facts), expected);
        }
    }

    #[test]
    fn a_fact_told_twice_changes_nothing() {
        let twice = story().into_iter().flat_map(|fact| [fact.clone(), fact]);

        assert_eq!(replay(twice), replay(story()));
    }

    #[test]
    fn one_batch_equals_one_by_one() {
        let changes = project(vec![], story());

        let (rows, sums) = replay(story());
        assert_eq!(changes.items, rows.into_values().collect::<Vec<_>>());
        assert_eq!(changes.sales.into_cells().collect::<Vec<_>>(), sums);
    }

    #[test]
    fn within_a_batch_the_newest_name_wins() {
        let shop = |version, name: &str| {
            let id = ShopId(Uuid::nil());
            Fact::Shop(Shop {
                id,
                owner_id: UserId(Uuid::nil()),
                name: Some(name.into()),
                version,
            })
        };

        let changes = project(vec![], vec![shop(1, "old"), shop(3, "new"), shop(2, "late")]);

        let names: Vec<_> = changes
            .shops
            .into_values()
            .map(|shop| shop.name.unwrap())
            .collect();
        assert_eq!(names, ["new"]);
    }
}
