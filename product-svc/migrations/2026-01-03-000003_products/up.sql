create table products (
    id          uuid        primary key,
    shop_id     uuid        not null,
    title       text        not null check (length(title) between 1 and 100),
    about       text        check (length(about) <= 4000),
    sku         text        not null check (length(sku) between 1 and 64),
    attributes  jsonb       not null default '{}',
    is_active   boolean     not null default true,
    archived_at timestamptz,
    version     bigint      not null default 1,
    -- Both derived from the variations, so that lists can be filtered and sorted by them.
    price_from  bigint,
    on_sale     boolean     not null default false,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

-- An archived product gives its SKU back.
create unique index products_sku on products (shop_id, lower(sku)) where archived_at is null;
create index products_newest on products (id) where archived_at is null and is_active;
create index products_of_shop on products (shop_id, id) where archived_at is null;
create index products_by_price on products (price_from, id) where archived_at is null and is_active;

create table product_categories (
    product_id  uuid not null references products (id),
    category_id uuid not null references categories (id),
    primary key (product_id, category_id)
);

create index product_categories_of_category on product_categories (category_id, product_id);

-- What is computed from reviews, sales and views; apart, so that counting never waits for an edit.
create table product_stats (
    product_id          uuid    primary key references products (id),
    rating_average_x100 integer not null default 0,
    rating_count        bigint  not null default 0,
    popularity          bigint  not null default 0,
    top_sale            boolean not null default false,
    top_popular         boolean not null default false
);

create index product_stats_by_rating on product_stats (rating_average_x100, product_id);
create index product_stats_by_popularity on product_stats (popularity, product_id);

-- Products whose readers must be told again because something above them changed.
create table product_announcements (
    product_id uuid primary key
);
