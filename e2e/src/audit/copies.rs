//! What services keep of each other's rows.

use super::question::{Pair, Question, Side};

const ITEMS: &str = "
select i.id::text, concat_ws(' ', 'order', i.order_id, 'shop', s.shop_id, 'variation', i.variation_id,
    i.quantity || ' x ' || i.unit_price, o.currency, i.status)
from order_items i join sub_orders s on s.id = i.sub_order_id join orders o on o.id = i.order_id
order by i.id";

const SHOP_ITEMS: &str = "
select id::text, concat_ws(' ', 'order', order_id, 'shop', shop_id, 'variation', variation_id,
    quantity || ' x ' || unit_price, currency, status, case when line is null then 'without a name' end)
from order_items order by id";

const FACTS: &str = "
select id::text, concat_ws(' ', 'order', order_id, 'shop', shop_id, 'variation', variation_id,
    quantity || ' x ' || unit_price, currency, status,
    case when ordered_at is null then 'never ordered' end,
    case when (status = 'delivered') <> (delivered_at is not null and cancelled_at is null)
        then 'settled or not against its status' end)
from order_items order by id";

// The cart of an account that was closed has forgotten which orders it was for; others forget after 28 days at the earliest.
const ORDERS: &str = "
select o.user_id || ' ' || o.id, 'ordered' from orders o
where o.created_at > now() - interval '27 days'
    and not exists (select from accounts a where a.user_id = o.user_id and a.is_closed)
order by o.user_id, o.id";

const APPLIED: &str = "select user_id || ' ' || id, null from applied order by user_id, id";

const SHOPS: &str = "select id::text, owner_id || ' ' || status from shops order by id";

// An application that was rejected and made again is not told to those who only need to know who sells.
const SELLERS: &str = "
select id::text, owner_id || ' ' || case when status in ('pending', 'rejected') then 'applied' else status end
from shops order by id";

const MIRRORED_SHOPS: &str = "
select shop_id::text, owner_id || ' ' || case when status in ('pending', 'rejected') then 'applied' else status end
from mirror_shops order by shop_id";

const OPEN_SHOPS: &str = "
select id::text, concat_ws(' ', 'version', version, status, name) from shops where status <> 'closed' order by id";

const FOUND_SHOPS: &str = "
select shop_id::text, concat_ws(' ', 'version', version, snapshot ->> 'status', snapshot ->> 'name')
from shops where snapshot is not null order by shop_id";

const OWNERS: &str = "
select id::text, owner_id::text from shops where status in ('approved', 'suspended') order by id";

const FLAGS: &str = "select shop_id::text, owner_id::text from shop_owners where is_open order by shop_id";

const PRODUCTS: &str = "
select p.id::text, concat_ws(' ', 'version', p.version, 'shop', p.shop_id,
    case when p.is_active then 'shown' else 'hidden' end,
    string_agg(v.id || '=' || v.price || v.currency, ' ' order by v.id))
from products p left join variations v on v.product_id = p.id and v.archived_at is null
where p.archived_at is null group by p.id order by p.id";

