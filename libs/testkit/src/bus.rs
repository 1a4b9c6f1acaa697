//! A namespace of its own on the broker.

use souk_bus::Bus;
use souk_contracts::Queue;
use uuid::Uuid;

use crate::infra;

/// A broker on which only this test's exchanges and `queues` exist; take them away with
/// [`Bus::delete_topology`] at the end.
pub fn bus(queues: &'static [&'static Queue]) -> Bus {
    Bus::new(&infra().amqp_url, format!("test-{}", Uuid::now_v7().simple())).with_queues(queues)
}
