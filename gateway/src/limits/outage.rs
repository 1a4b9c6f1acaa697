//! Redis is away: told once, not once per request.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by all workers of a process.
#[derive(Debug, Default)]
pub struct Outage(AtomicBool);

impl Outage {
    /// Whether there is one.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Redis did not answer.
    pub fn began(&self, error: &impl Display) {
        if !self.0.swap(true, Ordering::Relaxed) {
            metrics::counter!("gateway_limits_outages_total").increment(1);
            metrics::gauge!("gateway_limits_up").set(0.0);
            tracing::warn!(%error, "Redis is away: reads go on without limits, logins and the like are refused");
        }
    }

    /// Redis answered.
    pub fn ended(&self) {
        if self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed) {
            metrics::gauge!("gateway_limits_up").set(1.0);
            tracing::info!("Redis is back: limits are kept again");
        }
    }
}
