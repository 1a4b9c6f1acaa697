//! Where items, sub-orders and orders stand.

use serde::{Deserialize, Serialize};
use souk_contracts::StoredWord;
use utoipa::ToSchema;

/// Where an item stands. A sub-order's status is derived from its items and has the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderItemStatus)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// The shop prepares it.
    Processing,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Will not come.
    Cancelled,
}

/// Where an order stands, derived from all its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing has left yet.
    Processing,
    /// Something has left.
    Shipped,
    /// Every item is final, and at least one arrived.
    Completed,
    /// Every item was cancelled.
    Cancelled,
}

impl ItemStatus {
    /// The status in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether an item may go from here to `next`.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Processing, Self::Shipped | Self::Cancelled) | (Self::Shipped, Self::Delivered)
        )
    }

    /// Whether an operator may end an item so whose shop has no owner any more. What was shipped may be lost then, and
    /// nobody else could say so.
    pub fn may_be_ended_as(self, next: Self) -> bool {
        next.is_final() && (self.may_become(next) || (self, next) == (Self::Shipped, Self::Cancelled))
    }

    /// Whether nothing more can happen to the item.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled)
    }

    /// Where items stand together: in preparation until one ships, then on the way until all are final.
    pub fn of_all(items: impl Iterator<Item = Self> + Clone) -> Self {
        if items.clone().all(|item| item == Self::Cancelled) {
            Self::Cancelled
        } else if items.clone().all(Self::is_final) {
            Self::Delivered
        } else if items
            .clone()
            .any(|item| matches!(item, Self::Shipped | Self::Delivered))
        {
            Self::Shipped
        } else {
            Self::Processing
        }
    }
}

impl OrderStatus {
    /// The status in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more can happen to the order.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// An order stands where all its items stand together.
impl From<ItemStatus> for OrderStatus {
    fn from(items: ItemStatus) -> Self {
        match items {
            ItemStatus::Processing => Self::Processing,
            ItemStatus::Shipped => Self::Shipped,
            ItemStatus::Delivered => Self::Completed,
            ItemStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl StoredWord for ItemStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Processing, Self::Shipped, Self::Delivered, Self::Cancelled];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

impl StoredWord for OrderStatus {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Processing, Self::Shipped, Self::Completed, Self::Cancelled];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::ItemStatus::{Cancelled, Delivered, Processing, Shipped};
    use super::*;

    #[test]
    fn only_three_transitions_are_legal() {
        let all = [Processing, Shipped, Delivered, Cancelled];
        let legal: Vec<_> = all
            .iter()
            .flat_map(|from| all.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();

        assert_eq!(
            legal,
            [
                (Processing, Shipped),
                (Processing, Cancelled),
                (Shipped, Delivered)
            ]
        );
    }

    #[test]
    fn an_operator_ends_an_item_and_does_not_ship_it() {
        let all = [Processing, Shipped, Delivered, Cancelled];
        let legal: Vec<_> = all
            .iter()
            .flat_map(|from| all.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_be_ended_as(*to))
            .collect();

        assert_eq!(
            legal,
            [
                (Processing, Cancelled),
                (Shipped, Delivered),
                (Shipped, Cancelled)
            ]
        );
    }

    #[test]
    fn items_stand_together_as_the_table_says() {
        let table: [(&[ItemStatus], ItemStatus, OrderStatus); 9] = [
            (&[Processing, Processing], Processing, OrderStatus::Processing),
            (&[Processing, Cancelled], Processing, OrderStatus::Processing),
            (&[Processing, Shipped], Shipped, OrderStatus::Shipped),
            (&[Processing, Delivered], Shipped, OrderStatus::Shipped),
            (&[Shipped, Delivered], Shipped, OrderStatus::Shipped),
            (&[Shipped, Cancelled], Shipped, OrderStatus::Shipped),
            (&[Delivered, Delivered], Delivered, OrderStatus::Completed),
            (&[Delivered, Cancelled], Delivered, OrderStatus::Completed),
            (&[Cancelled, Cancelled], Cancelled, OrderStatus::Cancelled),
        ];
        for (items, together, order) in table {
            let derived = ItemStatus::of_all(items.iter().copied());
            assert_eq!(derived, together, "{items:?}");
            assert_eq!(OrderStatus::from(derived), order, "{items:?}");
        }
    }

    #[test]
    fn a_status_reads_as_it_is_written() {
        for status in [Processing, Shipped, Delivered, Cancelled] {
            assert_eq!(ItemStatus::from_word(status.word()), Some(status));
            let order = OrderStatus::from(status);
            assert_eq!(OrderStatus::from_word(order.word()), Some(order));
        }
        assert_eq!(ItemStatus::from_word("lost"), None);
        assert_eq!(OrderStatus::from_word("delivered"), None);
    }
}
