-- What events told of shops, products and stock: all that is needed to build the index. The newest version wins;
-- an event that comes before its row makes the row, and a row without a snapshot stands for a thing that is gone.
create table shops (
    shop_id             uuid    primary key,
    version             bigint  not null default 0,
    is_approved         boolean not null default false,
    snapshot            jsonb,
    rating_average_x100 int     not null default 0,
    rating_count        bigint  not null default 0,
    rating_version      bigint  not null default 0
);

create table products (
    product_id          uuid    primary key,
    shop_id             uuid,
    version             bigint  not null default 0,
    is_active           boolean not null default false,
    snapshot            jsonb,
    rating_average_x100 int     not null default 0,
    rating_count        bigint  not null default 0,
    rating_version      bigint  not null default 0
);

create index products_of_shop on products (shop_id, product_id);

create table stock (
    variation_id  uuid    primary key,
    product_id    uuid    not null,
    available     int     not null,
    stock_version bigint  not null,
    -- Whether the latest change made it run out or come back.
    turned        boolean not null default true
);

create index stock_of_product on stock (product_id);
