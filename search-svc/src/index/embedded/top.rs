//! The best hits of a search.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::DocAddress;
use uuid::Uuid;

use crate::domain::{Position, Sort};

/// Prices above this are ordered as if they were this.
const MAX_AMOUNT: u64 = (1 << 62) - 2;
const AVAILABLE_FIRST: u64 = 1 << 63;

/// Where a hit stands: the greater the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    key: u64,
    id: u128,
}

impl Rank {
    /// By score, which is never negative.
    pub fn of_score(score: f32, id: u128) -> Self {
        Self {
            key: u64::from(score.max(0.0).to_bits()),
            id,
        }
    }

    /// By age.
    pub fn of_age(id: u128) -> Self {
        Self { key: 0, id }
    }

    /// By the price of the offer, if there is one.
    pub fn of_price(offer: Option<(bool, i64)>, descending: bool, id: u128) -> Self {
        let key = offer.map_or(0, |(sold_out, amount)| {
            let amount = u64::try_from(amount).unwrap_or_default().min(MAX_AMOUNT);
            let place = 1 + if descending { amount } else { MAX_AMOUNT - amount };
            place | if sold_out { 0 } else { AVAILABLE_FIRST }
        });
        Self { key, id }
    }

    /// By rating.
    pub fn of_rating(rating_x100: i32, id: u128) -> Self {
        Self {
            key: u64::try_from(rating_x100).unwrap_or_default(),
            id,
        }
    }

    /// The rank of a position in an order.
    pub fn of(position: Position, sort: Sort) -> Self {
        match position {
            Position::Score(score, id) => Self::of_score(score, id.as_u128()),
            Position::Newest(id) => Self::of_age(id.as_u128()),
            Position::Price { sold_out, amount, id } => {
                let offer = amount.map(|amount| (sold_out, amount));
                Self::of_price(offer, sort == Sort::PriceDown, id.as_u128())
            }
            Position::Rating(rating, id) => Self::of_rating(rating, id.as_u128()),
        }
    }

    /// The position in an order.
    pub fn position(self, sort: Sort) -> Position {
        let id = Uuid::from_u128(self.id);
        let low = u32::try_from(self.key & u64::from(u32::MAX)).unwrap_or_default();
        match sort {
            Sort::Relevance => Position::Score(f32::from_bits(low), id),
            Sort::Newest => Position::Newest(id),
            Sort::Rating => Position::Rating(i32::try_from(self.key).unwrap_or_default(), id),
            Sort::PriceUp | Sort::PriceDown => {
                let place = (self.key & !AVAILABLE_FIRST).checked_sub(1);
                let amount = place.map(|place| match sort {
                    Sort::PriceDown => place,
                    _ => MAX_AMOUNT.saturating_sub(place),
                });
                Position::Price {
                    sold_out: self.key & AVAILABLE_FIRST == 0,
                    amount: amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX)),
                    id,
                }
            }
        }
    }
}

/// Keeps the best hits behind a position.
pub struct TopHits {
    best: BinaryHeap<Reverse<(Rank, DocAddress)>>,
    keep: usize,
    after: Option<Rank>,
}

impl TopHits {
    /// The best `keep` hits behind `after`.
    pub fn new(keep: usize, after: Option<Rank>) -> Self {
        Self {
            best: BinaryHeap::with_capacity(keep + 1),
            keep,
            after,
        }
    }

    /// Takes a hit if it is among the best.
    pub fn offer(&mut self, rank: Rank, address: DocAddress) {
        if self.after.is_some_and(|after| rank >= after) {
            return;
        }
        if self.best.len() < self.keep {
            self.best.push(Reverse((rank, address)));
        } else if let Some(mut worst) = self.best.peek_mut()
            && worst.0.0 < rank
        {
            *worst = Reverse((rank, address));
        }
    }

    /// The hits, best first.
    pub fn into_sorted(self) -> Vec<(Rank, DocAddress)> {
        let sorted = self.best.into_sorted_vec();
        sorted.into_iter().map(|Reverse(hit)| hit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_and_its_position_are_the_same() {
        let id = 7_u128;
        for (rank, sort) in [
            (Rank::of_score(3.25, id), Sort::Relevance),
            (Rank::of_age(id), Sort::Newest),
            (Rank::of_price(Some((false, 1299)), false, id), Sort::PriceUp),
            (Rank::of_price(Some((true, 1299)), true, id), Sort::PriceDown),
            (Rank::of_price(None, true, id), Sort::PriceDown),
            (Rank::of_rating(450, id), Sort::Rating),
        ] {
            assert_eq!(Rank::of(rank.position(sort), sort), rank);
        }
    }

    #[test]
    fn prices_are_in_the_order_asked_for_and_sold_out_ones_last() {
        let price = |sold_out, amount, down| Rank::of_price(Some((sold_out, amount)), down, 1);

        assert!(price(false, 5, false) > price(false, 9, false));
        assert!(price(false, 9, true) > price(false, 5, true));
        assert!(price(false, 9, false) > price(true, 5, false));
        assert!(price(false, 5, true) > price(true, 9, true));
        assert!(price(true, 9, false) > Rank::of_price(None, false, 1));
    }
}
