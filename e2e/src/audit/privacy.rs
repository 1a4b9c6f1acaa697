//! Erased accounts: nothing is kept of them but their ids, on what must stay.

use super::databases;
use super::question::{Pair, Question, Side};

/// Every account; what is said of it, if it was erased.
const ACCOUNTS: &str = "
select id::text, case when erased_at is not null then 'erased' end from users order by id";

/// Whose answers to repeated requests are kept; in every database.
const ANSWERS: &str = "select user_id::text, 'answers under idempotency keys' from idempotency_keys group by user_id order by user_id";

/// What may be left of an account where, each as a query for ids of accounts.
const LEFT: [(&str, &str); 12] = [
    (
        "user_svc",
        "select id::text, 'name, e-mail address or avatar' from users
         where erased_at is not null and (first_name <> '-' or last_name <> '-' or phone_number is not null
             or avatar is not null or email <> id || '@erased.invalid') order by id",
    ),
    (
        "user_svc",
        "select user_id::text, 'addresses' from addresses group by user_id order by user_id",
    ),
    (
        "user_svc",
        "select user_id::text, 'devices of sessions' from sessions
         where user_agent is not null or address is not null group by user_id order by user_id",
    ),
    (
        "order_svc",
        "select user_id::text, 'addresses or notes of orders' from orders
         where note is not null or shipping_address ->> 'name' <> '' or shipping_address ->> 'line1' <> ''
             or shipping_address ->> 'city' <> '' group by user_id order by user_id",
    ),
    (
        "order_svc",
        "select user_id::text, 'reasons on timelines' from orders o join timeline t on t.order_id = o.id
         where t.actor_id = o.user_id and t.reason is not null group by user_id order by user_id",
    ),
    (
        "shop_svc",
        "select customer_id::text, 'items of shops' from order_items
         where customer_id is not null group by customer_id order by customer_id",
    ),
    (
        "cart_svc",
        "select user_id::text, 'lines of a cart' from cart_lines group by user_id order by user_id",
    ),
    (
        "wishlist_svc",
        "select user_id::text, 'wishes' from wishes group by user_id order by user_id",
    ),
    (
        "analytics_svc",
        "select user_id::text, 'events of the log' from event_log
         where user_id is not null group by user_id order by user_id",
    ),
    (
        "analytics_svc",
        "select user_id::text, 'order items of the figures' from order_items
         where user_id is not null group by user_id order by user_id",
    ),
    (
        "analytics_svc",
        "select owner_id::text, 'shops of the figures' from shops group by owner_id order by owner_id",
    ),
    (
        "analytics_svc",
        "select visitor, 'visits' from visits where visitor ~ '^[0-9a-f-]{36}$' group by visitor
         order by visitor collate \"C\"",
    ),
];

/// What is asked.
pub fn questions() -> Vec<Question> {
    let answers = databases::ALL.map(|database| (database, ANSWERS.to_owned()));
    let left = LEFT.map(|(database, sql)| (database, sql.to_owned()));
    let kept = Side {
        who: "left",
        queries: answers.into_iter().chain(left).collect(),
    };
    vec![Question::copied(
        "erased accounts",
        "of an erased account nothing is left but its id",
        Pair::apart(Side::of("user-svc", "user_svc", ACCOUNTS), kept),
    )]
}
