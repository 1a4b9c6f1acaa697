//! What customers and shops do.

use super::{At, LENGTH, Offer, moments};
use crate::torture::dice::Dice;

/// Something that a customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Puts something into the cart.
    Take {
        /// Which offer.
        offer: usize,
        /// How many.
        quantity: i64,
    },
    /// Orders the cart; if it has changed, perhaps accepts that.
    Order {
        /// Whether changes are accepted.
        accepts: bool,
    },
    /// Orders the cart twice at the same moment, under two keys.
    OrderByTwoKeys,
    /// Orders the cart three times at the same moment, under one key.
    OrderThrice,
    /// Sends the last order that was accepted once more.
    OrderAgain,
    /// Cancels the last order.
    CancelOrder,
    /// Cancels one item of the last order.
    CancelItem {
        /// Which one, counted round and round.
        pick: u32,
    },
}

/// Something that a shop does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// Ships an item.
    Ship {
        /// Which one, counted round and round.
        pick: u32,
    },
    /// Delivers an item.
    Deliver {
        /// Which one, counted round and round.
        pick: u32,
    },
    /// Cancels an item.
    Cancel {
        /// Which one, counted round and round.
        pick: u32,
    },
    /// Gets more.
    Restock {
        /// Of which offer.
        offer: usize,
        /// How many.
        quantity: i64,
    },
}

/// A customer's way through the market.
pub fn of_customer(dice: &mut Dice, offers: usize) -> Vec<At<Errand>> {
    let offers = u32::try_from(offers).unwrap_or(u32::MAX);
    let mut errands = Vec::new();
    while errands.len() < 16 {
        for _ in 0..dice.between(1, 3) {
            errands.push(Errand::Take {
                offer: index(dice.between(0, offers)),
                quantity: dice.between(1, 4).into(),
            });
        }
        errands.push(match dice.between(0, 10) {
            0..=5 => Errand::Order {
                accepts: dice.percent(60),
            },
            6 | 7 => Errand::OrderByTwoKeys,
            _ => Errand::OrderThrice,
        });
        if dice.percent(35) {
            errands.push(match dice.between(0, 3) {
                0 => Errand::CancelOrder,
                1 => Errand::CancelItem {
                    pick: dice.between(0, 100),
                },
                _ => Errand::OrderAgain,
            });
        }
    }
    timed(dice, errands)
}

/// A shop's day.
pub fn of_shop(dice: &mut Dice, shop: usize, offers: &[Offer]) -> Vec<At<Chore>> {
    let own: Vec<usize> = (0..offers.len())
        .filter(|number| offers.get(*number).is_some_and(|offer| offer.shop == shop))
        .collect();
    let chores = (0..12).map(|_| {
        let pick = dice.between(0, 100);
        match dice.between(0, 10) {
            0..=3 => Chore::Ship { pick },
            4..=6 => Chore::Deliver { pick },
            7 => Chore::Cancel { pick },
            _ => Chore::Restock {
                offer: dice.one_of(&own).copied().unwrap_or_default(),
                quantity: dice.between(1, 6).into(),
            },
        }
    });
    let chores = chores.collect();
    timed(dice, chores)
}

fn timed<T>(dice: &mut Dice, all: Vec<T>) -> Vec<At<T>> {
    let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let times = moments(dice, count, LENGTH);
    times
        .into_iter()
        .zip(all)
        .map(|(ms, what)| At { ms, what })
        .collect()
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or_default()
}
