//! Which address of a service is asked.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::breaker::Standing;
use super::endpoint::Endpoint;
use super::pool::{Pool, Ticket};

/// The addresses of one service as one worker sees them.
pub struct Balance {
    pools: Vec<Rc<Pool>>,
    turn: Cell<usize>,
}

impl Balance {
    /// No request was sent yet.
    pub fn new(addresses: &[Arc<Endpoint>]) -> Self {
        Self {
            pools: addresses.iter().cloned().map(Pool::new).collect(),
            turn: Cell::default(),
        }
    }

    /// The healthy address with the fewest requests under way, in turn among equals, and not one of those
    /// that were tried.
    ///
    /// One that failed is tried by a request that can be repeated elsewhere; by any other one only when
    /// there is no healthy address. One that refuses connections is asked when there is nothing else: it
    /// costs no time, and a service that has just come back is found at once.
    pub fn pick(&self, tried: &[usize], repeatable: bool, now: Instant) -> Option<(usize, Ticket)> {
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        let count = self.pools.len();
        let (mut healthy, mut refusing, mut on_trial) = (None, None, None);
        for step in 0..count {
            let at = turn.wrapping_add(step).checked_rem(count)?;
            let Some(pool) = self.pools.get(at).filter(|_| !tried.contains(&at)) else {
                continue;
            };
            match pool.endpoint().standing(now) {
                Standing::Healthy => fewer(&mut healthy, at, pool),
                Standing::Refusing => fewer(&mut refusing, at, pool),
                Standing::OnTrial => on_trial = Some((at, pool)),
                Standing::Resting(_) => {}
            }
        }
        let on_trial = on_trial
            .filter(|_| repeatable || healthy.is_none())
            .filter(|(_, pool)| pool.endpoint().begin_trial(now));
        if let Some((at, pool)) = on_trial {
            return Some((at, Ticket::new(pool, true)));
        }
        let (at, pool) = healthy.or(refusing)?;
        Some((at, Ticket::new(pool, false)))
    }

    /// How long until one of the addresses may be asked again.
    pub fn rest(&self, now: Instant) -> Duration {
        let rests = self
            .pools
            .iter()
            .filter_map(|pool| match pool.endpoint().standing(now) {
                Standing::Resting(rest) => Some(rest),
                Standing::Healthy | Standing::Refusing | Standing::OnTrial => None,
            });
        rests.min().unwrap_or_default()
    }
}

fn fewer<'a>(best: &mut Option<(usize, &'a Rc<Pool>)>, at: usize, pool: &'a Rc<Pool>) {
    if best.is_none_or(|(_, best)| pool.under_way() < best.under_way()) {
        *best = Some((at, pool));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::Service;
    use crate::proxy::endpoint::Endpoints;

    fn balance(urls: &str) -> Balance {
        let endpoints = Endpoints::parse(&[(Service::Cart, urls.to_owned())]).unwrap();
        Balance::new(endpoints.services().next().unwrap().1)
    }

    fn open(balance: &Balance, at: usize) {
        balance.pools[at].endpoint().lost();
    }

    #[test]
    fn the_least_busy_is_asked_and_equals_take_turns() {
        let (balance, now) = (balance("http://a:1,http://b:2,http://c:3"), Instant::now());
        let pick = || balance.pick(&[], true, now).unwrap();

        let mut first = vec![pick(), pick(), pick()];
        let mut asked: Vec<usize> = first.iter().map(|(at, _)| *at).collect();
        asked.sort_unstable();
        assert_eq!(asked, [0, 1, 2]);

        let (free, _) = first.remove(1);
        for _ in 0..5 {
            assert_eq!(pick().0, free);
        }
    }

    #[test]
    fn what_was_tried_or_rests_is_left_out() {
        let (balance, now) = (balance("http://a:1,http://b:2"), Instant::now());

        for _ in 0..4 {
            assert_eq!(balance.pick(&[0], true, now).unwrap().0, 1);
        }
        open(&balance, 1);
        for _ in 0..4 {
            assert_eq!(balance.pick(&[], true, now).unwrap().0, 0);
        }
        assert!(balance.pick(&[0], true, now).is_none());
        assert!(balance.rest(now) > Duration::from_millis(500));
    }

    #[test]
    fn one_that_refuses_comes_last_but_is_asked() {
        let (balance, now) = (balance("http://a:1,http://b:2"), Instant::now());
        balance.pools[0].endpoint().refused();

        for _ in 0..4 {
            assert_eq!(balance.pick(&[], false, now).unwrap().0, 1);
        }
        assert_eq!(balance.pick(&[1], false, now).unwrap().0, 0);
    }

    #[test]
    fn one_request_that_can_be_repeated_tries_the_one_that_failed() {
        let balance = balance("http://a:1,http://b:2");
        open(&balance, 0);
        let later = Instant::now() + Duration::from_secs(2);

        let plain = balance.pick(&[], false, later).unwrap();
        let trial = balance.pick(&[], true, later).unwrap();
        let other = balance.pick(&[], true, later).unwrap();
        assert_eq!((plain.0, trial.0, other.0), (1, 0, 1));

        // It was given up without an outcome, so somebody else may try.
        drop(trial);
        assert_eq!(balance.pick(&[1], false, later).unwrap().0, 0);
    }
}
