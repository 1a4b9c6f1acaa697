create table shops (
    id uuid primary key,
    owner_id uuid not null,
    name text,
    version bigint not null
);

create index shops_owner on shops (owner_id);

create table products (
    id uuid primary key,
    title text not null,
    version bigint not null
);
