-- Who changed what and when. Ids are UUIDv7, so the key is also the order of what happened.
create table timeline (
    order_id uuid        not null references orders (id),
    id       uuid        not null,
    at       timestamptz not null,
    actor    text        not null check (actor in ('customer', 'shop', 'admin')),
    actor_id uuid        not null,
    what     text        not null check (what in ('placed', 'item_shipped', 'item_delivered', 'item_cancelled',
                                                  'completed', 'cancelled')),
    item_id  uuid,
    reason   text        check (length(reason) <= 500),
    primary key (order_id, id)
);
