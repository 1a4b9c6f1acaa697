-- Who has an open, approved shop: kept from shop events, newest version wins.
create table shop_owners (
    shop_id  uuid    primary key,
    owner_id uuid    not null,
    is_open  boolean not null,
    version  bigint  not null
);

create index shop_owners_of_user on shop_owners (owner_id) where is_open;
