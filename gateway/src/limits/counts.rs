//! What one worker has counted and not yet settled with Redis.

use std::collections::HashMap;
use std::sync::Arc;

use super::rules::Policy;
use super::standing::Standing;

/// A quota's name, and who is counted.
pub(super) type Key = (&'static str, u128);

#[derive(Clone, Copy, Default)]
struct Bucket {
    /// When it will be empty again, in microseconds of the worker's clock. Redis' own value as of the last time
    /// it was settled, and what was counted here since.
    empty_at: u64,
    /// Requests that Redis has not heard of.
    owed: u32,
}

/// One bucket's requests that Redis is to hear of.
pub(super) struct Owed {
    pub key: Key,
    pub policy: Arc<Policy>,
    pub requests: u32,
}

/// Bounded: when the young half is full, it becomes the old half and the old half is forgotten.
pub(super) struct Counts {
    half: usize,
    young: HashMap<Key, Bucket>,
    old: HashMap<Key, Bucket>,
    owing: Vec<(Key, Arc<Policy>)>,
}

impl Counts {
    pub fn new(most: usize) -> Self {
        Self {
            half: (most / 2).max(1),
            young: HashMap::new(),
            old: HashMap::new(),
            owing: Vec::new(),
        }
    }

    /// Counts a request, or refuses it.
    pub fn count(&mut self, key: Key, policy: &Arc<Policy>, now: u64) -> Standing {
        let (cost, most) = (policy.quota.cost(), policy.quota.most());
        let bucket = self.bucket(key);
        let ahead = bucket.empty_at.saturating_sub(now);
        if let Some(wait) = (ahead + cost).checked_sub(most).filter(|wait| *wait > 0) {
            return Standing::new(policy, ahead, wait);
        }
        bucket.empty_at = now + ahead + cost;
        bucket.owed += 1;
        if bucket.owed == 1 {
            self.owing.push((key, policy.clone()));
        }
        Standing::new(policy, ahead + cost, 0)
    }

    pub fn owes_nothing(&self) -> bool {
        self.owing.is_empty()
    }

    /// Takes out what Redis is to hear of, at most so many buckets of it.
    pub fn take_owed(&mut self, most: usize) -> Vec<Owed> {
        let rest = self.owing.split_off(self.owing.len().min(most));
        let taken = std::mem::replace(&mut self.owing, rest);
        let owed = |(key, policy)| {
            let requests = std::mem::take(&mut self.bucket(key).owed);
            Owed {
                key,
                policy,
                requests,
            }
        };
        taken
            .into_iter()
            .map(owed)
            .filter(|owed| owed.requests > 0)
            .collect()
    }

    /// Takes over Redis' own value, and adds what was counted since.
    pub fn settle(&mut self, owed: &Owed, ahead: u64, now: u64) {
        let bucket = self.bucket(owed.key);
        bucket.empty_at = now + ahead + u64::from(bucket.owed) * owed.policy.quota.cost();
    }

    /// Forgets everything: nobody owes for what was let in while Redis was away.
    pub fn forget(&mut self) {
        *self = Self::new(self.half * 2);
    }

    fn bucket(&mut self, key: Key) -> &mut Bucket {
        if !self.young.contains_key(&key) && self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        let Self { young, old, .. } = self;
        young
            .entry(key)
            .or_insert_with(|| old.remove(&key).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{LimitSettings, Quota, Rule, Rules};

    const SECOND: u64 = 1_000_000;

    fn policy(limit: u32) -> Arc<Policy> {
        let rules = Rules::new(&LimitSettings {
            limit_read_address: Some(Quota::per(limit, 10)),
            ..LimitSettings::default()
        });
        let Rule::Counted(read) = rules.of(&actix_web::http::Method::GET, "/x") else {
            panic!("counted");
        };
        read.address.clone().unwrap()
    }

    #[test]
    fn a_burst_is_let_in_and_then_as_much_as_comes_back() {
        let (policy, mut counts) = (policy(10), Counts::new(10));
        let mut lets_in = |now: u64| counts.count(("a", 1), &policy, now).retry_after().is_none();

        assert!((0..10).all(|_| lets_in(0)));
        assert!(!lets_in(0) && !lets_in(SECOND - 1));
        assert!(lets_in(SECOND) && !lets_in(SECOND));
        assert!((0..10).all(|_| lets_in(60 * SECOND)) && !lets_in(60 * SECOND));
    }

    #[test]
    fn what_others_counted_counts_here_after_settling() {
        let (policy, mut counts) = (policy(10), Counts::new(10));
        counts.count(("a", 1), &policy, 0);

        let owed = counts.take_owed(100);
        counts.count(("a", 1), &policy, 0);
        // Redis has heard of eight more from elsewhere.
        counts.settle(&owed[0], 9 * SECOND, 0);

        assert_eq!(owed[0].requests, 1);
        assert_eq!(counts.count(("a", 1), &policy, 0).retry_after(), Some(1));
        assert_eq!(counts.take_owed(100)[0].requests, 1);
        assert!(counts.owes_nothing());
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let (policy, mut counts) = (policy(10), Counts::new(10));

        for n in 0..1000 {
            counts.count(("a", n), &policy, 0);
            counts.count(("a", 5000), &policy, 0);
        }

        assert!(counts.young.len() + counts.old.len() <= 10);
        assert!(counts.count(("a", 5000), &policy, 0).retry_after().is_some());
    }
}
