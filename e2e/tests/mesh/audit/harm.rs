//! A way to break each invariant, and how it is mended.

use super::story::Story;
use crate::mesh::Mesh;

/// Breaks one invariant in one place.
pub struct Harm {
    /// The invariant.
    pub check: &'static str,
    database: &'static str,
    done: &'static str,
    mended: &'static str,
    /// The one violation that must be found.
    pub key: &'static str,
}

/// `check in database { what is done } { how it is mended } finds key`.
macro_rules! harms {
    ($($check:literal in $database:ident $done:literal $mended:literal finds $key:literal;)+) => {
        /// One for each invariant.
        pub static HARMS: &[Harm] = &[$(Harm {
            check: $check,
            database: stringify!($database),
            done: $done,
            mended: $mended,
            key: $key,
        },)+];
    };
}

harms! {
    "order totals" in order_svc
        "update orders set subtotal = subtotal + 1, total = total + 1 where id = '{order}'"
        "update orders set subtotal = subtotal - 1, total = total - 1 where id = '{order}'"
        finds "{order}";
    "sub-order totals" in order_svc
        "update sub_orders set subtotal = subtotal + 1 where id = '{part}'"
        "update sub_orders set subtotal = subtotal - 1 where id = '{part}'"
        finds "{part}";
    "order statuses" in order_svc
        "update orders set status = 'shipped' where id = '{order}'"
        "update orders set status = 'processing' where id = '{order}'"
        finds "{order}";
    "sub-order statuses" in order_svc
        "update sub_orders set status = 'delivered' where id = '{part}'"
        "update sub_orders set status = 'processing' where id = '{part}'"
        finds "{part}";
    "timelines" in order_svc
        "insert into timeline (order_id, id, at, actor, actor_id, what)
         select order_id, '{event}', at, actor, actor_id, what from timeline
         where order_id = '{order}' and what = 'placed'"
        "delete from timeline where order_id = '{order}' and id = '{event}'"
        finds "{order} placed {order}";
    "verdicts" in order_svc
        "update verdicts set verdict = 'abandoned', order_id = null where reservation_id = '{reservation}'"
        "update verdicts set verdict = 'ordered', order_id = '{order}' where reservation_id = '{reservation}'"
        finds "{order} {reservation}";
    "idempotency keys" in order_svc
        "update idempotency_keys set user_id = '{order}' where answer = to_jsonb('{order}'::text)"
        "update idempotency_keys set user_id = '{user}' where answer = to_jsonb('{order}'::text)"
        finds "{order}";
    "order chains" in order_svc
        "update orders set previous_order_id = id where id = '{order}'"
        "update orders set previous_order_id = '{previous}' where id = '{order}'"
        finds "{order}";
    "stock" in product_svc
        "update stock set available = available + 1 where variation_id = '{variation}'"
        "update stock set available = available - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "reservation entries" in product_svc
        "update stock_ledger set delta = delta - 1 where reason = 'sell' and reference_id = '{reservation}'"
        "update stock_ledger set delta = delta + 1 where reason = 'sell' and reference_id = '{reservation}'"
        finds "{reservation} {variation}";
    "reservation times" in product_svc
        "update reservations set status = 'held', expires_at = expires_at - interval '1 day',
         next_ask_at = 'infinity' where id = '{reservation}'"
        "update reservations set status = 'sold', expires_at = expires_at + interval '1 day',
         next_ask_at = expires_at + interval '1 day' where id = '{reservation}'"
        finds "{reservation}";
    "reservations" in product_svc
        "update reservations set status = 'released' where id = '{reservation}'"
        "update reservations set status = 'sold' where id = '{reservation}'"
        finds "{reservation}";
    "units" in order_svc
        "update order_items set quantity = quantity + 1 where id = '{item}'"
        "update order_items set quantity = quantity - 1 where id = '{item}'"
        finds "{variation}";
    "returns" in product_svc
        "update stock_ledger set delta = delta + 1 where reason = 'return' and reference_id = '{cancelled}'"
        "update stock_ledger set delta = delta - 1 where reason = 'return' and reference_id = '{cancelled}'"
        finds "{cancelled}";
    "shop items" in shop_svc
        "update order_items set status = 'shipped' where id = '{item}'"
        "update order_items set status = 'processing' where id = '{item}'"
        finds "{item}";
    "sales facts" in analytics_svc
        "update order_items set quantity = quantity + 1 where id = '{item}'"
        "update order_items set quantity = quantity - 1 where id = '{item}'"
        finds "{item}";
    "carts" in cart_svc
        "delete from applied where id = '{order}'"
        "insert into applied (user_id, id) values ('{user}', '{order}')"
        finds "{user} {order}";
    "shops in search" in search_svc
        "update shops set version = version + 1 where shop_id = '{shop}'"
        "update shops set version = version - 1 where shop_id = '{shop}'"
        finds "{shop}";
    "shops in the catalogue" in product_svc
        "update shops set status = 'suspended' where id = '{shop}'"
        "update shops set status = 'approved' where id = '{shop}'"
        finds "{shop}";
    "shops in carts" in cart_svc
        "update mirror_shops set status = 'suspended' where shop_id = '{shop}'"
        "update mirror_shops set status = 'approved' where shop_id = '{shop}'"
        finds "{shop}";
    "shops in wishlists" in wishlist_svc
        "update mirror_shops set status = 'suspended' where shop_id = '{shop}'"
        "update mirror_shops set status = 'approved' where shop_id = '{shop}'"
        finds "{shop}";
    "owner flags" in user_svc
        "update shop_owners set is_open = false where shop_id = '{shop}'"
        "update shop_owners set is_open = true where shop_id = '{shop}'"
        finds "{shop}";
    "products in search" in search_svc
        "update products set is_active = false where product_id = '{product}'"
        "update products set is_active = true where product_id = '{product}'"
        finds "{product}";
    "prices in carts" in cart_svc
        "update mirror_variations set price_amount = price_amount + 1 where variation_id = '{variation}'"
        "update mirror_variations set price_amount = price_amount - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "prices in wishlists" in wishlist_svc
        "update mirror_variations set price_amount = price_amount + 1 where variation_id = '{variation}'"
        "update mirror_variations set price_amount = price_amount - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "stock in search" in search_svc
        "update stock set available = available + 1 where variation_id = '{variation}'"
        "update stock set available = available - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "stock in carts" in cart_svc
        "update mirror_stock set available = available + 1 where variation_id = '{variation}'"
        "update mirror_stock set available = available - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "stock in wishlists" in wishlist_svc
        "update mirror_stock set available = available + 1 where variation_id = '{variation}'"
        "update mirror_stock set available = available - 1 where variation_id = '{variation}'"
        finds "{variation}";
    "event log" in analytics_svc
        "update event_log set id = '{order}' where id = '{event}'"
        "update event_log set id = '{event}' where id = '{order}'"
        finds "{event}";
    "market sales" in analytics_svc
        "update market_sales set units = units + 1 where minutes = 15 and bucket = '{bucket}'"
        "update market_sales set units = units - 1 where minutes = 15 and bucket = '{bucket}'"
        finds "15 {bucket} AZN";
    "shop sales" in analytics_svc
        "update shop_sales set booked = booked + 1 where minutes = 15 and bucket = '{bucket}' and shop_id = '{shop}'"
        "update shop_sales set booked = booked - 1 where minutes = 15 and bucket = '{bucket}' and shop_id = '{shop}'"
        finds "{shop} 15 {bucket} AZN";
    "product sales" in analytics_svc
        "update product_sales set orders = orders + 1 where minutes = 15 and bucket = '{bucket}' and product_id = '{product}'"
        "update product_sales set orders = orders - 1 where minutes = 15 and bucket = '{bucket}' and product_id = '{product}'"
        finds "{shop} {product} 15 {bucket} AZN";
    "outboxes" in order_svc
        "update outbox set published_at = null, next_attempt_at = now() + interval '1 hour' where id = '{event}'"
        "update outbox set published_at = now(), next_attempt_at = null where id = '{event}'"
        finds "order_svc {event}";
    "deliveries" in cart_svc
        "delete from inbox where queue = 'cart-svc.orders' and event_id = '{event}'"
        "insert into inbox (queue, event_id) values ('cart-svc.orders', '{event}')"
        finds "cart-svc.orders {event}";
    "parked messages" in wishlist_svc
        "insert into parked (id, queue, reason, payload) values ('{order}', 'wishlist-svc.users', 'a test', '')"
        "delete from parked where id = '{order}'"
        finds "wishlist_svc {order}";
    "unknown types" in wishlist_svc
        "insert into unknown_types (queue, kind) values ('wishlist-svc.gone', 'order.{order}')"
        "delete from unknown_types where kind = 'order.{order}'"
        finds "wishlist_svc wishlist-svc.gone order.{order}";
    "erased accounts" in user_svc
        "update users set erased_at = now() where id = '{user}'"
        "update users set erased_at = null where id = '{user}'"
        finds "{user}";
    "index queue" in search_svc
        "insert into index_queue (kind, id, seq) values ('product', '{product}', 0)"
        "delete from index_queue where kind = 'product' and id = '{product}' and seq = 0"
        finds "product {product} 0";
    "search drift" in search_svc
        "insert into maintenance_jobs (id, kind, source, status, finished_at, result)
         values ('{event}', 'drift', 'own', 'done', now(), jsonb_build_object('missing', jsonb_build_object('count', 1, 'items',
             jsonb_build_array(jsonb_build_object('kind', 'product', 'id', '{product}')))))"
        "delete from maintenance_jobs where id = '{event}'"
        finds "product {product}";
    "rejected documents" in search_svc
        "insert into rejected_documents (kind, id, version, reason) values ('product', '{product}', 1, 'a test')"
        "delete from rejected_documents where kind = 'product' and id = '{product}'"
        finds "product {product}";
}

impl Harm {
    /// Breaks it. An indexer would mend its queue at once, so it is stopped for that.
    pub async fn is_done(&self, mesh: &Mesh, story: &Story) {
        if self.has_a_mender() {
            mesh.xtask(&["service", "stop", "search-svc"]).await;
        }
        self.run(mesh, &story.fill(self.done)).await;
    }

    /// Puts it back as it was.
    pub async fn is_mended(&self, mesh: &Mesh, story: &Story) {
        self.run(mesh, &story.fill(self.mended)).await;
        if self.has_a_mender() {
            mesh.xtask(&["service", "start", "search-svc"]).await;
        }
    }

    fn has_a_mender(&self) -> bool {
        self.check == "index queue"
    }

    async fn run(&self, mesh: &Mesh, sql: &str) {
        let database = mesh.database(self.database).await.unwrap();
        let rows = database.execute(sql, &[]).await;
        assert_eq!(
            rows.map_err(|error| format!("{error:?}")),
            Ok(1),
            "{}: {sql}",
            self.check
        );
    }
}
