//! Searches without a pause or at a constant rate, and how long their answers take.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde::Serialize;

use crate::http::Connection;

/// Connections for a constant rate: more than are ever in use at once, unless the other side falls behind.
const OPEN_CONNECTIONS: usize = 64;

/// When the next search is sent.
#[derive(Clone, Copy)]
pub enum Pace {
    /// By so many clients, each as soon as it has the answer to the one before.
    Closed(usize),
    /// So many a second.
    Open(f64),
}

/// What came of it.
#[derive(Serialize)]
pub struct Figures {
    requests: u32,
    seconds: f64,
    /// Seconds before those that count.
    warm_up: f64,
    per_second: f64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// Bytes of an answer's body, on average.
    body_bytes: f64,
    /// Processor time of this program, in parts of one core.
    generator_cpu: f64,
}

#[derive(Default)]
struct Sample {
    waits: Vec<f64>,
    bytes: usize,
}

/// Sends searches; each may be more than one request, one after the other. Everything must be answered well.
pub fn run(
    address: SocketAddr,
    searches: &(dyn Fn(usize) -> Vec<Vec<u8>> + Sync),
    pace: Pace,
    warm_up: Duration,
    counted: Duration,
) -> Result<Figures> {
    let next = AtomicUsize::new(0);
    let clients = match pace {
        Pace::Closed(clients) => clients,
        Pace::Open(_) => OPEN_CONNECTIONS,
    };
    let begin = Instant::now();
    let (from, until) = (begin + warm_up, begin + warm_up + counted);
    let client = || -> Result<Sample> {
        let mut connection = Connection::to(address);
        let mut sample = Sample::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let due = match pace {
                Pace::Closed(_) => Instant::now(),
                Pace::Open(rate) => {
                    let due = begin + Duration::from_secs_f64(count(at) / rate);
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    due
                }
            };
            if due >= until {
                return Ok(sample);
            }
            let mut bytes = 0;
            for request in searches(at) {
                bytes += connection.succeed(&request)?.body.len();
            }
            let now = Instant::now();
            // Without a pause it counts when the answer comes, at a rate when it was due.
            let is_counted = match pace {
                Pace::Closed(_) => now >= from && now < until,
                Pace::Open(_) => due >= from,
            };
            if is_counted {
                sample.waits.push((now - due).as_secs_f64() * 1000.0);
                sample.bytes += bytes;
            }
        }
    };
    let cpu_before = cpu_seconds()?;
    let mut all = Sample::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        for thread in threads {
            let sample = thread.join().map_err(|_| anyhow!("A client panicked"))??;
            all.waits.extend(sample.waits);
            all.bytes += sample.bytes;
        }
        anyhow::Ok(())
    })?;
    let cpu = (cpu_seconds()? - cpu_before) / begin.elapsed().as_secs_f64();
    let figures = figures(all, counted.as_secs_f64(), cpu)?;
    Ok(Figures {
        warm_up: warm_up.as_secs_f64(),
        ..figures
    })
}

fn figures(mut sample: Sample, seconds: f64, generator_cpu: f64) -> Result<Figures> {
    ensure!(!sample.waits.is_empty(), "Nothing was answered in {seconds} s");
    sample.waits.sort_by(f64::total_cmp);
    let requests = sample.waits.len();
    let percentile = |percent: usize| {
        let at = (requests * percent / 100).min(requests.saturating_sub(1));
        sample.waits.get(at).copied().unwrap_or(f64::NAN)
    };
    Ok(Figures {
        requests: u32::try_from(requests)?,
        seconds,
        warm_up: 0.0,
        per_second: count(requests) / seconds,
        p50_ms: percentile(50),
        p90_ms: percentile(90),
        p99_ms: percentile(99),
        max_ms: percentile(100),
        body_bytes: count(sample.bytes) / count(requests),
        generator_cpu,
    })
}

/// A count as a number to calculate with.
fn count(count: usize) -> f64 {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let (high, low) = (count >> 32, count & u64::from(u32::MAX));
    f64::from(u32::try_from(high).unwrap_or(u32::MAX)) * 4_294_967_296.0
        + f64::from(u32::try_from(low).unwrap_or(u32::MAX))
}

/// Processor time of this process so far, in user and kernel mode.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat
        .rsplit_once(") ")
        .context("/proc/self/stat is not as usual")?;
    let ticks: u64 = rest
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Ok(count(usize::try_from(ticks)?) / count(usize::try_from(rustix::param::clock_ticks_per_second())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_waits_that_happened() {
        let sample = Sample {
            waits: (1..=200).rev().map(f64::from).collect(),
            bytes: 2_000,
        };

        let figures = figures(sample, 4.0, 0.0).unwrap();

        assert_eq!(
            (figures.p50_ms, figures.p99_ms, figures.max_ms),
            (101.0, 199.0, 200.0)
        );
        assert_eq!((figures.per_second, figures.body_bytes), (50.0, 10.0));
        assert!(super::figures(Sample::default(), 1.0, 0.0).is_err());
    }

    #[test]
    fn counts_stay_exact() {
        assert_eq!(count(5_000_000_000), 5e9);
    }
}
