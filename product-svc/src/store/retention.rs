//! How long rows are kept.

use souk_outbox::RetentionRule;

/// An event names its reservation or order item for as long as it may be delivered: until its row leaves the outbox, and
/// once more as long until the inbox has forgotten it, or until what was parked of it is decided.
pub const RULES: &[RetentionRule] = &[
    RetentionRule::new(
        "reservations",
        "id",
        "ended_at < now() - 2 * make_interval(days => $1) and status <> 'held' and not named_by_parked(id::text)",
    ),
    RetentionRule::new(
        "stock_returns",
        "order_item_id",
        "applied_at < now() - 2 * make_interval(days => $1) and not named_by_parked(order_item_id::text)",
    ),
];
