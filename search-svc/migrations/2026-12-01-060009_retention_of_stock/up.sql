-- When the variation was first missing from its product. Its row stays for a while, so that an event that comes late finds it.
alter table stock add column removed_at timestamptz;
create index stock_removed on stock (removed_at) where removed_at is not null;

update stock set removed_at = now() from products
where products.product_id = stock.product_id and products.snapshot is not null
    and not products.snapshot -> 'variations' @> jsonb_build_array(jsonb_build_object('variation_id', stock.variation_id));
