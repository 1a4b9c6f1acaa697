//! What follows an order in other services: when all of it is done, and how long after the order.

use std::collections::HashMap;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::bench::budget::percentile;
use crate::bench::go_on;
use crate::infra::postgres::{psql, with_database};

/// Who must have handled which of an order's events: the sale of its stock, the cart, the shops' items, the dashboards.
const READERS: [(&str, &str, &[&str]); 4] = [
    ("product_svc", "product-svc.orders", &["order.created"]),
    ("cart_svc", "cart-svc.orders", &["order.created"]),
    ("shop_svc", "shop-svc.orders", &["order.item.created"]),
    (
        "analytics_svc",
        "analytics-svc.events",
        &["order.created", "order.item.created"],
    ),
];
const PATIENCE: Duration = Duration::from_secs(120);

/// Events that were written since then: of which order, and when that was committed.
const WRITTEN: &str = "
select o.id, o.routing_key, v.order_id, extract(epoch from pg_xact_commit_timestamp(v.xmin))
from outbox o join verdicts v on v.order_id = (o.body::jsonb #>> '{data,order_id}')::uuid
where o.routing_key in ('order.created', 'order.item.created') and v.decided_at >= to_timestamp($SINCE)";

/// Which events took effect since then, and when that was committed.
const HANDLED: &str = "
select event_id, extract(epoch from pg_xact_commit_timestamp(xmin))
from inbox where queue = '$QUEUE' and handled_at >= to_timestamp($SINCE)";

/// The databases of the mesh.
pub struct Effects<'a> {
    /// The superuser of all of them.
    pub postgres_url: &'a str,
}

/// What became of the orders of a run.
pub struct Followed {
    /// From the beginning until the last effect was committed, in seconds.
    pub seconds: f64,
    /// From each order's commit to that of the last of its effects, in milliseconds, the shortest first.
    lags: Vec<f64>,
}

impl Followed {
    /// So many of a hundred lagged no longer, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.lags, percent)
    }
}

impl Effects<'_> {
    /// Wait until everything that orders since `began` cause is done, and tell when that was.
    pub fn follow(&self, began: SystemTime) -> Result<Followed> {
        let since = began.duration_since(UNIX_EPOCH)?.as_secs_f64() - 0.001;
        let written = self.written(since)?;
        let mut waited = Duration::ZERO;
        loop {
            let (done, missing) = self.done(&written, since)?;
            if missing == 0 {
                return Ok(followed(&written, &done, since));
            }
            if waited > PATIENCE {
                bail!(
                    "{missing} effects of {} events are missing after {PATIENCE:?}",
                    written.len()
                );
            }
            go_on()?;
            sleep(Duration::from_millis(500));
            waited += Duration::from_millis(500);
        }
    }

    fn written(&self, since: f64) -> Result<Vec<Written>> {
        let text = self.ask("order_svc", &WRITTEN.replace("$SINCE", &since.to_string()))?;
        let read = |line| written(line).with_context(|| format!("Postgres answered without sense: {line}"));
        text.lines().map(read).collect()
    }

    /// When the last reader of each order's events was done with them, and how many effects are missing.
    fn done(&self, written: &[Written], since: f64) -> Result<(HashMap<String, f64>, usize)> {
        let mut last: HashMap<String, f64> = HashMap::new();
        let mut missing = 0;
        for (database, queue, kinds) in READERS {
            let sql = HANDLED
                .replace("$SINCE", &since.to_string())
                .replace("$QUEUE", queue);
            let text = self.ask(database, &sql)?;
            let handled: HashMap<&str, f64> = text.lines().filter_map(handled).collect();
            for event in written
                .iter()
                .filter(|event| kinds.contains(&event.kind.as_str()))
            {
                match handled.get(event.id.as_str()) {
                    Some(at) => {
                        let latest = last.entry(event.order_id.clone()).or_insert(*at);
                        *latest = latest.max(*at);
                    }
                    None => missing += 1,
                }
            }
        }
        Ok((last, missing))
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String> {
        psql(&with_database(self.postgres_url, database)?, sql)
    }
}

/// An event of an order.
#[derive(Debug, PartialEq)]
struct Written {
    id: String,
    kind: String,
    order_id: String,
    /// When the order was committed, in seconds of Unix time.
    at: f64,
}

fn written(line: &str) -> Option<Written> {
    let mut fields = line.split('|').map(ToOwned::to_owned);
    Some(Written {
        id: fields.next()?,
        kind: fields.next()?,
        order_id: fields.next()?,
        at: fields.next()?.parse().ok()?,
    })
}

fn handled(line: &str) -> Option<(&str, f64)> {
    let (id, at) = line.split_once('|')?;
    Some((id, at.parse().ok()?))
}

fn followed(written: &[Written], done: &HashMap<String, f64>, since: f64) -> Followed {
    let ordered: HashMap<&str, f64> = written
        .iter()
        .map(|event| (event.order_id.as_str(), event.at))
        .collect();
    let lag = |(order_id, at): (&&str, &f64)| Some((done.get(*order_id)? - at) * 1000.0);
    let mut lags: Vec<f64> = ordered.iter().filter_map(lag).collect();
    lags.sort_by(f64::total_cmp);
    Followed {
        seconds: done.values().copied().fold(since, f64::max) - since,
        lags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_lags_until_the_last_of_its_effects() {
        let lines = [
            "e1|order.created|o1|100.000",
            "e2|order.item.created|o1|100.000",
            "e3|order.created|o2|100.5",
        ];
        let events: Vec<Written> = lines.iter().map(|line| written(line).unwrap()).collect();
        let done = HashMap::from([("o1".to_owned(), 100.25), ("o2".to_owned(), 102.5)]);

        let followed = followed(&events, &done, 99.5);

        assert_eq!(
            (followed.percentile(0), followed.percentile(99), followed.seconds),
            (250.0, 2000.0, 3.0)
        );
        assert_eq!(handled("e1|100.25"), Some(("e1", 100.25)));
        assert_eq!(written("ERROR"), None);
    }
}