const FOUND_PRODUCTS: &str = "
select product_id::text, concat_ws(' ', 'version', version, 'shop', shop_id,
    case when is_active then 'shown' else 'hidden' end, (
        select string_agg(concat(v ->> 'variation_id', '=', v #>> '{price,amount}', v #>> '{price,currency}'), ' '
            order by v ->> 'variation_id' collate \"C\")
        from jsonb_array_elements(snapshot -> 'variations') as v))
from products where snapshot is not null order by product_id";

const PRICES: &str = "
select v.id::text, v.price || v.currency from variations v join products p on p.id = v.product_id
where v.archived_at is null and p.archived_at is null order by v.id";

const MIRRORED_PRICES: &str = "
select v.variation_id::text, v.price_amount || v.price_currency
from mirror_variations v join mirror_products p using (product_id)
where not v.is_deleted and not p.is_deleted order by v.variation_id";

const STOCK: &str = "
select s.variation_id::text, concat_ws(' ', s.available, 'at version', s.version)
from stock s join variations v on v.id = s.variation_id join products p on p.id = v.product_id
where v.archived_at is null and p.archived_at is null order by s.variation_id";

const FOUND_STOCK: &str = "
select variation_id::text, concat_ws(' ', available, 'at version', stock_version)
from stock order by variation_id";

const MIRRORED_STOCK: &str = "
select variation_id::text, concat_ws(' ', available, 'at version', version) from mirror_stock order by variation_id";

fn of_orders(sql: &str) -> Side {
    Side::of("order-svc", "order_svc", sql)
}

fn of_shops(sql: &str) -> Side {
    Side::of("shop-svc", "shop_svc", sql)
}

fn of_products(sql: &str) -> Side {
    Side::of("product-svc", "product_svc", sql)
}

fn of_search(sql: &str) -> Side {
    Side::of("search-svc", "search_svc", sql)
}

fn of_carts(sql: &str) -> Side {
    Side::of("cart-svc", "cart_svc", sql)
}

fn of_wishes(sql: &str) -> Side {
    Side::of("wishlist-svc", "wishlist_svc", sql)
}

/// What is asked.
pub fn questions() -> Vec<Question> {
    [of_what_was_ordered(), of_shops_and_owners(), of_the_catalogue()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_what_was_ordered() -> Vec<Question> {
    vec![
        Question::copied(
            "shop items",
            "a shop's list has each of its order items as it is",
            Pair::new(of_orders(ITEMS), of_shops(SHOP_ITEMS)),
        ),
        Question::copied(
            "sales facts",
            "analytics counts each order item as it is: booked, cancelled, settled",
            Pair::new(
                of_orders(ITEMS),
                Side::of("analytics-svc", "analytics_svc", FACTS),
            ),
        ),
        Question::copied(
            "carts",
            "each order was taken out of its cart",
            Pair::within(of_orders(ORDERS), of_carts(APPLIED)),
        ),
    ]
}

fn of_shops_and_owners() -> Vec<Question> {
    vec![
        Question::copied(
            "shops in search",
            "search knows each open shop as it is",
            Pair::new(of_shops(OPEN_SHOPS), of_search(FOUND_SHOPS)),
        ),
        Question::copied(
            "shops in the catalogue",
            "product-svc knows who may sell",
            Pair::new(of_shops(SHOPS), of_products(SHOPS)),
        ),
        Question::copied(
            "shops in carts",
            "cart-svc knows who sells, and who may not buy",
            Pair::new(of_shops(SELLERS), of_carts(MIRRORED_SHOPS)),
        ),
        Question::copied(
            "shops in wishlists",
            "wishlist-svc knows who sells, and who may not wish",
            Pair::new(of_shops(SELLERS), of_wishes(MIRRORED_SHOPS)),
        ),
        Question::copied(
            "owner flags",
            "an owner of an approved shop is known as one",
            Pair::new(of_shops(OWNERS), Side::of("user-svc", "user_svc", FLAGS)),
        ),
    ]
}

fn of_the_catalogue() -> Vec<Question> {
    vec![
        Question::copied(
            "products in search",
            "search knows each product and its prices",
            Pair::new(of_products(PRODUCTS), of_search(FOUND_PRODUCTS)),
        ),
        Question::copied(
            "prices in carts",
            "cart-svc knows each price",
            Pair::new(of_products(PRICES), of_carts(MIRRORED_PRICES)),
        ),
        Question::copied(
            "prices in wishlists",
            "wishlist-svc knows each price",
            Pair::new(of_products(PRICES), of_wishes(MIRRORED_PRICES)),
        ),
        Question::copied(
            "stock in search",
            "search knows what is available",
            Pair::within(of_products(STOCK), of_search(FOUND_STOCK)),
        ),
        Question::copied(
            "stock in carts",
            "cart-svc knows what is available",
            Pair::within(of_products(STOCK), of_carts(MIRRORED_STOCK)),
        ),
        Question::copied(
            "stock in wishlists",
            "wishlist-svc knows what is available",
            Pair::within(of_products(STOCK), of_wishes(MIRRORED_STOCK)),
        ),
    ]
}
