//! Stock: the ledger, reservations, and that what was ordered is what was sold.

use super::question::{Pair, Question, Side};

const PRODUCTS: &[&str] = &["product_svc"];

const AVAILABLE: &str = "
with sums as (select variation_id, sum(delta) as sum from stock_ledger group by variation_id)
select variation_id::text, format('available %s, the ledger comes to %s', coalesce(available::text, 'unknown'),
    coalesce(sum, 0))
from stock full join sums using (variation_id)
where available is distinct from coalesce(sum, 0) or available < 0
order by variation_id";

// A held reservation has taken its pieces. A released one has given them back, a sold one has given them back and sold
// them; each once. Its row is kept for at least 28 days after its end, the ledger for ever.
const ENTRIES: &str = "
with held as (
    select r.id, line.variation_id, min(status) as status, sum(line.quantity) as pieces
    from reservations r cross join jsonb_to_recordset(r.lines) as line (variation_id uuid, quantity integer)
    group by 1, 2
), booked as (
    select reference_id as id, variation_id,
        coalesce(sum(-delta) filter (where reason = 'reserve'), 0) as reserved,
        coalesce(sum(delta) filter (where reason = 'release'), 0) as released,
        coalesce(sum(-delta) filter (where reason = 'sell'), 0) as sold,
        max(created_at) as latest
    from stock_ledger where reason in ('reserve', 'release', 'sell') group by 1, 2
)
select id || ' ' || variation_id, format('%s with %s pieces; the ledger has %s reserved, %s released, %s sold',
    coalesce(status, 'unknown'), coalesce(pieces, 0), coalesce(reserved, 0), coalesce(released, 0), coalesce(sold, 0))
from held full join booked using (id, variation_id)
where (reserved, released, sold) is distinct from (
    pieces,
    case when status = 'held' then 0 else pieces end,
    case when status = 'sold' then pieces else 0 end)
    and (status is not null or latest > now() - interval '27 days')
order by id, variation_id";

// order-svc is asked about an expired reservation at once, and again every half a minute.
const OVERDUE: &str = "
select id::text, format('held, though its time was over at %s', expires_at)
from reservations where status = 'held' and expires_at < now() - interval '2 minutes'
order by id";

// Of the orders of the last 27 days, by the time inside their ids: see above.
const ORDERED: &str = "
select v.reservation_id::text, concat_ws(' ', 'order', v.order_id,
    string_agg(i.quantity || ' x ' || i.variation_id, ', ' order by i.variation_id, i.quantity))
from verdicts v left join order_items i on i.order_id = v.order_id
where v.verdict = 'ordered' and v.order_id > lowest_id(now() - interval '27 days') group by v.reservation_id order by v.reservation_id";

const SOLD: &str = "
select id::text, concat_ws(' ', 'order', order_id, (
    select string_agg(quantity || ' x ' || variation_id, ', ' order by variation_id, quantity)
    from jsonb_to_recordset(lines) as line (variation_id uuid, quantity integer)))
from reservations
where status = 'sold' and (order_id is null or order_id > lowest_id(now() - interval '27 days'))
order by id";

const UNITS_ORDERED: &str = "
select variation_id::text, coalesce(sum(quantity) filter (where status <> 'cancelled'), 0)::text
from order_items group by variation_id order by variation_id";

const UNITS_SOLD: &str = "
select variation_id::text, sum(-delta)::text
from stock_ledger where reason in ('sell', 'return') group by variation_id order by variation_id";

const CANCELLED: &str = "
select id::text, quantity || ' x ' || variation_id from order_items where status = 'cancelled' order by id";

const RETURNED: &str = "
select reference_id::text, string_agg(delta || ' x ' || variation_id, ', ')
from stock_ledger where reason = 'return' group by reference_id order by reference_id";

/// What is asked.
pub fn questions() -> Vec<Question> {
    let compared = |name, about, ordered, sold| {
        let ordered = Side::of("order-svc", "order_svc", ordered);
        let sold = Side::of("product-svc", "product_svc", sold);
        Question::copied(name, about, Pair::new(ordered, sold))
    };
    vec![
        Question::broken(
            "stock",
            "what is available is what the ledger comes to, and never below zero",
            PRODUCTS,
            "stock",
            AVAILABLE,
        ),
        Question::broken(
            "reservation entries",
            "a reservation takes its pieces once, and ends once",
            PRODUCTS,
            "reservations",
            ENTRIES,
        ),
        Question::broken(
            "reservation times",
            "no reservation is held beyond its time",
            PRODUCTS,
            "reservations where status = 'held'",
            OVERDUE,
        ),
        compared(
            "reservations",
            "what was reserved for an order is sold to it, and nothing else is sold",
            ORDERED,
            SOLD,
        ),
        compared(
            "units",
            "what was sold of a variation is what was ordered and not cancelled",
            UNITS_ORDERED,
            UNITS_SOLD,
        ),
        compared(
            "returns",
            "a cancelled item is back in stock, once",
            CANCELLED,
            RETURNED,
        ),
    ]
}
