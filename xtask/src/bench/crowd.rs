//! Customers who fill their carts, and then order all at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::budget::percentile;
use super::people::{self, Person};
use super::stage::{Basket, Stage};
use crate::http::Api;
use crate::{interrupt, secrets};

/// Who fills carts and makes accounts.
const HANDS: usize = 8;
/// Tokens live for a quarter of an hour.
const FRESH: Duration = Duration::from_secs(8 * 60);

/// Customers, each with a cart of their own.
pub struct Crowd<'a> {
    stage: &'a Stage,
    buyers: Vec<Buyer>,
    logged_in: Instant,
}

struct Buyer {
    person: Person,
    holds: Option<Basket>,
}

/// Orders that were accepted.
pub struct Orders {
    /// When the first was sent.
    pub began: SystemTime,
    /// Until the last was accepted.
    pub seconds: f64,
    /// How long each took, in milliseconds, the shortest first.
    waits: Vec<f64>,
}

impl Orders {
    /// How many.
    pub fn accepted(&self) -> f64 {
        f64::from(u32::try_from(self.waits.len()).unwrap_or(u32::MAX))
    }

    /// Of them a second.
    pub fn per_second(&self) -> f64 {
        self.accepted() / self.seconds
    }

    /// So many of a hundred were not slower, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.waits, percent)
    }
}

impl<'a> Crowd<'a> {
    /// So many new customers.
    pub fn gather(stage: &'a Stage, count: usize) -> Result<Self> {
        println!("making {count} customers");
        let mut buyers: Vec<Option<Buyer>> = (0..count).map(|_| None).collect();
        side_by_side(&mut buyers, |buyer| {
            let person = people::customer(&Api::at(&stage.gateway_url))?;
            *buyer = Some(Buyer { person, holds: None });
            Ok(())
        })?;
        Ok(Self {
            stage,
            buyers: buyers.into_iter().flatten().collect(),
            logged_in: Instant::now(),
        })
    }

    /// Give everybody's cart this content.
    pub fn fill_carts(&mut self, basket: Basket) -> Result<()> {
        let stage = self.stage;
        let stale = self.logged_in.elapsed() > FRESH;
        side_by_side(&mut self.buyers, |buyer| {
            if stale {
                buyer.person.log_in_again(&Api::at(&stage.gateway_url))?;
            }
            buyer.fill(stage, basket)
        })?;
        if stale {
            self.logged_in = Instant::now();
        }
        Ok(())
    }

    /// Let so many order at a time, each another full cart, until the time is over or no cart is full. With `every`,
    /// an order begins that long after the one before.
    pub fn order(&mut self, at_a_time: usize, seconds: u32, every: Option<Duration>) -> Result<Orders> {
        let next = AtomicUsize::new(0);
        let (began, begun) = (SystemTime::now(), Instant::now());
        let until = begun + Duration::from_secs(seconds.into());
        let work = || {
            let api = Api::at(&self.stage.gateway_url);
            let mut waits = Vec::new();
            while Instant::now() < until && !interrupt::came() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(buyer) = self.buyers.get(at).filter(|buyer| buyer.holds.is_some()) else {
                    break;
                };
                if let Some(every) = every {
                    let due = begun + every * u32::try_from(at)?;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                }
                waits.push(buyer.order(&api)?);
            }
            anyhow::Ok(waits)
        };
        let mut waits = Vec::new();
        thread::scope(|scope| {
            let hands: Vec<_> = (0..at_a_time).map(|_| scope.spawn(work)).collect();
            for hand in hands {
                waits.extend(hand.join().map_err(|_| anyhow!("A customer panicked"))??);
            }
            anyhow::Ok(())
        })?;
        let seconds = begun.elapsed().as_secs_f64();
        super::go_on()?;
        let ordered = waits.len();
        self.buyers
            .iter_mut()
            .take(ordered)
            .for_each(|buyer| buyer.holds = None);
        self.buyers.rotate_left(ordered);
        waits.sort_by(f64::total_cmp);
        Ok(Orders {
            began,
            seconds,
            waits,
        })
    }
}

impl Buyer {
    fn fill(&mut self, stage: &Stage, basket: Basket) -> Result<()> {
        if self.holds == Some(basket) {
            return Ok(());
        }
        let api = Api::at(&stage.gateway_url).acting_as(&self.person.token);
        if self.holds.take().is_some() {
            expect(204, api.call("DELETE", "/cart/items", None)?)?;
        }
        for variation in stage.basket(basket)? {
            let line = json!({"variation_id": variation, "quantity": 1});
            expect(201, api.call("POST", "/cart/items", Some(&line))?)?;
        }
        self.holds = Some(basket);
        Ok(())
    }

    /// How long it took in milliseconds.
    fn order(&self, api: &Api) -> Result<f64> {
        let key = secrets::hex(16)?;
        let body = json!({"shipping_address": {"name": "Aygun Aliyeva", "line1": "Nizami 12, apt. 5", "city": "Baku",
            "postal_code": "AZ1000", "country": "AZ"}});
        let api = api.acting_as(&self.person.token).with_key(&key);
        let from = Instant::now();
        let (status, answer) = api.ask("POST", "/orders", Some(&body))?;
        let wait = from.elapsed().as_secs_f64() * 1000.0;
        if status != 201 {
            bail!("An order was to be accepted, and it was {status}: {answer}");
        }
        Ok(wait)
    }
}

fn expect(wanted: u16, (status, body): (u16, Value)) -> Result<Value> {
    if status != wanted {
        bail!("{wanted} was to be answered, and it was {status}: {body}");
    }
    Ok(body)
}

/// Do the same for each, some at a time; it ends at the first failure.
fn side_by_side<T: Send>(all: &mut [T], work: impl Fn(&mut T) -> Result<()> + Sync) -> Result<()> {
    let share = all.len().div_ceil(HANDS).max(1);
    let work = &work;
    thread::scope(|scope| {
        let each = |chunk: &mut [T]| {
            chunk
                .iter_mut()
                .try_for_each(|one| super::go_on().and_then(|()| work(one)))
        };
        let hands: Vec<_> = all
            .chunks_mut(share)
            .map(|chunk| scope.spawn(move || each(chunk)))
            .collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().map_err(|_| anyhow!("A thread panicked"))?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_waits_that_happened() {
        let orders = Orders {
            began: SystemTime::now(),
            seconds: 2.0,
            waits: (1..=200).map(f64::from).collect(),
        };

        assert_eq!(
            (orders.per_second(), orders.percentile(50), orders.percentile(99)),
            (100.0, 101.0, 199.0)
        );
        assert_eq!(orders.percentile(100), 200.0);
    }

    #[test]
    fn everyone_gets_a_turn_and_a_failure_is_told() {
        let mut all: Vec<usize> = (0..20).collect();

        side_by_side(&mut all, |one| {
            *one += 1;
            Ok(())
        })
        .unwrap();

        assert_eq!(all, (1..=20).collect::<Vec<_>>());
        assert!(side_by_side(&mut all, |one| if *one == 7 { bail!("seven") } else { Ok(()) }).is_err());
        assert!(side_by_side::<u8>(&mut [], |_| Ok(())).is_ok());
    }
}
