-- What operators did to orders: the audit beside the timeline, with who it was. Never deleted. No check of the words, so
-- that a later build may have more of them.
create table operator_actions (
    order_id    uuid        not null references orders (id),
    id          uuid        not null,
    item_id     uuid        not null,
    operator_id uuid        not null,
    at          timestamptz not null,
    from_status text        not null,
    to_status   text        not null,
    reason      text,
    primary key (order_id, id)
);
