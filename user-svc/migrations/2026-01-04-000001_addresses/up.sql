-- A user's address book.
create table addresses (
    id           uuid        primary key,
    user_id      uuid        not null references users (id) on delete cascade,
    name         text        not null check (length(name) between 1 and 200),
    line1        text        not null check (length(line1) between 1 and 200),
    line2        text        check (length(line2) <= 200),
    city         text        not null check (length(city) between 1 and 100),
    region       text        check (length(region) <= 100),
    postal_code  text        check (length(postal_code) <= 20),
    country      text        not null check (country ~ '^[A-Z]{2}$'),
    phone_number text        check (length(phone_number) <= 32),
    is_default   boolean     not null,
    created_at   timestamptz not null
);

create index addresses_of_user on addresses (user_id, id);
-- Never two; that there is one as soon as there is an address is kept under the lock of the user's row.
create unique index addresses_default on addresses (user_id) where is_default;
