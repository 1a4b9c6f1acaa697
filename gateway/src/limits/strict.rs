//! Limits that Redis is asked about before anything else is done.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use deadpool_redis::redis::Script;

use super::rules::{Policy, Strict};
use super::standing::Standing;
use super::who::Asker;
use super::{Known, Quotas, Stopped, over};
use crate::revocation::Revocations;

static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("take.lua")));

impl Quotas {
    /// Asks Redis for a request that is limited strictly; the answer shows too whether revocations are known.
    ///
    /// # Errors
    /// When it is one too many, or Redis is away.
    pub async fn take(
        &self,
        rule: &Strict,
        asker: &Asker,
        revocations: &Revocations,
    ) -> Result<Option<Standing>, Stopped> {
        let client = asker
            .account
            .as_ref()
            .map(|account| self.names.client(account, asker.network));
        let buckets: Vec<(&Arc<Policy>, String)> = [
            (rule.address.as_ref(), Some(format!("{:x}", asker.network))),
            (rule.client.as_ref(), client.clone()),
            (rule.account.as_ref(), asker.account.clone()),
        ]
        .into_iter()
        .filter_map(|(policy, who)| Some((policy?, who?)))
        .collect();
        let spared = match (rule.remembers, &rule.account, &asker.account) {
            (true, Some(_), Some(_)) => buckets.len(),
            _ => 0,
        };
        let mut script = TAKE.prepare_invoke();
        script.key(&self.epoch);
        script.key(self.mark(client.as_deref().unwrap_or_default()));
        script.arg(spared);
        for (policy, who) in &buckets {
            script.key(self.bucket(policy.name, who));
            script.arg(policy.quota.cost()).arg(policy.quota.most());
        }
        let answer: Vec<u64> = self.redis.run(&script).await.map_err(|error| {
            self.outage.began(&error);
            Stopped::Away(error)
        })?;
        self.outage.ended();
        if answer.first() == Some(&1) {
            revocations.met_epoch();
        }
        standing_of(&buckets, &answer)
    }

    /// Remembers that an address knew the password of an account, and forgets its failures.
    pub fn remember(self: &Rc<Self>, rule: &Strict, asker: &Asker) {
        let Some(account) = asker.account.as_ref().filter(|_| rule.remembers) else {
            return;
        };
        let client = self.names.client(account, asker.network);
        let failures = rule
            .client
            .as_ref()
            .map(|policy| self.bucket(policy.name, &client));
        self.known.borrow_mut().push(Known {
            mark: self.mark(&client),
            failures,
        });
        self.settle_soon();
    }
}

/// Reads the answer of `take.lua`.
fn standing_of(buckets: &[(&Arc<Policy>, String)], answer: &[u64]) -> Result<Option<Standing>, Stopped> {
    let (head, aheads) = answer.split_at(answer.len().min(3));
    let refused = head.get(1).is_some_and(|wait| *wait > 0);
    let spared = head
        .get(2)
        .copied()
        .and_then(|spared| usize::try_from(spared).ok());
    let mut tightest: Option<Standing> = None;
    for (index, ((policy, _), ahead)) in buckets.iter().zip(aheads).enumerate() {
        if spared == Some(index + 1) {
            continue;
        }
        let over = (*ahead + policy.quota.cost()).saturating_sub(policy.quota.most());
        let standing = Standing::new(policy, *ahead, if refused { over } else { 0 });
        tightest = Some(standing.tighter(tightest));
    }
    match tightest {
        Some(standing) if refused => Err(over(standing)),
        standing => Ok(standing),
    }
}
