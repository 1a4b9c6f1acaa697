//! How long rows are kept.

use souk_outbox::RetentionRule;

/// A verdict `ordered` stays as long as its order: it is what keeps a late question from releasing stock that was sold.
/// A verdict `abandoned` would be given again, so it need only outlive the reservation in product-svc.
pub const RULES: &[RetentionRule] = &[RetentionRule::new(
    "verdicts",
    "reservation_id",
    "verdict = 'abandoned' and decided_at < now() - 3 * make_interval(days => $1)",
)];
