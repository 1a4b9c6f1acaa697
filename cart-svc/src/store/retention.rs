//! How long rows are kept.

use souk_outbox::RetentionRule;

/// An order or addition is named by messages that are delivered or replayed again, and the customer's latest order by the
/// next checkout. Orders are applied in the order in which they were placed, since each checkout applies the one before.
pub const RULES: &[RetentionRule] = &[RetentionRule::new(
    "applied",
    "user_id, id",
    "applied_at < now() - 2 * make_interval(days => $1)
     and (is_order is false or exists (select from applied newer where newer.user_id = applied.user_id
         and newer.is_order and newer.applied_at > applied.applied_at))
     and not named_by_parked(id::text)",
)];
