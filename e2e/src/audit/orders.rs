//! Orders: sums, statuses, stories, and that each was made once.

use super::question::Question;

const ORDERS: &[&str] = &["order_svc"];

/// What items come to together, as product rules say.
const TOGETHER: &str = "case when bool_and(status = 'cancelled') then 'cancelled'
    when bool_and(status in ('delivered', 'cancelled')) then 'delivered'
    when bool_or(status in ('shipped', 'delivered')) then 'shipped' else 'processing' end";

const TOTALS: &str = "
with items as (select order_id, sum(quantity::bigint * unit_price) as sum from order_items group by order_id)
select o.id::text, format('subtotal %s, shipping %s, tax %s, discount %s, total %s; its items come to %s',
    subtotal, shipping, tax, discount, total, coalesce(sum, 0))
from orders o left join items i on i.order_id = o.id
where subtotal is distinct from sum or total <> subtotal + shipping + tax - discount
order by o.id";

const PARTS: &str = "
with items as (
    select sub_order_id, sum(quantity::bigint * unit_price) as sum, count(distinct order_id) as orders,
        min(order_id::text) as order_id
    from order_items group by sub_order_id)
select s.id::text, format('subtotal %s; its items come to %s, of %s order(s)', subtotal, coalesce(sum, 0),
    coalesce(orders, 0))
from sub_orders s left join items i on i.sub_order_id = s.id
where subtotal is distinct from sum or orders <> 1 or i.order_id <> s.order_id::text
order by s.id";

// What happened to an order and its items is on the timeline once, and nothing else is.
const TIMELINES: &str = "
with due as (
    select id as order_id, id as about, 'placed' as what, true as is_due from orders
    union all select id, id, status, true from orders where status in ('completed', 'cancelled')
    union all select order_id, id, 'item_shipped', true from order_items where status in ('shipped', 'delivered')
    union all select order_id, id, 'item_delivered', true from order_items where status = 'delivered'
    union all select order_id, id, 'item_cancelled', true from order_items where status = 'cancelled'
    -- An operator may cancel what was shipped, when the shop has no owner any more.
    union all select order_id, id, 'item_shipped', false from order_items where status = 'cancelled'
), told as (
    select order_id, coalesce(item_id, order_id) as about, what, count(*) as times from timeline group by 1, 2, 3
)
select order_id || ' ' || what || ' ' || about,
    format('due %s, told %s', case when is_due then 'once' when not is_due then 'at most once' else 'never' end,
        coalesce(times, 0))
from due full join told using (order_id, about, what)
where is_due is null or coalesce(times, case when is_due then 0 else 1 end) <> 1
order by (order_id || ' ' || what || ' ' || about) collate \"C\"";

const VERDICTS: &str = "
select coalesce(o.id, v.order_id) || ' ' || coalesce(o.reservation_id, v.reservation_id),
    case when o.id is null then 'a verdict without its order' else 'an order without its verdict' end
from orders o full join (select * from verdicts where verdict = 'ordered') v
    on v.order_id = o.id and v.reservation_id = o.reservation_id
where o.id is null or v.order_id is null
order by coalesce(o.id, v.order_id), coalesce(o.reservation_id, v.reservation_id)";

// Keys are kept for a day, so an older order has none; those of an account that was closed may be erased with it.
const KEYS: &str = "
with keys as (
    select answer #>> '{}' as order_id, min(user_id::text) as user_id, count(*) as times
    from idempotency_keys where answer is not null group by 1)
select coalesce(o.id::text, k.order_id), format('accepted under %s key(s) of the customer %s, placed by %s',
    coalesce(k.times, 0), coalesce(k.user_id, 'nobody'), coalesce(o.user_id::text, 'nobody'))
from keys k full join orders o on o.id::text = k.order_id
where o.id is null or times > 1 or k.user_id <> o.user_id::text
    or (times is null and o.created_at > now() - interval '23 hours'
        and not exists (select from accounts a where a.user_id = o.user_id and a.is_closed))
order by coalesce(o.id::text, k.order_id) collate \"C\"";

// A customer's orders follow one another from a first one on.
const CHAINS: &str = "
with recursive chain as (
    select user_id, id from orders where previous_order_id is null
    union all
    select o.user_id, o.id from chain c join orders o on o.user_id = c.user_id and o.previous_order_id = c.id
), reached as (select id, count(*) as times from chain group by id)
select o.id::text, format('follows %s, and is reached %s time(s) from the first order of the customer %s',
    coalesce(previous_order_id::text, 'nothing'), coalesce(times, 0), user_id)
from orders o left join reached r on r.id = o.id
where times is distinct from 1
    or (previous_order_id is null and exists (
        select from orders other where other.user_id = o.user_id and other.previous_order_id is null and other.id < o.id))
order by o.id";

/// What is asked.
pub fn questions() -> Vec<Question> {
    let of_orders = |name, about, counted, broken| Question::broken(name, about, ORDERS, counted, broken);
    vec![
        of_orders(
            "order totals",
            "an order costs what its items cost",
            "orders",
            TOTALS.to_owned(),
        ),
        of_orders(
            "sub-order totals",
            "a sub-order costs what its items cost",
            "sub_orders",
            PARTS.to_owned(),
        ),
        of_orders(
            "order statuses",
            "an order stands where its items stand together",
            "orders",
            statuses(
                "orders",
                "order_id",
                "case together when 'delivered' then 'completed' else together end",
            ),
        ),
        of_orders(
            "sub-order statuses",
            "a sub-order stands where its items stand together",
            "sub_orders",
            statuses("sub_orders", "sub_order_id", "together"),
        ),
        of_orders(
            "timelines",
            "what happened to an order is told once",
            "timeline",
            TIMELINES.to_owned(),
        ),
        of_orders(
            "verdicts",
            "an order has one verdict on its reservation",
            "orders",
            VERDICTS.to_owned(),
        ),
        of_orders(
            "idempotency keys",
            "an order was accepted under one key",
            "idempotency_keys",
            KEYS.to_owned(),
        ),
        of_orders(
            "order chains",
            "a customer's orders follow one another",
            "orders",
            CHAINS.to_owned(),
        ),
    ]
}

/// What stands elsewhere than its items; the names are ours.
fn statuses(table: &str, reference: &str, derived: &str) -> String {
    format!(
        "with items as (select {reference} as id, {TOGETHER} as together from order_items group by 1),
         derived as (select id, {derived} as status from items)
         select t.id::text, format('is %s, its items are %s', t.status, coalesce(d.status, 'not there'))
         from {table} t left join derived d on d.id = t.id
         where t.status is distinct from d.status
         order by t.id"
    )
}
