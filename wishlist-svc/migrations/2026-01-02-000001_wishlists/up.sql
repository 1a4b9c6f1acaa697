-- One wishlist per customer. The row outlives its account as a mark that late events must not fill it again.
create table wishlists (
    user_id    uuid        primary key,
    is_erased  boolean     not null default false,
    created_at timestamptz not null default now()
);

-- A wish is for a variation, with its product and shop, or for a shop alone.
create table wishes (
    id           uuid        primary key,
    user_id      uuid        not null references wishlists (user_id),
    -- What is wished for is always known here, if only from the moment of the wish.
    variation_id uuid        references mirror_variations (variation_id),
    product_id   uuid,
    shop_id      uuid        not null,
    created_at   timestamptz not null,
    check ((variation_id is null) = (product_id is null))
);

create unique index wishes_variation on wishes (user_id, variation_id) where variation_id is not null;
create unique index wishes_shop on wishes (user_id, shop_id) where variation_id is null;
-- What is deleted leaves all wishlists.
create index wishes_of_variation on wishes (variation_id) where variation_id is not null;
create index wishes_of_product on wishes (product_id) where product_id is not null;
create index wishes_of_shop on wishes (shop_id);
