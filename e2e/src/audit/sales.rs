//! Figures: that the sums are those of the facts.

use super::question::Question;

const ANALYTICS: &[&str] = &["analytics_svc"];

const UNLOGGED: &str = "
select i.event_id::text, 'taken in, and not in the log'
from inbox i left join event_log e on e.id = i.event_id
where i.queue = 'analytics-svc.events' and e.id is null order by i.event_id";

/// What is asked.
pub fn questions() -> Vec<Question> {
    vec![
        Question::broken(
            "event log",
            "what analytics has taken in is in its log",
            ANALYTICS,
            "event_log",
            UNLOGGED,
        ),
        Question::broken(
            "market sales",
            "the sums of the market are those of its facts",
            ANALYTICS,
            "market_sales",
            unlike_facts("market_sales", &["minutes", "bucket", "currency"]),
        ),
        Question::broken(
            "shop sales",
            "the sums of a shop are those of its facts",
            ANALYTICS,
            "shop_sales",
            unlike_facts("shop_sales", &["shop_id", "minutes", "bucket", "currency"]),
        ),
        Question::broken(
            "product sales",
            "the sums of a product are those of its facts",
            ANALYTICS,
            "product_sales",
            unlike_facts(
                "product_sales",
                &["shop_id", "product_id", "minutes", "bucket", "currency"],
            ),
        ),
    ]
}

/// The cells of a table of sums that are not those of the facts; the names are ours.
///
/// Booked when ordered and settled when delivered, unless cancelled; an order counts once in a cell. A cell covers a
/// quarter of an hour, a day or a week.
fn unlike_facts(table: &str, cell: &[&str]) -> String {
    let cell = cell.join(", ");
    let key = format!("concat_ws(' ', {cell})");
    format!(
        "with live as (
             select *, quantity * unit_price as price from order_items where status <> 'cancelled'
         ), moments as (
             select *, ordered_at as at, true as is_order from live where ordered_at is not null
             union all
             select *, delivered_at, false from live where delivered_at is not null
         ), placed as (
             select *, date_bin(minutes * interval '1 minute', at, timestamptz 'epoch') as bucket
             from moments, (values (15), (1440), (10080)) as span (minutes)
         ), facts as (
             select {cell}, count(distinct order_id) filter (where is_order) as orders,
                 coalesce(sum(quantity) filter (where is_order), 0) as units,
                 coalesce(sum(price) filter (where is_order), 0) as booked,
                 coalesce(sum(price) filter (where not is_order), 0) as settled
             from placed group by {cell}
         )
         select {key}, format('summed up: %s; facts: %s',
             case when s.orders is null then 'nothing' else
                 concat_ws(', ', s.orders || ' orders', s.units || ' units', s.booked || ' booked', s.settled || ' settled')
             end,
             case when f.orders is null then 'nothing' else
                 concat_ws(', ', f.orders || ' orders', f.units || ' units', f.booked || ' booked', f.settled || ' settled')
             end)
         from {table} s full join facts f using ({cell})
         where (s.orders, s.units, s.booked, s.settled) is distinct from (f.orders, f.units, f.booked, f.settled)
         order by {key} collate \"C\""
    )
}
